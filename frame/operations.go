package frame

import (
	"bytes"
	"cmp"
	"math"
)

// compareVectors compares two vectors of one kind, which is not flags.
func compareVectors(o op, x, y *vector, out []uint8) {
	switch {
	case x.codes != nil:
		compareTexts(o, x, y, out)
		return
	case x.floats != nil:
		compareNumbers(o, x.floats, y.floats, out)
	default:
		compareNumbers(o, x.ints, y.ints, out)
	}
	for _, nulls := range [][]bool{x.nulls, y.nulls} {
		for i, null := range nulls {
			if null {
				out[i] = unknown
			}
		}
	}
}

func compareNumbers[T cmp.Ordered](o op, x, y []T, out []uint8) {
	y, out = y[:len(x)], out[:len(x)] // no bounds checks below
	switch o {
	case opEq:
		for i := range x {
			out[i] = flag(x[i] == y[i])
		}
	case opNe:
		for i := range x {
			out[i] = flag(x[i] != y[i])
		}
	case opLt:
		for i := range x {
			out[i] = flag(x[i] < y[i])
		}
	case opLe:
		for i := range x {
			out[i] = flag(x[i] <= y[i])
		}
	case opGt:
		for i := range x {
			out[i] = flag(x[i] > y[i])
		}
	case opGe:
		for i := range x {
			out[i] = flag(x[i] >= y[i])
		}
	}
}

// compareTexts compares byte by byte, which for UTF-8 is the order of code
// points. It runs over the entries of a dictionary, unless two columns are
// compared with each other.
func compareTexts(o op, x, y *vector, out []uint8) {
	for i, a := range x.codes {
		b := y.codes[i]
		if a < 0 || b < 0 {
			out[i] = unknown
			continue
		}
		c := bytes.Compare(x.texts.at(a), y.texts.at(b))
		switch o {
		case opEq:
			out[i] = flag(c == 0)
		case opNe:
			out[i] = flag(c != 0)
		case opLt:
			out[i] = flag(c < 0)
		case opLe:
			out[i] = flag(c <= 0)
		case opGt:
			out[i] = flag(c > 0)
		case opGe:
			out[i] = flag(c >= 0)
		}
	}
}

func isNull(x *vector, k kind, out []uint8) {
	switch k {
	case textKind:
		for i, code := range x.codes {
			out[i] = flag(code < 0)
		}
	case flagKind:
		for i, f := range x.flags {
			out[i] = flag(f == unknown)
		}
	default:
		clear(out)
		for i, null := range x.nulls {
			out[i] = flag(null)
		}
	}
}

// Three-valued "and" and "or", by x*4 + y.
var (
	andFlags = [12]uint8{no, no, no, 0, no, yes, unknown, 0, no, unknown, unknown, 0}
	orFlags  = [12]uint8{no, yes, unknown, 0, yes, yes, yes, 0, unknown, yes, unknown, 0}
)

func connect(o op, x, y, out []uint8) {
	table := &andFlags
	if o == opOr {
		table = &orFlags
	}
	y, out = y[:len(x)], out[:len(x)]
	for i := range x {
		out[i] = table[x[i]*4+y[i]]
	}
}

// toFloats makes floats of ints.
func (m *nodeMemory) toFloats(x *vector) {
	m.out.floats = resize(m.out.floats, len(x.ints))
	for i, v := range x.ints {
		m.out.floats[i] = float64(v)
	}
	m.out.nulls = x.nulls
}

// toInts makes ints of floats, rounded, or of flags.
func (m *nodeMemory) toInts(x *vector, k kind) {
	if k == floatKind {
		m.out.ints = resize(m.out.ints, len(x.floats))
		for i, v := range x.floats {
			m.out.ints[i] = int64(math.RoundToEven(v))
		}
		m.out.nulls = x.nulls
		return
	}
	m.out.ints = resize(m.out.ints, len(x.flags))
	m.out.nulls = resize(m.out.nulls, len(x.flags))
	for i, f := range x.flags {
		m.out.ints[i] = int64(f & yes)
		m.out.nulls[i] = f == unknown
	}
}

