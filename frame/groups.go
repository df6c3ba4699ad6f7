package frame

import (
	"slices"

	"github.com/zeebo/xxh3"
)

// groups is a table of groups: the distinct keys of the rows of one selection,
// and the aggregates that some query wants of them. Queries of equal selection
// and keys share one.
//
// Group 0 has no key. It takes the rows of groups that are too many, see
// [Options.MaxGroups].
type groups struct {
	plan    *groupsPlan
	domains []domain  // of the Partial
	keys    [][]int32 // for each key, the numbers of the groups' values in its domain
	first   []int32   // one key: its number → group
	levels  []pairs   // more keys: level i pairs the first i+1 keys with the next; the last level's numbers are the groups
	n       int       // groups, with group 0
	count   counting  // rows of each group
	states  []state
	level   int    // only keys whose hash begins with so many zero bits have a group of their own
	seen    int    // rows, of which those that are alike may be one
	loose   *tally // of the keys of rows that have no group yet; nil: all have
	scratch struct {
		groups, rows, numbers, units []int32
		levels                       [2][]int32
		keys                         [][]int32
	}
}

func newGroups(plan *groupsPlan, domains []domain) *groups {
	t := &groups{plan: plan, domains: domains, n: 1, keys: make([][]int32, len(plan.keys)), states: make([]state, len(plan.states))}
	for i := range t.keys {
		t.keys[i] = []int32{0}
	}
	if len(plan.keys) > 1 {
		t.levels = make([]pairs, len(plan.keys)-1)
	}
	for i := range t.states {
		t.states[i] = plan.states[i].new(domains)
	}
	if len(plan.keys) == 0 {
		t.n = 2 // a query without keys has its one row even of an empty log
	}
	t.grow()
	return t
}

// grow makes room in the states for all groups.
func (t *groups) grow() {
	t.count.grow(t.n)
	for _, s := range t.states {
		s.grow(t.n)
	}
}

// of returns the groups of rows whose keys have the given numbers.
func (t *groups) of(numbers [][]int32, rows int) []int32 {
	out := resize(t.scratch.groups, rows)
	t.scratch.groups = out
	switch {
	case len(numbers) == 0:
		for i := range out {
			out[i] = 1
		}
	case t.level > 0:
		key := make([]int32, len(numbers))
		for i := range out {
			for k := range key {
				key[k] = numbers[k][i]
			}
			out[i] = t.group(key)
		}
	case len(numbers) == 1:
		t.ofOne(numbers[0], out)
	default:
		level := numbers[0]
		for i := range t.levels {
			dst := out
			if i < len(t.levels)-1 {
				into := &t.scratch.levels[i%2] // in turn, for a level is read after it is written to
				*into = resize(*into, rows)
				dst = *into
			}
			t.levels[i].numbers(level, numbers[i+1], dst)
			level = dst
		}
		t.learn()
	}
	t.grow()
	return out
}

func (t *groups) ofOne(numbers, out []int32) {
	t.first = grown(t.first, int(slices.Max(numbers))+1)
	first := t.first
	for i, n := range numbers {
		g := first[n]
		if g == 0 {
			g = int32(t.n)
			first[n] = g
			t.keys[0] = append(t.keys[0], n)
			t.n++
		}
		out[i] = g
	}
}

// learn notes the keys of the groups that the last level has new.
func (t *groups) learn() {
	last := len(t.levels) - 1
	for ; t.n <= t.levels[last].len(); t.n++ {
		n := int32(t.n)
		for i := last; i >= 0; i-- {
			a, b := t.levels[i].of(n)
			t.keys[i+1] = append(t.keys[i+1], b)
			n = a
		}
		t.keys[0] = append(t.keys[0], n)
	}
}

// group returns the group of one key, a new one unless its hash denies it.
func (t *groups) group(key []int32) int32 {
	if len(key) == 0 {
		return 1
	}
	if g := t.known(key); g != 0 || t.level > 0 && !t.admits(t.hash(key)) {
		return g
	}
	if len(key) == 1 {
		var out [1]int32
		t.ofOne(key, out[:])
		return out[0]
	}
	g := key[0]
	for i := range t.levels {
		g = t.levels[i].number(g, key[i+1])
	}
	t.learn()
	return g
}

// known returns the group of a key, or 0 if it has none.
func (t *groups) known(key []int32) int32 {
	if len(key) == 1 {
		if int(key[0]) < len(t.first) {
			return t.first[key[0]]
		}
		return 0
	}
	g := key[0]
	for i := range t.levels {
		if g = t.levels[i].get(g, key[i+1]); g == 0 {
			return 0
		}
	}
	return g
}

// admits reports whether a key may have a group of its own.
func (t *groups) admits(hash uint64) bool { return hash>>(64-t.level) == 0 }

// hash is the same for a key on every machine.
func (t *groups) hash(key []int32) uint64 {
	var text [8 * 16]byte
	b := text[:0]
	for i, n := range key {
		h := t.plan.domain(t.domains, i).hash(n)
		b = append(b, byte(h), byte(h>>8), byte(h>>16), byte(h>>24), byte(h>>32), byte(h>>40), byte(h>>48), byte(h>>56))
	}
	return xxh3.Hash(b)
}

// key writes group g's key to dst.
func (t *groups) key(g int32, dst []int32) []int32 {
	dst = dst[:0]
	for _, numbers := range t.keys {
		dst = append(dst, numbers[g])
	}
	return dst
}

