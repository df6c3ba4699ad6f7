package frame

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A tally holds how often each group has each value: what top N and series
// read. A series' values are the units of time.
type tally struct {
	series bool
	arg    *domain
	seen   pairs
	n      []uint32        // of each pair, what is below 2³²
	more   map[int32]int64 // what is above, of the few pairs that have it
	groups []int32         // scratch
}

func (s *tally) grow(int) {}

func (s *tally) update(in *input) {
	numbers := in.numbers
	if s.series {
		numbers = in.units
	}
	s.groups = resize(s.groups, len(numbers))
	s.seen.numbers(in.groups, numbers, s.groups)
	s.n = grown(s.n, s.seen.len()+1)
	for _, pair := range s.groups {
		if s.n[pair]++; s.n[pair] == 0 {
			s.carry(pair, 1)
		}
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

func (s *tally) merge(from state, groups []int32, by remaps) {
	f := from.(*tally)
	r := by.arg
	if s.series {
		r = by.unit
	}
	for i := range f.seen.len() {
		g, number := f.seen.of(int32(i) + 1)
		s.add(groups[g], r.number(number), f.count(int32(i)+1))
	}
}

func (s *tally) add(g, number int32, n int64) {
	pair := s.seen.number(g, number)
	s.n = grown(s.n, s.seen.len()+1)
	n += int64(s.n[pair])
	s.n[pair] = uint32(n)
	if n>>32 != 0 {
		s.carry(pair, n>>32)
	}
}

func (s *tally) put(e *encoder) { e.pairs(&s.seen, s.count) }

func (s *tally) get(d *decoder, n int) {
	d.pairs(n, int(s.arg.size()), true, s.add)
}

func (s *tally) column(out *Column, groups []int32, r *result) string {
	if s.series {
		s.seriesColumn(out, groups, r)
		return ""
	}
	s.topColumn(out, groups, r)
	return ""
}

// topColumn lists the values that each group has most often; of values that
// are equally often, the smaller first.
func (s *tally) topColumn(out *Column, groups []int32, r *result) {
	at := indexOf(groups)
	top := make([][]int32, len(groups)) // pairs, the best first
	better := func(a, b int32) int {
		_, x := s.seen.of(a)
		_, y := s.seen.of(b)
		return cmp.Or(cmp.Compare(s.count(b), s.count(a)), s.arg.compare(x, y))
	}
	for pair := int32(1); int(pair) <= s.seen.len(); pair++ {
		g, number := s.seen.of(pair)
		if number == 0 || int(g) >= len(at) || at[g] < 0 {
			continue
		}
		best := &top[at[g]]
		if len(*best) == r.n && better(pair, (*best)[r.n-1]) > 0 {
			continue
		}
		i, _ := slices.BinarySearchFunc(*best, pair, better)
		*best = slices.Insert(*best, i, pair)
		*best = (*best)[:min(len(*best), r.n)]
	}
	for i, best := range top {
		if len(best) == 0 {
			out.setNull(i, len(groups))
		}
		var names []string
		for _, pair := range best {
			_, number := s.seen.of(pair)
			names = append(names, s.arg.string(number))
		}
		out.Texts = append(out.Texts, strings.Join(names, ", "))
	}
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

// seriesColumn lists the rows of each group per unit of time.
func (s *tally) seriesColumn(out *Column, groups []int32, r *result) {
	out.Axis = s.axis(out.Unit, r.zone)
	place := make([]int32, s.arg.size()) // of each unit on the axis
	for number := int32(1); number < s.arg.size(); number++ {
		i, _ := slices.BinarySearch(out.Axis, s.arg.ints.values[number-1])
		place[number] = int32(i)
	}
	out.Series = make([][]int64, len(groups))
	for i := range out.Series {
		out.Series[i] = make([]int64, len(out.Axis))
	}
	at := indexOf(groups)
	for pair := int32(1); int(pair) <= s.seen.len(); pair++ {
		g, number := s.seen.of(pair)
		if number != 0 && int(g) < len(at) && at[g] >= 0 {
			out.Series[at[g]][place[number]] = s.count(pair)
		}
	}
}

// maxAxis is the length of an axis from which on it leaves out the units in
// which nothing happened: a single line with a wrong year must not make a
// minute's axis of half a million.
const maxAxis = 10_000

// axis returns the units from the first to the last that any group has.
func (s *tally) axis(unit string, zone *time.Location) []int64 {
	var have []int64
	for pair := int32(1); int(pair) <= s.seen.len(); pair++ {
		if _, number := s.seen.of(pair); number != 0 {
			have = append(have, s.arg.ints.values[number-1])
		}
	}
	slices.Sort(have)
	have = slices.Compact(have)
	if len(have) == 0 {
		return nil
	}
	var axis []int64
	for t := have[0]; t <= have[len(have)-1]; {
		s := spanOf(unit, time.UnixMicro(t).In(zone))
		if len(axis) == 0 || axis[len(axis)-1] < s.value {
			axis = append(axis, s.value)
		}
		if len(axis) > maxAxis {
			return have
		}
		t = s.end
	}
	return axis
}
