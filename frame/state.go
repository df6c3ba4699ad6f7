package frame

import (
	"math"
	"math/bits"
	"time"
	"unsafe"
)

// A state holds one aggregate of all groups of a table. Groups are numbered
// from 0, which is the group of the rows that have no group of their own.
//
// What a state holds is a function of the set of rows that it has seen, never
// of their order: that is what makes merging exact.
type state interface {
	// grow makes room for groups up to n.
	grow(n int)
	// update adds rows.
	update(in *input)
	// merge adds another state of the same aggregate; its group g is groups[g]
	// here, and several may be the same.
	merge(from state, groups []int32, by remaps)
	// put writes the state, get reads it into an empty one of n groups.
	put(e *encoder)
	get(d *decoder, n int)
	// column sets the values of a result for the given groups. It returns a
	// note if they are not exact.
	column(out *Column, groups []int32, r *result) (note string)
}

// An input is what an aggregate reads of a batch. Elements of groups, numbers
// and units belong to the rows at the same index of rows.
type input struct {
	rows    []int32
	groups  []int32
	cond    []uint8 // of a counting: rows whose flag is yes count; nil: all
	arg     *vector // the argument
	numbers []int32 // its values' numbers in the argument's domain
	units   []int32 // numbers of times in the domain of the unit
	time    *vector
	weights []uint32 // of rows that stand for many, how many each does; nil: all stand for themselves
	counts  []uint32 // of these, how many have an argument, whose values are their sums, or fulfil the condition; nil: see cond
}

// weight returns how many rows a row stands for.
func (in *input) weight(row int32) int64 {
	if in.weights == nil {
		return 1
	}
	return int64(in.weights[row])
}

// remaps translate the numbers that states hold.
type remaps struct{ arg, unit *remap }

// A result is how one aggregate of one query reads a state.
type result struct {
	n       int // of top N and pN
	average bool
	typ     Type
	zone    *time.Location
}

// grown returns s with room for n elements, the new ones zero.
func grown[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		return s[:n]
	}
	more := n // twice as much, or a large one would be copied often
	if n*int(unsafe.Sizeof(*new(T))) > largeArray || n > len(s)+len(s)/8 {
		more = n / 4 // that would take too much, or it does not grow little by little
	}
	t := make([]T, n, n+more+16)
	copy(t, s)
	return t
}

// largeArray is the number of bytes from which on memory is saved.
const largeArray = 4 << 20

// A counting counts rows: "count if …".
type counting struct{ n []int64 }

func (s *counting) grow(n int) { s.n = grown(s.n, n) }

// fewGroups is the number of groups up to which rows are counted in four tables
// in turn: one table would make each row of a group wait until the count of the
// row before it has reached memory.
const fewGroups = 256

func (s *counting) updateFew(in *input) {
	var counts [4][fewGroups]uint32
	if in.cond == nil {
		for i, g := range in.groups {
			counts[i&3][uint8(g)]++
		}
	} else {
		for i, g := range in.groups {
			counts[i&3][uint8(g)] += uint32(in.cond[in.rows[i]] & yes)
		}
	}
	for g := range s.n {
		s.n[g] += int64(counts[0][g]) + int64(counts[1][g]) + int64(counts[2][g]) + int64(counts[3][g])
	}
}

func (s *counting) update(in *input) {
	if in.weights != nil {
		s.updateWeighted(in)
		return
	}
	if len(s.n) <= fewGroups {
		s.updateFew(in)
		return
	}
	if in.cond == nil {
		for _, g := range in.groups {
			s.n[g]++
		}
		return
	}
	for i, g := range in.groups {
		s.n[g] += int64(in.cond[in.rows[i]] & yes)
	}
}

func (s *counting) updateWeighted(in *input) {
	weights := in.weights
	if in.counts != nil {
		weights = in.counts
	}
	n, rows, cond := s.n, in.rows[:len(in.groups)], in.cond
	if cond == nil {
		for i, g := range in.groups {
			n[g] += int64(weights[rows[i]])
		}
		return
	}
	for i, g := range in.groups {
		row := rows[i]
		n[g] += int64(weights[row]) * int64(cond[row]&yes)
	}
}

