package frame

import "math/rand/v2"

// A window is the rows that a fold has collected, by their keys. It is small,
// so that it stays in the nearer caches.
type window struct {
	n     int                   // rows
	keys  [mostRows]uint64      // of row i at i+1; none is 0
	count [mostRows]uint32      // of row i at i+1, for how many it stands
	slots [1 << slotBits]uint16 // open addressing, by key: row + 1; 0 is free
}

const (
	maxWindow = 1 << 12 // rows with which a window is full
	chunkRows = 1 << 11 // rows of a batch that are added before it is looked whether it is
	mostRows  = maxWindow + chunkRows + 1
	slotBits  = 14 // of which at most 3 in 8 are in use
)

// keySeed is random, so that no log can be made to collide.
var keySeed = rand.Uint64() | 1

func (w *window) len() int { return w.n }

// weights returns of each row for how many it stands.
func (w *window) weights() []uint32 { return w.count[1:][:w.n] }

func (w *window) empty() {
	w.n = 0
	clear(w.slots[:])
}

// number finds for each row of a chunk, whose keys are told, the row of the
// window that is like it.
func (w *window) number(told []uint64, from int, c *chunk) {
	c.of, c.fresh = resize(c.of, len(told)), resize(c.fresh, len(told))
	c.from, c.fresh = from, c.fresh[:w.look(told, c.of, c.fresh)]
	for i := range c.fresh {
		c.fresh[i] += int32(from)
	}
}

// look finds the rows of keys, and those of them that are new.
func (w *window) look(told []uint64, of, fresh []int32) (n int) {
	of, fresh = of[:len(told)], fresh[:len(told)]
	seed := keySeed
	for i, key := range told {
		slot := key * seed >> (64 - slotBits)
		row := w.slots[slot]
		for w.keys[row] != key {
			if row == 0 {
				w.n++
				row = uint16(w.n)
				w.slots[slot], w.keys[row], w.count[row] = row, key, 0
				fresh[n] = int32(i)
				n++
				break
			}
			slot = (slot + 1) % (1 << slotBits)
			row = w.slots[slot]
		}
		w.count[row]++
		of[i] = int32(row) - 1
	}
	return n
}
