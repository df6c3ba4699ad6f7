package parse

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// stops has a bit for each byte of a block, set where one is that ends a value,
// or is a backslash. Where a value ends is then a look at one word, for all but
// long ones. To look at the value itself takes thrice the instructions, and a core
// guesses wrongly how long it is.
type stops struct{ bits []byte }

// find finds the stops of a text, which are of a set. It also appends the ends of
// its lines, as [lineEnds] does.
func (s *stops) find(ends []int32, text []byte, set *byteSet) []int32 {
	// Some more, as eight bytes of them are looked at.
	s.bits = slices.Grow(s.bits[:0], len(text)/8+stopBlock)[:len(text)/8+stopBlock]
	var rest [stopBlock]byte
	at := 0
	for at < len(text) {
		piece := pieceAt(text, at, &rest)
		ends = findBits(ends, piece, at, set, s.bits[at/8:])
		at += len(piece)
	}
	clear(s.bits[at/8:])
	return endLast(ends, text)
}

// after returns the first stop from i on, end if there is none before.
func (s *stops) after(i, end int) int {
	for ; i < end; i += 57 {
		if w := wordsOf(s.bits).stopsFrom(i); w != 0 {
			return min(i+bits.TrailingZeros64(w), end)
		}
	}
	return end
}

// stopsFrom returns 57 or more of the bits of stops, which are the text, from the
// i-th on.
func (s words) stopsFrom(i int) uint64 { return s.eight(i>>3) >> (i & 7) }

// marks are stops as their places in the block, in order: for a format whose lines
// have a few of them, each with a meaning of its own.
type marks struct {
	places []int32
	next   int // of the line at hand the first
}

// find is that of stops.
func (m *marks) find(ends []int32, text []byte, set *byteSet) []int32 {
	m.places, m.next = m.places[:0], 0
	var rest [stopBlock]byte
	for at := 0; at < len(text); {
		piece := pieceAt(text, at, &rest)
		m.places, ends = findPlaces(m.places, ends, piece, at, set)
		at += len(piece)
	}
	for range marksAhead { // so that many can always be looked at
		m.places = append(m.places, math.MaxInt32)
	}
	return endLast(ends, text)
}

// marksAhead are behind those of any line.
const marksAhead = 8

// ahead returns marks from the i-th on, which must be there or just behind.
func (m *marks) ahead(i int) *[marksAhead]int32 {
	return (*[marksAhead]int32)(unsafe.Pointer(&m.places[i]))
}

// from makes the first mark from start on the next.
func (m *marks) from(start int) {
	for int(m.places[m.next]) < start {
		m.next++
	}
}

// A byteSet is a set of bytes, not of zero, of which no two have the same lower four bits. At
// the place that these say, its table has the byte that is of the set; at the other
// places one that has other lower bits.
type byteSet struct {
	table [16]byte
	bytes []byte
}

func newByteSet(bytes ...byte) *byteSet {
	s := &byteSet{bytes: bytes}
	s.table[0] = 1
	for _, b := range bytes {
		s.table[b&15] = b
	}
	return s
}

// in returns a bit for each of eight bytes that is of the set.
func (s *byteSet) in(w uint64) (in byte) {
	for _, b := range s.bytes {
		in |= bitsOf(w, b)
	}
	return in
}

// bitsOf returns a bit for each of eight bytes that is c.
func bitsOf(w uint64, c byte) byte {
	const gather = 0x0002_0408_1020_4081
	w ^= uint64(c) * ones
	return byte(^(w&^highs + ^uint64(highs) | w) & highs * gather >> 56)
}

// stopBlock is what is looked at in one go, and stopPiece before there must be room
// for more places.
const stopBlock, stopPiece = 64, 8 << 10

// pieceAt returns a piece of a text from there on, of whole blocks: for the text's
// last bytes rest, with zeros behind them.
func pieceAt(text []byte, at int, rest *[stopBlock]byte) []byte {
	if n := min(len(text)-at, stopPiece) &^ (stopBlock - 1); n > 0 {
		return text[at : at+n]
	}
	copy(rest[:], text[at:])
	return rest[:]
}

// findBits sets bits for the bytes of a piece that are of a set, and appends the
// places of its newlines.
func findBits(ends []int32, piece []byte, at int, set *byteSet, bits []byte) []int32 {
	if quickStops {
		ends = slices.Grow(ends, len(piece)+1)
		n := stopBits(&piece[0], len(piece), at, &set.table, &bits[0], behind(ends))
		return ends[:len(ends)+n]
	}
	for i := 0; i < len(piece); i += 8 {
		w := binary.LittleEndian.Uint64(piece[i:])
		bits[i/8] = set.in(w)
		ends = appendBits(ends, bitsOf(w, '\n'), at+i)
	}
	return ends
}

// findPlaces is findBits, but appends the places of those of the set too.
func findPlaces(places, ends []int32, piece []byte, at int, set *byteSet) (_, _ []int32) {
	if quickStops {
		places, ends = slices.Grow(places, len(piece)+4), slices.Grow(ends, len(piece)+1)
		n, lines := stopPlaces(&piece[0], len(piece), at, &set.table, behind(places), behind(ends))
		return places[:len(places)+n], ends[:len(ends)+lines]
	}
	for i := 0; i < len(piece); i += 8 {
		w := binary.LittleEndian.Uint64(piece[i:])
		places = appendBits(places, set.in(w), at+i)
		ends = appendBits(ends, bitsOf(w, '\n'), at+i)
	}
	return places, ends
}

// behind returns where the next place is appended. There must be room.
func behind(places []int32) *int32 { return &places[:len(places)+1][len(places)] }

// appendBits appends the places of bits, from a place on.
func appendBits(places []int32, set byte, from int) []int32 {
	for ; set != 0; set &= set - 1 {
		places = append(places, int32(from+bits.TrailingZeros8(set)))
	}
	return places
}

// endLast appends the end of a text whose last line lacks its newline.
func endLast(ends []int32, text []byte) []int32 {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		ends = append(ends, int32(len(text)))
	}
	return ends
}
