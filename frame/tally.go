package frame

import "slices"

// A tally holds how often each group has each value of a domain.
type tally struct {
	arg   *domain
	seen  pairs           // of group and value
	n     []uint32        // of each pair, what is below 2³²
	more  map[int32]int64 // what is above, of the few pairs that have it
	pairs []int32         // scratch of pairsOf
}

// pairsOf returns the pairs of groups and values, and makes room for the new
// ones. The result is good until the next call.
func (s *tally) pairsOf(groups, numbers []int32) []int32 {
	s.pairs = resize(s.pairs, len(groups))
	s.seen.numbers(groups, numbers, s.pairs)
	s.n = grown(s.n, s.seen.len()+1)
	return s.pairs
}

// increase adds to the count of a pair.
func (s *tally) increase(pair int32, n int64) {
	n += int64(s.n[pair])
	s.n[pair] = uint32(n)
	if n>>32 != 0 {
		s.carry(pair, n>>32)
	}
}

// carry adds n times 2³² to the count of a pair.
func (s *tally) carry(pair int32, n int64) {
	if s.more == nil {
		s.more = map[int32]int64{}
	}
	s.more[pair] += n
}

// count returns how often a pair has come.
func (s *tally) count(pair int32) int64 { return s.more[pair]<<32 + int64(s.n[pair]) }

func (s *tally) add(g, number int32, n int64) {
	pair := s.seen.number(g, number)
	s.n = grown(s.n, s.seen.len()+1)
	s.increase(pair, n)
}

// merge adds the pairs of another tally.
func (s *tally) merge(f *tally, groups []int32, by *remap) {
	f.seen.each(func(first int32, gs, numbers []int32) {
		for i, g := range gs {
			gs[i], numbers[i] = groups[g], by.number(numbers[i])
		}
		for i, pair := range s.pairsOf(gs, numbers) {
			s.increase(pair, f.count(first+int32(i)))
		}
	})
}

func (s *tally) put(e *encoder) { e.pairs(&s.seen, s.count) }

func (s *tally) get(d *decoder, n int) {
	d.pairs(n, int(s.arg.size()), true, s.add)
}

// indexOf returns, for each group, where it stands in groups, or -1.
func indexOf(groups []int32) []int32 {
	at := make([]int32, slices.Max(append(groups, 0))+1)
	for i := range at {
		at[i] = -1
	}
	for i, g := range groups {
		at[g] = int32(i)
	}
	return at
}
