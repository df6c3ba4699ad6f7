package frame

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/zeebo/xxh3"
)

// A Plan is what one pass over the batches has to do for all queries: which
// columns to read, which rows to keep, and how to aggregate. It is immutable
// and safe for concurrent use; each goroutine takes a [Partial] of its own.
//
// What queries have in common is planned once: an expression is one node of
// the program, queries with the same conditions share a selection of rows, and
// those that also have the same keys share a table of groups, in which equal
// aggregates are one.
type Plan struct {
	schema     *arrow.Schema
	opts       Options
	program    *program
	columns    []string
	filter     *Filter
	domains    []domainPlan
	selections []selectionPlan
	tables     []*groupsPlan
	parts      []part   // of the tables
	facets     []facet  // that parts tell rows apart by
	implied    []facets // of each facet, by which others: it tells no more apart than any of them
	cells      []cellPlan
	identity   uint64 // of what a partial holds; plans with the same can merge
}

// Options say how queries are to be understood. The zero value is UTC, all
// rows, 200,000 groups a query.
type Options struct {
	Zone    *time.Location // of hour, day, week …; nil is UTC
	Where   Expr           // rows that no query sees; nil keeps all
	Periods []Period       // for compare steps: Periods[0] is now; empty: one period that holds all time

	// Presence is the name of a query "from history | count by hour" (or minute),
	// whose table says in which hours there are rows at all: what else can be
	// compared. Empty: all periods are taken for complete.
	Presence string

	// Functions are those of a text that the caller knows, by name. They are
	// true or false, and called once for each text. Several goroutines call
	// them at the same time.
	Functions map[string]func(text string) bool

	// Derived has the names of columns that are derived from another, and the
	// name of that one: rows in which it has the same text of a dictionary, or
	// the same number, have the same in these. It decides nothing but speed, and
	// is not checked.
	Derived map[string]string

	// MaxGroups is how many groups a query's table has at most; 0 is 200,000.
	// The groups with the most rows stay, of equal ones those whose keys come
	// first. The rows of all others are one row, [Table.Other], so that totals
	// stay exact.
	//
	// While rows are read, up to eight times as many groups are held, and the
	// choice among them is exact. If there are more, those whose keys' hashes
	// begin with a zero bit keep a group of their own, then those that begin
	// with two, and so on: a choice blind to their size, but one that depends
	// on nothing but the set of keys. The table's notes say so.
	MaxGroups int
}

// A Period is a named half-open span of time [Start, End). A query with a
// compare step is grouped once per period, in the same pass.
type Period struct {
	Name       string // "previous", "usual 1" …; the first is the period of the report itself
	Start, End time.Time
}

const defaultMaxGroups = 200_000

// A domainPlan is an expression whose distinct values are numbered.
type domainPlan struct {
	node int
	kind kind
}

// A selectionPlan is a set of rows: those of a period for which all conditions
// hold.
type selectionPlan struct {
	conditions []int // nodes, sorted
	period     Period
	time       int   // node of the column time; -1: all time
	within     int   // a selection of the period that has some of the conditions, and the most of them; -1: none
	rest       []int // the other conditions
}

// A groupsPlan is a table of groups.
type groupsPlan struct {
	selection int
	keys      []int // domains
	states    []statePlan
	hardLimit int
	loosens   int // number of groups from which on the table may be loosened; 0: it may not
}

func (t *groupsPlan) domain(domains []domain, key int) *domain { return &domains[t.keys[key]] }

// A statePlan is one aggregate of a table.
type statePlan struct {
	fn     string
	kind   kind
	arg    int    // node of the argument; -1: none
	domain int    // of the argument; -1: none
	unit   int    // domain of the unit of series and daily distinct; -1: none
	cond   int    // node; -1: none
	time   int    // node of the column time of first and last; -1: none
	told   facets // that cond is told by
}

// A cellPlan is where a query finds its numbers: a table for each period that
// it wants, now being the first.
type cellPlan struct {
	query   *checkedQuery
	from    int // the cell whose table it reads; -1: the log
	periods []cellPeriod
}

