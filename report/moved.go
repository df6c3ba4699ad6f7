package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
)

// A box is what a findings step shows: what moved, or that nothing did.
type box struct {
	Title string
	Lines []finding
	Empty string // instead of lines
}

// A finding is one line: a number and a sentence.
type finding struct {
	Number string
	Class  string // of the number: bad, new
	Words  []fragment
	score  float64
	gap    bool
}

// A fragment is a piece of a sentence. Text is log text at times.
type fragment struct {
	Text string
	Code bool
	Link string // the anchor of a cell
}

func said(format string, args ...any) fragment { return fragment{Text: fmt.Sprintf(format, args...)} }

// sentence returns the words of a finding as one text.
func (f finding) sentence(write func(fragment) string) string {
	var b strings.Builder
	for _, w := range f.Words {
		b.WriteString(write(w))
	}
	return b.String()
}

// find carries out a findings step.
func (p *pageMaker) find(show frame.Show) *box {
	tl := p.timeline(show)
	b := &box{Title: "What stands out"}
	if tl.periodic {
		b.Title = "What moved"
	}
	list := p.bursts(tl)
	if slices.Contains(tl.of, "gaps") {
		list = append(list, p.gapLines(tl.gap)...)
	}
	for _, c := range p.moved(tl) {
		list = append(list, p.told(tl, c))
	}
	slices.SortStableFunc(list, func(a, b finding) int { return cmp.Compare(b.score, a.score) })
	b.Lines = best(list, tl.limit)
	if len(list) == 0 {
		b.Empty = p.nothing(tl, show)
	}
	return b
}

// best returns the first lines. A gap is one of them, whatever else there is:
// who does not know of it reads the others wrongly.
func best(list []finding, most int) []finding {
	if len(list) <= most {
		return list
	}
	if gap := slices.IndexFunc(list, func(f finding) bool { return f.gap }); gap >= most {
		list[most-1] = list[gap]
	}
	return list[:most]
}

// nothing says that nothing was found.
func (p *pageMaker) nothing(tl *timeline, show frame.Show) string {
	o, given := opt(show.Opts, "empty")
	last := len(tl.steps) - 1
	var least floor
	compared := true
	if tl.periodic {
		_, least, compared = tl.usual(make([]float64, len(tl.steps)), last)
	}
	switch {
	case !compared && !p.run.First.Before(tl.steps[last].Start):
		return "The first " + tl.called() + " on record: there is nothing yet to compare it with."
	case !compared:
		return "There is nothing to compare with: of what is before, the log holds no " + tl.called() + " that is complete."
	case given:
		pieces, _ := p.notebook.parseTemplate(strings.Join(o.Args, " ")) // checked
		return p.prose.fill(pieces, &scope{names: p.names()})
	case tl.periodic:
		return fmt.Sprintf("A quiet %s: nothing moved by more than %s.", tl.called(), join(percent(least.share, 0)))
	}
	return "Nothing stands out: no day, address or error is far from what is usual."
}

// moved returns the keys that moved, one for each cause.
func (p *pageMaker) moved(tl *timeline) []*candidate {
	var list []*candidate
	for _, d := range dimensions {
		if t := p.tables[findingsName(d.name)]; t != nil && slices.Contains(tl.of, d.name) {
			list = append(list, tl.candidates(t, d, p.run.probe)...)
		}
	}
	list = tl.join(list, p.tables[findingsName("links")])
	burst := p.burstStatus(tl.burst)
	return slices.DeleteFunc(list, func(c *candidate) bool { return c.name == "status" && c.rise() > 0 && burst[c.text()] })
}

// probe reports whether a path is one that only probes ask for.
func (r *Run) probe(path string) bool { return r.Probe != nil && r.Probe(path) }

// told writes a candidate.
func (p *pageMaker) told(tl *timeline, c *candidate) finding {
	f := finding{score: c.score, Number: p.size(c)}
	switch {
	case c.name == "status" && c.keyOf("status").num >= 500 && c.rise() > 0:
		f.Class = "bad"
	case c.isNew:
		f.Class = "new"
	}
	if c.again {
		f.Words = append(f.Words, said("again: "))
	}
	if c.streak > 0 {
		f.Number = ordinal(c.streak)
		f.Words = append(f.Words, said("%s in a row that ", tl.called()), p.subject(c),
			said(" %s: %s → %s %s.", map[bool]string{true: "grew", false: "fell"}[c.n > c.from], grouped(int64(c.from)), grouped(int64(c.n)), c.noun))
		return f
	}
	f.Words = append(f.Words, said("%s %s ", c.noun, c.preposition()), p.subject(c))
	f.Words = append(f.Words, p.detail(tl, c)...)
	return f
}

