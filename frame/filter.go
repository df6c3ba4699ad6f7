package frame

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// A Filter is a compiled predicate, split into terms that all must hold. The
// producer of batches can apply it before the columns that the terms do not
// read are made. A Filter is used by one goroutine at a time; Clone gives
// another goroutine its own.
type Filter struct {
	Terms []Term // cheapest first: numbers before texts
}

// A Term is one conjunct of a [Filter].
type Term struct {
	Columns []string // columns that the term reads
	expr    Expr
	eval    *evaluator
	node    int
}

// String returns the term as an expression of the cell language.
func (t *Term) String() string { return t.expr.String() }

// NewFilter compiles a predicate by itself, as flags such as --where need it.
func NewFilter(schema *arrow.Schema, where Expr, zone *time.Location) (*Filter, error) {
	checked, err := resolveWhere(schema, where, zone)
	if err != nil {
		return nil, err
	}
	return newFilter(schema, conjuncts(checked), zone)
}

func newFilter(schema *arrow.Schema, conditions []Expr, zone *time.Location) (*Filter, error) {
	f := &Filter{}
	for _, e := range conditions {
		p := newProgram(schema, zone)
		node, err := p.compile(e)
		if err != nil {
			return nil, err
		}
		f.Terms = append(f.Terms, Term{Columns: columnsOf(schema, e), expr: e, eval: newEvaluator(p), node: node})
	}
	slices.SortStableFunc(f.Terms, func(a, b Term) int { return cmp.Compare(a.cost(), b.cost()) })
	return f, nil
}

// cost is what it takes to make and read the term's columns: a text has to be
// hashed and looked up, a number only read.
func (t *Term) cost() int {
	cost := 0
	for _, n := range t.eval.program.nodes {
		if n.op == opColumn && n.kind == textKind {
			cost += 100
		}
		cost++
	}
	return cost
}

// Expr returns the filter as one expression, nil if it has no terms.
func (f *Filter) Expr() (all Expr) {
	for i := range f.Terms {
		all = joined("and", all, f.Terms[i].expr)
	}
	return all
}

// Clone returns a Filter with caches of its own.
func (f *Filter) Clone() *Filter {
	clone := &Filter{Terms: slices.Clone(f.Terms)}
	for i := range clone.Terms {
		t := &clone.Terms[i]
		t.eval = newEvaluator(t.eval.program)
	}
	return clone
}

// Select returns those row numbers of sel for which the term holds, in sel's
// own memory; nil sel stands for all rows. A null is not true. The batch needs
// the term's columns only, but well formed in all rows, selected or not. What
// a term computes of a text is kept for as long as the batches' dictionary
// only grows.
//
// It panics if the batch lacks a column or has it in another type, since the
// producer of the batch has made it for this term.
func (t *Term) Select(batch arrow.Record, sel []int32) []int32 {
	err := t.eval.begin(batch, nil)
	var flags *vector
	if err == nil {
		flags, err = t.eval.vector(t.node)
	}
	if err != nil {
		panic(fmt.Sprintf("%v (for %s)", err, t))
	}
	if sel == nil {
		sel = allRows(nil, int(batch.NumRows()))
	}
	return keep(sel, sel, flags.flags)
}

// allRows returns 0 … n-1, in rows' memory if that is large enough.
func allRows(rows []int32, n int) []int32 {
	for i := len(rows); i < n; i++ {
		rows = append(rows, int32(i))
	}
	return rows[:n]
}

// keep copies to dst the rows whose flag is yes; dst may be rows itself.
func keep(dst, rows []int32, flags []uint8) []int32 {
	n := 0
	for _, row := range rows {
		dst[n] = row
		n += int(flags[row] & yes) // no branch to predict
	}
	return dst[:n]
}
