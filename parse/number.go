package parse

import (
	"math"
	"strconv"
)

// count reads b as a number of bytes: digits only, at most 2⁶³-1.
func count(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		} else {
			n = n*10 + uint64(c)
		}
	}
	return int64(n), n <= math.MaxInt64
}

// decimal reads b as a decimal number and returns it times 10^shift, cut off
// towards zero: decimal("0.0127", 3) is 12. A sign and an exponent are
// allowed. Floating point would be shorter, but 1286536308.779 has no exact
// float, and the same time must be the same number in every format.
func decimal(b []byte, shift int) (int64, bool) {
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
	for ; shift < 0 && n > 0; shift++ {
		n /= 10
	}
	for ; shift > 0 && n > 0; shift-- {
		if n > math.MaxInt64/10 {
			return 0, false
		}
		n *= 10
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
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
