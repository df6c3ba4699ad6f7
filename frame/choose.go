package frame

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// foldings are the terms on which rows are folded. How many rows look alike to
// what depends on the log: some have one agent, some a path in each line. So it
// is tried out on the rows of some batches. That takes milliseconds, which a
// short log does not have.
type foldings struct {
	after  int64 // rows
	again  int64 // chosen anew when there are so many times as many
	window int   // rows that are no longer alike

	// Number of groups from which on conditions are no facets, and the rows for
	// which they hold are counted: where groups are many, rows that are alike are
	// few.
	many int

	// In nanoseconds of one core, as the costs of Explain:
	row   float64 // of a batch: finding those that are like it
	facet float64 // for each facet by which it is told from others
	blend float64 // for each number that it adds
	fewer float64 // for each row that is left
}

var usualFoldings = foldings{after: 1 << 12, again: 16, window: maxWindow, many: 1000, row: 18, facet: 1.5, blend: 3, fewer: 25}

// tryFolds samples the batch at hand if it is time to choose folds soon, and
// chooses them when it is.
func (p *Partial) tryFolds() error {
	if p.written < p.folding.after-maxSample {
		return nil
	}
	if p.sample == nil {
		p.sample = newSampling(p)
	}
	if err := p.sample.add(); err != nil || p.written < p.folding.after {
		return err
	}
	p.folding.after = p.folding.again * p.written
	return p.chooseFolds()
}

// chooseFolds chooses which parts see rows folded, and with whom, by the sample.
func (p *Partial) chooseFolds() error {
	if err := p.flush(); err != nil {
		return err
	}
	s := p.sample
	p.sample = nil
	bundles, err := s.bundles()
	if err != nil {
		return err
	}
	p.folds, p.unfolded = nil, nil
	for _, b := range s.joined(bundles) {
		inOrder(b.parts)
		if b.saves > 0 {
			p.folds = append(p.folds, p.newFold(b.set, b.parts))
		} else {
			p.unfolded = append(p.unfolded, b.parts...)
		}
	}
	for i := range p.plan.parts {
		if p.plan.parts[i].whole {
			p.unfolded = append(p.unfolded, &p.plan.parts[i])
		}
	}
	inOrder(p.unfolded)
	return nil
}

// inOrder sorts parts as the plan has them: what shares numbers of rows is
// together.
func inOrder(parts []*part) {
	slices.SortFunc(parts, func(a, b *part) int { return a.place - b.place })
}

// maxSample is how many rows are looked at.
const maxSample = 1 << 10

// A sampling tries out how many rows of some batches, one after the other, are
// different. Codes of texts mean the same in all of them.
type sampling struct {
	plan    *Plan
	terms   foldings
	rows    *view
	n       int        // rows
	hashes  [][]uint64 // of each facet that some part has, what it tells of each row
	widths  []int      // of each facet but the timed, in bits
	lasts   []float64  // of each facet that is a unit of time, for how many rows one lasts
	timed   facets     // those of the time, which are told together
	bounds  facets     // of these, those of periods
	sharing []int      // of each selection, how many parts have it
	known   map[facets]float64
	sums    []uint64
}

func newSampling(p *Partial) *sampling {
	n := len(p.plan.facets)
	s := &sampling{
		plan: p.plan, terms: p.folding, rows: p.rows,
		hashes: make([][]uint64, n), widths: make([]int, n), lasts: make([]float64, n), known: map[facets]float64{},
		sharing: make([]int, len(p.plan.selections)),
	}
	for i := range p.plan.parts {
		s.sharing[p.plan.tables[p.plan.parts[i].table].selection]++
	}
	return s
}

// add adds rows of the batch at hand.
func (s *sampling) add() error {
	more := min(s.rows.eval.rows, maxSample-s.n)
	var wanted facets
	for i := range s.plan.parts {
		if part := &s.plan.parts[i]; !part.whole {
			wanted |= part.facets
		}
	}
	var err error
	wanted.each(func(i int) {
		if err == nil {
			err = s.look(i, more)
		}
	})
	s.n += more
	return err
}

