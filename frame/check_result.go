package frame

import (
	"fmt"
	"slices"
	"strings"
)

// addColumn makes a column known. The hint is for when there is one of that
// name.
func (c *checker) addColumn(offset int, col resultColumn, hint string) {
	if slices.ContainsFunc(c.result, func(r resultColumn) bool { return r.name == col.name }) {
		c.failAt(offset, 1, fmt.Sprintf("there is a column %q already", col.name), hint)
	}
	c.result = append(c.result, col)
}

const otherName = "choose another name"

// steps resolves the result steps. Where a limit or the end comes before any
// sort, it puts the default order. A chart's or table's expression that is
// more than a column becomes a column of its text.
func (c *checker) steps(q *Query, aggs []checkedAgg) []checkedStep {
	var steps []checkedStep
	sorted := q.Group == nil // what is from a cell is in its order
	for _, s := range q.Result {
		if s.Verb == "limit" && !sorted {
			steps = append(steps, checkedStep{ResultStep: c.defaultSort(s.Offset)})
		}
		sorted = sorted || s.Verb == "sort" || s.Verb == "limit"
		steps = append(steps, c.step(s, aggs))
	}
	if !sorted {
		steps = append(steps, checkedStep{ResultStep: c.defaultSort(len(q.text))})
	}
	for _, s := range q.Show {
		if s.Verb == "table" || s.Verb == "chart" {
			steps = append(steps, c.shown(s)...)
		}
	}
	return steps
}

// step resolves one step and makes its columns known.
func (c *checker) step(s ResultStep, aggs []checkedAgg) checkedStep {
	out := checkedStep{ResultStep: s}
	switch s.Verb {
	case "compare":
		out.main = c.compare(s, aggs)
	case "add":
		out.expr, out.typ = c.expr(s.Expr)
		c.addColumn(s.Offset, resultColumn{name: s.Name, typ: out.typ}, otherName)
	case "keep":
		out.expr = c.condition(s.Expr)
	case "sort":
		for _, k := range s.Sort {
			if x, _ := c.lookup(&Name{Name: k.Column}); x == nil {
				c.unknown(&Name{Offset: k.Offset, Name: k.Column})
			}
		}
	case "fill":
		if n := c.timeKeys(); n != 1 {
			c.failAt(s.Offset, len(s.Verb), fmt.Sprintf("fill wants one key of time, and there are %d", n), "count by hour")
		}
	}
	return out
}

// timeKeys counts the keys that truncate time.
func (c *checker) timeKeys() int {
	n := 0
	for _, r := range c.result {
		if r.key && r.unit != "" {
			n++
		}
	}
	return n
}

// compare makes the columns of a comparison known and returns the aggregate
// that it is about, the first number.
func (c *checker) compare(s ResultStep, aggs []checkedAgg) int {
	main := slices.IndexFunc(aggs, comparableAgg)
	if main < 0 {
		c.failAt(s.Offset, len(s.Verb), "there is no number to compare", "")
	}
	if c.history {
		c.failAt(s.Offset, len(s.Verb), "history is compared with nothing", "leave out from history")
	}
	for i, what := range s.Compare {
		if len(periodsOf(c.opts, what)) == 0 {
			c.failAt(s.Offset, len(s.Verb), fmt.Sprintf("there is no period %q to compare with", what), c.periodHint())
		}
		suffix := suffixOf(i, what)
		c.addColumn(s.Offset, resultColumn{name: "was" + suffix, typ: aggs[main].typ}, otherName)
		c.addColumn(s.Offset, resultColumn{name: "change" + suffix, typ: aggs[main].typ}, otherName)
		c.addColumn(s.Offset, resultColumn{name: "delta" + suffix, typ: Float}, otherName)
		c.addColumn(s.Offset, resultColumn{name: "is_new" + suffix, typ: Flag}, otherName)
		for j, a := range aggs {
			if j != main && comparableAgg(a) {
				c.addColumn(s.Offset, resultColumn{name: "was" + suffix + "." + a.column, typ: a.typ}, otherName)
			}
		}
	}
	return main
}

func (c *checker) periodHint() string {
	if len(c.opts.Periods) < 2 {
		return "comparing wants a period and one before it"
	}
	var names []string
	for _, p := range c.opts.Periods[1:] {
		names = append(names, p.Name)
	}
	return "want one of " + strings.Join(names, ", ")
}

func comparableAgg(a checkedAgg) bool { return isNumber(a.typ) && a.agg.Func != "series" }

// suffixOf is what the columns of the i-th comparison end in: nothing for the
// first.
func suffixOf(i int, what string) string {
	if i == 0 {
		return ""
	}
	return "_" + strings.ReplaceAll(what, " ", "_")
}

// periodsOf returns the indices of the periods that a comparison is with: one
// for previous, all that begin with "usual " for usual.
func periodsOf(opts Options, what string) []int {
	var list []int
	for i, p := range opts.Periods {
		if i > 0 && (p.Name == what || strings.HasPrefix(p.Name, what+" ")) {
			list = append(list, i)
		}
	}
	return list
}

// defaultSort is the order of a query that names none: by its keys if the
// first of them is time, else by the first aggregate, largest first. Equal
// rows are always in the order of their keys.
func (c *checker) defaultSort(offset int) ResultStep {
	s := ResultStep{Offset: offset, Verb: "sort"}
	if c.result[0].unit != "" || c.result[0].typ == Time && c.result[0].key {
		return s
	}
	for _, r := range c.result {
		if !r.key && !r.series && r.typ != Text {
			s.Sort = []SortKey{{Column: r.name, Desc: true}}
			break
		}
	}
	return s
}

// shown checks that a step shows what there is.
func (c *checker) shown(s Show) []checkedStep {
	var steps []checkedStep
	for _, item := range s.Items {
		for _, e := range []Expr{item.Expr, item.Within} {
			if e == nil {
				continue
			}
			x, typ := c.shownExpr(e)
			_, column := e.(*Name)
			if known, _ := c.lookup(&Name{Name: e.String()}); column || known != nil {
				continue
			}
			steps = append(steps, checkedStep{ResultStep: ResultStep{Offset: e.Pos(), Verb: "add", Name: e.String()}, expr: x, typ: typ})
			c.addColumn(e.Pos(), resultColumn{name: e.String(), typ: typ}, otherName)
		}
	}
	return steps
}

// shownExpr resolves an expression that may also be a series.
func (c *checker) shownExpr(e Expr) (Expr, Type) {
	if n, ok := e.(*Name); ok && slices.ContainsFunc(c.result, func(r resultColumn) bool { return r.name == n.Name && r.series }) {
		return n, Int
	}
	return c.expr(e)
}
