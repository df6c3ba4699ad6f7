package parse

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestStops checks stops and ends of lines against a loop over the bytes, in texts
// of all lengths around a piece's and a block's, on this machine's quick way and on
// the one that all have.
func TestStops(t *testing.T) {
	defer func(quick bool) { quickStops = quick }(quickStops)
	rnd := rand.New(rand.NewPCG(27, 28))
	var s stops
	for _, quick := range []bool{quickStops, false} {
		quickStops = quick
		for range 2000 {
			text := make([]byte, rnd.IntN(300)+rnd.IntN(2)*rnd.IntN(2)*rnd.IntN(2)*(stopPiece-150))
			for i := range text {
				text[i] = "\"\\\n\x00a\xa2\xdc\x8a!#[]\t\x0b"[rnd.IntN(14)]
				if rnd.IntN(3) > 0 {
					text[i] = 'x'
				}
			}
			ends := s.find(nil, text, '"', '\\')
			if want := lineEnds(nil, text); !slices.Equal(ends, want) {
				t.Fatalf("ends of %q are %v, want %v", text, ends, want)
			}
			next := len(text)
			for i, c := range slices.Backward(text) {
				if c == '"' || c == '\\' {
					next = i
				}
				if got := s.after(i, len(text)); got != next {
					t.Fatalf("the stop of %q from %d on is %d, want %d", text, i, got, next)
				}
			}
		}
	}
}
