package parse

import "encoding/binary"

// An isoClock parses times such as 2015-05-17T10:05:03.123+01:00, with the
// fraction and the zone that [clock.readISO] has. It remembers the last day,
// for a log has few of them.
type isoClock struct {
	date     [10]byte // "2015-05-17"; zero for none yet
	midnight int64    // of that day, µs since 1970 UTC
}

// parse returns the time in µs since 1970 UTC, and its zone's minutes east.
func (c *isoClock) parse(b []byte) (µs int64, offset int32, ok bool) {
	if len(b) > 19 && string(b[:10]) == string(c.date[:]) && b[10]|0x20 == 't' {
		if s := secondOfDay(b[11:19]); s >= 0 {
			var k clock
			n := 19 + k.readFraction(b[19:])
			if n += k.readZone(b[n:]); n == len(b) && k.zone > -24*60 && k.zone < 24*60 {
				return c.midnight + int64(s-k.zone*60)*1e6 + int64(k.micro), int32(k.zone), true
			}
		}
	}
	k := newClock
	if !k.readISO(b) {
		return 0, 0, false
	}
	if µs, ok = k.time(); ok {
		copy(c.date[:], b)
		c.midnight = int64(days(k.year, k.month, k.day)) * 86400e6
	}
	return µs, int32(k.zone), ok
}

// secondOfDay reads a time of day such as 10:05:03, -1 if it is none. A leap
// second counts as the one before it.
func secondOfDay(b []byte) int {
	// Digits become 0–9 and colons 0 when the template is taken away; anything
	// else sets a bit of the mask.
	hms := binary.LittleEndian.Uint64(b) - 0x3030_3a30_303a_3030
	h := int(hms&0xf*10 + hms>>8&0xf)
	m := int(hms>>24&0xf*10 + hms>>32&0xf)
	s := int(hms>>48&0xf*10 + hms>>56&0xf)
	bad := (hms|(hms+0x7676_7676_7676_7676))&0x8080_8080_8080_8080 | hms&0x0000_ff00_00ff_0000
	if bad != 0 || h > 23 || m > 59 || s > 60 {
		return -1
	}
	return h*3600 + m*60 + min(s, 59)
}
