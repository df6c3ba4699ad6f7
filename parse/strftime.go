package parse

import (
	"fmt"
	"strings"
)

// The parts of a time are known by the letter that strftime has for them, and
// by two that it has not.
const (
	partMilli  = 'L' // three digits, Apache's %{msec_frac}t
	partMicro  = 'f' // six digits, %{usec_frac}t
	knownParts = "%Y %y %m %b %B %h %d %e %H %k %I %l %M %S %L %f %p %z %Z %a %A %j %s %T %D %F %R %r %c %x %X %n %t %%"
)

// composed are the letters that stand for others.
var composed = map[byte]string{
	'T': "%H:%M:%S", 'X': "%H:%M:%S", 'r': "%I:%M:%S %p", 'D': "%m/%d/%y", 'x': "%m/%d/%y", 'F': "%Y-%m-%d", 'R': "%H:%M", 'c': "%a %b %d %H:%M:%S %Y", 'n': "\n", 't': "\t",
	'h': "%b", 'e': "%d", 'k': "%H", 'l': "%I",
}

// strftime cuts a format as strftime(3) has it into parts and the literal
// texts around them.
func strftime(format string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			tokens = append(tokens, token{literal: format[i : i+1]})
			continue
		}
		if i++; i == len(format) {
			return nil, fmt.Errorf("the time format %q ends in the middle of a directive", format)
		}
		switch c := format[i]; {
		case c == '%':
			tokens = append(tokens, token{literal: "%"})
		case c == 's':
			tokens = append(tokens, token{value: value{kind: kEpoch, shift: 6, rank: 2}})
		case composed[c] != "":
			parts, err := strftime(composed[c])
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, parts...)
		case strings.IndexByte("YymbBdHIMSLfpzZaAj", c) >= 0:
			tokens = append(tokens, token{value: value{kind: kPart, part: c}})
		default:
			return nil, fmt.Errorf("unknown %%%c in the time format %q, known are %s", c, format, knownParts)
		}
	}
	return tokens, nil
}

// readPart reads one part of a time at the start of b and returns how many
// bytes that is, -1 if it is not there.
func (c *clock) readPart(letter byte, b []byte) int {
	two := func(to *int) int {
		if *to = digits(b, 2); *to < 0 && len(b) > 1 && b[0] == ' ' {
			*to = digits(b[1:], 1) // %e, %k and %l are padded with a space
		}
		if *to < 0 {
			return -1
		}
		return 2
	}
	switch letter {
	case 'Y':
		if c.year = digits(b, 4); c.year < 0 {
			return -1
		}
		return 4
	case 'y':
		n := two(&c.year)
		if c.year += 1900; c.year < 1969 { // as POSIX has it
			c.year += 100
		}
		return n
	case 'm':
		return two(&c.month)
	case 'd':
		return two(&c.day)
	case 'H':
		return two(&c.hour)
	case 'I':
		c.twelve = true
		return two(&c.hour)
	case 'M':
		return two(&c.minute)
	case 'S':
		return two(&c.second)
	case 'b':
		if c.month = monthNamed(b); c.month == 0 {
			return -1
		}
		return 3
	case 'B':
		if c.month = monthNamed(b); c.month == 0 {
			return -1
		}
		return letters(b)
	case 'a', 'A':
		return letters(b)
	case 'Z':
		n := letters(b)
		if east, ok := zoneNames[string(b[:n])]; ok && !c.numeric {
			c.zone = east
		}
		return n
	case 'p':
		if len(b) < 2 || b[1]|0x20 != 'm' {
			return -1
		}
		c.afternoon = b[0]|0x20 == 'p'
		return 2
	case 'j':
		day := digits(b, 3)
		if day < 1 {
			return -1
		}
		c.year, c.month, c.day = date(days(c.year, 1, 1) + day - 1)
		return 3
	case 'z':
		if n := c.readZone(b); n > 0 {
			c.numeric = true
			return n
		}
		return -1
	case partMilli:
		c.micro = digits(b, 3) * 1000
		return length(c.micro >= 0, 3)
	case partMicro:
		c.micro = digits(b, 6)
		return length(c.micro >= 0, 6)
	}
	return -1
}

// length is n for a part that was there.
func length(ok bool, n int) int {
	if !ok {
		return -1
	}
	return n
}

// zoneNames are the zones that have one name and one meaning, in minutes east;
// those of America as RFC 822 has them. What is not among them is taken for UTC,
// and where %z stands too, that decides.
var zoneNames = map[string]int{
	"WEST": 60, "BST": 60, "CET": 60, "MET": 60, "CEST": 120, "MEST": 120, "EET": 120, "SAST": 120, "EEST": 180, "MSK": 180,
	"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
	"AKST": -540, "AKDT": -480, "HST": -600, "BRT": -180, "WIB": 420, "HKT": 480, "SGT": 480, "AWST": 480, "JST": 540, "KST": 540,
	"ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
}

// letters counts the letters at the start of b: names of days and zones.
func letters(b []byte) int {
	for i, c := range b {
		if c |= 0x20; c < 'a' || c > 'z' {
			return i
		}
	}
	return len(b)
}

var longMonths = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
														"October", "November", "December"}
var longDays = [...]string{"Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"} // 1970 began on a Thursday

// appendPart is the inverse of readPart.
func (c *clock) appendPart(dst []byte, letter byte) []byte {
	today := days(c.year, c.month, c.day)
	switch letter {
	case 'Y':
		return appendDigits(dst, c.year, 4)
	case 'y':
		return appendDigits(dst, c.year%100, 2)
	case 'm':
		return appendDigits(dst, c.month, 2)
	case 'd':
		return appendDigits(dst, c.day, 2)
	case 'H':
		return appendDigits(dst, c.hour, 2)
	case 'I':
		return appendDigits(dst, (c.hour+11)%12+1, 2)
	case 'M':
		return appendDigits(dst, c.minute, 2)
	case 'S':
		return appendDigits(dst, c.second, 2)
	case 'b':
		return append(dst, longMonths[c.month-1][:3]...)
	case 'B':
		return append(dst, longMonths[c.month-1]...)
	case 'a':
		return append(dst, longDays[(today%7+7)%7][:3]...)
	case 'A':
		return append(dst, longDays[(today%7+7)%7]...)
	case 'p':
		if c.hour >= 12 {
			return append(dst, "PM"...)
		}
		return append(dst, "AM"...)
	case 'j':
		return appendDigits(dst, today-days(c.year, 1, 1)+1, 3)
	case 'z':
		return c.appendZone(dst)
	case 'Z':
		return append(dst, "UTC"...)
	case partMilli:
		return appendDigits(dst, c.micro/1000, 3)
	}
	return appendDigits(dst, c.micro, 6)
}