type cellPeriod struct {
	name   string
	table  int
	states []int // of each aggregate; -1: the count of the groups' rows
	hourly []int // of each aggregate that some hours can be left out of; -1: of others
}

// NewPlan checks the queries against the schema of the batches to come and
// plans one pass for all of them. names[i] is the name of queries[i] in
// messages and tables, and in the from step of a query that reads its table. The error is a [*SyntaxError] if a query is at fault.
//
// The schema names every column that could be had; the plan's own
// [Plan.Columns] says which of them the queries read, and batches need only
// have those.
func NewPlan(schema *arrow.Schema, names []string, queries []*Query, opts Options) (*Plan, error) {
	checked, err := checkQueries(schema, names, queries, opts)
	if err != nil {
		return nil, err
	}
	if opts.Where != nil {
		where, err := resolveWhere(schema, opts.Where, opts.Zone)
		if err != nil {
			return nil, err
		}
		opts.Where = where
	}
	return newPlan(schema, checked, opts)
}

// resolveWhere checks a condition that stands outside any query.
func resolveWhere(schema *arrow.Schema, where Expr, zone *time.Location) (Expr, error) {
	q := &Query{Rows: []RowStep{{Offset: where.Pos(), Expr: where}}, Group: &Group{Aggs: []Agg{{Func: "count"}}}}
	c, err := checkQuery(schema, "", q, Options{Zone: zone})
	if err != nil {
		return nil, err
	}
	return c.where, nil
}

func newPlan(schema *arrow.Schema, queries []*checkedQuery, opts Options) (*Plan, error) {
	if opts.MaxGroups <= 0 {
		opts.MaxGroups = defaultMaxGroups
	}
	p := &Plan{schema: schema, opts: opts, program: newProgram(schema, opts.Zone)}
	for _, q := range queries {
		if err := p.add(q, slices.Index(queries, q.from)); err != nil {
			return nil, err
		}
	}
	p.nest()
	p.parts = p.divide()
	p.columns = p.program.columns()
	if err := p.push(slices.DeleteFunc(slices.Clone(queries), (*checkedQuery).readsNoRows)); err != nil {
		return nil, err
	}
	p.identity = p.identify(queries)
	return p, nil
}

// byHour returns the aggregate of which some hours can be left out, if there is
// one: counts, sums and averages are made of those of their hours. How many are
// different is not told by how many are in each hour, nor is a percentile.
func (a checkedAgg) byHour() (by checkedAgg, ok bool) {
	switch a.agg.Func {
	case "count":
		return checkedAgg{agg: Agg{Func: "series"}, cond: a.cond, unit: "hour"}, true
	case "sum", "avg":
		a.unit, a.agg.Func = "hour", "hourly"
		return a, true
	}
	return by, false
}

// readsNoRows reports whether the query is of other queries' tables alone.
func (c *checkedQuery) readsNoRows() bool { return c.query.Group == nil || c.from != nil }

// add plans one query, which reads the table of another unless from is
// negative.
func (p *Plan) add(q *checkedQuery, from int) error {
	periods := p.periods(q)
	cell := cellPlan{query: q, from: from}
	if q.readsNoRows() {
		periods = nil
	}
	for _, period := range periods {
		table, err := p.table(q, period)
		if err != nil {
			return err
		}
		c := cellPeriod{name: period.Name, table: table}
		for _, a := range q.aggs {
			state, err := p.state(p.tables[table], a)
			if err != nil {
				return err
			}
			c.states = append(c.states, state)
			hourly := -1
			if by, ok := a.byHour(); ok && len(periods) > 1 && p.opts.Presence != "" {
				if hourly, err = p.state(p.tables[table], by); err != nil {
					return err
				}
			}
			c.hourly = append(c.hourly, hourly)
		}
		cell.periods = append(cell.periods, c)
	}
	p.cells = append(p.cells, cell)
	return nil
}

