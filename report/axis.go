package report

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"logbook/frame"
)

// An axis is the categories of a plot.
type axis struct {
	labels []string
	unit   unit // of time; "" for words
	times  []time.Time
	place  map[value]int
}

const year = 365 * 24 * time.Hour

// axisOf makes the categories of x: every unit of time from the first line of
// the logs to the last, gaps included, or the texts in the order of the rows.
// If the plot's values add up, a coarser unit is taken where the finer would be
// more points than pixels.
func (p *pageMaker) axisOf(t *frame.Table, x *frame.Column, coarser bool) axis {
	a := axis{place: make(map[value]int)}
	if x.Type != frame.Time {
		for i := range t.Rows {
			v := at(x, i)
			if _, ok := a.place[v]; !ok {
				a.place[v] = len(a.labels)
				a.labels = append(a.labels, visible(p.formatter.value(v)))
			}
		}
		return a
	}
	a.unit = unit(x.Unit)
	first, last := p.first, p.last
	for i := range t.Rows {
		if v := at(x, i); v.known() {
			when := instant(int64(v.num), p.formatter.zone)
			if first.IsZero() || when.Before(first) {
				first = when
			}
			if when.After(last) {
				last = when
			}
		}
	}
	for _, step := range []struct {
		from, to unit
		over     time.Duration
		never    time.Duration // a log whose clock was wrong must not make millions of points
	}{{minutes, hours, 24 * time.Hour, year}, {hours, days, 62 * 24 * time.Hour, 20 * year}, {days, weeks, 2 * year, 200 * year}} {
		if wide := last.Sub(first); a.unit == step.from && (coarser && wide > step.over || wide > step.never) {
			a.unit = step.to
		}
	}
	for when := a.unit.floor(first.In(p.formatter.zone)); !when.After(last); when = a.unit.add(when, 1) {
		a.place[value{typ: frame.Time, num: float64(when.UnixMicro())}] = len(a.times)
		a.times = append(a.times, when)
		a.labels = append(a.labels, dated(when, string(a.unit), false))
	}
	return a
}

// runs returns the labels for the script, which counts hours and minutes for
// itself: a number stands for so many of them, each a step after the one before,
// on the same day. They would be a third of a long chart's weight. An hour that
// the clock skips or has twice is written. The step is in minutes.
func (a *axis) runs() (labels []any, step int) {
	switch a.unit {
	case hours:
		step = 60
	case minutes:
		step = 1
	}
	run := 0
	for i, label := range a.labels {
		if step > 0 && i > 0 && days.floor(a.times[i]).Equal(days.floor(a.times[i-1])) && clock(a.times[i]) == clock(a.times[i-1])+step {
			run++
			continue
		}
		if run > 0 {
			labels = append(labels, run)
		}
		labels, run = append(labels, label), 0
	}
	if run > 0 {
		labels = append(labels, run)
	}
	return labels, step
}

// clock returns what a clock shows, in minutes since midnight.
func clock(t time.Time) int { return t.Hour()*60 + t.Minute() }

// width returns how many pixels the longest label takes, of those that an axis
// can spare.
func (a *axis) width() int {
	longest := 0
	for _, l := range a.labels {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	return min(max(longest*7, 40), 190)
}

// find returns the category of a value.
func (a *axis) find(v value, zone *time.Location) (int, bool) {
	if a.unit != "" {
		v = value{typ: frame.Time, num: float64(a.unit.floor(instant(int64(v.num), zone)).UnixMicro())}
	}
	i, ok := a.place[v]
	return i, ok
}

// A step is a distance that labels of a time axis may have.
type step struct {
	unit   unit
	every  int
	layout string
}

// steps are those of the calendar that readers count in, the finest first.
var steps = []step{
	{minutes, 1, "15:04"}, {minutes, 5, "15:04"}, {minutes, 15, "15:04"},
	{hours, 1, "15:04"}, {hours, 3, "15:04"}, {hours, 6, "15:04"},
	{days, 1, "Mon 2"}, {days, 2, "Mon 2"}, {weeks, 1, "2 Jan"}, {weeks, 2, "2 Jan"},
	{months, 1, "Jan"}, {months, 3, "Jan 2006"}, {years, 1, "2006"}, {years, 5, "2006"}, {years, 20, "2006"},
}

// ticks returns the labels of the axis, by category: the finest step that
// leaves room for them. Lines are where grid lines stand: at each day, while
// there are not too many, otherwise at the labels.
func (a *axis) ticks() (labels map[int]string, lines []int) {
	if a.unit == "" {
		return nil, nil
	}
	const most = 13 // labels
	finest := slices.IndexFunc(steps, func(s step) bool { return s.unit == a.unit })
	for _, s := range steps[max(finest, 0):] {
		if lines = a.begins(s); len(lines) <= most {
			labels = make(map[int]string)
			for _, i := range lines {
				if len(lines) < 3 || len(a.times) <= 62 || i*100 < len(a.times)*94 { // the edge would cut it
					labels[i] = s.label(a.times[i], a.unit)
				}
			}
			break
		}
	}
	if a.unit == hours {
		if each := a.begins(step{unit: days, every: 1}); len(each) > len(lines) && len(each) <= 31 {
			lines = each
		}
	}
	return labels, lines
}

// begins returns the categories in which a step begins.
func (a *axis) begins(s step) (at []int) {
	n := 0
	for i, t := range a.times {
		begin := s.unit.floor(t)
		if i == 0 && a.unit != s.unit && !t.Equal(begin) || i > 0 && begin.Equal(s.unit.floor(a.times[i-1])) {
			continue
		}
		if s.holds(t, n) {
			at = append(at, i)
		}
		n++
	}
	return at
}

// holds reports whether a label stands at t, which is the n-th begin of the
// step's unit. Hours and months have numbers that readers expect.
func (s step) holds(t time.Time, n int) bool {
	switch s.unit {
	case minutes:
		n = t.Minute()
	case hours:
		n = t.Hour()
	case months:
		n = int(t.Month()) - 1
	case years:
		n = t.Year()
	}
	return n%s.every == 0
}

// label writes a tick of an axis of a unit. What has a coarser name is called
// by it: midnight by its day, January by its year. Weeks have numbers where
// they are what is counted by.
func (s step) label(t time.Time, of unit) string {
	switch {
	case s.unit == weeks && of == weeks:
		_, week := t.ISOWeek()
		return "W" + strconv.Itoa(week)
	case s.layout == "15:04" && t.Hour() == 0 && t.Minute() == 0:
		return t.Format("Mon 2")
	case s.layout == "Jan" && t.Month() == time.January:
		return t.Format("Jan 2006")
	}
	return t.Format(s.layout)
}
