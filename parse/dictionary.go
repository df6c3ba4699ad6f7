package parse

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A dictionary that has passed these bounds at the end of a batch gives way to
// a new one, so that memory does not grow with a log whose every path is
// unique. Each worker has one for each text column that is read; at its bounds
// it holds 16 MiB of text and as much of hash table.
const (
	dictionaryTexts = 500_000 // a batch more still fits into 2²⁰ buckets, half of them free
	dictionaryBytes = 16 << 20
)

// A dictionary gives texts codes, 0, 1, 2 … in the order in which it meets
// them. It only grows; all that it has handed out stays good. A worker has its
// own, so there is no lock.
//
// Texts are kept as valid UTF-8: each run of invalid bytes is replaced by one
// U+FFFD, so texts that differ only there are one text; or each is written as
// \xHH, so that they are not.
type dictionary struct {
	slots   []bucket // a hash table with open addressing, of a power of two and at most half full
	offsets []int32  // text i is text[offsets[i]:offsets[i+1]]
	text    []byte
	array   arrow.Array // of all texts; nil or shorter when texts were added since

	chunk   [lookups]bucket // scratch of intern
	touched uint32
	few     [256]int32 // codes + 1 by endsOf, for internFew

	escape bool // invalid bytes are not repaired but escaped
}

// A bucket is a slot of the hash table.
type bucket struct {
	hash uint32
	code int32 // +1: 0 is a free slot
}

// lookups is how many of them are under way at a time.
const lookups = 256

// dictionarySeed differs from run to run, so that nobody can write a log whose
// texts all fall into one slot. Codes do not depend on it.
var dictionarySeed = maphash.MakeSeed()

func newDictionary() *dictionary {
	return &dictionary{slots: make([]bucket, 1<<8), offsets: make([]int32, 1, 1<<8), text: make([]byte, 0, 1<<12)}
}

// full reports whether the dictionary has passed its bounds. One without slots
// is a view of a table's, which has bounds of its own.
func (d *dictionary) full() bool {
	return d.slots != nil && (d.len() >= dictionaryTexts || len(d.text) >= dictionaryBytes)
}

func (d *dictionary) len() int { return len(d.offsets) - 1 }

func (d *dictionary) at(code int32) []byte { return d.text[d.offsets[code]:d.offsets[code+1]] }

