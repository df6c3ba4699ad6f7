package frame

import "time"

// units are the truncations of time. All but the last two give the time at
// which the unit begins, in the plan's zone; weekday gives 1 (Monday) to 7
// (Sunday), hour_of_day 0 to 23.
var units = []string{"minute", "hour", "day", "week", "month", "weekday", "hour_of_day"}

// A truncation maps times to the beginning of their unit. Calendars are slow
// and logs are ordered, so it remembers spans of time that have one answer:
// most rows cost two comparisons.
type truncation struct {
	unit string
	zone *time.Location
	last span
	near [64]span // by hour
}

// A span is a half-open range of µs whose times truncate to one value.
type span struct{ start, end, value int64 }

func (t *truncation) apply(dst []int64, x *vector) {
	last := t.last
	for i, v := range x.ints {
		if v < last.start || v >= last.end {
			if x.null(int32(i)) {
				dst[i] = 0
				continue
			}
			last = t.find(v)
		}
		dst[i] = last.value
	}
	t.last = last
}

const (
	second = int64(time.Second / time.Microsecond)
	hour   = 3600 * second
)

func (t *truncation) find(v int64) span {
	near := &t.near[uint64(v/hour)%uint64(len(t.near))]
	if v < near.start || v >= near.end {
		*near = spanOf(t.unit, time.UnixMicro(v).In(t.zone))
	}
	return *near
}

// spanOf returns the span around at, in at's zone. A span never reaches over a
// change of the zone's offset, within which local time is plain arithmetic.
func spanOf(unit string, at time.Time) span {
	s := span{}
	year, month, day := at.Date()
	switch unit {
	case "minute":
		s = spanOfClock(at, 60*second)
	case "hour", "hour_of_day":
		s = spanOfClock(at, hour)
	case "day", "weekday":
		s = spanOfDays(at, year, month, day, day+1)
	case "week":
		monday := day - (int(at.Weekday())+6)%7
		s = spanOfDays(at, year, month, monday, monday+7)
	case "month":
		s = spanOfDays(at, year, month, 1, 1)
		s.end = startOfDay(at.Location(), year, month+1, 1).UnixMicro()
	}
	switch unit {
	case "weekday":
		s.value = int64(at.Weekday()+6)%7 + 1
	case "hour_of_day":
		s.value = int64(at.Hour())
	}
	if from, to := at.ZoneBounds(); true {
		if !from.IsZero() {
			s.start = max(s.start, from.UnixMicro())
		}
		if !to.IsZero() {
			s.end = min(s.end, to.UnixMicro())
		}
	}
	return s
}

// spanOfClock is the span of a minute or an hour by the clock on the wall.
// When that clock is put back an hour, the hour that comes twice is two.
func spanOfClock(at time.Time, length int64) span {
	_, offset := at.Zone()
	local := at.UnixMicro() + int64(offset)*second
	into := local % length
	if into < 0 {
		into += length
	}
	start := at.UnixMicro() - into
	return span{start, start + length, start}
}

func spanOfDays(at time.Time, year int, month time.Month, from, to int) span {
	start := startOfDay(at.Location(), year, month, from).UnixMicro()
	return span{start, startOfDay(at.Location(), year, month, to).UnixMicro(), start}
}

// startOfDay returns the first instant of a day. That is not always midnight:
// some zones change their clocks at midnight, so that it comes twice or never,
// and time.Date does not say which of two it returns.
func startOfDay(zone *time.Location, year int, month time.Month, day int) time.Time {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, zone)
	noon := time.Date(year, month, day, 12, 0, 0, 0, zone)
	if midnight.Day() != noon.Day() { // 23:00 of the day before: midnight is skipped
		_, change := midnight.ZoneBounds()
		return change
	}
	change, _ := midnight.ZoneBounds()
	if change.IsZero() {
		return midnight
	}
	_, before := change.Add(-time.Second).Zone()
	_, after := midnight.Zone()
	first := midnight.Add(time.Duration(after-before) * time.Second)
	if first.Before(midnight) && first.Before(change) {
		return first
	}
	if midnight.Hour() != 0 && change.Day() == noon.Day() { // 01:00, but it begins with the change
		return change
	}
	return midnight
}
