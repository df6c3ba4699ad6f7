package report

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"
	"time"

	"logbook/frame"
	"logbook/templates"
)

// The tests of this package make tables by hand: two weeks of a site with
// seven books. What the engine computes is tested where it is.

var cet = time.FixedZone("Europe/Berlin", 3600)

var (
	fixtureFirst = time.Date(2026, 11, 2, 0, 0, 2, 0, cet)
	fixtureLast  = time.Date(2026, 11, 15, 23, 59, 59, 0, cet)
)

// words are the values of text keys, the most frequent first.
var words = map[string][]string{
	"who":          {"person", "bot"},
	"book":         {"python-2.6", "oodesign-3.1", "nonprog", "statistics", "web-apis", "sysadmin", "typesetting"},
	"chapter":      {"p02", "p01", "roulette", "craps", "blackjack", "front"},
	"path":         {"/", "/book/oodesign-3.1/html/craps/dice.html", "/book/python-2.6/html/p02/p02c10_adv_seq.html", "/book/statistics/html/regression/ols.html", "/book/web-apis/html/http/caching.html", "/wp-login.php", "/favicon.ico", "/feed/", "/a?b=c&d", "/book/nonprog/nonprog.pdf", "/.env", "/xmlrpc.php", "/about", "/contact"},
	"kind":         {"page", "asset", "download", "probe", "feed"},
	"status_class": {"2xx", "3xx", "4xx", "5xx"},
	"site":         {"www.google.com", "stackoverflow.com", "duckduckgo.com", "lobste.rs"},
	"client":       {"Chrome", "Safari", "Googlebot", "GPTBot", "Firefox"},
	"os":           {"Windows", "macOS", "Android", "iOS", "Linux"},
	"device":       {"desktop", "phone", "tablet"},
	"host":         {"192.0.2.66", "203.0.113.20", "198.51.100.40", "2001:db8::17"},
}

// random is a number in [0, 1) that depends on its arguments alone.
func random(args ...any) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, args...)
	return float64(h.Sum64()%1e6) / 1e6
}

// weight is how many requests a group of keys has.
func weight(keys []value) float64 {
	n := 40000.0
	for _, k := range keys {
		switch {
		case k.unit == "hour":
			t := instant(int64(k.num), cet)
			n *= (1 - 0.7*math.Cos(float64(t.Hour())/24*2*math.Pi)) / 336 * 8
			if t.Day() == 14 && (t.Hour() == 2 || t.Hour() == 3) {
				return 0 // a gap
			}
			if t.Day() == 10 && t.Hour() == 16 {
				n *= 2
			}
		case k.unit == "day":
			n /= 14
		case k.unit == "hour_of_day":
			n *= (1 - 0.8*math.Cos(k.num/24*2*math.Pi)) / 24
		case k.unit == "weekday":
			n /= 7 + 4*math.Max(0, k.num-5)
		case k.typ == frame.Int:
			n /= 1 + math.Abs(k.num-200)/40
		default:
			n /= 1.6
		}
		n *= 0.8 + 0.4*random(k.text, k.num)
	}
	return n
}

// fixture makes a table for each query of a notebook.
func fixture(t testing.TB, n *Notebook) []*frame.Table {
	t.Helper()
	names, queries := n.Queries()
	tables := make([]*frame.Table, len(queries))
	for i, q := range queries {
		if from := slices.Index(names, q.From); from >= 0 { // as it is: what is done with it is tested elsewhere
			copied := *tables[from]
			copied.Name = names[i]
			tables[i] = &copied
			continue
		}
		tables[i] = fixtureTable(names[i], q)
	}
	return tables
}

func fixtureTable(name string, q *frame.Query) *frame.Table {
	tb := &frame.Table{Name: name, Show: q.Show}
	groups := [][]value{nil}
	for _, k := range q.Group.By {
		var next [][]value
		for _, g := range groups {
			for _, v := range fixtureKeys(k.Name) {
				next = append(next, append(slices.Clone(g), v))
			}
		}
		groups = next
	}
	groups = slices.DeleteFunc(groups, func(g []value) bool {
		return weight(g) < 1 || len(g) == 2 && g[0].unit == "" && g[1].unit == "" && random("keep", g[0].text, g[1].text) < 0.4
	})
	byHour := slices.ContainsFunc(q.Group.By, func(k frame.Key) bool { return len(words[k.Name]) == 0 })
	if !byHour {
		slices.SortStableFunc(groups, func(a, b []value) int { return int(weight(b) - weight(a)) })
	}
	for _, step := range q.Result {
		if step.Verb == "limit" {
			groups = groups[:min(len(groups), step.Limit)]
		}
	}
	tb.Rows = len(groups)
	for k, key := range q.Group.By {
		c := frame.Column{Name: key.Name, Key: true, Type: frame.Text}
		for _, g := range groups {
			c.Type, c.Unit = g[k].typ, g[k].unit
			if g[k].typ == frame.Text {
				c.Texts = append(c.Texts, g[k].text)
			} else {
				c.Ints = append(c.Ints, int64(g[k].num))
			}
		}
		tb.Columns = append(tb.Columns, c)
	}
	for _, a := range q.Group.Aggs {
		tb.Columns = append(tb.Columns, fixtureAgg(a, groups))
	}
	for _, step := range q.Result {
		for i, what := range step.Compare {
			addCompared(tb, q.Group.Aggs, map[bool]string{true: "_" + what}[i > 0])
		}
		if step.Verb == "add" {
			c := frame.Column{Name: step.Name, Type: frame.Float, Floats: make([]float64, tb.Rows), Nulls: make([]bool, tb.Rows)}
			tb.Columns = append(tb.Columns, c)
			recompute(tb, []frame.ResultStep{step}, tb.Rows)
		}
	}
	return tb
}

