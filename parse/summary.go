package parse

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Summary accounts for every line: Total = Kept + Filtered + Rejected, for
// each file and for the whole. Blank lines, comments and directives are no
// lines of a log in this sense, and counted apart.
type Summary struct {
	Counts
	Files []FileSummary // in the order of the inputs
}

// Counts are numbers of lines.
type Counts struct {
	Total    int64 // lines that should be records
	Kept     int64 // records that reached a sink
	Filtered int64 // records that the filter dropped
	Rejected int64 // lines that are no record
	Blank    int64 // empty lines, comments and directives
	Reasons  [NumReasons]int64
	Bytes    int64 // of text, after decompression
}

// A FileSummary says what was found in one input.
type FileSummary struct {
	Counts
	Name       string
	Format     string  // name of the format; "" if it was not read
	Confidence float64 // share of sampled lines that it could parse
	First      int64   // earliest and latest time of a record, µs; None if there is no record
	Last       int64
	Unordered  int64 // records more than a minute older than the record before them in the file
	Longer     int64 // records whose line goes on behind the fields of the format: these are not read
	Examples   [NumReasons]Example
	Skipped    string // why the input was not read on purpose: "the same log as access.log.1"; "" if it was
	Err        error  // damage: what could not be read, and where
}

// An Example is the first line that was rejected for a reason.
type Example struct {
	Line int64  // 1-based; 0 if there is none
	Text string // at most 200 bytes of it
}

const exampleSize = 200

// late is how much older than its predecessor a record may be before it counts
// as out of order. Servers write a line when the answer is sent, so neighbours
// are often out of order by seconds.
const late = 60_000_000

// check panics if the counts do not add up.
func (c *Counts) check() {
	rejected := int64(0)
	for reason := TooFew; reason < NumReasons; reason++ {
		rejected += c.Reasons[reason]
	}
	if c.Total != c.Kept+c.Filtered+c.Rejected || rejected != c.Rejected || c.Blank != c.Reasons[Blank] {
		panic(fmt.Sprintf("parse: lines do not add up: %+v", *c))
	}
}

func (c *Counts) add(d *Counts) {
	c.Total += d.Total
	c.Kept += d.Kept
	c.Filtered += d.Filtered
	c.Rejected += d.Rejected
	c.Blank += d.Blank
	c.Bytes += d.Bytes
	for i, n := range d.Reasons {
		c.Reasons[i] += n
	}
}

func newFileSummary() *FileSummary { return &FileSummary{First: None, Last: None} }

// reject counts a line that is no record, or is blank.
func (f *FileSummary) reject(reason Reason) {
	f.Reasons[reason]++
	if reason == Blank {
		f.Blank++
		return
	}
	f.Total++
	f.Rejected++
}

// example keeps a rejected line if it is the first one for its reason.
func (f *FileSummary) example(reason Reason, lineno int64, line []byte) {
	if e := &f.Examples[reason]; e.Line == 0 || lineno < e.Line {
		*e = Example{Line: lineno, Text: string(line[:min(len(line), exampleSize)])}
	}
}

// span widens the time span by that of a block.
func (f *FileSummary) span(first, last int64) {
	if f.First == None || first < f.First {
		f.First = first
	}
	if f.Last == None || last > f.Last {
		f.Last = last
	}
}

// see adds the times of a block, of which there are some.
func (f *FileSummary) see(t *times) {
	f.span(t.earliest, t.latest)
	f.Unordered += t.unordered
}

// merge adds what another worker has found in the same file.
func (f *FileSummary) merge(g *FileSummary) {
	f.add(&g.Counts)
	if g.First != None {
		f.span(g.First, g.Last)
	}
	f.Unordered += g.Unordered
	f.Longer += g.Longer
	for i, e := range g.Examples {
		if mine := &f.Examples[i]; e.Line != 0 && (mine.Line == 0 || e.Line < mine.Line) {
			*mine = e
		}
	}
}

// times are those of a block's records: of the first and the last, the earliest
// and the latest, and how many are much older than the one before.
type times struct {
	n                             int64
	first, last, earliest, latest int64
	unordered                     int64
}

func newTimes() times {
	return times{earliest: math.MaxInt64, latest: math.MinInt64}
}

// add adds the times of the next records.
func (t *times) add(times ...int64) {
	if len(times) == 0 {
		return
	}
	if t.n == 0 {
		t.first, t.last = times[0], times[0]
	}
	for _, next := range times {
		if next < t.last-late {
			t.unordered++
		}
		t.last, t.earliest, t.latest = next, min(t.earliest, next), max(t.latest, next)
	}
	t.n += int64(len(times))
}

// An edge is the time of a block's first and last record. Whether a block's
// first record is late is known only when its neighbour is.
type edge struct {
	file, block int
	first, last int64
}

// summarise puts together what the workers have found.
func summarise(sources []*source, workers []*worker) *Summary {
	s := &Summary{Files: make([]FileSummary, len(sources))}
	var edges []edge
	for i, src := range sources {
		f := newFileSummary()
		f.Name, f.Confidence, f.Skipped, f.Err = src.Name, src.confidence, src.skipped, src.err
		if src.format != nil {
			f.Format = src.format.Name()
		}
		s.Files[i] = *f
	}
	for _, w := range workers {
		edges = append(edges, w.edges...)
		for i, f := range w.files {
			if f != nil {
				s.Files[i].merge(f)
			}
		}
	}
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.block, b.block))
	})
	for i := 1; i < len(edges); i++ {
		if a, b := edges[i-1], edges[i]; a.file == b.file && b.first < a.last-late {
			s.Files[b.file].Unordered++
		}
	}
	for i := range s.Files {
		s.Files[i].check()
		s.add(&s.Files[i].Counts)
	}
	s.check()
	return s
}
