package parse

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at as one number, the first byte the lowest: texts are
// short and their lengths vary, so that what a loop costs is the wrong guess at
// its end.
const ones, highs = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080

// eight returns the first eight bytes of b as one number, the first byte the
// lowest, with zeros for those that b has not.
func eight(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return padded(b)
}

// padded is eight for fewer bytes.
func padded(b []byte) uint64 {
	var eight [8]byte
	copy(eight[:], b)
	return binary.LittleEndian.Uint64(eight[:])
}

// firstDigits reads the digits that eight bytes begin with, and says how many
// there are. The lengths of numbers vary too much for a loop's guesses: eight
// digits are read without a branch.
func firstDigits(w uint64) (n uint64, digits int) {
	w ^= '0' * ones // digits become 0–9; what is 10 or more gets its uppermost bit
	digits = bits.TrailingZeros64((w|(w+0x76*ones))&highs) / 8
	return fromDigits(w << uint(8*(8-digits))), digits // zeros come in front
}

// fromDigits returns the number of eight digits, 0 to 9.
func fromDigits(w uint64) uint64 {
	w = w*10 + w>>8 // tens in every other byte
	const twos = 0x0000_00ff_0000_00ff
	return (w&twos*(100+1_000_000<<32) + w>>16&twos*(1+10_000<<32)) >> 32
}

// firstOf returns the index of the first c in b, len(b) if there is none. Most
// texts are too short for a call of bytes.IndexByte to pay: 16 bytes are looked
// at without a branch.
func firstOf(b []byte, c byte) int {
	if len(b) >= 16 {
		low, high := firstIn(b, c), firstIn(b[8:], c)
		n := 8 + bits.TrailingZeros64(high)/8
		if low != 0 {
			n = bits.TrailingZeros64(low) / 8
		}
		if n < 16 {
			return n
		}
	}
	if n := bytes.IndexByte(b, c); n >= 0 {
		return n
	}
	return len(b)
}

// firstIn returns a number whose lowest bit that is set is the uppermost of the
// first byte that is c.
func firstIn(b []byte, c byte) uint64 {
	w := binary.LittleEndian.Uint64(b) ^ uint64(c)*ones
	return (w - ones) &^ w & highs
}

// indexFrom returns the index of the first c in b from i on; len(b) or more if
// there is none, or i is behind b.
func indexFrom(b []byte, i int, c byte) int {
	return i + int(min(uint(bytes.IndexByte(b[min(i, len(b)):], c)), uint(len(b))))
}
