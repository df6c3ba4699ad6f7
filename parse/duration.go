package parse

import (
	"bytes"
	"math"
)

// setDuration drops a negative duration: load balancers write -1 for none, and
// clocks that are set back make others. The part '.' wants thousandths after a
// decimal point; 't' takes a number without a point for milliseconds, 'p' for none.
func setDuration(v *value, b []byte, r *Record) Reason {
	shift := int(v.shift)
	switch {
	case v.part == '.' && places(b) < fractionPlaces:
		return BadNumber
	case v.part == 't' && places(b) < 0:
		shift = 3
	case v.part == 'p' && places(b) < 0:
		return OK
	}
	n, ok := decimal(b, shift)
	if !ok {
		return BadNumber
	}
	if n >= 0 {
		*v.number(r) = n
	}
	return OK
}

// fractionPlaces is how many places $request_time has after its point. What has
// fewer is another number, such as $gzip_ratio.
const fractionPlaces = 3

// places returns how many bytes follow the decimal point; -1 if there is none.
func places(b []byte) int {
	i := bytes.IndexByte(b, '.')
	if i < 0 {
		return -1
	}
	return len(b) - i - 1
}

// setSpan reads a duration that has its unit, or several: 1.5s, 12 ms, 340µs, 1m2.5s.
func setSpan(v *value, b []byte, r *Record) Reason {
	if len(b) > 0 && isDigit(b[len(b)-1]) {
		return setDuration(v, b, r)
	}
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) == 0 {
		return BadNumber
	}
	total := int64(0)
	for len(b) > 0 {
		n := bytes.IndexFunc(b, func(c rune) bool { return c != '.' && (c < '0' || c > '9') })
		if n < 0 {
			return BadNumber // without a unit
		}
		number, rest := b[:n], bytes.TrimPrefix(b[n:], []byte(" "))
		end := len(rest)
		if i := bytes.IndexAny(rest, "0123456789"); i >= 0 {
			end = i
		}
		unit, known := spanUnits[string(rest[:end])]
		x, ok := decimal(number, unit.shift)
		if !known || !ok || x > (math.MaxInt64-total)/unit.times {
			return BadNumber
		}
		total += x * unit.times
		b = rest[end:]
	}
	if !negative {
		*v.number(r) = total
	}
	return OK
}

// spanUnits are so many times 10^shift µs.
var spanUnits = map[string]struct {
	shift int
	times int64
}{
	"ns": {-3, 1}, "us": {0, 1}, "µs": {0, 1}, "μs": {0, 1}, "ms": {3, 1}, "msec": {3, 1},
	"s": {6, 1}, "sec": {6, 1}, "m": {6, 60}, "min": {6, 60}, "h": {6, 3600},
}

// addDuration adds to the record's duration; the part 'u' is what the upstream
// took. -1 means that this did not take place.
func addDuration(v *value, b []byte, r *Record) Reason {
	n, ok := decimal(b, int(v.shift))
	if !ok {
		return BadNumber
	}
	switch {
	case n < 0 && v.part == 'u':
		r.Duration = None // nobody answered, and what the balancer took to read the request is not the whole
		return OK
	case n < 0:
		return OK
	}
	if v.part == 'u' {
		r.UpTime = n
	}
	if r.Duration == None {
		r.Duration = 0
	}
	if r.Duration += n; r.Duration < 0 {
		return BadNumber
	}
	return OK
}

// appendAddend writes what addDuration adds: the upstream's part, or in the
// first place all the rest.
func (v *value) appendAddend(dst []byte, r *Record) []byte {
	switch {
	case r.Duration == None || v.part == 'u' && r.UpTime == None:
		return append(dst, "-1"...)
	case v.part == 'u':
		return appendDecimal(dst, r.UpTime, int(v.shift))
	case v.part == '0':
		return append(dst, '0')
	}
	return appendDecimal(dst, r.Duration-max(r.UpTime, 0), int(v.shift))
}

// sum adds up the durations of a list such as "0.010, - : 0.020", as nginx
// writes it when several upstreams were asked, and returns the bytes it read.
func (p *reader) sum(v *value, b []byte, r *Record) int {
	total, any, i := int64(0), false, 0
	for {
		n := i
		for n < len(b) && (b[n]-'0' <= 9 || b[n] == '.') {
			n++
		}
		if n > i {
			t, ok := decimal(b[i:n], int(v.shift))
			if !ok || total+t < total {
				return -1
			}
			total, any = total+t, true
		} else if n < len(b) && b[n] == '-' {
			n++
		} else {
			return -1
		}
		if i = n; bytes.HasPrefix(b[i:], []byte(", ")) {
			i += 2
		} else if bytes.HasPrefix(b[i:], []byte(" : ")) {
			i += 3
		} else {
			break
		}
	}
	if any && !v.discard {
		*v.number(r) = total
	}
	return i
}
