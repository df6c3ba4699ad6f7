package parse

import (
	"math/rand/v2"
	"testing"
)

// TestAddressEnd checks that the quick look at a line's beginning never takes
// for an address what the slow one does not, nor another part of it, and that
// it knows the usual ones.
func TestAddressEnd(t *testing.T) {
	const rest = ` - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 7`
	rng := rand.New(rand.NewPCG(1, 1))
	known := 0
	for range 200_000 {
		alphabet := [...]string{"0123456789.", "012.", "0123456789.:af /-\xb0\xae\x7f"}[rng.IntN(3)]
		host := make([]byte, rng.IntN(18))
		for i := range host {
			host[i] = alphabet[rng.IntN(len(alphabet))]
		}
		line := append(host, rest...)
		n := addressEnd(line)
		if n == 0 {
			continue
		}
		known++
		var r Record
		end, ok := hostField(line, 0, &r)
		if !ok || end != n || string(r.Text[Host]) != string(line[:n]) {
			t.Fatalf("%q: %d bytes are an address at a glance; by the rules %q, %v", line, n, r.Text[Host], ok)
		}
	}
	if known < 500 {
		t.Errorf("only %d addresses were known at a glance", known)
	}
	for _, host := range []string{"1.2.3.44", "10.20.30.40", "255.255.255.255", "192.168.1.1"} {
		if n := addressEnd([]byte(host + rest)); n != len(host) {
			t.Errorf("%s: %d bytes", host, n)
		}
	}
}
