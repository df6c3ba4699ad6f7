package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// SQL returns query i of the plan as one statement for DuckDB over the same
// rows in a Parquet file, as the export writes them: columns have the fields'
// names, times are TIMESTAMPTZ, bytes and durations (µs) are whole numbers. It
// is the way out to a full engine, and the oracle of this package's tests. A
// series is a map from times to counts there.
func (p *Plan) SQL(i int, source string) (string, error) {
	if from := p.cells[i].query.from; from != nil {
		return "", fmt.Errorf("%s: a query that reads the table of another (%s) has no SQL of its own", p.cells[i].query.name, from.name)
	}
	return p.cells[i].query.sql(p.schema, sqlText(source), p.opts)
}

// A statement is SQL in the making: a chain of common table expressions, each
// of which is one step of the query.
type statement struct {
	query   *checkedQuery
	schema  *arrow.Schema
	opts    Options
	zone    string
	source  string
	with    []string    // "name AS (SELECT …)"
	last    string      // name of the last
	order   string      // ORDER BY, once a sort step has been
	columns []sqlColumn // of the last
}

// A sqlColumn is a column of a step.
type sqlColumn struct {
	name string
	typ  Type
	key  bool
	rule rule
}

func (c *checkedQuery) sql(schema *arrow.Schema, source string, opts Options) (text string, err error) {
	defer catch(&err, c.name, c.query.text)
	s := &statement{query: c, schema: schema, opts: opts, zone: "UTC", source: source}
	if opts.Zone != nil {
		s.zone = opts.Zone.String()
	}
	s.group()
	for _, step := range c.result {
		if err := s.step(step); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("WITH %s\nSELECT %s\nFROM %s%s", strings.Join(s.with, ",\n"), s.names(), s.last, s.order), nil
}

// add appends a step and makes it the last.
func (s *statement) add(name, format string, args ...any) {
	s.with = append(s.with, fmt.Sprintf("%s AS (%s)", name, fmt.Sprintf(format, args...)))
	s.last = name
}

// next returns the name of the step to come.
func (s *statement) next(verb string) string { return fmt.Sprintf("%s_%d", verb, len(s.with)) }

func (s *statement) names() string {
	return commas(s.columns, func(c sqlColumn) string { return sqlName(c.name) })
}

// group makes the steps that group now's rows.
func (s *statement) group() {
	s.columns = nil
	for _, k := range s.query.keys {
		s.columns = append(s.columns, sqlColumn{name: k.name, typ: k.typ, key: true})
	}
	for _, a := range s.query.aggs {
		s.columns = append(s.columns, sqlColumn{name: a.column, typ: a.typ, rule: rule{kind: ruleOf(a.agg)}})
	}
	period := Period{}
	if len(s.opts.Periods) > 0 {
		period = s.opts.Periods[0]
	}
	if s.query.query.From == History {
		period.Start = time.Time{}
	}
	s.add("grouped", "%s", s.grouped(period, -1))
}

// grouped is the SELECT of a period's groups, their times as they would be
// now.
func (s *statement) grouped(period Period, number int) string {
	last := s.last
	s.last = "" // names are those of the rows
	defer func() { s.last = last }()
	var columns []string
	for _, k := range s.query.keys {
		key := s.expr(k.expr)
		if k.unit != "" {
			key = s.unit(k.unit, key)
			if number > 0 && k.typ == Time {
				key = s.moved(key, number)
			}
		}
		columns = append(columns, key+" AS "+sqlName(k.name))
	}
	for _, a := range s.query.aggs {
		columns = append(columns, s.agg(a)+" AS "+sqlName(a.column))
	}
	if number > 0 {
		columns = append(columns, "count(*) AS \" rows\"") // tells a row that there is from one that there is not
	}
	out := "SELECT " + strings.Join(columns, ", ") + "\n  FROM " + s.source
	if where := s.conditions(period); where != nil {
		out += "\n  WHERE " + strings.Join(where, " AND ")
	}
	if len(s.query.keys) > 0 {
		out += "\n  GROUP BY ALL"
	}
	return out
}

// conditions are what the rows of a period must fulfil.
func (s *statement) conditions(period Period) []string {
	var where []string
	for _, e := range []Expr{s.opts.Where, s.query.where} {
		if e != nil {
			where = append(where, s.expr(e))
		}
	}
	if !period.Start.IsZero() {
		where = append(where, `"time" >= `+sqlTime(period.Start))
	}
	if !period.End.IsZero() {
		where = append(where, `"time" < `+sqlTime(period.End))
	}
	return where
}

// moved is [draft.moved] in SQL.
func (s *statement) moved(key string, period int) string {
	zone := s.opts.Zone
	if zone == nil {
		zone = time.UTC
	}
	from, to := s.opts.Periods[period].Start.In(zone), s.opts.Periods[0].Start.In(zone)
	days := int(to.Sub(from).Round(24*time.Hour) / (24 * time.Hour))
	if !from.AddDate(0, 0, days).Equal(to) {
		return fmt.Sprintf("%s + to_microseconds(%d)", key, to.Sub(from).Microseconds())
	}
	return fmt.Sprintf("timezone(%s, timezone(%s, %s) + to_days(%d))", sqlText(s.zone), sqlText(s.zone), key, days)
}

// agg is an aggregate in SQL.
func (s *statement) agg(a checkedAgg) string {
	cond := ""
	if a.cond != nil {
		cond = " FILTER (WHERE " + s.expr(a.cond) + ")"
	}
	switch {
	case a.unit != "":
		return "histogram(" + s.unit(a.unit, `"time"`) + ")" + cond
	case a.arg == nil:
		return "count(*)" + cond
	}
	out := a.agg.Func + "(" + s.expr(a.arg) + ")" + cond
	switch fn := a.agg.Func; {
	case fn == "sum" && a.typ != Float:
		return "CAST(" + out + " AS BIGINT)"
	case fn == "avg" && a.typ != Float:
		return "CAST(round_even(" + out + ", 0) AS BIGINT)"
	case fn == "sum" || fn == "avg" || fn == "min" || fn == "max":
		return out
	}
	return s.choice(a)
}

// choice is an aggregate that SQL has not or has with other nulls.
func (s *statement) choice(a checkedAgg) string {
	x := s.expr(a.arg)
	given := x + " IS NOT NULL"
	if a.cond != nil {
		given = s.expr(a.cond) + " AND " + given
	}
	given = " FILTER (WHERE " + given + ")"
	switch a.agg.Func {
	case "distinct":
		if a.agg.Daily {
			x = "ROW(" + s.unit("day", `"time"`) + ", " + x + ")"
		}
		return "count(DISTINCT " + x + ")" + given
	case "first":
		return "arg_min(" + x + `, ROW("time", ` + x + "))" + given
	case "last":
		return "arg_max(" + x + `, ROW("time", ` + x + "))" + given
	case "p": // the value at the nearest rank
		return fmt.Sprintf("list_sort(list(%s)%s)[greatest(1, (count(*)%s * %d + 99) // 100)]", x, given, given, a.agg.N)
	}
	// top: the most frequent first, of equals the least
	return fmt.Sprintf("array_to_string(list_transform(list_sort(list_transform(map_entries(histogram(CAST(%s AS VARCHAR))%s), "+
		"lambda e: {'n': -CAST(e.value AS BIGINT), 'x': e.key}))[1:%d], lambda e: e.x), ', ')", x, given, a.agg.N)
}

// unit is a truncation of time in the zone. Hours and minutes are subtracted
// from the time itself, since an hour may come twice on the wall's clock.
func (s *statement) unit(unit, x string) string {
	local := "timezone(" + sqlText(s.zone) + ", " + x + ")"
	switch unit {
	case "weekday":
		return "isodow(" + local + ")"
	case "hour_of_day":
		return "hour(" + local + ")"
	case "minute", "hour":
		return fmt.Sprintf("(%s - (%s - date_trunc('%s', %s)))", x, local, unit, local)
	}
	return fmt.Sprintf("timezone(%s, date_trunc('%s', %s))", sqlText(s.zone), unit, local)
}

// step appends a result step.
func (s *statement) step(step checkedStep) error {
	switch step.Verb {
	case "compare":
		s.compare(step)
	case "add":
		s.add(s.next("added"), "SELECT *, %s AS %s FROM %s", s.expr(step.expr), sqlName(step.Name), s.last)
		s.columns = append(s.columns, sqlColumn{name: step.Name, typ: step.typ, rule: rule{kind: byExpr, expr: step.expr}})
	case "keep":
		clause := "WHERE"
		if hasWindow(step.expr) {
			clause = "QUALIFY"
		}
		s.add(s.next("kept"), "SELECT * FROM %s %s %s", s.last, clause, s.expr(step.expr))
	case "sort":
		s.order = s.orderBy(step.Sort)
	case "limit":
		return s.limit(step)
	case "fill":
		s.fill()
	}
	return nil
}

// orderBy is the order of a sort step: its keys, then the query's own.
func (s *statement) orderBy(keys []SortKey) string {
	var list []string
	for _, k := range keys {
		direction := " ASC"
		if k.Desc {
			direction = " DESC"
		}
		list = append(list, sqlName(k.Column)+direction+" NULLS LAST")
	}
	for _, c := range s.columns {
		if c.key {
			list = append(list, sqlName(c.name)+" ASC NULLS LAST")
		}
	}
	if list == nil {
		return ""
	}
	return "\nORDER BY " + strings.Join(list, ", ")
}

// limit appends the first rows and, if asked to, one row of all others. That
// row is the last: a column beside the query's own says so.
func (s *statement) limit(step checkedStep) error {
	if !step.Other {
		s.add(s.next("limited"), "SELECT * FROM %s%s LIMIT %d", s.last, s.order, step.Limit)
		return nil
	}
	var columns []string
	for _, c := range s.columns {
		column := "NULL"
		switch {
		case c.rule.kind == byExpr && hasWindow(c.rule.expr):
			return fmt.Errorf("%s: the column %s of the other rows has no SQL", s.query.name, c.name)
		case c.rule.kind == byExpr:
			column = s.expr(c.rule.expr) // of the sums before it
		case c.rule.kind == bySum:
			column = "sum(" + sqlName(c.name) + ")"
		case c.rule.kind == byMin:
			column = "min(" + sqlName(c.name) + ")"
		case c.rule.kind == byMax:
			column = "max(" + sqlName(c.name) + ")"
		}
		columns = append(columns, column)
	}
	numbered := s.next("numbered")
	s.add(numbered, "SELECT *, row_number() OVER (%s) AS \" row\" FROM %s", strings.TrimSpace(s.order), s.last)
	other := s.next("other")
	s.add(other, "%s", s.otherRow(columns, numbered, step.Limit))
	s.add(s.next("limited"), "SELECT %s, \" row\" FROM %s WHERE \" row\" <= %d UNION ALL SELECT * FROM %s", s.names(), numbered, step.Limit, other)
	s.order = "\nORDER BY \" row\""
	return nil
}

// otherRow is the SELECT of one row: sums first, then, one by one, what is
// computed of them.
func (s *statement) otherRow(columns []string, from string, limit int) string {
	var sums []string
	for i, c := range s.columns {
		if c.rule.kind != byExpr {
			sums = append(sums, columns[i]+" AS "+sqlName(c.name))
		}
	}
	out := fmt.Sprintf("SELECT %s, count(*) AS \" rows\" FROM %s WHERE \" row\" > %d", strings.Join(sums, ", "), from, limit)
	for i, c := range s.columns {
		if c.rule.kind == byExpr {
			out = fmt.Sprintf("SELECT *, %s AS %s FROM (%s)", columns[i], sqlName(c.name), out)
		}
	}
	return fmt.Sprintf("SELECT %s, %d AS \" row\" FROM (%s) WHERE \" rows\" > 0", s.names(), limit+1, out)
}

func hasWindow(e Expr) bool {
	switch e := e.(type) {
	case *Unary:
		return hasWindow(e.X)
	case *Binary:
		return hasWindow(e.X) || hasWindow(e.Y)
	case *In:
		return hasWindow(e.X)
	case *Call:
		return slices.Contains(windows, e.Func) || hasWindow(e.Args[0])
	}
	return false
}

// fill appends the rows of times that have none.
func (s *statement) fill() {
	key := slices.IndexFunc(s.query.keys, func(k checkedKey) bool { return k.unit != "" })
	k := s.query.keys[key]
	var others, on, columns []string
	for i, c := range s.columns {
		name := sqlName(c.name)
		switch {
		case i == key:
			columns = append(columns, "t."+name)
		case c.key:
			others = append(others, name)
			columns = append(columns, "o."+name)
			on = append(on, fmt.Sprintf("f.%s IS NOT DISTINCT FROM o.%s", name, name))
		case c.rule.kind == bySum:
			columns = append(columns, fmt.Sprintf("CASE WHEN f.\" there\" THEN f.%s ELSE 0 END AS %s", name, name))
		default:
			columns = append(columns, "f."+name)
		}
	}
	on = append(on, fmt.Sprintf("f.%s IS NOT DISTINCT FROM t.%s", sqlName(k.name), sqlName(k.name)))
	from := s.last
	times, combinations := s.next("times"), s.next("combinations")
	s.add(times, "SELECT %s AS %s UNION SELECT %s FROM %s", s.times(k, from), sqlName(k.name), sqlName(k.name), from)
	s.add(combinations, "SELECT DISTINCT %s FROM %s", strings.Join(append(others, "1 AS \" one\""), ", "), from)
	s.add(s.next("filled"), "SELECT %s FROM %s t CROSS JOIN %s o LEFT JOIN (SELECT *, true AS \" there\" FROM %s) f ON %s\n  WHERE f.\" there\" OR t.%s IS NOT NULL",
		strings.Join(columns, ", "), times, combinations, from, strings.Join(on, " AND "), sqlName(k.name))
}

// times is the list of all values that a key of time can have, one a row.
func (s *statement) times(k checkedKey, from string) string {
	switch k.unit {
	case "weekday":
		return "unnest(range(1, 8))"
	case "hour_of_day":
		return "unnest(range(0, 24))"
	}
	first := fmt.Sprintf("(SELECT min(%s) FROM %s)", sqlName(k.name), from)
	last := fmt.Sprintf("(SELECT max(%s) FROM %s)", sqlName(k.name), from)
	if p := s.opts.Periods; len(p) > 0 && !p[0].Start.IsZero() && !p[0].End.IsZero() {
		first = s.unit(k.unit, sqlTime(p[0].Start))
		last = sqlTime(p[0].End.Add(-time.Microsecond))
	}
	if k.unit == "hour" || k.unit == "minute" {
		return fmt.Sprintf("unnest(generate_series(%s, %s, INTERVAL 1 %s))", first, last, k.unit)
	}
	zone := sqlText(s.zone)
	return fmt.Sprintf("timezone(%s, unnest(generate_series(timezone(%s, %s), timezone(%s, %s), INTERVAL 1 %s)))", zone, zone, first, zone, last, k.unit)
}

// compare appends the columns of a comparison: see [draft.compare].
func (s *statement) compare(step checkedStep) {
	var keys []string
	for _, k := range s.query.keys {
		keys = append(keys, sqlName(k.name))
	}
	now := s.last
	every := "SELECT " + strings.Join(append(slices.Clone(keys), `1 AS " one"`), ", ") + " FROM "
	var union strings.Builder
	union.WriteString(every + now)
	var befores [][]string // of each comparison its periods' steps
	for _, what := range step.Compare {
		var names []string
		for _, i := range periodsOf(s.opts, what) {
			was := s.next("was")
			s.add(was, "%s", s.grouped(s.opts.Periods[i], i))
			names = append(names, was)
			union.WriteString(" UNION " + every + was)
		}
		befores = append(befores, names)
	}
	all := s.next("keys")
	s.add(all, "%s", union.String())
	s.add(s.next("now"), "SELECT *, 1 AS \" rows\" FROM %s", now)
	from, columns := all+" k"+sqlJoin(s.last, keys), s.present(s.last, keys)
	for i, what := range step.Compare {
		for _, was := range befores[i] {
			from += sqlJoin(was, keys)
		}
		columns = append(columns, s.was(step, i, what, befores[i])...)
	}
	s.add(s.next("compared"), "SELECT %s\n  FROM %s", strings.Join(columns, ", "), from)
	for i, what := range step.Compare {
		s.changes(step, suffixOf(i, what))
	}
}

// sqlJoin joins a table to all keys, nulls being equal.
func sqlJoin(table string, keys []string) string {
	on := []string{"true"}
	for _, k := range keys {
		on = append(on, fmt.Sprintf("%s.%s IS NOT DISTINCT FROM k.%s", table, k, k))
	}
	return " LEFT JOIN " + table + " ON " + strings.Join(on, " AND ")
}

// present are the columns of now, zeros where only another period has the row.
func (s *statement) present(now string, keys []string) []string {
	var columns []string
	for _, k := range keys {
		columns = append(columns, "k."+k)
	}
	for _, c := range s.columns[len(keys):] {
		columns = append(columns, counted(now, c.name, c.rule)+" AS "+sqlName(c.name))
	}
	return columns
}

// counted is a column of a joined table; where it has no row, 0 was counted.
func counted(table, column string, how rule) string {
	name := table + "." + sqlName(column)
	if how.kind != bySum {
		return name
	}
	return fmt.Sprintf("CASE WHEN %s.\" rows\" IS NULL THEN 0 ELSE %s END", table, name)
}

// was are the columns of what the aggregates were.
func (s *statement) was(step checkedStep, i int, what string, tables []string) []string {
	var columns []string
	for j, a := range s.query.aggs {
		if !comparableAgg(a) {
			continue
		}
		name := "was" + suffixOf(i, what)
		if j != step.main {
			name += "." + a.column
		}
		list := commas(tables, func(table string) string { return counted(table, a.column, rule{kind: ruleOf(a.agg)}) })
		if len(tables) > 1 {
			list = "list_aggregate([" + list + "], 'median')"
			if a.typ != Float {
				list = "CAST(ceil(" + list + ") AS BIGINT)"
			}
		}
		columns = append(columns, list+" AS "+sqlName(name))
	}
	return columns
}

// changes appends change, delta and is_new, in the order of [draft.compareWith].
func (s *statement) changes(step checkedStep, suffix string) {
	main := s.query.aggs[step.main]
	now, was := sqlName(main.column), sqlName("was"+suffix)
	s.add(s.next("changed"), "SELECT *, %s - %s AS %s, %s AS %s, coalesce(%s, 0) = 0 AND coalesce(%s, 0) <> 0 AS %s FROM %s",
		now, was, sqlName("change"+suffix), quotient(now+" - "+was, was), sqlName("delta"+suffix), was, now, sqlName("is_new"+suffix), s.last)
	s.columns = append(s.columns, []sqlColumn{{name: "was" + suffix, typ: main.typ}, {name: "change" + suffix, typ: main.typ}, {name: "delta" + suffix, typ: Float}, {name: "is_new" + suffix, typ: Flag}}...)
	for j, a := range s.query.aggs {
		if j != step.main && comparableAgg(a) {
			s.columns = append(s.columns, sqlColumn{name: "was" + suffix + "." + a.column, typ: a.typ})
		}
	}
}