// arithmetic computes x o y. What is divided by zero, and what whole numbers or
// floats cannot hold, is null.
func (m *nodeMemory) arithmetic(n *node, x, y *vector, rows int) {
	m.eitherNull(x, y, rows)
	if n.kind == intKind {
		m.out.ints = resize(m.out.ints, rows)
		compute(n.op, x.ints, y.ints, m.out.ints)
		for i, a := range x.ints {
			if overflows(n.op, a, y.ints[i]) {
				m.setNull(i, rows)
			}
		}
		return
	}
	m.out.floats = resize(m.out.floats, rows)
	if n.op == opDiv {
		for i, v := range x.floats {
			m.out.floats[i] = v / y.floats[i]
		}
	} else {
		compute(n.op, x.floats, y.floats, m.out.floats)
	}
	for i, v := range m.out.floats {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			m.setNull(i, rows)
			m.out.floats[i] = 0
		}
	}
}

// setNull makes a null of the result in row i.
func (m *nodeMemory) setNull(i, rows int) {
	if m.out.nulls == nil {
		m.scratch.nulls = resize(m.scratch.nulls, rows)
		m.out.nulls = m.scratch.nulls
		clear(m.out.nulls)
	}
	m.out.nulls[i] = true
}

// overflows reports whether x o y is beyond 64 bits.
func overflows(o op, x, y int64) bool {
	switch o {
	case opAdd:
		return (x^(x+y))&(y^(x+y)) < 0
	case opSub:
		return (x^y)&(x^(x-y)) < 0
	case opMul:
		if int64(int32(x)) == x && int64(int32(y)) == y {
			return false
		}
		return x != 0 && (x*y/x != y || x == -1 && y == math.MinInt64)
	}
	return false
}

// eitherNull makes the nulls of an operation on x and y.
func (m *nodeMemory) eitherNull(x, y *vector, rows int) {
	m.out.nulls = nil
	if x.nulls == nil && y.nulls == nil {
		return
	}
	m.scratch.nulls = resize(m.scratch.nulls, rows)
	m.out.nulls = m.scratch.nulls
	clear(m.out.nulls)
	for _, nulls := range [][]bool{x.nulls, y.nulls} {
		for i, null := range nulls {
			m.out.nulls[i] = m.out.nulls[i] || null
		}
	}
}

func compute[T int64 | float64](o op, x, y, out []T) {
	y, out = y[:len(x)], out[:len(x)]
	switch o {
	case opAdd:
		for i := range x {
			out[i] = x[i] + y[i]
		}
	case opSub:
		for i := range x {
			out[i] = x[i] - y[i]
		}
	case opMul:
		for i := range x {
			out[i] = x[i] * y[i]
		}
	}
}

// sign computes -x and abs(x).
func (m *nodeMemory) sign(n *node, x *vector) {
	m.out.nulls = x.nulls
	m.out.ints = negate(resize(m.out.ints, len(x.ints)), x.ints, n.op == opAbs)
	m.out.floats = negate(resize(m.out.floats, len(x.floats)), x.floats, n.op == opAbs)
}

func negate[T int64 | float64](dst, src []T, negativeOnly bool) []T {
	for i, v := range src {
		if !negativeOnly || v < 0 {
			v = -v
		}
		dst[i] = v
	}
	return dst
}

// called calls a function of texts, over the entries of a dictionary too.
func (m *nodeMemory) called(of func(string) bool, x *vector) {
	m.out.flags = resize(m.out.flags, len(x.codes))
	for i, code := range x.codes {
		m.out.flags[i] = unknown
		if code >= 0 {
			m.out.flags[i] = flag(of(string(x.texts.at(code))))
		}
	}
}

// ofText computes functions of one text. They run over the entries of a
// dictionary, not over rows.
func (m *nodeMemory) ofText(o op, x *vector) {
	if o == opLength {
		m.out.ints = resize(m.out.ints, len(x.codes))
		m.out.nulls = resize(m.out.nulls, len(x.codes))
		for i, code := range x.codes {
			m.out.ints[i], m.out.nulls[i] = 0, code < 0
			if code >= 0 {
				m.out.ints[i] = int64(len(x.texts.at(code)))
			}
		}
		return
	}
	change := bytes.ToLower
	if o == opUpper {
		change = bytes.ToUpper
	}
	m.out.codes, m.out.texts = resize(m.out.codes, len(x.codes)), &m.made.texts
	for i, code := range x.codes {
		m.out.codes[i] = -1
		if code >= 0 {
			m.out.codes[i] = m.made.intern(change(x.texts.at(code)))
		}
	}
}
