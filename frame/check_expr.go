package frame

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

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
	switch first := n.Name[0]; {
	case '0' <= first && first <= '9':
		c.fail(n, fmt.Sprintf("%q is no number and no date", n.Name), "write 1500, 2MB, 500ms, 7d, 10 %, 2026-11-09, 2026-11-12T14:00 or 2026-W46")
	case strings.Contains(n.Name, "-") && c.known(strings.Split(n.Name, "-")):
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
		c.fail(e, article(typ)+" cannot be negative", "")
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
	c.fail(e, "cannot compare "+article(x)+" with "+article(y), "")
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

const dateHint = "write 2026-11-09, 2026-11-12T14:00, 2026-W46 or 2026-11"

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (c *checker) word(w *Name, x Expr, xt Type) (Expr, Type) {
	if n, ok := x.(*Name); ok && n.Name == "weekday" && xt == Int {
		day := slices.Index(weekdays, strings.ToLower(w.Name[:min(3, len(w.Name))]))
		if day < 0 {
			c.fail(w, fmt.Sprintf("unknown weekday %q", w.Name), "want one of "+strings.Join(weekdays, ", "))
		}
		return &Literal{Offset: w.Offset, Source: fmt.Sprint(day + 1), Type: Int, Int: int64(day + 1)}, Int
	}
	switch hint := nearest(w.Name, c.names()); {
	case xt == Text:
		return textLiteral(w.Offset, w.Name), Text
	case xt == Time && !strings.HasPrefix(hint, "did you mean"):
		c.fail(w, fmt.Sprintf("%q is no date", w.Name), dateHint)
	}
	c.unknown(w)
	return nil, Invalid
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
			c.fail(l, l.Source+" is no date", dateHint)
		}
		out = *dateLiteral(l.Offset, t)
	case isNumber(want) && l.Type == Text:
		c.fail(l, "cannot compare "+article(want)+" with a text", unquoted(l.Text))
	case want == Bytes && l.Type == Int, want == Duration && l.Type == Int && l.Int == 0:
		out.Type = want
	case want == Duration && l.Type == Int:
		c.fail(l, "a duration wants a unit", "write "+l.Source+"s or "+l.Source+"ms")
	}
	return &out
}

// unquoted is the hint to write a text without its quotes, if it is a number
// then.
func unquoted(text string) string {
	p := parser{tokens: words(text)}
	if len(p.tokens) == 0 || p.constant() == nil || p.peek().kind != endToken {
		return ""
	}
	return "write " + text
}

// in resolves "x in (…)", whose list is of constants.
func (c *checker) in(e *In) Expr {
	x, xt := c.expr(e.X)
	out := &In{Offset: e.Offset, Not: e.Not, X: x}
	for _, item := range e.List {
		if givesNone(item) {
			c.fail(item, "none is in no list", "write x = none or x in (…)")
		}
		var l Expr
		var typ Type
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
		c.fail(e, e.Op+" wants a text, and this is "+article(xt), "")
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

// A given is a resolved call of one of [Options.Functions].
type given struct {
	*Call
	of func(text string) bool
}

func (c *checker) call(e *Call) (Expr, Type) {
	window := c.result != nil && slices.Contains(windows, e.Func)
	f, ok := functions[e.Func]
	of := c.opts.Functions[e.Func]
	if of != nil {
		f.arg, f.result, ok = Text, Flag, true
	}
	switch {
	case e.Of != nil || !ok && !window:
		choices := append(slices.Sorted(maps.Keys(functions)), slices.Sorted(maps.Keys(c.opts.Functions))...)
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
		c.fail(e, e.Func+" wants "+article(f.arg)+", and this is "+article(xt), "")
	case of != nil:
		return &given{out, of}, Flag
	case !window && f.arg != Invalid:
		return out, f.result
	case !isNumber(xt):
		c.fail(e, e.Func+" wants a number, and this is "+article(xt), "")
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
