package frame

import "slices"

// An hourly holds the sums of each group by the hour: what is compared if some
// hours are missing. Its sums are those of a state whose groups are pairs of a
// group and an hour.
type hourly struct {
	unit *domain
	seen pairs
	sums state
	new  func() state
	to   []int32 // scratch
}

func (s *hourly) grow(int) {}

func (s *hourly) update(in *input) {
	s.to = resize(s.to, len(in.units))
	s.seen.numbers(in.groups, in.units, s.to)
	s.sums.grow(s.seen.len() + 1)
	by := *in
	by.groups = s.to
	s.sums.update(&by)
}

func (s *hourly) merge(from state, groups []int32, by remaps) {
	f := from.(*hourly)
	to := make([]int32, f.seen.len()+1)
	for pair := 1; pair < len(to); pair++ {
		g, hour := f.seen.of(int32(pair))
		to[pair] = s.seen.number(groups[g], by.unit.number(hour))
	}
	s.sums.grow(s.seen.len() + 1)
	s.sums.merge(f.sums, to, remaps{})
}

func (s *hourly) put(e *encoder) {
	e.pairs(&s.seen, nil)
	ranks := make([]int32, s.seen.len()+1)
	for i, pair := range s.seen.sorted() {
		ranks[pair] = int32(i) + 1
	}
	sorted := s.new()
	sorted.grow(len(ranks))
	sorted.merge(s.sums, ranks, remaps{})
	sorted.put(e)
}

func (s *hourly) get(d *decoder, n int) {
	d.pairs(n, int(s.unit.size()), false, func(a, b int32, _ int64) { s.seen.number(a, b) })
	s.sums.get(d, s.seen.len()+1)
}

// column is of all hours.
func (s *hourly) column(out *Column, groups []int32, r *result) string {
	return s.without(out, groups, r, func(int64) bool { return false })
}

// without sets the values of a result for the given groups, of the hours that
// are not missing.
func (s *hourly) without(out *Column, groups []int32, r *result, missing func(hour int64) bool) (note string) {
	rest := slices.Max(append(groups, 0)) + 1 // where the others go
	left := make([]bool, s.unit.size())
	for number := range left {
		left[number] = number > 0 && missing(s.unit.ints.values[number-1])
	}
	to := make([]int32, s.seen.len()+1)
	for pair := 1; pair < len(to); pair++ {
		g, number := s.seen.of(int32(pair))
		if to[pair] = min(g, rest); left[number] {
			to[pair] = rest
		}
	}
	sums := s.new()
	sums.grow(int(rest) + 1)
	sums.merge(s.sums, to, remaps{})
	return sums.column(out, groups, r)
}
