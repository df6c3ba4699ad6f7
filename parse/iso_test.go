package parse

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestISOClock checks that a clock that remembers the day reads what the clock
// without memory does, whatever day, zone, fraction or damage comes next.
func TestISOClock(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	var remembers isoClock
	if _, _, ok := remembers.parse(append(make([]byte, 10), "T10:05:03Z"...)); ok {
		t.Error("zeros are a day")
	}
	for range 20000 {
		text := pick("2015-05-17", "2015-05-17", "2016-02-29", "2015-02-29", "2015/05/17", "1969-12-31", "0000-00-00") + pick("T", "T", "t", " ", "_") +
			fmt.Sprintf("%02d:%02d:%02d", rnd.IntN(26), rnd.IntN(62), rnd.IntN(63)) + pick("", "", ".123456789", ",5", ".", ".1x") +
			pick("Z", "z", "", "+01:00", "-0330", "+05", "+24:00", "+23:59", "-99:99", "+1", "Z1", " +0100", " Z", " UTC", " ")
		if rnd.IntN(10) == 0 {
			text = text[:rnd.IntN(len(text))]
		}
		var want int64
		c := newClock
		ok := c.readISO([]byte(text))
		if ok {
			want, ok = c.time()
		}
		if got, zone, same := remembers.parse([]byte(text)); same != ok || ok && (got != want || int(zone) != c.zone) {
			t.Fatalf("%q is %d %d %v, want %d %d %v", text, got, zone, same, want, c.zone, ok)
		}
	}
}
