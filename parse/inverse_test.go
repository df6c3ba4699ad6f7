package parse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// pieces are what hostile texts are made of.
var pieces = []string{"a", "Z", "0", "-", ".", "/", "%20", "%2520", "%", "é", "日", "\xff", `"`, `'`, `\`, `\x22`, `\"`, " ", "  ", "[", "]", "{", "}",
	"|", ",", ";", ":", "#", "#22", "=", "&", "+", "<script>", "\t", "\n", "\r", "\x00", "\x1b", "\x7f", `","`, `" "`, "] [", " - ", " : ", ", "}

// hostile makes a text of n pieces or less that begins with prefix.
func hostile(rnd *rand.Rand, prefix string, n int) []byte {
	b := []byte(prefix)
	for range rnd.IntN(n) {
		b = append(b, pieces[rnd.IntN(len(pieces))]...)
	}
	return b
}

// mild is hostile without what some formats have no way to write.
func mild(rnd *rand.Rand, prefix string, n int) []byte {
	return mildly(string(hostile(rnd, prefix, n)))
}

func mildly(text string) []byte {
	return []byte(strings.Map(func(r rune) rune {
		if r <= ' ' || r == '"' || r == '+' || r == 0xfffd || r == 0x7f {
			return 'x'
		}
		return r
	}, text))
}

// randomRecord makes a record with every value, the texts by text.
func randomRecord(rnd *rand.Rand, text func(*rand.Rand, string, int) []byte) Record {
	pick := func(of ...string) []byte { return []byte(of[rnd.IntN(len(of))]) }
	r := Record{
		Time: (rnd.Int64N(4e9) - 1e8) * 1e6, Offset: int32(rnd.IntN(113)-56) * 15, Status: int32(100 + rnd.IntN(900)),
		Bytes: rnd.Int64N(1 << uint(rnd.IntN(62)+1)), Received: rnd.Int64N(1 << uint(rnd.IntN(62)+1)), UpTime: rnd.Int64N(1e10),
	}
	r.Duration = r.UpTime + rnd.Int64N(1e9)
	r.Text = [NumFields][]byte{
		Host: pick("192.0.2.7", "2001:db8::1", "example.com", "::ffff:1.2.3.4", "10.0.0.255"), Ident: pick("x", "ident"), User: text(rnd, "u", 6),
		Method: pick("GET", "POST", "PROPFIND", "M-SEARCH"), Path: text(rnd, "/", 12), Query: text(rnd, "q", 12), Protocol: pick("HTTP/1.1", "HTTP/2.0", "HTTP/3"),
		Referer: text(rnd, "http", 12), Agent: text(rnd, "Mozilla/5", 12), VHost: pick("example.org", "2001:db8::2", "a.b"),
		Scheme: pick("http", "https"), Forwarded: pick("198.51.100.9", "198.51.100.9, 192.0.2.1"), RequestID: text(rnd, "id", 3), Cache: pick("HIT", "TCP_MISS"),
		TLS: pick("TLSv1.3"), Cipher: pick("TLS_AES_128_GCM_SHA256"), Type: pick("text/html", "text/plain; charset=utf-8"), Upstream: pick("10.0.0.5:80", "[::1]:8080"),
	}
	// A path ends at the first question mark, and its blanks at the ends are
	// the request line's.
	r.Text[Path] = bytes.TrimRight(bytes.ReplaceAll(r.Text[Path], []byte("?"), nil), " ")
	r.Text[Query] = bytes.TrimRight(r.Text[Query], " ")
	return r
}

// TestAppendParse checks that Parse is the inverse of Append in every format:
// whatever the format has of a record comes back as it was, whatever the
// record's texts are.
func TestAppendParse(t *testing.T) {
	for _, f := range Formats() {
		text := hostile
		switch f.Name() {
		case "w3c", "cloudfront", "squid", "alb", "elb", "uwsgi":
			text = mild // no escapes, and unquoted or in the URL
		case "gcs": // no escape but for the quote
			text = func(rnd *rand.Rand, s string, n int) []byte { return []byte(oneLine(string(hostile(rnd, s, n)))) }
		}
		rnd := rand.New(rand.NewPCG(1, 2))
		has := comesBack(t, f, randomRecord(rnd, func(_ *rand.Rand, s string, _ int) []byte { return []byte(s) }))
		for range 200 {
			r := randomRecord(rnd, text)
			for i := range r.Text { // a value may be missing
				if rnd.IntN(10) == 0 && Field(i) != Host && Field(i) != Method && Field(i) != Path && Field(i) != Protocol && Field(i) != Scheme && Field(i) != VHost {
					r.Text[i] = nil
				}
			}
			line, got, reason := written(f, &r)
			if reason != OK {
				t.Fatalf("%s rejects its own line %q: reason %d", f.Name(), line, reason)
			}
			if got, want := has(&got), has(&r); got != want {
				t.Fatalf("%s\n      %q reads back as\n      %q\nwant  %q", f.Name(), line, got, want)
			}
		}
	}
}

