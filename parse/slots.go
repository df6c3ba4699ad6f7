package parse

import "sync/atomic"

// slots are the hash table of a dictionary, with open addressing, of a power of
// two and at most three quarters full. They are looked at in lines of eight, which
// a cache holds or misses as one: a hash is in the first line that had room from
// its own on, and a line fills from its beginning.
//
// A slot holds the code + 1 in the bits that choose a slot, as there are fewer
// codes than slots, and above them what is left of the hash. Zero is a free slot.
// Where a slot is tells the rest of the hash but for three bits, so that eight
// bytes are enough, of which a core's own cache holds the most.
type slots []uint64

const lineSlots = 8

// mask is of the bits that choose a slot.
func (s slots) mask() uint64 { return uint64(len(s) - 1) }

// look returns the code of a hash, or -1 and the slot that is free for it.
func (s slots) look(hash uint64) (code int32, free uint64) {
	mask := s.mask()
	for at := hash & mask &^ (lineSlots - 1); ; at = (at + 1) & mask {
		if slot := atomic.LoadUint64(&s[at]); slot == 0 || slot^hash <= mask {
			return int32(slot&mask) - 1, at
		}
	}
}

// put gives a hash's code a free slot.
func (s slots) put(hash, free uint64, code int32) {
	atomic.StoreUint64(&s[free], hash&^s.mask()|uint64(code+1))
}

// find sets codes to those of the hashes, and returns which have none yet.
func (s slots) find(hashes []uint64, codes []int32, news *[chunkRows]uint8) []uint8 {
	if codes = codes[:len(hashes)]; len(hashes) == 0 {
		return nil
	}
	if quickLookups {
		return news[:findCodes(&hashes[0], len(hashes), &s[0], s.mask(), &codes[0], &news[0])]
	}
	n := 0
	for i, hash := range hashes {
		code, _ := s.look(hash)
		codes[i], news[uint8(n)] = code, uint8(i)
		n += int(uint32(code) >> 31) // if it is -1
	}
	return news[:n]
}

// await brings into the cache the slots where the hashes' ways begin, in a loop
// of so few instructions that a core has dozens of its loads under way. It returns
// something of them, or the compiler would see that nobody needs them.
func (s slots) await(hashes []uint64) (waited uint64) {
	mask := s.mask()
	for _, hash := range hashes {
		waited ^= atomic.LoadUint64(&s[hash&mask])
	}
	return waited
}
