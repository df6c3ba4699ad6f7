package fakelog

import (
	"math/bits"
	"time"
)

// Requests per time, by the hour of the day in the site's zone: people have
// working days and weekends, programs do not sleep. Only ratios matter.
var (
	workday = [25]int{14, 9, 7, 6, 6, 8, 16, 34, 62, 84, 94, 96, 88, 90, 98, 100, 94, 82, 70, 66, 68, 66, 50, 28, 14}
	weekend = [25]int{20, 14, 10, 8, 7, 7, 9, 14, 24, 36, 46, 52, 52, 50, 52, 54, 54, 52, 50, 52, 54, 52, 42, 30, 20}
)

const (
	programs = 24           // of crawlers and scanners, on the same scale
	second   = int64(1e6)   // of the µs that times are counted in
	quarter  = 900 * second // the weight is constant within a quarter of an hour
)

// A span is a stretch of time with a number of lines to begin in it.
type span struct {
	start, length int64 // µs
	lines         int
	readers       int32 // per mille of the lines that are people's
}

// A curve walks through time and says how many lines belong where: the running
// sum of weights, scaled so that it ends at the wanted number of lines. No line
// is lost to rounding, since the sums are rounded and not the parts.
type curve struct {
	site     *Site
	calendar calendar
	at, to   int64 // to is 0 for a log without end
	sum      uint64
	lines    uint64 // given out so far
	num, den uint64 // lines = sum * num / den
	left     span   // rest of a span that did not fit into a slice
}

// weight is that of the stretch from at to next, which must lie in one quarter.
func (c *curve) weight(at, next int64) (total uint64, readers int32) {
	if c.site.Beat > 0 {
		return uint64(next - at), 700
	}
	people := c.site.people(&c.calendar, at)
	machines := uint64(programs * 100)
	for i := range c.site.events {
		e := &c.site.events[i]
		if at < e.from || at >= e.until {
			continue
		}
		switch e.kind {
		case gap:
			return 0, 0
		case grow: // the others lose nobody
			people += people * uint64(e.popular(at)-e.weight) / uint64(e.all)
		case newReferrer:
			people += people * uint64(e.visitors(at)) / 100
		case newCrawler:
			machines += machines * crawlerShare / 100
		}
	}
	people = people * c.site.growth(at) / growthOne
	total = people + machines
	return total * uint64(next-at) / 1000, int32(people * 1000 / total)
}

// people is how many read at a time, of a site that does not grow.
func (s *Site) people(c *calendar, at int64) uint64 {
	day, sinceMidnight := c.day(at)
	hours := &workday
	if wd := (day + 4) % 7; wd == 0 || wd == 6 { // 1970-01-01 was a Thursday
		hours = &weekend
	}
	hour, rest := sinceMidnight/3600, sinceMidnight%3600
	w := (hours[hour]*(3600-rest) + hours[hour+1]*rest) / 36
	noise := dice(mix(s.Seed, uint64(day)))
	w = w * (90 + noise.below(21)) / 100
	noise = dice(mix(s.Seed, uint64(at/quarter)))
	return uint64(w * (93 + noise.below(15)) / 100)
}

const growthOne = 1 << 10

// growth is the factor that the weeks since the log's begin have brought.
func (s *Site) growth(at int64) uint64 {
	const week = 7 * 24 * 3600 * second
	factor := uint64(growthOne) << 8
	weeks, rest := (at-s.from)/week, (at-s.from)%week
	for range min(weeks, 520) {
		factor = factor * uint64(100+s.Growth) / 100
	}
	factor += factor * uint64(s.Growth) * uint64(rest/second) / uint64(week/second) / 100
	return factor >> 8
}

// next is where the weight changes after at: at a quarter's end, or an event's.
func (c *curve) next(at int64) int64 {
	next := (at/quarter + 1) * quarter
	for i := range c.site.events {
		e := &c.site.events[i]
		for _, edge := range [2]int64{e.from, e.until} {
			if edge > at && edge < next {
				next = edge
			}
		}
	}
	if c.to != 0 {
		next = min(next, c.to)
	}
	return next
}

// scale sets how many lines a weight is: all of lines in the period, or rate
// lines in a thousand seconds if the log has no end.
func (c *curve) scale(lines, rate int64) {
	walk := *c
	until := c.to
	if until == 0 {
		until = c.at + 28*24*3600*second
		lines = rate * 28 * 24 * 3600 / 1000
	}
	for walk.at < until {
		next := min(walk.next(walk.at), until)
		w, _ := walk.weight(walk.at, next)
		walk.sum += w
		walk.at = next
	}
	c.num, c.den = uint64(lines), max(walk.sum, 1)
}

// slice gives the next spans with n lines together, fewer at the end, none
// after it. What the last span has over is left for the next slice.
func (c *curve) slice(n int) []span {
	var spans []span
	for n > 0 {
		s := c.left
		c.left = span{}
		if s.lines == 0 {
			if c.to != 0 && c.at >= c.to {
				break
			}
			s = c.step()
		}
		if s.lines > n {
			part := s.length * int64(n) / int64(s.lines)
			c.left = span{s.start + part, s.length - part, s.lines - n, s.readers}
			s.length, s.lines = part, n
		}
		if s.lines > 0 {
			spans = append(spans, s)
			n -= s.lines
		}
	}
	return spans
}

// step gives the next stretch of constant weight.
func (c *curve) step() span {
	next := c.next(c.at)
	w, readers := c.weight(c.at, next)
	c.sum += w
	hi, lo := bits.Mul64(c.sum, c.num)
	lines, _ := bits.Div64(hi, lo, c.den)
	s := span{c.at, next - c.at, int(lines - c.lines), readers}
	c.at, c.lines = next, lines
	return s
}

// pick draws a moment from spans with n lines together.
func pick(spans []span, n int, d *dice) (at int64, s *span) {
	x := d.below(n)
	i := 0
	for x >= spans[i].lines {
		x -= spans[i].lines
		i++
	}
	s = &spans[i]
	return s.start + int64(d.below(int(max(s.length, 1)))), s
}

// A calendar tells days and offsets of a zone, and remembers the last answer,
// since requests come in the order of time.
type calendar struct {
	zone        *time.Location
	from, until int64 // where offset holds
	offset      int64 // seconds east of UTC
}

func (c *calendar) find(at int64) {
	t := time.UnixMicro(at).In(c.zone)
	_, offset := t.Zone()
	c.offset = int64(offset)
	start, end := t.ZoneBounds()
	c.from, c.until = at-at%quarter, at-at%quarter+quarter
	if !start.IsZero() {
		c.from = start.UnixMicro()
	}
	if !end.IsZero() {
		c.until = end.UnixMicro()
	}
}

// local gives the seconds since 1970 that the zone's clocks show.
func (c *calendar) local(at int64) int64 {
	if at < c.from || at >= c.until {
		c.find(at)
	}
	return floorDiv(at, second) + c.offset
}

// day gives the number of the day since 1970-01-01, and the seconds since its
// midnight by the clock.
func (c *calendar) day(at int64) (day, sinceMidnight int) {
	local := c.local(at)
	day = int(floorDiv(local, 86400))
	return day, int(local) - day*86400
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