// periods returns the spans of time that a query is grouped in: now, and what
// it compares now with; or all that there was until the end of now.
func (p *Plan) periods(q *checkedQuery) []Period {
	switch {
	case len(p.opts.Periods) == 0:
		return []Period{{}}
	case q.query.From == History:
		return []Period{{End: p.opts.Periods[0].End}}
	}
	periods := p.opts.Periods[:1:1]
	for i, period := range p.opts.Periods {
		if q.compares(i, p.opts) {
			periods = append(periods, period)
		}
	}
	return periods
}

// compares reports whether a compare step of the query is with period i.
func (c *checkedQuery) compares(i int, opts Options) bool {
	return slices.ContainsFunc(c.query.Result, func(s ResultStep) bool {
		return slices.ContainsFunc(s.Compare, func(what string) bool { return slices.Contains(periodsOf(opts, what), i) })
	})
}

// table returns the table of a query's groups in a period: one that there is
// already if selection and keys are the same.
func (p *Plan) table(q *checkedQuery, period Period) (int, error) {
	selection, err := p.selection(q.where, period)
	if err != nil {
		return 0, err
	}
	t := &groupsPlan{selection: selection, hardLimit: 8 * p.opts.MaxGroups}
	for _, k := range q.keys {
		d, err := p.domain(k.expr, k.unit, k.typ)
		if err != nil {
			return 0, err
		}
		t.keys = append(t.keys, d)
	}
	same := func(u *groupsPlan) bool { return u.selection == selection && slices.Equal(u.keys, t.keys) }
	if i := slices.IndexFunc(p.tables, same); i >= 0 {
		return i, nil
	}
	p.tables = append(p.tables, t)
	return len(p.tables) - 1, nil
}

func (p *Plan) selection(where Expr, period Period) (int, error) {
	s := selectionPlan{period: period, time: -1}
	for _, e := range append(conjuncts(p.opts.Where), conjuncts(where)...) {
		node, err := p.program.compile(e)
		if err != nil {
			return 0, err
		}
		s.conditions = append(s.conditions, node)
	}
	slices.Sort(s.conditions)
	s.conditions = slices.Compact(s.conditions)
	if period != (Period{}) {
		node, err := p.program.compileName(&Name{Name: "time"})
		if err != nil {
			return 0, err
		}
		s.time = node
	}
	same := func(t selectionPlan) bool {
		return slices.Equal(s.conditions, t.conditions) && period.Start.Equal(t.period.Start) && period.End.Equal(t.period.End)
	}
	if i := slices.IndexFunc(p.selections, same); i >= 0 {
		return i, nil
	}
	p.selections = append(p.selections, s)
	return len(p.selections) - 1, nil
}

// nest finds for each selection another that it is part of.
func (p *Plan) nest() {
	for i := range p.selections {
		s := &p.selections[i]
		s.within, s.rest = -1, s.conditions
		for k := range p.selections {
			t := &p.selections[k]
			rest := slices.DeleteFunc(slices.Clone(s.conditions), func(c int) bool { return slices.Contains(t.conditions, c) })
			if t.time == s.time && t.period == s.period && len(rest)+len(t.conditions) == len(s.conditions) && len(rest) > 0 && len(rest) < len(s.rest) {
				s.within, s.rest = k, rest
			}
		}
	}
}

// domain returns the domain of an expression's values, or of the unit of a
// time.
func (p *Plan) domain(e Expr, unit string, t Type) (int, error) {
	var node int
	var err error
	if unit != "" {
		node, err = p.program.compileUnit(e, unit)
	} else {
		node, err = p.program.compile(e)
	}
	if err != nil {
		return 0, err
	}
	if k := kindOf(t); k == flagKind {
		node = p.program.as(node, intKind)
	} else {
		node = p.program.as(node, k)
	}
	d := domainPlan{node: node, kind: p.program.nodes[node].kind}
	if i := slices.Index(p.domains, d); i >= 0 {
		return i, nil
	}
	p.domains = append(p.domains, d)
	return len(p.domains) - 1, nil
}

