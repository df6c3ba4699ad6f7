package frame

import (
	"cmp"
	"container/heap"
	"encoding/binary"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// finish makes the query's table of the grouped rows: compare, add, keep,
// sort, limit, fill, show. now has the keys, then the aggregates; was has a
// table like it for each period of opts but the first, by the period's name.
func (c *checkedQuery) finish(now *Table, was map[string]*Table, opts Options) (*Table, error) {
	r := newResult(c, now, opts)
	for i, step := range c.result {
		var err error
		switch step.Verb {
		case "compare":
			r.compare(step, was)
		case "add":
			r.add(step)
		case "keep":
			r.keep(step.expr)
		case "sort":
			r.sort(step.Sort, c.firstRows(i))
		case "limit":
			r.limit(step)
		case "fill":
			err = r.fill()
		}
		if err != nil {
			return nil, err
		}
	}
	return r.table(), nil
}

// firstRows returns how many rows are wanted of those that step i sorts: as
// many as a limit takes that follows at once, or -1 for all.
func (c *checkedQuery) firstRows(i int) int {
	if i+1 < len(c.result) && c.result[i+1].Verb == "limit" {
		return c.result[i+1].Limit
	}
	return -1
}

// A draft is a table that steps work on. Columns only grow; which rows there
// are, and in what order, is a list of row numbers, so that keeping, sorting
// and cutting move no values.
type draft struct {
	query   *checkedQuery
	name    string
	columns []Column
	rules   []rule // of each column: its value in a row that stands for many
	rows    []int  // that there are, in order
	other   int    // the row that stands for all left out; -1: none
	size    int    // rows of every column
	notes   []string
	opts    Options
	windows map[*Call][]value // what windows give, by row

	patterns map[string]*regexp.Regexp
}

// A rule says how a column's value in a row that stands for many rows follows
// from theirs.
type rule struct {
	kind ruleKind
	expr Expr // byExpr
}

type ruleKind uint8

const (
	unknowable ruleKind = iota // an average, a distinct count, a key
	bySum
	byMin
	byMax
	byExpr // computed of the row's other columns
)

func newResult(c *checkedQuery, now *Table, opts Options) *draft {
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	r := &draft{
		query: c, name: c.name, columns: slices.Clone(now.Columns), other: -1, size: now.Rows,
		notes: now.Notes, opts: opts, windows: map[*Call][]value{}, patterns: map[string]*regexp.Regexp{},
	}
	for i := range r.columns {
		r.columns[i].clip()
	}
	for range c.keys {
		r.rules = append(r.rules, rule{})
	}
	for _, a := range c.aggs {
		r.rules = append(r.rules, rule{kind: ruleOf(a.agg)})
	}
	for _, extra := range now.Columns[len(r.rules):] { // in the hours that all periods have
		how := rule{}
		if i := slices.IndexFunc(c.aggs, func(a checkedAgg) bool { return "both."+a.column == extra.Name }); i >= 0 {
			how.kind = ruleOf(c.aggs[i].agg)
		}
		r.rules = append(r.rules, how)
	}
	for i := range now.Rows {
		r.rows = append(r.rows, i)
	}
	if now.Other {
		r.other = now.Rows - 1
		r.rows = r.rows[:r.other]
	}
	return r
}

// clip makes the column's next append copy it: now's columns are not ours.
func (c *Column) clip() {
	c.Ints, c.Floats, c.Texts = slices.Clip(c.Ints), slices.Clip(c.Floats), slices.Clip(c.Texts)
	c.Nulls, c.Series = slices.Clip(c.Nulls), slices.Clip(c.Series)
}

func ruleOf(a Agg) ruleKind {
	switch a.Func {
	case "count", "sum", "series":
		return bySum
	case "min":
		return byMin
	case "max":
		return byMax
	}
	return unknowable
}

// column returns the column of that name.
func (r *draft) column(name string) *Column {
	i := slices.IndexFunc(r.columns, func(c Column) bool { return c.Name == name })
	return &r.columns[i] // the checker has seen to it that there is one
}

// newColumn appends an empty column: all null.
func (r *draft) newColumn(name string, typ Type, how rule) *Column {
	c := Column{Name: name, Type: typ, Nulls: make([]bool, r.size)}
	for i := range c.Nulls {
		c.Nulls[i] = true
	}
	switch typ {
	case Float:
		c.Floats = make([]float64, r.size)
	case Text:
		c.Texts = make([]string, r.size)
	default:
		c.Ints = make([]int64, r.size)
	}
	r.columns, r.rules = append(r.columns, c), append(r.rules, how)
	return &r.columns[len(r.columns)-1]
}

// add computes a column of every row, that of the others included.
func (r *draft) add(step checkedStep) {
	r.computeWindows(step.expr)
	c := r.newColumn(step.Name, step.typ, rule{kind: byExpr, expr: step.expr})
	for _, row := range r.rows {
		c.put(row, r.eval(step.expr, row))
	}
	if r.other >= 0 {
		c.put(r.other, r.eval(step.expr, r.other))
	}
}

// keep leaves the rows for which the condition is true. The row of the others
// goes: which of them the condition would keep is not known.
func (r *draft) keep(condition Expr) {
	r.computeWindows(condition)
	r.rows = slices.DeleteFunc(r.rows, func(row int) bool { return !r.eval(condition, row).isTrue() })
	r.other = -1
}

// sort orders rows by the keys of a sort step, then by the query's own keys,
// so that the order is always the same. Only the first n are in order
// afterwards; n < 0 stands for all.
func (r *draft) sort(keys []SortKey, n int) {
	var columns []*Column
	var desc []bool
	for _, k := range keys {
		columns, desc = append(columns, r.column(k.Column)), append(desc, k.Desc)
	}
	for i := range r.columns {
		if r.columns[i].Key {
			columns, desc = append(columns, &r.columns[i]), append(desc, false)
		}
	}
	order := func(a, b int) int {
		for i, c := range columns {
			if d := compareCells(c, a, b, desc[i]); d != 0 {
				return d
			}
		}
		return cmp.Compare(a, b)
	}
	if n >= 0 && n < len(r.rows)/4 {
		r.rows = firstFew(r.rows, n, order)
		return
	}
	sortRows(r.rows, columns, desc, order)
}

// sortRows sorts rows by an order whose first column is columns[0]. Most
// comparisons are of eight bytes of that column that lie side by side; only
// where these are equal is the order asked, which looks all over the memory.
func sortRows(rows []int, columns []*Column, desc []bool, order func(a, b int) int) {
	if len(columns) == 0 {
		slices.SortFunc(rows, order)
		return
	}
	type prefixed struct {
		prefix uint64
		row    int
	}
	list := make([]prefixed, len(rows))
	for i, row := range rows {
		list[i] = prefixed{columns[0].prefix(row, desc[0]), row}
	}
	slices.SortFunc(list, func(a, b prefixed) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return order(a.row, b.row)
	})
	for i := range list {
		rows[i] = list[i].row
	}
}

