package fakelog

import "math/bits"

// regulars is how many readers come back again and again.
const regulars = 12_000

// A visit is what one person does in one go.
type visit struct {
	point
	id      uint64
	agent   uint16
	regular bool  // comes often, and has most of the site in the browser's cache
	at      int64 // when the next request is sent
	assets  bool  // what all pages share has come
	from    from  // what the next request has as its referer
	books   weights
}

// from is where a request comes from.
type from struct {
	kind   queryKind
	target uint32 // a page of the site, or a referrer
	arg    uint32
}

var nowhere = from{kind: noReferer}

// A place is a page that a reader is on. If it is a chapter, it has figures.
type place struct {
	target  uint32
	book    int
	chapter int // -1: another page
}

func (g *scene) chapter(book, n int) place { return place{g.books[book].chapters[n], book, n} }
func (g *scene) anyChapter(book int, x uint64) place {
	return g.chapter(book, g.books[book].favoured.at(x))
}
func elsewhere(target uint32, book int) place { return place{target, book, -1} }

// read plays the n'th visit of a person: arrive somewhere, read on from chapter
// to chapter, search, look at another book, leave.
func (g *scene) read(at int64, n uint64) {
	v := visit{at: at, point: lattice(g.site.Seed, n), books: g.popularity(at), from: nowhere}
	if n%100 == 37 {
		g.edit(&v, n/100)
		return
	}
	v.agent = uint16(g.world.browsers.at(v.point[ofAgent]))
	v.regular = scale(v.point[ofHabit], 100) < 16
	v.id = g.next()
	if v.regular {
		v.id = g.regular(v.agent)
	}
	on := g.begins(&v)
	g.arrive(&v, on)
	for range g.pages(&v) {
		if g.cutOff {
			return
		}
		v.at += second * min(12+g.lognormal(60), 600)
		on = g.readOn(&v, on)
	}
}

// regular gives one of the readers with a browser who come again and again,
// some of them more often than others.
func (g *scene) regular(agent uint16) uint64 {
	w := g.world.browsers
	several := 1 + int64(regulars)*int64(g.world.agents[agent].weight)/int64(w[len(w)-1])
	rank := g.below(1 + g.below(int(several)))
	return mix(mix(g.site.Seed, uint64(agent)), uint64(rank))
}

// pages is how many more pages somebody reads after the first: most leave at
// once, unless they know the site.
func (g *scene) pages(v *visit) int {
	if v.regular {
		return 2 + regularDepth.at(v.point[ofDepth])
	}
	return casualDepth.at(v.point[ofDepth])
}

// The depths of visits: close to log-normal around two, to forty at most, and
// none for two in three who came by chance.
var (
	regularDepth = weigh(41, depth)
	casualDepth  = weigh(41, func(i int) int {
		if i == 0 {
			return 2*5000 + depth(0)
		}
		return depth(i)
	})
)

// depth is how many of some 5000 visits go i pages deep.
func depth(i int) int {
	switch i {
	case 0:
		return 1100
	case 1:
		return 1400
	}
	return 6200 / (i * i * (8 + i) / 8)
}

// begins is the chapter that somebody came for. Regular readers have got a
// chapter further every day and a half.
func (g *scene) begins(v *visit) place {
	book := v.books.at(v.point[ofBook])
	if !v.regular {
		return g.anyChapter(book, v.point[ofChapter])
	}
	traits := dice(v.id)
	n := len(g.books[book].chapters)
	read := (v.at - g.site.from) / (36 * 3600 * second)
	return g.chapter(book, (traits.below(n)+int(read))%n)
}

// arrive opens the first page of a visit, which is not always what somebody
// came for.
func (g *scene) arrive(v *visit, on place) {
	if !v.regular || g.percent(20) {
		v.from = g.cameFrom(v.point[ofSite])
	}
	if site, landing, ok := g.linkedFrom(v.at); ok {
		v.from = from{kind: otherSite, target: site}
		g.show(v, elsewhere(landing, 0), noQuery, 0)
		return
	}
	linked := v.from.kind == otherSite
	switch x := g.below(100); {
	case x < 14:
		g.show(v, elsewhere(g.front, 0), noQuery, 0)
	case x < 22:
		g.show(v, g.anyPost(v.point[ofChapter]), noQuery, 0)
	case x < 28:
		g.show(v, elsewhere(g.books[on.book].index, on.book), noQuery, 0)
	case x < 32 && linked: // by a link of years ago
		g.ask(v, g.books[on.book].old[on.chapter], get, 301)
		v.at += 120_000
		g.show(v, on, noQuery, 0)
	case x < 36 && linked: // by one that leads nowhere any more
		g.ask(v, g.gone[g.below(len(g.gone))], get, 0)
		v.at += 9 * second
		g.show(v, elsewhere(g.front, 0), noQuery, 0)
	case x < 49:
		g.show(v, on, clickID, uint32(g.next()))
	case x < 53:
		g.show(v, on, campaign, uint32(g.below(60)))
	default:
		g.show(v, on, noQuery, 0)
	}
}

// cameFrom draws the referer of somebody who arrives; many have none.
func (g *scene) cameFrom(x uint64) from {
	percent, rest := bits.Mul64(x, 100)
	if percent < 38 {
		return nowhere
	}
	return from{otherSite, uint32(g.sites.at(rest)), uint32(g.next())}
}

