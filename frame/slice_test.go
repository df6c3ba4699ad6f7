package frame

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestQueryToTable takes the whole way, from the text of queries to tables.
func TestQueryToTable(t *testing.T) {
	var queries []*Query
	var names []string
	for _, text := range []string{"where status >= 400 | count, sum bytes by host, status", "count by hour", "where path ~ \"^/p\" and not bot | count if status = 200 as ok, avg bytes"} {
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
	for i := range plan.cells {
		q := plan.cells[i].query
		checkTable(t, names[i], got.table(q, plan.cells[i].periods[0]), oracleTable(q, rows, opts))
	}
}
