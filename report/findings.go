package report

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"logbook/frame"
)

// Findings are what moved in a period, or stands out in one: a few sentences
// before all numbers. The rules:
//
//   - A key (book, page, site, client, status, path not found) has n requests
//     now and u usually: the median of the four complete periods before. It is
//     a candidate if |n−u| is at least 50 (floor), 10 % of u, and 3·√u (of
//     pages 4, of books 6: a reader opens several at a time). With
//     fewer than four such periods, u is that of the one before, and |n−u| has
//     to be at least 100 and 25 % of u. Some keys are never calm, above all
//     crawlers: |n−u| must also be half as much again as the second largest such
//     distance of the eight periods before.
//     Books are counted by the pages that people open; a crawler has to move by 2 % of all
//     requests, and a status that is not 5xx by 1 %.
//   - It is new if u is 0 and it was never there before, gone if n is 0.
//   - In a notebook without one period to speak of (the last 14 days, all
//     time), now is the day on which a key rose most, and usual the other
//     complete days; it has to be twice as much, and of a crawler 10 % of all.
//   - A streak is six or more periods in one direction, 20 % in all.
//   - A burst is an hour with 20 or more 5xx answers and ten times the median
//     hour. A gap is described at [pulse.longestGap].
//   - Candidates are ordered by |n−u| / √(u+25), times 3 for 5xx, 2 for sites
//     and books, 0.2 for probes.
//   - One cause is one line: a referrer from which 70 % of a page's rise came
//     is named with the page, and a book with the page that explains it.
//   - What was found in the period before as well is said shortly: again.
const (
	explains   = 0.7
	streakOf   = 6
	streakRise = 0.2
	restless   = 1.5
	burstLeast = 20
	burstTimes = 10
)

// thresholds are the numbers of the rules that a findings step may change.
type thresholds struct {
	floor, share float64
	noise        float64 // times √u
}

func (th thresholds) moved(n, u float64) bool {
	return math.Abs(n-u) >= max(th.floor, th.share*u, th.noise*math.Sqrt(u))
}

// A dimension is a kind of keys that findings look at.
type dimension struct {
	name   string // as in "of books, pages"
	where  string
	by     string
	key    string
	weight float64
	noise  float64 // times √u: requests that come together, as those of a visit, vary more than by chance
	noun   string  // what is counted
	least  float64 // share of all requests that a change must be
	streak bool
}

var dimensions = []dimension{
	{"books", "book != none and kind = page and who = person", "book", "book", 2, 6, "views", 0, true},
	{"pages", "kind = page and who = person and status < 400", "path, book", "path", 1, 4, "views", 0, false},
	{"sites", "kind = page and who = person and site != none", "site", "site", 2, 3, "visits", 0, true},
	{"clients", "who = bot", "client", "client", 1, 3, "requests", 0.02, true},
	{"status", "status >= 400", "status", "status", 1, 3, "answers", 0.01, false},
	{"lost", "status = 404", "path", "path", 0.5, 3, "requests", 0, false},
}

// kindsOfFindings are what "of" may name.
var kindsOfFindings = []string{"books", "pages", "sites", "clients", "status", "lost", "gaps"}

// mostKeys bounds the keys of a dimension that are looked at.
const mostKeys = 3000

// reach is how many periods findings look back: a streak, and what is usual
// before the one before.
const reach = 13

// periodic reports whether the period is one of many alike.
func (p Period) periodic() bool { return !p.All() && p.n == 1 && p.unit != hours }

func findingsName(what string) string { return "findings on " + what }

// addFindings adds what findings look at, in the same pass: the count of each
// key by period, or by day.
func (n *Notebook) addFindings() {
	for _, d := range dimensions {
		n.addTwin(findingsName(d.name), n.series(d.where, d.by, ""))
	}
	n.addTwin(findingsName("all"), n.series("", "", ""))
	n.addTwin(findingsName("links"), n.series("kind = page and who = person and site != none and status < 400", "site, path", ""))
	n.addTwin(findingsName("bursts"), n.series("status >= 500", "status", minutes))
	n.addPulse()
}

