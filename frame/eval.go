package frame

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// An evaluator runs a program over batch after batch. What is computed of a
// text is kept for as long as the column's dictionary only grows. It belongs
// to one goroutine.
type evaluator struct {
	program *program
	rows    int
	number  int // of the batch, from 1
	memory  []nodeMemory
	schema  *arrow.Schema // of the batch before, whose columns are at
	at      []int         // for each opColumn its column in schema
	texts   []int         // nodes that are dictionary columns in it
	foreign []bool        // for each opColumn whether its type in schema is not ours
	columns []arrow.Array // for each opColumn the batch's column, of our types

	source *evaluator // of the batches, if the rows here are a fold's, which sets the columns
}

// nodeMemory is what a node keeps from batch to batch.
type nodeMemory struct {
	out      vector
	number   int // of the batch that out is of
	sized    int // the batch of which size is
	size     uint64
	filled   int // opConst: rows that are filled already
	column   column
	met      metTexts // of a text column: those of all batches …
	metIn    int      // … up to this one
	scratch  vector
	truncate truncation

	made     interner   // texts that the operation has made
	entries  *evaluator // opLift: of the lifted program
	lifted   vector     // opLift: the result of each entry that was met at its code + 1, of null at 0
	computed int        // opLift: entries in lifted
	of       int        // opLift: generation of the texts in lifted
}

// newFolded returns an evaluator for the rows of a fold of another's batches.
func newFolded(source *evaluator) *evaluator {
	ev := &evaluator{program: source.program, memory: make([]nodeMemory, len(source.memory)), source: source}
	for i := range ev.memory {
		ev.memory[i].truncate = source.memory[i].truncate
	}
	return ev
}

func newEvaluator(p *program) *evaluator {
	ev := &evaluator{program: p, memory: make([]nodeMemory, len(p.nodes)), at: make([]int, len(p.nodes)), foreign: make([]bool, len(p.nodes)), columns: make([]arrow.Array, len(p.nodes))}
	for i, n := range p.nodes {
		m := &ev.memory[i]
		switch n.op {
		case opColumn:
			m.column.name = n.column
			if fields, ok := p.schema.FieldsByName(n.column); ok {
				m.column.typ = TypeOf(fields[0])
			}
		case opLift:
			m.entries = newEvaluator(n.lifted)
		case opTruncate:
			m.truncate = truncation{unit: n.unit, zone: p.zone}
		}
	}
	return ev
}

// begin takes the next batch; vectors of the one before are void. If a column's
// dictionary is not as before with more texts, but another, replaced is called
// first, if there is anyone to be told: the last moment to look up what the codes
// of batches before mean.
func (ev *evaluator) begin(batch arrow.Record, replaced func() error) error {
	if err := ev.find(batch.Schema()); err != nil {
		return err
	}
	for i := range ev.columns {
		if ev.program.nodes[i].op == opColumn {
			ev.columns[i] = batch.Column(ev.at[i])
		}
		if ev.foreign[i] {
			ev.columns[i] = own(ev.columns[i])
		}
	}
	another := false
	for _, i := range ev.texts {
		another = ev.memory[i].column.dict.look(ev.dictionary(i)) || another
	}
	if another && replaced != nil {
		if err := replaced(); err != nil {
			return err
		}
	}
	for _, i := range ev.texts {
		ev.memory[i].column.dict.follow(ev.dictionary(i))
	}
	ev.rows = int(batch.NumRows())
	ev.number++
	return nil
}

// met returns the codes that a text column's rows have had so far.
func (ev *evaluator) met(column int, x *vector) []int32 {
	of, asked := &ev.memory[column].met, &ev.memory[column].metIn
	if ev.source != nil {
		of = &ev.source.memory[column].met
	}
	if *asked != ev.number {
		of.add(x.codes, x.texts)
		*asked = ev.number
	}
	return of.codes
}

// dictionary returns the texts of a dictionary column.
func (ev *evaluator) dictionary(node int) *array.String {
	return ev.columns[node].(*array.Dictionary).Dictionary().(*array.String)
}

