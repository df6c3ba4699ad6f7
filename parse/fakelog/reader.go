package fakelog

// regulars is how many readers come back again and again.
const regulars = 12_000

// A visit is what stays the same while one person reads.
type visit struct {
	id      uint64
	agent   uint16
	regular bool // has most of the site in the browser's cache
	at      int64
	seen    bool     // the site's assets have come
	from    from     // the page now open
	books   *weights // by popularity at this time
}

// from is where a request says it comes from.
type from struct {
	kind   queryKind
	target uint32
	arg    uint32
}

// read plays a person's session: arrive somewhere, read on from chapter to
// chapter, search, look at another book, leave.
func (g *scene) read(at int64) {
	v := visit{at: at, regular: g.percent(16), books: g.popularity(at)}
	v.id = g.next() >> 1
	if v.regular {
		rank := g.below(1 + g.below(regulars)) // low ranks come often
		v.id = mix(g.site.Seed, uint64(rank)) >> 1
	}
	trait := dice(v.id)
	v.agent = uint16(g.world.browsers.pick(&trait))
	if g.percent(1) {
		g.edit(&v)
		return
	}

	book := v.books.pick(&g.dice)
	chapter := g.arrive(&v, book, &trait)
	left := g.lognormal(2) // pages to go
	if v.regular {
		left += 2
	} else if g.percent(60) {
		left = 0
	}
	for left = min(left, 40); left > 0 && !g.cutOff; left-- {
		v.at += second * min(12+g.lognormal(60), 600)
		pages := &g.books[book]
		switch x := g.below(100); {
		case x < 66 && chapter+1 < len(pages.chapters): // read on
			chapter++
			g.open(&v, pages.chapters[chapter], book, chapter)
		case x < 76:
			g.open(&v, pages.index, -1, 0)
		case x < 86:
			g.find(&v)
			chapter = pages.favoured.pick(&g.dice)
			g.open(&v, pages.chapters[chapter], book, chapter)
		case x < 90:
			g.take(&v, pages.download[g.below(2)])
		case x < 95:
			g.open(&v, g.blog[g.blogFavoured.pick(&g.dice)], -1, 0)
		default:
			book = v.books.pick(&g.dice)
			chapter = g.books[book].favoured.pick(&g.dice)
			g.open(&v, g.books[book].chapters[chapter], book, chapter)
		}
	}
}

// arrive opens the session's first page and gives the chapter that it shows.
func (g *scene) arrive(v *visit, book int, trait *dice) (chapter int) {
	pages := &g.books[book]
	chapter = pages.favoured.pick(&g.dice)
	if v.regular { // read on where the last visit ended
		chapter = (trait.below(len(pages.chapters)) + int((v.at-g.site.from)/(36*3600*second))) % len(pages.chapters)
	}
	v.from = from{kind: noReferer}
	if !v.regular || g.percent(20) {
		v.from = g.cameFrom(v.at)
	}
	if site, landing, ok := g.linkedFrom(v.at); ok {
		v.from = from{otherSite, site, 0}
		g.open(v, landing, -1, 0)
		return chapter
	}
	landing := request{target: pages.chapters[chapter]}
	switch x := g.below(100); {
	case x < 14:
		landing.target = g.front
	case x < 22:
		landing.target = g.blog[g.blogFavoured.pick(&g.dice)]
	case x < 28:
		landing.target = pages.index
	case x < 32 && v.from.kind == otherSite: // a link of years ago
		g.request(v, pages.old[chapter], get, 301)
		v.at += 120_000
	case x < 36 && v.from.kind == otherSite:
		g.request(v, g.gone[g.below(len(g.gone))], get, 0)
		v.at += 9 * second
		landing.target = g.front
	case x < 49:
		landing.query, landing.arg = clickID, uint32(g.next())
	case x < 53:
		landing.query, landing.arg = campaign, uint32(g.below(60))
	}
	g.show(v, landing, book, chapter)
	return chapter
}

// cameFrom draws the referer of somebody who arrives.
func (g *scene) cameFrom(at int64) from {
	if g.percent(38) {
		return from{kind: noReferer}
	}
	site := g.sites.pick(&g.dice)
	return from{otherSite, uint32(site), uint32(g.next())}
}

// open shows a page without a query.
func (g *scene) open(v *visit, page uint32, book, chapter int) {
	g.show(v, request{target: page}, book, chapter)
}

