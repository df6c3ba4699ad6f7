package frame

import (
	"slices"
	"time"
)

// A series holds how many rows each group has in each unit of time.
//
// Logs are in the order of time, so one unit has very many rows before the
// next one begins. They are counted by group alone, and become pairs of unit
// and group only when another unit comes: a row costs no look-up of a pair, and
// the tally's runs follow each other.
type series struct {
	tally // of units and groups
	units *domain
	unit  int32    // at hand
	noted int32    // of the last pair
	now   []uint32 // rows of each group in it
	open  []int32  // groups that have some
	rows  int      // in now, together
}

func (s *series) grow(n int) { s.now = grown(s.now, n) }

func (s *series) update(in *input) {
	groups, rows := in.groups, in.rows
	for units := in.units; len(units) > 0; {
		n := 1
		for n < len(units) && units[n] == units[0] {
			n++
		}
		if units[0] != s.unit || s.rows > 1<<30 {
			s.close()
			s.unit = units[0]
		}
		if in.weights == nil {
			s.addNow(groups[:n])
		} else {
			s.addWeighted(groups[:n], rows[:n], in.weights)
		}
		units, groups, rows = units[n:], groups[n:], rows[n:]
	}
}

// addNow counts rows of the unit at hand.
func (s *series) addNow(groups []int32) {
	for _, g := range groups {
		if s.now[g] == 0 {
			s.open = append(s.open, g)
		}
		s.now[g]++
	}
	s.rows += len(groups)
}

// addWeighted is addNow for rows that stand for many.
func (s *series) addWeighted(groups, rows []int32, weights []uint32) {
	for i, g := range groups {
		if s.now[g] == 0 {
			s.open = append(s.open, g)
		}
		s.now[g] += weights[rows[i]]
		s.rows += int(weights[rows[i]])
	}
}

// close makes pairs of what is counted in the unit at hand.
func (s *series) close() {
	for _, g := range s.open {
		s.note(s.unit, g, int64(s.now[g]))
		s.now[g] = 0
	}
	s.open, s.rows = s.open[:0], 0
}

// note counts rows of a group in a unit. The tally's runs end with units, if
// these come one after the other, so that each follows the one before.
func (s *series) note(unit, g int32, n int64) {
	if unit != s.noted && len(s.tail) > tailSize/2 {
		s.pack()
	}
	s.noted = unit
	s.push(pairOf(unit, g), 0, n)
}

func (s *series) settle() {
	s.close()
	s.tally.settle()
}

func (s *series) merge(from state, groups []int32, by remaps) {
	f := from.(*series)
	f.close()
	f.each(func(unit, g int32, n int64) { s.note(by.unit.number(unit), groups[g], n) })
}

func (s *series) put(e *encoder) {
	s.close()
	var byGroup tally
	s.each(func(unit, g int32, n int64) { byGroup.add(g, unit, n) })
	e.counts(byGroup.settled())
}

func (s *series) get(d *decoder, n int) {
	s.grow(n)
	d.pairs(n, int(s.units.size()), true, func(g, unit int32, n int64) { s.add(unit, g, n) })
}

// column lists the rows of each group per unit of time.
func (s *series) column(out *Column, groups []int32, r *result) string {
	out.Axis = s.axis(out.Unit, r.zone)
	place := make([]int32, s.units.size()) // of each unit on the axis
	for number := int32(1); number < s.units.size(); number++ {
		i, _ := slices.BinarySearch(out.Axis, s.units.ints.values[number-1])
		place[number] = int32(i)
	}
	out.Series = make([][]int64, len(groups))
	for i := range out.Series {
		out.Series[i] = make([]int64, len(out.Axis))
	}
	at := indexOf(groups)
	s.each(func(number, g int32, n int64) {
		if number != 0 && int(g) < len(at) && at[g] >= 0 {
			out.Series[at[g]][place[number]] = n
		}
	})
	return ""
}

// bothColumn counts the rows of groups in the hours that are not missing.
func (s *series) bothColumn(name string, groups []int32, missing func(hour int64) bool) Column {
	left := make([]bool, s.units.size())
	for number := range left {
		left[number] = number > 0 && missing(s.units.ints.values[number-1])
	}
	out := Column{Name: name, Type: Int, Ints: make([]int64, len(groups))}
	at := indexOf(groups)
	s.each(func(number, g int32, n int64) {
		if int(g) < len(at) && at[g] >= 0 && !left[number] {
			out.Ints[at[g]] += n
		}
	})
	return out
}

// maxAxis is the length of an axis from which on it leaves out the units in
// which nothing happened: a single line with a wrong year must not make a
// minute's axis of half a million.
const maxAxis = 10_000

// axis returns the units from the first to the last that any group has.
func (s *series) axis(unit string, zone *time.Location) []int64 {
	seen := make([]bool, s.units.size())
	s.each(func(number, _ int32, _ int64) { seen[number] = true })
	var have []int64
	for number := 1; number < len(seen); number++ {
		if seen[number] {
			have = append(have, s.units.ints.values[number-1])
		}
	}
	slices.Sort(have)
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