// A bundle is parts that see the same rows.
type bundle struct {
	set   facets
	parts []*part
	args  []statePlan // what is added up: fn and arg
	cost  float64     // of its parts, for a row
	left  float64     // how many of the sample's rows are left if they are folded for them
	saves float64     // of the cost of all parts for the sample, if its rows are folded
	of    []*bundle   // that were joined; those of one set are itself
}

// bundles returns a bundle for each set of facets that some part has.
func (s *sampling) bundles() (list []*bundle, err error) {
	for i := range s.plan.parts {
		of := &s.plan.parts[i]
		if of.whole {
			continue
		}
		one, err := s.bundle(of)
		if err != nil {
			return nil, err
		}
		same := func(b *bundle) bool { return b.set&^s.bounds == one.set&^s.bounds } // a batch is of one period
		if k := slices.IndexFunc(list, same); k >= 0 {
			list[k] = s.join(list[k], one)
			continue
		}
		list = append(list, one)
	}
	for _, b := range list {
		b.of = []*bundle{b}
	}
	return list, nil
}

// cost estimates what a part costs for a row of the batch. To select rows, each
// of its conditions is an operation, and so is the outcome; parts of the same
// rows share that.
func (s *sampling) cost(of *part) (float64, error) {
	t := s.plan.tables[of.table]
	rows, err := s.rows.selection(t.selection)
	if err != nil {
		return 0, err
	}
	selected := float64(len(rows)) / float64(s.rows.eval.rows)
	own := *t
	own.states = nil
	for _, i := range of.states {
		own.states = append(own.states, t.states[i])
	}
	selecting := operationCost * float64(1+len(s.plan.selections[t.selection].conditions)) / float64(s.sharing[t.selection])
	return selecting + selected*own.cost(), nil
}

// bundle returns the bundle of one part.
func (s *sampling) bundle(of *part) (b *bundle, err error) {
	many := s.rows.partial.tables[of.table].size() > s.terms.many
	b = &bundle{set: s.plan.needed(of.facets), parts: []*part{of}}
	if many {
		b.set = s.plan.needed(of.lean)
	}
	for _, i := range of.states {
		switch st := &s.plan.tables[of.table].states[i]; {
		case many && st.cond >= 0 && st.countable():
			b.args = append(b.args, statePlan{fn: st.fn, arg: st.arg, cond: st.cond})
		case st.arg >= 0:
			b.args = append(b.args, statePlan{fn: st.fn, arg: st.arg, cond: -1})
		case st.time >= 0:
			b.args = append(b.args, statePlan{fn: st.fn, arg: st.time, cond: -1})
		}
	}
	b.cost, err = s.cost(of)
	b.left = s.different(b.set)
	b.saves = s.saves(b)
	return b, err
}

// join returns the bundle of the parts of two.
func (s *sampling) join(a, b *bundle) *bundle {
	c := s.outline(a, b)
	c.parts, c.of = slices.Concat(a.parts, b.parts), slices.Concat(a.of, b.of)
	c.left = s.different(c.set)
	c.saves = s.saves(c)
	return c
}

// outline is join but for the parts and as if no more rows looked different to
// both than to one: it saves no less.
func (s *sampling) outline(a, b *bundle) *bundle {
	c := &bundle{set: s.plan.needed(a.set | b.set), args: slices.Clone(a.args), cost: a.cost + b.cost, left: max(a.left, b.left)}
	for _, arg := range b.args {
		if !slices.Contains(c.args, arg) {
			c.args = append(c.args, arg)
		}
	}
	c.saves = s.saves(c)
	return c
}

func (s *sampling) saves(b *bundle) float64 {
	each := s.terms.row + s.terms.facet*float64(s.tellers(b.set)) + s.terms.blend*float64(len(b.args))
	return float64(s.n)*(b.cost-each) - b.left*(b.cost+s.terms.fewer)
}

