package frame

import (
	"fmt"
	"regexp"
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
//   - a [*Call] is abs(number), lower(text), upper(text) or length(text).
type checkedQuery struct {
	name   string
	query  *Query
	where  Expr // all where steps, and'ed; nil: all rows
	keys   []checkedKey
	aggs   []checkedAgg
	result []checkedStep
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
	defer func() {
		if e, ok := err.(*SyntaxError); ok {
			e.Name = name
		}
	}()
	defer catch(&err, q.text)
	ch := newChecker(schema, opts)
	c = &checkedQuery{name: name, query: q, where: ch.rows(q.Rows)}
	if q.Group == nil {
		if !slices.ContainsFunc(q.Show, func(s Show) bool { return s.Verb == "numbers" || s.Verb == "findings" }) {
			ch.failAt(len(q.text), 1, "the query counts nothing", `add a step such as "count by path"`)
		}
		return c, nil
	}
	c.keys, c.aggs = ch.group(q.Group, q.Show)
	for _, k := range c.keys {
		ch.addColumn(q.Group.Offset, resultColumn{name: k.name, typ: k.typ, key: true, unit: k.unit})
	}
	for _, a := range c.aggs {
		ch.addColumn(a.agg.Offset, resultColumn{name: a.column, typ: a.typ, series: a.agg.Func == "series"})
	}
	c.result = ch.steps(q, c.aggs)
	return c, nil
}

// A checker resolves names and types. Names are those of the schema first and
// those of the result once rows are grouped.
type checker struct {
	schema *arrow.Schema
	opts   Options
	lets   map[string]resolved
	result []resultColumn // nil: still at the rows
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
		c.fail(e, a(typ)+" is no condition", hint)
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
		c.fail(agg.Arg, "top wants a text, and this is "+a(arg), "")
	case "avg":
		if arg == Int {
			return Float
		}
	}
	if !number {
		c.fail(agg.Arg, agg.Func+" wants a number, and this is "+a(arg), "to count rows, write count if …")
	}
	return arg
}

// a returns the type's name with its article, as a message says it.
func a(t Type) string {
	if t == Bytes {
		return "a number of bytes"
	}
	return "a " + t.String()
}

// Expressions.

// expr resolves an expression and returns its type.
func (c *checker) expr(e Expr) (Expr, Type) {
	switch e := e.(type) {
	case *Name:
		x, typ := c.lookup(e)
		if x == nil {
			c.unknown(e)
		}
		return x, typ
	case *Literal:
		l := c.literal(e)
		if l.Type == Invalid {
			c.fail(e, "none stands only after = and !=", "write x != none")
		}
		return l, l.Type
	case *Unary:
		return c.unary(e)
	case *In:
		return c.in(e), Flag
	case *Call:
		return c.call(e)
	case *Binary:
		switch e.Op {
		case "and", "or":
			return &Binary{Offset: e.Offset, Op: e.Op, X: c.condition(e.X), Y: c.condition(e.Y)}, Flag
		case "+", "-", "*", "/":
			return c.arithmetic(e)
		case "~", "!~":
			return c.match(e), Flag
		}
		return c.comparison(e), Flag
	}
	c.fail(e, e.String()+" has no meaning here", "cells are named in prose and in numbers only")
	return nil, Invalid
}

// lookup finds what a name stands for; nil if it is none of ours.
func (c *checker) lookup(n *Name) (Expr, Type) {
	if c.result != nil {
		i := slices.IndexFunc(c.result, func(r resultColumn) bool { return r.name == n.Name && !r.series })
		if i < 0 {
			return nil, Invalid
		}
		return n, c.result[i].typ
	}
	if let, ok := c.lets[n.Name]; ok {
		return let.expr, let.typ
	}
	if fields, ok := c.schema.FieldsByName(n.Name); ok {
		typ := TypeOf(fields[0])
		if typ == Invalid {
			c.fail(n, fmt.Sprintf("the field %q is of a type that cannot be read: %s", n.Name, fields[0].Type), "")
		}
		return n, typ
	}
	switch {
	case n.Name == "weekday" && c.isUnit(n.Name), n.Name == "hour_of_day" && c.isUnit(n.Name):
		return n, Int
	case c.isUnit(n.Name):
		return n, Time
	case n.Name == "this" && len(c.opts.Periods) > 0:
		return dateLiteral(n.Offset, c.opts.Periods[0].Start), Time
	}
	return nil, Invalid
}

