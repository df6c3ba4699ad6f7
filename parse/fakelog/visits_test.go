package fakelog

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"logbook/parse"
)

// A sitting is what comes from one address with one agent, no hour apart.
type sitting struct {
	last     int64
	chapters []string // that were read, in order
	page     string   // the last one
}

// TestVisits checks that people read on from chapter to chapter, that what
// belongs to a page follows it and says so, and that links of old lead on.
func TestVisits(t *testing.T) {
	log, _ := write(t, Site{Seed: 12, From: begin, To: begin.AddDate(0, 0, 7), Lines: 60_000})
	sittings := map[string]*sitting{}
	var chapters, readOn, assets, ofPage, moved, followed int
	var movedTo string
	people := map[string]bool{}
	for _, a := range loadWorld().agents[:len(loadWorld().browsers)] {
		people[string(a.text)] = true
	}
	records(t, log, func(r *parse.Record) {
		if !people[string(r.Text[parse.Agent])] || r.Status >= 400 {
			return
		}
		key := string(r.Text[parse.Host]) + string(r.Text[parse.Agent])
		s := sittings[key]
		if s == nil || r.Time-s.last > 3600*second {
			s = &sitting{}
			sittings[key] = s
		}
		s.last = r.Time
		path, referer := string(r.Text[parse.Path]), string(r.Text[parse.Referer])
		switch book, old := strings.CutPrefix(path, "/homepage/books/"); {
		case old:
			moved++
			movedTo = book[strings.LastIndexByte(book, '/')+1:]
		case strings.Contains(path, "/_images/"), strings.HasPrefix(path, "/static/"):
			assets++
			if strings.HasPrefix(referer, "https://docs.example.org"+s.page) {
				ofPage++
			}
		case strings.HasSuffix(path, ".html"):
			s.page = path
			if movedTo != "" && strings.HasSuffix(path, movedTo) {
				followed++
			}
			if before := len(s.chapters) - 1; before >= 0 {
				chapters++
				if strings.HasPrefix(referer, "https://docs.example.org/") {
					readOn++
				}
			}
			s.chapters = append(s.chapters, path)
		case path == "/" || strings.HasSuffix(path, "/") || path == "/search":
			s.page = path
		}
	})
	if chapters < 1500 || readOn*10 < chapters*7 {
		t.Errorf("of %d chapters that are not the first of a visit, %d come from a page of the site", chapters, readOn)
	}
	if assets < 10_000 || ofPage*100 < assets*95 {
		t.Errorf("of %d assets, %d belong to the page that was asked for before", assets, ofPage)
	}
	if moved < 20 || followed*10 < moved*8 {
		t.Errorf("of %d redirects of old links, %d are followed", moved, followed)
	}
	next := 0
	for _, s := range sittings {
		for i := 1; i < len(s.chapters); i++ {
			if chapterAfter(s.chapters[i-1], s.chapters[i]) {
				next++
			}
		}
	}
	if next*3 < chapters {
		t.Errorf("%d of %d chapters are the one after that before", next, chapters)
	}
}

var allChapters = func() (paths []string) {
	m := drawSite(12, loadWorld(), loadWorld().books)
	for _, c := range m.chapters {
		paths = append(paths, string(m.targets[c].path))
	}
	return paths
}()

func chapterAfter(a, b string) bool {
	i := slices.Index(allChapters, a)
	return i >= 0 && i+1 < len(allChapters) && allChapters[i+1] == b
}

