package parse

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsual checks that what is read as a usual line is what careful reading
// makes of it: lines of all the shapes that are on the border, with a byte or
// two changed, lost or doubled.
func TestUsual(t *testing.T) {
	lines := []string{
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 612 "-" "agent 1.0"`,
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 612`,
		`203.0.113.70 - - [31/Dec/2026:23:59:60 +0530] "POST http://example.org/x HTTP/2.0" 404 12345678 "https://example.org/?q=1" ""`,
		`10.0.0.1 - - [17/May/2015:10:05:03 +0000] "-" 408 0 "" "-"`,
		`10.0.0.1 - - [17/May/2015:10:05:03 +0000] "" 400 1234567890123456789 "a" "b" "c"`,
		`10.0.0.11 - - [17/May/2015:10:05:03 +0000] "GET /"quote" HTTP/1.0" 200 - "r" "a"`,
		`198.51.100.200 - - [7/May/2015:1:05:03 +0000] "/old" 301 77 "-" "-" 0.003`,
	}
	const bytes = "\" -[]0129.:/x\t\x00\xff"
	rng := rand.New(rand.NewPCG(3, 3))
	p, seen := new(clfParser), 0
	for range 200_000 {
		line := []byte(lines[rng.IntN(len(lines))])
		for range rng.IntN(3) {
			switch at := rng.IntN(len(line)); rng.IntN(3) {
			case 0:
				line[at] = bytes[rng.IntN(len(bytes))]
			case 1:
				line = append(line[:at], line[at+1:]...)
			case 2:
				line = append(line[:at], append([]byte{line[at]}, line[at:]...)...)
			}
		}
		quick, careful := noRecord, noRecord
		if !p.usual(line, &quick) {
			if !reflect.DeepEqual(noRecord, quick) {
				t.Fatalf("%q is not usual, and changed the record:\n%s", line, cmp.Diff(noRecord, quick))
			}
			continue
		}
		seen++
		if reason := p.careful(line, false, &careful); reason != OK {
			t.Fatalf("%q is usual, and %v", line, reason)
		}
		if !reflect.DeepEqual(careful, quick) {
			t.Fatalf("%q, carefully read and as usual:\n%s", line, cmp.Diff(careful, quick))
		}
	}
	if seen < 30_000 {
		t.Errorf("only %d lines were usual", seen)
	}
}
