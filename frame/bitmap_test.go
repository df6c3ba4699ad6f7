package frame

import (
	"math/rand/v2"
	"testing"
)

// TestUnpack compares unpack with a look at each bit.
func TestUnpack(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	bitmap := make([]byte, 64)
	for i := range bitmap {
		bitmap[i] = byte(rng.Uint32())
	}
	for range 2000 {
		from := rng.IntN(8 * len(bitmap))
		dst := make([]uint8, rng.IntN(8*len(bitmap)-from+1))
		flip := uint8(rng.IntN(2))
		unpack(dst, bitmap, from, flip)
		for i, got := range dst {
			if want := bitmap[(from+i)/8]>>((from+i)%8)&1 ^ flip; got != want {
				t.Fatalf("bit %d from %d on, flip %d: %d, want %d", i, from, flip, got, want)
			}
		}
	}
}
