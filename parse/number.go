package parse

import (
	"math"
	"strconv"
)

// sixteenDigits reads the digits that b begins with, up to 16.
func sixteenDigits(b []byte) (n uint64, digits int) {
	if n, digits = firstDigits(eight(b)); digits < 8 {
		return n, digits
	}
	low, more := firstDigits(eight(b[8:]))
	return n*powers[more] + low, 8 + more
}

// lastDigits reads the last n of eight bytes, which must all be digits; n is one to
// eight.
func lastDigits(w uint64, n int) (int64, bool) {
	others := uint(64-8*n) & 63
	w = (w ^ '0'*ones) >> others << others // zeros come in front
	return int64(fromDigits(w)), uint(n-1) < 8 && (w|(w+0x76*ones))&highs == 0
}

// powers are those of ten that fit.
var powers = func() (p [20]uint64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// count reads b as a number of bytes: digits only, at most 2⁶³-1.
func count(b []byte) (int64, bool) {
	if n, digits := sixteenDigits(b); digits == len(b) {
		return int64(n), digits > 0
	}
	if len(b) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	return int64(n), n <= math.MaxInt64
}

// decimal reads b as a decimal number and returns it times 10^shift, cut off
// towards zero: decimal("0.0127", 3) is 12. A sign and an exponent are
// allowed. Floating point would be shorter, but 1286536308.779 has no exact
// float, and the same time must be the same number in every format.
func decimal(b []byte, shift int) (int64, bool) {
	n, whole := sixteenDigits(b)
	if whole == len(b) && whole > 0 {
		return scale(n, shift)
	}
	if whole < len(b) && b[whole] == '.' {
		fraction, digits := sixteenDigits(b[whole+1:])
		if whole+1+digits == len(b) && len(b) > 1 && whole+digits <= surelyFits {
			return scale(n*powers[digits]+fraction, shift-digits)
		}
	}
	return anyDecimal(b, shift)
}

// scale returns n times 10^shift, if that fits.
func scale(n uint64, shift int) (int64, bool) {
	switch {
	case n == 0 || shift <= -len(powers):
		return 0, true
	case shift <= 0:
		return int64(n / powers[-shift]), true
	case shift >= len(powers) || n > math.MaxInt64/powers[shift]:
		return 0, false
	}
	return int64(n * powers[shift]), true
}

// anyDecimal is decimal for numbers that have a sign, an exponent or many digits.
func anyDecimal(b []byte, shift int) (int64, bool) {
	i, negative := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative, i = b[0] == '-', 1
	}
	var n uint64
	digits, point := 0, false
scan:
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c-'0' <= 9:
			digits++
			if n >= math.MaxInt64/10-1 { // full: what is left can only be dropped
				if !point {
					return 0, false
				}
				continue
			}
			n = n*10 + uint64(c-'0')
			if point {
				shift--
			}
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && digits > 0:
			break scan
		default:
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(b) {
		e, ok := exponent(b[i+1:])
		if !ok {
			return 0, false
		}
		shift += e
	}
	v, ok := scale(n, shift)
	if negative {
		v = -v
	}
	return v, ok
}

// exponent reads what follows the e of a number. Three digits are more than
// any number that fits can need.
func exponent(b []byte) (int, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	n, ok := count(b)
	if !ok || n > 999 {
		return 0, false
	}
	if negative {
		n = -n
	}
	return int(n), true
}

// appendDecimal appends n times 10^-shift, so that decimal with the same shift
// gives n back: appendDecimal(12700, 6) is 0.0127. A negative shift loses
// nothing either, it appends zeros.
func appendDecimal(dst []byte, n int64, shift int) []byte {
	for ; shift < 0; shift++ {
		n *= 10
	}
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	unit := int64(1)
	for range shift {
		unit *= 10
	}
	dst = strconv.AppendInt(dst, n/unit, 10)
	if n %= unit; n == 0 {
		return dst
	}
	dst = append(dst, '.')
	for ; n > 0; n %= unit {
		unit /= 10
		dst = append(dst, byte('0'+n/unit))
	}
	return dst
}
