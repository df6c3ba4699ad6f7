package fakelog

import (
	"fmt"
	"slices"
)

// A target is an address of the site and what it answers with.
type target struct {
	path   []byte
	typ    string // media type
	book   int    // 1 for the first of siteMap.books; 0 for none
	size   int64  // bytes of the whole answer
	slow   int64  // median µs to answer
	status uint16 // what it answers when all is well
	kind   kind
	moved  uint32 // after a relaunch: the new address; 0 if it stays
}

// A kind of target decides who asks for it and what can go wrong.
type kind uint8

const (
	page kind = iota
	asset
	download
	feed
	api
	private
	probed
	other
)

// bookPages are the addresses of one book.
type bookPages struct {
	name     string
	index    uint32
	chapters []uint32
	figures  [][]uint32 // of each chapter
	assets   []uint32   // the site's, and its own
	download []uint32
	old      []uint32 // chapters at their address of years ago, which redirects
	favoured weights  // chapters by Zipf's law
}

// siteMap has every address of the site. Number 0 is the front page.
type siteMap struct {
	targets []target
	books   []bookPages

	front, about, catalogue, robots, sitemap, feed uint32
	search, suggest, progress, archive             uint32
	assets, icons, blog, drafts, gone, probes      []uint32
	chapters                                       []uint32 // of all books
	probeMethods                                   []method
	blogFavoured, probeWeights                     weights
}

func drawSite(seed uint64, w *world, books []Book) *siteMap {
	m := &siteMap{}
	d := dice(mix(seed, 'm'))
	html := func(path string, median int64) uint32 {
		return m.add(target{path: []byte(path), typ: "text/html", size: d.lognormal(median), slow: 18_000, status: 200})
	}
	m.front = html("/", 9000)
	m.about = html("/about/", 6000)
	m.catalogue = html("/book/", 12000)
	m.robots = m.add(target{path: []byte("/robots.txt"), typ: "text/plain", size: 312, slow: 900, status: 200, kind: other})
	m.sitemap = m.add(target{path: []byte("/sitemap.xml"), typ: "application/xml", size: 61_204, slow: 3000, status: 200, kind: other})
	m.feed = m.add(target{path: []byte("/feed.xml"), typ: "application/atom+xml", size: 48_310, slow: 2500, status: 200, kind: feed})
	m.search = html("/search", 7000)
	m.targets[m.search].slow = 140_000
	m.suggest = m.add(target{path: []byte("/api/v1/suggest"), typ: "application/json", size: 410, slow: 22_000, status: 200, kind: api})
	m.progress = m.add(target{path: []byte("/api/v1/progress"), typ: "application/json", size: 2, slow: 6000, status: 204, kind: api})
	m.archive = html("/archive/", 15000)
	m.drawAssets(&d)
	m.drawBlog(&d, w)
	for i, b := range books {
		m.drawBook(&d, w, i, b)
	}
	m.drawProbes(w)
	return m
}

// add gives the new target's number.
func (m *siteMap) add(t target) uint32 {
	if t.path[0] != '/' {
		panic(fmt.Sprintf("fakelog: path %q", t.path))
	}
	m.targets = append(m.targets, t)
	return uint32(len(m.targets) - 1)
}

// versioned is how many assets, the first ones, have a version in the query.
const versioned = 3

func (m *siteMap) drawAssets(d *dice) {
	static := func(path, typ string, median int64) uint32 {
		return m.add(target{path: []byte(path), typ: typ, size: d.lognormal(median), slow: 700, status: 200, kind: asset})
	}
	m.assets = []uint32{
		static("/static/site.css", "text/css", 14_000),
		static("/static/site.js", "text/javascript", 31_000),
		static("/static/search.js", "text/javascript", 9000),
		static("/static/fonts/text-regular.woff2", "font/woff2", 38_000),
		static("/static/logo.svg", "image/svg+xml", 3100),
	}
	m.icons = []uint32{
		static("/favicon.ico", "image/x-icon", 1150),
		static("/apple-touch-icon.png", "image/png", 8000),
	}
	missing := static("/apple-touch-icon-precomposed.png", "text/html", 1)
	m.targets[missing].status = 404
	m.icons = append(m.icons, missing)
}

