package frame

import (
	"cmp"
	"math/bits"
	"slices"
)

// pairs numbers distinct pairs of numbers from 1. Group keys of several
// fields are pairs of pairs; what an aggregate keeps for a value in a group (a
// distinct host, the count of a path) hangs on the pair of both. One flat
// table holds all groups' values, so that a group with one costs no more than
// the pair.
type pairs struct {
	keys   []uint64 // pair n is keys[n]: a<<32 | b; keys[0] is unused
	dense  []int32  // while small: the number of (a, b) at a<<shift | b
	shift  int
	sparse bool    // dense has been given up
	slots  []int32 // open addressing; 0 is free
	near   uint64
}

// maxDense is the size up to which a table of all possible pairs is kept, of
// 1 MiB.
const maxDense = 1 << 18

// sparsePairs returns pairs that never have a table of all possible ones.
func sparsePairs() pairs {
	p := pairs{sparse: true}
	p.rehash()
	return p
}

func (p *pairs) len() int { return max(0, len(p.keys)-1) }

// of returns the two numbers of pair n.
func (p *pairs) of(n int32) (a, b int32) { return int32(p.keys[n] >> 32), int32(uint32(p.keys[n])) }

// sorted returns the numbers of all pairs in the order of the pairs.
func (p *pairs) sorted() []int32 {
	order := make([]int32, p.len())
	for i := range order {
		order[i] = int32(i) + 1
	}
	slices.SortFunc(order, func(m, n int32) int { return cmp.Compare(p.keys[m], p.keys[n]) })
	return order
}

// numbers writes to out the numbers of the pairs (a[i], b[i]).
func (p *pairs) numbers(a, b, out []int32) {
	b, out = b[:len(a)], out[:len(a)]
	if p.sparse {
		p.numbersSparse(a, b, out)
		return
	}
	for i := range a {
		at := int(a[i])<<p.shift | int(b[i])
		if b[i]>>p.shift == 0 && at < len(p.dense) && p.dense[at] != 0 {
			out[i] = p.dense[at]
			continue
		}
		out[i] = p.number(a[i], b[i])
	}
}

// numbersSparse looks at a few hundred slots before it uses the first of them.
// A large table is in nobody's cache: like this the waits for memory overlap,
// and pairs take half as long.
func (p *pairs) numbersSparse(a, b, out []int32) {
	const ahead = 256
	for len(a) > 0 {
		n := min(ahead, len(a))
		for i := range n {
			out[i] = p.slots[p.slot(uint64(a[i])<<32|uint64(b[i]))]
		}
		near := uint64(0)
		for i := range n {
			near |= p.keys[out[i]]
		}
		p.near = near // or the compiler would drop the loop
		for i := range n {
			if key := uint64(a[i])<<32 | uint64(b[i]); out[i] == 0 || p.keys[out[i]] != key {
				out[i] = p.find(key)
			}
		}
		a, b, out = a[n:], b[n:], out[n:]
	}
}

// number returns the number of the pair (a, b), a new one if need be.
func (p *pairs) number(a, b int32) int32 {
	key := uint64(a)<<32 | uint64(b)
	if !p.sparse && !p.fits(a, b) {
		p.widen(a, b)
	}
	if p.sparse {
		return p.find(key)
	}
	at := int(a)<<p.shift | int(b)
	if p.dense[at] == 0 {
		p.dense[at] = p.append(key)
	}
	return p.dense[at]
}

// get returns the number of the pair (a, b), or 0 if there is none.
func (p *pairs) get(a, b int32) int32 {
	if !p.sparse {
		if !p.fits(a, b) {
			return 0
		}
		return p.dense[int(a)<<p.shift|int(b)]
	}
	key := uint64(a)<<32 | uint64(b)
	mask := uint64(len(p.slots) - 1)
	for i := p.slot(key); p.slots[i] != 0; i = (i + 1) & mask {
		if n := p.slots[i]; p.keys[n] == key {
			return n
		}
	}
	return 0
}

func (p *pairs) append(key uint64) int32 {
	if p.keys == nil {
		p.keys = append(p.keys, 0)
	}
	p.keys = append(p.keys, key)
	return int32(len(p.keys) - 1)
}

func (p *pairs) fits(a, b int32) bool {
	return b>>p.shift == 0 && int(a)<<p.shift < len(p.dense)
}

// widen makes the dense table hold (a, b), or gives it up.
func (p *pairs) widen(a, b int32) {
	shift := max(p.shift, bits.Len32(uint32(b)))
	rows := 1 << bits.Len32(uint32(max(int(a), (len(p.dense)-1)>>p.shift)))
	if rows<<shift > maxDense {
		p.dense, p.sparse = nil, true
		p.rehash()
		return
	}
	p.shift, p.dense = shift, make([]int32, rows<<shift)
	for n := 1; n < len(p.keys); n++ {
		a, b := p.of(int32(n))
		p.dense[int(a)<<shift|int(b)] = int32(n)
	}
}

func (p *pairs) slot(key uint64) uint64 {
	return key * 0x9e3779b97f4a7c15 >> (64 - bits.TrailingZeros(uint(len(p.slots))))
}

func (p *pairs) find(key uint64) int32 {
	if len(p.keys) >= len(p.slots)/4*3 {
		p.rehash()
	}
	mask := uint64(len(p.slots) - 1)
	i := p.slot(key)
	for ; p.slots[i] != 0; i = (i + 1) & mask {
		if n := p.slots[i]; p.keys[n] == key {
			return n
		}
	}
	p.slots[i] = p.append(key)
	return p.slots[i]
}

// rehash makes slots for at least twice the pairs.
func (p *pairs) rehash() {
	if p.keys == nil {
		p.keys = append(p.keys, 0)
	}
	size := max(64, len(p.slots))
	for len(p.keys) >= size/8*3 {
		size *= 2
	}
	p.slots = make([]int32, size)
	mask := uint64(size - 1)
	for n := 1; n < len(p.keys); n++ {
		i := p.slot(p.keys[n])
		for p.slots[i] != 0 {
			i = (i + 1) & mask
		}
		p.slots[i] = int32(n)
	}
}
