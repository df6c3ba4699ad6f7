package fakelog

import (
	"bytes"
	"math"
	"testing"

	"logbook/parse"
)

// TestQuietWeeks checks that the weeks of a site that does not grow are alike:
// what a report finds in one is what happened, and not chance. Ten weeks have
// the lines of a middling site; of the counts of books, crawlers and referring
// sites, one in a hundred may be further from its mean than a tenth, than chance
// takes independent requests, and than fifty.
func TestQuietWeeks(t *testing.T) {
	const weeks = 10
	log, _ := write(t, Site{Seed: 11, From: begin, To: begin.AddDate(0, 0, 7*weeks), Lines: 400_000})
	counts := map[string]*[weeks]float64{}
	count := func(what string, name []byte, week int) {
		c := counts[what+string(name)]
		if c == nil {
			c = new([weeks]float64)
			counts[what+string(name)] = c
		}
		c[week]++
	}
	records(t, log, func(r *parse.Record) {
		week := int(at(r).Sub(begin).Hours()) / (7 * 24)
		if book, ok := bytes.CutPrefix(r.Text[parse.Path], []byte("/book/")); ok && bytes.HasSuffix(book, []byte(".html")) {
			book, _, _ = bytes.Cut(book, []byte("/"))
			count("book ", book, week)
		}
		if agent := r.Text[parse.Agent]; bytes.Contains(agent, []byte("+http")) {
			count("crawler ", agent, week)
		}
		if r.Text[parse.Referer] != nil && !bytes.HasPrefix(r.Text[parse.Referer], []byte("https://docs.")) {
			count("site ", r.Text[parse.Referer], week)
		}
	})
	restless, of := 0, 0
	for what, c := range counts {
		mean := 0.0
		for _, n := range c {
			mean += n / weeks
		}
		if mean < 100 {
			continue
		}
		of += weeks
		for week, n := range c {
			if math.Abs(n-mean) > max(50, mean/10, 3*math.Sqrt(mean)) {
				restless++
				t.Logf("%s: %g in week %d, on average %.0f", what, n, week+1, mean)
			}
		}
	}
	if of < 300 || restless*100 > of {
		t.Errorf("%d of %d counts stand out", restless, of)
	}
}
