package parse

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMarks checks marks and ends of lines against a loop over the bytes, in
// texts of all lengths around a block's, with few marks and with nothing else,
// on this machine's quick way and on the one that all have.
func TestMarks(t *testing.T) {
	defer func(quick bool) { quickMarks = quick }(quickMarks)
	rng := rand.New(rand.NewPCG(9, 9))
	for _, quick := range []bool{quickMarks, false} {
		quickMarks = quick
		var m marks
		for range 3000 {
			size := rng.IntN(300)
			if rng.IntN(50) == 0 {
				size = markRoom + rng.IntN(3*markRoom)
			}
			text, dense := make([]byte, size), rng.IntN(20)
			var quotes, ends []int32
			for i := range text {
				text[i] = byte(rng.Uint32())
				if rng.IntN(20) < dense {
					text[i] = []byte{'"', '\\', '\n'}[rng.IntN(3)]
				}
				switch text[i] {
				case '"', '\\':
					quotes = append(quotes, int32(i))
				case '\n':
					ends = append(ends, int32(i))
				}
			}
			if size > 0 && text[size-1] != '\n' {
				ends = append(ends, int32(size))
			}
			if got := m.find(nil, text); !slices.Equal(got, ends) || !slices.Equal(got, lineEnds(nil, text)) {
				t.Fatalf("quick %v: %q ends at %v, want %v", quick, text, got, ends)
			}
			for start := 0; start < size; start += 1 + rng.IntN(100) {
				for len(quotes) > 0 && int(quotes[0]) < start {
					quotes = quotes[1:]
				}
				for i, at := range m.from(start) {
					if i < len(quotes) && at != quotes[i] || i >= len(quotes) && at != noMark {
						t.Fatalf("quick %v: %q has mark %d from %d on at %d, want %v", quick, text, i, start, at, quotes)
					}
				}
			}
		}
	}
}
