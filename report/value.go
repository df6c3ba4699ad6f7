package report

import (
	"math"
	"strings"
	"time"

	"logbook/frame"
)

// A value is what an expression of the prose comes to: nothing (typ Invalid
// and no rows), a number, a text, or rows of a cell's table.
type value struct {
	typ  frame.Type
	num  float64 // all types but Text; a Time in µs
	text string  // of a Text; of another type how it is written, if not as usual
	unit string  // of a Time, or of a number that truncates time; "ratio" of a quotient of likes
	rows *rows
}

// cell returns the value of a column by its name in row i. A delta comes with
// its text, which follows the rules of a [change].
func cell(t *frame.Table, name string, i int) value {
	v := at(t.Column(name), i)
	if ch, ok := changeIn(t, name, i); ok && v.known() {
		v.text = ch.String()
	}
	return v
}

func (v value) known() bool { return v.typ != frame.Invalid }

func (v value) truth() bool { return v.typ == frame.Flag && v.num != 0 }

func truth(b bool) value {
	if b {
		return value{typ: frame.Flag, num: 1}
	}
	return value{typ: frame.Flag}
}

func whole(n int) value { return value{typ: frame.Int, num: float64(n)} }

// rows are some rows of a table, in some order.
type rows struct {
	table *frame.Table
	index []int
}

// allRows are the rows of a table but the one that stands for what was left out.
func allRows(t *frame.Table) *rows {
	n := t.Rows
	if t.Other && n > 0 {
		n--
	}
	r := &rows{t, make([]int, n)}
	for i := range r.index {
		r.index[i] = i
	}
	return r
}

// at returns the value of a column in row i of a table.
func at(c *frame.Column, i int) value {
	if c == nil || c.Null(i) {
		return value{}
	}
	v := value{typ: c.Type, unit: c.Unit}
	switch {
	case c.Texts != nil:
		v.text = c.Texts[i]
	case c.Floats != nil:
		v.num = c.Floats[i]
	case c.Ints != nil:
		v.num = float64(c.Ints[i])
	default:
		return value{}
	}
	return v
}

// A scope gives names their values: of a row first, then of the loops around,
// then of the page, then of cells.
type scope struct {
	outer *scope
	names map[string]value
	row   *rows // one row, or nil
}

// knows reports whether a name has a value here, be it none.
func (s *scope) knows(name string) bool {
	for ; s != nil; s = s.outer {
		if _, ok := s.names[name]; ok || s.row != nil && s.row.table.Column(name) != nil {
			return true
		}
	}
	return false
}

func (s *scope) lookup(name string) value {
	for ; s != nil; s = s.outer {
		if s.row != nil {
			if s.row.table.Column(name) != nil {
				return cell(s.row.table, name, s.row.index[0])
			}
		}
		if v, ok := s.names[name]; ok {
			return v
		}
	}
	return value{}
}

// member returns the column of the first row, or what one of the words rows,
// first and last says.
func (r *rows) member(field string) value {
	if r == nil {
		return value{}
	}
	if r.table.Column(field) != nil && len(r.index) > 0 {
		return cell(r.table, field, r.index[0])
	}
	switch n := len(r.index); {
	case field == "rows":
		return whole(n)
	case field == "first" && n > 0:
		return value{rows: &rows{r.table, r.index[:1]}}
	case field == "last" && n > 0:
		return value{rows: &rows{r.table, r.index[n-1:]}}
	}
	return value{}
}

// earlier returns the same rows with what their numbers were, or nil.
func (r *rows) earlier() *rows {
	if was := earlier(r.table); was != nil {
		return &rows{was, r.index}
	}
	return nil
}

// with returns a scope in which every cell and row has the numbers of another
// table: nothing where there is none.
func (s *scope) with(other func(*frame.Table) *frame.Table) *scope {
	if s == nil {
		return nil
	}
	out := &scope{outer: s.outer.with(other), names: make(map[string]value, len(s.names)), row: s.row}
	if s.row != nil {
		out.row = &rows{&frame.Table{}, s.row.index}
		if t := other(s.row.table); t != nil {
			out.row.table = t
		}
	}
	for name, v := range s.names {
		if v.rows != nil {
			t := other(v.rows.table)
			v = value{rows: &rows{t, v.rows.index}}
			if t == nil {
				v.rows = nil
			}
		}
		out.names[name] = v
	}
	return out
}

// changeOf evaluates an expression now and before, over the hours that both
// have.
func changeOf(e frame.Expr, s *scope) change {
	c := change{now: s.with(common).eval(e), was: s.with(earlier).with(common).eval(e)}
	c.partial = c.now.num != s.eval(e).num || c.was.num != s.with(earlier).eval(e).num
	return c
}

func (r *rows) scope(outer *scope, i int) *scope {
	return &scope{outer: outer, row: &rows{r.table, []int{i}}}
}

func (r *rows) total(s *scope, arg frame.Expr, mean bool) value {
	var sum value
	n := 0
	for _, i := range r.index {
		if v := r.scope(s, i).eval(arg); v.known() {
			sum.typ, sum.num = v.typ, sum.num+v.num
			n++
		}
	}
	if mean && n > 0 {
		sum.num /= float64(n)
	}
	if n == 0 && !mean { // the sum of no rows is none of them, not unknown
		return whole(0)
	}
	return sum
}

