package frame

import (
	"math"
	"slices"
	"sync"
)

// A tally counts pairs of numbers, as of groups and the values that they have.
// It may count each pair by units of time, too.
//
// Groups and values may make millions of pairs, most of them rare. No hash
// table holds these: its memory would be many times that of the pairs, and each
// row a wait for it. The pairs that came last are counted in a small table;
// those that have to leave it are appended to a tail, and when that is long it
// is sorted and becomes a run, in which a pair takes three bytes or four. Runs
// of like length become one, so that there are never more than a few.
type tally struct {
	recent []tallied // by hash of the pair; nil while all pairs are in the tail
	tail   []tallied
	runs   []run // the older, the longer
}

// tallied is how often a pair came in a unit.
type tallied struct {
	pair uint64 // a<<32 | b
	unit int32  // 0 where there are no units
	n    uint32
}

const (
	recentBits = 12
	tailSize   = 1 << 15 // of 16 bytes
)

func pairOf(a, b int32) uint64 { return uint64(a)<<32 | uint64(b) }

// add adds to how often a pair came.
func (s *tally) add(a, b int32, n int64) { s.addIn(0, a, b, n) }

// addIn is add in a unit.
func (s *tally) addIn(unit, a, b int32, n int64) {
	pair := pairOf(a, b)
	if len(s.runs) == 0 || n > math.MaxInt32 {
		s.push(pair, unit, n)
		return
	}
	if s.recent == nil {
		s.recent = make([]tallied, 1<<recentBits)
	}
	r := &s.recent[(pair+uint64(unit)<<20)*0x9e3779b97f4a7c15>>(64-recentBits)]
	if r.pair != pair || r.unit != unit || r.n > math.MaxInt32 {
		if r.n != 0 {
			s.push(r.pair, r.unit, int64(r.n))
		}
		*r = tallied{pair: pair, unit: unit}
	}
	r.n += uint32(n)
}

// push appends a count to the tail.
func (s *tally) push(pair uint64, unit int32, n int64) {
	if n > math.MaxUint32 {
		var alone packer
		alone.add(pair, unit, uint64(n))
		s.addRun(alone.run)
		return
	}
	s.tail = append(s.tail, tallied{pair, unit, uint32(n)})
	if len(s.tail) >= tailSize {
		s.pack()
	}
}

// pack makes a run of the tail.
func (s *tally) pack() {
	if len(s.tail) == 0 {
		return
	}
	sortTallied(s.tail)
	p := packer{run: run{bytes: make([]byte, 0, 5*len(s.tail))}}
	for i := 0; i < len(s.tail); {
		c := s.tail[i]
		n := uint64(c.n)
		for i++; i < len(s.tail) && s.tail[i].pair == c.pair && s.tail[i].unit == c.unit; i++ {
			n += uint64(s.tail[i].n)
		}
		p.add(c.pair, c.unit, n)
	}
	s.tail = s.tail[:0]
	s.addRun(p.fit())
}

// addRun adds a run, which continues the last or takes in those before it that
// are not longer by far.
func (s *tally) addRun(r run) {
	last := len(s.runs) - 1
	if last >= 0 && s.runs[last].before(r) {
		r = chained(s.runs[last], r)
		s.runs = s.runs[:last]
	}
	for i := len(s.runs) - 1; i >= 0 && s.runs[i].n < 2*r.n; i-- {
		r = merged(s.runs[i], r)
		s.runs = s.runs[:i]
	}
	s.runs = append(s.runs, r)
}

// settle makes one run of all pairs.
func (s *tally) settle() {
	if s.isSettled() {
		return // and may be read by several
	}
	for _, r := range s.recent {
		if r.n != 0 {
			s.push(r.pair, r.unit, int64(r.n))
		}
	}
	s.pack()
	s.recent, s.tail = nil, nil
	for i := len(s.runs) - 2; i >= 0; i-- {
		s.runs = append(s.runs[:i], merged(s.runs[i], s.runs[i+1]))
	}
}

func (s *tally) isSettled() bool { return s.recent == nil && len(s.tail) == 0 && len(s.runs) <= 1 }

// size returns how many pairs there are: exactly, if the tally is settled, or at
// most.
func (s *tally) size() int {
	n := len(s.recent) + len(s.tail)
	for _, r := range s.runs {
		n += r.pairs
	}
	return n
}

// settled returns all pairs as one run.
func (s *tally) settled() run {
	s.settle()
	if len(s.runs) == 0 {
		return run{}
	}
	return s.runs[0]
}

// each calls f for all pairs, ascending.
func (s *tally) each(f func(a, b int32, n int64)) {
	for c := s.settled().reader(); c.next(); {
		f(int32(c.pair>>32), int32(uint32(c.pair)), int64(c.n))
	}
}

// spareTails are memory to sort tails with.
var spareTails = sync.Pool{New: func() any { return new([tailSize]tallied) }}

// sortTallied sorts a tail by pairs and units, byte by byte from the last on: a
// byte that is the same in all of them, as most are, costs a look.
func sortTallied(list []tallied) {
	spare := spareTails.Get().(*[tailSize]tallied)
	defer spareTails.Put(spare)
	var differ tallied
	for _, c := range list {
		differ.pair |= c.pair ^ list[0].pair
		differ.unit |= c.unit ^ list[0].unit
	}
	from, to := list, spare[:len(list)]
	for i := range 12 {
		if differ.byte(i) == 0 {
			continue
		}
		var places [256]int
		for k := range from {
			places[from[k].byte(i)]++
		}
		place := 0
		for b, count := range places {
			places[b] = place
			place += count
		}
		for k := range from {
			at := &places[from[k].byte(i)]
			to[*at] = from[k]
			*at++
		}
		from, to = to, from
	}
	if &from[0] != &list[0] {
		copy(list, from)
	}
}

// byte returns the bytes of unit and pair, the least first.
func (c *tallied) byte(i int) byte {
	if i < 4 {
		return byte(c.unit >> (8 * i))
	}
	return byte(c.pair >> (8 * (i - 4)))
}

// indexOf returns, for each group, where it stands in groups, or -1.
func indexOf(groups []int32) []int32 {
	at := make([]int32, slices.Max(append(groups, 0))+1)
	for i := range at {
		at[i] = -1
	}
	for i, g := range groups {
		at[g] = int32(i)
	}
	return at
}
