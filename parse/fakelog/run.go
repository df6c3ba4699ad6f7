package fakelog

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// sliceLines is how many lines are begun in a slice.
const sliceLines = 4096

// A slice of the log is written by one worker, in two steps. First it makes
// the requests of all sessions that begin in its stretch of time; that depends
// on nothing but the seed and the slice's number. Then it waits for what
// earlier slices have left over for it, hands on what is for later ones, and
// writes the lines. So the log is the same with any number of workers, and a
// slice waits for no more than the first steps of those before it.
type slice struct {
	number         int
	spans          []span
	lines          int // that begin in it
	brokenLines    int // of these
	before, after  *budget
	until          int64
	start          int64 // profile seed: of the first line
	earlier, later chan waiting
	done           chan *pen // that has written it
}

// waiting is what slices hand on: the requests for later times, in runs that
// are in the order of time, and how many lines there are before.
type waiting struct {
	runs [][]request
	line int64
}

// run writes the log.
func (s *Site) run(ctx context.Context, emit func(Chunk) error) (*Truth, error) {
	st, err := newStage(s)
	if err != nil {
		return nil, err
	}
	jobs := s.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	work := make(chan *slice)
	ordered := make(chan *slice, 2*jobs)
	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		return st.dispatch(ctx, work, ordered)
	})
	for range jobs {
		group.Go(func() error {
			for sl := range work {
				if err := st.play(ctx, sl); err != nil {
					return err
				}
			}
			return nil
		})
	}
	all := newTally(st)
	group.Go(func() error { return st.collect(ctx, ordered, all, emit) })
	err = group.Wait()
	return all.truth(st), err
}

// collect emits the slices in their order and adds up what they hold.
func (s *stage) collect(ctx context.Context, ordered <-chan *slice, all *tally, emit func(Chunk) error) error {
	for sl := range ordered {
		select {
		case p := <-sl.done:
			for _, c := range p.chunks {
				if err := emit(c); err != nil {
					return err
				}
			}
			all.add(p.tally)
			s.pens.Put(p)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// dispatch cuts the log into slices and gives each to a worker; ordered holds
// those that are not written yet, and so bounds their number.
func (s *stage) dispatch(ctx context.Context, work, ordered chan<- *slice) error {
	next := s.script()
	if s.site.profile() == seed {
		next = s.seedScript()
	}
	earlier := make(chan waiting, 1)
	earlier <- waiting{}
	for n := 0; ; n++ {
		sl := next()
		if sl == nil {
			return nil
		}
		sl.number, sl.earlier = n, earlier
		sl.later, sl.done = make(chan waiting, 1), make(chan *pen, 1)
		earlier = sl.later
		select {
		case ordered <- sl:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case work <- sl:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// script returns a function that gives slice after slice, and nil at the end.
func (s *stage) script() func() *slice {
	c := &curve{site: s.site, calendar: calendar{zone: s.site.zone()}, at: s.site.from, to: s.site.to}
	if beat := s.site.Beat; beat > 0 {
		c.num, c.den = 1, uint64(beat.Microseconds())
	} else {
		c.scale(s.site.Lines, int64(s.site.Rate*1000))
	}
	var begun int64
	spent := &budget{}
	return func() *slice {
		sl := &slice{spans: c.slice(sliceLines), before: spent}
		if len(sl.spans) == 0 {
			return nil
		}
		for _, sp := range sl.spans {
			sl.lines += sp.lines
			spent = spent.with(s.site, sp)
		}
		sl.after = spent
		last := sl.spans[len(sl.spans)-1]
		sl.until = last.start + last.length
		if c.to != 0 && int64(c.lines) == s.site.Lines && c.left.lines == 0 {
			sl.until = math.MaxInt64
		}
		sl.brokenLines = int(share(begun+int64(sl.lines), s.site.Malformed) - share(begun, s.site.Malformed))
		begun += int64(sl.lines)
		return sl
	}
}

// share is how many of the first n lines are of a kind of which a million
// lines have perMillion.
func share(n, perMillion int64) int64 {
	return n/1e6*perMillion + n%1e6*perMillion/1e6
}

// play writes one slice.
func (s *stage) play(ctx context.Context, sl *slice) error {
	p := s.pen()
	if s.site.profile() == seed {
		p.writeSeed(sl)
		sl.done <- p
		return nil
	}
	g := &scene{stage: s, dice: dice(mix(s.site.Seed, uint64(sl.number))), spans: sl.spans}
	g.calendar.zone = s.site.zone()
	now, later := part(g.play(sl), sl.until)
	select {
	case earlier := <-sl.earlier:
		now = sl.handOn(earlier, now, later)
		p.line = earlier.line
	case <-ctx.Done():
		return ctx.Err()
	}
	p.writeAll(inOrder(now))
	sl.done <- p
	return nil
}

// handOn adds to now what earlier slices have left for this one, and gives the
// rest, with what is later, to the next.
func (sl *slice) handOn(earlier waiting, now, later []request) []request {
	var after waiting
	for _, run := range earlier.runs {
		due, _ := slices.BinarySearchFunc(run, sl.until, func(r request, at int64) int { return cmp.Compare(r.at, at) })
		now = append(now, run[:due]...)
		if due < len(run) {
			after.runs = append(after.runs, run[due:])
		}
	}
	if len(later) > 0 {
		after.runs = append(after.runs, later)
	}
	after.line = earlier.line + int64(len(now))
	sl.later <- after
	return now
}

// part splits requests into those before a time and the sorted others.
func part(requests []request, until int64) (now, later []request) {
	n := 0
	for _, r := range requests {
		if r.at < until {
			requests[n] = r
			n++
		} else {
			later = append(later, r)
		}
	}
	return requests[:n], inOrder(later)
}

// inOrder sorts requests by time; those of the same time keep their order.
func inOrder(requests []request) []request {
	type key struct {
		at int64
		i  int32
	}
	keys := make([]key, len(requests))
	for i := range requests {
		keys[i] = key{requests[i].at, int32(i)}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Compare(a.i, b.i)
	})
	sorted := make([]request, len(requests))
	for i, k := range keys {
		sorted[i] = requests[k.i]
	}
	return sorted
}
