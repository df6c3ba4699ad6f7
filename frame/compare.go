package frame

import (
	"slices"
	"strings"
	"time"
)

// compare adds, for each period that the step names, what the numbers were
// then: was, change, delta and is_new of the first number, was.X of each
// other. Rows that there were then and are not now come in with zeros.
//
// A count or sum of a row that there was not is 0. The usual value is the
// median of its periods.
func (r *draft) compare(step checkedStep, was map[string]*Table) {
	var befores [][]before
	for _, what := range step.Compare {
		var list []before
		for _, i := range periodsOf(r.opts, what) {
			if t := was[r.opts.Periods[i].Name]; t != nil {
				list = append(list, r.before(t, i))
			}
		}
		befores = append(befores, list)
	}
	index := r.index()
	for _, list := range befores {
		for _, b := range list {
			r.addGone(b, index)
		}
	}
	for i, what := range step.Compare {
		r.compareWith(befores[i], suffixOf(i, what), step.main)
	}
}

// A before is a table of an earlier period, its rows by their keys as they
// would be now.
type before struct {
	table *Table
	keys  []string // of the rows, in order; rows that fall together now are one
	rows  map[string][]int
	key   map[string][]value
}

// before finds the keys of an earlier period's rows.
func (r *draft) before(t *Table, period int) before {
	b := before{table: t, rows: map[string][]int{}, key: map[string][]value{}}
	rows := t.Rows
	if t.Other {
		rows--
	}
	for row := range rows {
		var values []value
		var bytes []byte
		for i := range r.query.keys {
			v := r.moved(t.Columns[i].value(row), t.Columns[i].Unit, period)
			values = append(values, v)
			bytes = v.appendKey(bytes)
		}
		key := string(bytes)
		if b.rows[key] == nil {
			b.keys = append(b.keys, key)
			b.key[key] = values
		}
		b.rows[key] = append(b.rows[key], row)
	}
	return b
}

// moved takes a time of an earlier period to the same place in this one, by
// the calendar: 14:00 stays 14:00 over the end of summer time.
func (r *draft) moved(v value, unit string, period int) value {
	if v.typ != Time || unit == "" {
		return v
	}
	from, to := r.opts.Periods[period].Start.In(r.opts.Zone), r.opts.Periods[0].Start.In(r.opts.Zone)
	v.int = moveBy(r.timeOf(v.int), from, to).UnixMicro()
	return v
}

// moveBy moves t by the days between from and to, or by the exact time if that
// is not whole days.
func moveBy(t, from, to time.Time) time.Time {
	day := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	days := int(day(to).Sub(day(from)) / (24 * time.Hour))
	if !from.AddDate(0, 0, days).Equal(to) {
		return t.Add(to.Sub(from))
	}
	return t.AddDate(0, 0, days)
}

// index maps the keys of the rows to their numbers.
func (r *draft) index() map[string]int {
	names := r.keyNames()
	index := make(map[string]int, len(r.rows))
	for _, row := range r.rows {
		index[r.keyOf(names, row)] = row
	}
	return index
}

func (r *draft) keyNames() []string {
	var names []string
	for _, k := range r.query.keys {
		names = append(names, k.name)
	}
	return names
}

// addGone appends the rows that there were and are not.
func (r *draft) addGone(b before, index map[string]int) {
	for _, key := range b.keys {
		if _, ok := index[key]; ok {
			continue
		}
		row := r.appendZero()
		for i, v := range b.key[key] {
			r.columns[i].put(row, v)
		}
		index[key] = row
		r.rows = append(r.rows, row)
	}
}

// appendZero appends a row in which nothing was counted.
func (r *draft) appendZero() int {
	row := r.appendRow()
	for i := range r.columns {
		if r.rules[i].kind == bySum && r.columns[i].Series == nil {
			r.columns[i].put(row, value{typ: r.columns[i].Type})
		}
	}
	return row
}

// compareWith adds the columns of one comparison. If hours are missing, change
// and delta are of those that all periods have.
func (r *draft) compareWith(list []before, suffix string, main int) {
	median := len(list) > 1
	first := len(r.query.keys)
	a := r.query.aggs[main]
	now, was := &Name{Name: a.column}, &Name{Name: "was" + suffix}
	r.addWas(list, was.Name, first+main, median)
	partial := len(r.columns) > 0 && r.addBoth(list, suffix, median)
	change := Expr(&Binary{Op: "-", X: now, Y: was})
	before := Expr(was)
	if partial {
		if r.has("both." + a.column) {
			before = &Name{Name: was.Name + ".both." + a.column}
			change = &Binary{Op: "-", X: &Name{Name: "both." + a.column}, Y: before}
		} else { // it cannot be told by hour
			before, change = &Literal{}, &Literal{}
		}
	}
	r.add(checkedStep{ResultStep: ResultStep{Name: "change" + suffix}, expr: change, typ: a.typ})
	r.add(checkedStep{ResultStep: ResultStep{Name: "delta" + suffix}, expr: &Binary{Op: "/", X: change, Y: before}, typ: Float})
	r.addIsNew("is_new"+suffix, now.Name, was.Name, len(list) > 0)
	for i, a := range r.query.aggs {
		if i != main && comparableAgg(a) {
			r.addWas(list, was.Name+"."+a.column, first+i, median)
		}
	}
}

// addBoth adds what counts were in the hours that all periods have. It reports
// whether any are missing.
func (r *draft) addBoth(list []before, suffix string, median bool) (partial bool) {
	for i := range r.columns {
		if name := r.columns[i].Name; strings.HasPrefix(name, "both.") {
			r.addWas(list, "was"+suffix+"."+name, i, median)
			partial = true
		}
	}
	return partial
}

func (r *draft) has(name string) bool {
	return slices.ContainsFunc(r.columns, func(c Column) bool { return c.Name == name })
}

// addWas adds what an aggregate was.
func (r *draft) addWas(list []before, name string, column int, median bool) {
	how := r.rules[column]
	if median { // a median of sums is no sum of medians
		how = rule{}
	}
	c := r.newColumn(name, r.columns[column].Type, how)
	zero := value{}
	if r.rules[column].kind == bySum {
		zero.typ = c.Type
	}
	names := r.keyNames()
	for _, row := range r.rows {
		key := r.keyOf(names, row)
		var values []value
		for _, b := range list {
			v := zero
			for i, old := range b.rows[key] {
				if i == 0 {
					v = b.table.Columns[column].value(old)
				} else {
					v = combineValues(r.rules[column].kind, v, b.table.Columns[column].value(old))
				}
			}
			values = append(values, v)
		}
		c.put(row, medianOf(values))
	}
}

// medianOf returns the middle of the values that are not null, or of two
// middle ones their mean, whole numbers rounded up.
func medianOf(values []value) value {
	values = slices.DeleteFunc(values, value.null)
	slices.SortFunc(values, compareValues)
	n := len(values)
	if n == 0 {
		return value{}
	}
	m := values[n/2]
	if n%2 == 0 {
		low := values[n/2-1]
		m.float = (low.float + m.float) / 2
		m.int = low.int + (m.int-low.int+1)/2
	}
	return m
}

// addIsNew adds whether there was nothing then and is something now; null where
// nothing is known of then.
func (r *draft) addIsNew(name, now, was string, known bool) {
	c := r.newColumn(name, Flag, rule{})
	if !known {
		return
	}
	for _, row := range r.rows {
		n, w := r.column(now).value(row), r.column(was).value(row)
		c.put(row, flagValue((w.null() || w.number() == 0) && !n.null() && n.number() != 0))
	}
}