// prefix returns a number that is smaller if compareCells says that the value
// in the row comes first; values of which it does not know have equal ones.
func (c *Column) prefix(row int, desc bool) uint64 {
	const sign = 1 << 63
	var p uint64
	switch {
	case c.Null(row):
		return math.MaxUint64
	case c.Floats != nil:
		p = math.Float64bits(c.Floats[row] + 0) // -0 is 0
		if p&sign != 0 {
			p = ^p
		} else {
			p |= sign
		}
	case c.Texts != nil:
		var head [8]byte
		copy(head[:], c.Texts[row])
		p = binary.BigEndian.Uint64(head[:])
	case c.Ints != nil:
		p = uint64(c.Ints[row]) ^ sign
	}
	if desc {
		p = ^p
	}
	return min(p, math.MaxUint64-1) // nulls are last
}

// compareCells orders two values of a column. Nulls are last either way.
func compareCells(c *Column, a, b int, desc bool) int {
	if an, bn := c.Null(a), c.Null(b); an || bn {
		switch {
		case an && bn:
			return 0
		case an:
			return 1
		}
		return -1
	}
	var d int
	switch {
	case c.Floats != nil:
		d = cmp.Compare(c.Floats[a], c.Floats[b])
	case c.Texts != nil:
		d = strings.Compare(c.Texts[a], c.Texts[b])
	case c.Ints != nil:
		d = cmp.Compare(c.Ints[a], c.Ints[b])
	}
	if desc {
		return -d
	}
	return d
}

// firstFew moves the first n rows, in order, before all others. A heap of n
// rows, the last of them on top, sees every row once: the result of a large
// table need not be sorted to show its head.
func firstFew(rows []int, n int, order func(a, b int) int) []int {
	h := &rowHeap{rows: slices.Clone(rows[:n]), after: order}
	heap.Init(h)
	rest := make([]int, 0, len(rows))
	for _, row := range rows[n:] {
		if n > 0 && order(row, h.rows[0]) < 0 {
			row, h.rows[0] = h.rows[0], row
			heap.Fix(h, 0)
		}
		rest = append(rest, row)
	}
	slices.SortFunc(h.rows, order)
	return append(h.rows, rest...)
}

