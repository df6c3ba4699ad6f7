package frame

import (
	"math/bits"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// A part is some of what a table holds: what tells rows apart by the same
// facets.
type part struct {
	place  int // in Plan.parts
	table  int
	counts bool  // the groups' rows
	states []int // of the table
	facets facets
	lean   facets // without those of conditions, whose rows are counted
	whole  bool   // it wants every row as it is
}

// facets are a set of numbers in Plan.facets.
type facets uint64

// each calls f for every number in the set.
func (s facets) each(f func(i int)) {
	for ; s != 0; s &= s - 1 {
		f(bits.TrailingZeros64(uint64(s)))
	}
}

// A facet is something by which expressions tell rows apart.
type facet struct {
	kind  facetKind
	node  int
	bound int64 // of a boundFacet, in µs
}

type facetKind uint8

const (
	codeFacet  facetKind = iota // which text a column has: its node
	liftFacet                   // a flag that is computed of a column's text: the node of the lift
	valueFacet                  // the number that a column of few numbers has
	flagFacet                   // a flag of any kind
	unitFacet                   // the unit of a time: the node of the truncation
	boundFacet                  // whether a time is before the bound: the node of the column
)

// divide returns the parts of all tables, those of a selection together, so
// that they share its rows' numbers.
func (p *Plan) divide() (parts []part) {
	order := make([]int, len(p.tables))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return p.tables[i].selection - p.tables[j].selection })
	for _, i := range order {
		of := p.divideTable(i)
		if len(of) == 1 && p.tables[i].isTallied() {
			p.tables[i].loosens = looseGroups
		}
		parts = append(parts, of...)
	}
	for i := range parts {
		parts[i].place = i
	}
	for _, f := range p.facets {
		p.implied = append(p.implied, p.impliedBy(f))
	}
	return parts
}

// divideTable returns the parts of a table. What looks at values of a domain is
// a part of its own: it tells apart the rows that others do not.
func (p *Plan) divideTable(i int) []part {
	t := p.tables[i]
	s := &p.selections[t.selection]
	base, ok := p.facetsOf(s.conditions...)
	if s.time >= 0 {
		base |= p.facet(facet{boundFacet, s.time, s.period.Start.UnixMicro()}, &ok)
		base |= p.facet(facet{boundFacet, s.time, s.period.End.UnixMicro()}, &ok)
	}
	for _, d := range t.keys {
		base |= p.look(p.domains[d].node, &ok)
	}
	plain := part{table: i, counts: true, facets: base, lean: base, whole: !ok}
	whole := part{table: i, whole: true}
	var parts []part
	for k := range t.states {
		state := &t.states[k]
		own, ok := p.stateFacets(state)
		lean := own
		if !state.countable() {
			lean |= state.told
		}
		switch {
		case plain.whole:
			plain.states = append(plain.states, k)
		case !ok:
			whole.states = append(whole.states, k)
		case state.domain >= 0:
			parts = append(parts, part{table: i, states: []int{k}, facets: base | own | state.told, lean: base | lean})
		default:
			plain.states = append(plain.states, k)
			plain.facets, plain.lean = plain.facets|own|state.told, plain.lean|lean
		}
	}
	if len(whole.states) > 0 {
		parts = append(parts, whole)
	}
	return append([]part{plain}, parts...)
}

// countable reports whether it is enough to know of how many rows the state's
// condition holds, and their sum.
func (s *statePlan) countable() bool {
	return s.fn == "count" || s.fn == "sum" || s.fn == "hourly"
}

// stateFacets returns by what a state tells apart the rows of a group, beside
// its condition and the numbers that it adds up or compares. It is not ok if
// there is more to it.
func (p *Plan) stateFacets(s *statePlan) (set facets, ok bool) {
	switch s.fn {
	case "count", "series", "distinct", "daily distinct", "top":
		ok = true
	case "sum", "hourly":
		ok = s.kind == intKind
	case "min", "max":
		ok = s.kind != floatKind
	case "first", "last":
		ok = s.domain >= 0 // of texts
	}
	if s.cond >= 0 {
		s.told = p.look(s.cond, &ok)
	}
	for _, d := range []int{s.domain, s.unit} {
		if d >= 0 {
			set |= p.look(p.domains[d].node, &ok)
		}
	}
	return set, ok
}

