package report

import "testing"

// TestShadesOfRatios checks that a cell which was rounded to more than the
// greatest is as dark as can be, and no darker.
func TestShadesOfRatios(t *testing.T) {
	s := newShades([]string{"00:00", "01:00"}, []string{"a"}, [][3]any{{0, 0, 0.3334}, {1, 0, 0.1}}, 1.0/3)
	if got, want := s.String(), "  00\na ██░░"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
