package frame

import (
	"fmt"
	"io"
	"strings"
)

// Explain writes what the plan does in its one pass: the columns that it
// reads, the rows that it asks for, and for each query which table of groups
// answers it. Queries with the same conditions and keys share a table. The
// cost is what grows with the number of rows: operations on columns, and
// tables that every row may enter.
func (p *Plan) Explain(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "reads  %d of %d columns: %s\n", len(p.columns), p.schema.NumFields(), commas(p.columns, quoteName))
	b.WriteString("keeps  " + p.explainFilter() + "\n")
	fmt.Fprintf(&b, "costs  a row: %s, %s, %s for %s\n", plural(len(p.program.nodes), "operation"),
		plural(len(p.selections), "selection"), plural(len(p.tables), "table of groups"), plural(len(p.cells), "query"))
	for i := range p.cells {
		p.explainCell(&b, &p.cells[i])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Plan) explainFilter() string {
	if p.filter == nil {
		return "all rows"
	}
	var terms []string
	for _, t := range p.filter.Terms {
		terms = append(terms, fmt.Sprintf("%s  (reads %s)", t.expr, commas(t.Columns, quoteName)))
	}
	return "rows that pass, before any other column is read:\n         " + strings.Join(terms, "\n         ")
}

func (p *Plan) explainCell(b *strings.Builder, cell *cellPlan) {
	c := cell.query
	title := printable(c.name)
	if title == "" {
		title = "query"
	}
	fmt.Fprintf(b, "\n%s\n", title)
	if c.from != nil {
		fmt.Fprintf(b, "  reads the table of %s, and no row of the log\n", printable(c.from.name))
	}
	if c.regroup != nil {
		c = c.regroup.cells[0].query
	}
	for _, period := range cell.periods {
		fmt.Fprintf(b, "  table %d", period.table+1)
		if period.name != "" {
			fmt.Fprintf(b, ", %s", printable(period.name))
		}
		if others := p.sharing(cell, period.table); others != nil {
			fmt.Fprintf(b, ", shared with %s", strings.Join(others, ", "))
		}
		b.WriteString("\n")
	}
	if c.where != nil {
		fmt.Fprintf(b, "    where %s\n", c.where)
	}
	for _, k := range c.keys {
		fmt.Fprintf(b, "    by %s: %s\n", quoteName(k.name), k.typ)
	}
	for _, a := range c.aggs {
		fmt.Fprintf(b, "    %s: %s\n", a.agg.String(), a.typ)
	}
	for _, s := range c.result {
		fmt.Fprintf(b, "    then %s\n", s.explain())
	}
}

// explain is the step as it is carried out, a sort by default included.
func (s checkedStep) explain() string {
	if s.Verb == "sort" && len(s.Sort) == 0 {
		return "sort by the keys"
	}
	if s.Expr == nil { // of a table or chart
		s.Expr = s.expr
	}
	return s.ResultStep.String()
}

// sharing returns the other queries that the table answers.
func (p *Plan) sharing(cell *cellPlan, table int) []string {
	var names []string
	for i := range p.cells {
		for _, period := range p.cells[i].periods {
			if period.table == table && &p.cells[i] != cell {
				names = append(names, printable(p.cells[i].query.name))
			}
		}
	}
	return names
}

// plural is "1 table of groups", "2 tables of groups", "2 queries".
func plural(n int, what string) string {
	first, rest, _ := strings.Cut(what, " ")
	switch {
	case n == 1:
	case strings.HasSuffix(first, "y"):
		first = strings.TrimSuffix(first, "y") + "ies"
	default:
		first += "s"
	}
	return strings.TrimRight(fmt.Sprintf("%d %s %s", n, first, rest), " ")
}
