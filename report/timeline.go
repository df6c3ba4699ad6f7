package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"logbook/frame"
)

// A candidate is a key that moved.
type candidate struct {
	dimension
	keys   []value // of the row
	n, u   float64
	score  float64
	isNew  bool
	none   bool // in what it is held against
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
	rules
	steps    []Period  // the earliest first
	complete []bool    // of each step
	base     [][]int   // of each step, those that it is held against
	all      []float64 // requests in each step
	periodic bool
}

// timeline returns the steps to compare.
func (p *pageMaker) timeline(show frame.Show) *timeline {
	r := rulesOf(show)
	tl := &timeline{rules: r, periodic: r.periodic(p.run.Period)}
	if tl.periodic {
		tl.steps = r.steps(p.run.Period)
		tl.base = make([][]int, len(tl.steps))
		for i, step := range tl.steps {
			for _, before := range step.against(r.against) {
				if j := slices.IndexFunc(tl.steps, func(s Period) bool { return s.Start.Equal(before.Start) }); j >= 0 {
					tl.base[i] = append(tl.base[i], j)
				}
			}
		}
	} else {
		for t := days.floor(p.first); !p.first.IsZero() && !t.After(p.last) && len(tl.steps) < mostDays; t = days.add(t, 1) {
			tl.steps = append(tl.steps, span(t, days, 1))
		}
	}
	tl.complete = p.complete(tl.steps)
	tl.all = make([]float64, len(tl.steps))
	if all := p.tables[findingsName("all")]; rowsOf(all) > 0 {
		tl.all = tl.values(all, 0)
	}
	return tl
}

// mostDays bounds the days that are looked at one by one.
const mostDays = 4000

// complete reports, for each of some periods, whether the log has nearly all of
// it. Of what was before the pulse only the log's begin is known.
func (p *pageMaker) complete(steps []Period) []bool {
	out := make([]bool, len(steps))
	if len(steps) == 0 {
		return out
	}
	from, pulse := p.notebook.pulseFrom(), p.pulse()
	first, last := max(steps[0].Start.Unix(), from.Unix()), steps[len(steps)-1].End
	gaps := pulse.gaps(time.Unix(first, 0).In(p.run.Zone), last.In(p.run.Zone))
	for i, step := range steps {
		out[i] = !p.run.First.After(step.Start.Add(time.Hour))
		if len(pulse) > 0 && !step.Start.Before(from) {
			out[i] = covered(gaps, step.Start, step.End) >= completeFrom
		}
	}
	return out
}

// used returns the steps that step i is held against, the latest first: those
// of its base that are complete. Hours that are missing never make a number low.
// A day of a log without one period is held against all others.
func (tl *timeline) used(i int) (list []int) {
	if !tl.periodic {
		for j := range tl.steps {
			if j != i && tl.complete[j] {
				list = append(list, j)
			}
		}
		return list
	}
	for _, j := range tl.base[i] {
		if tl.complete[j] {
			list = append(list, j)
		}
	}
	return list
}

// usual returns what step i is held against, the median of its base as far as
// that is complete, and by what floor; ok is false if there is nothing.
func (tl *timeline) usual(values []float64, i int) (u float64, least floor, ok bool) {
	var before []float64
	for _, j := range tl.used(i) {
		before = append(before, values[j])
	}
	least = tl.floor
	if tl.against == "usual" && len(before) < UsualOf {
		least = floor{max(least.least, tl.young.least), max(least.share, tl.young.share)}
	}
	return median(before), least, len(before) > 0
}

// none reports whether there was nothing at all in what step i is held against.
func (tl *timeline) none(values []float64, i int) bool {
	used := tl.used(i)
	return len(used) > 0 && !slices.ContainsFunc(used, func(j int) bool { return values[j] > 0 })
}

// called names a step, as in "the third Saturday in a row".
func (tl *timeline) called() string {
	switch p := tl.steps[len(tl.steps)-1]; {
	case p.n > 1:
		return "time"
	case p.unit == days && tl.against == "usual":
		return p.Start.Format("Monday")
	default:
		return string(p.unit)
	}
}