// tellers returns how many columns tell rows apart.
func (s *sampling) tellers(set facets) int {
	return bits.OnesCount64(uint64(set&^s.timed)) + min(1, bits.OnesCount64(uint64(set&s.timed)))
}

// A joint is two bundles, and what they are worth as one.
type joint struct {
	a, b, both *bundle
	worth      float64
	exact      bool // else it is no more than that
}

// maxBundles is how many bundles are joined with others: those whose parts cost
// the most.
const maxBundles = 64

// joined joins bundles for as long as that saves something. Those that save
// nothing even so may do with some more that do not: when nobody else wants
// them, they are joined to lose less, and then it is looked at again.
func (s *sampling) joined(list []*bundle) []*bundle {
	slices.SortStableFunc(list, func(a, b *bundle) int { return cmp.Compare(b.cost, a.cost) })
	list, rest := list[:min(len(list), maxBundles)], list[min(len(list), maxBundles):]
	saved := func(a, b, both *bundle) float64 { return both.saves - max(0, a.saves) - max(0, b.saves) }
	hoped := func(a, b, both *bundle) float64 {
		if a.saves > 0 || b.saves > 0 {
			return 0
		}
		return both.saves - a.saves - b.saves
	}
	list = s.joinBy(saved, list)
	list = s.joinBy(hoped, list)
	list = s.joinBy(saved, list)
	return s.settled(slices.Concat(list, rest))
}

// settled takes bundles apart that save nothing: what is in them may do so with
// one that does, which pays for telling rows apart anyway.
func (s *sampling) settled(list []*bundle) []*bundle {
	var folded, rest []*bundle
	for _, b := range list {
		if b.saves > 0 {
			folded = append(folded, b)
		} else {
			rest = append(rest, b.of...)
		}
	}
	for i, b := range rest {
		best, more := -1, 0.0
		for k, f := range folded {
			if w := s.outline(f, b).saves - f.saves; w > more {
				if w = s.join(f, b).saves - f.saves; w > more {
					best, more = k, w
				}
			}
		}
		if best >= 0 {
			folded[best], rest[i] = s.join(folded[best], b), nil
		}
	}
	return append(folded, slices.DeleteFunc(rest, func(b *bundle) bool { return b == nil })...)
}

// joinBy joins bundles for as long as that is worth anything, those first that
// are worth most.
func (s *sampling) joinBy(worth func(a, b, both *bundle) float64, list []*bundle) []*bundle {
	var joints []joint
	add := func(a, b *bundle) {
		both := s.outline(a, b)
		if w := worth(a, b, both); w > 0 {
			joints = append(joints, joint{a: a, b: b, both: both, worth: w})
		}
	}
	for i, a := range list {
		for _, b := range list[:i] {
			add(a, b)
		}
	}
	for len(joints) > 0 {
		best := slices.MaxFunc(joints, func(i, j joint) int { return cmp.Compare(i.worth, j.worth) })
		if best.worth <= 0 {
			break
		}
		isOld := func(b *bundle) bool { return b == best.a || b == best.b }
		if !best.exact {
			best.both, best.exact = s.join(best.a, best.b), true
			best.worth = worth(best.a, best.b, best.both)
			joints[slices.IndexFunc(joints, func(j joint) bool { return j.a == best.a && j.b == best.b })] = best
			continue
		}
		joints = slices.DeleteFunc(joints, func(j joint) bool { return isOld(j.a) || isOld(j.b) })
		list = slices.DeleteFunc(slices.Clone(list), isOld)
		for _, b := range list {
			add(best.both, b)
		}
		list = append(list, best.both)
	}
	return list
}

