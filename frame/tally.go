package frame

import (
	"math/bits"
	"slices"
)

// A tally holds how often each group has each value of a domain.
//
// Groups and values may make millions of pairs, most of them rare. No hash
// table holds these: its memory would be twice that of the pairs, and each
// row a wait for it. The pairs that came last are counted in a small table;
// those that have to leave it are appended to a tail, and now and then the tail
// is sorted and merged into the pairs before it.
type tally struct {
	arg    *domain
	recent []pairCount // by hash of the pair; nil while all pairs are in the tail
	keys   []uint64    // of pairs, group<<32 | value: sorted ones, and the tail
	n      []uint32    // of each, what is below 2³²
	sorted int
	more   map[uint64]int64 // what is above, of the few pairs that have it
}

type pairCount struct {
	key uint64
	n   int64
}

const (
	recentBits = 12
	leastTail  = 1 << 14
)

// add adds to how often a group has a value.
func (s *tally) add(g, number int32, n int64) {
	key := uint64(g)<<32 | uint64(number)
	if s.recent == nil {
		s.push(key, n)
		return
	}
	r := &s.recent[key*0x9e3779b97f4a7c15>>(64-recentBits)]
	if r.key != key {
		if r.n != 0 {
			s.push(r.key, r.n)
		}
		r.key, r.n = key, 0
	}
	r.n += n
}

// push appends a count to the tail.
func (s *tally) push(key uint64, n int64) {
	if n>>32 != 0 {
		s.carry(key, n>>32)
	}
	s.keys, s.n = append(s.keys, key), append(s.n, uint32(n))
	if len(s.keys)-s.sorted >= max(leastTail, s.sorted/2) {
		s.sortTail()
		if s.recent == nil {
			s.recent = make([]pairCount, 1<<recentBits)
		}
	}
}

// carry adds n times 2³² to the count of a pair.
func (s *tally) carry(key uint64, n int64) {
	if s.more == nil {
		s.more = map[uint64]int64{}
	}
	s.more[key] += n
}

// settle sorts all pairs: then they are in keys, each once.
func (s *tally) settle() {
	if s.recent != nil {
		for _, r := range s.recent {
			if r.n != 0 {
				s.push(r.key, r.n)
			}
		}
		s.recent = nil
	}
	s.sortTail()
}

// each calls f for all pairs, ascending.
func (s *tally) each(f func(g, number int32, n int64)) {
	s.settle()
	for i, key := range s.keys {
		f(int32(key>>32), int32(uint32(key)), s.more[key]<<32+int64(s.n[i]))
	}
}

// sortTail makes the tail part of the sorted pairs.
func (s *tally) sortTail() {
	keys, n := s.keys[s.sorted:], s.n[s.sorted:]
	if len(keys) == 0 {
		return
	}
	sortPairs(keys, n)
	s.addSorted(keys, n)
}

// addSorted adds the sorted tail: to pairs that are there already where they
// stand, and the new ones in between.
func (s *tally) addSorted(keys []uint64, n []uint32) {
	newKeys, newN := make([]uint64, 0, len(keys)), make([]uint32, 0, len(keys))
	at := 0
	for i, key := range keys {
		for at < s.sorted && s.keys[at] < key {
			at++
		}
		switch last := len(newKeys) - 1; {
		case at < s.sorted && s.keys[at] == key:
			s.increase(&s.n[at], n[i], key)
		case last >= 0 && newKeys[last] == key:
			s.increase(&newN[last], n[i], key)
		default:
			newKeys, newN = append(newKeys, key), append(newN, n[i])
		}
	}
	// From the back, so that what moves never overwrites what has not moved.
	from, to := s.sorted-1, s.sorted+len(newKeys)-1
	s.sorted += len(newKeys)
	s.keys, s.n = s.keys[:s.sorted], s.n[:s.sorted]
	for i := len(newKeys) - 1; i >= 0; to-- {
		if from >= 0 && s.keys[from] > newKeys[i] {
			s.keys[to], s.n[to] = s.keys[from], s.n[from]
			from--
		} else {
			s.keys[to], s.n[to] = newKeys[i], newN[i]
			i--
		}
	}
}

func (s *tally) increase(count *uint32, n uint32, key uint64) {
	sum, carry := bits.Add32(*count, n, 0)
	*count = sum
	if carry != 0 {
		s.carry(key, 1)
	}
}

// sortPairs sorts keys, and n with them, byte by byte from the last on: a byte
// that is the same in all keys, as most are, costs a look.
func sortPairs(keys []uint64, n []uint32) {
	differ := uint64(0)
	for _, key := range keys {
		differ |= key ^ keys[0]
	}
	fromKeys, fromN := keys, n
	toKeys, toN := make([]uint64, len(keys)), make([]uint32, len(n))
	for shift := 0; shift < 64; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var places [256]int
		for _, key := range fromKeys {
			places[byte(key>>shift)]++
		}
		place := 0
		for i, count := range places {
			places[i] = place
			place += count
		}
		for i, key := range fromKeys {
			at := &places[byte(key>>shift)]
			toKeys[*at], toN[*at] = key, fromN[i]
			*at++
		}
		fromKeys, fromN, toKeys, toN = toKeys, toN, fromKeys, fromN
	}
	if &fromKeys[0] != &keys[0] {
		copy(keys, fromKeys)
		copy(n, fromN)
	}
}

// merge adds the pairs of another tally.
func (s *tally) merge(f *tally, groups []int32, by *remap) {
	f.each(func(g, number int32, n int64) { s.add(groups[g], by.number(number), n) })
}

func (s *tally) put(e *encoder) {
	s.settle()
	e.counts(s)
}

func (s *tally) get(d *decoder, n int) {
	d.pairs(n, int(s.arg.size()), true, s.add)
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
