package frame

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Tables finishes every query and returns its table, in the plan's order. A
// query that fails here (not at planning) has a nil table and its error at
// the same index of errs; the others are complete.
func (p *Partial) Tables() (tables []*Table, errs []error) {
	tables, errs = make([]*Table, len(p.plan.cells)), make([]error, len(p.plan.cells))
	if err := p.end(); err != nil {
		for i := range errs {
			errs[i] = err
		}
		return tables, errs
	}
	p.settle()
	p.present = nil
	presence := slices.IndexFunc(p.plan.cells, func(c cellPlan) bool { return c.query.name == p.plan.opts.Presence })
	if presence >= 0 && p.plan.opts.Presence != "" {
		p.finish(presence, tables, errs)
		p.present = p.presence(tables[presence])
	}
	p.finishAllGroups(tables, errs)
	for i := range p.plan.cells {
		p.finish(i, tables, errs)
	}
	return tables, errs
}

// settle brings all states to rest: from here on they are only read.
func (p *Partial) settle() {
	var settling errgroup.Group
	settling.SetLimit(runtime.GOMAXPROCS(0))
	for _, t := range p.tables {
		for _, s := range t.states {
			if s, ok := s.(interface{ settle() }); ok {
				settling.Go(func() error { s.settle(); return nil })
			}
		}
	}
	_ = settling.Wait() // nothing can fail
}

// finishAllGroups makes the tables of all queries that read the log, several at
// a time, the dearest first.
func (p *Partial) finishAllGroups(tables []*Table, errs []error) {
	var finishing errgroup.Group
	finishing.SetLimit(runtime.GOMAXPROCS(0))
	effort := func(i int) (n int) {
		for _, period := range p.plan.cells[i].periods {
			n += p.tables[period.table].effort()
		}
		return n
	}
	order := make([]int, len(p.plan.cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(effort(j), effort(i)) })
	for _, i := range order {
		cell := &p.plan.cells[i]
		if cell.from >= 0 || tables[i] != nil || errs[i] != nil {
			continue
		}
		finishing.Go(func() error {
			tables[i], errs[i] = p.finishGroups(cell)
			return nil
		})
	}
	finishing.Wait() //nolint:errcheck // they are in errs
}

// finish makes table i, unless it is there already, after the one that it
// reads.
func (p *Partial) finish(i int, tables []*Table, errs []error) {
	cell := &p.plan.cells[i]
	if tables[i] != nil || errs[i] != nil {
		return
	}
	if cell.from < 0 {
		tables[i], errs[i] = p.finishGroups(cell)
		return
	}
	p.finish(cell.from, tables, errs)
	if err := errs[cell.from]; err != nil {
		errs[i] = fmt.Errorf("%s: what it reads failed: %w", cell.query.name, err)
		return
	}
	tables[i], errs[i] = cell.query.derive(tables[cell.from], p.plan.opts)
}

// finishGroups makes the table of a query that reads the log.
func (p *Partial) finishGroups(cell *cellPlan) (*Table, error) {
	now := &Table{Name: cell.query.name, Show: cell.query.query.Show}
	was := map[string]*Table{}
	var both *common
	if len(cell.periods) > 1 {
		both = p.common(cell, p.present)
	}
	for i, period := range cell.periods {
		if both != nil && !slices.Contains(both.periods, p.plan.opts.period(period.name)) {
			continue
		}
		table := p.table(cell.query, period, both)
		if i == 0 {
			now = table
			continue
		}
		was[period.name] = table
	}
	if both != nil && len(both.missing) > 0 && len(was) > 0 {
		others := slices.ContainsFunc(cell.query.aggs, func(a checkedAgg) bool { _, ok := a.byHour(); return !ok && comparableAgg(a) })
		now.Notes = append(now.Notes, both.note(others))
	}
	return cell.query.finish(now, was, p.plan.opts)
}

// table returns the rows of a query in a period: keys, then aggregates. Rows
// are in no order, and those that the query's limit is sure to leave out are
// left out. The row of the groups that were too many is the last.
func (p *Partial) table(q *checkedQuery, period cellPeriod, both *common) *Table {
	loose := p.tables[period.table]
	t := loose.numbered(loose.leastRows(q, period))
	limit := p.plan.opts.MaxGroups
	out := &Table{Name: q.name, Show: q.query.Show}
	order := t.head(q, period, p.plan.program.zone)
	if len(order) > limit || t.level > 0 {
		out.Notes = append(out.Notes, tooMany(limit, t.level))
	}
	if len(order) > limit {
		t.tell(loose, t.all())
		t = t.cut(limit)
		order = t.all()
	} else {
		t.tell(loose, order)
	}
	if t.count.n[0] > 0 {
		order, out.Other = append(order, 0), true
	}
	out.Rows = len(order)
	for i, k := range q.keys {
		out.Columns = append(out.Columns, t.keyColumn(i, k, order, out.Other))
	}
	for i := range q.aggs {
		column, note := t.aggregate(q, period, i, order, p.plan.program.zone)
		if note != "" {
			out.Notes = append(out.Notes, note)
		}
		out.Columns = append(out.Columns, column)
	}
	if both != nil && len(both.missing) > 0 {
		at := p.plan.opts.period(period.name)
		missing := func(hour int64) bool { return both.missing[p.plan.opts.place(hour, at)] }
		for i, a := range q.aggs {
			column := out.Columns[len(q.keys)+i]
			column.Name = "both." + a.column
			switch state := period.hourly[i]; {
			case state >= 0:
				out.Columns = append(out.Columns, t.bothColumn(a, column.Name, t.states[state], order, missing))
			case both.few() && comparableAgg(a):
				out.Columns = append(out.Columns, column)
			}
		}
	}
	return out
}

