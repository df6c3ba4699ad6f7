package frame

import (
	"bytes"
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

// TestMissingHoursAreLeftOut checks that what is compared is what there would
// be if no period had the hours that one of them lacks: counts, sums and
// averages, with conditions, in parts that are written out, read and merged.
func TestMissingHoursAreLeftOut(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	opts := Options{Zone: time.UTC, Presence: "pulse", Periods: []Period{{"now", day(9), day(10)}, {"previous", day(8), day(9)}}}
	schema := arrow.NewSchema([]arrow.Field{visits.Field(0),
		{Name: "path", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "bytes", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "load", Type: arrow.PrimitiveTypes.Float64, Nullable: true}}, nil)
	silent := map[int]bool{5: true, 18: true} // of either day
	var some, less []string
	for h := range 4 * 24 {
		at := day(6).Add(time.Duration(h) * time.Hour)
		for i := range 60 {
			row := fmt.Sprintf(`{"time":%q,"path":"%d","bytes":%d,"load":%d.25}`, at.Format("2006-01-02T15:04:05"), i%3, 7*i+h, i%7)
			if i%11 == 0 {
				row = fmt.Sprintf(`{"time":%q,"path":"%d"}`, at.Format("2006-01-02T15:04:05"), i%3)
			}
			if at.Day() == 9 && at.Hour() == 5 || at.Day() == 8 && at.Hour() == 18 {
				continue
			}
			some = append(some, row)
			if at.Day() < 8 || !silent[at.Hour()] {
				less = append(less, row)
			}
		}
	}
	answer := func(rows []string, parts int) *Table {
		t.Helper()
		queries := []*Query{parse(t, "count, sum bytes, avg bytes as mean, sum load as load, avg load as loaded, sum bytes if bytes > 100 as large, distinct bytes as sizes by path | compare previous"), parse(t, "from history | count by hour")}
		plan, err := NewPlan(schema, []string{"cell", "pulse"}, queries, opts)
		if err != nil {
			t.Fatal(err)
		}
		whole := plan.NewPartial()
		for part := range parts {
			from, to := len(rows)*part/parts, len(rows)*(part+1)/parts
			batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+strings.Join(rows[from:to], ",")+"]"))
			if err != nil {
				t.Fatal(err)
			}
			partial := plan.NewPartial()
			if err := partial.Write(batch); err != nil {
				t.Fatal(err)
			}
			data, err := partial.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			back := plan.NewPartial()
			if err := back.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			if again, err := back.MarshalBinary(); err != nil || !bytes.Equal(data, again) {
				t.Fatal("a part that is read back is another", err)
			}
			if err := whole.Merge(back); err != nil {
				t.Fatal(err)
			}
		}
		tables, errs := whole.Tables()
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		return tables[0]
	}
	want := answer(less, 1)
	for _, parts := range []int{1, 3} {
		got := answer(some, parts)
		for row := range got.Rows {
			for _, name := range []string{"count", "bytes", "mean", "load", "loaded", "large"} {
				was := "was." + name
				if name == "count" {
					was = "was"
				}
				now, then := got.Column("both."+name), got.Column("was.both."+name)
				if now == nil || now.value(row) != want.Column(name).value(row) || then.value(row) != want.Column(was).value(row) {
					t.Errorf("%d parts, row %d: both.%s is not as if the hours were missing everywhere", parts, row, name)
				}
			}
		}
		if got.Column("both.sizes") != nil {
			t.Error("2 of 24 hours are more than a twentieth: a distinct count cannot be compared")
		}
		if note := "changes are of the 22 hours of 24 in which all that is compared has rows; what cannot be told by the hour, as how many are different, is not compared"; len(got.Notes) == 0 || got.Notes[0] != note {
			t.Errorf("the notes are %q, want %q", got.Notes, note)
		}
	}
}