// state returns the state of a table that holds an aggregate.
func (p *Plan) state(t *groupsPlan, a checkedAgg) (int, error) {
	if a.agg.Func == "count" && a.cond == nil {
		return -1, nil
	}
	s := statePlan{fn: stateOf(a.agg), arg: -1, domain: -1, unit: -1, cond: -1, time: -1}
	var err error
	if a.cond != nil {
		if s.cond, err = p.program.compile(a.cond); err != nil {
			return 0, err
		}
	}
	if a.arg != nil {
		if err := p.argument(&s, a); err != nil {
			return 0, err
		}
	}
	if unit := a.unit; unit != "" || a.agg.Daily {
		if a.agg.Daily {
			unit = "day"
		}
		if s.unit, err = p.domain(&Name{Name: "time"}, unit, Time); err != nil {
			return 0, err
		}
	}
	if s.fn == "first" || s.fn == "last" {
		if s.time, err = p.program.compileName(&Name{Name: "time"}); err != nil {
			return 0, err
		}
		if s.time == s.arg { // the first time is the smallest
			s.fn, s.time = map[string]string{"first": "min", "last": "max"}[s.fn], -1
		}
	}
	if i := slices.Index(t.states, s); i >= 0 {
		return i, nil
	}
	t.states = append(t.states, s)
	return len(t.states) - 1, nil
}

// argument plans how a state reads its argument: as numbers of a domain, if it
// keeps distinct values or texts.
func (p *Plan) argument(s *statePlan, a checkedAgg) error {
	if kindOf(a.argType) == textKind || s.fn == "distinct" || s.fn == "daily distinct" || s.fn == "top" {
		d, err := p.domain(a.arg, "", a.argType)
		if err != nil {
			return err
		}
		s.domain, s.kind = d, p.domains[d].kind
		return nil
	}
	node, err := p.program.compile(a.arg)
	if err != nil {
		return err
	}
	k := kindOf(a.argType)
	if k == flagKind {
		k = intKind
	}
	s.arg = p.program.as(node, k)
	s.kind = p.program.nodes[s.arg].kind
	return nil
}

// stateOf names what has to be held for an aggregate. Several aggregates read
// the same: sum and avg, p50 and p95, top 1 and top 5.
func stateOf(a Agg) string {
	switch {
	case a.Func == "avg":
		return "sum"
	case a.Daily:
		return "daily distinct"
	}
	return a.Func
}

// new returns the empty state.
func (s *statePlan) new(domains []domain) state {
	var arg, unit *domain
	if s.domain >= 0 {
		arg = &domains[s.domain]
	}
	if s.unit >= 0 {
		unit = &domains[s.unit]
	}
	switch s.fn {
	case "count":
		return &counting{}
	case "sum":
		return newSum(s.kind)
	case "hourly":
		fresh := func() state { return newSum(s.kind) }
		return &hourly{unit: unit, sums: fresh(), new: fresh}
	case "min", "max":
		return &extreme{kind: s.kind, arg: arg, last: s.fn == "max"}
	case "first", "last":
		return &extreme{kind: s.kind, arg: arg, last: s.fn == "last", timed: true}
	case "distinct":
		return newDistinct(arg)
	case "daily distinct":
		return &dailyDistinct{unit: unit, values: newDistinct(arg)}
	case "top":
		return &top{arg: arg}
	case "series":
		return &series{units: unit}
	case "p":
		return &quantiles{kind: s.kind}
	}
	panic("frame: no aggregate " + s.fn)
}

func newSum(k kind) state {
	if k == floatKind {
		return &floatSumming{}
	}
	return &summing{}
}

// push plans what the producer of batches can do: read only some columns, and
// leave out the rows that no query wants.
func (p *Plan) push(queries []*checkedQuery) error {
	conditions := conjuncts(p.opts.Where)
	conditions = append(conditions, p.wantedTimes()...)
	conditions = append(conditions, wanted(queries)...)
	if len(conditions) == 0 {
		return nil
	}
	filter, err := newFilter(p.schema, conditions, p.opts.Zone)
	p.filter = filter
	return err
}