// size is the number of a line: how much more or less.
func (p *pageMaker) size(c *candidate) string {
	count := func(n float64) value { return value{typ: frame.Int, num: math.Round(n)} }
	switch ch := (change{now: count(c.n), was: count(c.u)}); ch.kind() {
	case "relative", "calm":
		return ch.signed()
	case "times":
		return ch.String()
	}
	return difference(count(c.rise()))
}

func (c *candidate) preposition() string {
	return map[string]string{"books": "of", "pages": "of", "sites": "from", "clients": "from", "status": "with status", "lost": "for"}[c.name]
}

// subject names the key, with a link to where the page has more of it.
func (p *pageMaker) subject(c *candidate) fragment {
	w := fragment{Text: visible(c.text()), Link: p.cellBy(c.key), Code: c.key == "path"}
	switch c.key {
	case "book":
		w.Text = p.bookTitle(c.text())
	case "status":
		w.Text = strings.TrimSpace(c.text() + " " + statusName(int(c.keyOf("status").num)))
	}
	return w
}

// cellBy returns the name of the first cell that shows a table by a key.
func (p *pageMaker) cellBy(key string) string {
	for _, c := range p.notebook.Cells {
		if !c.Hide && c.Query.Group != nil && len(c.Query.Group.By) > 0 && c.Query.Group.By[0].Name == key && p.tables[c.Name] != nil && p.tables[c.Name].Rows > 0 {
			return c.Name
		}
	}
	return ""
}

// detail says what else is known.
func (p *pageMaker) detail(tl *timeline, c *candidate) (list []fragment) {
	switch {
	case c.again:
	case c.isNew && c.name == "sites" && tl.against != "last year":
		list = append(list, said(", a new referrer"))
	case c.isNew && c.name == "clients" && tl.against != "last year":
		list = append(list, said(", a new crawler"))
	case c.u == 0 && !tl.periodic && !c.isNew:
		list = append(list, said(", on most days none"))
	case c.u == 0 && !tl.periodic:
		list = append(list, said(", none before"))
	case c.u == 0:
		list = append(list, said(", %s %s", map[bool]string{true: "none", false: "mostly none"}[c.none], tl.before(c.when)))
	case c.n == 0:
		list = append(list, said(" stopped: %s %s", grouped(int64(math.Round(c.u))), or(map[bool]string{true: "usually"}[tl.against == "usual"], tl.before(c.when))))
	default:
		list = append(list, said(": %s → %s", grouped(int64(math.Round(c.u))), grouped(int64(c.n))))
	}
	if c.cause != nil {
		how := ", most of them to "
		if c.part >= 0.9 {
			how = ", nearly all to "
		}
		list = append(list, said("%s", how), p.subject(c.cause))
	}
	if all := tl.all[c.when]; c.name == "clients" && c.n > 0 && all > 0 {
		list = append(list, said(", now %s of all requests", join(percent(c.n/all, 1))))
	}
	if !tl.periodic {
		list = append(list, said(", on %s", dated(tl.steps[c.when].Start, "day", true)))
	}
	return append(list, said("."))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		suffix = map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10]
	}
	return strconv.Itoa(n) + or(suffix, "th")
}

// gapLines writes the spans of the period without a log line.
func (p *pageMaker) gapLines(rule gapRule) (list []finding) {
	pulse := p.pulse()
	start, end := p.covers()
	for _, g := range pulse.gapsBy(rule, start, end) {
		f := finding{gap: true, Number: elapsed(float64(g.length().Round(time.Minute).Microseconds()))}
		f.Words = []fragment{said("without a log line, %s.", p.spanText(g.from, g.to))}
		lost := pulse.usualIn(g)
		if lost >= 10 {
			f.Words = append(f.Words, said(" Counts are low by about %s.", grouped(roughly(lost))))
		}
		f.score = max(lost, g.length().Hours()) / math.Sqrt(lost+25)
		list = append(list, f)
	}
	return list
}

// roughly rounds to two digits.
func roughly(v float64) int64 {
	unit := math.Pow(10, max(0, math.Floor(math.Log10(v))-1))
	return int64(math.Round(v/unit) * unit)
}

// covers returns the span that the page is about, as far as it has come.
func (p *pageMaker) covers() (start, end time.Time) {
	if p.run.Period.All() {
		return p.first, p.last
	}
	start, end = p.span.Start, p.span.End
	if made := p.run.Made; !made.IsZero() && made.Before(end) && made.After(start) {
		end = made
	}
	return start.In(p.run.Zone), end.In(p.run.Zone)
}
