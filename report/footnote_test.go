package report

import (
	"strings"
	"testing"

	"logbook/frame"
)

// TestFootnote checks that the mark of changes is explained once, under what
// first has it, and that other notes stay with their tables.
func TestFootnote(t *testing.T) {
	const hours = "changes are of the 22 hours of 24 in which all that is compared has rows"
	n := notebook(t, "a", "```logbook t\ncount by path\ncompare previous\ntable path, count\n```\n\n```logbook u\ncount by path\ncompare previous\ntable path, delta\n```\n\n```logbook v\ncount by path\ncompare previous\n```\n")
	table := func(name, note string) *frame.Table {
		column := func(name string) frame.Column { return frame.Column{Name: name, Type: frame.Int, Ints: []int64{40}} }
		return &frame.Table{Name: name, Rows: 1, Notes: []string{"more than 9 groups", note}, Columns: []frame.Column{
			{Name: "path", Key: true, Type: frame.Text, Texts: []string{"/" + name}}, column("count"), column("was"), column("change"), {Name: "delta", Type: frame.Float, Floats: []float64{0}}, column("both.count"), column("was.both.count")}}
	}
	var page strings.Builder
	if err := (&Result{n, []*frame.Table{table("t", hours), table("u", hours), table("v", hours+"; and more")}, nil, Run{}}).WriteText(&page); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(page.String()), " ")
	if !strings.Contains(text, "/u ≈ +0.0 %† more than 9 groups † "+hours) {
		t.Errorf("the mark is not explained where it is first:\n%s", text)
	}
	if strings.Count(text, hours) != 1 || strings.Count(text, "more than 9 groups") != 3 {
		t.Errorf("the notes are not there once and three times:\n%s", text)
	}
}
