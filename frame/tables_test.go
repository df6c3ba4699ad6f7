package frame

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestQueryToTable takes the whole way, from the text of queries to tables.
func TestQueryToTable(t *testing.T) {
	var queries []*Query
	var names []string
	for _, text := range []string{"where status >= 400 | count, sum bytes by host, status | sort host, status", "count by hour | sort hour", "where path ~ \"^/p\" and not bot | count if status = 200 as ok, avg bytes"} {
		q, err := ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		queries, names = append(queries, q), append(names, text)
	}
	opts := Options{Zone: time.UTC}
	plan, err := NewPlan(oracleSchema(), names, queries, opts)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rows := randomHits(rng, 500)
	got := grouped(t, rng, plan, rows, 3)
	tables, _ := got.Tables()
	for i := range plan.cells {
		want := oracleTable(plan.cells[i].query, rows, opts)
		checkTable(t, names[i], tables[i], want)
	}
}

// TestHead checks that a table whose limit is known before its texts are made
// is the head of the whole table.
func TestHead(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	rows := randomHits(rng, 1000)
	for _, query := range []string{
		"count by path | sort count desc",
		"count, sum bytes by path, host | sort bytes",
		"count, first note by path | sort first_note desc, path",
		"avg ratio by path | sort path desc",
		"count by path, status | add double = count * 2 | sort status desc, count",
	} {
		whole := tableOf(t, rng, rows, query)
		for _, n := range []int{1, 2, 10, whole.Rows - 1, whole.Rows, whole.Rows + 1} {
			got := tableOf(t, rng, rows, fmt.Sprintf("%s | limit %d", query, n))
			want := *whole
			want.Rows = min(n, whole.Rows)
			want.Columns = slices.Clone(whole.Columns)
			for i := range want.Columns {
				c := &want.Columns[i]
				c.Ints, c.Floats, c.Texts, c.Nulls = cutTo(c.Ints, n), cutTo(c.Floats, n), cutTo(c.Texts, n), cutTo(c.Nulls, n)
				if !slices.Contains(c.Nulls, true) {
					c.Nulls, got.Columns[i].Nulls = nil, nil
				}
			}
			checkTable(t, fmt.Sprintf("%s | limit %d", query, n), got, &want)
		}
	}
}

// tableOf returns the table of one query.
func tableOf(t *testing.T, rng *rand.Rand, rows []hit, query string) *Table {
	t.Helper()
	q, err := ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(oracleSchema(), []string{"q"}, []*Query{q}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables, errs := grouped(t, rng, plan, rows, 2).Tables()
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	return tables[0]
}
