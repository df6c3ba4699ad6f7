package parse

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// stops has a bit for each byte of a block, set where one is that ends a value,
// or is a backslash. Where a value ends is then a look at one word, for all but
// long ones. To look at the value itself takes thrice the instructions, and a core
// guesses wrongly how long it is.
type stops struct{ bits []byte }

// find finds the stops of a text, which are a or b. It also appends the ends of its
// lines, as [lineEnds] does.
func (s *stops) find(ends []int32, text []byte, a, b byte) []int32 {
	// Some more, as eight bytes of them are looked at.
	s.bits = slices.Grow(s.bits[:0], len(text)/8+stopBlock)[:len(text)/8+stopBlock]
	at := 0
	var newlines [stopPiece / 8]byte
	for len(text)-at >= stopBlock {
		n := min(len(text)-at, stopPiece) &^ (stopBlock - 1)
		findStops(text[at:at+n], a, b, s.bits[at/8:], newlines[:])
		ends = appendBits(ends, newlines[:n/8], at)
		at += n
	}
	var rest [stopBlock]byte // zeros, which are neither
	copy(rest[:], text[at:])
	findStops(rest[:], a, b, s.bits[at/8:], newlines[:])
	ends = appendBits(ends, newlines[:stopBlock/8], at)
	clear(s.bits[at/8+stopBlock/8:])
	if len(text) > 0 && text[len(text)-1] != '\n' {
		ends = append(ends, int32(len(text)))
	}
	return ends
}

// stopPiece is how much text is looked at before the ends of its lines are told,
// and stopBlock what is looked at in one go.
const stopPiece, stopBlock = 16 << 10, 64

// findStops sets bits for the bytes of a text of whole blocks.
func findStops(text []byte, a, b byte, stops, newlines []byte) {
	if quickStops {
		stopBlocks(&text[0], len(text)/stopBlock, a, b, &stops[0], &newlines[0])
		return
	}
	for i := 0; i < len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		stops[i/8] = bitsOf(w, a) | bitsOf(w, b)
		newlines[i/8] = bitsOf(w, '\n')
	}
}

// bitsOf returns a bit for each of eight bytes that is c.
func bitsOf(w uint64, c byte) byte {
	const gather = 0x0002_0408_1020_4081
	w ^= uint64(c) * ones
	return byte(^(w&^highs + ^uint64(highs) | w) & highs * gather >> 56)
}

// appendBits appends the places of bits, from a place on. There are few.
func appendBits(places []int32, set []byte, from int) []int32 {
	s := wordsOf(set)
	for i := 0; i < len(set); i += 8 {
		for len(set)-i >= 40 && s.word(i)|s.word(i+8)|s.word(i+16)|s.word(i+24) == 0 {
			i += 32
		}
		for w := binary.LittleEndian.Uint64(set[i:]); w != 0; w &= w - 1 {
			places = append(places, int32(from+8*i+bits.TrailingZeros64(w)))
		}
	}
	return places
}

// stopsFrom returns 57 or more of the bits of stops, which are the text, from the
// i-th on.
func (s words) stopsFrom(i int) uint64 { return s.eight(i>>3) >> (i & 7) }

// after returns the first stop from i on, end if there is none before.
func (s *stops) after(i, end int) int {
	for ; i < end; i += 57 {
		if w := wordsOf(s.bits).stopsFrom(i); w != 0 {
			return min(i+bits.TrailingZeros64(w), end)
		}
	}
	return end
}
