package report

import (
	"cmp"
	"fmt"
	"maps"
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
	of := kindsOfFindings
	if o, ok := opt(show.Opts, "of"); ok {
		of = o.Args
	}
	list := p.bursts(tl, of)
	if slices.Contains(of, "gaps") {
		list = append(list, p.gapLines()...)
	}
	for _, c := range p.moved(tl, of) {
		list = append(list, p.told(tl, c))
	}
	slices.SortStableFunc(list, func(a, b finding) int { return cmp.Compare(b.score, a.score) })
	b.Lines = best(list, number(show.Opts, "limit", 5))
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
	_, _, compared := tl.usual(make([]float64, len(tl.steps)), len(tl.steps)-1)
	switch {
	case tl.periodic && !compared:
		return "The first " + string(p.run.Period.unit) + " on record: there is nothing yet to compare it with."
	case given:
		pieces, _ := p.notebook.parseTemplate(strings.Join(o.Args, " ")) // checked
		return p.prose.fill(pieces, &scope{names: p.names()})
	case tl.periodic:
		return fmt.Sprintf("A quiet %s: nothing moved by more than %s.", p.run.Period.unit, join(percent(tl.share, 0)))
	}
	return "Nothing stands out: no day, address or error is far from what is usual."
}

// timeline returns the steps to compare.
func (p *pageMaker) timeline(show frame.Show) *timeline {
	tl := &timeline{periodic: p.run.Period.periodic(), thresholds: floorOf(show)}
	defer func() {
		if all := p.tables[findingsName("all")]; rowsOf(all) > 0 {
			tl.all = tl.values(all, 0)
		} else {
			tl.all = make([]float64, len(tl.steps))
		}
	}()
	if !tl.periodic {
		gaps := p.pulse().gaps(p.first, p.last)
		for t := days.floor(p.first); !p.first.IsZero() && !t.After(p.last) && len(tl.steps) < mostDays; t = days.add(t, 1) {
			tl.steps, tl.complete = append(tl.steps, t.UnixMicro()), append(tl.complete, covered(gaps, t, days.add(t, 1)) >= completeFrom)
		}
		return tl
	}
	period, pulse := p.run.Period, p.pulse()
	gaps := pulse.gaps(period.Before(UsualOf).Start.In(p.run.Zone), period.End.In(p.run.Zone))
	for i := reach - 1; i >= 0; i-- {
		step := period.Before(i)
		tl.steps = append(tl.steps, step.Start.In(p.run.Zone).UnixMicro())
		complete := !p.run.First.After(step.Start.Add(time.Hour))
		if complete && len(pulse) > 0 && i <= UsualOf {
			complete = covered(gaps, step.Start, step.End) >= completeFrom
		}
		tl.complete = append(tl.complete, complete)
	}
	return tl
}

// mostDays bounds the days that are looked at one by one.
const mostDays = 4000

// floorOf reads "floor 50 or 10 %".
func floorOf(show frame.Show) thresholds {
	th := thresholds{floor: 50, share: 0.1}
	o, _ := opt(show.Opts, "floor")
	for _, arg := range o.Args {
		number, percent := strings.CutSuffix(arg, "%")
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		switch {
		case err != nil: // or
		case percent:
			th.share = v / 100
		default:
			th.floor = v
		}
	}
	return th
}

