package frame

import (
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// A Plan is what one pass over the batches has to do for all queries: which
// columns to read, which rows to keep, and how to aggregate. It is immutable
// and safe for concurrent use; each goroutine takes a [Partial] of its own.
type Plan struct {
	schema *arrow.Schema
}

// Options say how queries are to be understood. The zero value is UTC, all
// rows, 200,000 groups a query.
type Options struct {
	Zone      *time.Location // of hour, day, week …; nil is UTC
	Where     Expr           // rows that no query sees; nil keeps all
	Periods   []Period       // for compare steps: Periods[0] is now; empty: one period that holds all time
	MaxGroups int            // per query; 0 is 200,000
}

// A Period is a named half-open span of time [Start, End). A query with a
// compare step is grouped once per period, in the same pass.
type Period struct {
	Name       string // "previous", "usual 1" …; the first is the period of the report itself
	Start, End time.Time
}

// NewPlan checks the queries against the schema of the batches to come and
// plans one pass for all of them. names[i] is the name of queries[i] in
// messages and tables. The error is a [*SyntaxError] if a query is at fault.
//
// The schema names every column that could be had; the plan's own
// [Plan.Columns] says which of them the queries read, and batches need only
// have those.
func NewPlan(schema *arrow.Schema, names []string, queries []*Query, opts Options) (*Plan, error) {
	panic("to come")
}

// Columns returns the names of the columns that batches must have: the
// projection, in the schema's order.
func (p *Plan) Columns() []string { panic("to come") }

// Filter returns the rows that at least one query wants: Options.Where and
// the or of the queries' own where steps. It is nil if all rows are wanted.
func (p *Plan) Filter() *Filter { panic("to come") }

// NewPartial returns the empty state of the plan's queries.
func (p *Plan) NewPartial() *Partial { panic("to come") }

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
}

// NewFilter compiles a predicate by itself, as flags such as --where need it.
func NewFilter(schema *arrow.Schema, where Expr, zone *time.Location) (*Filter, error) {
	panic("to come")
}

// Clone returns a Filter with caches of its own.
func (f *Filter) Clone() *Filter { panic("to come") }

// Select returns those row numbers of sel for which the term holds, in sel's
// own memory; nil sel stands for all rows. A null is not true. The batch needs
// the term's columns only. What a term computes of a text is kept for as long
// as the batches' dictionary only grows.
func (t *Term) Select(batch arrow.Record, sel []int32) []int32 { panic("to come") }

// A Partial is the running, mergeable state of a plan's queries. It is a
// [Sink].
type Partial struct{ plan *Plan }

// Write adds a batch's rows. The batch needs the plan's columns; others are
// ignored. It keeps nothing of the batch but, by retaining them, dictionaries.
func (p *Partial) Write(batch arrow.Record) error { panic("to come") }

// Merge adds q's rows to p and leaves q unusable. Both must come from equal
// plans. Merging is associative and commutative, and exact: the order never
// shows, not in one byte of the result.
func (p *Partial) Merge(q *Partial) error { panic("to come") }

// MarshalBinary encodes the state, with a version, the plan's identity and a
// checksum. Equal states have equal bytes.
func (p *Partial) MarshalBinary() ([]byte, error) { panic("to come") }

// UnmarshalBinary decodes what MarshalBinary wrote, into a Partial that
// [Plan.NewPartial] made of an equal plan. It refuses a newer version, another
// plan and damaged bytes.
func (p *Partial) UnmarshalBinary(data []byte) error { panic("to come") }

// Tables finishes every query and returns its table, in the plan's order. A
// query that fails here (not at planning) has a nil table and its error at
// the same index of errs; the others are complete.
func (p *Partial) Tables() (tables []*Table, errs []error) { panic("to come") }