// unknown refuses a name, with the nearest that exists.
func (c *checker) unknown(n *Name) {
	what, choices := "field", c.names()
	if c.result != nil {
		what = "column"
	}
	hint := nearest(n.Name, choices)
	if strings.Contains(n.Name, "-") && c.known(strings.Split(n.Name, "-")) {
		hint = "a minus wants spaces around it"
	}
	c.fail(n, fmt.Sprintf("unknown %s %q", what, n.Name), hint)
}

func (c *checker) known(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		x, _ := c.lookup(&Name{Name: name})
		return x == nil && strings.Trim(name, "0123456789") != ""
	})
}

// names returns all names that could stand in an expression.
func (c *checker) names() []string {
	var names []string
	if c.result != nil {
		for _, r := range c.result {
			names = append(names, r.name)
		}
		return names
	}
	for _, f := range c.schema.Fields() {
		if TypeOf(f) != Invalid {
			names = append(names, f.Name)
		}
	}
	for _, unit := range append(slices.Clone(seriesUnits), "weekday", "hour_of_day") {
		if c.isUnit(unit) {
			names = append(names, unit)
		}
	}
	for let := range c.lets {
		names = append(names, let)
	}
	slices.Sort(names[len(names)-len(c.lets):]) // a map has no order
	return names
}

// literal resolves dates.
func (c *checker) literal(l *Literal) *Literal {
	if l.Type != Time {
		return l
	}
	t, _ := parseTime(l.Text, c.opts.Zone)
	out := *l
	out.Int = t.UnixMicro()
	return &out
}

func dateLiteral(offset int, t time.Time) *Literal {
	text := t.UTC().Format("2006-01-02T15:04:05Z")
	return &Literal{Offset: offset, Source: text, Type: Time, Int: t.UnixMicro(), Text: text}
}

func textLiteral(offset int, text string) *Literal {
	return &Literal{Offset: offset, Source: quote(text), Type: Text, Text: text}
}

func (c *checker) unary(e *Unary) (Expr, Type) {
	if e.Op == "not" {
		return &Unary{Offset: e.Offset, Op: e.Op, X: c.condition(e.X)}, Flag
	}
	x, typ := c.expr(e.X)
	if typ == Text || typ == Time || typ == Flag {
		c.fail(e, a(typ)+" cannot be negative", "")
	}
	if l, ok := x.(*Literal); ok {
		minus := *l
		minus.Source, minus.Int, minus.Float = "-"+l.Source, -l.Int, -l.Float
		return &minus, typ
	}
	return &Unary{Offset: e.Offset, Op: e.Op, X: x}, typ
}

func isNumber(t Type) bool { return t == Int || t == Float || t == Bytes || t == Duration }

// arithmetic resolves + - * /, and computes a date plus or minus a span, by
// the calendar if the span is of whole days: a day may have 23 hours.
func (c *checker) arithmetic(e *Binary) (Expr, Type) {
	x, xt := c.expr(e.X)
	y, yt := c.expr(e.Y)
	typ := arithmeticType(e.Op, xt, yt)
	if typ == Invalid {
		c.fail(e, fmt.Sprintf("cannot compute %s %s %s", xt, e.Op, yt), "")
	}
	at, date := x.(*Literal)
	span, constant := y.(*Literal)
	if typ == Time && date && constant {
		sign := int64(1)
		if e.Op == "-" {
			sign = -1
		}
		return dateLiteral(at.Offset, shift(time.UnixMicro(at.Int).In(c.opts.Zone), sign*span.Int)), Time
	}
	return &Binary{Offset: e.Offset, Op: e.Op, X: x, Y: y}, typ
}

