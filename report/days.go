package report

import (
	"math"
	"slices"

	"logbook/frame"
)

// A dayRow stands above a chart by the hour.
type dayRow struct {
	Noun    string // what is counted
	Days    []dayTotal
	Aligned bool // they are whole days, as wide as their hours
}

// A dayTotal is how much there was in a day, and how much more than on the day
// that it is compared with.
type dayTotal struct {
	Day           string
	Value, Change string
	Class         string // of the change
}

// mostDayTotals bounds the days that have a total above their hours: more are
// narrower than their numbers.
const mostDayTotals = 14

// dayTotals adds up a plot by day. The ghost is what was before; where hours
// are missing on one side, the change is of those that both have.
func (p *pageMaker) dayTotals(t *frame.Table, pl *plot, show frame.Show) *dayRow {
	x, y, ghost := channel(show, "x"), channel(show, "y"), channel(show, "ghost")
	byDay := pl.per(days)
	if len(byDay.axis.times) > mostDayTotals {
		return nil
	}
	sum := func(column string) []float64 {
		out := make([]float64, len(byDay.axis.times))
		for i := range t.Rows {
			when := at(t.Column(x), i)
			day := days.floor(instant(int64(when.num), p.formatter.zone))
			if place := slices.IndexFunc(byDay.axis.times, day.Equal); place >= 0 && when.known() {
				out[place] += at(t.Column(column), i).num
			}
		}
		return out
	}
	now, was := sum(y), sum(ghost)
	shared, wasShared := now, was
	if isPartial(t) {
		shared, wasShared = sum(both+y), sum(ghost+"."+both+y)
	}
	row := &dayRow{Noun: capital(pl.noun)}
	number := func(v float64) value { return value{typ: pl.y, num: v} }
	for i, day := range byDay.axis.times {
		d := dayTotal{Day: day.Format("Mon 2"), Value: brief(number(now[i]))}
		if ghost != "" {
			ch := change{number(shared[i]), number(wasShared[i]), shared[i] != now[i] || wasShared[i] != was[i]}
			d.Change, d.Class = ch.String(), ch.class("")
		}
		row.Days = append(row.Days, d)
	}
	first, last := pl.axis.times[0], pl.axis.unit.add(pl.axis.times[len(pl.axis.times)-1], 1)
	row.Aligned = first.Equal(days.floor(first)) && last.Equal(days.floor(last))
	return row
}

// brief writes a number where there is little room: 24.8 k, 8.0 GB.
func brief(v value) string {
	if v.typ == frame.Bytes {
		return join(size(v.num))
	}
	return join(compact(math.Round(v.num)))
}

// checkDays finds a chart that wants the totals of days where there are none.
func (c *Cell) checkDays(show frame.Show) error {
	o, wanted := opt(show.Opts, "days")
	if !wanted || show.Verb != "chart" {
		return nil
	}
	fail := func(msg, hint string) error {
		return &frame.SyntaxError{Offset: o.Offset, Length: len(o.Word), Msg: msg, Hint: hint}
	}
	x, y := channel(show, "x"), channel(show, "y")
	switch {
	case !slices.Contains([]string{"line", "area", "column"}, show.Kind) || x != string(hours) && x != string(minutes):
		return fail("the totals of days go with hours: a line, area or column chart with x hour", "leave days out")
	case !c.adds(y):
		return fail("what is not counted or summed in this cell, as "+y+", has no totals of days", "leave days out")
	}
	return nil
}