// facetsOf returns the facets that the values of some nodes are functions of.
func (p *Plan) facetsOf(nodes ...int) (set facets, ok bool) {
	ok = true
	for _, node := range nodes {
		set |= p.look(node, &ok)
	}
	return set, ok
}

// look is facetsOf for one node; it makes ok false if there are none that tell
// few rows apart. Of a flag there is always one: the flag itself.
func (p *Plan) look(i int, ok *bool) facets {
	n := &p.program.nodes[i]
	switch n.op {
	case opConst:
		return 0
	case opColumn:
		return p.lookAtColumn(i, ok)
	case opLift:
		if n.kind == flagKind {
			return p.facet(facet{kind: liftFacet, node: i}, ok)
		}
		return p.facet(facet{kind: codeFacet, node: n.args[0]}, ok)
	case opTruncate:
		if p.isTime(n.args[0]) {
			return p.facet(facet{kind: unitFacet, node: i}, ok)
		}
	}
	if at, bounded := p.bound(n); bounded {
		return p.facet(facet{boundFacet, n.args[0], at}, ok)
	}
	if set, all := p.facetsOf(n.args...); all && n.op != opColumn && n.op != opTruncate {
		return set
	}
	if n.kind == flagKind {
		return p.facet(facet{kind: flagFacet, node: i}, ok)
	}
	*ok = false
	return 0
}

func (p *Plan) lookAtColumn(i int, ok *bool) facets {
	n := &p.program.nodes[i]
	fields, _ := p.schema.FieldsByName(n.column)
	switch fields[0].Type.ID() {
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.UINT8, arrow.UINT16: // narrow, because its numbers are few
		return p.facet(facet{kind: valueFacet, node: i}, ok)
	}
	switch n.kind {
	case textKind:
		return p.facet(facet{kind: codeFacet, node: i}, ok)
	case flagKind:
		return p.facet(facet{kind: flagFacet, node: i}, ok)
	}
	*ok = false
	return 0
}

// isTime reports whether a node is the column time.
func (p *Plan) isTime(i int) bool {
	n := &p.program.nodes[i]
	return n.op == opColumn && n.column == "time" && n.kind == intKind
}

// bound returns from when on a comparison of the time with a constant has
// another result.
func (p *Plan) bound(n *node) (at int64, ok bool) {
	switch n.op {
	case opLt, opLe, opGt, opGe:
	default:
		return 0, false
	}
	limit := &p.program.nodes[n.args[1]]
	if !p.isTime(n.args[0]) || limit.op != opConst || limit.kind != intKind {
		return 0, false
	}
	if n.op == opLe || n.op == opGt {
		return limit.lit.Int + 1, true
	}
	return limit.lit.Int, true
}

// facet returns the set of one facet. There is room for 64 of them; ok becomes
// false if it is one too many.
func (p *Plan) facet(f facet, ok *bool) facets {
	i := slices.Index(p.facets, f)
	if i < 0 && len(p.facets) == 64 {
		*ok = false
		return 0
	}
	if i < 0 {
		i = len(p.facets)
		p.facets = append(p.facets, f)
	}
	return 1 << i
}

// needed leaves out the facets that others imply.
func (p *Plan) needed(set facets) facets {
	set.each(func(i int) {
		if set&p.implied[i] != 0 {
			set &^= 1 << i
		}
	})
	return set
}

// impliedBy returns the facets that imply another: what is computed of a text,
// or derived from a column, tells no more apart than that.
func (p *Plan) impliedBy(f facet) (set facets) {
	column := &p.program.nodes[f.node]
	if f.kind == liftFacet {
		column = &p.program.nodes[column.args[0]]
	}
	if column.op != opColumn {
		return 0
	}
	for i, g := range p.facets {
		switch name := p.program.nodes[g.node].column; {
		case g.kind != codeFacet && g.kind != valueFacet:
		case name == column.column && f.kind == liftFacet, name == p.opts.Derived[column.column]:
			set |= 1 << i
		}
	}
	return set
}
