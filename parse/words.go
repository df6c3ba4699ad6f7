package parse

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Words are a text as its place in memory. Texts of a log are short, and each
// is hashed and compared: here that is done eight bytes at a time, without the
// calls, loops and checks that would cost more than the work. What makes them
// has checked that the text is there, and keeps it there.
type words struct {
	at unsafe.Pointer
	n  int
}

func wordsOf(text []byte) words { return words{unsafe.Pointer(unsafe.SliceData(text)), len(text)} }

// bytes is the text as a slice of the same memory.
func (s words) bytes() []byte { return unsafe.Slice((*byte)(s.at), s.n) }

// word returns the eight bytes from i on, half four, and byte the one. They must
// be there: nothing checks that.
func (s words) word(i int) uint64 { return *(*uint64)(unsafe.Add(s.at, i)) }
func (s words) half(i int) uint32 { return *(*uint32)(unsafe.Add(s.at, i)) }
func (s words) byte(i int) byte   { return *(*byte)(unsafe.Add(s.at, i)) }

// ends returns words that, with its length, tell a text of at most 16 bytes
// from any other: its first eight bytes and its last, which may overlap.
func (s words) ends() (first, last uint64) {
	if s.n < 8 {
		return s.shortEnds()
	}
	return s.word(0), s.word(s.n - 8)
}

func (s words) shortEnds() (first, last uint64) {
	if s.n >= 4 {
		return uint64(s.half(0)), uint64(s.half(s.n - 4))
	}
	if s.n == 0 {
		return 0, 0
	}
	return uint64(s.byte(0)) | uint64(s.byte(s.n/2))<<8, uint64(s.byte(s.n - 1))
}

// equal reports whether two texts of the same length are. Most are: whether
// they are is decided once, at the end, so that no branch can be guessed wrongly.
func (s words) equal(t words) bool {
	n := s.n
	if n < 8 {
		s0, s1 := s.shortEnds()
		t0, t1 := t.shortEnds()
		return s0 == t0 && s1 == t1
	}
	if n > 64 {
		return string(s.bytes()) == string(t.bytes())
	}
	differ := (s.word(0) ^ t.word(0)) | (s.word(n-8) ^ t.word(n-8))
	if n > 16 {
		differ |= (s.word(8) ^ t.word(8)) | (s.word(n-16) ^ t.word(n-16))
	}
	if n > 32 {
		differ |= (s.word(16) ^ t.word(16)) | (s.word(24) ^ t.word(24)) | (s.word(n-32) ^ t.word(n-32)) | (s.word(n-24) ^ t.word(n-24))
	}
	return differ == 0
}

// hashKeys differ from run to run, so that nobody can write a log whose texts
// all fall into one slot. No answer depends on them.
var hashKeys = func() (keys [4]uint64) {
	var secret [len(keys) * 8]byte
	rand.Read(secret[:]) // never fails
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint64(secret[8*i:])
	}
	return keys
}()

// hash returns a hash of a text. It multiplies what the keys made unforeseeable
// and folds the product's halves, as Go's own maps do on machines that have no
// instructions for AES.
func (s words) hash() uint32 {
	state := hashKeys[0] * uint64(2*s.n+1) // each length has a key of its own
	var first, last uint64
	if s.n < 8 {
		first, last = s.shortEnds()
	} else {
		for i := 0; i < s.n-16; i += 16 {
			state = fold(s.word(i)^hashKeys[1], s.word(i+8)^state)
		}
		first, last = s.word(max(s.n-16, 0)), s.word(s.n-8)
	}
	return uint32(fold(fold(first^hashKeys[2], last^state), hashKeys[3]))
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
