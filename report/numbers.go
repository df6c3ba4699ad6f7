package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
)

// thin is a narrow no-break space: it joins a number and its unit.
const thin = "\u202f"

// missing is shown where there is no value.
const missing = "–"

// grouped writes a whole number as "161,936".
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// fixed writes v with so many decimals and a true minus sign.
func fixed(v float64, decimals int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), "-", "−", 1)
}

// compact splits a number into what is written large and its unit: "309.0",
// "k". Up to 9,999 it is written in full.
func compact(v float64) (number, unit string) {
	switch a := math.Abs(v); {
	case a >= 999.95e6:
		return fixed(v/1e9, 1), "bn"
	case a >= 999.95e3:
		return fixed(v/1e6, 1), "M"
	case a >= 9999.5:
		return fixed(v/1e3, 1), "k"
	case v == math.Trunc(v):
		return grouped(int64(v)), ""
	case a >= 100:
		return grouped(int64(math.Round(v))), ""
	}
	return fixed(v, 1), ""
}

// size splits a number of bytes: "15.3", "GB". Units are decimal, as on disks
// and bills.
func size(v float64) (number, unit string) {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	i := 0
	for math.Abs(v) >= 999.5 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if i == 0 || math.Abs(v) >= 99.95 {
		return fixed(v, 0), units[i]
	}
	return fixed(v, 1), units[i]
}

// percent splits a share: "3.0", "%". A share too small to show is "<0.1".
func percent(v float64, decimals int) (number, unit string) { //nolint:unparam // a number and its unit are printed apart
	if v == 0 || v == 1 { // none and all have no fractions
		return fixed(v*100, 0), "%"
	}
	least := math.Pow(10, -float64(decimals))
	if v > 0 && v*100 < least/2 {
		return "<" + fixed(least, decimals), "%"
	}
	return fixed(v*100, decimals), "%"
}

// elapsed writes a duration given in µs: "12 ms", "1.25 s", "1 h 40 min".
func elapsed(µs float64) string {
	switch a := math.Abs(µs); {
	case a < 1000:
		return fixed(µs, 0) + thin + "µs"
	case a < 999.5e3:
		return short(µs/1e3) + thin + "ms"
	case a < 59.95e6:
		return short(µs/1e6) + thin + "s"
	}
	d := time.Duration(µs) * time.Microsecond
	var parts []string
	add := func(n int64, unit string) {
		if n > 0 && len(parts) < 2 {
			parts = append(parts, strconv.FormatInt(n, 10)+thin+unit)
		}
	}
	add(int64(d/(24*time.Hour)), "d")
	add(int64(d/time.Hour)%24, "h")
	add(int64(d/time.Minute)%60, "min")
	if d < time.Hour {
		add(int64(d/time.Second)%60, "s")
	}
	return strings.Join(parts, " ")
}

// short writes three significant digits at most.
func short(v float64) string {
	decimals := 0
	switch a := math.Abs(v); {
	case a < 9.995:
		decimals = 2
	case a < 99.95:
		decimals = 1
	}
	s := fixed(v, decimals)
	if decimals > 0 {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// join writes a split number in one piece.
func join(number, unit string) string {
	if unit == "" {
		return number
	}
	return number + thin + unit
}

// plain writes a number as tables and sentences show its type when they ask
// for nothing else.
func plain(t frame.Type, v float64) string {
	switch t {
	case frame.Bytes:
		return join(size(v))
	case frame.Duration:
		return elapsed(v)
	case frame.Float:
		if math.Abs(v) < 100 && v != math.Trunc(v) {
			return fixed(v, 1)
		}
	}
	return grouped(int64(math.Round(v)))
}

// instant converts the µs of a table to a time in a zone.
func instant(µs int64, zone *time.Location) time.Time {
	return time.UnixMicro(µs).In(zone)
}

// dated writes a time as precisely as its unit: "Mon 2 Nov", "Tue 10 Nov,
// 16:00". Long gives the words of a sentence: "Tuesday 10 November, 16:00".
// The year stands with weeks and months only, since a page names it at its top.
func dated(t time.Time, unit string, long bool) string {
	day := "Mon 2 Jan"
	if long {
		day = "Monday 2 January"
	}
	switch unit {
	case "day":
		return t.Format(day)
	case "week":
		_, week := t.ISOWeek()
		return "Week " + strconv.Itoa(week) + t.Format(", 2 Jan 2006")
	case "month":
		return t.Format("January 2006")
	case "minute", "hour":
		return t.Format(day + ", 15:04")
	}
	return t.Format("2 Jan 15:04")
}

// weekdays in the order and numbering of ISO 8601, 1 is Monday.
var weekdays = [...]string{"", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// counted writes a number and its noun: "1 file", "3 files".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// niceStep returns the distance of an axis's ticks, 1, 2, 2.5 or 5 times a
// power of ten, that covers max in three or four steps, and the axis's end.
func niceStep(max float64) (step, end float64) {
	if max <= 0 {
		return 1, 1
	}
	raw := max / 3
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step = 10 * power
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw*0.999 {
			step = m * power
			break
		}
	}
	return step, math.Ceil(max/step*0.9999) * step
}

// visible replaces characters that a reader would not see, or that would
// reorder what stands around them, by their escapes; and cuts a text that is
// longer than anyone reads.
func visible(s string) string {
	const most = 400 // runes
	var b strings.Builder
	n := 0
	for i, r := range s {
		if n++; n > most {
			b.WriteString("… (" + grouped(int64(len(s))) + " bytes)")
			break
		}
		switch {
		case r == '\uFFFD' && invalidAt(s, i):
			b.WriteString(`\x` + hex2(s[i]))
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			b.WriteString(`\x` + hex2(byte(r)))
		case r == 0x61c || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff:
			b.WriteString(`\u` + hex2(byte(r>>8)) + hex2(byte(r)))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func invalidAt(s string, i int) bool { return !strings.HasPrefix(s[i:], "\uFFFD") }

func hex2(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// A formatter writes values in the zone of the report.
type formatter struct{ zone *time.Location }

// format writes a value as a directive asks.
func (f formatter) format(v value, format, arg string) string {
	if !v.known() {
		return missing
	}
	return formats[format](f, v, arg)
}

// value writes a value as its type and unit are written in sentences.
func (f formatter) value(v value) string {
	switch {
	case !v.known():
		return missing
	case v.typ == frame.Time:
		return dated(instant(int64(v.num), f.zone), v.unit, true)
	case v.unit == "weekday":
		return weekdays[int(v.num)%len(weekdays)]
	case v.unit == "hour_of_day":
		return fmt.Sprintf("%02.0f:00", v.num)
	}
	return v.String()
}
