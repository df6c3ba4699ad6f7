package fakelog

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"logbook/parse"
)

// A stage is what all scenes are played on: the site with its pages, the
// programs that visit it and the sites that link to it. Nothing of it changes
// while a log is written, but for the pens that lie ready.
type stage struct {
	*siteMap
	site      *Site
	world     *world
	referrers []referrer
	sites     weights // of the referrers that were always there
	crawlers  []crawler
	programs  []program // the crawlers, then the scanners
	zipfBooks weights
	growing   bool
	fragile   uint32 // a chapter that fails now and then
	corpus    *Corpus
	agents    bool // the log's format has agents
	pens      sync.Pool
}

func newStage(s *Site) (*stage, error) {
	w := loadWorld()
	books := s.Books
	if len(books) == 0 {
		books = w.books
	}
	st := &stage{
		siteMap: drawSite(s.Seed, w, books), site: s, world: w,
		referrers: slices.Clone(w.sites), crawlers: slices.Clone(w.crawlers),
		sites:     weigh(len(w.sites), func(i int) int { return w.sites[i].weight }),
		zipfBooks: zipf(len(books)),
		corpus:    Hostile().of(s.format()),
		agents:    hasAgents(s.format()),
	}
	for i := range s.events {
		if err := s.events[i].settle(st); err != nil {
			return nil, err
		}
		st.growing = st.growing || s.events[i].kind == grow
	}
	shaky := st.books[len(st.books)/8].chapters
	st.fragile = shaky[len(shaky)/6]
	st.plan()
	return st, nil
}

// hasAgents says whether a line of the format tells the agent, by writing one
// that the format has to read again.
func hasAgents(f parse.Format) bool {
	r := emptyRecord()
	r.Text[parse.Host], r.Text[parse.Agent] = []byte("192.0.2.7"), []byte("Mozilla/5.0")
	p := f.NewParser(nil)
	for line := range bytes.Lines(f.Append(nil, &r)) {
		p.Parse(bytes.TrimSuffix(line, newline), &r)
	}
	return r.Text[parse.Agent] != nil
}

var newline = []byte{'\n'}

// withAgent returns a copy of the world with one more program's agent.
func (w *world) withAgent(text string) *world {
	more := *w
	more.agents = append(slices.Clone(w.agents), agent{text: []byte(text), who: bot})
	return &more
}

// hire gives the number of the crawler of this name, a new one if need be.
func (s *stage) hire(name string) int {
	n := slices.IndexFunc(s.crawlers, func(c crawler) bool { return c.name == name })
	if n >= 0 {
		return n
	}
	s.world = s.world.withAgent("Mozilla/5.0 (compatible; " + name + "/1.0; +https://crawler.example/" + name + ")")
	s.crawlers = append(s.crawlers, crawler{
		name: name, does: "search", network: "2001:db8:c0de", agent: uint16(len(s.world.agents) - 1),
	})
	return len(s.crawlers) - 1
}

// popularity weighs the books at a time.
func (g *scene) popularity(at int64) weights {
	if !g.growing {
		return g.zipfBooks
	}
	return weigh(len(g.books), func(i int) int {
		weight := g.bookWeight(i)
		for k := range g.site.events {
			if e := &g.site.events[k]; e.kind == grow && e.book == i {
				weight += e.popular(at) - e.weight
			}
		}
		return weight
	})
}

// bookWeight is that of the i'th book, by Zipf's law.
func (s *stage) bookWeight(i int) int { return 1 << 20 / (i + 1) }

// linkedFrom says whether a reader comes by the link that an event has made.
func (g *scene) linkedFrom(at int64) (site, landing uint32, ok bool) {
	for i := range g.site.events {
		e := &g.site.events[i]
		if e.kind != newReferrer || at < e.from || at >= e.until {
			continue
		}
		if more := e.visitors(at); g.below(100+more) < more {
			return e.site, e.landing, true
		}
	}
	return 0, 0, false
}

// relaunched says whether a page has moved by then, and where to.
func (g *scene) relaunched(target uint32, at int64) (to uint32, moved bool) {
	t := &g.targets[target]
	if t.moved == 0 || t.status != 200 {
		return target, false
	}
	for i := range g.site.events {
		if e := &g.site.events[i]; e.kind == relaunch && at >= e.from {
			return t.moved, true
		}
	}
	return target, false
}

// pageStatus is what the site answers, with the errors that it has always had:
// the search fails while the nightly backup runs, and now and then; one chapter
// of the second book fails for one in fifteen.
func (g *scene) pageStatus(target uint32, at int64) uint16 {
	status := g.targets[target].status
	switch {
	case target == g.search || target == g.suggest:
		_, sinceMidnight := g.calendar.day(at)
		if minute := sinceMidnight / 60; minute >= 185 && minute < 200 && g.percent(70) {
			return 502
		}
		if g.percent(1) {
			return 500
		}
	case target == g.fragile && g.below(15) == 0:
		return 500
	}
	return status
}

// end is when a session that begins at a time must be over: when the log ends,
// or the next gap begins.
func (s *Site) end(at int64) int64 {
	end := s.to
	if end == 0 {
		end = math.MaxInt64
	}
	for i := range s.events {
		if e := &s.events[i]; e.kind == gap && e.from > at {
			end = min(end, e.from)
		}
	}
	return end
}

// build is the version in the addresses of the site's styles and scripts; a
// new one is out every two weeks.
func (s *Site) build(at int64) uint32 {
	const fortnight = 14 * 24 * 3600 * second
	return uint32(mix(s.Seed, uint64(at/fortnight)))
}
