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
	domains []domain
	tables  []*groups
	present *presence // once tables are made
	err     error     // the first that Write met; the state is incomplete from there

	largest int // size up to which a domain needs no cleaning

	rows     *view   // the batch at hand, row by row
	folds    []*fold // of it
	unfolded []*part // what sees the rows themselves
	alike    alike
	folding  foldings
	sample   *sampling // of rows on which to choose folds; nil: none yet
	written  int64     // rows
}

// NewPartial returns the empty state of the plan's queries.
func (p *Plan) NewPartial() *Partial {
	s := &Partial{plan: p, domains: make([]domain, len(p.domains)), folding: usualFoldings}
	s.rows = s.newView(newEvaluator(p.program))
	for i := range p.parts {
		s.unfolded = append(s.unfolded, &p.parts[i])
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

// end adds what was kept back of all that was written, and returns the first
// error that there has been.
func (p *Partial) end() error {
	if p.err == nil {
		p.err = p.flush()
	}
	for _, t := range p.tables {
		if t.loose != nil {
			t.loose.settle()
			t.limit()
		}
	}
	return p.err
}

func (p *Partial) write(batch arrow.Record) error {
	if err := p.rows.eval.begin(batch, p.codesEnd); err != nil {
		return err
	}
	if err := p.tryFolds(); err != nil {
		return err
	}
	p.written += int64(p.rows.eval.rows)
	for _, f := range p.folds {
		if err := f.write(); err != nil {
			return err
		}
	}
	if err := p.rows.groupAll(p.unfolded); err != nil {
		return err
	}
	p.clean()
	return nil
}

// codesEnd is called before codes of texts get another meaning.
func (p *Partial) codesEnd() error {
	p.sample = nil
	return p.flush()
}

// flush adds what folds have collected.
func (p *Partial) flush() error {
	for _, f := range p.folds {
		if err := f.flush(); err != nil {
			return err
		}
	}
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
	p.domains, p.tables = fresh.domains, fresh.tables
	p.rows.forget()
	for _, f := range p.folds {
		f.forget()
	}
	p.largest = 2 * size(p)
}

// Merge adds q's rows to p and leaves q unusable. Both must come from equal
// plans. Merging is associative and commutative, and exact: the order never
// shows, not in one byte of the result.
func (p *Partial) Merge(q *Partial) error {
	if err := errors.Join(p.end(), q.end()); err != nil {
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
	q.domains, q.tables, q.rows, q.folds = nil, nil, nil, nil
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
		n = max(n, t.size())
	}
	return n > 2000
}

// mergeTogether adds q's tables to p's, several at a time, the dearest first.
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
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(q.tables[j].effort(), q.tables[i].effort()) })
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
		loose := t
		t = loose.numbered(0)
		t.tell(loose, t.all())
		sorted.tables[i].merge(t, t.sorted(), by)
	}
	return sorted
}
