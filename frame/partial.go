package frame

import (
	"cmp"
	"errors"
	"runtime"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"
)

// A Partial is the running, mergeable state of a plan's queries. It is a
// [Sink].
type Partial struct {
	plan    *Plan
	eval    *evaluator
	domains []domain
	tables  []*groups
	present *presence // once tables are made
	err     error     // the first that Write met; the state is incomplete from there

	largest int // size up to which a domain needs no cleaning

	rows     [][]int32  // of each selection in the current batch
	all      []int32    // 0, 1, 2 …
	numbered []numbered // of each domain
}

// numbered are the numbers of a domain's values in the rows of a selection.
type numbered struct {
	batch, selection int
	numbers          []int32
}

// NewPartial returns the empty state of the plan's queries.
func (p *Plan) NewPartial() *Partial {
	s := &Partial{
		plan:     p,
		eval:     newEvaluator(p.program),
		domains:  make([]domain, len(p.domains)),
		rows:     make([][]int32, len(p.selections)),
		numbered: make([]numbered, len(p.domains)),
	}
	for i := range s.domains {
		s.domains[i].kind = p.domains[i].kind
	}
	for _, t := range p.tables {
		s.tables = append(s.tables, newGroups(t, s.domains))
	}
	return s
}

var (
	errUsed      = errors.New("frame: the partial was merged into another")
	errOtherPlan = errors.New("frame: the partial is of another plan")
)

// Write adds a batch's rows. The batch needs the plan's columns; others are
// ignored. It keeps nothing of the batch but, by retaining them, dictionaries.
func (p *Partial) Write(batch arrow.Record) error {
	if p.err != nil {
		return p.err
	}
	if batch.NumRows() == 0 {
		return nil
	}
	p.err = p.write(batch)
	return p.err
}

func (p *Partial) write(batch arrow.Record) error {
	if err := p.eval.begin(batch); err != nil {
		return err
	}
	if len(p.all) < p.eval.rows {
		p.all = allRows(p.all, p.eval.rows)
	}
	for i := range p.rows {
		if err := p.selectRows(i); err != nil {
			return err
		}
	}
	for _, i := range p.plan.order {
		if err := p.group(p.tables[i]); err != nil {
			return err
		}
	}
	p.clean()
	return nil
}

// minClean is the number of values from which on a domain is worth cleaning.
const minClean = 1 << 20

// clean forgets the values that no group has, once they are many: those whose
// groups had to give way. Memory then follows the groups and not the log.
func (p *Partial) clean() {
	if !slices.ContainsFunc(p.tables, func(t *groups) bool { return t.level > 0 }) {
		return
	}
	size := func(q *Partial) (most int) {
		for i := range q.domains {
			most = max(most, int(q.domains[i].size()))
		}
		return most
	}
	if size(p) <= max(minClean, p.largest) {
		return
	}
	fresh := p.plan.NewPartial()
	fresh.merge(p)
	p.domains, p.tables, p.numbered = fresh.domains, fresh.tables, fresh.numbered
	p.largest = 2 * size(p)
}

// group adds the current batch's rows to one table.
func (p *Partial) group(t *groups) error {
	rows := p.rows[t.plan.selection]
	if len(rows) == 0 {
		return nil
	}
	keys := t.scratch.keys[:0]
	for _, d := range t.plan.keys {
		numbers, err := p.numbers(d, t.plan.selection)
		if err != nil {
			return err
		}
		keys = append(keys, numbers)
	}
	t.scratch.keys = keys
	if err := t.update(p, &input{rows: rows, groups: t.of(keys, len(rows))}); err != nil {
		return err
	}
	t.limit()
	return nil
}

// selectRows finds the rows of a selection.
func (p *Partial) selectRows(i int) error {
	s := &p.plan.selections[i]
	rows := p.all[:p.eval.rows]
	if s.time < 0 && len(s.conditions) == 0 {
		p.rows[i] = rows
		return nil
	}
	dst := p.rows[i]
	if cap(dst) < len(rows) {
		dst = make([]int32, len(rows))
	}
	dst = dst[:len(rows)]
	if s.time >= 0 {
		times, err := p.eval.vector(s.time)
		if err != nil {
			return err
		}
		rows = within(dst, rows, times, s.period)
	}
	for _, node := range s.conditions {
		flags, err := p.eval.vector(node)
		if err != nil {
			return err
		}
		rows = keep(dst, rows, flags.flags)
	}
	p.rows[i] = rows
	return nil
}

// within copies to dst the rows whose time is in a period.
func within(dst, rows []int32, times *vector, period Period) []int32 {
	start, end := period.Start.UnixMicro(), period.End.UnixMicro()
	n := 0
	for _, row := range rows {
		dst[n] = row
		if t := times.ints[row]; t >= start && t < end && !times.null(row) {
			n++
		}
	}
	return dst[:n]
}

