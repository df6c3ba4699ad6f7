package frame

import (
	"math"
)

// An exactSum is the exact sum of floats, as floats that do not overlap, in
// ascending order of size (Shewchuk 1997). Adding floats as they come would
// round differently in every order, and the order of batches must not show.
type exactSum struct {
	parts []float64
	n     int64
}

// add adds x, which is finite.
func (s *exactSum) add(x float64) {
	kept := s.parts[:0]
	for _, y := range s.parts {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		high := x + y
		if low := y - (high - x); low != 0 {
			kept = append(kept, low)
		}
		x = high
	}
	s.parts = append(kept, x)
}

// float returns the sum, rounded once.
func (s *exactSum) float() float64 {
	n := len(s.parts)
	if n == 0 {
		return 0
	}
	n--
	high, low := s.parts[n], 0.0
	for n > 0 {
		n--
		x, y := high, s.parts[n]
		high = x + y
		if low = y - (high - x); low != 0 {
			break
		}
	}
	// Half-way between two floats, what is left decides where to round.
	if n > 0 && (low < 0 && s.parts[n-1] < 0 || low > 0 && s.parts[n-1] > 0) {
		if y := low * 2; y == (high+y)-high {
			high += y
		}
	}
	return high
}

// canonical returns the one sequence of parts that stands for the sum: its
// rounded value, then that of the rest, and so on.
func (s *exactSum) canonical() []float64 {
	rest := exactSum{parts: append([]float64(nil), s.parts...)}
	var parts []float64
	for {
		x := rest.float()
		if x == 0 {
			return parts
		}
		parts = append(parts, x)
		rest.add(-x)
	}
}

// A floatSumming holds sums and averages of floats.
type floatSumming struct{ sums []exactSum }

func (s *floatSumming) grow(n int) { s.sums = grown(s.sums, n) }

func (s *floatSumming) update(in *input) {
	for i, g := range in.groups {
		if row := in.rows[i]; !in.arg.null(row) {
			s.sums[g].add(in.arg.floats[row])
			s.sums[g].n++
		}
	}
}

func (s *floatSumming) merge(from state, groups []int32, _ remaps) {
	for g, f := range from.(*floatSumming).sums {
		to := &s.sums[groups[g]]
		for _, x := range f.parts {
			to.add(x)
		}
		to.n += f.n
	}
}

func (s *floatSumming) put(e *encoder) {
	for i := range s.sums {
		parts := s.sums[i].canonical()
		e.uint(uint64(s.sums[i].n))
		e.uint(uint64(len(parts)))
		for _, x := range parts {
			e.int(floatBits(x))
		}
	}
}

func (s *floatSumming) get(d *decoder, n int) {
	s.sums = make([]exactSum, n)
	for i := range s.sums {
		if d.err != nil {
			return
		}
		s.sums[i].n = int64(d.uint())
		for n := d.length(); n > 0 && d.err == nil; n-- {
			x := math.Float64frombits(uint64(d.int()))
			if math.IsNaN(x) || math.IsInf(x, 0) {
				d.fail("a sum is not finite")
				return
			}
			s.sums[i].add(x)
		}
	}
}

func (s *floatSumming) column(out *Column, groups []int32, r *result) string {
	for i, g := range groups {
		sum := &s.sums[g]
		v := sum.float()
		if sum.n == 0 {
			out.setNull(i, len(groups))
		} else if r.average {
			v /= float64(sum.n)
		}
		out.appendFloat(r.typ, v)
	}
	return ""
}
