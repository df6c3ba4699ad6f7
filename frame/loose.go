package frame

import "slices"

// Some questions make a group of nearly every row: how often each site leads to
// each page, day by day. A group takes fifty bytes, with what finds it, and
// each row waits for memory to be looked up. Where all that is asked of two
// keys is how often they come, and in which units of time, groups can wait
// instead: a table that has very many is loosened, and from then on it tallies
// its keys. Its groups are numbered when it is read.

// A table is loosened when it has more than looseGroups groups, to each of
// which fewer than looseRows rows have come. What comes often is better looked
// up.
const (
	looseGroups = 1 << 15
	looseRows   = 4
)

// isTallied reports whether a tally of two keys in units tells all that the
// table holds.
func (t *groupsPlan) isTallied() bool {
	return len(t.keys) == 2 && (len(t.states) == 0 || len(t.states) == 1 && t.states[0].fn == "series" && t.states[0].cond < 0)
}

// series is the one state that a table may have that can be loosened: the rows
// of groups by units. It is nil if the table just counts.
func (t *groups) series() *series {
	if len(t.states) == 0 {
		return nil
	}
	return t.states[0].(*series)
}

// isCrowded reports whether the table is to be loosened.
func (t *groups) isCrowded() bool {
	return t.plan.loosens > 0 && t.loose == nil && t.n > t.plan.loosens && t.seen < looseRows*t.n
}

// loosen takes the numbers of all groups away but that of group 0, of which
// counts and states are from here on.
func (t *groups) loosen() {
	if t.loose != nil {
		return
	}
	old := *t
	*t = *newGroups(old.plan, old.domains)
	t.level, t.seen, t.scratch, t.loose = old.level, old.seen, old.scratch, &tally{}
	add := func(unit, g int32, n int64) {
		if g == 0 {
			t.countOther(unit, n)
			return
		}
		t.loose.addIn(unit, old.keys[0][g], old.keys[1][g], n)
	}
	if counts := old.series(); counts != nil {
		counts.settle()
		counts.each(add)
		return
	}
	for g, n := range old.count.n {
		add(0, int32(g), n)
	}
}

// countOther counts rows that may have no group of their own.
func (t *groups) countOther(unit int32, n int64) {
	t.count.n[0] += n
	if counts := t.series(); counts != nil {
		counts.add(unit, 0, n)
	}
}

// groupLoose adds the rows of a view to a loose table.
func (v *view) groupLoose(t *groups, keys [][]int32, in *input) (err error) {
	var units []int32
	if t.series() != nil {
		if units, err = v.numbers(t.plan.states[0].unit, t.plan.selection); err != nil {
			return err
		}
	}
	for i, row := range in.rows {
		unit, a, b := int32(0), keys[0][i], keys[1][i]
		if units != nil {
			unit = units[i]
		}
		if t.level > 0 && !t.admits(t.hash([]int32{a, b})) {
			t.countOther(unit, in.weight(row))
			continue
		}
		t.loose.addIn(unit, a, b, in.weight(row))
	}
	return nil
}

// mergeLoose is merge where one of the two is loose; then both are.
func (t *groups) mergeLoose(from *groups, by []remap) {
	t.loosen()
	from.loosen()
	t.mergeStates(from, []int32{0}, by)
	first, second, units := &by[t.plan.keys[0]], &by[t.plan.keys[1]], &remap{}
	if t.series() != nil {
		units = &by[t.plan.states[0].unit]
	}
	for c := from.loose.settled().reader(); c.next(); {
		a, b, n := int32(c.pair>>32), int32(uint32(c.pair)), int64(c.n)
		if t.level > 0 && !t.admits(from.hash([]int32{a, b})) {
			t.countOther(units.number(c.unit), n)
			continue
		}
		t.loose.addIn(units.number(c.unit), first.number(a), second.number(b), n)
	}
	t.loose.settle()
}

// numbered returns the table with a number for each group of at least so many
// rows, to be read only: it cannot find the groups of keys. What is counted by
// units it has once it is told.
func (t *groups) numbered(least int64) *groups {
	if t.loose == nil {
		return t
	}
	out := newGroups(t.plan, t.domains)
	out.level = t.level
	out.count.n[0] = t.count.n[0]
	t.loose.settled().eachPair(func(pair uint64, n int64) {
		if n < least {
			return
		}
		out.n++
		out.keys[0] = append(roomFor(out.keys[0], 1), int32(pair>>32))
		out.keys[1] = append(roomFor(out.keys[1], 1), int32(uint32(pair)))
		out.count.n = append(roomFor(out.count.n[:out.n-1], 1), n)
	})
	return out
}

// tell adds to a numbered table what the loose one has of some groups, and of
// group 0, by units. The units of all others are on the axis, too: of each,
// group 0 has no rows more.
func (t *groups) tell(loose *groups, groups []int32) {
	if loose.loose == nil || len(t.states) == 0 {
		return
	}
	counts := t.series()
	counts.grow(t.n)
	loose.series().each(counts.add)
	at, g := indexOf(groups), 1
	seen := make([]bool, counts.units.size())
	for c := loose.loose.settled().reader(); c.next(); {
		for g < t.n && pairOf(t.keys[0][g], t.keys[1][g]) < c.pair {
			g++
		}
		if g < min(t.n, len(at)) && at[g] >= 0 && pairOf(t.keys[0][g], t.keys[1][g]) == c.pair {
			counts.add(c.unit, int32(g), int64(c.n))
		} else if !seen[c.unit] {
			seen[c.unit] = true
			counts.push(pairOf(c.unit, 0), 0, 0)
		}
	}
	counts.settle()
}

// leastRows returns how many rows a group of a loose table has at least that is
// among the first rows of a query, if these are the groups with the most rows.
// Of very many rows it says less.
func (t *groups) leastRows(q *checkedQuery, period cellPeriod) int64 {
	sort, first := q.head()
	if t.loose == nil || len(sort) == 0 || !sort[0].Desc {
		return 0
	}
	i := slices.IndexFunc(q.aggs, func(a checkedAgg) bool { return a.column == sort[0].Column })
	if i < 0 || period.states[i] >= 0 {
		return 0
	}
	var groups [1 << 10]int // by rows
	t.loose.settled().eachPair(func(_ uint64, n int64) { groups[min(n, int64(len(groups)-1))]++ })
	least := len(groups) - 1
	for have := groups[least]; have < first && least > 0; have += groups[least] {
		least--
	}
	return int64(least)
}