// extreme returns the row with the greatest or least value, the first of equals.
func (r *rows) extreme(s *scope, arg frame.Expr, least bool) value {
	best, found := 0.0, -1
	for _, i := range r.index {
		v := r.scope(s, i).eval(arg)
		if v.known() && (found < 0 || !least && v.num > best || least && v.num < best) {
			best, found = v.num, i
		}
	}
	if found < 0 {
		return value{}
	}
	return value{rows: &rows{r.table, []int{found}}}
}

// greatest returns the greatest value in a span of time that ends with the last
// row; nothing, if the rows do not reach so far back.
func (r *rows) greatest(s *scope, arg frame.Expr, span value) value {
	if len(r.index) == 0 || span.typ != frame.Duration || len(r.table.Columns) == 0 || r.table.Columns[0].Type != frame.Time {
		return value{}
	}
	key := &r.table.Columns[0]
	last := time.UnixMicro(int64(at(key, r.index[len(r.index)-1]).num))
	end := unit(key.Unit).add(last, 1)
	first := end.Add(-time.Duration(span.num) * time.Microsecond)
	within := &rows{table: r.table}
	reached := false
	for _, i := range r.index {
		begin := time.UnixMicro(int64(at(key, i).num))
		reached = reached || !begin.After(first.Add(2*time.Hour)) // a span that holds the end of summer time is an hour longer
		if begin.After(first.Add(-2 * time.Hour)) {
			within.index = append(within.index, i)
		}
	}
	if !reached {
		return value{}
	}
	best := within.extreme(s, arg, false)
	if best.rows == nil {
		return value{}
	}
	return best.rows.scope(s, best.rows.index[0]).eval(arg)
}

// by groups the rows by one column and adds up the others that are whole
// numbers, so that a cell by hour and who can be asked for its busiest hour.
func (r *rows) by(key string) *rows {
	if r.table.Column(key) == nil {
		return nil
	}
	return allRows(r.summed(key, false))
}

// summed is by with the series added up, too, if they are wanted: prose has no
// words for them. There has to be such a column.
func (r *rows) summed(key string, series bool) *frame.Table {
	k := r.table.Column(key)
	out := &frame.Table{Name: r.table.Name}
	groups := make(map[value]int)
	var firsts []int
	member := make([]int, len(r.index))
	for n, i := range r.index {
		v := at(k, i)
		g, ok := groups[v]
		if !ok {
			g = len(firsts)
			groups[v] = g
			firsts = append(firsts, i)
		}
		member[n] = g
	}
	out.Rows = len(firsts)
	out.Columns = append(out.Columns, picked(k, firsts))
	for c := range r.table.Columns {
		col := &r.table.Columns[c]
		if col.Key || col.Ints == nil && (col.Series == nil || !series) || col.Type == frame.Time {
			continue
		}
		out.Columns = append(out.Columns, added(col, r.index, member, len(firsts)))
	}
	return out
}

// added sums a column's values by group.
func added(c *frame.Column, index, group []int, groups int) frame.Column {
	sum := frame.Column{Name: c.Name, Type: c.Type, Unit: c.Unit, Axis: c.Axis}
	if c.Series != nil {
		sum.Series = make([][]int64, groups)
		for n, i := range index {
			s := &sum.Series[group[n]]
			if *s == nil {
				*s = make([]int64, len(c.Axis))
			}
			for x, v := range c.Series[i] {
				(*s)[x] += v
			}
		}
		return sum
	}
	sum.Ints = make([]int64, groups)
	for n, i := range index {
		if !c.Null(i) {
			sum.Ints[group[n]] += c.Ints[i]
		}
	}
	return sum
}

func compare(op string, x, y value) bool {
	c := 0
	switch {
	case x.typ == frame.Text || y.typ == frame.Text:
		c = strings.Compare(x.String(), y.String())
	case x.num < y.num:
		c = -1
	case x.num > y.num:
		c = 1
	}
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

func arithmetic(op string, x, y value) value {
	out := value{typ: x.typ}
	switch op {
	case "+":
		out.num = x.num + y.num
	case "-":
		out.num = x.num - y.num
	case "*":
		out.num = x.num * y.num
		if x.typ == frame.Int {
			out.typ = y.typ
		}
	case "/":
		if y.num == 0 {
			return value{}
		}
		out.num = x.num / y.num
		if x.typ == y.typ || x.typ == frame.Int {
			out.typ, out.unit = frame.Float, "ratio"
		}
	}
	if out.typ == frame.Time || math.IsNaN(out.num) {
		return value{}
	}
	return out
}

// String returns the value as its type is written when nothing else is asked.
func (v value) String() string {
	switch {
	case !v.known():
		return missing
	case v.typ == frame.Text || v.text != "":
		return v.text
	case v.typ == frame.Flag:
		return map[bool]string{true: "yes", false: "no"}[v.num != 0]
	case v.unit == "ratio":
		return join(percent(v.num, 1))
	}
	return plain(v.typ, v.num)
}

// picked returns a key column's values at some rows.
func picked(c *frame.Column, index []int) frame.Column {
	p := frame.Column{Name: c.Name, Type: c.Type, Key: true, Unit: c.Unit}
	for n, i := range index {
		if c.Null(i) {
			if p.Nulls == nil {
				p.Nulls = make([]bool, len(index))
			}
			p.Nulls[n] = true
		}
		if c.Texts != nil {
			p.Texts = append(p.Texts, c.Texts[i])
		} else {
			p.Ints = append(p.Ints, c.Ints[i])
		}
	}
	return p
}