// TestErrorsHaveCauses checks that errors are tied to paths and times: the
// search fails while the backup runs, one chapter more often than others, one
// figure is missing, and what does not exist is never found.
func TestErrorsHaveCauses(t *testing.T) {
	log, _ := write(t, Site{Seed: 13, From: begin, To: end, Lines: 200_000})
	var backup, otherwise, drafts int
	failures := map[string]int{}
	lost := map[string][2]int{} // found, not found
	records(t, log, func(r *parse.Record) {
		path, minute := string(r.Text[parse.Path]), at(r).Hour()*60+at(r).Minute()
		switch {
		case r.Status == 502 && minute >= 185 && minute < 200:
			backup++
		case r.Status == 502:
			otherwise++
		case r.Status == 500 && path != "/search" && path != "/api/v1/suggest":
			failures[path]++
		case r.Status == 401 && strings.HasPrefix(path, "/drafts/"):
			drafts++
		}
		n := lost[path]
		n[bits.Len32(uint32(r.Status/404))&1]++
		lost[path] = n
	})
	if backup < 4 || otherwise > 0 {
		t.Errorf("502: %d while the backup runs, %d at other times", backup, otherwise)
	}
	if len(failures) != 1 {
		t.Errorf("500 of %v, want one fragile chapter", failures)
	}
	if drafts == 0 {
		t.Error("nobody has had to log in")
	}
	for path, n := range lost {
		if n[0] > 0 && n[1] > 0 && !strings.HasPrefix(path, "/book/") && path != "/search" && path != "/api/v1/suggest" {
			t.Errorf("%s is found %d times and not found %d times", path, n[0], n[1])
		}
	}
}

// TestSizes checks that the sizes of pages and the durations of answers are
// spread as those of real sites: around a median, with a long tail above.
func TestSizes(t *testing.T) {
	caddy, err := parse.FormatByName("caddy")
	if err != nil {
		t.Fatal(err)
	}
	log, _ := write(t, Site{Seed: 14, From: begin, To: end, Lines: 20_000, Format: caddy})
	sizes := map[string]int64{}
	var durations []int64
	p := caddy.NewParser(nil)
	for line := range bytes.Lines(log) {
		var r parse.Record
		if reason := p.Parse(bytes.TrimSpace(line), &r); reason != parse.OK {
			t.Fatal(reason)
		}
		if path := string(r.Text[parse.Path]); r.Status == 200 && strings.HasSuffix(path, ".html") {
			if size, known := sizes[path]; known && size != r.Bytes {
				t.Errorf("%s has %d bytes, and %d", path, size, r.Bytes)
			}
			sizes[path] = r.Bytes
			durations = append(durations, r.Duration)
		}
		p.Reset()
	}
	var of []int64
	for _, size := range sizes {
		of = append(of, size)
	}
	check := func(what string, of []int64, median time.Duration) {
		slices.Sort(of)
		low, mid, high := of[len(of)*16/100], of[len(of)/2], of[len(of)*84/100]
		if len(of) < 300 || mid < int64(median)*7/10 || mid > int64(median)*14/10 {
			t.Errorf("%s: %d, half of them under %d, want %d", what, len(of), mid, median)
		}
		// One deviation up and down is the same factor, e^0.9 = 2.46.
		up, down := float64(high)/float64(mid), float64(mid)/float64(low)
		if up < 1.8 || up > 3.3 || down < 1.8 || down > 3.3 {
			t.Errorf("%s: one in six is under %d and over %d, half under %d", what, low, high, mid)
		}
	}
	check("sizes", of, 26_000)
	check("durations in µs", durations, 12_700)
}

// TestAgents checks that browsers have the shares that data/browsers.txt gives.
func TestAgents(t *testing.T) {
	log, truth := write(t, Site{Seed: 15, From: begin, To: end, Lines: 100_000})
	got := map[string]int{}
	records(t, log, func(r *parse.Record) { got[string(r.Text[parse.Agent])]++ })
	w := loadWorld()
	all := float64(w.browsers[len(w.browsers)-1])
	for i := range w.browsers {
		a := &w.agents[i]
		want := float64(a.weight) / all * float64(truth.Who["person"])
		if n := float64(got[string(a.text)]); want > 1000 && (n < want*0.8 || n > want*1.2) {
			t.Errorf("%.0f lines of %s, want about %.0f", n, a.text, want)
		}
	}
}
