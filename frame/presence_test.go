package frame

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestMissingHours checks that changes are of the hours that both sides have,
// that a period which misses too much is not part of what is usual, and that
// one of which nothing is there is compared with nothing.
func TestMissingHours(t *testing.T) {
	zone := time.UTC
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, zone) }
	opts := Options{Zone: zone, Presence: "pulse", Periods: []Period{
		{"now", day(9), day(10)}, {"previous", day(8), day(9)}, {"usual 1", day(8), day(9)}, {"usual 2", day(7), day(8)}, {"usual 3", day(6), day(7)}, {"last year", day(1), day(2)},
	}}
	// Thirty rows an hour from the 6th to the 9th, forty on the 9th; nothing from
	// 10:00 to 12:00 on the 8th and in half of the 6th.
	var rows []string
	for h := range 4 * 24 {
		at := day(6).Add(time.Duration(h) * time.Hour)
		n := 30
		switch {
		case at.Day() == 9:
			n = 40
		case at.Day() == 8 && (at.Hour() == 10 || at.Hour() == 11), at.Day() == 6 && at.Hour() < 12:
			n = 0
		}
		for range n {
			rows = append(rows, fmt.Sprintf(`{"time":%q,"path":"a"}`, at.Format("2006-01-02T15:04:05")))
		}
	}
	schema := arrow.NewSchema([]arrow.Field{visits.Field(0), {Name: "path", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+strings.Join(rows, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ compare, want string }{
		{"previous", "960 was 660 change 220 both 880"}, // 22 hours of 40 after 22 of 30
		{"usual", "960 was 720 change 240 both –"},      // of the 7th alone: the 8th misses 2 of 24 hours, the 6th half
		{"last year", "960 was – change – both –"},
	} {
		queries := []*Query{parse(t, "count by path | compare "+c.compare), parse(t, "from history | count by hour")}
		plan, err := NewPlan(schema, []string{"cell", "pulse"}, queries, opts)
		if err != nil {
			t.Fatal(err)
		}
		partial := plan.NewPartial()
		if err := partial.Write(batch); err != nil {
			t.Fatal(err)
		}
		tables, errs := partial.Tables()
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		of := func(column string) string {
			if c := tables[0].Column(column); c != nil && !c.Null(0) {
				return fmt.Sprint(c.Ints[0])
			}
			return "–"
		}
		got := of("count") + " was " + of("was") + " change " + of("change") + " both " + of("both.count")
		if got != c.want {
			t.Errorf("compare %s: %s, want %s", c.compare, got, c.want)
		}
		if noted := len(tables[0].Notes) > 0; noted != strings.Contains(got, "both 8") {
			t.Errorf("compare %s has the notes %q", c.compare, tables[0].Notes)
		}
	}
}
