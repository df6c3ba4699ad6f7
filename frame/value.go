package frame

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A value is one value of a small table. Results are evaluated value by value,
// which is slow and plain; the rows of the log are not: see [program].
type value struct {
	typ   Type // Invalid: null
	int   int64
	float float64
	text  string
}

func (v value) null() bool   { return v.typ == Invalid }
func (v value) isTrue() bool { return v.typ == Flag && v.int != 0 }

// number returns a number of any type as a float.
func (v value) number() float64 {
	if v.typ == Float {
		return v.float
	}
	return float64(v.int)
}

func flagValue(b bool) value {
	if b {
		return value{typ: Flag, int: 1}
	}
	return value{typ: Flag}
}

// value returns the value in a row.
func (c *Column) value(row int) value {
	switch {
	case c.Null(row) || c.Series != nil:
		return value{}
	case c.Type == Float:
		return value{typ: Float, float: c.Floats[row]}
	case c.Type == Text:
		return value{typ: Text, text: c.Texts[row]}
	}
	return value{typ: c.Type, int: c.Ints[row]}
}

// put changes the value in a row. Numbers take the column's type.
func (c *Column) put(row int, v value) {
	c.Nulls[row] = v.null()
	switch {
	case v.null():
	case c.Type == Float:
		c.Floats[row] = v.number()
	case c.Type == Text:
		c.Texts[row] = v.text
	default:
		c.Ints[row] = v.int
	}
}

// eval computes a resolved expression in a row.
func (r *draft) eval(e Expr, row int) value {
	switch e := e.(type) {
	case *Name:
		return r.column(e.Name).value(row)
	case *Literal:
		return value{typ: e.Type, int: e.Int, float: e.Float, text: e.Text}
	case *Unary:
		return negated(e.Op, r.eval(e.X, row))
	case *In:
		return r.evalIn(e, row)
	case *Call:
		if values, ok := r.windows[e]; ok {
			return values[row]
		}
		return applied(e.Func, r.eval(e.Args[0], row))
	case *given:
		x := r.eval(e.Args[0], row)
		if x.null() {
			return x
		}
		return flagValue(e.of(x.text))
	case *Binary:
		return r.evalBinary(e, row)
	}
	panic(fmt.Sprintf("frame: unresolved expression %T", e))
}

func (r *draft) evalBinary(e *Binary, row int) value {
	x := r.eval(e.X, row)
	if givesNone(e.Y) {
		return flagValue(x.null() == (e.Op == "="))
	}
	y := r.eval(e.Y, row)
	switch e.Op {
	case "and", "or":
		return connected(e.Op, x, y)
	case "+", "-", "*", "/":
		return arithmeticOf(e.Op, x, y)
	}
	if x.null() || y.null() {
		return value{}
	}
	switch e.Op {
	case "~", "!~":
		return flagValue(r.pattern(y.text).MatchString(x.text) == (e.Op == "~"))
	}
	return flagValue(ordered(e.Op, compareValues(x, y)))
}

// pattern compiles a regular expression once.
func (r *draft) pattern(text string) *regexp.Regexp {
	re := r.patterns[text]
	if re == nil {
		re = regexp.MustCompile(text) // the checker has tried it
		r.patterns[text] = re
	}
	return re
}

func (r *draft) evalIn(e *In, row int) value {
	x := r.eval(e.X, row)
	if x.null() {
		return value{}
	}
	found := slices.ContainsFunc(e.List, func(item Expr) bool { return compareValues(x, r.eval(item, row)) == 0 })
	return flagValue(found != e.Not)
}

// connected is "and" and "or" of three values: null is unknown.
func connected(op string, x, y value) value {
	decisive := op == "or" // what one side alone decides
	for _, v := range []value{x, y} {
		if !v.null() && v.isTrue() == decisive {
			return flagValue(decisive)
		}
	}
	if x.null() || y.null() {
		return value{}
	}
	return flagValue(!decisive)
}

func negated(op string, x value) value {
	switch {
	case x.null():
	case op == "not":
		return flagValue(!x.isTrue())
	default:
		x.int, x.float = -x.int, -x.float
	}
	return x
}

func applied(function string, x value) value {
	switch {
	case x.null():
	case function == "abs":
		x.float = math.Abs(x.float)
		x.int = max(x.int, -x.int)
	case function == "lower":
		x.text = strings.ToLower(x.text)
	case function == "upper":
		x.text = strings.ToUpper(x.text)
	case function == "length":
		return value{typ: Int, int: int64(len(x.text))}
	}
	return x
}