func (s *counting) merge(from state, groups []int32, _ remaps) {
	for g, n := range from.(*counting).n {
		s.n[groups[g]] += n
	}
}

func (s *counting) put(e *encoder) {
	for _, n := range s.n {
		e.uint(uint64(n))
	}
}

func (s *counting) get(d *decoder, n int) {
	s.n = make([]int64, n)
	for i := range s.n {
		s.n[i] = int64(d.uint())
	}
}

func (s *counting) column(out *Column, groups []int32, _ *result) string {
	out.Ints = make([]int64, len(groups))
	for i, g := range groups {
		out.Ints[i] = s.n[g]
	}
	return ""
}

// A total is a sum of whole numbers in 128 bits, which no log can overflow,
// and how many they were.
type total struct {
	low  uint64
	high int64
	n    int64
}

func (t *total) add(low uint64, high, n int64) {
	sum, carry := bits.Add64(t.low, low, 0)
	t.low = sum
	t.high += high + int64(carry)
	t.n += n
}

// int returns the sum, or the nearest number that an int64 can hold.
func (t *total) int() (sum int64, fits bool) {
	if t.high == int64(t.low)>>63 {
		return int64(t.low), true
	}
	if t.high < 0 {
		return math.MinInt64, false
	}
	return math.MaxInt64, false
}

func (t *total) float() float64 {
	if sum, fits := t.int(); fits {
		return float64(sum)
	}
	return float64(t.high)*(1<<64) + float64(t.low)
}

// A summing holds sums and averages of whole numbers.
type summing struct{ totals []total }

func (s *summing) grow(n int) { s.totals = grown(s.totals, n) }

func (s *summing) update(in *input) {
	totals, ints, nulls, rows := s.totals, in.arg.ints, in.arg.nulls, in.rows[:len(in.groups)]
	if in.counts != nil {
		for i, g := range in.groups {
			v := ints[rows[i]]
			totals[g].add(uint64(v), v>>63, int64(in.counts[rows[i]]))
		}
		return
	}
	for i, g := range in.groups {
		if row := rows[i]; nulls == nil || !nulls[row] {
			v := ints[row]
			totals[g].add(uint64(v), v>>63, 1)
		}
	}
}

func (s *summing) merge(from state, groups []int32, _ remaps) {
	for g, t := range from.(*summing).totals {
		s.totals[groups[g]].add(t.low, t.high, t.n)
	}
}

func (s *summing) put(e *encoder) {
	for _, t := range s.totals {
		e.uint(uint64(t.n))
		if t.n != 0 {
			e.uint(t.low)
			e.int(t.high)
		}
	}
}

func (s *summing) get(d *decoder, n int) {
	s.totals = make([]total, n)
	for i := range s.totals {
		if t := &s.totals[i]; d.err == nil {
			if t.n = int64(d.uint()); t.n != 0 {
				t.low, t.high = d.uint(), d.int()
			}
		}
	}
}

func (s *summing) column(out *Column, groups []int32, r *result) (note string) {
	for i, g := range groups {
		t := &s.totals[g]
		if t.n == 0 {
			out.setNull(i, len(groups))
		}
		switch {
		case r.average:
			mean := 0.0
			if t.n > 0 {
				mean = t.float() / float64(t.n)
			}
			out.appendFloat(r.typ, mean)
		case out.Type == Float:
			out.Floats = append(out.Floats, t.float())
		default:
			sum, fits := t.int()
			if !fits {
				note = out.Name + " has sums too large to show"
			}
			out.Ints = append(out.Ints, sum)
		}
	}
	return note
}

// appendFloat appends a float to a column that may be of whole numbers, as the
// mean of durations is.
func (c *Column) appendFloat(t Type, v float64) {
	if kindOf(t) == floatKind {
		c.Floats = append(c.Floats, v)
		return
	}
	c.Ints = append(c.Ints, int64(math.RoundToEven(v)))
}

// setNull makes the value of row i null.
func (c *Column) setNull(i, rows int) {
	if c.Nulls == nil {
		c.Nulls = make([]bool, rows)
	}
	c.Nulls[i] = true
}
