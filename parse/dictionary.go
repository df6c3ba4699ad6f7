package parse

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A dictionary that has passed these bounds at the end of a batch gives way to
// a new one, so that memory does not grow with a log whose every path is
// unique. Each worker has one for each text column that is read.
const (
	dictionaryTexts = 1 << 20
	dictionaryBytes = 16 << 20
)

// A dictionary gives texts codes, 0, 1, 2 … in the order in which it meets
// them. It only grows; all that it has handed out stays good. A worker has its
// own, so there is no lock.
//
// Texts are kept as valid UTF-8: each run of invalid bytes is replaced by one
// U+FFFD, so texts that differ only there are one text.
type dictionary struct {
	// slots is a hash table with open addressing, of a power of two and at most
	// half full. A slot is the upper half of a text's hash and its code+1.
	slots   []uint64
	offsets []int32 // text i is text[offsets[i]:offsets[i+1]]
	text    []byte
	hashes  []uint64    // scratch of intern
	array   arrow.Array // of all texts; nil or shorter when texts were added since
}

// dictionarySeed differs from run to run, so that nobody can write a log whose
// texts all fall into one slot. Codes do not depend on it.
var dictionarySeed = maphash.MakeSeed()

func newDictionary() *dictionary {
	return &dictionary{slots: make([]uint64, 1<<10), offsets: make([]int32, 1, 1<<8), text: make([]byte, 0, 1<<12)}
}

// full reports whether the dictionary has passed its bounds.
func (d *dictionary) full() bool { return d.len() >= dictionaryTexts || len(d.text) >= dictionaryBytes }

func (d *dictionary) len() int { return len(d.offsets) - 1 }

func (d *dictionary) at(code int32) []byte { return d.text[d.offsets[code]:d.offsets[code+1]] }

// string is at as a string that shares the dictionary's memory, which is never
// written twice.
func (d *dictionary) string(code int32) string {
	b := d.at(code)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// intern sets codes[i] to the code of texts[i], or to -1 if that is nil.
//
// Hashes come first and look-ups after, because the look-ups' cache misses
// then overlap: row by row, each would wait for the hash before it.
func (d *dictionary) intern(texts [][]byte, codes []int32) {
	if cap(d.hashes) < len(texts) {
		d.hashes = make([]uint64, len(texts))
	}
	hashes := d.hashes[:len(texts)]
	for i, text := range texts {
		hashes[i] = maphash.Bytes(dictionarySeed, text)
	}
	for i, text := range texts {
		if text == nil {
			codes[i] = -1
			continue
		}
		codes[i] = d.code(text, hashes[i])
	}
}

// code returns the code of a text, which is a new one if the text is new.
func (d *dictionary) code(text []byte, hash uint64) int32 {
	mask := uint64(len(d.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := d.slots[i]
		if slot == 0 {
			return d.add(text, hash, i)
		}
		if slot>>32 == hash>>32 {
			if code := int32(uint32(slot) - 1); bytes.Equal(d.at(code), text) {
				return code
			}
		}
	}
}

// codeOf is code for a single text.
func (d *dictionary) codeOf(text string) int32 {
	b := unsafe.Slice(unsafe.StringData(text), len(text))
	return d.code(b, maphash.Bytes(dictionarySeed, b))
}

// add gives a new text the next code and the free slot i.
func (d *dictionary) add(text []byte, hash, i uint64) int32 {
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		return d.code(text, maphash.Bytes(dictionarySeed, text))
	}
	code := int32(d.len())
	d.text = append(d.text, text...)
	d.offsets = append(d.offsets, int32(len(d.text)))
	d.slots[i] = hash>>32<<32 | uint64(code+1)
	if 2*d.len() > len(d.slots) {
		d.grow()
	}
	return code
}

func (d *dictionary) grow() {
	d.slots = make([]uint64, 4*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for code := range int32(d.len()) {
		hash := maphash.Bytes(dictionarySeed, d.at(code))
		i := hash & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = hash>>32<<32 | uint64(code+1)
	}
}

// values returns the texts as an Arrow array over the dictionary's memory. It
// is the same array until a text is added, and then one that extends it.
func (d *dictionary) values() arrow.Array {
	if d.array == nil || d.array.Len() != d.len() {
		data := array.NewData(arrow.BinaryTypes.String, d.len(), []*memory.Buffer{nil,
			memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(d.offsets)),
			memory.NewBufferBytes(d.text[:len(d.text):len(d.text)]),
		}, nil, 0, 0)
		d.array = array.NewStringData(data)
	}
	return d.array
}