// shift moves t by a span in µs, by the calendar if it is of whole days.
func shift(t time.Time, span int64) time.Time {
	day := spans["day"]
	if span%day == 0 {
		return t.AddDate(0, 0, int(span/day))
	}
	return t.Add(time.Duration(span) * time.Microsecond)
}

// arithmeticType is the type of "x op y"; Invalid if there is none. A quotient
// is a plain number, whatever of.
func arithmeticType(op string, x, y Type) Type {
	switch {
	case op == "-" && x == Time && y == Time:
		return Duration
	case (op == "+" || op == "-") && x == Time && y == Duration:
		return Time
	case !isNumber(x) || !isNumber(y):
		return Invalid
	case op == "/":
		return Float
	case x == Float || y == Float:
		return Float
	case x == y && (op != "*" || x == Int):
		return x
	case y == Int && (x == Bytes || op == "*"):
		return x
	case x == Int && (y == Bytes || op == "*"):
		return y
	}
	return Invalid
}

// comparison resolves "x op y". A constant takes the type of the other side.
func (c *checker) comparison(e *Binary) Expr {
	if givesNone(e.X) {
		e = &Binary{Offset: e.Offset, Op: e.Op, X: e.Y, Y: e.X}
	}
	x, xt := c.expr(e.X)
	if givesNone(e.Y) {
		if e.Op != "=" && e.Op != "!=" {
			c.fail(e.Y, "none has no order", "write = none or != none")
		}
		return &Binary{Offset: e.Offset, Op: e.Op, X: x, Y: e.Y}
	}
	y, yt := c.beside(e.Y, x, xt)
	if l, ok := x.(*Literal); ok {
		x = c.adapt(l, yt)
		xt = x.(*Literal).Type
	}
	c.comparable(e, xt, yt)
	return &Binary{Offset: e.Offset, Op: e.Op, X: x, Y: y}
}

func (c *checker) comparable(e Expr, x, y Type) {
	number := func(t Type) bool { return t == Int || t == Float || t == Bytes }
	if x == y || number(x) && number(y) {
		return
	}
	c.fail(e, "cannot compare "+a(x)+" with "+a(y), "")
}

// beside resolves the right side of a comparison with x: a word that is no
// field is a text, or the name of a weekday.
func (c *checker) beside(y, x Expr, xt Type) (Expr, Type) {
	switch y := y.(type) {
	case *Name:
		if e, typ := c.lookup(y); e != nil {
			return e, typ
		}
		return c.word(y, x, xt)
	case *Literal:
		l := c.adapt(c.literal(y), xt)
		return l, l.Type
	}
	return c.expr(y)
}

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (c *checker) word(w *Name, x Expr, xt Type) (Expr, Type) {
	if n, ok := x.(*Name); ok && n.Name == "weekday" && xt == Int {
		day := slices.Index(weekdays, strings.ToLower(w.Name[:min(3, len(w.Name))]))
		if day < 0 {
			c.fail(w, fmt.Sprintf("unknown weekday %q", w.Name), "want one of "+strings.Join(weekdays, ", "))
		}
		return &Literal{Offset: w.Offset, Source: fmt.Sprint(day + 1), Type: Int, Int: int64(day + 1)}, Int
	}
	if xt != Text {
		c.unknown(w)
	}
	return textLiteral(w.Offset, w.Name), Text
}

// adapt gives a constant the type of what it is compared with.
func (c *checker) adapt(l *Literal, want Type) *Literal {
	out := *l
	switch {
	case l.Type == want || l.Type == Float:
	case want == Text && (l.Type == Int):
		c.fail(l, "cannot compare a text with a number", "write "+quote(l.Source))
	case want == Text: // a word that looks like 3d, 2MB or a date
		out = *textLiteral(l.Offset, l.Source)
	case want == Time && l.Type == Text:
		t, ok := parseTime(l.Text, c.opts.Zone)
		if !ok {
			c.fail(l, l.Source+" is no date", "write 2026-11-09 or 2026-11-12T14:00")
		}
		out = *dateLiteral(l.Offset, t)
	case want == Bytes && l.Type == Int, want == Duration && l.Type == Int && l.Int == 0:
		out.Type = want
	case want == Duration && l.Type == Int:
		c.fail(l, "a duration wants a unit", "write "+l.Source+"s or "+l.Source+"ms")
	}
	return &out
}