func (m *siteMap) drawBlog(d *dice, w *world) {
	for i := range 160 {
		a, b := w.words[d.below(80)], w.words[d.below(80)]
		path := fmt.Sprintf("/blog/%d/%s-%s-%d/", 2026-i/24, a, b, i)
		m.blog = append(m.blog, m.add(target{path: []byte(path), typ: "text/html", size: d.lognormal(14_000), slow: 16_000, status: 200}))
	}
	m.blogFavoured = zipf(len(m.blog))
	for i := range 6 {
		path := fmt.Sprintf("/drafts/%d", i+1)
		m.drafts = append(m.drafts, m.add(target{path: []byte(path), typ: "text/html", size: d.lognormal(11_000), slow: 30_000, status: 200, kind: private}))
	}
	for i := range 220 {
		path := fmt.Sprintf("/weblog/%d/%02d/%s.html", 2009+d.below(8), 1+d.below(12), w.words[i%80])
		status := uint16(404)
		if i%9 == 0 {
			status = 410
		}
		m.gone = append(m.gone, m.add(target{path: []byte(path), typ: "text/html", slow: 4000, status: status}))
	}
}

// drawBook adds a book's pages, styles and downloads.
func (m *siteMap) drawBook(d *dice, w *world, i int, b Book) {
	words := b.Words
	if len(words) == 0 {
		words = w.words[:60]
	}
	root := "/book/" + b.Name
	add := func(path, typ string, k kind, median int64) uint32 {
		return m.add(target{path: []byte(path), typ: typ, book: i + 1, size: d.lognormal(median), slow: 900, status: 200, kind: k})
	}
	p := bookPages{name: b.Name, favoured: zipf(b.Chapters)}
	p.index = add(root+"/html/index.html", "text/html", page, 16_000)
	p.assets = slices.Concat(m.assets, []uint32{
		add(root+"/html/_static/book.css", "text/css", asset, 9000),
		add(root+"/html/_static/doctools.js", "text/javascript", asset, 6600),
	})
	p.download = []uint32{
		add(root+"/"+b.Name+".pdf", "application/pdf", download, 2_400_000),
		add(root+"/"+b.Name+".epub", "application/epub+zip", download, 900_000),
	}
	for c := range b.Chapters {
		word := words[c%len(words)]
		if c >= len(words) {
			word += "_" + words[(c*7+3)%len(words)]
		}
		m.drawChapter(d, &p, i, c, word)
	}
	m.books = append(m.books, p)
	m.chapters = append(m.chapters, p.chapters...)
}

// drawChapter adds a chapter with its figures, its address of years ago, which
// redirects, and the one that a relaunch moves it to.
func (m *siteMap) drawChapter(d *dice, p *bookPages, book, c int, word string) {
	part := 1 + c/9
	name := fmt.Sprintf("p%02dc%02d_%s", part, 1+c%9, word)
	html := func(path string, status uint16, moved uint32) uint32 {
		return m.add(target{
			path: []byte(path), typ: "text/html", book: book + 1,
			size: d.lognormal(26_000), slow: 12_000, status: status, moved: moved,
		})
	}
	moved := html(fmt.Sprintf("/book/%s/%02d-%02d-%s/", p.name, part, 1+c%9, word), 200, 0)
	chapter := html(fmt.Sprintf("/book/%s/html/p%02d/%s.html", p.name, part, name), 200, moved)
	p.chapters = append(p.chapters, chapter)
	p.old = append(p.old, html(fmt.Sprintf("/homepage/books/%s/html/%s.html", p.name, name), 301, chapter))

	var figures []uint32
	for f := range d.below(3) {
		t := target{
			path: fmt.Appendf(nil, "/book/%s/html/_images/%s_%d.png", p.name, name, f+1), typ: "image/png",
			book: book + 1, size: d.lognormal(24_000), slow: 900, status: 200, kind: asset,
		}
		if c == 4 && f == 0 { // one that somebody forgot to copy
			t.status = 404
		}
		figures = append(figures, m.add(t))
	}
	p.figures = append(p.figures, figures)
}

func (m *siteMap) drawProbes(w *world) {
	for _, p := range w.probes {
		m.probeMethods = append(m.probeMethods, p.method)
		there := slices.IndexFunc(m.targets, func(t target) bool { return string(t.path) == p.path })
		if there >= 0 {
			m.probes = append(m.probes, uint32(there))
			continue
		}
		status := uint16(404)
		switch {
		case len(p.path) > 12 && p.path[:7] == "/cgi-bi":
			status = 400
		case p.path[1] == '.':
			status = 403
		}
		m.probes = append(m.probes, m.add(target{path: []byte(p.path), typ: "text/html", slow: 2500, status: status, kind: probed}))
	}
	m.probeWeights = weigh(len(w.probes), func(i int) int { return w.probes[i].weight })
}
