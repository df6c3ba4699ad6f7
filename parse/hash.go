package parse

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// hashKeys differ from run to run, so that nobody can write a log whose texts
// have one hash, or all fall into one slot. No answer depends on them.
var hashKeys = func() (keys [4]uint64) {
	var secret [len(keys) * 8]byte
	rand.Read(secret[:]) // never fails
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint64(secret[8*i:])
	}
	return keys
}()

// hash sets hashes to those of the texts of views, and brings into the cache the
// slots where the hashes' ways begin. It multiplies what the keys made
// unforeseeable and folds the product's halves, as Go's own maps do on machines
// that have no instructions for AES.
func (t *texts) hash(views []view, hashes []uint64, s slots) {
	if hashes = hashes[:len(views)]; len(views) == 0 {
		return
	}
	if quickLookups {
		// While one text is hashed, the slots of those before it are under way.
		hashTexts(&views[0], len(views), wordsOf(t.block).at, wordsOf(t.extra).at, &hashes[0], &s[0], s.mask())
		return
	}
	for i, v := range views {
		hashes[i] = t.words(v).hash()
	}
	t.waited = s.await(hashes)
}

// hash returns the hash of one text.
func (s words) hash() uint64 {
	keys := &hashKeys
	state := keys[0] * uint64(2*s.n+1) // each length has a key of its own
	var first, last uint64
	if s.n < 8 {
		first, last = s.shortEnds()
	} else {
		first, last = s.word(max(s.n-16, 0)), s.word(s.n-8)
		for i := 0; i < s.n-16; i += 16 {
			state = fold(s.word(i)^keys[1], s.word(i+8)^state)
		}
	}
	return fold(fold(first^keys[2], last^state), keys[3])
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}