// find finds the columns of a schema, unless it is that of the batch before.
func (ev *evaluator) find(schema *arrow.Schema) error {
	if schema == ev.schema {
		return nil
	}
	ev.texts = ev.texts[:0]
	for i, n := range ev.program.nodes {
		if n.op != opColumn {
			continue
		}
		indices := schema.FieldIndices(n.column)
		if len(indices) == 0 {
			return fmt.Errorf("frame: batch has no column %q", n.column)
		}
		field := schema.Field(indices[0])
		if want := ev.memory[i].column.typ; kindOf(TypeOf(field)) != kindOf(want) || TypeOf(field) == Invalid {
			return fmt.Errorf("frame: column %q is %s in the batch, want %s", n.column, field.Type, want)
		}
		ev.at[i], ev.foreign[i] = indices[0], isForeign(field.Type)
		if field.Type.ID() == arrow.DICTIONARY {
			ev.texts = append(ev.texts, i)
		}
	}
	ev.schema = schema
	return nil
}

// vector returns the result of node i for the current batch.
func (ev *evaluator) vector(i int) (*vector, error) {
	m := &ev.memory[i]
	if m.number == ev.number {
		return &m.out, nil
	}
	if err := ev.eval(i, m); err != nil {
		return nil, err
	}
	m.number = ev.number
	return &m.out, nil
}

// size returns the bits that some whole number of node i needs.
func (ev *evaluator) size(i int) (uint64, error) {
	m := &ev.memory[i]
	if m.sized == ev.number {
		return m.size, nil
	}
	x, err := ev.vector(i)
	if err != nil {
		return 0, err
	}
	m.size, m.sized = x.size(), ev.number
	return m.size, nil
}

// eval computes node i. This is the one switch over operations; what it calls
// are loops over rows.
func (ev *evaluator) eval(i int, m *nodeMemory) error {
	n := &ev.program.nodes[i]
	switch n.op {
	case opColumn:
		if ev.program.entries != "" || ev.source != nil {
			return nil // each has set it, or the fold
		}
		return m.column.read(ev.columns[i], &m.out)
	case opConst:
		m.fill(n.lit, ev.rows)
		return nil
	}
	var args [2]*vector
	for j, arg := range n.args {
		v, err := ev.vector(arg)
		if err != nil {
			return err
		}
		args[j] = v
	}
	x, y := args[0], args[1]
	switch n.op {
	case opLift:
		of := m
		if ev.source != nil {
			of = &ev.source.memory[i]
		}
		if err := of.learn(n.kind, ev.met(n.args[0], x), x.texts); err != nil {
			return err
		}
		of.spread(n.kind, x.codes, &m.out)
	case opTruncate:
		m.scratch.ints = resize(m.scratch.ints, ev.rows)
		m.truncate.apply(m.scratch.ints, x)
		m.out = vector{ints: m.scratch.ints, nulls: x.nulls}
	case opFloat:
		m.toFloats(x)
	case opInt:
		m.toInts(x, ev.program.nodes[n.args[0]].kind)
	case opEq, opNe, opLt, opLe, opGt, opGe:
		m.flagsOut(ev.rows)
		compareVectors(n.op, x, y, m.out.flags)
	case opIsNull:
		m.flagsOut(ev.rows)
		isNull(x, ev.program.nodes[n.args[0]].kind, m.out.flags)
	case opMatch:
		m.flagsOut(ev.rows)
		for r, code := range x.codes {
			m.out.flags[r] = unknown
			if code >= 0 {
				m.out.flags[r] = flag(n.regexp.Match(x.texts.at(code)))
			}
		}
	case opNot:
		m.flagsOut(ev.rows)
		for r, f := range x.flags {
			m.out.flags[r] = [...]uint8{yes, no, unknown}[f]
		}
	case opAnd, opOr:
		m.flagsOut(ev.rows)
		connect(n.op, x.flags, y.flags, m.out.flags)
	case opAdd, opSub, opMul, opDiv:
		m.arithmetic(n, x, y, ev.rows)
	case opNeg, opAbs:
		m.sign(n, x)
	case opLower, opUpper, opLength:
		m.ofText(n.op, x)
	case opCall:
		m.called(n.of, x)
	default:
		panic(fmt.Sprintf("frame: no operation %d", n.op))
	}
	return nil
}

