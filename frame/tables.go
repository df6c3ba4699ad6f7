package frame

import (
	"fmt"
	"time"
)

// Tables finishes every query and returns its table, in the plan's order. A
// query that fails here (not at planning) has a nil table and its error at
// the same index of errs; the others are complete.
func (p *Partial) Tables() (tables []*Table, errs []error) {
	tables, errs = make([]*Table, len(p.plan.cells)), make([]error, len(p.plan.cells))
	for i := range p.plan.cells {
		if errs[i] = p.err; p.err == nil {
			tables[i], errs[i] = p.finish(&p.plan.cells[i])
		}
	}
	return tables, errs
}

func (p *Partial) finish(cell *cellPlan) (*Table, error) {
	now := &Table{Name: cell.query.name, Show: cell.query.query.Show}
	was := map[string]*Table{}
	for i, period := range cell.periods {
		table := p.table(cell.query, period)
		if i == 0 {
			now = table
			continue
		}
		was[period.name] = table
	}
	return cell.query.finish(now, was, p.plan.opts)
}

// table returns the rows of a query in a period: keys, then aggregates, in the
// order of the keys; null comes last, and after it the row of the groups that
// were too many.
func (p *Partial) table(q *checkedQuery, period cellPeriod) *Table {
	have := p.tables[period.table]
	limit := p.plan.opts.MaxGroups
	t := have.cut(limit)
	out := &Table{Name: q.name, Show: q.query.Show}
	if have.n-1 > limit || have.level > 0 {
		out.Notes = append(out.Notes, tooMany(limit, have.level))
	}
	order := t.sorted()
	if t.count.n[0] > 0 {
		order, out.Other = append(order, 0), true
	}
	out.Rows = len(order)
	for i, k := range q.keys {
		out.Columns = append(out.Columns, t.keyColumn(i, k, order, out.Other))
	}
	for i, a := range q.aggs {
		column := Column{Name: a.column, Type: a.typ, Unit: a.unit}
		note := t.aggregate(&column, period.states[i], a, order, p.plan.program.zone)
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
		out.Columns = append(out.Columns, column)
	}
	return out
}

func tooMany(limit, level int) string {
	note := fmt.Sprintf("more than %d groups: the rows of the smaller ones are together in the last row", limit)
	if level > 0 {
		note += fmt.Sprintf("; there were so many groups that only one in %d could be counted by itself, whatever its size", 1<<level)
	}
	return note
}

// keyColumn returns key k of the given groups. If other is set, the last of
// them has no key.
func (t *groups) keyColumn(k int, key checkedKey, order []int32, other bool) Column {
	out := Column{Name: key.name, Type: key.typ, Key: true, Unit: key.unit}
	d := t.plan.domain(t.domains, k)
	for i, g := range order {
		n := t.keys[k][g]
		if other && i == len(order)-1 {
			n = 0
		}
		d.appendTo(&out, n, i, len(order))
	}
	return out
}

// appendTo appends the value of number n to a column, as its row i of rows.
func (d *domain) appendTo(out *Column, n int32, i, rows int) {
	if n == 0 {
		out.setNull(i, rows)
	}
	switch d.kind {
	case textKind:
		text := ""
		if n > 0 {
			text = string(d.texts.at(n - 1))
		}
		out.Texts = append(out.Texts, text)
	case floatKind:
		v := 0.0
		if n > 0 {
			v = d.float(n)
		}
		out.Floats = append(out.Floats, v)
	default:
		v := int64(0)
		if n > 0 {
			v = d.ints.values[n-1]
		}
		out.Ints = append(out.Ints, v)
	}
}

// aggregate sets the values of one aggregate for the given groups.
func (t *groups) aggregate(out *Column, state int, a checkedAgg, order []int32, zone *time.Location) (note string) {
	if state < 0 {
		return t.count.column(out, order, nil)
	}
	r := &result{n: a.agg.N, average: a.agg.Func == "avg", typ: a.typ, zone: zone}
	return t.states[state].column(out, order, r)
}
