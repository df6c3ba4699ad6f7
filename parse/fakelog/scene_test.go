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
	mean := func(play func(g *scene, n int)) float64 {
		g := &scene{stage: st, dice: 1, lines: math.MaxInt, horizon: math.MaxInt64}
		g.calendar.zone = site.zone()
		const visits = 20_000
		for n := range visits {
			g.cutOff = false
			play(g, n)
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
	check("reader", mean(func(g *scene, n int) { g.read(at, uint64(n)) }), readerLines)
	check("scanner", mean(func(g *scene, n int) { g.scan(at, n%st.world.scanners) }), scanLines)
	for does, lines := range visitLines {
		k := slices.IndexFunc(st.crawlers, func(c crawler) bool { return c.does == does })
		check(does, mean(func(g *scene, n int) { g.crawl(at, k, n) }), lines)
	}
}