// in resolves "x in (…)", whose list is of constants.
func (c *checker) in(e *In) Expr {
	x, xt := c.expr(e.X)
	out := &In{Offset: e.Offset, Not: e.Not, X: x}
	for _, item := range e.List {
		var l Expr
		typ := xt
		if n, ok := item.(*Name); ok {
			if field, _ := c.lookup(n); field != nil && xt != Text {
				c.fail(item, "a list holds constants", "")
			}
			l, typ = c.word(n, x, xt)
		} else {
			l, typ = c.beside(item, x, xt)
		}
		if _, ok := l.(*Literal); !ok || typ == Invalid {
			c.fail(item, "a list holds constants", "")
		}
		c.comparable(item, xt, typ)
		out.List = append(out.List, l)
	}
	return out
}

// match resolves "x ~ regular expression".
func (c *checker) match(e *Binary) Expr {
	x, xt := c.expr(e.X)
	if xt != Text {
		c.fail(e, e.Op+" wants a text, and this is "+a(xt), "")
	}
	var pattern string
	switch y := e.Y.(type) {
	case *Literal:
		pattern = y.Source
		if y.Type == Text {
			pattern = y.Text
		}
	case *Name:
		pattern = y.Name
	default:
		c.fail(e, e.Op+" wants a regular expression in quotes", "")
	}
	if _, err := regexp.Compile(pattern); err != nil {
		c.fail(e.Y, "the regular expression is wrong: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "RE2 syntax")
	}
	return &Binary{Offset: e.Offset, Op: e.Op, X: x, Y: textLiteral(e.Y.Pos(), pattern)}
}

// Functions of one row, with the type they want and give. Number stands for
// any type of number.
var functions = map[string]struct{ arg, result Type }{
	"abs": {Invalid, Invalid}, "lower": {Text, Text}, "upper": {Text, Text}, "length": {Text, Int},
}

// windows are functions of the whole result.
var windows = []string{"sum", "avg", "min", "max", "rank"}

func (c *checker) call(e *Call) (Expr, Type) {
	window := c.result != nil && slices.Contains(windows, e.Func)
	f, ok := functions[e.Func]
	switch {
	case e.Of != nil || !ok && !window:
		choices := []string{"abs", "length", "lower", "upper"}
		if c.result != nil {
			choices = append(choices, windows...)
		}
		c.fail(e, fmt.Sprintf("unknown function %q", e.Func), nearest(e.Func, choices))
	case len(e.Args) != 1:
		c.fail(e, e.Func+" wants one argument", "")
	case e.By != nil && !window:
		c.fail(e, e.Func+" is of one row: it has no by", "")
	}
	x, xt := c.expr(e.Args[0])
	for _, by := range e.By {
		if k, _ := c.lookup(&Name{Name: by}); k == nil {
			c.unknown(&Name{Offset: e.Offset, Name: by})
		}
	}
	out := &Call{Offset: e.Offset, Func: e.Func, Args: []Expr{x}, By: e.By}
	switch {
	case !window && f.arg != Invalid && xt != f.arg:
		c.fail(e, e.Func+" wants "+a(f.arg)+", and this is "+a(xt), "")
	case !window && f.arg != Invalid:
		return out, f.result
	case !isNumber(xt):
		c.fail(e, e.Func+" wants a number, and this is "+a(xt), "")
	case e.Func == "rank":
		return out, Int
	case e.Func == "avg":
		return out, Float
	}
	return out, xt
}

// givesNone reports whether e is the literal none.
func givesNone(e Expr) bool {
	l, ok := e.(*Literal)
	return ok && l.Type == Invalid
}
