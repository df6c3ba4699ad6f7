package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"logbook/frame"
	"logbook/parse"
)

// A heldLog is what logs say, in memory: their records as columns, in one
// buffer a worker. A notebook is answered from it without a look at the logs,
// and what has been answered once is not computed again.
type heldLog struct {
	origin  map[string]string // what decided which records are held, and what is derived of them
	columns []string
	share   float64 // of the records that are held; 1 is all
	summary *parse.Summary
	buffers []*frame.Buffer
	answers map[string]answer
	kept    kept
}

// An answer is a query's table, or why there is none.
type answer struct {
	table *frame.Table
	err   error
}

// hold reads the logs of a draft into memory: all fields, whatever the
// notebook asks for now. If they do not fit into so many bytes a sample is
// held, of about the given share of the records or a smaller one.
func hold(d *draft, columns []string, limit int64, share float64) (*heldLog, error) {
	l := &heldLog{origin: origin(d), columns: columns, share: share}
	d.scanner.Columns, d.scanner.Filter = columns, nil
	if d.options.Where != nil {
		var err error
		if d.scanner.Filter, err = frame.NewFilter(parse.Schema(d.rules), d.options.Where, d.zone); err != nil {
			return nil, usageError(err)
		}
	}
	for {
		budget := &frame.Budget{Limit: limit}
		if d.scanner.Sample = l.share; l.share == 1 {
			d.scanner.Sample = 0
		}
		var err error
		l.summary, err = d.scan(func() frame.Sink {
			b := &frame.Buffer{Budget: budget}
			l.buffers = append(l.buffers, b)
			return b
		})
		if err != nil && !errors.Is(err, frame.ErrBudget) || err == nil && (l.share == 1 || l.summary.Kept > 0) {
			return l, err
		}
		l.release()
		if l.share = smaller(l.share * readShare(d)); l.share == 0 || err == nil {
			return nil, fmt.Errorf("not even a sample of these logs fits into %s of memory: give more with --memory", megabytes(limit))
		}
		fmt.Fprintf(d.env.stderr, "logbook: the logs do not fit into %s of memory (--memory); a sample of %.3g %% is read instead\n", megabytes(limit), 100*l.share)
	}
}

// readShare returns how much of the logs the last scan has read, of 1.
func readShare(d *draft) float64 {
	whole := int64(0)
	for _, in := range d.inputs {
		if info, err := os.Stat(in.Path); err == nil {
			whole += info.Size()
		}
	}
	return min(float64(d.read)/float64(max(whole, 1)), 1)
}

// smaller returns the largest of 50 %, 20 %, 10 %, 5 % … that is well below a
// share, 0 if that is next to nothing. A number that people would choose is
// one that they can ask for again with --sample.
func smaller(share float64) float64 {
	for _, unit := range []float64{1, 0.1, 0.01, 0.001, 1e-4, 1e-5} {
		for _, n := range []float64{0.5, 0.2, 0.1} {
			if n*unit < 0.9*share {
				return n * unit
			}
		}
	}
	return 0
}

// release gives the memory back.
func (l *heldLog) release() {
	for _, b := range l.buffers {
		b.Release()
	}
	l.buffers, l.answers = nil, nil
}

// origin returns what decides which records a draft reads and what they hold:
// logs and flags, as the notebook has them.
func origin(d *draft) map[string]string {
	flags := *d.flags
	flags.Jobs, flags.Quiet = 0, false
	if d.options.Where == nil {
		flags.Zone = "" // it decides about hours and days, and these are not held
	}
	all := make(map[string]string)
	v := reflect.ValueOf(flags)
	for i := range v.NumField() {
		all[strings.ToLower(v.Type().Field(i).Name)] = fmt.Sprintf("%q", v.Field(i))
	}
	for _, in := range d.inputs {
		all["log"] += in.Path + "\n"
	}
	return all
}

// changed returns which parts of the origin are others in a draft, sorted.
func (l *heldLog) changed(d *draft) []string {
	now := origin(d)
	names := slices.Sorted(maps.Keys(now))
	return slices.DeleteFunc(names, func(name string) bool { return now[name] == l.origin[name] })
}

// lacks returns a column that a plan reads and that is not held, "" for none.
func (l *heldLog) lacks(plan *frame.Plan) string {
	for _, name := range columnsOf(plan) {
		if !slices.Contains(l.columns, name) {
			return name
		}
	}
	return ""
}

// columnsOf returns the columns that a plan's queries or its filter read.
func columnsOf(plan *frame.Plan) []string {
	columns := plan.Columns()
	if filter := plan.Filter(); filter != nil {
		for _, term := range filter.Terms {
			columns = append(columns, term.Columns...)
		}
	}
	return columns
}