// series returns the query for the counts of keys by period; by the unit, if it
// is given.
func (n *Notebook) series(where, by string, u unit) *frame.Query {
	step := days
	if n.period.periodic() {
		step = n.period.unit
	}
	text := "count, series " + or(string(u), string(step)) + " as " + seriesColumn
	if by != "" {
		text += " by " + by
	}
	if where != "" {
		text = "where " + where + " | " + text
	}
	q, err := frame.ParseQuery(text + " | sort count desc | limit " + strconv.Itoa(mostKeys))
	if err != nil {
		panic(err) // of ours
	}
	q.From = frame.History
	switch {
	case n.period.All():
	case n.period.periodic():
		q.Rows = append(q.Rows, n.history(step, reach, nil, frame.Group{}).Rows...)
	default:
		q.From = ""
	}
	return q
}

// A candidate is a key that moved.
type candidate struct {
	dimension
	keys   []value // of the row
	n, u   float64
	score  float64
	isNew  bool
	again  bool
	streak int     // periods in one direction
	from   float64 // what it was when the streak began
	when   int     // the step of the axis that n is of
	cause  *candidate
	part   float64 // of the cause in the rise
}

func (c *candidate) rise() float64 { return c.n - c.u }

// A timeline is the steps that findings compare: periods, or the days of one.
type timeline struct {
	steps    []int64 // begin of each
	complete []bool
	periodic bool
	all      []float64 // requests in each step
	thresholds
}

// usual returns what is usual before step i: the median of the last four
// complete steps, or the last one with stricter thresholds; ok is false if
// there is none.
func (tl *timeline) usual(values []float64, i int) (u float64, th thresholds, ok bool) {
	var before []float64
	for j := i - 1; j >= 0 && len(before) < UsualOf; j-- {
		if tl.complete[j] {
			before = append(before, values[j])
		}
	}
	switch {
	case len(before) == UsualOf:
		return median(before), tl.thresholds, true
	case i > 0 && tl.complete[i-1]:
		return values[i-1], thresholds{floor: max(tl.floor, 100), share: max(tl.share, 0.25)}, true
	}
	return 0, tl.thresholds, false
}

// judge returns the candidate that a key's values make at step i, or nil.
func (tl *timeline) judge(d dimension, values []float64, i int) *candidate {
	u, th, ok := tl.usual(values, i)
	if !ok {
		return nil
	}
	n := values[i]
	th.floor, th.noise = max(th.floor, d.least*tl.all[i]), d.noise
	c := &candidate{dimension: d, n: n, u: u, when: i}
	c.isNew = n > 0 && !slices.ContainsFunc(values[:i], func(v float64) bool { return v > 0 })
	if !tl.complete[i] && n < u { // what is missing may be what it has less
		return nil
	}
	c.streak, c.from = tl.streak(values, i)
	streak := d.streak && c.streak >= streakOf && math.Abs(n-c.from) >= max(th.floor, streakRise*c.from, 3*math.Sqrt(c.from))
	if !streak {
		c.streak = 0
	}
	if (!th.moved(n, u) || math.Abs(n-u) < restless*tl.unrest(values, i)) && !streak {
		return nil
	}
	c.score = math.Abs(n-u) / math.Sqrt(u+25) * d.weight
	return c
}

// unrest returns how far a key was from what is usual in the steps before: the
// second largest distance of the last eight, so that one event does not hide
// the next.
func (tl *timeline) unrest(values []float64, i int) float64 {
	var distances []float64
	for j := i - 1; j > 0 && len(distances) < 8; j-- {
		if u, _, ok := tl.usual(values, j); ok && tl.complete[j] {
			distances = append(distances, math.Abs(values[j]-u))
		}
	}
	if len(distances) < 2 {
		return 0
	}
	slices.Sort(distances)
	return distances[len(distances)-2]
}

// streak returns for how many steps values have gone in one direction, and
// what they were before.
func (tl *timeline) streak(values []float64, i int) (steps int, from float64) {
	up := i > 0 && values[i] > values[i-1]
	j := i
	for j > 0 && tl.complete[j] && tl.complete[j-1] && values[j] != values[j-1] && (values[j] > values[j-1]) == up {
		j--
	}
	return i - j, values[j]
}

// standsOut returns the candidate for the day on which a key rose most over
// its other days, or nil.
func (tl *timeline) standsOut(d dimension, values []float64) *candidate {
	i := 0
	for j, v := range values {
		if v > values[i] {
			i = j
		}
	}
	var others []float64
	for j, v := range values {
		if j != i && tl.complete[j] {
			others = append(others, v)
		}
	}
	if len(others) < UsualOf {
		return nil
	}
	n, u := values[i], median(others)
	if th := (thresholds{max(tl.floor, 5*d.least*tl.all[i]), max(tl.share, 1), d.noise}); !th.moved(n, u) {
		return nil
	}
	return &candidate{dimension: d, n: n, u: u, when: i, score: (n - u) / math.Sqrt(u+25) * d.weight,
		isNew: i > 0 && !slices.ContainsFunc(values[:i], func(v float64) bool { return v > 0 })}
}

