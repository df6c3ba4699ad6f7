package parse

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var jsonFormats = []*jsonFormat{caddy, traefikJSON, envoy, nginxJSON, genericJSON}

// TestJSONLearning checks that what a parser has learnt of other lines makes no
// difference: one that has read thousands of lines of all shapes reads the next
// as a new one does.
func TestJSONLearning(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, f := range jsonFormats {
		p := f.NewParser(nil)
		for range 1500 {
			r := randomRecord(rnd, hostile)
			line := strings.TrimSpace(string(f.Append(nil, &r)))
			line = reshaped(rnd, line)
			var got, want Record
			fresh := f.NewParser(nil).Parse(slices.Clip([]byte(line)), &want)
			if reason := p.Parse(inBlock(rnd, line), &got); reason != fresh || reason == OK && show(&got) != show(&want) {
				t.Fatalf("%s: %s\n is %d %s\nnot %d %s", f.name, line, reason, show(&got), fresh, show(&want))
			}
			p.Reset()
		}
	}
}

// TestJSONUsual checks that usual lines tell the rows what Parse tells a record,
// and that those that are not leave no trace. Lines are of all shapes, and stand in
// a block between others.
func TestJSONUsual(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	var rows rows
	usual := 0
	for _, f := range jsonFormats {
		p := f.NewParser(nil).(*jsonParser)
		for i := range 1000 {
			r := randomRecord(rnd, [...]func(*rand.Rand, string, int) []byte{mild, hostile}[i%2])
			line := strings.TrimSpace(string(f.Append(nil, &r)))
			switch rnd.IntN(4) {
			case 0, 1:
				line = reshaped(rnd, line)
			case 2:
				line = strings.Replace(line, `"example.com"`, `"no host <>, 192.0.2.7"`, 1)
			}
			if addsAsParsed(t, p, f.NewParser(nil), &rows, rnd, line) {
				usual++
			}
		}
	}
	if usual < 2000 {
		t.Errorf("only %d lines were usual", usual)
	}
}

// TestJSONUsualBlock checks that the lines of a block, of which some are not usual
// and parsed, tell what each tells alone.
func TestJSONUsualBlock(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	var rows rows
	for _, f := range jsonFormats {
		p := f.NewParser(nil).(*jsonParser)
		for range 10 {
			var block []byte
			for i := range chunkRows {
				r := randomRecord(rnd, [...]func(*rand.Rand, string, int) []byte{mild, hostile}[min(1, i%7)])
				block = append(block, reshaped(rnd, string(f.Append(nil, &r)))...)
			}
			p.Reset()
			p.lines(nil, block)
			rows.reset(chunkRows, allFields, block)
			next := 0
			for line := range bytes.Lines(block) {
				start, end := next, next+len(bytes.TrimSuffix(line, newline))
				next += len(line)
				var got, want Record
				if p.add(block, start, []int32{int32(end)}, 1, &rows) == 1 {
					got = recordOf(&rows, rows.n-1)
				} else if p.Parse(block[start:end], &got) != OK {
					continue
				}
				if reason := f.NewParser(nil).Parse(slices.Clone(block[start:end]), &want); reason != OK || show(&got) != show(&want) {
					t.Fatalf("%s: %s\n is %s\nnot %d %s", f.name, line, show(&got), reason, show(&want))
				}
			}
		}
	}
}

// TestJSONUsualReal is TestJSONUsual for real lines.
func TestJSONUsualReal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	var rows rows
	for file, f := range map[string]*jsonFormat{"crowdsec-caddy-logs.log": caddy, "lnav-caddy_log.0.log": caddy, "lnav-caddy_log.1.log": caddy,
		"crowdsec-traefik_json.log": traefikJSON, "crowdsec-envoy-logs.log": envoy} {
		usual := 0
		p := f.NewParser(nil).(*jsonParser)
		for _, line := range realLog(t, file) {
			if addsAsParsed(t, p, f.NewParser(nil), &rows, rnd, string(line)) {
				usual++
			}
		}
		t.Logf("%s: %d lines are usual", file, usual)
	}
}

// inBlock returns the line as part of a block, where more follows. What follows
// could go on with the line's last value, or be the next way.
func inBlock(rnd *rand.Rand, line string) []byte {
	tails := []string{"", "\n" + line, "0", `"`, `\"`, `"}`, `","status":200}`, "7" + line, line[len(line)/2:] + line}
	return []byte(line + tails[rnd.IntN(len(tails))] + "\r\n")[:len(line)]
}

