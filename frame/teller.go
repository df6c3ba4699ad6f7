package frame

import (
	"math"
	"math/bits"
	"slices"
)

// A teller writes what tells rows apart into their keys.
type teller struct {
	kind    facetKind
	node    int   // of the column or flag
	lifts   []int // of a liftFacet, the nodes of all flags that are computed of the column
	classes codeMap[uint16]
	known   int // texts that have a class
	width   int // bits that it has in the keys of the window
}

// tellers returns the tellers of a set of facets, but for those of the time, of
// which moments are made. Those of one column are one.
func (p *Plan) tellers(set facets) (list []teller, times moments) {
	times.node = -1
	p.needed(set).each(func(i int) {
		f := p.facets[i]
		t := teller{kind: f.kind, node: f.node}
		switch f.kind {
		case unitFacet:
			times.node = p.program.nodes[f.node].args[0]
			times.units = append(times.units, truncation{unit: p.program.nodes[f.node].unit, zone: p.program.zone})
			return
		case boundFacet:
			times.node = f.node
			times.bounds = append(times.bounds, f.bound)
			return
		case liftFacet:
			t.node = p.program.nodes[f.node].args[0]
		}
		k := slices.IndexFunc(list, func(have teller) bool { return have.kind == t.kind && have.node == t.node })
		if k < 0 {
			k = len(list)
			list = append(list, t)
		}
		if f.kind == liftFacet {
			list[k].lifts = append(list[k].lifts, f.node)
		}
	})
	for i := range list {
		if t := &list[i]; t.kind == liftFacet && len(t.lifts) > maxLifts {
			t.kind = codeFacet
		}
	}
	return list, times
}

const maxLifts = 8 // flags that a class of texts holds

// tell writes to the keys, from a bit on, and returns how many bits that takes.
// If that are too many, the keys are of no use.
func (t *teller) tell(rows *evaluator, keys []uint64, shift int) (width int, err error) {
	x, err := rows.vector(t.node)
	if err != nil {
		return 0, err
	}
	at := shift & 63 // so that the compiler knows that it is no more
	switch t.kind {
	case codeFacet:
		keys = keys[:len(x.codes)]
		for i, code := range x.codes {
			keys[i] |= uint64(code+1) << at
		}
		return bits.Len(uint(x.texts.n)), nil
	case liftFacet:
		if err := t.classify(rows, x); err != nil {
			return 0, err
		}
		classes, keys := t.classes.at, keys[:len(x.codes)]
		for i, code := range x.codes {
			keys[i] |= uint64(classes[code+1]) << at
		}
		return 2 * len(t.lifts), nil
	case valueFacet:
		return tellValues(x, keys, at), nil
	}
	keys = keys[:len(x.flags)]
	for i, f := range x.flags {
		keys[i] |= uint64(f) << at
	}
	return 2, nil
}

// classify gives each text that is new a number made of its flags.
func (t *teller) classify(rows *evaluator, x *vector) error {
	if t.classes.generation != x.texts.generation {
		t.known = 0
	}
	t.classes.grow(x.texts, 0)
	met := rows.met(t.node, x)
	fresh := met[t.known:]
	if t.known = len(met); len(fresh) == 0 {
		return nil
	}
	for k, lift := range t.lifts {
		m := &rows.memory[lift]
		if err := m.learn(flagKind, met, x.texts); err != nil {
			return err
		}
		for _, code := range fresh {
			t.classes.at[code+1] |= uint16(m.lifted.flags[code+1]) << (2 * k)
		}
	}
	return nil
}

// tellValues tells numbers from 0 on, and null.
func tellValues(x *vector, keys []uint64, shift int) (width int) {
	most, keys := uint64(0), keys[:len(x.ints)]
	for i, v := range x.ints {
		if x.nulls != nil && x.nulls[i] {
			continue
		}
		most |= uint64(v)
		keys[i] |= uint64(v+1) << (shift & 63)
	}
	return bits.Len64(most) + 1
}

// moments are the spans of time within which rows look alike.
type moments struct {
	node   int // of the time; -1: all rows do
	units  []truncation
	bounds []int64
	known  []span // of the window; their values are their numbers, from 1
}

// maxSpans is how many spans a window may have. Rows are in the order of time,
// or nearly: mostly a batch has one or two.
const maxSpans = 63

// begin makes keys that tell the times, and have one bit more, so that none is
// 0. It returns how many bits that takes.
func (s *moments) begin(rows *evaluator, keys []uint64) (width int, err error) {
	if s.node < 0 {
		for i := range keys {
			keys[i] = 1
		}
		return 1, nil
	}
	x, err := rows.vector(s.node)
	if err != nil {
		return 0, err
	}
	at, length, key := span{}, uint64(0), uint64(1)
	keys = keys[:len(x.ints)]
	for i, v := range x.ints {
		if uint64(v)-uint64(at.start) >= length || x.nulls != nil {
			at = s.spanOf(x, i)
			if at.value > maxSpans {
				return math.MaxInt32, nil
			}
			length, key = uint64(at.end)-uint64(at.start), uint64(at.value)<<1|1
		}
		keys[i] = key
	}
	return 1 + bits.Len(maxSpans), nil
}

// spanOf returns the span of row i. Null is in the span 0, which is no time's.
func (s *moments) spanOf(x *vector, i int) span {
	if x.null(int32(i)) {
		return span{}
	}
	return s.enter(x.ints[i])
}

// enter returns the span around a time.
func (s *moments) enter(v int64) span {
	for _, at := range s.known {
		if v >= at.start && v < at.end {
			return at
		}
	}
	at := span{math.MinInt64, math.MaxInt64, int64(len(s.known)) + 1}
	for i := range s.units {
		u := s.units[i].find(v)
		at.start, at.end = max(at.start, u.start), min(at.end, u.end)
	}
	for _, bound := range s.bounds {
		if bound <= v {
			at.start = max(at.start, bound)
		} else {
			at.end = min(at.end, bound)
		}
	}
	s.known = append(s.known, at)
	return at
}