// update adds a batch's rows to a part of the table; in has the rows and their
// groups.
func (t *groups) update(v *view, part *part, in *input) error {
	if part.counts {
		t.count.update(in)
	}
	narrowed, cond := input{}, -1 // the rows for which the last condition holds
	for _, i := range part.states {
		plan := &t.plan.states[i]
		from := in
		if plan.cond >= 0 && plan.fn != "count" && !v.counts(plan) {
			if plan.cond != cond {
				flags, err := v.eval.vector(plan.cond)
				if err != nil {
					return err
				}
				t.narrow(&narrowed, in, flags.flags)
				cond = plan.cond
			}
			from = &narrowed
		}
		if err := v.arguments(t, plan, from, from == in); err != nil {
			return err
		}
		t.states[i].update(from)
	}
	return nil
}

// narrow keeps the rows whose flag is yes.
func (t *groups) narrow(out, in *input, flags []uint8) {
	rows, of := resize(t.scratch.rows, len(in.rows)), resize(t.scratch.levels[0], len(in.rows))
	n := 0
	for i, row := range in.rows {
		rows[n], of[n] = row, in.groups[i]
		n += int(flags[row] & yes)
	}
	t.scratch.rows, t.scratch.levels[0] = rows, of
	*out = input{rows: rows[:n], groups: of[:n], weights: in.weights}
}

// merge adds another table of the same plan, its groups in the given order. by
// has the remap of each domain.
func (t *groups) merge(from *groups, order []int32, by []remap) {
	if from.level > t.level {
		t.level = from.level
		t.prune()
	}
	t.seen += from.seen
	if t.loose != nil || from.loose != nil {
		t.mergeLoose(from, by)
		t.limit()
		return
	}
	to := make([]int32, from.n)
	key := make([]int32, len(t.keys))
	for _, g := range order {
		key = from.key(g, key)
		if t.level > 0 && len(key) > 0 && !t.admits(from.hash(key)) {
			continue
		}
		for k, n := range key {
			key[k] = by[t.plan.keys[k]].number(n)
		}
		to[g] = t.group(key)
	}
	t.grow()
	t.mergeStates(from, to, by)
	t.limit()
}

func (t *groups) mergeStates(from *groups, to []int32, by []remap) {
	t.count.merge(&from.count, to, remaps{})
	for i, s := range t.states {
		plan := &t.plan.states[i]
		var r remaps
		if plan.domain >= 0 {
			r.arg = &by[plan.domain]
		}
		if plan.unit >= 0 {
			r.unit = &by[plan.unit]
		}
		s.merge(from.states[i], to, r)
	}
}

// effort returns about how much there is to merge or to read.
func (t *groups) effort() int {
	n := t.size()
	for _, s := range t.states {
		if s, ok := s.(interface{ size() int }); ok {
			n += s.size()
		}
	}
	return n
}

// limit makes groups give way to group 0 while they are too many. Which ones
// is decided by their keys' hashes alone, and how many by how many keys there
// have been: both do not depend on the order in which they came.
func (t *groups) limit() {
	for t.tooMany() && t.level < 60 {
		t.level++
		t.prune()
	}
}

// tooMany reports whether groups have to give way. Tallied pairs of keys are
// no more than it seems; while rows come, they may be twice as many.
func (t *groups) tooMany() bool {
	if t.loose == nil {
		return t.n-1 > t.plan.hardLimit
	}
	if t.loose.size() > 2*t.plan.hardLimit {
		t.loose.settle()
	}
	return t.loose.size() > t.plan.hardLimit && t.loose.isSettled()
}

// size returns how many groups there are, or at most.
func (t *groups) size() int {
	if t.loose != nil {
		return t.loose.size()
	}
	return t.n - 1
}

// prune rebuilds the table with the groups that its level admits.
func (t *groups) prune() {
	fresh := newGroups(t.plan, t.domains)
	fresh.level = t.level
	fresh.merge(t, t.all(), make([]remap, len(t.domains)))
	fresh.scratch = t.scratch
	if fresh.loose != nil {
		fresh.loose.settle() // or tooMany could not tell whether that is enough
	}
	*t = *fresh
}

// cut returns a table of at most limit groups, those with the most rows; where
// they are equal, the ones whose keys come first. The others are in group 0.
func (t *groups) cut(limit int) *groups {
	if t.n-1 <= limit {
		return t
	}
	counts := slices.Clone(t.count.n[1:])
	slices.Sort(counts)
	fewest := counts[len(counts)-limit] // rows of the smallest group that stays
	var order, tied []int32
	for _, g := range t.all() {
		switch n := t.count.n[g]; {
		case n > fewest:
			order = append(order, g)
		case n == fewest:
			tied = append(tied, g)
		}
	}
	return t.pick(append(order, least(tied, limit-len(order), t.compare)...))
}

// pick returns a table of the given groups, in their order. The others are in
// group 0.
func (t *groups) pick(order []int32) *groups {
	fresh := newGroups(t.plan, t.domains)
	to := make([]int32, t.n)
	key := make([]int32, len(t.keys))
	for _, g := range order {
		key = t.key(g, key)
		to[g] = fresh.group(key)
	}
	fresh.level = t.level
	fresh.grow()
	fresh.mergeStates(t, to, make([]remap, len(t.domains)))
	return fresh
}

// sorted returns the groups that have a key in the order of their keys.
func (t *groups) sorted() []int32 {
	order := t.all()
	slices.SortFunc(order, t.compare)
	return order
}

// all returns the groups that have a key.
func (t *groups) all() []int32 {
	all := make([]int32, t.n-1)
	for i := range all {
		all[i] = int32(i) + 1
	}
	return all
}

// compare orders two groups by their keys.
func (t *groups) compare(a, b int32) int {
	for k, numbers := range t.keys {
		if c := t.plan.domain(t.domains, k).compare(numbers[a], numbers[b]); c != 0 {
			return c
		}
	}
	return 0
}
