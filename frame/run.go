package frame

import (
	"encoding/binary"
	"math"
	"slices"
)

// A run is a list of counted pairs, ascending by pair and unit, in which each
// tells how far it is from the one before. Of a pair it has, as varints:
//
//	a − a of the pair before, times 4; 2 more if there is a unit, 1 if the count is not 1
//	b − b of the pair before, if that has the same a, else b
//	the unit, if it is not 0
//	the count, if it is not 1
type run struct {
	bytes []byte
	n     int // counts
	pairs int // different ones
	last  uint64
}

// fit returns the run with not much more memory than it needs.
func (r run) fit() run {
	if len(r.bytes) < cap(r.bytes)/8*7 {
		r.bytes = slices.Clone(r.bytes)
	}
	return r
}

// A packer writes a run.
type packer struct{ run }

// add appends a count, which has to be greater than the last.
func (p *packer) add(pair uint64, unit int32, n uint64) {
	if pair != p.last || p.n == 0 {
		p.pairs++
	}
	p.n++
	a, b := uint32(pair>>32)-uint32(p.last>>32), uint32(pair)
	if a == 0 {
		b -= uint32(p.last)
	}
	p.last = pair
	head := uint64(a) << 2
	if unit != 0 {
		head |= 2
	}
	if n != 1 {
		head |= 1
	}
	to := binary.AppendUvarint(binary.AppendUvarint(p.bytes, head), uint64(b))
	if unit != 0 {
		to = binary.AppendUvarint(to, uint64(unit))
	}
	if n != 1 {
		to = binary.AppendUvarint(to, n)
	}
	p.bytes = to
}

// A runReader reads a run. Behind its last pair is one that is greater than all.
type runReader struct {
	bytes []byte
	at    int
	pair  uint64
	unit  int32
	n     uint64
}

const afterPairs = math.MaxUint64

func (r run) reader() runReader { return runReader{bytes: r.bytes} }

func (c *runReader) next() bool {
	if c.at == len(c.bytes) {
		c.pair = afterPairs
		return false
	}
	head, b := c.uint(), c.uint()
	if head >= 4 {
		c.pair = (c.pair>>32 + head>>2) << 32
	}
	c.pair += b
	c.unit, c.n = 0, 1
	if head&2 != 0 {
		c.unit = int32(c.uint())
	}
	if head&1 != 0 {
		c.n = c.uint()
	}
	return true
}

func (c *runReader) uint() uint64 {
	if b := c.bytes[c.at]; b < 0x80 {
		c.at++
		return uint64(b)
	}
	v, n := binary.Uvarint(c.bytes[c.at:])
	c.at += n
	return v
}

// eachPair calls f for each pair with its counts of all units.
func (r run) eachPair(f func(pair uint64, n int64)) {
	c := r.reader()
	for more := c.next(); more; {
		pair, n := c.pair, int64(c.n)
		for more = c.next(); more && c.pair == pair; more = c.next() {
			n += int64(c.n)
		}
		f(pair, n)
	}
}

// before reports whether the count comes before another's.
func (c *runReader) before(d *runReader) bool {
	return c.pair < d.pair || c.pair == d.pair && c.unit < d.unit
}

// before reports whether all pairs of the run come before another's.
func (r run) before(s run) bool {
	c := s.reader()
	c.next()
	return r.last < c.pair
}

// chained returns the run of the counts of two, of which x is before y; x must
// not be used any more.
func chained(x, y run) run {
	c := y.reader()
	c.next()
	x.bytes = roomFor(x.bytes, len(y.bytes)+16)
	out := packer{x}
	out.add(c.pair, c.unit, c.n)
	return run{append(out.bytes, c.bytes[c.at:]...), x.n + y.n, x.pairs + y.pairs, y.last}
}

// merged returns the run of the counts of two.
func merged(x, y run) run {
	out := packer{run: run{bytes: make([]byte, 0, len(x.bytes)+len(y.bytes))}}
	c, d := x.reader(), y.reader()
	c.next()
	d.next()
	for c.pair != afterPairs || d.pair != afterPairs {
		switch {
		case c.before(&d):
			out.add(c.pair, c.unit, c.n)
			c.next()
		case d.before(&c):
			out.add(d.pair, d.unit, d.n)
			d.next()
		default:
			out.add(c.pair, c.unit, c.n+d.n)
			c.next()
			d.next()
		}
	}
	return out.fit()
}