// different returns how many rows would be left of the sample's if all that a
// set of facets tells apart were collected in windows. A window is larger than
// the sample where rows are much alike; then its second half has few that the
// first has not, and even fewer have those that follow, until another unit of
// time begins.
func (s *sampling) different(set facets) float64 {
	if left, ok := s.known[set]; ok {
		return left
	}
	width := 1 + min(1, bits.OnesCount64(uint64(set&s.timed)))*bits.Len(maxSpans)
	s.sums = resize(s.sums, s.n)
	clear(s.sums)
	lasts := math.Inf(1)
	set.each(func(f int) {
		width += s.widths[f]
		if s.plan.facets[f].kind == unitFacet {
			lasts = min(lasts, s.lasts[f])
		}
		for i, hash := range s.hashes[f][:len(s.sums)] {
			s.sums[i] += hash
		}
	})
	left := float64(s.n)
	if width <= 64 {
		half, all := s.count()
		left = all * s.shrink(half, all, lasts)
	}
	s.known[set] = left
	return left
}

// shrink returns what share of the different rows is left in a whole window, or
// of those of a unit of time that lasts for so many rows: how many there are
// grows as a power of the rows (Heaps' law).
func (s *sampling) shrink(half, all, lasts float64) float64 {
	more := float64(s.terms.window) / all
	if more <= 1 || all >= float64(s.n) {
		return 1
	}
	power := min(1, max(0.1, math.Log2(all/half)))
	longer := min(math.Pow(more, 1/power), max(1, lasts/float64(s.n)))
	return math.Pow(longer, power-1)
}

// count estimates how many sums of the first half, and of all, are different,
// by how many bits stay free if each sets one of four times as many as there
// can be (Whang et al. 1990).
func (s *sampling) count() (half, all float64) {
	const sizeBits = 12
	const size = 1 << sizeBits // 4 * maxSample
	var set [size / 64]uint64
	estimate := func() float64 {
		free := 0
		for _, word := range set {
			free += bits.OnesCount64(^word)
		}
		return size * math.Log(float64(size)/float64(free))
	}
	for i, sum := range s.sums {
		if i == len(s.sums)/2 {
			half = estimate()
		}
		bit := sum * keySeed >> (64 - sizeBits)
		set[bit/64] |= 1 << (bit % 64)
	}
	return max(1, half), min(float64(s.n), estimate())
}

// look computes what a facet tells of the first rows of the batch at hand.
func (s *sampling) look(i, rows int) error {
	f := s.plan.facets[i]
	x, err := s.rows.eval.vector(f.node)
	if err != nil {
		return err
	}
	seed := mix(uint64(i))
	most := uint64(0)
	for row := range int32(rows) {
		v := uint64(0)
		switch {
		case x.codes != nil:
			v = uint64(x.codes[row] + 1)
		case x.flags != nil:
			v = uint64(x.flags[row])
		case x.null(row):
		case f.kind == boundFacet:
			v = 1 + uint64(flag(x.ints[row] < f.bound))
		default:
			v = uint64(x.ints[row]) + 1
		}
		most |= v
		s.hashes[i] = append(s.hashes[i], mix(v^seed))
	}
	switch f.kind {
	case unitFacet:
		s.timed |= 1 << i
		s.lasts[i], err = s.unitRows(f, rows)
	case boundFacet:
		s.timed, s.bounds = s.timed|1<<i, s.bounds|1<<i
	case codeFacet:
		s.widths[i] = bits.Len(uint(x.texts.n))
	default:
		s.widths[i] = max(s.widths[i], bits.Len64(most)+1)
	}
	return err
}

// unitRows estimates how many rows come in a unit of time, by the time that the
// first rows of the batch take. If some have none, it does not know.
func (s *sampling) unitRows(f facet, rows int) (float64, error) {
	node := &s.plan.program.nodes[f.node]
	x, err := s.rows.eval.vector(node.args[0])
	if err != nil || rows == 0 || x.nulls != nil {
		return math.Inf(1), err
	}
	unit := truncation{unit: node.unit, zone: s.plan.program.zone}
	first, last := slices.Min(x.ints[:rows]), slices.Max(x.ints[:rows])
	at := unit.find(first)
	return float64(rows) * float64(at.end-at.start) / max(1, float64(last-first)), nil
}