// candidates returns the keys of a table that moved.
func (tl *timeline) candidates(t *frame.Table, d dimension, probe func(path string) bool) []*candidate {
	var list []*candidate
	for i := range rowsOf(t) {
		values := tl.values(t, i)
		dim := d
		switch key := at(t.Column(d.key), i); {
		case !key.known():
			continue
		case d.name == "status" && key.num >= 500:
			dim.weight, dim.least = 3, 0
		case d.name == "lost" && probe(key.text):
			dim.weight = 0.2
		}
		var c *candidate
		if last := len(values) - 1; !tl.periodic {
			c = tl.standsOut(dim, values)
		} else if c = tl.judge(dim, values, last); c != nil && last > 0 {
			before := tl.judge(dim, values, last-1)
			c.again = before != nil && before.streak == 0 && (before.rise() > 0) == (c.rise() > 0)
		}
		if c != nil {
			for k := range t.Columns {
				if t.Columns[k].Key {
					c.keys = append(c.keys, at(&t.Columns[k], i))
				}
			}
			list = append(list, c)
		}
	}
	return list
}

// rowsOf counts the rows but that of all others.
func rowsOf(t *frame.Table) int {
	if t == nil {
		return 0
	}
	if t.Other {
		return t.Rows - 1
	}
	return t.Rows
}

// values returns the counts of a row by step.
func (tl *timeline) values(t *frame.Table, i int) []float64 {
	out := make([]float64, len(tl.steps))
	for when, n := range seriesOf(t, i) {
		if at, ok := slices.BinarySearch(tl.steps, when); ok {
			out[at] = float64(n)
		}
	}
	return out
}

// seriesOf goes through the counts of a row by time.
func seriesOf(t *frame.Table, i int) iter.Seq2[int64, int64] {
	return func(yield func(when, n int64) bool) {
		c := t.Column(seriesColumn)
		if c == nil || i >= len(c.Series) {
			return
		}
		for x, n := range c.Series[i][:min(len(c.Series[i]), len(c.Axis))] {
			if !yield(c.Axis[x], n) {
				return
			}
		}
	}
}

// text returns the key that the candidate is about.
func (c *candidate) text() string { return c.keyOf(c.key).String() }

// keyOf returns one of the candidate's keys.
func (c *candidate) keyOf(name string) value {
	i := slices.Index(strings.Split(c.by, ", "), name)
	if i < 0 || i >= len(c.keys) {
		return value{}
	}
	return c.keys[i]
}

// join makes one line of what has one cause: a page goes to the site that
// explains it, and a book to the page that does.
func (tl *timeline) join(list []*candidate, links *frame.Table) []*candidate {
	gone := make(map[*candidate]bool)
	for _, c := range list {
		switch {
		case c.rise() <= 0 || c.streak > 0:
		case c.name == "pages":
			cause, part := tl.explained(c, list, links)
			if cause == nil {
				continue
			}
			gone[c] = true
			if cause.cause == nil || c.rise() > cause.cause.rise() {
				cause.cause, cause.part = c, part
			}
		case c.name == "books":
			gone[c] = slices.ContainsFunc(list, func(page *candidate) bool {
				return page.name == "pages" && page.keyOf("book").text == c.text() && page.rise() >= explains*c.rise()
			})
		}
	}
	list = slices.DeleteFunc(list, func(c *candidate) bool { return gone[c] })
	slices.SortStableFunc(list, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.name, b.name), cmp.Compare(a.text(), b.text()))
	})
	return list
}

// explained returns the site that moved and from which most of a page's rise
// comes, and its part. links counts by both.
func (tl *timeline) explained(c *candidate, list []*candidate, links *frame.Table) (*candidate, float64) {
	for i := range rowsOf(links) {
		if at(links.Column("path"), i).text != c.text() {
			continue
		}
		values := tl.values(links, i)
		u, _, _ := tl.usual(values, c.when)
		part := (values[c.when] - u) / c.rise()
		if part < explains {
			continue
		}
		key := at(links.Column("site"), i).text
		for _, other := range list {
			if other.name == "sites" && other.text() == key && other.rise() > 0 && other.when == c.when {
				return other, part
			}
		}
	}
	return nil, 0
}
