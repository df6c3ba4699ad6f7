package frame

import (
	"fmt"
	"io"
	"strings"
)

// Explain writes what the plan does in its one pass: the columns that it
// reads, the rows that it asks for, and for each query which table of groups
// answers it. Queries with the same conditions and keys share a table. The
// cost is an estimate of what grows with the number of rows, in nanoseconds of
// one core for each row that is grouped; reading the rows is not in it.
func (p *Plan) Explain(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "reads  %d of %d columns: %s\n", len(p.columns), p.schema.NumFields(), commas(p.columns, quoteName))
	b.WriteString("keeps  " + p.explainFilter() + "\n")
	fmt.Fprintf(&b, "costs  about %.0f ns a row: %s, %s, %s for %s\n", p.cost(), plural(len(p.program.nodes), "operation"),
		plural(len(p.selections), "selection"), plural(len(p.tables), "table of groups"), plural(len(p.cells), "query"))
	for i := range p.cells {
		p.explainCell(&b, &p.cells[i])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What the parts of a plan cost for a row, in nanoseconds of one core, as
// BenchmarkGroup measures them on the machine that this was written on. Others
// are faster or slower, but much alike in what is dear: values that have to be
// looked up in a table which no cache holds.
const (
	operationCost = 1.0 // of a vector; of texts, once the dictionary is known
	conditionCost = 1.0
	keyCost       = 4.0  // the first key: a value to a number
	pairCost      = 20.0 // each further key: two numbers to one
)

var stateCosts = map[string]float64{
	"count": 2, "sum": 10, "min": 5, "max": 5, "first": 7, "last": 7, "distinct": 15, "daily distinct": 35, "top": 60, "series": 10, "p": 30,
}

// cost estimates the cost of the plan for a row.
func (p *Plan) cost() float64 {
	cost := operationCost * float64(len(p.program.nodes))
	for i := range p.selections {
		cost += conditionCost * float64(len(p.selections[i].conditions))
	}
	for _, t := range p.tables {
		cost += t.cost()
	}
	return cost
}

// cost estimates the cost of a table for a row that enters it. A row that a
// condition keeps out of a state costs nothing there; how many do is not known.
func (t *groupsPlan) cost() float64 {
	cost := stateCosts["count"] // of the groups' rows
	if n := len(t.keys); n > 0 {
		cost += keyCost + pairCost*float64(n-1)
	}
	for _, s := range t.states {
		cost += stateCosts[s.fn]
	}
	return cost
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
		fmt.Fprintf(b, ", about %.0f ns a row", p.tables[period.table].cost())
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
