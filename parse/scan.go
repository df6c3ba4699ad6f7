package parse

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"

	"logbook/frame"
)

// A Scanner reads logs into batches. Its fields are options; the zero value
// recognises the format, uses all cores and gives all record fields.
type Scanner struct {
	Format      Format            // nil: recognise it, file by file
	Rules       *Rules            // books, clutter and other derived fields; nil: the defaults
	Columns     []string          // projection, from frame.Plan.Columns; nil: all fields of a record
	Filter      *frame.Filter     // pushed down from the plan; nil keeps all
	Jobs        int               // workers; 0: one a core
	BlockSize   int               // bytes of whole lines a batch is made of; 0: the default
	Sample      float64           // keep about this share of the records, chosen by a hash of their lines: always the same ones; 0 keeps all
	Ordered     bool              // one sink gets all batches in log order (see Scan)
	EscapeBytes bool              // write bytes that are no UTF-8 as \xHH; false: each run of them is one U+FFFD
	Rejects     RejectFunc        // called for each rejected line; nil: only counted
	Progress    func(bytes int64) // called now and then, from any goroutine, with the bytes of files read since the last call
}

// A RejectFunc receives a line that was not a record. It is called by one
// goroutine at a time, in log order if the scan is ordered; line is good until
// it returns.
type RejectFunc func(file string, lineno int64, reason Reason, line []byte)

// Scan reads the inputs and writes their records to sinks as Arrow batches
// with the scanner's Columns, of the schema that [Schema] describes.
//
// It runs one worker for each sink, so that no sink is shared and none needs a
// lock; newSink is called Jobs times, before the first line is read. If
// s.Ordered is set newSink is called once, and batches reach that sink in the
// order of inputs and lines, whatever the number of workers.
//
// A worker's dictionaries grow from batch to batch: a column's dictionary
// begins with that of the worker's batch before, byte for byte, or is new. It may
// have texts that are only in other workers' batches. In an ordered scan batches of
// different workers follow each other, and a dictionary may have fewer texts than
// one before. A batch's
// memory is used again once it is released: a sink that holds on to a batch, or
// to a column, retains it.
//
// Inputs may also be what records were exported to: see [frame.IsSource] and
// [frame.IsSourceStream].
//
// A line that is no record, and a file that cannot be read or only in part,
// are told by the [Summary] and are no error. The error is the context's or a
// sink's; the summary is right up to there.
func (s *Scanner) Scan(ctx context.Context, inputs []Input, newSink func() frame.Sink) (*Summary, error) {
	inputs = buffered(inputs)
	if slices.ContainsFunc(inputs, isTable) {
		return s.scanMixed(ctx, inputs, newSink)
	}
	s = s.withDefaults()
	var filtered []string
	if s.Filter != nil {
		for _, term := range s.Filter.Terms {
			filtered = append(filtered, term.Columns...)
		}
	}
	p, err := newProjection(s.Rules, s.Columns, filtered)
	if err != nil {
		return nil, err
	}
	workers := s.workers(p, len(inputs))
	sinks := []frame.Sink{newSink()}
	for !s.Ordered && len(sinks) < s.Jobs {
		sinks = append(sinks, newSink())
	}
	sources := s.sources(inputs)

	group, ctx := errgroup.WithContext(ctx)
	blocks := make(chan *block, 32*s.Jobs) // so that no worker waits for a feed to get a core
	if s.Ordered {
		s.ordered(ctx, group, sources, blocks, workers, sinks[0])
	} else {
		s.unordered(ctx, group, sources, blocks, workers, sinks)
	}
	err = group.Wait()
	return summarise(sources, workers), err
}

func (s *Scanner) withDefaults() *Scanner {
	d := *s
	if d.Rules == nil {
		d.Rules = DefaultRules()
	}
	if d.Jobs <= 0 {
		d.Jobs = runtime.GOMAXPROCS(0)
	}
	if d.BlockSize <= 0 {
		d.BlockSize = defaultBlock
	}
	return &d
}

// workers returns the workers of a scan, of which a few each share lexicons.
func (s *Scanner) workers(p *projection, inputs int) []*worker {
	workers := make([]*worker, s.Jobs)
	var shared *lexicons
	for i := range workers {
		if i%sharers == 0 {
			shared = &lexicons{escape: s.EscapeBytes}
		}
		workers[i] = newWorker(s, p, shared, inputs)
	}
	return workers
}

