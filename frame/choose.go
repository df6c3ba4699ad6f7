package frame

import (
	"cmp"
	"math/bits"
	"slices"
)

// foldings are the terms on which rows are folded. How many rows look alike to
// what depends on the log: some have one agent, some a path in each line. So it
// is tried out on a batch. That takes milliseconds, which a short log does not
// have.
type foldings struct {
	after int64 // rows
	again int64 // chosen anew when there are so many times as many

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

var usualFoldings = foldings{after: 1 << 14, again: 16, many: 1000, row: 16, facet: 4, blend: 5, fewer: 20}

// chooseFolds chooses which parts see rows folded, and with whom, by the batch
// at hand.
func (p *Partial) chooseFolds() error {
	s := newSampling(p)
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

// maxSample is how many rows of a batch are looked at.
const maxSample = 1024

// A sampling tries out how many rows of a batch are different.
type sampling struct {
	plan   *Plan
	terms  foldings
	rows   *view
	n      int        // rows
	hashes [][]uint64 // of each facet that some part has, what it tells of each row
	widths []int      // of each facet but the timed, in bits
	timed  facets     // those of the time, which are told together
	bounds facets     // of these, those of periods
	known  map[facets]int
	sums   []uint64
	slots  []uint64
}

func newSampling(p *Partial) *sampling {
	n := len(p.plan.facets)
	return &sampling{
		plan: p.plan, terms: p.folding, rows: p.rows, n: min(p.rows.eval.rows, maxSample),
		hashes: make([][]uint64, n), widths: make([]int, n), known: map[facets]int{},
	}
}

// A bundle is parts that see the same rows.
type bundle struct {
	set   facets
	parts []*part
	args  []statePlan // what is added up: fn and arg
	cost  float64     // of its parts, for a row
	left  int         // how many rows of the sample look different to them
	saves float64     // of the cost of all parts for the sample, if its rows are folded
}

// bundles returns a bundle for each set of facets that some part has.
func (s *sampling) bundles() (list []*bundle, err error) {
	for i := range s.plan.parts {
		of := &s.plan.parts[i]
		if of.whole {
			continue
		}
		if err := s.lookAll(of.facets); err != nil {
			return nil, err
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
	return list, nil
}

// cost estimates what a part costs for a row of the batch.
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
	return operationCost + selected*own.cost(), nil
}

// bundle returns the bundle of one part.
func (s *sampling) bundle(of *part) (b *bundle, err error) {
	many := s.rows.partial.tables[of.table].n > s.terms.many
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
	c.parts = slices.Concat(a.parts, b.parts)
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
	return float64(s.n)*(b.cost-each) - float64(b.left)*(b.cost+s.terms.fewer)
}

// tellers returns how many columns tell rows apart.
func (s *sampling) tellers(set facets) int {
	return bits.OnesCount64(uint64(set&^s.timed)) + min(1, bits.OnesCount64(uint64(set&s.timed)))
}

// A joint is what two bundles save together more than apart.
type joint struct {
	a, b, both *bundle
	more       float64
	exact      bool // else it is no more than that
}

func (s *sampling) joint(a, b *bundle) joint {
	j := joint{a: a, b: b, both: s.outline(a, b)}
	j.more = j.both.saves - max(0, a.saves) - max(0, b.saves)
	return j
}

// maxBundles is how many bundles are joined with others: those whose parts cost
// the most.
const maxBundles = 64

// joined joins bundles for as long as that saves something, those first that
// save the most.
func (s *sampling) joined(list []*bundle) []*bundle {
	slices.SortStableFunc(list, func(a, b *bundle) int { return cmp.Compare(b.cost, a.cost) })
	list, rest := list[:min(len(list), maxBundles)], list[min(len(list), maxBundles):]
	var joints []joint
	for i, a := range list {
		for _, b := range list[:i] {
			joints = append(joints, s.joint(a, b))
		}
	}
	for len(joints) > 0 {
		best := slices.MaxFunc(joints, func(i, j joint) int { return cmp.Compare(i.more, j.more) })
		if best.more <= 0 {
			break
		}
		isOld := func(b *bundle) bool { return b == best.a || b == best.b }
		if !best.exact {
			best.both, best.exact = s.join(best.a, best.b), true
			best.more = best.both.saves - max(0, best.a.saves) - max(0, best.b.saves)
			joints[slices.IndexFunc(joints, func(j joint) bool { return j.a == best.a && j.b == best.b })] = best
			continue
		}
		joints = slices.DeleteFunc(joints, func(j joint) bool { return isOld(j.a) || isOld(j.b) })
		list = slices.DeleteFunc(slices.Clone(list), isOld)
		for _, b := range list {
			joints = append(joints, s.joint(best.both, b))
		}
		list = append(list, best.both)
	}
	return slices.Concat(list, rest)
}

// different returns how many rows of the sample a set of facets tells apart.
func (s *sampling) different(set facets) int {
	if n, ok := s.known[set]; ok {
		return n
	}
	width := min(1, bits.OnesCount64(uint64(set&s.timed))) * bits.Len(maxSpans)
	s.sums = resize(s.sums, s.n)
	clear(s.sums)
	set.each(func(f int) {
		width += s.widths[f]
		for i, hash := range s.hashes[f] {
			s.sums[i] += hash
		}
	})
	n := s.n
	if width <= 64 {
		n = s.count()
	}
	s.known[set] = n
	return n
}

// count returns how many sums are different.
func (s *sampling) count() (n int) {
	const size = 4 * maxSample
	s.slots = resize(s.slots, size)
	clear(s.slots)
	for _, sum := range s.sums {
		i := sum % size
		for s.slots[i] != 0 && s.slots[i] != sum|1 {
			i = (i + 1) % size
		}
		if s.slots[i] == 0 {
			s.slots[i] = sum | 1
			n++
		}
	}
	return n
}

// lookAll computes the hashes of facets that have none yet.
func (s *sampling) lookAll(set facets) (err error) {
	set.each(func(i int) {
		if s.hashes[i] == nil && err == nil {
			err = s.look(i)
		}
	})
	return err
}

// look computes the hashes of a facet.
func (s *sampling) look(i int) error {
	f := s.plan.facets[i]
	x, err := s.rows.eval.vector(f.node)
	if err != nil {
		return err
	}
	seed := mix(uint64(i))
	hashes := make([]uint64, s.n)
	most := uint64(0)
	for row := range hashes {
		v := uint64(0)
		switch {
		case x.codes != nil:
			v = uint64(x.codes[row] + 1)
		case x.flags != nil:
			v = uint64(x.flags[row])
		case x.null(int32(row)):
		case f.kind == boundFacet:
			v = 1 + uint64(flag(x.ints[row] < f.bound))
		default:
			v = uint64(x.ints[row]) + 1
		}
		most |= v
		hashes[row] = mix(v ^ seed)
	}
	s.hashes[i] = hashes
	switch f.kind {
	case unitFacet:
		s.timed |= 1 << i
	case boundFacet:
		s.timed, s.bounds = s.timed|1<<i, s.bounds|1<<i
	case codeFacet:
		s.widths[i] = bits.Len(uint(x.texts.n))
	default:
		s.widths[i] = bits.Len64(most) + 1
	}
	return nil
}
