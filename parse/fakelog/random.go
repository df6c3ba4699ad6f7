package fakelog

import (
	"math/bits"
	"slices"
)

// A dice is SplitMix64: one addition and a mix, the same on every platform.
// math/rand/v2 has generators as good, but each request needs several numbers,
// and this one is inlined.
//
// Everything random in this package comes from a dice seeded with [mix] of the
// site's seed and what it decides about, so that no decision depends on the
// order in which workers come to it. There are no floats: their last bit may
// differ between platforms, and a log must not.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	return scramble(uint64(*d))
}

// below gives a number of 0 ≤ x < n.
func (d *dice) below(n int) int { return scale(d.next(), n) }

// scale makes a number of 0 ≤ x < n of one of 64 bits.
func scale(x uint64, n int) int {
	hi, _ := bits.Mul64(x, uint64(n))
	return int(hi)
}

// percent is true n times of a hundred.
func (d *dice) percent(n int) bool { return d.below(100) < n }

// between gives lo ≤ x ≤ hi.
func (d *dice) between(lo, hi int64) int64 { return lo + int64(d.below(int(hi-lo+1))) }

func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// mix makes one number of two; mix(a, b) and mix(b, a) differ.
func mix(a, b uint64) uint64 { return scramble(a*0x9e3779b97f4a7c15 ^ scramble(b+0x632be59bd9b4e019)) }

// A point is where the readers' lattice has one of them: a number for each of
// the things that are drawn of a visit before it begins.
type point [6]uint64

const (
	ofAgent = iota
	ofHabit
	ofBook
	ofChapter
	ofSite
	ofDepth
)

// step leads from one point of the lattice to the next: the powers of 1/r, with
// r⁷ = r + 1, as parts of 2⁶⁴.
//
// A dice would leave clumps: among a thousand visits a book that is worth fifty
// gets 43 or 57. The points of the lattice fill their space as evenly as can
// be, whatever few hundred of them one looks at, so that the weeks of a site
// differ by what happens and not by chance. A real site's weeks do so because
// it has more readers than a log for a test has lines.
var step = point{
	0xe60e2b722b53aeeb, 0xcebd76d9edb6a8ef, 0xb9c9aa3a51d00b65,
	0xa6f5777f6f88983f, 0x9609c71eb7d03f7a, 0x86d516e50b04ab1b,
}

// lattice gives the n'th point.
func lattice(seed, n uint64) (p point) {
	for i := range p {
		p[i] = mix(seed, 'l'+uint64(i)) + n*step[i]
	}
	return p
}

// one is 1 in the fixed point of log-normal factors.
const one = 1 << 16

// lognormals are the factors r^(k-16) for k = 0 … 33, in units of 1/one, with
// r = 11/8. How many of 32 coins show heads is close to normal, with a
// deviation of √8, so r to that power is close to log-normal: σ = √8·ln r = 0.9.
var lognormals = func() (t [34]int64) {
	for k := range t {
		f := int64(one)
		for range max(k-16, 0) {
			f = f * 11 / 8
		}
		for range max(16-k, 0) {
			f = f * 8 / 11
		}
		t[k] = f
	}
	return t
}()

// lognormal gives a number around median: half are below it, one in six above
// 2.5 times as much, one in a hundred above eight times.
func (d *dice) lognormal(median int64) int64 {
	r := d.next()
	k := bits.OnesCount32(uint32(r))
	lo, hi := lognormals[k], lognormals[k+1]
	factor := lo + (hi-lo)*int64(r>>48)>>16 // between two steps, evenly
	return median * factor >> 16
}

// weights are running sums, from which pick draws.
type weights []uint32

// weigh makes weights of n things.
func weigh(n int, weight func(i int) int) weights {
	w := make(weights, n)
	sum := uint32(0)
	for i := range w {
		sum += uint32(weight(i))
		w[i] = sum
	}
	return w
}

// zipf weighs n things by Zipf's law with exponent one: the second is half as
// heavy as the first, the third a third.
func zipf(n int) weights {
	return weigh(n, func(i int) int { return 1 << 20 / (i + 1) })
}

func (w weights) pick(d *dice) int { return w.at(d.next()) }

// at picks by a number of 64 bits.
func (w weights) at(x64 uint64) int {
	x := uint32(scale(x64, int(w[len(w)-1])))
	i, _ := slices.BinarySearchFunc(w, x, func(sum, x uint32) int {
		if sum <= x {
			return -1
		}
		return 1
	})
	return i
}