// string is at as a string that shares the dictionary's memory, which is never
// written twice.
func (d *dictionary) string(code int32) string {
	b := d.at(code)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func hashOf(text []byte) uint32 { return uint32(maphash.Bytes(dictionarySeed, text)) }

// intern sets codes[i] to the code of the text of views[i], or to -1 if that is
// null, and returns how many are null.
//
// Look-ups of texts that are spread over megabytes are bound by the cache's
// misses. So each step is done for many rows before the next: hashes, then
// slots, then the first byte of the text that a slot points to, and only then
// the comparison. The misses of a step overlap, as they depend on nothing of
// the same step; row by row, each would wait for the one before.
func (d *dictionary) intern(r *rows, views []view, codes []int32) (nulls int) {
	for len(views) > 0 {
		n := min(len(views), lookups)
		nulls += d.internChunk(r, views[:n], codes[:n])
		views, codes = views[n:], codes[n:]
	}
	return nulls
}

func (d *dictionary) internChunk(r *rows, views []view, codes []int32) (nulls int) {
	if d.len() <= fewTexts {
		return d.internFew(r, views, codes)
	}
	chunk := d.chunk[:len(views)]
	for i, v := range views {
		if v.n < 0 {
			nulls++
			continue
		}
		chunk[i].hash = hashOf(r.text(v))
	}
	if nulls == len(views) {
		for i := range codes {
			codes[i] = -1
		}
		return nulls
	}
	d.touchSlots(chunk)
	for i := range chunk {
		chunk[i] = d.find(chunk[i].hash)
	}
	d.touchTexts(chunk)
	for i, v := range views {
		if v.n < 0 {
			codes[i] = -1
			continue
		}
		s, text := &chunk[i], r.text(v)
		if s.code != 0 && string(d.at(s.code-1)) == string(text) {
			codes[i] = s.code - 1
		} else {
			codes[i] = d.code(text, s.hash)
		}
	}
	return nulls
}

// touchSlots and touchTexts bring into the cache what the next step reads. Each
// is a loop of so few instructions that a core has dozens of its loads under
// way. They keep a result, or the compiler would see that nobody needs them.
func (d *dictionary) touchSlots(chunk []bucket) {
	slots, mask := d.slots, uint32(len(d.slots)-1)
	touched := uint32(0)
	for i := range chunk {
		touched ^= slots[chunk[i].hash&mask].hash
	}
	d.touched = touched
}

func (d *dictionary) touchTexts(chunk []bucket) {
	text, offsets, touched := d.text, d.offsets, byte(0)
	for i := range chunk {
		if at := int(offsets[max(chunk[i].code-1, 0)]); at < len(text) {
			touched ^= text[at]
		}
	}
	d.touched = uint32(touched)
}

// find returns the first bucket of a hash, which mostly is that of the text, or
// one with no code.
func (d *dictionary) find(hash uint32) bucket {
	mask := uint32(len(d.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := d.slots[i]; s.hash == hash && s.code != 0 {
			return s
		} else if s.code == 0 {
			return bucket{hash: hash}
		}
	}
}

// fewTexts is how many texts a column such as method, protocol or type has.
const fewTexts = 32

// internFew is internChunk for columns of few texts. Their ends and lengths tell
// nearly all of them apart: no text is read twice, as hashing would, and none
// is guessed by the one before, which a core guesses wrongly.
func (d *dictionary) internFew(r *rows, views []view, codes []int32) (nulls int) {
	for i, v := range views {
		if v.n < 0 {
			codes[i] = -1
			nulls++
			continue
		}
		text := r.text(v)
		known := &d.few[endsOf(text)%uint64(len(d.few))]
		if *known == 0 || string(d.at(*known-1)) != string(text) {
			*known = d.code(text, hashOf(text)) + 1
		}
		codes[i] = *known - 1
	}
	return nulls
}

// endsOf mixes the first eight bytes of a text, its last, and its length.
func endsOf(text []byte) uint64 {
	first := eight(text)
	last := first
	if n := len(text); n > 8 {
		last = binary.LittleEndian.Uint64(text[n-8:])
	}
	return (first ^ bits.RotateLeft64(last, 29) ^ uint64(len(text))) * 0x9e37_79b9_7f4a_7c15 >> 32
}

// code returns the code of a text, which is a new one if the text is new.
func (d *dictionary) code(text []byte, hash uint32) int32 {
	mask := uint32(len(d.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.code == 0 {
			return d.add(text, hash, s)
		}
		if s.hash == hash && string(d.at(s.code-1)) == string(text) {
			return s.code - 1
		}
	}
}

// codeOf is code for a single text.
func (d *dictionary) codeOf(text string) int32 {
	b := unsafe.Slice(unsafe.StringData(text), len(text))
	return d.code(b, hashOf(b))
}

// add gives a new text the next code and the free slot.
func (d *dictionary) add(text []byte, hash uint32, free *bucket) int32 {
	if !utf8.Valid(text) {
		if d.escape {
			text = escapeInvalid(text)
		} else {
			text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
		return d.code(text, hashOf(text))
	}
	code := int32(d.len())
	d.text = append(twice(d.text, len(text)), text...)
	d.offsets = append(twice(d.offsets, 1), int32(len(d.text)))
	*free = bucket{hash, code + 1}
	if 2*d.len() > len(d.slots) {
		d.grow()
	}
	return code
}

// twice returns values with room for n more. Append would make a large array a
// quarter larger at a time, and so copy it five times on its way.
func twice[T any](values []T, n int) []T {
	if cap(values)-len(values) >= n {
		return values
	}
	return append(make([]T, 0, 2*cap(values)+n), values...)
}

// escapeInvalid writes what is no UTF-8 as servers do: \xHH for a byte.
func escapeInvalid(text []byte) []byte {
	var valid []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			valid = appendHex(valid, text[0])
		} else {
			valid = append(valid, text[:n]...)
		}
		text = text[n:]
	}
	return valid
}

func (d *dictionary) grow() {
	old := d.slots
	d.slots = make([]bucket, 4*len(old))
	mask := uint32(len(d.slots) - 1)
	for _, s := range old {
		if s.code == 0 {
			continue
		}
		i := s.hash & mask
		for d.slots[i].code != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = s
	}
}

// values returns the texts as an Arrow array over the dictionary's memory. It
// is the same array until a text is added, and then one that extends it.
func (d *dictionary) values() arrow.Array {
	if d.array == nil || d.array.Len() != d.len() {
		data := array.NewData(arrow.BinaryTypes.String, d.len(), []*memory.Buffer{nil,
			memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(d.offsets)),
			memory.NewBufferBytes(slices.Clip(d.text)),
		}, nil, 0, 0)
		d.array = array.NewStringData(data)
	}
	return d.array
}
