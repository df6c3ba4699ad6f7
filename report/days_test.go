package report

import (
	"strings"
	"testing"
	"time"

	"logbook/frame"
)

// TestDayTotals checks that the row above a chart adds up its hours by day and
// compares them with the ghost's: over all hours where none are missing, over
// those that both have where some are.
func TestDayTotals(t *testing.T) {
	n := notebook(t, "a", "```logbook h\ncount by hour\ncompare previous\nchart line x hour, y count, ghost was, days\n```\n")
	start := time.Date(2026, 11, 9, 0, 0, 0, 0, cet)
	period := span(start, days, 2)
	hour := frame.Column{Name: "hour", Key: true, Type: frame.Time, Unit: "hour"}
	count, was := frame.Column{Name: "count", Type: frame.Int}, frame.Column{Name: "was", Type: frame.Int}
	both, wasBoth := frame.Column{Name: "both.count", Type: frame.Int}, frame.Column{Name: "was.both.count", Type: frame.Int}
	for i := range 48 {
		hour.Ints = append(hour.Ints, start.Add(time.Duration(i)*time.Hour).UnixMicro())
		now, before := int64(30), int64(20)
		if i >= 36 { // half of the second day is missing
			now = 0
		}
		count.Ints, was.Ints = append(count.Ints, now), append(was.Ints, before)
		if i >= 36 {
			before = 0
		}
		both.Ints, wasBoth.Ints = append(both.Ints, now), append(wasBoth.Ints, before)
	}
	whole := &frame.Table{Name: "h", Rows: 48, Columns: []frame.Column{hour, count, was}}
	partial := &frame.Table{Name: "h", Rows: 48, Columns: []frame.Column{hour, count, was, both, wasBoth}}
	for _, c := range []struct {
		table *frame.Table
		want  string
	}{
		{whole, "Mon 9 720 ▲ 50 % Tue 10 360 ▼ 25 %"},
		{partial, "Mon 9 720 ▲ 50 % Tue 10 360 ▲ 50 %†"},
	} {
		about := n.About(period)
		names, _ := about.Queries()
		tables := make([]*frame.Table, len(names))
		tables[0] = c.table
		var text strings.Builder
		if err := (&Result{about, tables, nil, Run{Zone: cet, Period: period}}).WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(text.String()), " "); !strings.Contains(got, "Day Requests Change "+c.want) {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestDaysAreOfHours checks that a chart without hours, or without what can be
// added up, is refused at its place.
func TestDaysAreOfHours(t *testing.T) {
	for cell, want := range map[string]string{
		"count by day\nchart line x day, y count, days":             "a.md:3:28: the totals of days go with hours: a line, area or column chart with x hour (leave days out)",
		"p95 duration by hour\nchart line x hour, y p95, days":      "a.md:3:27: what is not counted or summed in this cell, as p95, has no totals of days (leave days out)",
		"count by hour, who\nchart bar y hour, x count, days":       "a.md:3:28: the totals of days go with hours",
		"sum bytes by minute\nchart column x minute, y bytes, days": "",
	} {
		_, err := ParseNotebook("a.md", []byte("```logbook a\n"+cell+"\n```\n"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", cell, err, want)
		}
	}
}
