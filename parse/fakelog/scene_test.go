package fakelog

import (
	"math"
	"slices"
	"testing"
)

// TestVisitLines checks the constants that turn shares of lines into shares of
// visits against visits that are played to their end.
func TestVisitLines(t *testing.T) {
	site, err := (&Site{Seed: 5, From: begin, To: end}).bounded()
	if err != nil {
		t.Fatal(err)
	}
	st, err := newStage(site)
	if err != nil {
		t.Fatal(err)
	}
	mean := func(play func(g *scene)) float64 {
		g := &scene{stage: st, dice: 1, lines: math.MaxInt, horizon: math.MaxInt64}
		g.calendar.zone = site.zone()
		const visits = 20_000
		for range visits {
			g.cutOff = false
			play(g)
		}
		return float64(len(g.out)) / visits
	}
	at := site.from + 12*3600*second
	check := func(name string, got float64, want int) {
		t.Helper()
		if math.Abs(got-float64(want)) > 0.15*float64(want)+0.5 {
			t.Errorf("a visit of a %s has %.1f lines, want about %d", name, got, want)
		}
	}
	check("reader", mean(func(g *scene) { g.read(at) }), readerLines)
	check("program", mean(func(g *scene) { g.program(at) }), programLines)
	for does, lines := range visitLines {
		check(does, mean(func(g *scene) {
			g.crawl(at, slices.IndexFunc(st.crawlers, func(c crawler) bool { return c.does == does }))
		}), lines)
	}
}