// readOn opens the page after the one that somebody is on.
func (g *scene) readOn(v *visit, on place) place {
	book := &g.books[on.book]
	switch x := g.below(100); {
	case x < 66 && on.chapter+1 < len(book.chapters):
		on = g.chapter(on.book, on.chapter+1)
	case x < 76:
		on = elsewhere(book.index, on.book)
	case x < 86:
		g.find(v)
		on = g.anyChapter(on.book, g.next())
	case x < 90:
		g.take(v, book.download[g.below(2)])
		return on
	case x < 95:
		on = g.anyPost(g.next())
	default:
		on = g.anyChapter(v.books.pick(&g.dice), g.next())
	}
	g.show(v, on, noQuery, 0)
	return on
}

func (g *scene) anyPost(x uint64) place { return elsewhere(g.blog[g.blogFavoured.at(x)], 0) }

// show asks for a page and for what belongs to it.
func (g *scene) show(v *visit, on place, query queryKind, arg uint32) {
	r := request{target: on.target, query: query, arg: arg, status: g.pageStatus(on.target, v.at)}
	if to, moved := g.relaunched(on.target, v.at); moved {
		if v.from.kind >= noReferer { // links from outside are the old ones
			g.ask(v, on.target, get, 301)
			v.at += 90_000
		}
		r.target = to
	}
	if v.regular && r.status == 200 && g.percent(12) {
		r.status = 304
	}
	if !g.send(v, r) {
		return
	}
	v.from = from{kind: noQuery, target: r.target}
	if query == searchFor {
		v.from = from{searchFor, r.target, arg}
	}
	if r.status < 500 {
		later := *v // what belongs to the page does not delay its reader
		g.fetchAssets(&later, on)
		g.fetchFigures(&later, on)
		v.assets = later.assets
	}
}

// fetchAssets gets what pages share, once a visit.
func (g *scene) fetchAssets(v *visit, on place) {
	if v.assets {
		return
	}
	v.assets = true
	assets := g.assets
	if on.chapter >= 0 {
		assets = g.books[on.book].assets
	}
	for i, a := range assets {
		v.at += 2000 + int64(g.below(30_000))
		r := request{target: a}
		if i < versioned {
			r.query, r.arg = version, g.site.build(v.at)
		}
		switch x := g.below(100); {
		case x < 15, v.regular && x < 60:
			continue // in the cache
		case x < 22, v.regular && x < 85:
			r.status = 304
		}
		g.send(v, r)
	}
	if g.percent(45) {
		v.at += 40_000
		g.ask(v, g.icons[0], get, 0)
	}
	if g.percent(8) {
		v.at += 5000
		g.ask(v, g.icons[1+g.below(2)], get, 0)
	}
}

// fetchFigures gets what belongs to a chapter, and tells the site how far down
// the page somebody got.
func (g *scene) fetchFigures(v *visit, on place) {
	if on.chapter < 0 {
		return
	}
	for _, figure := range g.books[on.book].figures[on.chapter] {
		v.at += 4000 + int64(g.below(60_000))
		switch x := g.below(100); {
		case !v.regular || x < 70:
			g.ask(v, figure, get, 0)
		case x < 85:
			g.ask(v, figure, get, 304)
		}
	}
	if g.percent(85) {
		v.at += second * min(5+g.lognormal(30), 300)
		g.send(v, request{target: g.progress, method: post, query: progressOf, arg: uint32(g.next())})
	}
}

// find types a search: suggestions come while typing, then the results.
func (g *scene) find(v *visit) {
	words := uint32(g.next()) &^ 7
	for typed := range 1 + g.below(3) {
		v.at += 300_000 + int64(g.below(600_000))
		g.send(v, request{target: g.suggest, query: suggestFor, arg: words | uint32(typed), status: g.pageStatus(g.suggest, v.at)})
	}
	v.at += 700_000
	g.show(v, elsewhere(g.search, 0), searchFor, words)
	v.at += second * (3 + g.lognormal(8))
}

// take downloads a book; some programs ask for it piece by piece.
func (g *scene) take(v *visit, download uint32) {
	if !g.percent(12) {
		g.ask(v, download, get, 0)
		return
	}
	for range 2 + g.below(4) {
		g.ask(v, download, get, 206)
		v.at += second + int64(g.below(4_000_000))
	}
}

// edit plays the n'th visit of one of the site's authors, who has to log in.
func (g *scene) edit(v *visit, n uint64) {
	v.id = mix(g.site.Seed, 'e'+uint64(g.below(len(authors))))
	traits := dice(v.id)
	v.agent = uint16(g.world.browsers.pick(&traits))
	v.regular = true
	draft := g.drafts[n%uint64(len(g.drafts))]
	g.ask(v, draft, get, 401)
	for range 2 + g.below(6) {
		v.at += second * (4 + g.lognormal(40))
		g.ask(v, draft, get, 0)
		v.from = from{kind: noQuery, target: draft}
		if g.percent(60) {
			v.at += second * (20 + g.lognormal(120))
			g.ask(v, draft, put, 204)
		}
	}
}

// ask sends a request without a query; with status 0 the answer is what the
// target always answers.
func (g *scene) ask(v *visit, target uint32, m method, status uint16) {
	g.send(v, request{target: target, method: m, status: status})
}

// send completes a request with what the visit knows.
func (g *scene) send(v *visit, r request) bool {
	r.at, r.visitor, r.agent, r.role = v.at, v.id, v.agent, reader
	r.refKind, r.referer, r.refArg = v.from.kind, v.from.target, v.from.arg
	return g.add(r)
}