// show asks for a page and for what belongs to it.
func (g *scene) show(v *visit, r request, book, chapter int) {
	r.status = g.pageStatus(r.target, v.at)
	if v.regular && r.status == 200 && g.percent(12) {
		r.status = 304
	}
	if to, moved := g.relaunched(r.target, v.at); moved {
		if v.from.kind >= noReferer { // links from outside are the old ones
			g.request(v, r.target, get, 301)
			v.at += 90_000
		}
		r.target = to
	}
	if !g.send(v, r) {
		return
	}
	v.from = from{noQuery, r.target, 0}
	if r.query == searchFor {
		v.from = from{searchFor, r.target, r.arg}
	}
	at := v.at
	defer func() { v.at = at }()
	if r.status >= 500 {
		return
	}
	g.fetchAssets(v)
	if book >= 0 {
		for _, figure := range g.books[book].figures[chapter] {
			v.at += 4000 + int64(g.below(60_000))
			g.cached(v, figure, 30)
		}
		if g.percent(66) { // how far down the page somebody got
			v.at += second * min(5+g.lognormal(30), 300)
			g.send(v, request{target: g.progress, method: post, query: progressOf, arg: uint32(g.next())})
		}
	}
}

// fetchAssets gets what all pages share, once a session.
func (g *scene) fetchAssets(v *visit) {
	if v.seen {
		return
	}
	v.seen = true
	for i, a := range g.assets {
		v.at += 2000 + int64(g.below(30_000))
		q := request{target: a}
		if i < 3 {
			q.query, q.arg = version, g.site.build(v.at)
		}
		switch x := g.below(100); {
		case v.regular && x < 60, x < 15:
			continue // in the cache
		case v.regular && x < 85, x < 22:
			q.status = 304
		}
		g.send(v, q)
	}
	if g.percent(45) {
		v.at += 40_000
		g.send(v, request{target: g.icons[0]})
	}
	if g.percent(8) {
		v.at += 5000
		g.send(v, request{target: g.icons[1+g.below(2)]})
	}
}

// cached gets an asset that may be in the browser's cache already.
func (g *scene) cached(v *visit, asset uint32, percent int) {
	if !v.regular || !g.percent(percent) {
		g.request(v, asset, get, 0)
		return
	}
	if g.percent(50) {
		g.request(v, asset, get, 304)
	}
}

// find types a search: suggestions come while typing, then the results.
func (g *scene) find(v *visit) {
	words := uint32(g.next())
	for i := range 1 + g.below(3) {
		v.at += 300_000 + int64(g.below(600_000))
		g.send(v, request{target: g.suggest, query: suggestFor, arg: words&^7 | uint32(i), status: g.pageStatus(g.suggest, v.at)})
	}
	v.at += 700_000
	g.open2(v, request{target: g.search, query: searchFor, arg: words &^ 7})
	v.at += second * (3 + g.lognormal(8))
}

// open2 shows a page that is no chapter, with a query.
func (g *scene) open2(v *visit, r request) { g.show(v, r, -1, 0) }

// take downloads a book; some programs ask for it piece by piece.
func (g *scene) take(v *visit, download uint32) {
	if !g.percent(12) {
		g.request(v, download, get, 0)
		return
	}
	for range 2 + g.below(4) {
		g.request(v, download, get, 206)
		v.at += second + int64(g.below(4_000_000))
	}
}

// edit plays one of the site's authors, who has to log in.
func (g *scene) edit(v *visit) {
	v.id = mix(g.site.Seed, 'e'+uint64(g.below(len(authors)))) >> 1
	trait := dice(v.id)
	v.agent = uint16(g.world.browsers.pick(&trait))
	v.regular, v.from = true, from{kind: noReferer}
	draft := g.drafts[g.below(len(g.drafts))]
	g.request(v, draft, get, 401)
	for range 2 + g.below(6) {
		v.at += second * (4 + g.lognormal(40))
		g.request(v, draft, get, 0)
		v.from = from{noQuery, draft, 0}
		if g.percent(60) {
			v.at += second * (20 + g.lognormal(120))
			g.request(v, draft, put, 204)
		}
	}
}

func (g *scene) request(v *visit, target uint32, m method, status uint16) bool {
	return g.send(v, request{target: target, method: m, status: status})
}

// send completes a request with what the visit knows.
func (g *scene) send(v *visit, r request) bool {
	r.at, r.visitor, r.agent, r.role = v.at, v.id, v.agent, reader
	r.refKind, r.referer, r.refArg = v.from.kind, v.from.target, v.from.arg
	return g.add(r)
}
