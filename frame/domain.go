package frame

import (
	"bytes"
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/zeebo/xxh3"
)

// A domain numbers the distinct values of an expression that serves as group
// key or whose distinct values an aggregate keeps: null is 0, the others have
// numbers from 1 in the order in which they came. Behind it, states work on
// numbers alone, and a text is kept once however many groups have it.
type domain struct {
	kind   kind
	texts  interner
	byCode codeMap[int32] // numbers of a dictionary's texts; 0: not seen yet
	ints   intNumbers     // also of floats, by their bits

	fresh  []int32  // scratch of ofTexts: codes that have no number yet …
	hashes []uint32 // … and their texts' hashes
}

// size returns how many numbers the domain has given, null among them.
func (d *domain) size() int32 {
	if d.kind == textKind {
		return int32(d.texts.n) + 1
	}
	return int32(len(d.ints.values)) + 1
}

// numbers writes to out the numbers of v's values in the given rows.
func (d *domain) numbers(v *vector, rows, out []int32) {
	switch d.kind {
	case textKind:
		d.ofTexts(v, rows, out)
	case floatKind:
		for i, row := range rows {
			out[i] = 0
			if !v.null(row) {
				out[i] = d.ints.number(floatBits(v.floats[row]))
			}
		}
	default:
		d.ofInts(v, rows, out)
	}
}

func (d *domain) ofTexts(v *vector, rows, out []int32) {
	d.byCode.grow(v.texts, 0)
	numbers, fresh := d.byCode.at, d.fresh[:0]
	for i, row := range rows {
		code := v.codes[row]
		n := numbers[code+1]
		if n == 0 && code >= 0 {
			n = -1
			numbers[code+1] = n
			fresh = append(fresh, code)
		}
		out[i] = n
	}
	d.fresh = fresh
	if len(fresh) == 0 {
		return
	}
	d.learn(v.texts)
	for i, row := range rows {
		if out[i] < 0 {
			out[i] = numbers[v.codes[row]+1]
		}
	}
}

// learn numbers the texts of the codes that are fresh.
func (d *domain) learn(texts *texts) {
	d.texts.reserve(len(d.fresh))
	d.hashes = resize(d.hashes, len(d.fresh))
	for i, code := range d.fresh {
		d.hashes[i] = hashOf(texts.at(code))
	}
	d.texts.await(d.hashes)
	for i, code := range d.fresh {
		d.byCode.at[code+1] = d.texts.internHashed(texts.at(code), d.hashes[i]) + 1
	}
}

func (d *domain) ofInts(v *vector, rows, out []int32) {
	if v.nulls != nil {
		for i, row := range rows {
			out[i] = 0
			if !v.nulls[row] {
				out[i] = d.ints.number(v.ints[row])
			}
		}
		return
	}
	// Small numbers, as statuses, come in any order and are looked up; large
	// ones, as hours, mostly are the one before.
	last, number := int64(-1), d.ints.number(-1)
	for i, row := range rows {
		value := v.ints[row]
		switch {
		case uint64(value) < uint64(len(d.ints.small)) && d.ints.small[value] != 0:
			out[i] = d.ints.small[value]
			continue
		case value != last:
			last, number = value, d.ints.number(value)
		}
		out[i] = number
	}
}

// floatBits gives equal floats equal bits.
func floatBits(f float64) int64 {
	if f == 0 {
		f = 0 // not -0
	}
	return int64(math.Float64bits(f))
}

// compare orders two numbers by their values; null comes last.
func (d *domain) compare(a, b int32) int {
	switch {
	case a == b:
		return 0
	case a == 0:
		return 1
	case b == 0:
		return -1
	case d.kind == textKind:
		return bytes.Compare(d.texts.at(a-1), d.texts.at(b-1))
	case d.kind == floatKind:
		return cmp.Compare(d.float(a), d.float(b))
	}
	return cmp.Compare(d.ints.values[a-1], d.ints.values[b-1])
}

func (d *domain) float(n int32) float64 { return math.Float64frombits(uint64(d.ints.values[n-1])) }

// string returns the value of number n, which is not null's.
func (d *domain) string(n int32) string {
	switch d.kind {
	case textKind:
		return string(d.texts.at(n - 1))
	case floatKind:
		return strconv.FormatFloat(d.float(n), 'g', -1, 64)
	}
	return strconv.FormatInt(d.ints.values[n-1], 10)
}

// hash is the same for a value on every machine, in every run.
func (d *domain) hash(n int32) uint64 {
	switch {
	case n == 0:
		return 0x9e3779b97f4a7c15
	case d.kind == textKind:
		return xxh3.Hash(d.texts.at(n - 1))
	}
	return mix(uint64(d.ints.values[n-1]))
}

// mix spreads the bits of x (the finalizer of splitmix64).
func mix(x uint64) uint64 {
	x = (x + 0x9e3779b97f4a7c15)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// add gives the value that has number n in from a number in d.
func (d *domain) add(from *domain, n int32) int32 {
	if d.kind == textKind {
		return d.texts.internHashed(from.texts.at(n-1), from.texts.hashes[n-1]) + 1
	}
	return d.ints.number(from.ints.values[n-1])
}

// sorted returns all numbers but null's in the order of their values.
func (d *domain) sorted() []int32 {
	numbers := make([]int32, d.size()-1)
	for i := range numbers {
		numbers[i] = int32(i) + 1
	}
	slices.SortFunc(numbers, d.compare)
	return numbers
}

// A remap translates the numbers of one domain to those of another, which
// learns only the values that are asked for. The zero remap changes nothing.
type remap struct {
	from, to *domain
	known    []int32
}

func (r *remap) number(n int32) int32 {
	if n == 0 || r.known == nil {
		return n
	}
	if r.known[n] == 0 {
		r.known[n] = r.to.add(r.from, n)
	}
	return r.known[n]
}

// all translates all numbers: from here on number changes nothing.
func (r *remap) all() {
	if r.from.kind == textKind {
		r.to.texts.addAll(&r.from.texts, r.known)
		return
	}
	for n := range r.known {
		r.number(int32(n))
	}
}

// intNumbers numbers distinct whole numbers from 1.
type intNumbers struct {
	values []int64
	small  [1024]int32 // of 0 … 1023: statuses, hours, most counts
	slots  []int32     // of the others; open addressing, 0 is free
}

// intSeed is random, so that no log can be made to collide.
var intSeed = rand.Uint64()

func (t *intNumbers) number(v int64) int32 {
	if uint64(v) < uint64(len(t.small)) {
		if t.small[v] == 0 {
			t.values = append(t.values, v)
			t.small[v] = int32(len(t.values))
		}
		return t.small[v]
	}
	if len(t.values) >= len(t.slots)/4*3 {
		t.rehash()
	}
	mask := uint64(len(t.slots) - 1)
	i := mix(uint64(v)^intSeed) & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if n := t.slots[i]; t.values[n-1] == v {
			return n
		}
	}
	t.values = append(t.values, v)
	t.slots[i] = int32(len(t.values))
	return t.slots[i]
}

func (t *intNumbers) rehash() {
	t.slots = make([]int32, max(64, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for n, v := range t.values {
		if uint64(v) < uint64(len(t.small)) {
			continue
		}
		i := mix(uint64(v)^intSeed) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(n) + 1
	}
}