// A rowHeap has the row that is last in order on top.
type rowHeap struct {
	rows  []int
	after func(a, b int) int
}

func (h *rowHeap) Len() int           { return len(h.rows) }
func (h *rowHeap) Less(i, j int) bool { return h.after(h.rows[i], h.rows[j]) > 0 }
func (h *rowHeap) Swap(i, j int)      { h.rows[i], h.rows[j] = h.rows[j], h.rows[i] }
func (h *rowHeap) Push(any)           {} // never grows
func (h *rowHeap) Pop() any           { return nil }

// limit leaves the first rows and, if asked to, one row for all others.
func (r *draft) limit(step checkedStep) {
	var rest []int
	if len(r.rows) > step.Limit {
		rest = r.rows[step.Limit:]
		r.rows = r.rows[:step.Limit:step.Limit]
	}
	if r.other >= 0 {
		rest = append(slices.Clone(rest), r.other)
	}
	r.other = -1
	if step.Other && len(rest) > 0 {
		slices.Sort(rest) // sums of floats must not depend on how the rows were sorted
		r.other = r.combine(rest)
	}
}

// combine appends a row that stands for the given ones.
func (r *draft) combine(rows []int) int {
	at := r.appendRow()
	for i := range r.columns {
		c, how := &r.columns[i], r.rules[i]
		switch {
		case how.kind == byExpr:
			c.put(at, r.eval(how.expr, at))
		case how.kind == unknowable:
		case c.Series != nil:
			for _, row := range rows {
				for j, n := range c.Series[row] {
					c.Series[at][j] += n
				}
			}
		default:
			var sum value
			for _, row := range rows {
				sum = combineValues(how.kind, sum, c.value(row))
			}
			c.put(at, sum)
		}
	}
	return at
}

func combineValues(how ruleKind, x, y value) value {
	switch {
	case x.null():
		return y
	case y.null():
		return x
	case how == bySum:
		return arithmeticOf("+", x, y)
	case (how == byMin) == (compareValues(x, y) <= 0):
		return x
	}
	return y
}

// appendRow adds a row of nulls to every column, and returns its number. What
// windows give for it is what they give for all rows, where that is one value.
func (r *draft) appendRow() int {
	for i := range r.columns {
		r.columns[i].appendNull(r.size)
	}
	for call, values := range r.windows {
		v := value{}
		if len(r.rows) > 0 && call.By == nil && call.Func != "rank" {
			v = values[r.rows[0]]
		}
		r.windows[call] = append(values, v)
	}
	r.size++
	return r.size - 1
}

func (c *Column) appendNull(rows int) {
	if c.Nulls == nil {
		c.Nulls = make([]bool, rows)
	}
	c.Nulls = append(c.Nulls, true)
	switch {
	case c.Series != nil:
		c.Series = append(c.Series, make([]int64, len(c.Axis)))
		c.Nulls[rows] = false
	case c.Type == Float:
		c.Floats = append(c.Floats, 0)
	case c.Type == Text:
		c.Texts = append(c.Texts, "")
	default:
		c.Ints = append(c.Ints, 0)
	}
}

// table gathers the rows.
func (r *draft) table() *Table {
	rows := r.rows
	if r.other >= 0 {
		rows = append(slices.Clone(rows), r.other)
	}
	t := &Table{Name: r.name, Rows: len(rows), Other: r.other >= 0, Notes: r.notes, Show: r.query.query.Show}
	var both []Column // last: who reads this table does not know of them
	for i := range r.columns {
		c := r.columns[i].gather(rows)
		if isBoth(c.Name) {
			both = append(both, c)
			continue
		}
		t.Columns = append(t.Columns, c)
	}
	t.Columns = append(t.Columns, both...)
	return t
}

// gather returns the column's values in the given rows.
func (c *Column) gather(rows []int) Column {
	out := *c
	out.Ints, out.Floats, out.Texts = gathered(c.Ints, rows), gathered(c.Floats, rows), gathered(c.Texts, rows)
	out.Series, out.Nulls = gathered(c.Series, rows), gathered(c.Nulls, rows)
	if !slices.Contains(out.Nulls, true) {
		out.Nulls = nil
	}
	return out
}

func gathered[T any](values []T, rows []int) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}
