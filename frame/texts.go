package frame

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow/array"
)

// texts is a list of texts that codes stand for. It only grows, until its
// generation changes: then it is another list, and whatever was computed of
// the old one is void.
type texts struct {
	data       []byte
	off        []int32 // of an Arrow dictionary: text i is data[off[i]:off[i+1]]
	ends       []int64 // of an interner: text i is data[ends[i]:ends[i+1]]
	n          int
	generation int
}

func (t *texts) at(code int32) []byte {
	if t.off != nil {
		return t.data[t.off[code]:t.off[code+1]]
	}
	return t.data[t.ends[code]:t.ends[code+1]]
}

// An interner numbers distinct texts from 0 in the order in which they come.
// It copies them into one arena: no Go string, no pointer for the garbage
// collector to follow, whatever their number.
type interner struct {
	texts
	hashes []uint32
	slots  []int32 // open addressing: number + 1; 0 is free
	near   uint32  // scratch of await
}

// textSeed is random, so that no log can be made to collide; the numbers that
// an interner gives do not depend on it.
var textSeed = maphash.MakeSeed()

func hashOf(text []byte) uint32 { return uint32(maphash.Bytes(textSeed, text)) }

func (t *interner) intern(text []byte) int32 { return t.internHashed(text, hashOf(text)) }

// internHashed is intern of a text whose hash is known.
func (t *interner) internHashed(text []byte, hash uint32) int32 {
	if t.n >= len(t.slots)/4*3 {
		t.rehash(2 * len(t.slots))
	}
	mask := uint32(len(t.slots) - 1)
	i := hash & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if id := t.slots[i] - 1; t.hashes[id] == hash && bytes.Equal(t.at(id), text) {
			return id
		}
	}
	t.data = append(roomFor(t.data, len(text)), text...)
	t.ends = append(roomFor(t.ends, 1), int64(len(t.data)))
	t.hashes = append(roomFor(t.hashes, 1), hash)
	t.n++
	t.slots[i] = int32(t.n)
	return int32(t.n - 1)
}

// roomFor returns s with a capacity for n elements more, which grows as that of
// [grown].
func roomFor[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return grown(s, len(s)+n)[:len(s)]
}

// reserve makes slots for so many texts more.
func (t *interner) reserve(more int) {
	if size := 1 << bits.Len(uint((t.n+more)/3*4)); size > len(t.slots) {
		t.rehash(size)
	}
}

// addAll interns all texts of another and notes their numbers + 1, the first
// text's at 1.
func (t *interner) addAll(from *interner, numbers []int32) {
	const together = 256
	t.reserve(from.n)
	for first := 0; first < from.n; first += together {
		hashes := from.hashes[first:min(first+together, from.n)]
		t.await(hashes)
		for i, hash := range hashes {
			id := first + i
			numbers[id+1] = t.internHashed(from.at(int32(id)), hash) + 1
		}
	}
}

// await brings into the cache what looking up texts of these hashes will read.
// One after the other each would wait for its slot, for where its text is, and
// for that; like this the waits of all overlap.
func (t *interner) await(hashes []uint32) {
	if len(t.data) == 0 {
		return
	}
	slots, mask, near := t.slots, uint32(len(t.slots)-1), uint32(0)
	for _, hash := range hashes {
		near |= uint32(slots[hash&mask])
	}
	for _, hash := range hashes {
		id := max(slots[hash&mask], 1) - 1
		near |= t.hashes[id] | uint32(t.data[min(int(t.ends[id]), len(t.data)-1)])
	}
	t.near = near // or the compiler would drop the loops
}

func (t *interner) rehash(size int) {
	if t.ends == nil {
		t.ends = []int64{0}
	}
	t.slots = make([]int32, max(64, size))
	mask := uint32(len(t.slots) - 1)
	for id, hash := range t.hashes {
		i := hash & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(id) + 1
	}
}

// A follower follows the dictionaries of one column from batch to batch. As
// long as each extends the one before, its generation stays.
type follower struct {
	texts
	values *array.String // retained: nobody may reuse its memory while we compare with it
	looked *array.String // the dictionary that was looked at …
	next   texts         // … and what is at hand when it is followed, …
	backed *array.String // … the texts of this one
}

// look reports whether a dictionary is another one than that at hand with more
// texts, or fewer: who shares a dictionary may write batches of an earlier moment.
func (d *follower) look(values *array.String) (another bool) {
	if values == d.values {
		return false
	}
	next := texts{n: values.Len(), generation: d.generation}
	if next.n > 0 { // else there may be no offsets at all
		next.off = values.ValueOffsets()
	}
	if buf := values.Data().Buffers()[2]; buf != nil {
		next.data = buf.Bytes()
	}
	d.looked, d.next, d.backed = values, next, values
	switch {
	case extends(&next, &d.texts):
	case extends(&d.texts, &next):
		d.next, d.backed = d.texts, d.values
	default:
		another = true
		d.next.generation++
	}
	return another
}

// follow takes the next batch's dictionary.
func (d *follower) follow(values *array.String) {
	if values == d.values {
		return
	}
	if values != d.looked {
		d.look(values)
	}
	d.backed.Retain()
	if d.values != nil {
		d.values.Release()
	}
	d.values, d.texts = d.backed, d.next
	d.looked, d.next, d.backed = nil, texts{}, nil
}

// extends reports whether the new dictionary begins with the old one. A
// producer that appends to its dictionary mostly does so in place: then two
// addresses tell. After it has moved, one comparison of memory does.
func extends(next, old *texts) bool {
	if old.n == 0 || next.n < old.n {
		return old.n == 0
	}
	offsets := next.off[:old.n+1]
	if unsafe.SliceData(offsets) != unsafe.SliceData(old.off) && !slices.Equal(offsets, old.off[:old.n+1]) {
		return false
	}
	from, to := offsets[0], offsets[old.n]
	return unsafe.SliceData(next.data) == unsafe.SliceData(old.data) ||
		bytes.Equal(next.data[from:to], old.data[from:to])
}

// metTexts are the texts of a dictionary that rows had, in the order in which they
// first did. A dictionary may have many more: those of other workers' rows.
type metTexts struct {
	codes []int32 // -1 if some row had none
	known codeMap[bool]
}

func (m *metTexts) add(codes []int32, texts *texts) {
	if m.known.generation != texts.generation {
		m.codes = m.codes[:0]
	}
	m.known.grow(texts, false)
	known := m.known.at
	for _, code := range codes {
		if !known[code+1] {
			known[code+1] = true
			m.codes = append(m.codes, code)
		}
	}
}

// A codeMap holds what was computed of each text of a dictionary, at its code
// + 1; 0 holds the value of null.
type codeMap[T any] struct {
	at         []T
	generation int
}

// grow makes the map as long as the dictionary and returns the first code
// that it holds nothing for: 0 when the dictionary is another one.
func (m *codeMap[T]) grow(t *texts, null T) int {
	if m.at == nil || m.generation != t.generation {
		m.at = append(m.at[:0], null)
		m.generation = t.generation
	}
	first := len(m.at) - 1
	if need := t.n + 1; len(m.at) < need {
		m.at = slices.Grow(m.at, need-len(m.at))[:need]
		clear(m.at[first+1:])
	}
	return first
}
