package report

import (
	"slices"
	"time"

	"logbook/frame"
)

// Which hours have log lines decides what can be compared. It is read off the
// pulse: how many lines there were in each minute (of long periods, each hour)
// and when the first and the last of them came.

const pulseName = "pulse of the log"

// mostMinutes is how many days are looked at minute by minute.
const mostMinutes = 120

// pulseFrom returns when the pulse begins: with the first of the four periods
// that usual ones are like, be they four days or four weeks apart. The zero
// time is the begin of the log.
func (n *Notebook) pulseFrom() time.Time {
	names, _ := n.Comparisons() // checked
	if n.period.All() || slices.Contains(names, "last year") {
		return time.Time{}
	}
	return n.period.alike(UsualOf).Start
}

// addPulse adds the pulse of the period and of what may be usual before it.
func (n *Notebook) addPulse() {
	u, from := minutes, n.pulseFrom()
	if from.IsZero() || daysBetween(from, n.period.End) > mostMinutes {
		u = hours
	}
	q := &frame.Query{From: frame.History, Group: &frame.Group{
		Aggs: []frame.Agg{{Func: "count"}, {Func: "min", Arg: &frame.Name{Name: "time"}, As: "first"}, {Func: "max", Arg: &frame.Name{Name: "time"}, As: "last"}},
		By:   []frame.Key{{Name: string(u)}}}}
	if !from.IsZero() {
		q.Rows = []frame.RowStep{since(from)}
	}
	n.addTwin(pulseName, q)
}

// A beat is a unit of the pulse that has lines.
type beat struct {
	first, last time.Time
	count       float64
}

// A pulse is the beats of a log in the order of time. Without any, nothing is
// known of silences.
type pulse []beat

func (p *pageMaker) pulse() pulse {
	t := p.tables[pulseName]
	if t == nil || t.Other || p.beats != nil { // too long for its unit: some of it is not there
		return p.beats
	}
	var beats pulse
	for i := range t.Rows {
		beats = append(beats, beat{
			instant(int64(at(t.Column("first"), i).num), p.run.Zone), instant(int64(at(t.Column("last"), i).num), p.run.Zone), at(t.Column("count"), i).num})
	}
	slices.SortFunc(beats, func(a, b beat) int { return a.first.Compare(b.first) })
	p.beats = beats
	return beats
}

// hourly reports whether the beats are those of hours: one has lines that are
// further apart than a minute.
func (b pulse) hourly() bool {
	return slices.ContainsFunc(b, func(b beat) bool { return b.last.Sub(b.first) >= time.Minute })
}

// A silence is a span of time without a line.
type silence struct{ from, to time.Time }

func (s silence) length() time.Duration { return s.to.Sub(s.from) }

// silences returns the spans between lines.
func (b pulse) silences() []silence {
	var list []silence
	for i := 1; i < len(b); i++ {
		list = append(list, silence{b[i-1].last, b[i].first})
	}
	return list
}

// A silence is a gap if it is longer than half an hour, and ten times as long
// as the longest that is usual at that hour: the median, over the days, of the
// longest that began in it; and half as long again as the longest but two of
// these, since visitors come in groups, and in many days chance makes long
// silences between them. An hour without a line is one, too, where three
// lines a minute are usual. Of a pulse by the hour only silences that reach from
// one into the next are known, so there it must be longer than an hour.
type gapRule struct {
	least time.Duration
	times float64 // of what is usual
}

var usualGaps = gapRule{30 * time.Minute, 10}

// busyHour is how many lines an hour usually has in which none is a gap.
const busyHour = 180

func (b pulse) longestGap(rule gapRule) func(at time.Time) time.Duration {
	type hourOfDay struct{ day, hour int }
	longest := make(map[hourOfDay]time.Duration)
	for _, s := range b.silences() {
		k := hourOfDay{s.from.YearDay() + 1000*s.from.Year(), s.from.Hour()}
		longest[k] = max(longest[k], s.length())
	}
	var of [24][]time.Duration
	for k, d := range longest {
		of[k.hour] = append(of[k.hour], d)
	}
	var usual, chance [24]time.Duration
	for h, list := range of {
		if slices.Sort(list); len(list) > 0 {
			usual[h], chance[h] = list[len(list)/2], list[max(0, len(list)-3)]
		}
	}
	busy := b.usualHours()
	return func(at time.Time) time.Duration {
		most := time.Duration(max(rule.times*float64(usual[at.Hour()]), restless*float64(chance[at.Hour()])))
		if busy[at.Hour()] >= busyHour {
			most = min(most, max(time.Hour, rule.least))
		}
		return max(rule.least, most)
	}
}

// usualHours returns how many lines each hour of the day usually has.
func (b pulse) usualHours() (usual [24]float64) {
	counts := make(map[time.Time]float64)
	for _, beat := range b {
		counts[hours.floor(beat.first)] += beat.count
	}
	var of [24][]float64
	for hour, n := range counts {
		of[hour.Hour()] = append(of[hour.Hour()], n)
	}
	for h := range of {
		usual[h] = median(of[h])
	}
	return usual
}

// gaps returns the gaps in a span of time, its begin and end included where the
// log does not reach them.
func (b pulse) gaps(start, end time.Time) []silence { return b.gapsBy(usualGaps, start, end) }

// gapsBy is gaps by another rule.
func (b pulse) gapsBy(rule gapRule, start, end time.Time) []silence {
	if len(b) == 0 {
		return nil
	}
	if b.hourly() {
		rule.least = max(rule.least, time.Hour)
	}
	longest := b.longestGap(rule)
	var gaps []silence
	add := func(s silence) {
		if s.length() <= longest(s.from) {
			return
		}
		if s.from.Before(start) {
			s.from = start
		}
		if s.to.After(end) {
			s.to = end
		}
		if s.length() > 0 {
			gaps = append(gaps, s)
		}
	}
	if first := b[0].first; first.After(start) {
		add(silence{start, first})
	}
	for _, s := range b.silences() {
		add(s)
	}
	if last := b[len(b)-1].last; last.Before(end) {
		add(silence{last, end})
	}
	return gaps
}

// missingIn adds up what of a span of time is in gaps.
func missingIn(gaps []silence, start, end time.Time) (missing time.Duration) {
	for _, g := range gaps {
		if g.from.Before(start) {
			g.from = start
		}
		if g.to.After(end) {
			g.to = end
		}
		missing += max(0, g.length())
	}
	return missing
}

// covered returns the share of a span of time that is in none of the gaps.
func covered(gaps []silence, start, end time.Time) float64 {
	return 1 - float64(missingIn(gaps, start, end))/float64(max(1, end.Sub(start)))
}

// completeFrom is the coverage from which on a period counts as complete: only
// then is it part of what is usual.
const completeFrom = 0.95

// usualIn returns how many lines there are in such a span of time before,
// a week or a few earlier: what a gap has probably lost.
func (b pulse) usualIn(s silence) float64 {
	var list []float64
	for week := 1; week <= UsualOf; week++ {
		from, to := s.from.AddDate(0, 0, -7*week), s.to.AddDate(0, 0, -7*week)
		if len(b) == 0 || from.Before(b[0].first) {
			break
		}
		n := 0.0
		for _, beat := range b {
			if !beat.first.Before(from) && beat.first.Before(to) {
				n += beat.count
			}
		}
		list = append(list, n)
	}
	return median(list)
}

// median returns the middle of the values, 0 of none.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 0:
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[n/2]
}
