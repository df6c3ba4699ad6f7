package frame

import (
	"cmp"
	"slices"
	"strings"
)

// A top holds how often each group has each value that is not null.
//
// Most hosts have one agent, and most pages are linked from one site: the
// first value of a group is its lead and counted beside the group. Only rows
// of other values look up a pair.
type top struct {
	tally // of groups and all their values but the leads
	arg   *domain
	leads []lead // of each group
}

type lead struct {
	n      int64
	number int32 // of the value; 0: the group has none
}

func (s *top) grow(n int) { s.leads = grown(s.leads, n) }

func (s *top) update(in *input) {
	for i, g := range in.groups {
		s.add(g, in.numbers[i], in.weight(in.rows[i]))
	}
}

// add adds a value's rows to a group.
func (s *top) add(g, number int32, n int64) {
	l := &s.leads[g]
	switch {
	case number == 0:
	case l.number == 0:
		*l = lead{n, number}
	case l.number == number:
		l.n += n
	default:
		s.tally.add(g, number, n)
	}
}

func (s *top) merge(from state, groups []int32, by remaps) {
	f := from.(*top)
	for g, l := range f.leads {
		s.add(groups[g], by.arg.number(l.number), l.n)
	}
	f.each(func(g, number int32, n int64) { s.add(groups[g], by.arg.number(number), n) })
}

// put writes pairs of all values. Which of them leads depends on the order of
// rows, and does not show.
func (s *top) put(e *encoder) {
	var all tally
	for g, l := range s.leads {
		if l.number != 0 {
			all.add(int32(g), l.number, l.n)
		}
	}
	s.each(all.add)
	e.counts(all.settled())
}

func (s *top) get(d *decoder, n int) {
	s.grow(n)
	d.pairs(n, int(s.arg.size()), true, s.add)
}

// column lists the values that each group has most often; of values that are
// equally often, the smaller first.
func (s *top) column(out *Column, groups []int32, r *result) string {
	at := indexOf(groups)
	best := make([][]lead, len(groups))
	for i, g := range groups {
		if l := s.leads[g]; l.number != 0 {
			best[i] = append(best[i], l)
		}
	}
	better := func(a, b lead) int {
		return cmp.Or(cmp.Compare(b.n, a.n), s.arg.compare(a.number, b.number))
	}
	s.each(func(g, number int32, n int64) {
		if int(g) >= len(at) || at[g] < 0 {
			return
		}
		list, l := &best[at[g]], lead{n, number}
		if len(*list) == r.n && better(l, (*list)[r.n-1]) > 0 {
			return
		}
		i, _ := slices.BinarySearchFunc(*list, l, better)
		*list = slices.Insert(*list, i, l)
		*list = (*list)[:min(len(*list), r.n)]
	})
	for i, list := range best {
		if len(list) == 0 {
			out.setNull(i, len(groups))
		}
		var names []string
		for _, l := range list {
			names = append(names, s.arg.string(l.number))
		}
		out.Texts = append(out.Texts, strings.Join(names, ", "))
	}
	return ""
}