// moved returns the keys that moved, one for each cause.
func (p *pageMaker) moved(tl *timeline, of []string) []*candidate {
	var list []*candidate
	for _, d := range dimensions {
		if t := p.tables[findingsName(d.name)]; t != nil && slices.Contains(of, d.name) {
			list = append(list, tl.candidates(t, d, p.run.probe)...)
		}
	}
	list = tl.join(list, p.tables[findingsName("links")])
	burst := p.burstStatus(tl)
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
		f.Words = append(f.Words, said("%s in a row that ", p.run.Period.unit), p.subject(c),
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
	before := "before"
	if tl.periodic {
		before = "in the " + map[unit]string{days: "four days", weeks: "four weeks", months: "four months", years: "four years"}[p.run.Period.unit] + " before"
	}
	switch {
	case c.again:
	case c.isNew && c.name == "sites":
		list = append(list, said(", a new referrer"))
	case c.isNew && c.name == "clients":
		list = append(list, said(", a new crawler"))
	case c.u == 0 && !c.isNew && !tl.periodic:
		list = append(list, said(", on most days none"))
	case c.u == 0:
		list = append(list, said(", none %s", before))
	case c.n == 0:
		list = append(list, said(" stopped: usually %s", grouped(int64(math.Round(c.u)))))
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
		list = append(list, said(", on %s", dated(instant(tl.steps[c.when], p.run.Zone), "day", true)))
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

// A burst is some hours full of 5xx answers.
type burstOf struct {
	from, to time.Time // minutes with such answers
	byStatus map[string]float64
}

func (b *burstOf) most() (status string, n float64) {
	for _, s := range slices.Sorted(maps.Keys(b.byStatus)) {
		if b.byStatus[s] > n {
			status, n = s, b.byStatus[s]
		}
	}
	return status, n
}

// findBursts finds the bursts of the period.
func (p *pageMaker) findBursts() []*burstOf {
	t := p.tables[findingsName("bursts")]
	if p.first.IsZero() {
		return nil
	}
	perHour := make(map[int64]float64)
	for i := range rowsOf(t) {
		for when, n := range seriesOf(t, i) {
			perHour[hours.floor(instant(when, p.run.Zone)).UnixMicro()] += float64(n)
		}
	}
	least := float64(burstLeast)
	var list []*burstOf
	var hour time.Time
	counts := make([]float64, 0, len(perHour))
	for at := hours.floor(p.first); !at.After(p.last); at = hours.add(at, 1) {
		counts = append(counts, perHour[at.UnixMicro()])
	}
	least = max(least, burstTimes*median(counts))
	for at := hours.floor(p.first); !at.After(p.last); at = hours.add(at, 1) {
		if perHour[at.UnixMicro()] < least {
			continue
		}
		if len(list) == 0 || !hours.add(hour, 1).Equal(at) {
			list = append(list, &burstOf{byStatus: make(map[string]float64)})
		}
		hour = at
		list[len(list)-1].addHour(t, at, p.run.Zone)
	}
	return list
}

// addHour adds the answers of an hour, and of the part of the hours beside it
// that belongs to it.
func (b *burstOf) addHour(t *frame.Table, hour time.Time, zone *time.Location) {
	end := hours.add(hour, 1)
	for i := range rowsOf(t) {
		status := at(t.Column("status"), i).String()
		for when, n := range seriesOf(t, i) {
			minute := instant(when, zone)
			if n == 0 || minute.Before(hour) || !minute.Before(end) {
				continue
			}
			b.byStatus[status] += float64(n)
			if b.from.IsZero() || minute.Before(b.from) {
				b.from = minute
			}
			if after := minutes.add(minute, 1); after.After(b.to) {
				b.to = after
			}
		}
	}
}

// burstStatus returns the statuses that bursts are of.
func (p *pageMaker) burstStatus(*timeline) map[string]bool {
	of := make(map[string]bool)
	for _, b := range p.findBursts() {
		status, _ := b.most()
		of[status] = true
	}
	return of
}

// bursts writes the bursts of the period.
func (p *pageMaker) bursts(tl *timeline, of []string) (list []finding) {
	if !slices.Contains(of, "status") {
		return nil
	}
	for _, b := range p.findBursts() {
		status, n := b.most()
		code, _ := strconv.Atoi(status)
		f := finding{Number: grouped(int64(n)), Class: "bad", score: n / math.Sqrt(25) * 3}
		f.Words = []fragment{said("answers with status "), {Text: strings.TrimSpace(status + " " + statusName(code)), Link: p.cellBy("status")},
			said(" on %s", p.spanText(b.from, b.to))}
		if tl.periodic && p.noneBefore(tl, status) {
			f.Words = append(f.Words, said(", none in the four %ss before", p.run.Period.unit))
		}
		f.Words = append(f.Words, said("."))
		list = append(list, f)
	}
	return list
}

// noneBefore reports whether there was no answer of a status in the four
// periods before, and there were four.
func (p *pageMaker) noneBefore(tl *timeline, status string) bool {
	t := p.tables[findingsName("status")]
	last := len(tl.steps) - 1
	for i := range rowsOf(t) {
		if at(t.Column("status"), i).String() == status {
			u, th, ok := tl.usual(tl.values(t, i), last)
			return ok && u == 0 && th == tl.thresholds && !slices.ContainsFunc(tl.values(t, i)[last-UsualOf:last], func(v float64) bool { return v > 0 })
		}
	}
	return false
}

// spanText writes "Thursday 12 November 14:00–15:10".
func (p *pageMaker) spanText(from, to time.Time) string {
	from, to = from.In(p.run.Zone), to.In(p.run.Zone)
	first, second := from.Format("Monday 2 January, 15:04"), to.Format("15:04")
	if days.floor(from) != days.floor(to) {
		second = " " + to.Format("Monday 2 January, 15:04")
		first += " "
	}
	return first + "–" + second
}

// gapLines writes the spans of the period without a log line.
func (p *pageMaker) gapLines() (list []finding) {
	pulse := p.pulse()
	start, end := p.covers()
	for _, g := range pulse.gaps(start, end) {
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
