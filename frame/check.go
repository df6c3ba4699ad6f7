package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// A checkedQuery is a query whose names are resolved and whose types are
// known: all that the engine has to compute, and nothing that can still be
// wrong. In its expressions
//
//   - a [*Name] is a column of the schema or, where the schema has no column
//     of that name, a truncation of the column time: minute hour day week
//     month weekday hour_of_day;
//   - a let is replaced by its expression;
//   - a [*Literal] has the type of what it is compared with: a bare word
//     beside a text is a text, a date beside a time is a Time with its Int in
//     µs, "10 %" is the Float 0.1;
//   - "x = none" and "x != none" are the only places of the literal none, and
//     it stands on the right;
//   - the right side of ~ is a Text literal that compiles;
//   - a [*Call] is abs(number), lower(text), upper(text), length(text)
//     and a [*given] one of [Options.Functions].
type checkedQuery struct {
	name    string
	query   *Query
	from    *checkedQuery // whose table it reads; nil: the log
	regroup *Plan         // of a query that groups that table again
	where   Expr          // all where steps, and'ed; nil: all rows
	keys    []checkedKey
	aggs    []checkedAgg
	result  []checkedStep
	columns []resultColumn // of the table
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

// A checkedStep is a result step. A query that does not say how to sort has a
// sort step nevertheless: [checker.defaultSort].
type checkedStep struct {
	ResultStep
	expr Expr
	typ  Type // of an add
	main int  // of a compare: the aggregate that was, change, delta and is_new are of
}

// checkQuery resolves q's names against the schema and checks its types. The
// error is a [*SyntaxError].
func checkQuery(schema *arrow.Schema, name string, q *Query, opts Options) (c *checkedQuery, err error) {
	defer catch(&err, name, q.text)
	ch := newChecker(schema, opts)
	ch.history = q.From == History
	c = &checkedQuery{name: name, query: q, where: ch.rows(q.Rows)}
	if q.Group == nil {
		if !slices.ContainsFunc(q.Show, func(s Show) bool { return s.Verb == "numbers" || s.Verb == "findings" }) {
			ch.failAt(len(q.text), 1, "the query counts nothing", `add a step such as "count by path"`)
		}
		return c, nil
	}
	c.keys, c.aggs = ch.group(q.Group, q.Show)
	for i, k := range c.keys {
		ch.addColumn(q.Group.By[i].Offset, resultColumn{name: k.name, typ: k.typ, key: true, unit: k.unit}, "once is enough")
	}
	for _, a := range c.aggs {
		ch.addColumn(a.agg.Offset, resultColumn{name: a.column, typ: a.typ, series: a.agg.Func == "series"}, "give this one a name: "+a.agg.String()+" as NAME")
	}
	c.result, c.columns = ch.steps(q, c.aggs), ch.result
	return c, nil
}

// A checker resolves names and types. Names are those of the schema first and
// those of the result once rows are grouped.
type checker struct {
	schema *arrow.Schema
	opts   Options
	lets   map[string]resolved
	result []resultColumn // nil: still at the rows

	history bool // the query is from history
}

type resolved struct {
	expr Expr
	typ  Type
}

// A resultColumn is a column of the result as far as it is known before the
// first row is read.
type resultColumn struct {
	name   string
	typ    Type
	key    bool
	unit   string
	series bool
}

func newChecker(schema *arrow.Schema, opts Options) *checker {
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	return &checker{schema: schema, opts: opts, lets: map[string]resolved{}}
}

func (c *checker) failAt(offset, length int, msg, hint string) {
	panic(&SyntaxError{Offset: offset, Length: length, Msg: msg, Hint: hint})
}

// fail refuses an expression.
func (c *checker) fail(e Expr, msg, hint string) {
	length := 1
	switch e := e.(type) {
	case *Name:
		length = len(e.Name)
	case *Literal:
		length = len(e.Source)
	case *Binary:
		length = len(e.Op)
	case *Call:
		length = len(e.Func)
	}
	c.failAt(e.Pos(), length, msg, hint)
}

// rows resolves lets and joins the where steps.
func (c *checker) rows(steps []RowStep) Expr {
	var where Expr
	for _, s := range steps {
		if s.Let != "" {
			if c.schema.HasField(s.Let) || c.lets[s.Let].expr != nil {
				c.failAt(s.Offset, len("let"), fmt.Sprintf("there is a field %q already", s.Let), "choose another name")
			}
			e, typ := c.expr(s.Expr)
			c.lets[s.Let] = resolved{e, typ}
			continue
		}
		e := c.condition(s.Expr)
		if where != nil {
			e = &Binary{Offset: s.Offset, Op: "and", X: where, Y: e}
		}
		where = e
	}
	return where
}

// condition resolves an expression that must be true or false.
func (c *checker) condition(e Expr) Expr {
	x, typ := c.expr(e)
	if typ != Flag {
		hint := "compare it with something"
		if n, ok := e.(*Name); ok {
			hint = "write " + n.String() + " != none"
		}
		c.fail(e, article(typ)+" is no condition", hint)
	}
	return x
}

// group resolves keys and aggregates. What a table's spark needs is one more
// aggregate.
func (c *checker) group(g *Group, show []Show) ([]checkedKey, []checkedAgg) {
	var keys []checkedKey
	for _, k := range g.By {
		e, typ := c.expr(&Name{Offset: k.Offset, Name: k.Name})
		key := checkedKey{name: k.Name, expr: e, typ: typ}
		if n, ok := e.(*Name); ok && c.isUnit(n.Name) {
			key.unit, key.expr = n.Name, &Name{Offset: k.Offset, Name: "time"}
		}
		keys = append(keys, key)
	}
	var aggs []checkedAgg
	for _, a := range g.Aggs {
		aggs = append(aggs, c.agg(a))
	}
	for _, a := range sparks(show) {
		if !slices.ContainsFunc(aggs, func(b checkedAgg) bool { return b.column == a.Column() }) {
			aggs = append(aggs, c.agg(a))
		}
	}
	return keys, aggs
}

// sparks returns the series that tables draw beside their rows: "spark day"
// and "spark 12 weeks" are of series day and series week.
func sparks(show []Show) []Agg {
	var aggs []Agg
	for _, s := range show {
		for _, item := range s.Items {
			if s.Verb != "table" || item.Role != "spark" || item.Expr != nil {
				continue
			}
			args := item.Opts[0].Args
			unit := strings.TrimSuffix(args[len(args)-1], "s")
			aggs = append(aggs, Agg{Offset: item.Offset, Func: "series", Arg: &Name{Offset: item.Offset, Name: unit}})
		}
	}
	return aggs
}

var seriesUnits = []string{"minute", "hour", "day", "week", "month"}

// isUnit reports whether a name is a truncation of time. A column of the same
// name is just a column.
func (c *checker) isUnit(name string) bool {
	return !c.schema.HasField(name) && c.schema.HasField("time") && (slices.Contains(seriesUnits, name) || name == "weekday" || name == "hour_of_day")
}

// agg resolves an aggregate and finds the type of its result.
func (c *checker) agg(a Agg) checkedAgg {
	out := checkedAgg{agg: a, column: a.Column(), typ: Int}
	if a.If != nil {
		out.cond = c.condition(a.If)
	}
	if a.Func == "series" {
		unit, ok := a.Arg.(*Name)
		if !ok || !slices.Contains(seriesUnits, unit.Name) {
			c.fail(a.Arg, "a series is of a unit of time", "want one of "+strings.Join(seriesUnits, ", "))
		}
		c.timeColumn(a.Arg)
		out.unit = unit.Name
		return out
	}
	if a.Arg == nil {
		return out
	}
	out.arg, out.argType = c.expr(a.Arg)
	if a.Daily || a.Func == "first" || a.Func == "last" {
		c.timeColumn(a.Arg)
	}
	out.typ = c.aggType(a, out.argType)
	return out
}

func (c *checker) timeColumn(e Expr) {
	if f, ok := c.schema.FieldsByName("time"); !ok || TypeOf(f[0]) != Time {
		c.fail(e, "there is no field time", "")
	}
}

// aggType is the type of an aggregate of values of a type.
func (c *checker) aggType(agg Agg, arg Type) Type {
	number := arg == Int || arg == Float || arg == Bytes || arg == Duration
	switch agg.Func {
	case "distinct":
		return Int
	case "min", "max", "first", "last":
		return arg
	case "top":
		if arg == Text || arg == Int {
			return Text
		}
		c.fail(agg.Arg, "top wants a text, and this is "+article(arg), "")
	case "avg":
		if arg == Int {
			return Float
		}
	}
	if !number {
		c.fail(agg.Arg, agg.Func+" wants a number, and this is "+article(arg), "to count rows, write count if …")
	}
	return arg
}

// article returns the type's name with its article, as a message says it.
func article(t Type) string {
	if t == Bytes {
		return "a number of bytes"
	}
	return "a " + t.String()
}
