package parse

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Words are a text as its place in memory. Texts of a log are short, and each
// is split and hashed: here that is done eight bytes at a time, without the
// calls, loops and checks that would cost more than the work. What makes them
// has checked that the text is there, and keeps it there.
type words struct {
	at unsafe.Pointer
	n  int
}

func wordsOf(text []byte) words { return words{unsafe.Pointer(unsafe.SliceData(text)), len(text)} }

// part returns the text of a view of this one.
func (s words) part(v view) words { return words{unsafe.Add(s.at, v.start), int(v.n)} }

// bytes is the text as a slice of the same memory.
func (s words) bytes() []byte { return unsafe.Slice((*byte)(s.at), s.n) }

// word returns the eight bytes from i on and half four, in an order that the
// machine likes: for comparing and hashing, any will do. eight and four are the
// same with the first byte the lowest, and byte is one. They must be there:
// nothing checks that.
func (s words) word(i int) uint64 { return *(*uint64)(unsafe.Add(s.at, i)) }
func (s words) half(i int) uint32 { return *(*uint32)(unsafe.Add(s.at, i)) }
func (s words) byte(i int) byte   { return *(*byte)(unsafe.Add(s.at, i)) }
func (s words) eight(i int) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(s.at, i))[:])
}
func (s words) four(i int) uint32 {
	return binary.LittleEndian.Uint32((*[4]byte)(unsafe.Add(s.at, i))[:])
}

// ahead returns what a lead is compared with, from i on.
func (s words) ahead(i int) *[leadWords]uint64 { return (*[leadWords]uint64)(unsafe.Add(s.at, i)) }

// ends returns words that, with its length, tell a text of at most 16 bytes
// from any other: its first eight bytes and its last, which may overlap.
func (s words) ends() (first, last uint64) {
	if s.n >= 8 {
		return s.word(0), s.word(s.n - 8)
	}
	var all [8]byte
	copy(all[:], s.bytes())
	first = wordsOf(all[:]).word(0)
	return first, first
}

// shortEnds tells, with its length, a text of less than eight bytes from others.
func (s words) shortEnds() (first, last uint64) {
	if s.n >= 4 {
		return uint64(s.half(0)), uint64(s.half(s.n - 4))
	}
	for i := range s.n {
		first = first<<8 | uint64(s.byte(i))
	}
	return first, 0
}

// hashKeys differ from run to run, so that nobody can write a log whose texts
// have one hash, or all fall into one slot. No answer depends on them.
var hashKeys = func() (keys [4]uint64) {
	var secret [len(keys) * 8]byte
	rand.Read(secret[:]) // never fails
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint64(secret[8*i:])
	}
	return keys
}()

// hash sets hashes to those of the texts of views. It multiplies what the keys
// made unforeseeable and folds the product's halves, as Go's own maps do on
// machines that have no instructions for AES.
func (t *texts) hash(views []view, hashes []uint64) {
	keys := &hashKeys
	for i, v := range views {
		s := t.words(v)
		state := keys[0] * uint64(2*s.n+1) // each length has a key of its own
		var first, last uint64
		if s.n < 8 {
			first, last = s.shortEnds()
		} else {
			first, last = s.word(max(s.n-16, 0)), s.word(s.n-8)
			for end := s.n - 16; end > 0; end -= 16 {
				state = fold(s.word(0)^keys[1], s.word(8)^state)
				s.at = unsafe.Add(s.at, 16)
			}
		}
		hashes[i] = fold(fold(first^keys[2], last^state), keys[3])
	}
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// hashOf is the hash of one text.
func hashOf(text []byte) uint64 {
	var hash [1]uint64
	t := texts{block: text}
	t.hash([]view{{0, int32(len(text))}}, hash[:])
	return hash[0]
}
