package parse

// A clock holds the parts of a time while a line is read: some formats spread
// a time over columns, or over several directives. Parts that the line does
// not give are those of 1970-01-01 00:00:00 UTC.
type clock struct {
	year, month, day, hour, minute, second int
	micro                                  int
	zone                                   int  // minutes east of UTC
	numeric                                bool // zone was given as a number, which goes before its name
	afternoon                              bool // PM was said
	twelve                                 bool // hour is of a 12-hour clock
}

// newClock is where every line starts.
var newClock = clock{year: 1970, month: 1, day: 1}

// time returns the µs since 1970-01-01 UTC, and whether there is such a time.
// A second 60, as leap seconds are written, counts as second 59, see clfClock.
func (c *clock) time() (int64, bool) {
	hour := c.hour
	if c.twelve {
		if hour < 1 || hour > 12 {
			return 0, false
		}
		if hour %= 12; c.afternoon {
			hour += 12
		}
	}
	if c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(c.year, c.month) ||
		hour > 23 || c.minute > 59 || c.second > 60 || c.zone <= -24*60 || c.zone >= 24*60 {
		return 0, false
	}
	s := int64(days(c.year, c.month, c.day))*86400 + int64((hour*60+c.minute-c.zone)*60+min(c.second, 59))
	return s*1_000_000 + int64(c.micro), true
}

// daysIn returns the length of a month, which must be 1 to 12.
func daysIn(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return int("\x00\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"[month])
}

// days counts from 1970-01-01 to a date of the Gregorian calendar, in years
// that begin with March so that the leap day comes last.
func days(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}

// date is the inverse of days.
func date(days int) (year, month, day int) {
	days += 719468
	era := days / 146097
	if days < 0 {
		era = (days - 146096) / 146097
	}
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	month = (5*doy + 2) / 153
	day = doy - (153*month+2)/5 + 1
	year = yoe + era*400
	if month += 3; month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// clockAt is the inverse of clock.time.
func clockAt(micros int64, zone int) clock {
	const day = 86400 * 1_000_000
	micros += int64(zone) * 60 * 1_000_000
	n := micros / day
	if micros %= day; micros < 0 {
		n, micros = n-1, micros+day
	}
	c := clock{micro: int(micros % 1_000_000), zone: zone}
	c.year, c.month, c.day = date(int(n))
	s := int(micros / 1_000_000)
	c.hour, c.minute, c.second = s/3600, s/60%60, s%60
	return c
}

// digits reads exactly n digits at the start of b; -1 if there are none such.
func digits(b []byte, n int) int {
	if len(b) < n {
		return -1
	}
	v := 0
	for _, c := range b[:n] {
		if c -= '0'; c > 9 {
			return -1
		}
		v = v*10 + int(c)
	}
	return v
}

const monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"

// monthNamed returns 1 to 12 for a name of three letters, of any case, and 0
// for anything else.
func monthNamed(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	for m := 0; m < len(monthNames); m += 3 {
		if b[0]|0x20 == monthNames[m]|0x20 && b[1]|0x20 == monthNames[m+1] && b[2]|0x20 == monthNames[m+2] {
			return m/3 + 1
		}
	}
	return 0
}

// readZone reads +0100, +01:00, +01 or Z and returns how many bytes that is, 0
// if it is none.
func (c *clock) readZone(b []byte) int {
	if len(b) > 0 && (b[0] == 'Z' || b[0] == 'z') {
		c.zone = 0
		return 1
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return 0
	}
	hour, n := digits(b[1:], 2), 3
	minute := 0
	if m := digits(b[3:], 2); m >= 0 {
		minute, n = m, 5
	} else if len(b) >= 6 && b[3] == ':' {
		minute, n = digits(b[4:], 2), 6
	}
	if hour < 0 || minute < 0 || minute > 59 {
		return 0
	}
	c.zone = hour*60 + minute
	if b[0] == '-' {
		c.zone = -c.zone
	}
	return n
}

// readFraction reads .123456 or ,123 and returns how many bytes that is. What
// is finer than a microsecond is dropped.
func (c *clock) readFraction(b []byte) int {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || b[1]-'0' > 9 {
		return 0
	}
	c.micro = 0
	unit, i := 100_000, 1
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		c.micro += int(b[i]-'0') * unit
		unit /= 10
	}
	return i
}

// readISO reads 2015-05-17T10:05:03 with a fraction and a zone, both of which
// may be missing; a space may stand for the T, and before the zone. No zone means UTC.
func (c *clock) readISO(b []byte) bool {
	if len(b) < 19 || b[10]|0x20 != 't' && b[10] != ' ' || !c.readDate(b[:10]) || !c.readSeconds(b[11:]) {
		return false
	}
	b = b[19:]
	b = b[c.readFraction(b):]
	if len(b) > 1 && b[0] == ' ' {
		b = b[1:]
	}
	return len(b) == 0 || string(b) == "UTC" || c.readZone(b) == len(b)
}

// readDate reads 2015-05-17, with dashes or slashes.
func (c *clock) readDate(b []byte) bool {
	if len(b) != 10 || b[4] != '-' && b[4] != '/' || b[7] != b[4] {
		return false
	}
	c.year, c.month, c.day = digits(b, 4), digits(b[5:], 2), digits(b[8:], 2)
	return c.year >= 0
}

// readTimeOfDay reads 10:05:03 with or without a fraction.
func (c *clock) readTimeOfDay(b []byte) bool {
	return c.readSeconds(b) && (len(b) == 8 || c.readFraction(b[8:]) == len(b)-8)
}

// readSeconds reads the 10:05:03 that b begins with.
func (c *clock) readSeconds(b []byte) bool {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return false
	}
	c.hour, c.minute, c.second = digits(b, 2), digits(b[3:], 2), digits(b[6:], 2)
	return c.hour >= 0 && c.minute >= 0 && c.second >= 0
}

// appendDigits appends v with at least n digits.
func appendDigits(dst []byte, v, n int) []byte {
	if v >= 10 || n > 1 {
		dst = appendDigits(dst, v/10, n-1)
	}
	return append(dst, byte('0'+v%10))
}

// appendZone appends +0100.
func (c *clock) appendZone(dst []byte) []byte {
	sign, zone := byte('+'), c.zone
	if zone < 0 {
		sign, zone = '-', -zone
	}
	return appendDigits(appendDigits(append(dst, sign), zone/60, 2), zone%60, 2)
}

// appendISO is the inverse of readISO.
func (c *clock) appendISO(dst []byte) []byte {
	dst = c.appendTimeOfDay(append(c.appendDate(dst), 'T'))
	if c.zone == 0 {
		return append(dst, 'Z')
	}
	n := len(dst)
	dst = append(c.appendZone(dst), 0)
	copy(dst[n+4:], dst[n+3:])
	dst[n+3] = ':'
	return dst
}

// appendDate is the inverse of readDate.
func (c *clock) appendDate(dst []byte) []byte {
	dst = append(appendDigits(dst, c.year, 4), '-')
	dst = append(appendDigits(dst, c.month, 2), '-')
	return appendDigits(dst, c.day, 2)
}

// appendTimeOfDay is the inverse of readTimeOfDay.
func (c *clock) appendTimeOfDay(dst []byte) []byte {
	dst = append(appendDigits(dst, c.hour, 2), ':')
	dst = append(appendDigits(dst, c.minute, 2), ':')
	dst = appendDigits(dst, c.second, 2)
	if c.micro != 0 {
		dst = appendDigits(append(dst, '.'), c.micro, 6)
	}
	return dst
}
