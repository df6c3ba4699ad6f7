package parse

import "math/bits"

// An addressShape is where the numbers of an IPv4 address are that has its dots at
// some places. The lengths of numbers are random: of a loop over their digits, a
// core guesses the end wrongly.
type addressShape struct {
	stops  uint16   // a bit for each dot, and for the byte behind the address
	starts [4]uint8 // of the numbers
	shifts [4]uint8 // of four bytes from there, so that the number's are left
}

// addressShapes are those of addresses of eight bytes or more, at the hash of
// their stops. No two have the same.
var addressShapes = func() (shapes [256]addressShape) {
	for lengths := range 3 * 3 * 3 * 3 {
		var s addressShape
		at := 0
		for i := range s.starts {
			n := 1 + lengths%3
			lengths /= 3
			s.starts[i], s.shifts[i] = uint8(at), uint8(32-8*n)
			at += n + 1
			s.stops |= 1 << (at - 1)
		}
		if at > 8 {
			shapes[hashOfStops(uint32(s.stops))] = s
		}
	}
	return shapes
}()

func hashOfStops(stops uint32) uint8 { return uint8(stops * 0x372d_a969 >> 24) }

// isFullAddress reports whether the text is surely an IPv4 address, of at least eight
// bytes. Of digits and dots it says what isAddress would say of most hosts, in a third
// of the time. It looks at up to four bytes behind the text.
func (s words) isFullAddress() bool {
	if uint(s.n-8) > 15-8 {
		return false
	}
	stops := otherThanDigits(s.eight(0)) | otherThanDigits(s.eight(s.n-8))<<(s.n&7) | 1<<(s.n&15)
	shape := &addressShapes[hashOfStops(stops)]
	return uint32(shape.stops) == stops && s.octet(shape, 0) && s.octet(shape, 1) && s.octet(shape, 2) && s.octet(shape, 3) &&
		s.isDot(shape, 1) && s.isDot(shape, 2) && s.isDot(shape, 3)
}

// octet reports whether the i-th number, of at most three digits, is at most 255:
// as one big-endian number, that is 0x323535.
func (s words) octet(shape *addressShape, i int) bool {
	return bits.ReverseBytes32(s.four(int(shape.starts[i])))>>(shape.shifts[i]&31) <= 0x32_3535
}

// isDot reports whether a dot stands before the i-th number.
func (s words) isDot(shape *addressShape, i int) bool { return s.byte(int(shape.starts[i])-1) == '.' }

// otherThanDigits returns a bit for each of eight bytes that is no digit.
func otherThanDigits(w uint64) uint32 {
	const gather = 0x0002_0408_1020_4081
	w ^= '0' * ones
	return uint32((w | (w&^highs + 0x76*ones)) & highs * gather >> 56)
}

func isFullAddress(host []byte) bool {
	return cap(host) >= len(host)+4 && wordsOf(host).isFullAddress()
}

// addressEnd returns the length of the IPv4 address with a blank after it that
// line begins with, or 0 if it surely has none or this cannot be told at a glance.
func addressEnd(line []byte) int {
	if n := firstOf(line, ' '); n < len(line) && isFullAddress(line[:n]) {
		return n
	}
	return 0
}

// isAddress reports whether host, of digits and dots, is an IPv4 address or
// the beginning of one: privacy rules have some logs cut its end off.
func isAddress(host []byte) bool {
	n, digits, parts := 0, 0, 1
	for _, b := range host {
		if b == '.' {
			if digits == 0 || parts == 4 {
				return false
			}
			n, digits = 0, 0
			parts++
			continue
		}
		n = n*10 + int(b-'0')
		digits++
		if n > 255 || digits > 3 {
			return false
		}
	}
	return parts > 1
}
