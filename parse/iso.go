package parse

import "encoding/binary"

// An isoClock parses times such as 2015-05-17T10:05:03.123+01:00, with the
// fraction and the zone that [clock.readISO] has. It remembers the last day,
// for a log has few of them.
type isoClock struct {
	date     uint64 // "2015-05-"; zero for none yet
	day      uint16 // "17"
	midnight int64  // of that day, µs since 1970 UTC
}

// parse returns the time in µs since 1970 UTC, and its zone's minutes east.
func (c *isoClock) parse(b []byte) (µs int64, offset int32, ok bool) {
	if len(b) > 19 && b[10]|0x20 == 't' && c.knows(b) {
		second := secondOfDay(binary.LittleEndian.Uint64(b[11:]))
		if second >= 0 && len(b) == 20 && b[19] == 'Z' {
			return c.midnight + int64(second)*1e6, 0, true
		}
		if second >= 0 {
			var k clock
			n := 19 + k.readFraction(b[19:])
			if n += k.readZone(b[n:]); n == len(b) && k.zone > -24*60 && k.zone < 24*60 {
				return c.midnight + int64(second-k.zone*60)*1e6 + int64(k.micro), int32(k.zone), true
			}
		}
	}
	k := newClock
	if !k.readISO(b) {
		return 0, 0, false
	}
	if µs, ok = k.time(); ok {
		c.remember(b, &k)
	}
	return µs, int32(k.zone), ok
}

// knows reports whether b, of ten bytes or more, begins with the last day.
func (c *isoClock) knows(b []byte) bool {
	return binary.LittleEndian.Uint64(b) == c.date && binary.LittleEndian.Uint16(b[8:]) == c.day && c.date != 0
}

// remember takes the day that b begins with, which a clock has read.
func (c *isoClock) remember(b []byte, k *clock) {
	c.date, c.day = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint16(b[8:])
	c.midnight = int64(days(k.year, k.month, k.day)) * 86400e6
}

// secondOfDay reads the eight bytes of a time of day such as 10:05:03, as one
// number; -1 if they are none. A leap second counts as the one before it.
func secondOfDay(b uint64) int {
	// Digits become 0–9 and colons 0 when the template is taken away; anything
	// else has its uppermost bit set, or gets it.
	b -= 0x3030_3a30_303a_3030
	bad := b | (b + 0x7676_7f76_767f_7676)
	b = b*10 + b>>8
	h, m, s := b&0xff, b>>24&0xff, b>>48&0xff
	if bad&highs != 0 || h > 23 || m > 59 || s > 60 {
		return -1
	}
	return int(h*3600 + m*60 + min(s, 59))
}
