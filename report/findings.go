package report

import (
	"iter"
	"strconv"
	"time"

	"logbook/frame"
)

// Findings are what moved in a period, or stands out in one: a few sentences
// before all numbers. Here is what they look at; [rules] says what makes one.

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

// mustBe is the share of all requests that a change must be. Crawlers come in
// rounds: in a day, which may hold one, it is five times as much.
func (d dimension) mustBe(step Period) float64 {
	if step.unit == days && step.n == 1 {
		return 5 * d.least
	}
	return d.least
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

// reach is how many periods findings look at: a streak, and what is usual
// before the one before.
const reach = 13

// periodic reports whether the period is one of many alike: by itself, or
// because the step says what it is held against.
func (r rules) periodic(p Period) bool {
	return !p.All() && (r.given != "" || p.n == 1 && p.unit != hours)
}

// steps returns the periods that findings look at, the earliest first, p last.
func (r rules) steps(p Period) (list []Period) {
	if r.against == "last year" {
		return []Period{p.LastYear(), p}
	}
	for i := reach - 1; i >= 0; i-- {
		if r.against == "previous" {
			list = append(list, p.Before(i))
		} else {
			list = append(list, p.alike(i))
		}
	}
	return list
}

func findingsName(what string) string { return "findings on " + what }

// addFindings adds what findings look at, in the same pass: the count of each
// key by the unit of the period, or by day.
func (n *Notebook) addFindings() {
	for _, d := range dimensions {
		n.addTwin(findingsName(d.name), n.series(d.where, d.by, n.findingsStep()))
	}
	n.addTwin(findingsName("all"), n.series("", "", n.findingsStep()))
	n.addTwin(findingsName("links"), n.series("kind = page and who = person and site != none and status < 400", "site, path", n.findingsStep()))
	n.addTwin(findingsName("bursts"), n.series("status >= 500", "status", minutes))
	n.addPulse()
}

// findingsStep is the unit that findings count by.
func (n *Notebook) findingsStep() unit {
	if n.findingsFrom().IsZero() {
		return days
	}
	return n.period.unit
}

// findingsFrom returns when the first period begins that any findings step of
// the notebook looks at. It is zero if they are of days of the period alone.
func (n *Notebook) findingsFrom() (from time.Time) {
	for _, c := range n.Cells {
		for _, show := range c.Query.Show {
			if r := rulesOf(show); show.Verb == "findings" && r.periodic(n.period) {
				if start := r.steps(n.period)[0].Start; from.IsZero() || start.Before(from) {
					from = start
				}
			}
		}
	}
	return from
}

// series returns the query for the counts of keys by a unit of time.
func (n *Notebook) series(where, by string, u unit) *frame.Query {
	text := "count, series " + string(u) + " as " + seriesColumn
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
	from := n.findingsFrom()
	switch {
	case u == minutes: // of bursts: of the period alone
	case !from.IsZero():
		q.From, q.Rows = frame.History, append(q.Rows, since(from))
	case n.period.All():
		q.From = frame.History
	}
	return q
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
