package frame

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// A fold is a view in which the rows of a batch that its parts cannot tell
// apart are one, which stands for all of them: with how many they are, and the
// sums of what is to be summed. To a cell "count by hour, status" two thousand
// rows look like ten.
//
// Parts see no other difference to rows of the batch, and their states none at
// all.
type fold struct {
	view
	set     facets
	parts   []*part
	tellers []teller
	blends  []blend

	first   []int32  // of each row here, the first of the batch's that are like it
	weights []uint32 // how many they are
	*alike
}

// alike is memory for finding rows that are alike; all folds share it.
type alike struct {
	keys  []uint64 // of each row of the batch: rows that have the same are alike
	of    []int32  // of each row of the batch, the row of the fold
	slots []int32  // open addressing, by key: the row of the fold + 1; 0 is free
}

// keySeed is random, so that no log can be made to collide.
var keySeed = rand.Uint64() | 1

func (p *Partial) newFold(set facets, parts []*part) *fold {
	f := &fold{set: set, parts: parts, tellers: p.plan.tellers(set), alike: &p.alike}
	f.view = *p.newView(newSelected(p.rows.eval))
	f.fold = f
	for _, part := range parts {
		for _, i := range part.states {
			s := &p.plan.tables[part.table].states[i]
			if (s.arg >= 0 || f.counts(s)) && f.blendOf(s) == nil {
				f.blends = append(f.blends, f.newBlend(s))
			}
		}
	}
	return f
}

// tells reports whether rows that differ in some facets are never alike.
func (f *fold) tells(set facets) bool { return f.partial.plan.needed(f.set|set) == f.set }

func (f *fold) newBlend(s *statePlan) blend {
	b := blend{fn: s.fn, node: s.arg, cond: -1}
	if s.fn == "hourly" {
		b.fn = "sum"
	}
	if f.counts(s) {
		b.cond = s.cond
	}
	return b
}

// blendOf returns what a state reads as its argument; nil if there is none.
func (f *fold) blendOf(s *statePlan) *blend {
	want := f.newBlend(s)
	i := slices.IndexFunc(f.blends, func(b blend) bool { return b.fn == want.fn && b.node == want.node && b.cond == want.cond })
	if i < 0 {
		return nil
	}
	return &f.blends[i]
}

// take folds the batch at hand. It is not ok if that cannot be done: if there
// is too much to tell of a row, or sums might be too large. Then parts have to
// see the rows themselves.
func (f *fold) take() (ok bool, err error) {
	rows := f.partial.rows.eval
	f.keys = resize(f.keys, rows.rows)
	clear(f.keys)
	shift := 0
	for i := range f.tellers {
		width, err := f.tellers[i].tell(rows, f.keys, shift)
		if shift += width; err != nil || shift > 64 {
			return false, err
		}
	}
	f.number()
	f.eval.pick(f.first)
	for i := range f.blends {
		if ok, err := f.blends[i].take(rows, f); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// number finds the rows that are alike.
func (f *fold) number() {
	keys := f.keys
	size := 1 << bits.Len(uint(2*len(keys)))
	f.slots, f.of = resize(f.slots, size), resize(f.of, len(keys))
	first, weights, of, slots := f.first[:0], f.weights[:0], f.of[:len(keys)], f.slots
	clear(slots)
	shift, mask := (65-bits.Len(uint(size)))&63, uint64(size-1)
	for row, key := range keys {
		i := key * keySeed >> shift
		to := slots[i] - 1
		for to >= 0 && keys[first[to]] != key {
			i = (i + 1) & mask
			to = slots[i] - 1
		}
		if to < 0 {
			to = int32(len(first))
			first, weights = append(first, int32(row)), append(weights, 0)
			slots[i] = to + 1
		}
		of[row] = to
		weights[to]++
	}
	f.first, f.weights = first, weights
}

// A blend is what the rows that are alike have together: a sum, a count, or the
// smallest or largest value.
type blend struct {
	fn     string // sum, count, min or max
	node   int    // of the values; -1: none
	cond   int    // node of the flag of rows that take part; -1: all
	values vector
	counts []uint32 // of sums and counts: how many of the rows take part
	own    []uint32 // memory of counts
	nulls  []bool   // memory of nulls
}

// take blends the batch at hand. It is not ok if 64 bits might not hold a sum.
func (b *blend) take(rows *evaluator, f *fold) (ok bool, err error) {
	var flags []uint8
	if b.cond >= 0 {
		v, err := rows.vector(b.cond)
		if err != nil {
			return false, err
		}
		flags = v.flags
	}
	if b.fn == "count" {
		b.count(flags, f)
		return true, nil
	}
	x, err := rows.vector(b.node)
	if err != nil {
		return false, err
	}
	b.values.ints = resize(b.values.ints, len(f.first))
	if b.fn == "sum" {
		return b.sum(x, flags, f), nil
	}
	last, ints := b.fn == "max", b.values.ints
	for i, row := range f.first {
		ints[i] = x.ints[row]
	}
	if b.values.nulls = nil; x.nulls != nil {
		b.extremeOrNull(x, f, last)
		return true, nil
	}
	for row, to := range f.of {
		if v := x.ints[row]; v != ints[to] && (v > ints[to]) == last {
			ints[to] = v
		}
	}
	return true, nil
}

func (b *blend) extremeOrNull(x *vector, f *fold, last bool) {
	b.nulls = picked(b.nulls, x.nulls, f.first)
	ints, nulls := b.values.ints, b.nulls
	for row, to := range f.of {
		if v := x.ints[row]; !x.nulls[row] && (nulls[to] || v != ints[to] && (v > ints[to]) == last) {
			ints[to], nulls[to] = v, false
		}
	}
	b.values.nulls = nulls
}

func (b *blend) count(flags []uint8, f *fold) {
	b.own = resize(b.own, len(f.first))
	clear(b.own)
	b.counts = b.own
	for row, to := range f.of {
		b.own[to] += uint32(flags[row] & yes)
	}
}

// sum adds up the values.
func (b *blend) sum(x *vector, flags []uint8, f *fold) (ok bool) {
	sums := b.values.ints
	clear(sums)
	size := uint64(0) // bits that some value needs
	b.counts = f.weights
	if x.nulls == nil && flags == nil {
		for row, to := range f.of {
			v := x.ints[row]
			size |= uint64(v ^ v>>63)
			sums[to] += v
		}
	} else {
		b.own = resize(b.own, len(sums))
		clear(b.own)
		b.counts = b.own
		for row, to := range f.of {
			if x.null(int32(row)) || flags != nil && flags[row] != yes {
				continue
			}
			v := x.ints[row]
			size |= uint64(v ^ v>>63)
			sums[to] += v
			b.own[to]++
		}
	}
	return bits.Len64(size)+bits.Len(uint(len(f.of))) < 64
}