func flag(b bool) uint8 {
	if b {
		return yes
	}
	return no
}

// fill makes a vector of one value. It is filled once, as long as the longest
// batch, and cut.
func (m *nodeMemory) fill(lit *Literal, rows int) {
	if m.filled < rows {
		switch kindOf(lit.Type) {
		case intKind:
			m.scratch.ints = repeat(lit.Int, rows)
		case floatKind:
			m.scratch.floats = repeat(lit.Float, rows)
		case flagKind:
			m.scratch.flags = repeat(uint8(lit.Int), rows)
		case textKind:
			m.scratch.codes = repeat(m.made.intern([]byte(lit.Text)), rows)
			m.scratch.texts = &m.made.texts
		}
		m.filled = rows
	}
	s := &m.scratch
	m.out = vector{ints: cutTo(s.ints, rows), floats: cutTo(s.floats, rows), flags: cutTo(s.flags, rows), codes: cutTo(s.codes, rows), texts: s.texts}
}

func cutTo[T any](s []T, n int) []T { return s[:min(n, len(s))] }

func repeat[T any](v T, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func (m *nodeMemory) flagsOut(rows int) {
	m.out.flags = resize(m.out.flags, rows)
}

// learn evaluates the lifted program for those entries of the dictionary that were
// met since the last time.
func (m *nodeMemory) learn(k kind, met []int32, texts *texts) error {
	if m.of != texts.generation {
		m.computed, m.of = 0, texts.generation
	}
	fresh := met[m.computed:]
	if len(fresh) == 0 {
		return nil
	}
	v, err := m.entries.ofEntries(vector{codes: fresh, texts: texts})
	if err != nil {
		return err
	}
	l, n := &m.lifted, texts.n+1
	switch k {
	case flagKind:
		l.flags = placed(l.flags, n, fresh, v.flags)
	case textKind:
		l.codes, l.texts = placed(l.codes, n, fresh, v.codes), v.texts
	case intKind:
		l.ints, l.nulls = placed(l.ints, n, fresh, v.ints), placed(l.nulls, n, fresh, orNone(v.nulls, len(fresh)))
	case floatKind:
		l.floats, l.nulls = placed(l.floats, n, fresh, v.floats), placed(l.nulls, n, fresh, orNone(v.nulls, len(fresh)))
	}
	m.computed = len(met)
	return nil
}

// placed makes results at least n long and puts more of them at their codes + 1.
func placed[T any](results []T, n int, codes []int32, more []T) []T {
	if had := len(results); had < n {
		results = slices.Grow(results, n-had)[:n]
	}
	for i, code := range codes {
		results[code+1] = more[i]
	}
	return results
}

// spread gives each row the result of its code.
func (m *nodeMemory) spread(k kind, codes []int32, out *vector) {
	l := &m.lifted
	switch k {
	case flagKind:
		out.flags = scatter(out.flags, codes, l.flags)
	case textKind:
		out.codes, out.texts = scatter(out.codes, codes, l.codes), l.texts
	case intKind:
		out.ints, out.nulls = scatter(out.ints, codes, l.ints), scatter(out.nulls, codes, l.nulls)
	case floatKind:
		out.floats, out.nulls = scatter(out.floats, codes, l.floats), scatter(out.nulls, codes, l.nulls)
	}
}

// ofEntries runs a lifted program over the entries of a dictionary.
func (ev *evaluator) ofEntries(entries vector) (*vector, error) {
	ev.number++
	ev.rows = len(entries.codes)
	for i, n := range ev.program.nodes {
		if n.op == opColumn {
			ev.memory[i].out = entries
		}
	}
	return ev.vector(len(ev.program.nodes) - 1)
}

// scatter gives each row the result of its code.
func scatter[T any](dst []T, codes []int32, results []T) []T {
	dst = resize(dst, len(codes))
	for i, code := range codes {
		dst[i] = results[code+1]
	}
	return dst
}

func orNone(nulls []bool, n int) []bool {
	if nulls == nil {
		return make([]bool, n)
	}
	return nulls
}
