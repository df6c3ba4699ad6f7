package frame

import "github.com/apache/arrow/go/v17/arrow"

// A checkedQuery is a query whose names are resolved and whose types are
// known: all that the engine has to compute, and nothing that can still be
// wrong. In its expressions
//
//   - a [*Name] is a column of the schema or, where the schema has no column
//     of that name, a truncation of the column time: minute hour day week
//     month weekday hour_of_day;
//   - a let is replaced by its expression;
//   - a [*Literal] has the type of what it is compared with: a bare word or a
//     number beside a text is a text, a date beside a time is a Time with its
//     Int in µs, "10 %" is the Float 0.1;
//   - "x = none" and "x != none" are the only places of the literal none, and
//     it stands on the right;
//   - the right side of ~ is a Text literal that compiles.
type checkedQuery struct {
	name  string
	query *Query
	where Expr // all where steps, and'ed; nil: all rows
	keys  []checkedKey
	aggs  []checkedAgg
}

// A checkedKey is a group key. If unit is set, the key is that truncation of
// expr, which then is the Name time.
type checkedKey struct {
	name string
	expr Expr
	typ  Type
	unit string
}

// A checkedAgg is an aggregate. unit is that of a series.
type checkedAgg struct {
	agg          Agg
	arg, cond    Expr // nil: none
	argType, typ Type
	column, unit string
}

// checkQuery resolves q's names against the schema and checks its types. The
// error is a [*SyntaxError].
func checkQuery(schema *arrow.Schema, name string, q *Query, opts Options) (*checkedQuery, error) {
	panic("to come")
}

// finish makes the query's table of the grouped rows: compare, add, keep,
// sort, limit, fill, show. now has the keys, then the aggregates; was has a
// table like it for each period of opts but the first, by the period's name.
func (c *checkedQuery) finish(now *Table, was map[string]*Table, opts Options) (*Table, error) {
	panic("to come")
}
