package parse

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUsual checks that what is read as a usual line is what careful reading
// makes of it: lines of all the shapes that are on the border, with a byte or
// two changed, lost or doubled, alone and in a block.
func TestUsual(t *testing.T) {
	lines := []string{
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 612 "-" "agent 1.0"`,
		`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 612`,
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
	const border = "\" -[]0129.:/x,\t\x00\xff"
	rng := rand.New(rand.NewPCG(3, 3))
	p, seen := new(clfParser), 0
	var r rows
	var fields []Field
	for f := range NumFields {
		fields = append(fields, f)
	}
	for range 200_000 {
		line := []byte(lines[rng.IntN(len(lines))])
		for range rng.IntN(3) {
			switch at := rng.IntN(len(line)); rng.IntN(3) {
			case 0:
				line[at] = border[rng.IntN(len(border))]
			case 1:
				line = append(line[:at], line[at+1:]...)
			case 2:
				line = append(line[:at], append([]byte{line[at]}, line[at:]...)...)
			}
		}
		block := append(append([]byte("192.0.2.7 \n"), line...), "\n127.0.0.1"...)
		start := bytes.IndexByte(block, '\n') + 1
		var u usual
		p.Reset()
		p.lines(nil, block)
		if !p.usual(block[:start+len(line)], start, &p.stops, &u) {
			continue
		}
		seen++
		quick, careful, row := noRecord, noRecord, noRecord
		u.record(block, &quick)
		if reason := p.careful(line, false, &careful); reason != OK {
			t.Fatalf("%q is usual, and %v", line, reason)
		}
		if !reflect.DeepEqual(careful, quick) {
			t.Fatalf("%q, carefully read and as usual:\n%s", line, cmp.Diff(careful, quick))
		}
		r.reset(chunkRows, fields, block)
		r.addUsual(&u, 1)
		for _, f := range fields {
			row.Text[f] = r.views[f][0].of(block)
		}
		row.Time, row.Offset, row.Status, row.Bytes = r.time[0], r.offset[0], r.status[0], r.bytes[0]
		row.Received, row.Duration, row.UpTime = r.received[0], r.duration[0], r.upTime[0]
		if !reflect.DeepEqual(careful, row) {
			t.Fatalf("%q, carefully read and as a row:\n%s", line, cmp.Diff(careful, row))
		}
	}
	if seen < 30_000 {
		t.Errorf("only %d lines were usual", seen)
	}
}
