package parse

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// checkRecord checks what must hold of every record, and that a format writes
// one line of it.
func checkRecord(t *testing.T, format Format, r *Record) {
	t.Helper()
	if r.Status != None && (r.Status < 0 || r.Status > 999) {
		t.Errorf("status %d", r.Status)
	}
	for _, n := range []int64{r.Bytes, r.Received, r.Duration, r.UpTime} {
		if n < 0 && n != None {
			t.Errorf("a negative number in %s", show(r))
		}
	}
	if h := r.Text[Host]; h != nil && (len(h) == 0 || bytes.ContainsAny(h, " \"<>\t\n")) {
		t.Errorf("the host is %q", h)
	}
	if r.Offset <= -24*60 || r.Offset >= 24*60 {
		t.Errorf("the offset is %d", r.Offset)
	}
	if format == nil {
		return
	}
	if line := format.Append(nil, r); bytes.Count(line, []byte("\n")) != 1 || line[len(line)-1] != '\n' {
		t.Errorf("%s writes %q of a record", format.Name(), line)
	}
}

// isObject tells whether a line is a JSON object as encoding/json has it.
func isObject(line string) bool {
	return len(line) > 0 && line[0] == '{' && json.Valid([]byte(line))
}

// FuzzLayout compiles any layout and parses any line with it. What it
// reads must be a record, and written again be one line.
func FuzzLayout(f *testing.F) {
	for _, layout := range []string{`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i" %D`, `[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %a %U%q`,
		`$remote_addr [$time_local] "$request" $status $upstream_response_time`, `{"t":"$time_iso8601","r":"$request"}`, `%{X-Forwarded-For}i|%{sec}t|%u`} {
		f.Add(layout, `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a?b HTTP/1.1" 304 - "-" "a\"b" 1234`)
	}
	f.Fuzz(func(t *testing.T, layout, line string) {
		format, err := Compile(layout)
		if err != nil {
			return
		}
		var r Record
		if format.NewParser(nil).Parse([]byte(line), &r) == OK {
			checkRecord(t, format, &r)
		}
	})
}

// FuzzDelimited parses any line with the formats that are layouts of our own.
func FuzzDelimited(f *testing.F) {
	for _, x := range Formats() {
		f.Add(x.Example)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, x := range Formats() {
			if x.Directive() == "" {
				var r Record
				if Prefixed(x.Format).NewParser(nil).Parse([]byte(line), &r) == OK {
					checkRecord(t, x.Format, &r)
				}
			}
		}
	})
}

// FuzzJSON parses any line with the formats of JSON. What encoding/json calls
// an object is never called broken, and what a parser has read before, the line
// itself or another, and what follows the line in its block, makes no difference.
func FuzzJSON(f *testing.F) {
	for _, x := range jsonFormats {
		r := Record{Time: 1e15, Status: 200, Bytes: 1, Received: 2, Duration: 3, UpTime: 4}
		r.Text[Host], r.Text[Path], r.Text[Agent] = []byte("::1"), []byte("/"), []byte("\"\\\x01é")
		line := string(bytes.TrimSpace(x.Append(nil, &r)))
		f.Add(line, strings.ReplaceAll(line, `":`, `": `))
	}
	f.Add(`{"ts":1,"request":{"uri":"/"}}`, `{"ts":1e9,"request":{"uri":["/a",{"b":[]}],"headers":{"User-Agent":[]}},"status":0,"x":[[1,2],{"y":"}\"\\"}],"\u0061":null}`)
	f.Fuzz(func(t *testing.T, before, line string) {
		told := new(rows)
		valid := isObject(line)
		for _, x := range jsonFormats {
			var r, again Record
			reason := x.NewParser(nil).Parse(slices.Clip([]byte(line)), &r)
			used := x.NewParser(nil)
			used.Parse([]byte(before), &again)
			for range 2 {
				if other := used.Parse([]byte(line + before + line)[:len(line)], &again); other != reason || reason == OK && show(&r) != show(&again) {
					t.Errorf("%s: %s is %d %s and behind %s %d %s", x.Name(), line, reason, show(&r), before, other, show(&again))
				}
			}
			addsAsParsed(t, used.(*jsonParser), x.NewParser(nil), told, rand.New(rand.NewPCG(uint64(len(line)), 1)), line)
			switch {
			case reason == BadJSON && valid:
				t.Errorf("%s calls %s broken", x.Name(), line)
			case reason == OK:
				checkRecord(t, x, &r)
			}
		}
	})
}

// FuzzW3C parses any lines, directives among them, and checks that a parser
// that starts in their middle under the directives in force reads the rest as
// one does that read all.
func FuzzW3C(f *testing.F) {
	f.Add("#Date: 2000-10-09 16:44:49\n#Fields: time c-ip cs-uri-stem\n16:44:49 1.1.1.1 /a\n#Fields: date time c-ip\n2000-01-01 1:1:1 ::1\n", 2)
	f.Add(iis.columns+"\n"+cloudFront.columns, 1)
	for _, x := range []*w3c{iis, cloudFront} {
		r := Record{Time: 1e15, Status: 200, Bytes: 1, Received: 2, Duration: 3, UpTime: 4}
		r.Text[Host], r.Text[Path], r.Text[Agent] = []byte("::1"), []byte("/%"), []byte("a b+é")
		f.Add(string(x.Append(nil, &r)), 2)
	}
	f.Fuzz(func(t *testing.T, text string, middle int) {
		told := new(rows)
		for _, x := range []*w3c{iis, cloudFront} {
			whole := x.NewParser(nil)
			var part Parser
			var directives []byte
			n := 0
			for line := range bytes.Lines([]byte(text)) {
				line = bytes.TrimRight(line, "\r\n")
				if n == middle {
					part = x.NewParser(directives)
				}
				if n++; bytes.HasPrefix(line, []byte("#")) {
					directives = Amend(directives, line)
				}
				addsAsParsed(t, x.NewParser(directives).(*w3cParser), x.NewParser(directives), told, rand.New(rand.NewPCG(uint64(n), 1)), string(line))
				var r, again Record
				reason := whole.Parse(line, &r)
				if reason == OK {
					checkRecord(t, nil, &r)
				}
				if part == nil {
					continue
				}
				if other := part.Parse(line, &again); other != reason || reason == OK && show(&r) != show(&again) {
					t.Fatalf("%s: %q is %d from the middle on, not %d", x.name, line, other, reason)
				}
			}
		}
	})
}

// FuzzRecognise recognises any text, and whatever it says must hold.
func FuzzRecognise(f *testing.F) {
	for _, x := range Formats() {
		f.Add("garbage\n" + x.Example)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := bytes.Split([]byte(text), []byte("\n"))
		format, confidence, err := Recognise(lines)
		if err != nil {
			return
		}
		p := format.NewParser(nil)
		records := 0
		var r Record
		for _, line := range lines {
			if p.Parse(bytes.TrimRight(line, "\r"), &r) == OK {
				records++
			}
		}
		if records == 0 || confidence <= 0 || confidence > 1 {
			t.Errorf("%s with confidence %v reads %d lines of %q", format.Name(), confidence, records, text)
		}
	})
}