// before names what step i is held against, as in "none in the four weeks
// before".
func (tl *timeline) before(i int) string {
	p, used := tl.steps[i], tl.used(i)
	n := len(used)
	numbers := []string{"no", "", "two ", "three ", "four "}
	switch {
	case tl.against == "last year":
		return "a year before"
	case p.n > 1 && n == 1:
		return "in " + p.inWords()
	case p.n > 1:
		return fmt.Sprintf("in %sspans of %d %ss before", numbers[n], p.n, p.unit)
	}
	word := tl.called()
	if n > 1 {
		word += "s"
	}
	if n < UsualOf && n > 0 && tl.against == "usual" && used[n-1] != i-n { // some between are not complete
		word = "complete " + word
	}
	preposition := "in"
	if p.unit == days {
		preposition = "on"
	}
	return preposition + " the " + numbers[n] + word + " before"
}

// moved reports whether n is far enough from u. The noise of a count is so many
// times its root.
func (f floor) moved(n, u, noise float64) bool {
	return math.Abs(n-u) >= max(f.least, f.share*u, noise*math.Sqrt(u))
}

// judge returns the candidate that a key's values make at step i, or nil.
func (tl *timeline) judge(d dimension, values []float64, i int) *candidate {
	u, least, ok := tl.usual(values, i)
	if !ok {
		return nil
	}
	n := values[i]
	least.least = max(least.least, d.mustBe(tl.steps[i])*tl.all[i])
	c := &candidate{dimension: d, n: n, u: u, when: i, none: tl.none(values, i)}
	c.isNew = n > 0 && !slices.ContainsFunc(values[:i], func(v float64) bool { return v > 0 })
	if !tl.complete[i] && n < u { // what is missing may be what it has less
		return nil
	}
	c.streak, c.from = tl.streak(values, i)
	streak := d.streak && float64(c.streak) >= tl.streakOf.least && floor{least.least, tl.streakOf.share}.moved(n, c.from, 3*tl.noise)
	if !streak {
		c.streak = 0
	}
	if (!least.moved(n, u, tl.noise*d.noise) || math.Abs(n-u) < restless*tl.unrest(values, i)) && !streak {
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
	return secondLargest(distances)
}

// secondLargest returns the largest value but one, 0 if there is none.
func secondLargest(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)-2]
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
	if len(tl.used(i)) < UsualOf {
		return nil
	}
	n := values[i]
	u, _, _ := tl.usual(values, i)
	first, last := spell(values, u, i)
	least := floor{max(tl.floor.least, d.mustBe(tl.steps[i])*tl.all[i]), max(tl.floor.share, 1)}
	if !least.moved(n, u, tl.noise*d.noise) || n-u < 2*tl.unrestBeside(values, u, first, last) {
		return nil
	}
	return &candidate{dimension: d, n: n, u: u, when: i, score: (n - u) / math.Sqrt(u+25) * d.weight,
		isNew: first > 0 && !slices.ContainsFunc(values[:first], func(v float64) bool { return v > 0 })}
}

// spell returns the first and the last of the days around day i on which the
// same was going on: a quarter of the rise, or more.
func spell(values []float64, u float64, i int) (first, last int) {
	much := (values[i] - u) / 4
	first, last = i, i
	for first > 0 && values[first-1]-u > much {
		first--
	}
	for last+1 < len(values) && values[last+1]-u > much {
		last++
	}
	return first, last
}

// unrestBeside returns how far a key was from what is usual on the days that
// are not from first to last: the second largest distance, as in unrest.
func (tl *timeline) unrestBeside(values []float64, u float64, first, last int) float64 {
	var distances []float64
	for j, v := range values {
		if tl.complete[j] && (j < first || j > last) {
			distances = append(distances, math.Abs(v-u))
		}
	}
	return secondLargest(distances)
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

// values returns the counts of a row by step.
func (tl *timeline) values(t *frame.Table, i int) []float64 {
	out := make([]float64, len(tl.steps))
	for µs, n := range seriesOf(t, i) {
		when := time.UnixMicro(µs)
		at := sort.Search(len(tl.steps), func(j int) bool { return tl.steps[j].End.After(when) })
		if at < len(out) && !when.Before(tl.steps[at].Start) {
			out[at] += float64(n)
		}
	}
	return out
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
				return page.name == "pages" && page.keyOf("book").text == c.text() && page.rise() >= tl.joinFrom*c.rise()
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
		if part < tl.joinFrom {
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