// numbers returns the numbers of a domain's values in the rows of a selection.
func (p *Partial) numbers(domain, selection int) ([]int32, error) {
	n := &p.numbered[domain]
	if n.batch == p.eval.number && n.selection == selection {
		return n.numbers, nil
	}
	v, err := p.eval.vector(p.plan.domains[domain].node)
	if err != nil {
		return nil, err
	}
	rows := p.rows[selection]
	n.numbers = resize(n.numbers, len(rows))
	p.domains[domain].numbers(v, rows, n.numbers)
	n.batch, n.selection = p.eval.number, selection
	return n.numbers, nil
}

// arguments reads what a state needs of the batch into in. shared is set if
// in's rows are all rows of the table's selection: then other tables may have
// asked for the same numbers.
func (p *Partial) arguments(t *groups, s *statePlan, in *input, shared bool) (err error) {
	if s.cond >= 0 && s.fn == "count" {
		flags, err := p.eval.vector(s.cond)
		if err != nil {
			return err
		}
		in.cond = flags.flags
	}
	if s.arg >= 0 {
		if in.arg, err = p.eval.vector(s.arg); err != nil {
			return err
		}
	}
	if s.time >= 0 {
		if in.time, err = p.eval.vector(s.time); err != nil {
			return err
		}
	}
	if s.domain >= 0 {
		if in.numbers, err = p.numbersOf(t, s.domain, in, shared, &t.scratch.numbers); err != nil {
			return err
		}
	}
	if s.unit >= 0 {
		in.units, err = p.numbersOf(t, s.unit, in, shared, &t.scratch.units)
	}
	return err
}

func (p *Partial) numbersOf(t *groups, domain int, in *input, shared bool, scratch *[]int32) ([]int32, error) {
	if shared {
		return p.numbers(domain, t.plan.selection)
	}
	v, err := p.eval.vector(p.plan.domains[domain].node)
	if err != nil {
		return nil, err
	}
	*scratch = resize(*scratch, len(in.rows))
	p.domains[domain].numbers(v, in.rows, *scratch)
	return *scratch, nil
}

// Merge adds q's rows to p and leaves q unusable. Both must come from equal
// plans. Merging is associative and commutative, and exact: the order never
// shows, not in one byte of the result.
func (p *Partial) Merge(q *Partial) error {
	if err := errors.Join(p.err, q.err); err != nil {
		return err
	}
	if p.plan.identity != q.plan.identity {
		return errOtherPlan
	}
	q.err = errUsed
	by := remapsOf(q, p)
	if q.isLarge() {
		p.mergeTogether(q, by)
	} else {
		for i, t := range p.tables {
			t.merge(q.tables[i], q.tables[i].all(), by)
		}
	}
	q.domains, q.tables, q.numbered = nil, nil, nil
	return nil
}

// isLarge reports whether it pays to merge the partial with several goroutines.
// They add all values of its domains; where groups had to give way, domains
// hold values that no group has, and merging one after the other leaves them.
func (p *Partial) isLarge() bool {
	n := 0
	for _, t := range p.tables {
		if t.level > 0 {
			return false
		}
		n = max(n, t.n)
	}
	return n > 2000
}

// mergeTogether adds q's tables to p's, several at a time, the largest first.
// That they do not meet in the domains, all values are added before.
func (p *Partial) mergeTogether(q *Partial, by []remap) {
	var adding errgroup.Group
	for i := range by {
		adding.Go(func() error {
			by[i].all()
			return nil
		})
	}
	adding.Wait() //nolint:errcheck // there are none
	order := make([]int, len(p.tables))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(q.tables[j].n, q.tables[i].n) })
	var merging errgroup.Group
	merging.SetLimit(runtime.GOMAXPROCS(0))
	for _, i := range order {
		merging.Go(func() error {
			p.tables[i].merge(q.tables[i], q.tables[i].all(), by)
			q.tables[i] = nil // its memory may go, before the next table grows
			return nil
		})
	}
	merging.Wait() //nolint:errcheck // there are none
}

// merge adds q's rows to p and leaves q as it is.
func (p *Partial) merge(q *Partial) {
	by := remapsOf(q, p)
	for i, t := range p.tables {
		t.merge(q.tables[i], q.tables[i].all(), by)
	}
}

// remapsOf returns the remap of each domain of a partial to another's.
func remapsOf(from, to *Partial) []remap {
	by := make([]remap, len(to.domains))
	for i := range by {
		by[i] = remap{from: &from.domains[i], to: &to.domains[i], known: make([]int32, from.domains[i].size())}
	}
	return by
}

// canonical returns an equal state in which all numbers are ranks: domains
// hold what is in use and no more, in the order of their values, and groups
// are in the order of their keys.
func (p *Partial) canonical() *Partial {
	used := p.plan.NewPartial()
	used.merge(p)
	sorted := p.plan.NewPartial()
	for i := range used.domains {
		from, to := &used.domains[i], &sorted.domains[i]
		for _, n := range from.sorted() {
			to.add(from, n)
		}
	}
	by := remapsOf(used, sorted)
	for i, t := range used.tables {
		sorted.tables[i].merge(t, t.sorted(), by)
	}
	return sorted
}