// replay writes the records to sinks, each buffer's to one of its own, as a
// scan would.
func (l *heldLog) replay(ctx context.Context, columns []string, newSink func() frame.Sink) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, b := range l.buffers {
		sink := newSink()
		group.Go(func() error {
			for batch := range b.Batches(columns) {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := sink.Write(batch); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// kept is how many records of each log a filter keeps.
type kept struct {
	filter string
	byLog  map[string]int64
}

// account returns the summary that a scan of the logs with the plan's filter
// would have.
func (l *heldLog) account(d *draft, plan *frame.Plan) (*parse.Summary, error) {
	filter := plan.Filter()
	if filter == nil {
		return l.summary, nil
	}
	where := filter.Expr()
	if key := where.String() + " in " + d.zone.String(); l.kept.filter != key {
		count := &frame.Query{
			Rows:  []frame.RowStep{{Expr: where}},
			Group: &frame.Group{Aggs: []frame.Agg{{Func: "count"}}, By: []frame.Key{{Name: "file"}}},
		}
		plan, err := frame.NewPlan(parse.Schema(d.rules), []string{"kept"}, []*frame.Query{count}, frame.Options{Zone: d.zone, Functions: d.options.Functions})
		if err != nil {
			return nil, err
		}
		table, err := l.pass(d, plan)
		if err != nil {
			return nil, err
		}
		l.kept = kept{key, make(map[string]int64)}
		for row, file := range table[0].table.Columns[0].Texts {
			l.kept.byLog[file] = table[0].table.Columns[1].Ints[row]
		}
	}
	s := *l.summary
	s.Files = slices.Clone(s.Files)
	for i := range s.Files {
		f := &s.Files[i]
		less := f.Kept - l.kept.byLog[f.Name]
		f.Kept, f.Filtered = f.Kept-less, f.Filtered+less
		s.Kept, s.Filtered = s.Kept-less, s.Filtered+less
	}
	return &s, nil
}

// ask answers the draft's queries. Only those that the draft before did not
// have are computed, in one pass.
func (l *heldLog) ask(d *draft) (tables []*frame.Table, errs []error, err error) {
	keys := keysOf(d)
	fresh, err := l.compute(d, missing(d, keys, l.answers))
	if err != nil {
		return nil, nil, err
	}
	answers := make(map[string]answer, len(keys))
	for i, q := range d.queries {
		a, ok := fresh[d.names[i]]
		if !ok {
			a = l.answers[keys[i]]
		}
		answers[keys[i]] = a
		if a.table != nil {
			shown := *a.table
			shown.Show = q.Show
			a.table = &shown
		}
		tables, errs = append(tables, a.table), append(errs, a.err)
	}
	l.answers = answers
	return tables, errs, nil
}

// keysOf returns, of each query, what decides its answer: all of it but how it
// is shown, what it is made of, and the options of the pass.
func keysOf(d *draft) []string {
	keys := make([]string, len(d.queries))
	for i := range keys {
		keys[i] = fmt.Sprintf("%v\n%v\n", d.zone, d.options.Periods)
		for from := i; from >= 0; from = slices.Index(d.names, d.queries[from].From) { // no circle: they are planned
			asked := *d.queries[from]
			asked.Show = nil
			keys[i] += fmt.Sprintf("%s:\n%s\n", d.names[from], &asked)
		}
	}
	return keys
}

// missing returns which queries have no answer yet, and those that they are
// made of.
func missing(d *draft, keys []string, answers map[string]answer) []int {
	var list []int
	for i := range keys {
		if _, ok := answers[keys[i]]; ok {
			continue
		}
		for from := i; from >= 0; from = slices.Index(d.names, d.queries[from].From) {
			list = append(list, from)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// compute answers some of the draft's queries in one pass, by their names.
func (l *heldLog) compute(d *draft, which []int) (map[string]answer, error) {
	if len(which) == 0 {
		return nil, nil
	}
	var names []string
	var queries []*frame.Query
	for _, i := range which {
		names, queries = append(names, d.names[i]), append(queries, d.queries[i])
	}
	plan, err := d.plan(names, queries)
	if err != nil {
		return nil, err
	}
	list, err := l.pass(d, plan)
	answers := make(map[string]answer)
	for i := range list {
		answers[names[i]] = list[i]
	}
	return answers, err
}

// pass answers the queries of a plan, which reads no column that is not held.
func (l *heldLog) pass(d *draft, plan *frame.Plan) ([]answer, error) {
	partial, err := gather(plan, func(newSink func() frame.Sink) error {
		return l.replay(d.env.ctx, plan.Columns(), newSink)
	})
	if err != nil {
		return nil, err
	}
	tables, errs := partial.Tables()
	answers := make([]answer, len(tables))
	for i := range answers {
		answers[i] = answer{tables[i], errs[i]}
	}
	return answers, nil
}
