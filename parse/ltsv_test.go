package parse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLTSVUsual checks that usual lines tell the rows what Parse tells a record,
// and that those that are not leave no trace, whatever labels were in the lines
// before. Lines are of all shapes, and stand in a block between others.
func TestLTSVUsual(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	var rows rows
	p := ltsv.NewParser(nil).(*ltsvParser)
	usual := 0
	for i := range 6000 {
		r := randomRecord(rnd, [...]func(*rand.Rand, string, int) []byte{mild, hostile}[i%2])
		line := strings.TrimSpace(string(ltsv.Append(nil, &r)))
		if addsAsParsed(t, p, ltsv.NewParser(nil), &rows, rnd, relabelled(rnd, line)) {
			usual++
		}
		if i%1000 == 0 {
			p = ltsv.NewParser(nil).(*ltsvParser)
		}
	}
	if usual < 500 {
		t.Errorf("only %d lines were usual", usual)
	}
}

// relabelled gives a line other fields: in another order, again, none, not its own.
func relabelled(rnd *rand.Rand, line string) string {
	fields := strings.Split(line, "\t")
	for range rnd.IntN(4) {
		i, j := rnd.IntN(len(fields)), rnd.IntN(len(fields))
		label, _, _ := strings.Cut(fields[i], ":")
		_, other, _ := strings.Cut(fields[j], ":")
		odd := []string{"", ":", label, "x", label + ":", label + ":-", label + ":" + other, "x:" + other, label + `:a\x20\"b\\`, label + `:\`, label + `:\x2d`, label + ":1.5", label + ":0",
			label + ":0.010, - : 0.020", label + ":1789", label + ":17/May/2015:10:05:03 +0000", label + ":[17/May/2015:10:05:03 +0000]", label + ":1500000000.123",
			"useragent:" + other, "status:404", "uri:/a?b", "uri:http://a.b/c", "request_time:7", fmt.Sprintf("%0*d:1", rnd.IntN(300), i), strings.Repeat("long", 10) + ":" + other, "req:GET /", "\r"}
		switch rnd.IntN(4) {
		case 0:
			fields[i], fields[j] = fields[j], fields[i]
		case 1:
			fields = append(fields, fields[i])
		default:
			fields[i] = odd[rnd.IntN(len(odd))]
		}
	}
	return strings.Join(fields, "\t")
}

// TestLTSVUsualReal is TestLTSVUsual for real lines.
func TestLTSVUsualReal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(23, 24))
	var rows rows
	p := ltsv.NewParser(nil).(*ltsvParser)
	for _, line := range append(realLog(t, "nekrassov01-ltsv.log"), realLog(t, "nekrassov01-ltsv-bad.log")...) {
		addsAsParsed(t, p, ltsv.NewParser(nil), &rows, rnd, string(line))
	}
}

// TestLTSVMemory checks that a parser remembers only so much of lines that all
// have other labels, and that lines cost no memory once it knows theirs.
func TestLTSVMemory(t *testing.T) {
	p := ltsv.NewParser(nil).(*ltsvParser)
	var rows rows
	var ends []int32
	add := func(line []byte) {
		p.Reset()
		ends = p.lines(ends[:0], line)
		rows.reset(chunkRows, allFields, line)
		p.add(line, 0, ends, 1, &rows)
	}
	for i := range 5000 {
		add(fmt.Appendf(nil, "time:1\tx%d:1\tstatus:200\ty%d:2", i, i%97))
	}
	if len(p.labels) > maxUnread+2 {
		t.Errorf("%d labels", len(p.labels))
	}
	for _, l := range append(p.labels, &p.first, &p.other) {
		if len(l.followers) > maxWays {
			t.Errorf("%d labels behind %s", len(l.followers), l.text)
		}
	}
	r := randomRecord(rand.New(rand.NewPCG(1, 1)), mild)
	line := bytes.TrimSuffix(ltsv.Append(nil, &r), newline)
	add(line)
	if n := testing.AllocsPerRun(100, func() { add(line) }); n > 0 {
		t.Errorf("%v allocations a line", n)
	}
}

// FuzzLTSV parses any line behind another, which makes no difference.
func FuzzLTSV(f *testing.F) {
	for i := range 4 {
		rnd := rand.New(rand.NewPCG(uint64(i), 1))
		r := randomRecord(rnd, mild)
		line := strings.TrimSpace(string(ltsv.Append(nil, &r)))
		f.Add(relabelled(rnd, line), relabelled(rnd, line))
	}
	f.Fuzz(func(t *testing.T, before, line string) {
		told, rnd := new(rows), rand.New(rand.NewPCG(uint64(len(line)), 1))
		p := ltsv.NewParser(nil).(*ltsvParser)
		for _, line := range []string{before, line, line, before} {
			addsAsParsed(t, p, ltsv.NewParser(nil), told, rnd, line)
		}
		var r Record
		if p.Parse([]byte(line), &r) == OK {
			checkRecord(t, ltsv, &r)
		}
	})
}