// unordered runs the workers, each with its own sink. Feeds and workers meet
// at one channel of blocks.
func (s *Scanner) unordered(ctx context.Context, group *errgroup.Group, sources []*source, blocks chan *block, workers []*worker, sinks []frame.Sink) {
	group.Go(func() error {
		defer close(blocks)
		return s.feedAll(ctx, sources, func(*source) chan<- *block { return blocks }, nil)
	})
	var rejecting sync.Mutex // of s.Rejects: rejected lines are rare
	var working sync.WaitGroup
	for i, w := range workers {
		working.Add(1)
		group.Go(func() error {
			defer working.Done()
			for b := range blocks {
				batch, err := w.block(ctx, b)
				if err == nil && len(w.rejects) > 0 {
					rejecting.Lock()
					s.hand(b.source.Name, w.rejects)
					rejecting.Unlock()
				}
				b.release()
				if err == nil && batch != nil {
					err = sinks[i].Write(batch)
					batch.Release()
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		working.Wait()
		releaseAll(blocks)
		return nil
	})
}

func (s *Scanner) hand(file string, rejects []reject) {
	for _, r := range rejects {
		s.Rejects(file, r.lineno, r.reason, r.line)
	}
}

// feedAll feeds as many sources at a time as there are workers, in their
// order. Each is fed into the channel that to returns, which done is told
// about when no more blocks follow.
func (s *Scanner) feedAll(ctx context.Context, sources []*source, to func(*source) chan<- *block, done func(chan<- *block)) error {
	feed := newFeed(s.BlockSize, 3*s.Jobs, s.Progress) // one in the making, one on its way and one parsed each
	var feeds errgroup.Group
	feeds.SetLimit(s.Jobs)
	for _, src := range sources {
		if src.err != nil || src.skipped != "" {
			continue
		}
		out := to(src)
		feeds.Go(func() error {
			if done != nil {
				defer done(out)
			}
			return s.feedOne(ctx, feed, src, out)
		})
	}
	return feeds.Wait()
}

func (s *Scanner) feedOne(ctx context.Context, feed *feed, src *source, out chan<- *block) error {
	if src.regular && src.packed == plain && src.format.Directive() == "" && src.Tap == nil {
		return feed.ranges(ctx, src, out)
	}
	t, err := src.open(s.Progress)
	if err != nil {
		src.fail(err)
		return nil
	}
	defer t.close()
	var r io.Reader = t
	if src.Tap != nil {
		r = io.TeeReader(t, src.Tap)
	}
	if src.format == nil {
		// A stream shows what it is only now.
		if src.sample(r); src.err == nil {
			s.recognise(src, r)
		}
		if src.format == nil {
			return nil
		}
		if src.headErr != nil {
			r = failing{errors.Unwrap(src.headErr)}
		}
		r = io.MultiReader(bytes.NewReader(src.head), r)
	}
	return feed.stream(ctx, src, r, out)
}

// ordered runs the workers and hands their batches to one sink in the order
// of the blocks. A block enters only when there is room in the window of
// batches that wait for an earlier one, so memory is bounded.
func (s *Scanner) ordered(ctx context.Context, group *errgroup.Group, sources []*source, blocks chan *block, workers []*worker, sink frame.Sink) {
	window := make(chan struct{}, 4*s.Jobs)
	queue := make(chan chan *block, 1)
	results := make(chan result)

	group.Go(func() error { // feeds, each into a channel of its own
		defer close(queue)
		to := func(*source) chan<- *block {
			ch := make(chan *block) // no buffer: a block that is sent is received, and released, by someone
			select {
			case queue <- ch:
			case <-ctx.Done():
			}
			return ch
		}
		return s.feedAll(ctx, sources, to, func(ch chan<- *block) { close(ch) })
	})
	group.Go(func() error { // the sources' blocks, one source after the other
		defer close(blocks)
		seq := 0
		for ch := range queue {
			for b := range ch {
				b.seq = seq
				seq++
				select {
				case window <- struct{}{}:
				case <-ctx.Done():
					b.release()
					return ctx.Err()
				}
				select {
				case blocks <- b:
				case <-ctx.Done():
					b.release()
					return ctx.Err()
				}
			}
		}
		return nil
	})
	var working sync.WaitGroup
	for _, w := range workers {
		working.Add(1)
		group.Go(func() error {
			defer working.Done()
			for b := range blocks {
				batch, err := w.block(ctx, b)
				r := result{seq: b.seq, file: b.source.Name, batch: batch}
				for _, reject := range w.rejects {
					reject.line = append([]byte(nil), reject.line...)
					r.rejects = append(r.rejects, reject)
				}
				b.release()
				if err != nil {
					return err
				}
				select {
				case results <- r:
				case <-ctx.Done():
					r.release()
					return ctx.Err()
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		working.Wait()
		close(results)
		releaseAll(blocks)
		return nil
	})
	group.Go(func() error { return s.write(results, window, sink) })
}

// A result is what a worker made of a block in an ordered scan.
type result struct {
	seq     int
	file    string
	batch   arrow.Record // nil if no record was kept
	rejects []reject
}

func (r *result) release() {
	if r.batch != nil {
		r.batch.Release()
	}
}

// write writes results in the order of their blocks.
func (s *Scanner) write(results <-chan result, window <-chan struct{}, sink frame.Sink) error {
	waiting := map[int]result{}
	defer func() {
		for _, r := range waiting {
			r.release()
		}
	}()
	next := 0
	for r := range results {
		waiting[r.seq] = r
		for r, ok := waiting[next]; ok; r, ok = waiting[next] {
			s.hand(r.file, r.rejects)
			if r.batch != nil {
				if err := sink.Write(r.batch); err != nil {
					return err
				}
			}
			r.release()
			delete(waiting, next)
			next++
			<-window
		}
	}
	return nil
}

// releaseAll releases the blocks that nobody parses any more, as the workers
// have ended early. Whoever feeds waits for that.
func releaseAll(blocks <-chan *block) {
	for b := range blocks {
		b.release()
	}
}

// release gives back what a block holds.
func (b *block) release() {
	if b.texts != nil {
		b.texts <- b.text
	}
	if b.done != nil {
		b.done()
	}
}

// failing is a reader that only fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
