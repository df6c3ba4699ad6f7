package report

import (
	"regexp"
	"slices"
	"strings"

	"logbook/frame"
)

// Who made a request is told by its user agent. Where no request at all tells it,
// as in logs of the Common format, what is counted of people or of bots is not
// known: it is not all, and not none.

// aboutWho finds a condition on who made a request.
var aboutWho = regexp.MustCompile(`\bwho\b`)

// anonymous reports whether no request tells who made it, as the cells say that
// leave none out.
func (p *pageMaker) anonymous() bool {
	said := false
	for _, c := range p.notebook.Cells {
		t := p.tables[c.Name]
		if t == nil || c.Query.Group == nil || len(c.Query.Rows) > 0 {
			continue
		}
		if who := t.Column("who"); who != nil && who.Key {
			if slices.ContainsFunc(who.Texts, func(s string) bool { return s != "unknown" }) {
				return false
			}
			said = said || t.Rows > 0
		}
	}
	return said || p.never()[recorded("agent")]
}

// unknow makes unknown what depends on who made a request.
func (p *pageMaker) unknow() {
	p.unknown = make(map[string][]string)
	names, queries := p.notebook.Queries()
	for i, q := range queries {
		if t := p.tables[names[i]]; t != nil {
			p.unknown[names[i]] = dependent(q)
			p.tables[names[i]] = without(t, p.unknown[names[i]])
		}
	}
}

// dependent returns the columns of a query that depend on who made a request.
func dependent(q *frame.Query) (columns []string) {
	if q.Group == nil {
		return nil
	}
	for _, a := range q.Group.Aggs {
		if a.If != nil && aboutWho.MatchString(a.If.String()) {
			columns = append(columns, a.Column())
		}
	}
	for _, step := range q.Result {
		if step.Verb == "add" && slices.ContainsFunc(columns, func(name string) bool { return reads(step.Expr, name) }) {
			columns = append(columns, step.Name)
		}
	}
	return columns
}

// reads reports whether an expression names a column, whose name may have any
// characters.
func reads(e frame.Expr, column string) bool {
	return regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(column) + `(\W|$)`).MatchString(e.String())
}

// without returns a table in which the named columns, and what they are compared
// with, have no values.
func without(t *frame.Table, columns []string) *frame.Table {
	copied := *t
	copied.Columns = slices.Clone(t.Columns)
	for i := range copied.Columns {
		c := &copied.Columns[i]
		if _, of, ok := strings.Cut(c.Name, "."); slices.Contains(columns, c.Name) || ok && slices.Contains(columns, of) {
			c.Nulls = slices.Repeat([]bool{true}, t.Rows)
		}
	}
	return &copied
}

// alike is the footnote of a cell that counts people, where nobody knows who is one.
const alike = footnote("No request says who made it, so that people and bots are counted alike.")

// ofPeople reports whether a cell is of people, as those who are not bots.
func (c *Cell) ofPeople() bool {
	return slices.ContainsFunc(c.Query.Rows, func(s frame.RowStep) bool { return strings.Contains(s.Expr.String(), "who != bot") })
}
