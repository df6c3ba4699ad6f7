package parse

import (
	"encoding/binary"
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
	if s.n > 0 {
		first = uint64(s.byte(s.n/2))<<16 | uint64(s.byte(0))<<8 | uint64(s.byte(s.n-1))
	}
	return first, 0
}