// addCompared adds the columns of a comparison with a time in which everything
// was a tenth less.
func addCompared(t *frame.Table, aggs []frame.Agg, suffix string) {
	main := true
	for _, a := range aggs {
		now := *t.Column(a.Column())
		if now.Ints == nil {
			continue
		}
		was := frame.Column{Name: "was" + suffix + "." + now.Name, Type: now.Type}
		change := frame.Column{Name: "change" + suffix, Type: now.Type}
		delta := frame.Column{Name: "delta" + suffix, Type: frame.Float}
		isNew := frame.Column{Name: "is_new" + suffix, Type: frame.Flag, Ints: make([]int64, t.Rows)}
		for _, n := range now.Ints {
			before := n - n/10
			was.Ints, change.Ints = append(was.Ints, before), append(change.Ints, n-before)
			delta.Floats = append(delta.Floats, float64(n-before)/math.Max(1, float64(before)))
		}
		if main {
			main, was.Name = false, "was"+suffix
			t.Columns = append(t.Columns, was, change, delta, isNew)
			continue
		}
		t.Columns = append(t.Columns, was)
	}
}

func fixtureKeys(name string) []value {
	var keys []value
	switch name {
	case "hour", "day":
		for t := unit(name).floor(fixtureFirst); t.Before(fixtureLast); t = unit(name).add(t, 1) {
			keys = append(keys, value{typ: frame.Time, num: float64(t.UnixMicro()), unit: name})
		}
	case "weekday":
		for d := 1; d <= 7; d++ {
			keys = append(keys, value{typ: frame.Int, num: float64(d), unit: name})
		}
	case "hour_of_day":
		for h := range 24 {
			keys = append(keys, value{typ: frame.Int, num: float64(h), unit: name})
		}
	case "status":
		for _, s := range []float64{200, 206, 301, 304, 403, 404, 500, 503} {
			keys = append(keys, value{typ: frame.Int, num: s})
		}
	default:
		for _, w := range append(words[name], fmt.Sprintf("other %s", name)) {
			keys = append(keys, value{typ: frame.Text, text: w})
		}
	}
	return keys
}

func fixtureAgg(a frame.Agg, groups [][]value) frame.Column {
	c := frame.Column{Name: a.Column(), Type: frame.Int}
	share := 1.0
	if a.If != nil {
		share = random(a.If.String())
	}
	for i, g := range groups {
		n := math.Round(weight(g) * share)
		switch a.Func {
		case "series":
			s := make([]int64, 14)
			for d := range s {
				s[d] = int64(n / 14 * (0.5 + random(d, i)))
			}
			c.Series = append(c.Series, s)
		case "top":
			c.Type = frame.Text
			w := fixtureKeys(a.Arg.String())
			c.Texts = append(c.Texts, w[int(random(i)*float64(len(w)))].text)
		case "first", "last", "max", "min":
			c.Type = frame.Time
			c.Ints = append(c.Ints, fixtureLast.Add(-time.Duration(random(i)*1e5)*time.Second).UnixMicro())
		case "sum":
			c.Type = frame.Bytes
			c.Ints = append(c.Ints, int64(n*40123))
		default:
			c.Ints = append(c.Ints, int64(n))
		}
	}
	if a.Func == "series" {
		for t := days.floor(fixtureFirst); t.Before(fixtureLast); t = days.add(t, 1) {
			c.Axis = append(c.Axis, t.UnixMicro())
		}
	}
	return c
}

func fixtureRun() Run {
	return Run{
		Version: "0.1.0", Command: "logbook report /var/log/nginx/access.log*", Site: "docs.example.org",
		Made: time.Date(2026, 11, 16, 6, 10, 0, 0, cet), Zone: cet, First: fixtureFirst, Last: fixtureLast,
		Inputs: []Input{
			{Name: "access.log.2.gz", Format: "combined", Lines: 163552, Kept: 163524, Rejected: 28, First: fixtureFirst, Last: fixtureFirst.AddDate(0, 0, 7)},
			{Name: "access.log.1", Format: "combined", Lines: 31406, Kept: 22600, Filtered: 8802, Rejected: 4, First: fixtureFirst.AddDate(0, 0, 7), Last: fixtureLast},
		},
		Rejects: []Reject{{Reason: "TLS on the HTTP port", Count: 32, File: "access.log.2.gz", Line: 1882, Text: `"\x16\x03\x01\x01\x02"`}},
		Notes:   []string{"112 lines out of time order by up to 3 s"},
	}
}

// notebook parses a notebook, or a built-in one if src is empty.
func notebook(t testing.TB, name, src string) *Notebook {
	t.Helper()
	text := []byte(src)
	if src == "" {
		text, _ = templates.Notebook(name)
	}
	n, err := ParseNotebook(name+".md", text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
