package report

import (
	"strings"
	"testing"

	"logbook/frame"
)

// TestChange checks each form of a change at its borders.
func TestChange(t *testing.T) {
	count := func(n float64) value { return value{typ: frame.Int, num: n} }
	share := func(v float64) value { return value{typ: frame.Float, unit: "ratio", num: v} }
	bytes := func(v float64) value { return value{typ: frame.Bytes, num: v} }
	for _, c := range []struct {
		now, was    value
		text, words string
		class       string // where up is bad
	}{
		{count(1100), count(1000), "▲ 10 %", "10 % more than the week before", "bad"},
		{count(1072), count(1000), "▲ 7.2 %", "7.2 % more than the week before", "bad"},
		{count(265), count(272), "▼ 2.6 %", "2.6 % less than the week before", ""},
		{count(1019), count(1000), "≈ +1.9 %", "about as many as the week before", "quiet"},
		{count(988), count(1000), "≈ −1.2 %", "about as many as the week before", "quiet"},
		{count(1020), count(1000), "▲ 2.0 %", "2.0 % more than the week before", "bad"},
		{count(29), count(12), "–", "with nothing to compare it with", "quiet"},
		{count(30), count(20), "▲ 50 %", "50 % more than the week before", "bad"},
		{count(785), count(0), "new", "after none in the week before", "bad"},
		{count(29), count(0), "–", "with nothing to compare it with", "quiet"},
		{count(0), count(31), "gone", "after 31 in the week before", ""},
		{count(0), count(0), "–", "with nothing to compare it with", "quiet"},
		{count(1000), count(100), "▲ 900 %", "900 % more than the week before", "bad"},
		{count(1400), count(100), "×14", "14 times as many as the week before", "bad"},
		{count(100), value{}, "–", "with nothing to compare it with", "quiet"},
		{share(0.032), share(0.027), "▲ 0.5 pp", "0.5 pp more than the week before", "bad"},
		{share(0.0271), share(0.027), "≈ +0.0 pp", "about as many as the week before", "quiet"},
		{bytes(12), bytes(6), "▲ 100 %", "100 % more than the week before", "bad"},
	} {
		ch := change{now: c.now, was: c.was}
		plainly := func(s string) string { return strings.ReplaceAll(s, thin, " ") }
		if got := plainly(ch.String()); got != c.text {
			t.Errorf("%v after %v: %q, want %q", c.now.num, c.was.num, got, c.text)
		}
		if got := plainly(ch.words("the week before")); got != c.words {
			t.Errorf("%v after %v: %q, want %q", c.now.num, c.was.num, got, c.words)
		}
		if got := ch.class("up"); got != c.class {
			t.Errorf("%v after %v: class %q, want %q", c.now.num, c.was.num, got, c.class)
		}
	}
}

// comparedTable is what compare makes of "count, sum bytes by book".
func comparedTable() *frame.Table {
	return &frame.Table{Name: "b", Rows: 2, Columns: []frame.Column{
		{Name: "book", Type: frame.Text, Key: true, Texts: []string{"a", "b"}},
		{Name: "count", Type: frame.Int, Ints: []int64{110, 50}},
		{Name: "bytes", Type: frame.Bytes, Ints: []int64{1000, 2000}},
		{Name: "was", Type: frame.Int, Ints: []int64{100, 0}},
		{Name: "change", Type: frame.Int, Ints: []int64{10, 50}},
		{Name: "delta", Type: frame.Float, Floats: []float64{0.1, 0}, Nulls: []bool{false, true}},
		{Name: "is_new", Type: frame.Flag, Ints: []int64{0, 1}},
		{Name: "was.bytes", Type: frame.Bytes, Ints: []int64{500, 0}},
	}}
}

// TestEarlier checks that a table's delta is the change of the number that
// the comparison is of, and that earlier numbers are found by the same names.
func TestEarlier(t *testing.T) {
	tb := comparedTable()
	for i, want := range []string{"▲ 10 %", "new"} {
		c, ok := changeIn(tb, "delta", i)
		if got := strings.ReplaceAll(c.String(), thin, " "); !ok || got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	for _, name := range []string{"count", "deltas", "delta_usual"} {
		if _, ok := changeIn(tb, name, 0); ok {
			t.Errorf("%s is no change of this table", name)
		}
	}
	was := earlier(tb)
	if got := was.Column("bytes").Ints[0]; got != 500 {
		t.Errorf("bytes were %d, want 500", got)
	}
	if got := was.Column("count").Ints[0]; got != 100 {
		t.Errorf("the count was %d, want 100", got)
	}
}

// TestChangesInProse checks that prose speaks of earlier numbers, and of
// changes as tables do.
func TestChangesInProse(t *testing.T) {
	n := notebook(t, "a", strings.Join([]string{
		"{{ b.first.count | delta }}; {{ b.first.count | delta words }}; {{ b.first.was }}; {{ b.was.bytes }};",
		"{{ b.sum(count) / b.sum(bytes) | delta }}; {{ each r in b.where(delta < 20 %) }}{{ r.book }} {{ r.delta }}{{ end }}",
		"", "```logbook b", "count, sum bytes by book", "compare previous", "table book, bar count tick was, delta bad up if count < 60, change", "```"}, "\n"))
	run := fixtureRun()
	run.Period = span(days.floor(fixtureFirst), weeks, 1)
	var b strings.Builder
	if err := (&Result{n, []*frame.Table{comparedTable()}, nil, run}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := strings.ReplaceAll(b.String(), thin, " ")
	for _, want := range []string{
		"▲ 10 % on W44; 10 % more than the week before; 100; 500 B;",
		"a ▲ 10 %",
		`<td data-v=0.1>▲ 10 %<td data-v=10>&#43;10`,
		`<td class=bad>new<`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