// TestSetNumber checks numbers that are read at a glance against set, in values
// of all kinds.
func TestSetNumber(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	taken := 0
	for range 200_000 {
		text := make([]byte, 1+rnd.IntN(22))
		for i := range text {
			text[i] = "0123456789012345678.-e+5 "[rnd.IntN(25-rnd.IntN(2)*6)]
		}
		v := value{kind: kind(rnd.IntN(int(kPart))), shift: int8(rnd.IntN(13) - 3), part: "\x00\x00.t"[rnd.IntN(4)]}
		if v.slot = slotBytes << rnd.IntN(4); v.kind == kSize {
			v.part = 0
		}
		b := append(append(text, ","...), make([]byte, longNumber)...)
		got, want := noRecord, noRecord
		n := v.setNumber((*[longNumber]byte)(b), &got)
		if n != len(text) {
			continue
		}
		taken++
		var p reader
		if reason := p.set(&v, text, &want); reason != OK || show(&got) != show(&want) {
			t.Fatalf("%+v of %s is %s, want %d %s", v, text, show(&got), reason, show(&want))
		}
	}
	if taken < 10_000 {
		t.Errorf("only %d numbers were taken", taken)
	}
}

// reshaped writes a line of JSON with other blanks, with members added, with
// another value for one, or broken somewhere.
func reshaped(rnd *rand.Rand, line string) string {
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	switch rnd.IntN(6) {
	case 0:
		return strings.ReplaceAll(line, `":`, pick(`" :`, `": `, "\":\t"))
	case 1:
		return strings.ReplaceAll(line, `,"`, pick(`, "`, ` ,"`, `,"x`, `,"x":[{"a":1},"]"],"`, `,"x":{},"y":null,"`))
	case 2:
		return strings.Replace(line, `":"`, pick(`":{"a":"`, `":["`, `":1,"a":"`, `":null,"`), 1+rnd.IntN(3))
	case 3:
		return strings.Replace(line, `":{`, pick(`":[{`, `":{"x":{},`, `":{},"`, `":5,"`, `":[],"`, `":[[1],{`), 1)
	case 4:
		i := rnd.IntN(len(line))
		return line[:i] + pick("", `"`, `\`, "}", "]", "{", "[", ",", ":", " ", "1") + line[i+rnd.IntN(2):]
	}
	var object map[string]any // its members in another order, and without some
	if json.Unmarshal([]byte(line), &object) == nil && len(object) > 1 {
		for name := range object {
			if delete(object, name); rnd.IntN(2) == 0 {
				break
			}
		}
		sorted, _ := json.Marshal(object)
		return string(sorted)
	}
	return line
}

// TestJSONAllocs checks that lines of JSON cost no memory, once their shape is
// known.
func TestJSONAllocs(t *testing.T) {
	for _, f := range jsonFormats {
		r := randomRecord(rand.New(rand.NewPCG(1, 1)), mild)
		line := f.Append(nil, &r)
		line = line[:len(line)-1]
		p := f.NewParser(nil)
		p.Parse(line, &r)
		if n := testing.AllocsPerRun(100, func() { p.Parse(line, &r); p.Reset() }); n > 0 {
			t.Errorf("%s: %v allocations a line", f.name, n)
		}
	}
}

// TestJSONMemory checks that a parser remembers only so much of lines that all
// have other keys, as header fields that clients make up.
func TestJSONMemory(t *testing.T) {
	p := caddy.NewParser(nil).(*jsonParser)
	var r Record
	for i := range 5000 {
		name := strings.Repeat("x", i%97) + string(rune('a'+i%26))
		p.Parse([]byte(`{"ts":1,"`+name+`":1,"request":{"uri":"/","headers":{"`+name+`":["1"],"y`+name+`":2}},"status":200}`), &r)
		p.Reset()
	}
	seen, queue := map[*jsonStep]bool{}, []*jsonStep{p.start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if len(at.ways) > maxWays {
			t.Errorf("%d ways from a step", len(at.ways))
		}
		for _, w := range at.ways {
			queue = append(queue, w.to)
		}
	}
	if len(seen) > 4*(maxUnread+10) {
		t.Errorf("%d steps", len(seen))
	}
}
