package frame

import "math/rand/v2"

// A window is the rows that a fold has collected, by their keys. It is small,
// so that it stays in the nearer caches.
type window struct {
	n       int                               // rows
	keys    [maxWindow + chunkRows + 1]uint64 // of row i at i+1
	slots   [1 << slotBits]uint16             // open addressing, by key: row + 1; 0 is free
	weights []uint32                          // of each row, for how many it stands
}

const (
	maxWindow = 1 << 12 // rows with which a window is full
	chunkRows = 1 << 11 // rows of a batch that are added before it is looked whether it is
	slotBits  = 14      // of which at most 3 in 8 are in use
)

// keySeed is random, so that no log can be made to collide.
var keySeed = rand.Uint64() | 1

func (w *window) len() int { return w.n }

func (w *window) empty() {
	w.n, w.weights = 0, w.weights[:0]
	clear(w.slots[:])
}

// number finds for each row of a chunk, whose keys are told, the row of the
// window that is like it. Most find it in the slot where they look first.
func (w *window) number(told []uint64, from int, c *chunk) {
	of, rows := resize(c.of, len(told)), resize(c.fresh, len(told))
	seed, fresh := keySeed, 0
	for i, key := range told {
		slot := key * seed >> (64 - slotBits)
		row := w.slots[slot]
		for row != 0 && w.keys[row] != key {
			slot = (slot + 1) % (1 << slotBits)
			row = w.slots[slot]
		}
		if row == 0 {
			rows[fresh] = int32(from + i)
			fresh++
			row = uint16(w.n + fresh)
			w.slots[slot], w.keys[row] = row, key
		}
		of[i] = int32(row) - 1
	}
	w.n += fresh
	w.weights = extended(w.weights, fresh)
	weights := w.weights
	for _, row := range of {
		weights[row]++
	}
	*c = chunk{from, of, rows[:fresh]}
}
