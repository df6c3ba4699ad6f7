package frame

import (
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestHistory checks that a query from history sees all rows before the end of
// the period and none after it, in the pass of those that see the period, and
// that a function of the caller is asked for paths and for keys of the result.
func TestHistory(t *testing.T) {
	opts := weeks(t)
	opts.Functions = map[string]func(string) bool{"long": func(path string) bool { return len(path) > 1 }}
	const rows = `[{"time":"2026-10-01T12:00:00","path":"a"},{"time":"2026-11-05T12:00:00","path":"a"},{"time":"2026-11-10T12:00:00","path":"a"},
		{"time":"2026-11-10T12:00:00","path":"bb"},{"time":"2026-11-10T12:00:00"},{"time":"2026-11-20T12:00:00","path":"a"}]`
	schema := arrow.NewSchema([]arrow.Field{visits.Field(0), {Name: "path", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"count":                               "5→3",
		"count | compare previous":            "5→3,1,2,2,false",
		"where long(path) | count":            "1→1",
		"where not long(path) | count":        "3→1",
		"count by path | keep long(path)":     "bb,1→bb,1",
		"where day >= this - 5 weeks | count": "4→3",
	} {
		var got []string
		for _, from := range []string{"from history | ", ""} {
			if strings.Contains(query, "compare") && from != "" {
				got = append(got, "5")
				continue
			}
			plan, err := NewPlan(schema, []string{"cell"}, []*Query{parse(t, from+query)}, opts)
			if err != nil {
				t.Fatal(err)
			}
			partial := plan.NewPartial()
			if err := partial.Write(batch); err != nil {
				t.Fatal(err)
			}
			tables, _ := partial.Tables()
			var b strings.Builder
			if err := tables[0].WriteCSV(&b, nil); err != nil {
				t.Fatal(err)
			}
			_, values, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
			got = append(got, values)
		}
		if text := strings.Join(got, "→"); text != want {
			t.Errorf("%s: %s, want %s", query, text, want)
		}
	}
	if _, err := NewPlan(schema, []string{"cell"}, []*Query{parse(t, "from history | count | compare previous")}, opts); err == nil {
		t.Error("history is compared")
	}
}
