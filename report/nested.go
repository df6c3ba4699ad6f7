package report

import (
	"fmt"
	"slices"
	"sort"

	"logbook/frame"
)

// nested makes a table for "book > chapter": first one row for each outer key,
// which adds up its inner rows, then the inner rows; kids[i] are the numbers of
// the rows within outer row i. What the query computed with add steps is
// computed anew from the sums.
func nested(c *Cell, t *frame.Table, item frame.ShowItem) (both *frame.Table, kids [][]int) {
	outer, inner := item.Expr.String(), item.Within.String()
	if t.Column(outer) == nil || t.Column(inner) == nil {
		return t, nil
	}
	sums := allRows(t).summed(outer, true)
	const mostOuter, mostRows = 40, 80 // what more there is, the totals count, but no page shows
	order := byFirstMeasure(sums)
	both = &frame.Table{Name: t.Name, Notes: t.Notes}
	if all := len(order); all > mostOuter {
		order = order[:mostOuter]
		both.Notes = append(slices.Clip(t.Notes), fmt.Sprintf("The first %d of %s rows.", mostOuter, grouped(int64(all))))
	}
	n := len(order)
	mostInner := min(max(mostRows/max(n, 1), 3), 10)
	both.Rows = n + t.Rows
	for i := range t.Columns {
		col := &t.Columns[i]
		if col.Name == inner { // its values stand in the outer key's column
			continue
		}
		from := sums.Column(col.Name)
		source := col
		if col.Name == outer {
			source = t.Column(inner)
		}
		both.Columns = append(both.Columns, stacked(col, from, source, order))
	}
	if c.Query.Group != nil {
		recompute(both, c.Query.Result, n)
	}
	kids = make([][]int, n)
	for g, o := range order {
		key := at(sums.Column(outer), o)
		for i := 0; i < t.Rows && len(kids[g]) <= mostInner; i++ {
			if at(t.Column(outer), i) == key && !t.Column(inner).Null(i) {
				kids[g] = append(kids[g], n+i)
			}
		}
		if len(kids[g]) == 1 { // one chapter is the book
			kids[g] = nil
		}
		kids[g] = kids[g][:min(len(kids[g]), mostInner)]
	}
	return both, kids
}

// byFirstMeasure orders row numbers by the first column that is no key, the
// greatest first.
func byFirstMeasure(t *frame.Table) []int {
	order := make([]int, t.Rows)
	for i := range order {
		order[i] = i
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; !c.Key && c.Ints != nil {
			sort.SliceStable(order, func(a, b int) bool { return c.Ints[order[a]] > c.Ints[order[b]] })
			break
		}
	}
	return order
}

// stacked returns a column with the sums on top of the rows they came from.
// sums is nil for a column that cannot be added up.
func stacked(col, sums, source *frame.Column, order []int) frame.Column {
	out := frame.Column{Name: col.Name, Type: source.Type, Key: col.Key, Unit: col.Unit, Axis: col.Axis}
	rows := max(len(source.Ints), len(source.Floats), len(source.Texts), len(source.Series))
	out.Nulls = make([]bool, len(order)+rows)
	for n, o := range order {
		out.Nulls[n] = sums == nil || sums.Null(o)
	}
	for i := range rows {
		out.Nulls[len(order)+i] = source.Null(i)
	}
	out.Ints = onTop(source.Ints, ints(sums), order)
	out.Texts = onTop(source.Texts, texts(sums), order)
	out.Series = onTop(source.Series, series(sums), order)
	out.Floats = onTop(source.Floats, nil, order)
	return out
}

func ints(c *frame.Column) []int64 {
	if c == nil {
		return nil
	}
	return c.Ints
}

func texts(c *frame.Column) []string {
	if c == nil {
		return nil
	}
	return c.Texts
}

func series(c *frame.Column) [][]int64 {
	if c == nil {
		return nil
	}
	return c.Series
}

func onTop[T any](below, above []T, order []int) []T {
	if below == nil {
		return nil
	}
	out := make([]T, len(order), len(order)+len(below))
	for n, o := range order {
		if o < len(above) {
			out[n] = above[o]
		}
	}
	return append(out, below...)
}

// recompute evaluates the add steps for the first n rows.
func recompute(t *frame.Table, steps []frame.ResultStep, n int) {
	for _, step := range steps {
		c := t.Column(step.Name)
		if step.Verb != "add" || c == nil || c.Floats == nil {
			continue
		}
		for i := range n {
			v := (&rows{table: t}).scope(nil, i).eval(step.Expr)
			c.Nulls[i] = !v.known()
			c.Floats[i] = v.num
		}
	}
}