// Columns returns the names of the columns that batches must have: the
// projection, in the schema's order.
func (p *Plan) Columns() []string { return append([]string{}, p.columns...) }

// Filter returns the rows that at least one query wants: Options.Where and
// the or of the queries' own where steps. It is nil if all rows are wanted.
// Whether rows have passed the filter or not when they are written to a
// Partial makes no difference.
func (p *Plan) Filter() *Filter {
	if p.filter == nil {
		return nil
	}
	return p.filter.Clone()
}

// wantedTimes returns the conditions under which a row is in a period that some
// query wants: in the span from the first start to the last end.
func (p *Plan) wantedTimes() []Expr {
	var start, end time.Time
	for i, s := range p.selections {
		if s.time < 0 {
			return nil
		}
		if i == 0 || s.period.Start.Before(start) {
			start = s.period.Start
		}
		if i == 0 || s.period.End.After(end) {
			end = s.period.End
		}
	}
	if len(p.selections) == 0 {
		return nil
	}
	before := &Binary{Op: "<", X: &Name{Name: "time"}, Y: timeLiteral(end, p.opts.Zone)}
	if start.IsZero() { // of the history
		return []Expr{before}
	}
	return []Expr{&Binary{Op: ">=", X: &Name{Name: "time"}, Y: timeLiteral(start, p.opts.Zone)}, before}
}

func timeLiteral(t time.Time, zone *time.Location) *Literal {
	if zone == nil {
		zone = time.UTC
	}
	text := t.In(zone).Format("2006-01-02T15:04:05")
	return &Literal{Source: text, Text: text, Type: Time, Int: t.UnixMicro()}
}

// wanted returns the conditions that the rows of every query fulfil: those that
// all have, and the or of what remains of each.
func wanted(queries []*checkedQuery) []Expr {
	var common []Expr
	for i, q := range queries {
		have := conjuncts(q.where)
		if i == 0 {
			common = have
			continue
		}
		common = slices.DeleteFunc(common, func(e Expr) bool { return !contains(have, e) })
	}
	var either Expr
	for _, q := range queries {
		var rest Expr
		for _, e := range conjuncts(q.where) {
			if !contains(common, e) {
				rest = joined("and", rest, e)
			}
		}
		if rest == nil {
			return common // this query wants all of them
		}
		either = joined("or", either, rest)
	}
	if either == nil {
		return common
	}
	return append(common, either)
}

func contains(list []Expr, e Expr) bool {
	return slices.ContainsFunc(list, func(f Expr) bool { return f.String() == e.String() })
}

// joined returns "x op y", or y if there is no x. An alternative that is there
// already is not repeated.
func joined(op string, x, y Expr) Expr {
	if x == nil || x.String() == y.String() {
		return y
	}
	return &Binary{Op: op, X: x, Y: y}
}

// identify returns a hash of all that decides what a partial holds.
func (p *Plan) identify(queries []*checkedQuery) uint64 {
	var b strings.Builder
	fmt.Fprintln(&b, p.program.zone, p.opts.MaxGroups, p.opts.Presence)
	if p.opts.Where != nil {
		fmt.Fprintln(&b, p.opts.Where)
	}
	for _, q := range queries {
		fmt.Fprintln(&b, "query", q.where)
		for _, k := range q.keys {
			fmt.Fprintln(&b, "key", k.expr, k.typ, k.unit)
		}
		for _, a := range q.aggs {
			fmt.Fprintln(&b, "aggregate", stateOf(a.agg), a.arg, a.cond, a.argType, a.unit)
		}
	}
	for _, s := range p.selections {
		fmt.Fprintln(&b, "selection", s.period.Start.UnixMicro(), s.period.End.UnixMicro())
	}
	return xxh3.HashString(b.String())
}