// arithmeticOf computes x op y. What divides by nothing, or leaves the whole
// numbers or the floats, is null.
func arithmeticOf(op string, x, y value) value {
	typ := arithmeticType(op, x.typ, y.typ)
	if x.null() || y.null() || typ == Invalid {
		return value{}
	}
	if typ == Float {
		f := computed(op, x.number(), y.number())
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return value{}
		}
		return value{typ: Float, float: f}
	}
	if overflows(binaryOps[op], x.int, y.int) {
		return value{}
	}
	return value{typ: typ, int: computed(op, x.int, y.int)}
}

func computed[T int64 | float64](op string, x, y T) T {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	}
	return x / y
}

// compareValues orders two values that the checker let be compared.
func compareValues(x, y value) int {
	switch {
	case x.typ == Text:
		return strings.Compare(x.text, y.text)
	case x.typ == Float || y.typ == Float:
		return cmp.Compare(x.number(), y.number())
	}
	return cmp.Compare(x.int, y.int)
}

func ordered(op string, c int) bool {
	switch op {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// computeWindows evaluates the windows in an expression, such as sum(count) by
// book, for all rows there are.
func (r *draft) computeWindows(e Expr) {
	switch e := e.(type) {
	case *Unary:
		r.computeWindows(e.X)
	case *Binary:
		r.computeWindows(e.X)
		r.computeWindows(e.Y)
	case *In:
		r.computeWindows(e.X)
	case *Call:
		r.computeWindows(e.Args[0])
		if slices.Contains(windows, e.Func) {
			r.windows[e] = r.window(e)
		}
	}
}

// window evaluates one window. The row that stands for others counts in sums,
// so that shares add up to one.
func (r *draft) window(e *Call) []value {
	values := make([]value, r.size)
	rows := r.rows
	if r.other >= 0 {
		rows = append(slices.Clone(rows), r.other)
	}
	parts := map[string][]int{}
	for _, row := range rows {
		key := r.keyOf(e.By, row)
		parts[key] = append(parts[key], row)
	}
	for _, part := range parts {
		slices.Sort(part) // a sum of floats must not depend on the order of rows
		if e.Func == "rank" {
			r.rank(e.Args[0], part, values)
			continue
		}
		total := r.total(e, part)
		for _, row := range part {
			values[row] = total
		}
	}
	return values
}

// keyOf returns the values of columns in a row as one text.
func (r *draft) keyOf(columns []string, row int) string {
	var b []byte
	for _, name := range columns {
		b = r.column(name).value(row).appendKey(b)
	}
	return string(b)
}

// appendKey appends the value as bytes that no other value has, nor the begin
// of any other.
func (v value) appendKey(b []byte) []byte {
	b = append(b, byte(v.typ))
	b = binary.AppendVarint(b, v.int)
	b = binary.AppendUvarint(b, math.Float64bits(v.float))
	b = binary.AppendUvarint(b, uint64(len(v.text)))
	return append(b, v.text...)
}

func (r *draft) total(e *Call, part []int) value {
	var total value
	n := 0
	how := map[string]ruleKind{"sum": bySum, "avg": bySum, "min": byMin, "max": byMax}[e.Func]
	for _, row := range part {
		v := r.eval(e.Args[0], row)
		if !v.null() {
			n++
		}
		total = combineValues(how, total, v)
	}
	if e.Func == "avg" {
		return arithmeticOf("/", total, value{typ: Int, int: int64(n)})
	}
	return total
}

// rank numbers rows from 1, the largest value first; equal values have equal
// ranks.
func (r *draft) rank(e Expr, part []int, values []value) {
	type ranked struct {
		row int
		v   value
	}
	var list []ranked
	for _, row := range part {
		if v := r.eval(e, row); !v.null() && row != r.other {
			list = append(list, ranked{row, v})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return compareValues(b.v, a.v) })
	for i, item := range list {
		rank := int64(i + 1)
		if i > 0 && compareValues(item.v, list[i-1].v) == 0 {
			rank = values[list[i-1].row].int
		}
		values[item.row] = value{typ: Int, int: rank}
	}
}

// timeOf returns a time in the result's zone.
func (r *draft) timeOf(us int64) time.Time { return time.UnixMicro(us).In(r.opts.Zone) }
