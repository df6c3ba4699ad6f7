package fakelog

import (
	"embed"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.txt
var data embed.FS

// lines yields the lines of a data file that are neither blank nor comments.
// The files are part of the program, so a mistake in one is a panic, and a
// test reads them all.
func lines(name string) iter.Seq[string] {
	text, err := data.ReadFile("data/" + name + ".txt")
	if err != nil {
		panic(err)
	}
	return func(yield func(string) bool) {
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "#") && !yield(line) {
				return
			}
		}
	}
}

// cut splits a data line at its first blanks and gives what follows.
func cut(line string) (first, rest string) {
	first, rest, _ = strings.Cut(line, " ")
	return first, strings.TrimSpace(rest)
}

// number reads a number of a data file.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		panic(fmt.Sprintf("fakelog: data: %v", err))
	}
	return n
}

// An agent is a User-Agent and what it tells about who sends it.
type agent struct {
	text   []byte // nil for none
	who    who
	weight int
}

// A crawler is a named program of crawlers.txt.
type crawler struct {
	name    string
	does    string
	network string
	agent   uint16 // in cast.agents
	weight  int
}

// A probe is what a scanner asks for.
type probe struct {
	method method
	path   string
	weight int
}

// A referrer is a site that readers come from.
type referrer struct {
	kind   string
	url    string
	weight int
}

// A Book is a directory of the site with chapters.
type Book struct {
	Name     string   // the path element: "python-2.6"
	Chapters int      // how many
	Words    []string // what its chapters are named after; nil for the site's own
}

// world is all that the data files tell.
type world struct {
	agents   []agent // browsers, then crawlers, then scanners, then those of events
	browsers weights
	crawlers []crawler
	probes   []probe
	sites    []referrer
	books    []Book
	words    []string

	firstScanner, scanners int // in agents
}

var loadWorld = sync.OnceValue(func() *world {
	w := &world{}
	w.loadBrowsers()
	w.loadCrawlers()
	w.loadScanners()
	for line := range lines("sites") {
		weight, rest := cut(line)
		kind, url := cut(rest)
		w.sites = append(w.sites, referrer{kind, url, number(weight)})
	}
	for line := range lines("books") {
		f := strings.Fields(line)
		w.books = append(w.books, Book{f[0], number(f[1]), f[2:]})
	}
	for line := range lines("words") {
		w.words = append(w.words, strings.Fields(line)...)
	}
	return w
})

func (w *world) loadBrowsers() {
	versions := map[string]string{}
	for line := range lines("browsers") {
		first, rest := cut(line)
		if first == "version" {
			name, list := cut(rest)
			versions[name] = list
			continue
		}
		w.addVersions(rest, number(first)*100, versions)
	}
	w.browsers = weigh(len(w.agents), func(i int) int { return w.agents[i].weight })
}

// addVersions adds the agent once for each version of the first {name} in it.
func (w *world) addVersions(text string, weight int, versions map[string]string) {
	_, after, found := strings.Cut(text, "{")
	if !found {
		w.agents = append(w.agents, agent{[]byte(text), person, max(weight, 1)})
		return
	}
	name, _, _ := strings.Cut(after, "}")
	list, known := versions[name]
	if !known {
		panic("fakelog: browsers.txt: no version " + name)
	}
	total := 0
	for v := range strings.FieldsSeq(list) {
		_, share, _ := strings.Cut(v, "=")
		total += number(share)
	}
	for v := range strings.FieldsSeq(list) {
		version, share, _ := strings.Cut(v, "=")
		w.addVersions(strings.ReplaceAll(text, "{"+name+"}", version), weight*number(share)/total, versions)
	}
}

func (w *world) loadCrawlers() {
	for line := range lines("crawlers") {
		f := strings.SplitN(line, "|", 5)
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		w.crawlers = append(w.crawlers, crawler{
			name: f[1], does: f[2], network: f[3],
			agent: uint16(len(w.agents)), weight: number(f[0]),
		})
		w.agents = append(w.agents, agent{[]byte(f[4]), bot, 0})
	}
}

func (w *world) loadScanners() {
	w.firstScanner = len(w.agents)
	for line := range lines("scanners") {
		first, rest := cut(line)
		if first == "agent" {
			weight, rest := cut(rest)
			kind, text := cut(rest)
			a := agent{text: []byte(text), who: bot, weight: number(weight)}
			if kind == "unknown" {
				a.text, a.who = nil, unknown
			}
			w.agents = append(w.agents, a)
			continue
		}
		p := probe{method: get, path: rest, weight: number(first)}
		if m, path, found := strings.Cut(rest, " "); found {
			p.method, p.path = methodNamed(m), path
		}
		w.probes = append(w.probes, p)
	}
	w.scanners = len(w.agents) - w.firstScanner
}
