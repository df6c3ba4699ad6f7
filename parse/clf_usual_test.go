package parse

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsual checks that what is read as a usual line is what careful reading
// makes of it, and that other lines leave no trace: lines of all the shapes that are
// on the border, some with a byte or two changed, lost or doubled, in blocks.
func TestUsual(t *testing.T) {
	lines := []string{
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 612 "-" "agent 1.0"`,
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 612`,
		`192.0.2.7 - - [17/May/2015:10:05:04 +0000] "GET /?? HTTP/1.1" 200 612 "http://a.org/?b?c" "a?b"`,
		`192.0.2.7 - - [17/May/2015:10:06:04 +0000] "GET /?a HTTP/1.1" 200 612 "http://a.org/?b" "agent"`,
		`192.0.2.72 - - [17/May/2015:10:06:04 +0000] "GET /a HTTP/1.1" 200 123456789 "-" "-"`,
		`192.0.2.72 - - [17/May/2015:10:06:04 +0000] "GET /a HTTP/1.1" 200 1234567890123456 "-" "-"`,
		`192.0.2.71 - - [17/May/2015:10:05:03 +0000] "OPTIONS /? HTTP/1.1" 304 - "http://example.org/" "x"`,
		`203.0.113.70 - - [31/Dec/2026:23:59:60 +0530] "POST http://example.org/x HTTP/2.0" 404 12345678 "https://example.org/?q=1" ""`,
		`10.0.0.1 - - [17/May/2015:10:05:03 +0000] "-" 408 0 "" "-"`,
		`10.0.0.1 - - [17/May/2015:10:05:03 +0000] "" 400 1234567890123456789 "a" "b" "c"`,
		`10.0.0.11 - - [17/May/2015:10:05:03 +0000] "GET /"quote" HTTP/1.0" 200 - "r" "a"`,
		`2001:db8::2:80 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/2.0" 200 612 "-" "agent 1.0"`,
		`a.example:80 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 612 "-" "agent 1.0"`,
		`x - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 612`,
		`198.51.100.200 - - [7/May/2015:1:05:03 +0000] "/old" 301 77 "-" "-" 0.003`,
	}
	const border = "\" -[]0129.:/x,?\t\x00\xff"
	rng := rand.New(rand.NewPCG(3, 3))
	p, careful, seen := new(clfParser), new(clfParser), 0
	var r rows
	for range 5000 {
		block, odd := []byte("192.0.2.7 \n"), rng.IntN(3)
		for range 1 + rng.IntN(100) {
			line := []byte(lines[rng.IntN(len(lines))])
			for range rng.IntN(1 + odd) {
				switch at := rng.IntN(len(line)); rng.IntN(3) {
				case 0:
					line[at] = border[rng.IntN(len(border))]
				case 1:
					line = append(line[:at], line[at+1:]...)
				case 2:
					line = append(line[:at], append([]byte{line[at]}, line[at:]...)...)
				}
			}
			block = append(append(block, line...), []string{"\n", "\n", "\n", "\r\n"}[rng.IntN(4)]...)
		}
		block = append(block, "127.0.0.1"...)
		p.Reset()
		ends := p.lines(nil, block)
		r.reset(chunkRows, allFields, block)
		for done, start := 1, int(ends[0])+1; done < len(ends); start = int(ends[done-1]) + 1 {
			n := p.add(block, start, ends[done:], int64(done), &r)
			if done, seen = done+n, seen+n; n == 0 {
				done++
			}
		}
		for i := range r.n {
			number := r.line[i]
			line := bytes.TrimSuffix(block[ends[number-1]+1:ends[number]], []byte("\r"))
			var want Record
			if reason := careful.Parse(line, &want); reason != OK {
				t.Fatalf("%q is usual, and %v", line, reason)
			}
			if got := recordOf(&r, i); !reflect.DeepEqual(got, want) {
				t.Fatalf("%q, carefully read and as usual:\n%s", line, cmp.Diff(want, got))
			}
		}
		for f := range r.views {
			if slices.ContainsFunc(r.views[f][r.n:], func(v view) bool { return v.n != -1 }) {
				t.Fatalf("what is no row was told a %s", recordFields[f].Name)
			}
		}
	}
	if seen < 50_000 {
		t.Errorf("only %d lines were usual", seen)
	}
}
