package parse

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestStops checks stops, marks and ends of lines against a loop over the bytes, in texts
// of all lengths around a piece's and a block's, on this machine's quick way and on
// the one that all have.
func TestStops(t *testing.T) {
	defer func(quick bool) { quickStops = quick }(quickStops)
	rnd := rand.New(rand.NewPCG(27, 28))
	var s stops
	var m marks
	for _, quick := range []bool{quickStops, false} {
		quickStops = quick
		for range 2000 {
			set := []*byteSet{quotes, usualMarks, tabs, newByteSet(1, '#'), newByteSet('a', 0x7f, '[')}[rnd.IntN(5)]
			text := make([]byte, rnd.IntN(300)+rnd.IntN(2)*rnd.IntN(2)*rnd.IntN(2)*(stopPiece-150))
			for i := range text {
				text[i] = "\"\\\n\x00a\xa2\xdc\x8a!#[]\t\x0b\x01?\xff\x7f"[rnd.IntN(18)]
				if rnd.IntN(3) > 0 {
					text[i] = 'x'
				}
			}
			want := lineEnds(nil, text)
			if ends := s.find(nil, text, set); !slices.Equal(ends, want) {
				t.Fatalf("ends of %q are %v, want %v", text, ends, want)
			}
			if ends := m.find(nil, text, set); !slices.Equal(ends, want) {
				t.Fatalf("ends of %q beside marks are %v, want %v", text, ends, want)
			}
			next, left := len(text), m.places[:len(m.places)-marksAhead]
			for i, c := range slices.Backward(text) {
				if slices.Contains(set.bytes, c) {
					if next = i; len(left) == 0 || int(left[len(left)-1]) != i {
						t.Fatalf("the marks of %q lack %d", text, i)
					}
					left = left[:len(left)-1]
				}
				if got := s.after(i, len(text)); got != next {
					t.Fatalf("the stop of %q from %d on is %d, want %d", text, i, got, next)
				}
			}
			if len(left) > 0 {
				t.Fatalf("marks of %q where there are none: %v", text, left)
			}
		}
	}
}
