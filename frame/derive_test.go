package frame

import (
	"strings"
	"testing"
)

// TestDerive checks queries that are from another query's table.
func TestDerive(t *testing.T) {
	opts := weeks(t)
	c, err := checkQuery(visits, "pages", parse(t, "count, sum bytes by path, kind | sort path"), opts)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := c.finish(groupedRows(t, c, opts.Zone, "a x 1 10; b x 5 -; c y 3 30"), nil, opts)
	if err != nil {
		t.Fatal(err)
	}
	check := func(query, want string) {
		t.Helper()
		got, err := Derive("cell", parse(t, query), pages, opts)
		if err != nil {
			t.Error(err)
			return
		}
		var b strings.Builder
		if err := got.WriteCSV(&b, nil); err != nil {
			t.Fatal(err)
		}
		if text := strings.TrimSpace(strings.ReplaceAll(b.String(), "\n", "; ")); text != want+";" {
			t.Errorf("%s is %s, want %s", query, text, want)
		}
	}
	check("from pages", "path,kind,count,bytes; a,x,1,10; b,x,5,; c,y,3,30")
	check("from pages | sort count desc | limit 1", "path,kind,count,bytes; b,x,5,")
	check("from pages | where count > 2 | limit 1", "path,kind,count,bytes; b,x,5,")
	check("from pages | let size = bytes / count | where size != none", "path,kind,count,bytes,size; a,x,1,10,10; c,y,3,30,10")
	check("from pages | sum count, sum bytes by kind", "kind,count,bytes; x,6,10; y,3,30")
	if _, err := Derive("cell", parse(t, "from pages | sort stauts"), pages, opts); err == nil || !strings.Contains(err.Error(), "cell:1:19: unknown column") {
		t.Errorf("sorting by a column that is not there: %v", err)
	}
}