// written appends a record and parses what that gives.
func written(f Format, r *Record) (line []byte, got Record, reason Reason) {
	text := f.Append(nil, r)
	p := f.NewParser(nil)
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if reason := p.Parse(line, &got); reason != Blank {
			return line, got, reason
		}
	}
	return text, got, Blank
}

// comesBack finds out which values of a record the format has, and returns
// what shows only those.
func comesBack(t *testing.T, f Format, r Record) func(*Record) string {
	_, got, reason := written(f, &r)
	if reason != OK {
		t.Fatalf("%s rejects its own plain line %s: reason %d", f.Name(), f.Append(nil, &r), reason)
	}
	zone := got.Offset == r.Offset
	return func(x *Record) string {
		y := *x
		for i := range y.Text {
			if got.Text[i] == nil || len(y.Text[i]) == 0 {
				y.Text[i] = nil
			}
		}
		if !zone {
			y.Offset = 0
		}
		if f.Name() == "ssl-request" { // which has none
			y.Status = None
		}
		for _, n := range []struct {
			had int64
			now *int64
		}{{got.Bytes, &y.Bytes}, {got.Received, &y.Received}, {got.Duration, &y.Duration}, {got.UpTime, &y.UpTime}} {
			if n.had == None {
				*n.now = None
			}
		}
		return show(&y)
	}
}

// TestParseAllocatesNothing checks it for every format, and for layouts of the
// user's own, once the parser has its scratch memory.
func TestParseAllocatesNothing(t *testing.T) {
	formats := Formats()
	for _, layout := range []string{
		`%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D`,
		`%{X-Forwarded-For}i [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %m %U%q %H %>s %{ms}T`,
		`log_format t '$remote_addr [$time_iso8601] "$request" $status $request_time "$upstream_response_time" $ssl_protocol'`,
		`log_format j escape=json '{"t":"$msec","a":"$remote_addr","r":"$request","u":"$http_user_agent"}'`,
	} {
		f, err := Compile(layout)
		if err != nil {
			t.Fatal(err)
		}
		formats = append(slices.Clip(formats), FormatInfo{Format: f})
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, f := range formats {
		r := randomRecord(rnd, mild)
		lines := bytes.Split(bytes.TrimSuffix(f.Append(nil, &r), []byte("\n")), []byte("\n"))
		if f.Directive() == "" { // other columns are looked up anew, that is not a line
			lines = append(lines, []byte(f.Example))
		}
		if reason := f.NewParser(nil).Parse(lines[0], new(Record)); reason > Blank {
			t.Errorf("%s rejects %q: %s", f.Name(), lines[0], reason)
		}
		p := f.NewParser(nil)
		var got Record
		allocs := testing.AllocsPerRun(100, func() {
			for _, line := range lines {
				p.Parse(line, &got)
			}
			p.Reset()
		})
		if allocs > 0 {
			t.Errorf("%s: %v allocations for %d lines", f.Name(), allocs, len(lines))
		}
	}
}

// TestReset checks that texts stay good until Reset, however many lines with
// escapes are read before.
func TestReset(t *testing.T) {
	for _, f := range []Format{nginxJSON, ltsv, gcs, cloudFront, haproxy} {
		p := f.NewParser(nil)
		var agents [][]byte
		var want []string
		for i := range 5000 {
			r := Record{Time: 1e15, Status: 200, Bytes: None, Received: None, Duration: None, UpTime: None}
			agent := fmt.Sprintf(`Mozilla/5 "%d%%" é`, i)
			r.Text[Host], r.Text[Method], r.Text[Path], r.Text[Agent] = []byte("192.0.2.7"), []byte("GET"), []byte("/"), []byte(agent)
			for line := range bytes.Lines(f.Append([]byte("\n"), &r)) {
				var got Record
				if p.Parse(bytes.TrimSuffix(line, []byte("\n")), &got) == OK {
					agents, want = append(agents, got.Text[Agent]), append(want, agent)
				}
			}
		}
		if len(agents) != 5000 {
			t.Errorf("%s: %d of 5000 lines", f.Name(), len(agents))
		}
		for i := range agents {
			if string(agents[i]) != want[i] {
				t.Fatalf("%s: agent %d is %q, want %q", f.Name(), i, agents[i], want[i])
			}
		}
	}
}

// TestPlainBytes checks that looking at eight bytes at a time finds the byte
// that looking at each finds, for every byte at every place.
func TestPlainBytes(t *testing.T) {
	for b := range 256 {
		for at := range 20 {
			text := []byte("abcdefgh ~!#[]^_ABCDEFGH")
			text[at] = byte(b)
			want := at
			if b >= ' ' && b < 0x7f && b != '"' && b != '\\' {
				want = len(text)
			}
			if got := plainBytes(text); got != want {
				t.Errorf("plainBytes(%q) = %d, want %d", text, got, want)
			}
		}
	}
}
