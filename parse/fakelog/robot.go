package fakelog

// program plays the n'th visit of the k'th program.
func (g *scene) program(at int64, k, n int) {
	if k < len(g.crawlers) {
		g.crawl(at, k, n)
	} else {
		g.scan(at, k-len(g.crawlers))
	}
}

// crawl plays the n'th visit of the k'th crawler.
func (g *scene) crawl(at int64, k, n int) {
	c := &g.crawlers[k]
	r := request{
		at: at, role: robot, agent: c.agent, refKind: noReferer,
		visitor: uint64(k)<<8 | uint64(1+g.below(1+g.below(40))),
	}
	switch c.does {
	case "search":
		g.walk(r, int(g.between(8, 23)), 4*second, 40*second)
	case "ai":
		g.readBooks(r, n)
	case "seo":
		g.walk(r, int(g.between(10, 27)), second, 12*second)
	case "feed":
		g.poll(r)
	case "monitor":
		r.method, r.target = head, g.front
		g.addPage(r)
	case "preview":
		r.target = g.anyPage()
		g.addPage(r)
	default:
		g.script(r)
	}
}

// anyPage is a page as one finds it by following links.
func (g *scene) anyPage() uint32 {
	b := &g.books[g.below(len(g.books))]
	switch x := g.below(100); {
	case x < 60:
		return b.chapters[g.below(len(b.chapters))]
	case x < 66:
		return b.index
	case x < 90:
		return g.blog[g.below(len(g.blog))]
	case x < 94:
		return [...]uint32{g.front, g.about, g.catalogue}[g.below(3)]
	case x < 97:
		return b.old[g.below(len(b.old))]
	default:
		return g.gone[g.below(len(g.gone))]
	}
}

// addPage asks for a page as programs do: they follow redirects, later, and
// ask for nothing that belongs to the page.
func (g *scene) addPage(r request) bool {
	r.status = g.pageStatus(r.target, r.at)
	if to, moved := g.relaunched(r.target, r.at); moved {
		if g.percent(60) {
			r.status = 301
			g.add(r)
			r.at += second
		}
		r.target, r.status = to, g.pageStatus(to, r.at)
	}
	if r.status == 200 && r.method == get && g.percent(14) {
		r.status = 304
	}
	return g.add(r)
}

// walk visits pages all over the site, at a polite pace.
func (g *scene) walk(r request, pages int, fastest, slowest int64) {
	if g.percent(40) {
		r.target = g.robots
		g.add(r)
		r.at += g.between(fastest, slowest)
	}
	for range pages {
		r.target, r.query = g.anyPage(), noQuery
		switch x := g.below(100); {
		case x < 3:
			r.target = g.sitemap
		case x < 12: // the archive's pages have links to pages without end
			r.target, r.query, r.arg = g.archive, pageNumber, uint32(g.below(60_000))
		}
		if !g.addPage(r) {
			return
		}
		r.at += g.between(fastest, slowest)
	}
}

// readBooks takes one book after the other, a visit from where the one before
// left off, as fast as the site lets it.
func (g *scene) readBooks(r request, n int) {
	if g.percent(25) {
		r.target = g.robots
		g.add(r)
		r.at += second
	}
	start := n*visitLines["ai"] + int(r.agent)*997
	for i := range int(g.between(34, 48)) {
		r.target, r.status = g.chapters[(start+i)%len(g.chapters)], 0
		if i > 12 && g.percent(6) {
			r.status = 429
			g.add(r)
			r.at += 20 * second
			continue
		}
		if !g.addPage(r) {
			return
		}
		r.at += g.between(400_000, 3*second)
	}
}

// poll asks for the feed, which has seldom changed.
func (g *scene) poll(r request) {
	r.target = g.feed
	if g.percent(86) {
		r.status = 304
	}
	g.add(r)
}

// script is somebody's program: a few pages, downloads, the feed.
func (g *scene) script(r request) {
	for range 1 + g.below(5) {
		b := &g.books[g.below(len(g.books))]
		switch x := g.below(100); {
		case x < 30:
			r.target = b.download[g.below(2)]
		case x < 50:
			r.target = g.feed
		case x < 60:
			r.target, r.query, r.arg = g.search, searchFor, uint32(g.next())
		default:
			r.target = g.anyPage()
		}
		if !g.addPage(r) {
			return
		}
		r.query = noQuery
		r.at += g.between(200_000, 4*second)
	}
}

// scan plays the k'th scanner: many probes at once, nothing found.
func (g *scene) scan(at int64, k int) {
	r := request{at: at, role: scanner, visitor: g.next(), refKind: noReferer}
	r.agent = uint16(g.world.firstScanner + k)
	for range g.between(3, 2*scanLines-3) {
		n := g.probeWeights.pick(&g.dice)
		r.target, r.method, r.query = g.probes[n], g.probeMethods[n], noQuery
		if g.percent(10) {
			r.target, r.method = g.search, get
			r.query, r.arg = injection, uint32(g.next())
		}
		if !g.add(r) {
			return
		}
		r.at += g.between(40_000, 900_000)
	}
}
