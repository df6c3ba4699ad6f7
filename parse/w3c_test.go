package parse

import (
	"math/rand/v2"
	"testing"
)

// TestUndoPlus checks what is made of plus signs, eight at a time, against a
// look at each: every other one of a row is a space, the first among them.
func TestUndoPlus(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	p := iis.NewParser(nil).(*w3cParser)
	for range 20_000 {
		agent := make([]byte, rnd.IntN(40), 40+rnd.IntN(9))
		for i := range agent {
			agent[i] = "++,*a\x80\xab\x00"[rnd.IntN(8)]
		}
		want := append([]byte{}, agent...)
		for i, c := range agent {
			if c == '+' && (i == 0 || want[i-1] != ' ') {
				want[i] = ' '
			}
		}
		if got := p.undone(Agent, agent); string(got) != string(want) {
			t.Fatalf("%q is %q, want %q", agent, got, want)
		}
		if got := p.undone(Path, agent); string(got) != string(agent) {
			t.Fatalf("the path %q is %q", agent, got)
		}
	}
}
