package parse

import (
	"bytes"
	"encoding/binary"
	"time"
)

// A clfClock parses times such as 17/May/2015:10:05:03 +0000. It remembers the
// last minute and zone, because from line to line mostly the second changes, and
// their day, because a log has few of them.
//
// Second 60, a leap second, is the last of its minute: as the first of the next
// one, what happened on the last day of a year would be counted in another.
type clfClock struct {
	date   uint64 // "17/May/2"; zero for none yet
	hour   uint64 // "015:10:0"
	minute uint16 // "5:"
	zone   uint64 // " +0000" behind two zeros
	offset int32  // minutes east
	start  int64  // of that minute, µs since 1970 UTC

	midnight int64 // of that day in that zone
}

// parse returns the time in µs since 1970 UTC, and its zone's minutes east.
func (c *clfClock) parse(b []byte) (µs int64, offset int32, ok bool) {
	if len(b) != 26 {
		return parseClock(b)
	}
	tail := binary.LittleEndian.Uint64(b[18:])
	tens, second := tail&0xff-'0', tail>>8&0xff-'0'
	if tens > 5 || second > 9 {
		return parseClock(b)
	}
	if binary.LittleEndian.Uint64(b) != c.date || binary.LittleEndian.Uint64(b[8:]) != c.hour ||
		binary.LittleEndian.Uint16(b[16:]) != c.minute || tail&^0xffff != c.zone {
		if !c.newMinute(b) {
			return parseClock(b)
		}
	}
	return c.start + int64(tens*10+second)*1e6, c.offset, true
}

// tellTimes tells the times of lines, up to the first that has none. It returns how
// many.
func (c *clfClock) tellTimes(text words, lines []outline, times []int64, offsets []int32) int {
	times, offsets = times[:len(lines)], offsets[:len(lines)]
	for i := range lines {
		at := int(lines[i].quote) - toClock
		tail := text.eight(at + 18)
		tens, second := tail&0xff-'0', tail>>8&0xff-'0'
		if tens > 5 || second > 9 || text.eight(at) != c.date || text.eight(at+8) != c.hour || uint16(text.four(at+16)) != c.minute || tail&^0xffff != c.zone {
			µs, offset, ok := c.parse(text.part(view{int32(at), int32(clockLen)}).bytes())
			if !ok {
				return i
			}
			times[i], offsets[i] = µs, offset
			continue
		}
		times[i], offsets[i] = c.start+int64(tens*10+second)*1e6, c.offset
	}
	return len(lines)
}

// newMinute remembers the minute and zone of b, which has the usual 26 bytes.
func (c *clfClock) newMinute(b []byte) bool {
	second := secondOfDay(binary.LittleEndian.Uint64(b[12:]))
	if second < 0 {
		return false
	}
	const year = 0xffff_ffff // "015:"
	date, hour, zone := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[18:])&^0xffff
	if c.date == 0 || date != c.date || (hour^c.hour)&year != 0 || zone != c.zone {
		var midnight [26]byte
		copy(midnight[:], b)
		copy(midnight[12:], "00:00:00")
		var ok bool
		if c.midnight, c.offset, ok = parseClock(midnight[:]); !ok {
			c.date = 0
			return false
		}
	}
	c.date, c.hour, c.minute, c.zone = date, hour, binary.LittleEndian.Uint16(b[16:]), zone
	c.start = c.midnight + int64(second-second%60)*1e6
	return true
}

// parseClock parses any form of the time: days, hours, minutes and seconds may
// have one digit, seconds a fraction, months any case, zones are Z, ±hhmm, ±hh:mm or ±hhmmss.
func parseClock(b []byte) (µs int64, offset int32, ok bool) {
	day, b, ok1 := clockNumber(b, 2, '/')
	month, b, ok2 := clockMonth(b)
	year, b, ok3 := clockNumber(b, 4, ':')
	hour, b, ok4 := clockNumber(b, 2, ':')
	minute, b, ok5 := clockNumber(b, 2, ':')
	second, micro, b, ok6 := clockSecond(b)
	east, ok7 := clockZone(b[skipBlanks(b, 0):])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 60 || year < 1 {
		return 0, 0, false
	}
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != day { // 31 June has become 1 July
		return 0, 0, false
	}
	return midnight.UnixMicro() + int64(hour*3600+minute*60+min(second, 59)-east)*1e6 + int64(micro), int32(east / 60), true
}

// clockSecond parses a second, perhaps with a fraction, and the blank after it.
func clockSecond(b []byte) (second, micro int, rest []byte, ok bool) {
	point := bytes.IndexByte(b, '.')
	if point < 0 {
		second, rest, ok = clockNumber(b, 2, ' ')
		return second, 0, rest, ok
	}
	var c clock
	n := c.readFraction(b[point:])
	if second = digits(b[:point], point); n == 0 || point == 0 || point > 2 || second < 0 || len(b) == point+n || b[point+n] != ' ' {
		return 0, 0, nil, false
	}
	return second, c.micro, b[point+n+1:], true
}

// clockNumber parses a number of at most n digits and the separator after it.
func clockNumber(b []byte, n int, sep byte) (int, []byte, bool) {
	v, i := 0, 0
	for i < len(b) && i < n && isDigit(b[i]) {
		v = v*10 + int(b[i]-'0')
		i++
	}
	if i == 0 || n == 4 && i < 4 || i == len(b) || b[i] != sep {
		return 0, nil, false
	}
	return v, b[i+1:], true
}

func clockMonth(b []byte) (time.Month, []byte, bool) {
	const months = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(b) < 4 || b[3] != '/' {
		return 0, nil, false
	}
	name := [3]byte{b[0] | 0x20, b[1] | 0x20, b[2] | 0x20}
	for m := range 12 {
		if months[3*m:3*m+3] == string(name[:]) {
			return time.Month(m + 1), b[4:], true
		}
	}
	return 0, nil, false
}

// clockZone parses a zone into seconds east. A zone is under a day.
func clockZone(b []byte) (int, bool) {
	if len(b) == 1 && b[0]|0x20 == 'z' {
		return 0, true
	}
	if len(b) == 6 && b[3] == ':' {
		b = []byte{b[0], b[1], b[2], b[4], b[5]}
	}
	if len(b) != 5 && len(b) != 7 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	east, unit := 0, 36000
	for i, d := range b[1:] {
		if !isDigit(d) || i%2 == 0 && i > 0 && d > '5' {
			return 0, false
		}
		east += int(d-'0') * unit
		unit /= [2]int{10, 6}[i%2]
	}
	if b[0] == '-' {
		east = -east
	}
	return east, east < 24*3600 && east > -24*3600
}

// appendClock writes the time of a record as the zone's clock showed it. It is
// what AppendFormat with "02/Jan/2006:15:04:05 -0700" writes, in a third of the
// time: for who writes a log, this is most of a line's work.
func appendClock(dst []byte, µs int64, offset int32) []byte {
	t := time.UnixMicro(µs + int64(offset)*60e6).UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = append(appendTwo(dst, day), '/')
	dst = append(append(dst, month.String()[:3]...), '/')
	dst = append(appendTwo(appendTwo(dst, year/100), year%100), ':')
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	dst = append(appendTwo(dst, second), ' ')
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return appendTwo(appendTwo(append(dst, sign), int(offset/60)), int(offset%60))
}

// appendTwo writes a number from 0 to 99.
func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10%10), byte('0'+n%10)) }
