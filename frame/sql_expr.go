package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func (s *statement) expr(e Expr) string {
	switch e := e.(type) {
	case *Name:
		if s.last == "" && !s.schema.HasField(e.Name) {
			return s.unit(e.Name, `"time"`)
		}
		return sqlName(e.Name)
	case *Literal:
		return sqlLiteral(e)
	case *Unary:
		if e.Op == "not" {
			return "(NOT " + s.expr(e.X) + ")"
		}
		return "(-" + s.expr(e.X) + ")"
	case *In:
		op := " IN ("
		if e.Not {
			op = " NOT IN ("
		}
		return "(" + s.expr(e.X) + op + commas(e.List, s.expr) + "))"
	case *Binary:
		return s.binary(e)
	case *Call:
		return s.call(e)
	case *given:
		panic(&SyntaxError{Offset: e.Offset, Length: len(e.Func), Msg: e.Func + " has no SQL"})
	}
	panic(fmt.Sprintf("frame: unresolved expression %T", e))
}

func (s *statement) binary(e *Binary) string {
	x := s.expr(e.X)
	if givesNone(e.Y) {
		if e.Op == "=" {
			return "(" + x + " IS NULL)"
		}
		return "(" + x + " IS NOT NULL)"
	}
	y := s.expr(e.Y)
	switch e.Op {
	case "~":
		return "regexp_matches(" + x + ", " + y + ")"
	case "!~":
		return "(NOT regexp_matches(" + x + ", " + y + "))"
	case "/":
		return quotient(x, y)
	case "+", "-":
		if s.typeOf(e.X) == Time && s.typeOf(e.Y) == Time {
			return "(epoch_us(" + x + ") - epoch_us(" + y + "))"
		} else if s.typeOf(e.X) == Time {
			y = "to_microseconds(" + y + ")"
		}
	}
	return "(" + x + " " + strings.ToUpper(e.Op) + " " + y + ")"
}

// typeOf returns the type of a resolved expression.
func (s *statement) typeOf(e Expr) Type {
	switch e := e.(type) {
	case *Name:
		i := slices.IndexFunc(s.columns, func(c sqlColumn) bool { return c.name == e.Name })
		fields, ok := s.schema.FieldsByName(e.Name)
		switch {
		case s.last != "" && i >= 0:
			return s.columns[i].typ
		case s.last == "" && ok:
			return TypeOf(fields[0])
		case e.Name == "weekday" || e.Name == "hour_of_day":
			return Int
		}
		return Time
	case *Literal:
		return e.Type
	case *Unary:
		return s.typeOf(e.X)
	case *Binary:
		return arithmeticType(e.Op, s.typeOf(e.X), s.typeOf(e.Y))
	case *Call:
		if f := functions[e.Func]; f.result != Invalid {
			return f.result
		}
		return s.typeOf(e.Args[0])
	}
	return Flag
}

func quotient(x, y string) string { return "(CAST(" + x + " AS DOUBLE) / nullif(" + y + ", 0))" }

func (s *statement) call(e *Call) string {
	x := s.expr(e.Args[0])
	if !slices.Contains(windows, e.Func) {
		if e.Func == "length" {
			return "strlen(" + x + ")" // bytes
		}
		return e.Func + "(" + x + ")"
	}
	over := ""
	if e.By != nil {
		over = "PARTITION BY " + commas(e.By, sqlName)
	}
	if e.Func == "rank" {
		return fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN rank() OVER (%s ORDER BY %s DESC NULLS LAST) END", x, over, x)
	}
	return e.Func + "(" + x + ") OVER (" + over + ")"
}

// sqlLiteral is a constant; a percentage is its value.
func sqlLiteral(l *Literal) string {
	switch l.Type {
	case Text:
		return sqlText(l.Text)
	case Time:
		return sqlTime(time.UnixMicro(l.Int))
	}
	return exactNumber(value{typ: l.Type, int: l.Int, float: l.Float})
}

func sqlTime(t time.Time) string {
	return "TIMESTAMPTZ '" + t.UTC().Format("2006-01-02 15:04:05.999999") + "+00'"
}

func sqlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func sqlName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