// head returns the groups that finish has to see. If the query sorts by what
// is known already and then takes the first few, those are all it needs,
// however many there are, and the texts of the others need not be made.
func (t *groups) head(q *checkedQuery, period cellPeriod, zone *time.Location) []int32 {
	order := t.all()
	keys, n := q.head()
	if n < 0 || n >= len(order) {
		return order
	}
	var compares []func(a, b int32) int
	for _, k := range keys {
		if i := slices.IndexFunc(q.keys, func(c checkedKey) bool { return c.name == k.Column }); i >= 0 {
			compares = append(compares, t.byKey(i, k.Desc))
			continue
		}
		i := slices.IndexFunc(q.aggs, func(a checkedAgg) bool { return a.column == k.Column })
		column, _ := t.aggregate(q, period, i, order, zone)
		compares = append(compares, func(a, b int32) int { return compareCells(&column, int(a)-1, int(b)-1, k.Desc) })
	}
	compares = append(compares, t.compare)
	return least(order, n, func(a, b int32) int {
		for _, compare := range compares {
			if c := compare(a, b); c != 0 {
				return c
			}
		}
		return 0
	})
}

// byKey orders groups by one key; nulls are last either way.
func (t *groups) byKey(k int, desc bool) func(a, b int32) int {
	numbers, d := t.keys[k], t.plan.domain(t.domains, k)
	return func(a, b int32) int {
		c := d.compare(numbers[a], numbers[b])
		if desc && numbers[a] != 0 && numbers[b] != 0 {
			return -c
		}
		return c
	}
}

// head returns by which columns the query sorts before it takes the first n
// rows; n is negative if it needs them all.
func (c *checkedQuery) head() (keys []SortKey, n int) {
	i := slices.IndexFunc(c.result, func(s checkedStep) bool { return s.Verb != "add" || hasCall(s.expr) })
	if i < 0 || i+1 >= len(c.result) || c.result[i].Verb != "sort" || c.result[i+1].Verb != "limit" || c.result[i+1].Other {
		return nil, -1
	}
	for _, k := range c.result[i].Sort {
		isKey := slices.ContainsFunc(c.keys, func(key checkedKey) bool { return key.name == k.Column })
		isAgg := slices.ContainsFunc(c.aggs, func(a checkedAgg) bool { return a.column == k.Column && a.agg.Func != "series" })
		if !isKey && !isAgg {
			return nil, -1
		}
	}
	return c.result[i].Sort, c.result[i+1].Limit
}

// hasCall reports whether an expression calls a function, which may be one of
// the whole result.
func hasCall(e Expr) bool {
	switch e := e.(type) {
	case *Call, *given:
		return true
	case *Unary:
		return hasCall(e.X)
	case *Binary:
		return hasCall(e.X) || hasCall(e.Y)
	case *In:
		return hasCall(e.X) || slices.ContainsFunc(e.List, hasCall)
	}
	return false
}

// least moves the n least of a list to its front and returns them, in no order.
func least(list []int32, n int, compare func(a, b int32) int) []int32 {
	if n == 0 {
		return nil
	}
	// The first n are the best so far, worst is the last of them in order. What
	// comes before it goes to a second n; when those are full, the n best of
	// both stay. A heap would do with less memory and more comparisons.
	size := n
	worst := slices.MaxFunc(list[:n], compare)
	for _, g := range list[n:] {
		if compare(g, worst) >= 0 {
			continue
		}
		list[size] = g // never beyond g's own place
		if size++; size == min(2*n, len(list)) {
			slices.SortFunc(list[:size], compare)
			size, worst = n, list[n-1]
		}
	}
	slices.SortFunc(list[:size], compare)
	return list[:n]
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

// bothColumn returns an aggregate for the given groups, of the hours that are
// not missing.
func (t *groups) bothColumn(a checkedAgg, name string, s state, order []int32, missing func(hour int64) bool) Column {
	if counts, ok := s.(*series); ok {
		return counts.bothColumn(name, order, missing)
	}
	column := Column{Name: name, Type: a.typ, Unit: a.unit}
	s.(*hourly).without(&column, order, &result{average: a.agg.Func == "avg", typ: a.typ}, missing)
	return column
}

// aggregate returns aggregate i of a query for the given groups, and a note if
// it is not exact.
func (t *groups) aggregate(q *checkedQuery, period cellPeriod, i int, order []int32, zone *time.Location) (column Column, note string) {
	a := q.aggs[i]
	column = Column{Name: a.column, Type: a.typ, Unit: a.unit}
	state := period.states[i]
	if state < 0 {
		note = t.count.column(&column, order, nil)
		return column, note
	}
	r := &result{n: a.agg.N, average: a.agg.Func == "avg", typ: a.typ, zone: zone}
	note = t.states[state].column(&column, order, r)
	return column, note
}
