package parse

import (
	"bytes"
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
// it holds 16 MiB of text and half as much of hash table.
const (
	dictionaryTexts = 500_000 // a batch more still fits into 2²⁰ slots
	dictionaryBytes = 16 << 20
)

// A dictionary gives texts codes, 0, 1, 2 … in the order in which it meets
// them. It only grows; all that it has handed out stays good. A worker has its
// own, so there is no lock.
//
// Texts are one if their hashes are, of which 61 bits count, under secret keys. To
// compare the texts themselves would read each from memory again, for each
// line: a third of the time of a scan, for texts that never differ. Of the
// dictionaries that are as large as they may be, fewer than one in ten million
// takes two texts for one, and nobody can write a log that has better odds.
//
// Texts are kept as valid UTF-8: each run of invalid bytes is replaced by one
// U+FFFD, so texts that differ only there are one text; or each is written as
// \xHH, so that they are not.
type dictionary struct {
	slots   slots
	offsets []int32 // text i is text[offsets[i]:offsets[i+1]]
	text    []byte
	array   arrow.Array // of all texts; nil or shorter when texts were added since
	few     *[256]few   // while there are few

	escape   bool // invalid bytes are not repaired but escaped
	verbatim bool // … or kept, as nobody sees the texts
}

func newDictionary() *dictionary {
	return &dictionary{slots: make(slots, 1<<8), offsets: make([]int32, 1, 1<<8), text: make([]byte, 0, 1<<12)}
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

// code returns the code of a text, which is a new one if the text is new.
func (d *dictionary) code(text []byte, hash uint64) int32 {
	code, free := d.slots.look(hash)
	if code < 0 {
		return d.add(text, hash, free)
	}
	return code
}

// codeOf is code for a single text.
func (d *dictionary) codeOf(text string) int32 {
	return d.codeOfBytes(unsafe.Slice(unsafe.StringData(text), len(text)))
}

func (d *dictionary) codeOfBytes(text []byte) int32 {
	return d.code(text, wordsOf(text).hash())
}

// add gives a new text the next code and a free slot.
func (d *dictionary) add(text []byte, hash, free uint64) int32 {
	if !d.verbatim && !utf8.Valid(text) {
		if d.escape {
			text = escapeInvalid(text)
		} else {
			text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
		return d.codeOfBytes(text)
	}
	code := int32(d.len())
	d.text = append(twice(d.text, len(text)+1), text...) // so that an empty text has a place behind it
	d.offsets = append(twice(d.offsets, 1), int32(len(d.text)))
	if 4*d.len() > 3*len(d.slots) {
		d.grow()
	} else {
		d.slots.put(hash, free, code)
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

// grow makes four times as many slots: twice would have each text moved twice as
// often. The texts are hashed again: less work than hashes that are kept for it
// would be all the time.
func (d *dictionary) grow() {
	d.slots = make(slots, 4*len(d.slots))
	all := texts{block: d.text}
	var views [chunkRows]view
	var hashes [chunkRows]uint64
	for first := 0; first < d.len(); first += chunkRows {
		n := min(chunkRows, d.len()-first)
		for i := range n {
			start := d.offsets[first+i]
			views[i] = view{start, d.offsets[first+i+1] - start}
		}
		all.hash(views[:n], hashes[:], d.slots)
		for i, hash := range hashes[:n] {
			_, free := d.slots.look(hash)
			d.slots.put(hash, free, int32(first+i))
		}
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
