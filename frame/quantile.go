package frame

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// maxExact is the number of values of a group up to which its percentiles are
// exact.
const maxExact = 128

// bucketBits is how many bits of a float's mantissa tell its bucket. The
// middle of a bucket is at most 1/2⁸ = 0.4 % away from any value in it.
const bucketBits = 7

// A quantiles holds the values of each group: all of them while they are few,
// then how many there are in each of a sequence of buckets, which grow with
// the values (a log-linear histogram). Counts of buckets add up in any order.
type quantiles struct {
	kind   kind
	values [][]int64 // by their ordered bits; nil once they are in buckets
	n      []int64   // values of each group
	seen   pairs     // of group and bucket
	counts []int64   // of each pair
}

func (s *quantiles) grow(n int) { s.values, s.n = grown(s.values, n), grown(s.n, n) }

func (s *quantiles) update(in *input) {
	for i, g := range in.groups {
		row := in.rows[i]
		if in.arg.null(row) {
			continue
		}
		if s.kind == floatKind {
			s.add(g, orderedBits(in.arg.floats[row]))
		} else {
			s.add(g, in.arg.ints[row])
		}
	}
}

func (s *quantiles) add(g int32, value int64) {
	s.n[g]++
	if s.n[g] <= maxExact {
		s.values[g] = append(s.values[g], value)
		return
	}
	s.spill(g)
	s.count(g, s.bucket(value), 1)
}

// spill puts the values of a group into buckets.
func (s *quantiles) spill(g int32) {
	for _, value := range s.values[g] {
		s.count(g, s.bucket(value), 1)
	}
	s.values[g] = nil
}

func (s *quantiles) count(g, bucket int32, n int64) {
	pair := s.seen.number(g, bucket)
	s.counts = grown(s.counts, s.seen.len()+1)
	s.counts[pair] += n
}

// bucket returns the bucket of a value: the first bits of its float, sign and
// exponent among them. Buckets are counted from that of 1, up and down in turn,
// which gives the usual ones small numbers.
func (s *quantiles) bucket(value int64) int32 {
	if s.kind != floatKind {
		value = orderedBits(float64(value))
	}
	d := int32(value>>(52-bucketBits)) - bucketOfOne
	return d<<1 ^ d>>31
}

const bucketOfOne = 1023 << bucketBits

// rank is the bucket's place among all, in the order of their values.
func rankOf(bucket int32) int32 { return bucket>>1 ^ -(bucket & 1) }

// middle returns the value in the middle of a bucket, by its ordered bits.
func (s *quantiles) middle(bucket int32) int64 {
	low := int64(rankOf(bucket)+bucketOfOne) << (52 - bucketBits)
	middle := low + 1<<(51-bucketBits)
	switch {
	case s.kind == floatKind:
		return middle
	case low == 0:
		return 0
	}
	return int64(math.Trunc(fromOrderedBits(middle))) // where a bucket has one whole number, that
}

func (s *quantiles) merge(from state, groups []int32, _ remaps) {
	f := from.(*quantiles)
	for g, n := range f.n {
		to := groups[g]
		for _, value := range f.values[g] {
			s.add(to, value)
		}
		if n > maxExact {
			s.spill(to)
			s.n[to] += n
		}
	}
	for i := range f.seen.len() {
		g, bucket := f.seen.of(int32(i) + 1)
		s.count(groups[g], bucket, f.counts[i+1])
	}
}

func (s *quantiles) put(e *encoder) {
	for g, n := range s.n {
		e.uint(uint64(n))
		values := slices.Clone(s.values[g])
		slices.Sort(values)
		for _, value := range values {
			e.int(value)
		}
	}
	e.pairs(&s.seen, func(n int32) int64 { return s.counts[n] })
}

func (s *quantiles) get(d *decoder, n int) {
	s.grow(n)
	for g := range s.n {
		if s.n[g] = int64(d.uint()); d.err != nil {
			return
		}
		for k := int64(0); k < s.n[g] && s.n[g] <= maxExact && d.err == nil; k++ {
			s.values[g] = append(s.values[g], d.int())
		}
	}
	d.pairs(n, 1<<(13+bucketBits), true, s.count)
}

// column returns the value of nearest rank: of n values in order that at place
// ⌈n·p/100⌉.
func (s *quantiles) column(out *Column, groups []int32, r *result) (note string) {
	sorted := s.seen.sorted()
	slices.SortFunc(sorted, func(m, n int32) int {
		g, x := s.seen.of(m)
		h, y := s.seen.of(n)
		return cmp.Or(cmp.Compare(g, h), cmp.Compare(rankOf(x), rankOf(y)))
	})
	for i, g := range groups {
		rank := max(1, int64(math.Ceil(float64(s.n[g])*float64(r.n)/100)))
		value := int64(0)
		switch {
		case s.n[g] == 0:
			out.setNull(i, len(groups))
		case s.n[g] <= maxExact:
			values := slices.Clone(s.values[g])
			slices.Sort(values)
			value = values[rank-1]
		default:
			value = s.middle(s.bucketOf(sorted, g, rank))
			note = fmt.Sprintf("%s is approximate (±0.4 %%) where more than %d values are in a group", out.Name, maxExact)
		}
		if s.kind == floatKind {
			out.Floats = append(out.Floats, fromOrderedBits(value))
		} else {
			out.Ints = append(out.Ints, value)
		}
	}
	return note
}

// bucketOf returns the bucket that holds a group's value of some rank.
func (s *quantiles) bucketOf(sorted []int32, g int32, rank int64) int32 {
	at, _ := slices.BinarySearchFunc(sorted, g, func(pair, g int32) int {
		have, _ := s.seen.of(pair)
		return int(have) - int(g)
	})
	bucket := int32(0)
	for ; at < len(sorted) && rank > 0; at++ {
		rank -= s.counts[sorted[at]]
		_, bucket = s.seen.of(sorted[at])
	}
	return bucket
}
