package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What can be compared depends on which hours have rows at all. An hour without
// any is missing where its like have many, or where the rows do not reach; a
// period that misses more than a twentieth of its hours is not part of what is
// usual, and one that has none is compared with nothing.
//
// If hours are missing in what is compared, counts, sums and averages are
// compared over the hours that all periods have: column X of the table comes
// with both.X and was.both.X, and change and delta are of these. What other
// aggregates, such as distinct counts, were in some of the hours is not known:
// they are compared as they are if no more than a twentieth is missing, and
// else not at all.
const (
	mostMissing = 0.05
	busyHour    = 20 // rows that an hour must usually have for its silence to be one
)

// A presence is how many rows each hour has.
type presence struct {
	rows        map[int64]int64
	first, last int64 // hours with rows
	usual       [24]float64
	zone        *time.Location
}

// presence reads the table of the query that [Options.Presence] names; nil
// if there is none, or it is of no use.
func (p *Partial) presence(t *Table) *presence {
	if t == nil || t.Other || t.Rows == 0 {
		return nil
	}
	key, count := &t.Columns[0], t.Column("count")
	if !key.Key || key.Unit != "hour" && key.Unit != "minute" || count == nil {
		return nil
	}
	have := &presence{rows: map[int64]int64{}, zone: p.plan.program.zone}
	for row := range t.Rows {
		hour := spanOf("hour", time.UnixMicro(key.Ints[row]).In(have.zone)).value
		have.rows[hour] += count.Ints[row]
		if row == 0 {
			have.first, have.last = hour, hour
		}
		have.first, have.last = min(have.first, hour), max(have.last, hour)
	}
	var byHour [24][]value
	for _, hour := range have.hours(have.first, have.last+1) {
		h := time.UnixMicro(hour).In(have.zone).Hour()
		byHour[h] = append(byHour[h], value{typ: Float, float: float64(have.rows[hour])})
	}
	for h, values := range byHour {
		have.usual[h] = medianOf(values).float
	}
	return have
}

// hours returns the hours that begin in a span of time.
func (have *presence) hours(from, to int64) (list []int64) {
	for at := from; at < to; {
		s := spanOf("hour", time.UnixMicro(at).In(have.zone))
		list = append(list, s.value)
		at = s.end
	}
	return list
}

// missing returns the hours that a period lacks, and how many it has by the
// calendar.
func (have *presence) missing(period Period) (list []int64, all int) {
	hours := have.hours(period.Start.UnixMicro(), period.End.UnixMicro())
	for _, hour := range hours {
		usual := have.usual[time.UnixMicro(hour).In(have.zone).Hour()]
		beyond := hour < have.first || hour > have.last
		if have.rows[hour] == 0 && (beyond && usual >= 1 || usual >= busyHour) {
			list = append(list, hour)
		}
	}
	return list, len(hours)
}

// A common is the hours that all periods of a comparison have.
type common struct {
	periods []int // of Options.Periods: those that can be compared, now first
	missing map[int64]bool
	all     int // hours of the period
}

// common returns what the periods of a cell have in common.
func (p *Partial) common(cell *cellPlan, have *presence) *common {
	opts := p.plan.opts
	c := &common{missing: map[int64]bool{}}
	for _, period := range cell.periods {
		i := opts.period(period.name)
		if have == nil {
			c.periods = append(c.periods, i)
			continue
		}
		missing, all := have.missing(opts.Periods[i])
		share := float64(len(missing)) / float64(max(1, all))
		usual := len(period.name) > len("usual ") && period.name[:len("usual ")] == "usual "
		if i > 0 && (share > 1-mostMissing || usual && share > mostMissing) {
			continue
		}
		c.periods = append(c.periods, i)
		for _, hour := range missing {
			c.missing[opts.place(hour, i)] = true
		}
		if i == 0 {
			c.all = all
		}
	}
	return c
}

// period returns the index of a period by its name.
func (o *Options) period(name string) int {
	return slices.IndexFunc(o.Periods, func(p Period) bool { return p.Name == name })
}

// place takes a time of a period to the same place in the first.
func (o *Options) place(µs int64, period int) int64 {
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	from, to := o.Periods[period].Start.In(zone), o.Periods[0].Start.In(zone)
	return moveBy(time.UnixMicro(µs).In(zone), from, to).UnixMicro()
}

// few reports whether so little is missing that what cannot be told by hour is
// compared as it is.
func (c *common) few() bool { return float64(len(c.missing)) <= mostMissing*float64(c.all) }

// note says of which hours changes are. Others is whether there are aggregates
// of which that cannot be told.
func (c *common) note(others bool) string {
	note := fmt.Sprintf("changes are of the %d hours of %d in which all that is compared has rows", c.all-min(c.all, len(c.missing)), c.all)
	switch {
	case others && c.few():
		return note + "; what cannot be told by the hour, as how many are different, is compared as it is"
	case others:
		return note + "; what cannot be told by the hour, as how many are different, is not compared"
	}
	return note
}

// isBoth reports whether a column is a count in the hours that all periods
// have: both.X, was.both.X, was_usual.both.X.
func isBoth(name string) bool {
	return strings.HasPrefix(name, "both.") || strings.HasPrefix(name, "was") && strings.Contains(name, ".both.")
}
