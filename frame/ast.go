package frame

import (
	"slices"
	"strconv"
)

// An Expr is an expression of the cell language. It is one of [*Name],
// [*Literal], [*Unary], [*Binary], [*In], [*Call], [*Member] and [*Index]. The
// last two are for prose, which speaks of cells; over rows and columns they
// are errors. Expressions are
// immutable once parsed; String prints text that parses back to the same
// expression.
type Expr interface {
	String() string
	Pos() int // byte offset in the query's text
}

// A Name is a field, a column of the cell's result, or a bare word: whether
// "page" in "kind = page" is a text or a field is decided by [NewPlan], which
// knows the fields.
type Name struct {
	Offset int
	Name   string
}

// A Literal is a constant. Type says which of the values holds; the literal
// none (null) has type Invalid.
type Literal struct {
	Offset int
	Source string // as written: "10 %", "500ms", "2026-11-09", "\"a b\""
	Type   Type
	Int    int64   // Int, Bytes, Duration (µs), Flag (0 or 1)
	Float  float64 // Float
	Text   string  // Text; of a Time the date as written, since it has no zone yet
}

// A Unary is "not X" or "-X".
type Unary struct {
	Offset int
	Op     string
	X      Expr
}

// A Binary is "X Op Y", where Op is one of
//
//	or and = != < <= > >= ~ !~ + - * /
//
// "~" matches the text X against the regular expression Y (RE2).
type Binary struct {
	Offset int
	Op     string
	X, Y   Expr
}

// An In is "X in (A, B, …)" or "X not in (…)".
type In struct {
	Offset int
	Not    bool
	X      Expr
	List   []Expr
}

// A Call is a function of one row, such as abs(x), or, in an add step, of the
// whole result: sum(x), sum(x) by k, rank(x). In prose it may be a function of
// what stands before it: cell.max(count), where Func is "cell.max", or, after
// another call, an index or a parenthesis, Of.
type Call struct {
	Offset int
	Of     Expr // nil: none
	Func   string
	Args   []Expr
	By     []string
}

// A Member is "X.Name", where X is not itself a name: "cell.max(n).hour". A
// name that holds points, such as total.count, is one [*Name].
type Member struct {
	Offset int
	X      Expr
	Name   string
}

// An Index is "X[Key]", as in sites["lobste.rs"].
type Index struct {
	Offset int
	X, Key Expr
}

// Pos implements [Expr].
func (e *Name) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Literal) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Unary) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Binary) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *In) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Call) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Member) Pos() int { return e.Offset }

// Pos implements [Expr].
func (e *Index) Pos() int { return e.Offset }

// A Query is one cell: what to keep, how to group, what to do with the result
// and how to show it. The zero Query lists nothing; [ParseQuery] makes one
// from text.
type Query struct {
	From   string // [History], or the name of another query whose table this one reads; empty: the log
	Rows   []RowStep
	Group  *Group // nil: the query has no group step (only with From)
	Result []ResultStep
	Show   []Show

	text string // as parsed, for errors to show
	from token  // the name that From is
}

// History is what a query is from that sees all that the log holds until the
// end of the period, and not the period alone.
const History = "history"

// A RowStep is "where Expr", or "let Let = Expr" when Let is set. Steps apply
// in the order written.
type RowStep struct {
	Offset int
	Let    string
	Expr   Expr
}

// A Group is "Aggs by By".
type Group struct {
	Offset int
	Aggs   []Agg
	By     []Key
}

// An Agg is one aggregate: "Func Arg if If as As".
//
//	count · sum F · avg F · min F · max F · first F · last F · distinct F
//	daily distinct F · p50 F … p99 F · top N F · series U
//
// "series day" counts the group's rows per day (or hour, week, month): the
// numbers behind a sparkline, one list a row of the result.
//
// Daily is set for "daily distinct"; N holds the percentile of pNN and the N
// of top.
type Agg struct {
	Offset int
	Func   string // "p" for percentiles
	N      int
	Daily  bool
	Arg    Expr // nil for count
	If     Expr // nil: all rows
	As     string
}

// Column returns the name of the aggregate's column: As where given; "count";
// the field alone for a sum ("sum bytes" gives bytes); "p95"; else function and
// field, as in "avg_bytes", "distinct_host", "top_site".
func (a *Agg) Column() string {
	field := "value"
	if n, ok := a.Arg.(*Name); ok {
		field = n.Name
	}
	switch {
	case a.As != "":
		return a.As
	case a.Func == "count":
		return "count"
	case a.Func == "sum":
		return field
	case a.Func == "p":
		return "p" + strconv.Itoa(a.N)
	}
	return a.Func + "_" + field
}

// A Key is a group key: a field, a time truncation (minute hour day week month
// weekday hour_of_day, all of the field time in the plan's zone), or a name
// made by let.
type Key struct {
	Offset int
	Name   string
}

// Columns returns the names of the result's columns, as far as the query alone
// says: of what a query takes from another cell, only what it adds.
func (q *Query) Columns() []string {
	var names []string
	if q.Group != nil {
		for _, k := range q.Group.By {
			names = append(names, k.Name)
		}
		for i := range q.Group.Aggs {
			names = append(names, q.Group.Aggs[i].Column())
		}
	}
	counted := slices.Clone(names)
	for _, s := range q.Result {
		if s.Verb == "add" {
			names = append(names, s.Name)
		}
		for i, what := range s.Compare {
			suffix := suffixOf(i, what)
			names = append(names, "was"+suffix, "change"+suffix, "delta"+suffix, "is_new"+suffix)
			for _, c := range counted {
				names = append(names, "was"+suffix+"."+c)
			}
		}
	}
	return names
}

// A ResultStep works on the small table that grouping has made. Verb is one of
// "compare", "add", "keep", "sort", "limit", "fill".
type ResultStep struct {
	Offset  int
	Verb    string
	Compare []string  // compare previous, usual
	Name    string    // add Name = Expr
	Expr    Expr      // add, keep
	Sort    []SortKey // sort
	Limit   int       // limit
	Other   bool      // limit N with other
}

// A SortKey is a column and its direction.
type SortKey struct {
	Offset int
	Column string
	Desc   bool
}

// A Show is a step that says how to present the result. frame carries it
// through as data; report reads it. Verb is "chart", "table", "numbers",
// "findings" or "hide"; Kind is the chart's kind.
type Show struct {
	Offset int
	Verb   string
	Kind   string // chart: line area column bar heatmap treemap strip
	Title  string // a quoted text of its own
	Items  []ShowItem
	Opts   []ShowOpt // of the whole step: low, days, half, limit 5, show 12
}

// A ShowItem is a column of a table, a channel of a chart or a headline
// number: "[Role] Expr [> Within] ["Label"] [Opts…]".
//
//	bar count tick was          Role bar, Expr count, Opts tick was
//	x hour                      Role x, Expr hour
//	book > chapter              Expr book, Within chapter
//	a / b "Failed" spark day    Expr a / b, Label Failed, Opts spark day
//	spark 12 weeks              Role spark, Expr nil, Opts spark 12 weeks
type ShowItem struct {
	Offset int
	Role   string
	Expr   Expr // nil for a spark of the rows themselves
	Within Expr
	Label  string
	Opts   []ShowOpt
}

// A ShowOpt is a word with its arguments: "pct", "mark bot", "spark 12 weeks",
// "bad up if status >= 500".
type ShowOpt struct {
	Offset int
	Word   string
	Args   []string
	Places []int // of the arguments of findings: their offsets
	If     Expr
}
