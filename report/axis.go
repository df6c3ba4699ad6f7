package report

import (
	"slices"
	"time"

	"logbook/frame"
)

// An axis is the categories of a plot.
type axis struct {
	labels []string
	unit   unit // of time; "" for words
	times  []time.Time
	place  map[value]int
}

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
	}{{minutes, hours, 24 * time.Hour}, {hours, days, 62 * 24 * time.Hour}, {days, weeks, 730 * 24 * time.Hour}} {
		if coarser && a.unit == step.from && last.Sub(first) > step.over {
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

// find returns the category of a value.
func (a *axis) find(v value, zone *time.Location) (int, bool) {
	if a.unit != "" {
		v = value{typ: frame.Time, num: float64(a.unit.floor(instant(int64(v.num), zone)).UnixMicro())}
	}
	i, ok := a.place[v]
	return i, ok
}

// ticks returns the labels of the axis and where its grid lines stand: at the
// starts of days for hours, thinned until about eight are left.
func (a *axis) ticks() (labels map[int]string, lines []int) {
	if a.unit == "" {
		return nil, nil
	}
	starts, layout := a.starts()
	every := (len(starts) + 7) / 8
	labels = make(map[int]string)
	for n, i := range starts {
		if n%max(every, 1) == 0 {
			labels[i] = a.times[i].Format(layout)
		}
	}
	if len(starts) <= 62 {
		return labels, starts
	}
	for i := range labels {
		lines = append(lines, i)
	}
	slices.Sort(lines)
	return labels, lines
}

// starts returns the categories that may carry a label, and how it is written.
func (a *axis) starts() (at []int, layout string) {
	n := len(a.times)
	long := n > 0 && a.times[n-1].Sub(a.times[0]) > 45*24*time.Hour
	pick := func(ok func(time.Time) bool) {
		for i, t := range a.times {
			if ok(t) {
				at = append(at, i)
			}
		}
	}
	all := func(time.Time) bool { return true }
	switch {
	case a.unit == months:
		layout = "Jan 2006"
		pick(all)
	case a.unit == weeks || a.unit == days && long:
		layout = "2 Jan"
		pick(func(t time.Time) bool { return a.unit == weeks || t.Weekday() == time.Monday })
	case a.unit == days:
		layout = "Mon 2"
		pick(all)
	case a.unit == hours && n > 40:
		layout = "Mon 2"
		if long {
			layout = "2 Jan"
		}
		pick(func(t time.Time) bool { return t.Hour() == 0 })
	case a.unit == hours:
		layout = "Mon 15:04"
		pick(func(t time.Time) bool { return n <= 8 || t.Hour()%3 == 0 })
	default:
		layout = "15:04"
		pick(func(t time.Time) bool { return n <= 8 || t.Minute()%15 == 0 })
	}
	return at, layout
}
