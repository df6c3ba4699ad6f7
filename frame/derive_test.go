package frame

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestFrom checks queries that read another query's table, in whatever order
// they are planned.
func TestFrom(t *testing.T) {
	opts := weeks(t)
	opts.Periods = nil
	check := func(query, want string) {
		t.Helper()
		queries := []*Query{parse(t, query), parse(t, "from pages | where kind = x"), parse(t, "where kind in (x, y) | count, sum bytes by path, kind | sort path")}
		plan, err := NewPlan(visits, []string{"cell", "few", "pages"}, queries, opts)
		if err != nil {
			t.Error(err)
			return
		}
		p := plan.NewPartial()
		if err := p.Write(pagesSeen(t)); err != nil {
			t.Fatal(err)
		}
		tables, errs := p.Tables()
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		var b strings.Builder
		if err := tables[0].WriteCSV(&b, nil); err != nil {
			t.Fatal(err)
		}
		if text := strings.TrimSpace(strings.ReplaceAll(b.String(), "\n", "; ")); text != want+";" {
			t.Errorf("%s is %s, want %s", query, text, want)
		}
	}
	check("from pages", "path,kind,count,bytes; a,x,1,10; b,x,2,; c,y,3,30")
	check("from few", "path,kind,count,bytes; a,x,1,10; b,x,2,")
	check("from log | count", "count; 7")
	check("from pages | sort count desc | limit 1", "path,kind,count,bytes; c,y,3,30")
	check("from pages | limit 1 with other", "path,kind,count,bytes; a,x,1,10; ,,5,30")
	check("from pages | where count > 1 | limit 1", "path,kind,count,bytes; b,x,2,")
	check("from few | let size = bytes / count | where size != none", "path,kind,count,bytes,size; a,x,1,10,10")
	check("from pages | sum count, sum bytes by kind", "kind,count,bytes; x,3,10; y,3,30")
	check("from pages | where kind = x | count", "count; 2")
}

// TestFromReadsNoRows checks that a query which reads another's table asks for
// no row and no column of the log.
func TestFromReadsNoRows(t *testing.T) {
	queries := []*Query{parse(t, "where status = 404 | count by path"), parse(t, "from lost | limit 3"), parse(t, "numbers lost.count")}
	plan, err := NewPlan(visits, []string{"lost", "few", "head"}, queries, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Columns(); strings.Join(got, " ") != "status path" {
		t.Errorf("the plan reads %v", got)
	}
	if f := plan.Filter(); f == nil || len(f.Terms) != 1 || f.Terms[0].String() != "status = 404" {
		t.Errorf("the plan's filter is %v", f)
	}
}

// TestFromErrors checks the errors of queries that read other queries' tables.
func TestFromErrors(t *testing.T) {
	check := func(query, want string) {
		t.Helper()
		queries := []*Query{parse(t, query), parse(t, "from cell"), parse(t, "count by path")}
		_, err := NewPlan(visits, []string{"cell", "more", "pages"}, queries, weeks(t))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s is refused with %v, want %s", query, err, want)
		}
	}
	check("from pages | sort stauts", `cell:1:19: unknown column "stauts"`)
	check("from pages | count by kind", `cell:1:23: unknown field "kind" (want one of path, count)`)
	check("from page", `cell:1:6: there is no cell "page" (did you mean pages?)`)
	check("from site", `cell:1:6: there is no cell "site" (want one of more, pages)`)
	check("from cell", `cell:1:6: "cell" is made of this table itself (read the log)`)
	check("from more", `more:1:6: "cell" is made of this table itself (read the log)`)
	check("from pages | compare previous", "cell:1:14: compare after from (compare in the cell that reads the log)")
	if _, err := NewPlan(visits, []string{""}, []*Query{parse(t, "from pages")}, Options{}); err == nil || !strings.Contains(err.Error(), "leave from out") {
		t.Errorf("a query by itself that reads a cell is refused with %v", err)
	}
}

// pagesSeen is a batch of seven rows.
func pagesSeen(t *testing.T) arrow.Record {
	t.Helper()
	const rows = `[{"path":"a","kind":"x","bytes":10},{"path":"b","kind":"x","bytes":null},{"path":"b","kind":"x","bytes":null},{"path":"d","kind":"z","bytes":1},
		{"path":"c","kind":"y","bytes":10},{"path":"c","kind":"y","bytes":10},{"path":"c","kind":"y","bytes":10}]`
	f := visits.Fields()
	schema := arrow.NewSchema([]arrow.Field{f[2], f[4], f[5]}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	return batch
}
