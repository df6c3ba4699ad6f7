package frame

import (
	"cmp"
	"math"
)

// An extreme holds the value that is first in some order: of min and max the
// value's own, of first and last that of the rows' times. When two rows have
// the same time, first is the smaller of their values and last the larger, so
// that the order of rows never shows. Nulls do not take part.
type extreme struct {
	kind   kind
	last   bool    // the largest, not the smallest
	timed  bool    // first and last
	arg    *domain // of texts, whose numbers stand in values
	values []int64 // ints; floats by their ordered bits; texts by their numbers
	times  []int64 // of timed ones
	seen   []bool
}

func (s *extreme) grow(n int) {
	s.values, s.seen = grown(s.values, n), grown(s.seen, n)
	if s.timed {
		s.times = grown(s.times, n)
	}
}

func (s *extreme) update(in *input) {
	if s.kind == intKind && !s.timed && in.arg.nulls == nil {
		s.updateInts(in)
		return
	}
	for i, g := range in.groups {
		row := in.rows[i]
		value, ok := s.value(in, i, row)
		if !ok {
			continue
		}
		at := int64(0)
		if s.timed {
			if in.time.null(row) {
				continue
			}
			at = in.time.ints[row]
		}
		s.offer(g, at, value)
	}
}

// updateInts is update for the values that most questions are about, times.
func (s *extreme) updateInts(in *input) {
	for i, g := range in.groups {
		v := in.arg.ints[in.rows[i]]
		if have := s.values[g]; !s.seen[g] || v != have && (v > have) == s.last {
			s.values[g], s.seen[g] = v, true
		}
	}
}

// value returns the argument in a row, unless it is null.
func (s *extreme) value(in *input, i int, row int32) (v int64, ok bool) {
	switch s.kind {
	case textKind:
		return int64(in.numbers[i]), in.numbers[i] != 0
	case floatKind:
		return orderedBits(in.arg.floats[row]), !in.arg.null(row)
	}
	return in.arg.ints[row], !in.arg.null(row)
}

// offer takes a value if it is more extreme than the group's.
func (s *extreme) offer(g int32, at, value int64) {
	if s.seen[g] && !s.before(g, at, value) {
		return
	}
	s.values[g], s.seen[g] = value, true
	if s.timed {
		s.times[g] = at
	}
}

func (s *extreme) before(g int32, at, value int64) bool {
	order := 0
	if s.timed {
		order = cmp.Compare(at, s.times[g])
	}
	if order == 0 && s.kind == textKind {
		order = s.arg.compare(int32(value), int32(s.values[g]))
	} else if order == 0 {
		order = cmp.Compare(value, s.values[g])
	}
	return s.last == (order > 0) && order != 0
}

func (s *extreme) merge(from state, groups []int32, by remaps) {
	f := from.(*extreme)
	for g, seen := range f.seen {
		if !seen {
			continue
		}
		value, at := f.values[g], int64(0)
		if s.kind == textKind {
			value = int64(by.arg.number(int32(value)))
		}
		if s.timed {
			at = f.times[g]
		}
		s.offer(groups[g], at, value)
	}
}

func (s *extreme) put(e *encoder) {
	for g, seen := range s.seen {
		if !seen {
			e.uint(0)
			continue
		}
		e.uint(1)
		e.int(s.values[g])
		if s.timed {
			e.int(s.times[g])
		}
	}
}

func (s *extreme) get(d *decoder, n int) {
	s.grow(n)
	for g := range s.seen {
		if s.seen[g] = d.below(2) == 1; !s.seen[g] {
			continue
		}
		s.values[g] = d.int()
		if s.kind == textKind && (s.values[g] < 1 || s.values[g] >= int64(s.arg.size())) {
			d.fail("a text that is not there")
		}
		if s.timed {
			s.times[g] = d.int()
		}
	}
}

func (s *extreme) column(out *Column, groups []int32, _ *result) string {
	for i, g := range groups {
		if !s.seen[g] {
			out.setNull(i, len(groups))
		}
		switch s.kind {
		case textKind:
			text := ""
			if s.seen[g] {
				text = string(s.arg.texts.at(int32(s.values[g] - 1)))
			}
			out.Texts = append(out.Texts, text)
		case floatKind:
			out.Floats = append(out.Floats, fromOrderedBits(s.values[g]))
		default:
			out.Ints = append(out.Ints, s.values[g])
		}
	}
	return ""
}

// orderedBits maps floats to whole numbers of the same order.
func orderedBits(f float64) int64 {
	b := floatBits(f)
	if b < 0 {
		b ^= math.MaxInt64
	}
	return b
}

func fromOrderedBits(b int64) float64 {
	if b < 0 {
		b ^= math.MaxInt64
	}
	return math.Float64frombits(uint64(b))
}
