package parse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The oracle of Common and Combined: regular expressions and the standard
// library, slow and as obvious as the format allows. Quoted texts end at the
// first quote, not escaped, at which the rest of the line fits.
const (
	oracleHead   = `^[ \t]*(?P<host>[^ \t#]\S*)[ \t]+(?P<ident>\S+)[ \t]+(?P<user>\S|\S.*?\S)[ \t]+\[(?P<time>\d[^\]]*)\][ \t]*`
	oracleQuoted = `((?:[^\\]|\\.)*?)"`
	oracleNumber = `[ \t]+(?P<status>\d{1,3}|-)[ \t]+(?P<bytes>\d+|-)`
)

var (
	oracleCombined = regexp.MustCompile(`(?s)` + oracleHead + `"` + oracleQuoted + oracleNumber + `[ \t]+"` + oracleQuoted + `[ \t]+"` + oracleQuoted + `(?P<rest>[ \t].*)?$`)
	oracleCommon   = regexp.MustCompile(`(?s)` + oracleHead + `"` + oracleQuoted + oracleNumber + `[ \t]*$`)
	oracleEscape   = regexp.MustCompile(`(?s)\\(x[0-9a-fA-F]{2}|.)`)
	oracleRequest  = regexp.MustCompile(`(?s)^(?:([A-Za-z_][A-Za-z_-]{0,23})(?: +(.*?))??|(/.*?))(?: +([A-Z]{1,8}/[0-9.]{1,5}))? *$`)
	oracleAbsolute = regexp.MustCompile(`(?s)^([A-Za-z]{1,5})://([^/?]*)(.*)$`)
)

func oracleText(s string, user bool) []byte {
	if s == "-" {
		return nil
	}
	return []byte(oracleEscape.ReplaceAllStringFunc(s, func(e string) string {
		switch c := e[1]; {
		case c == '"' || c == '\\':
			return string(c)
		case c == 'x' && len(e) == 4:
			b, _ := strconv.ParseUint(e[2:], 16, 8)
			return string([]byte{byte(b)})
		case !user && strings.IndexByte("bnrtv", c) >= 0:
			return map[byte]string{'b': "\b", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}[c]
		}
		return e
	}))
}

var oraclePort = regexp.MustCompile(`^([^:]+):\d+$`)

// clfOracle parses a line that holds nothing ambiguous; ok is false if it is no
// record. It does not know raw quotes in texts, or more fields than a
// combined log has.
func clfOracle(line string) (r Record, ok bool) {
	m := oracleCombined.FindStringSubmatch(line)
	names := oracleCombined.SubexpNames()
	combined := m != nil
	if !combined {
		if m = oracleCommon.FindStringSubmatch(line); m == nil {
			return r, false
		}
		names = oracleCommon.SubexpNames()
	}
	field := map[string]string{}
	var quoted []string
	for i, name := range names {
		if name != "" {
			field[name] = m[i]
		} else if i > 0 {
			quoted = append(quoted, m[i])
		}
	}
	r = Record{Status: None, Bytes: None, Received: None, Duration: None, UpTime: None}
	t, err := time.Parse("02/Jan/2006:15:04:05 -0700", field["time"])
	if err != nil {
		return r, false
	}
	_, zone := t.Zone()
	r.Time, r.Offset = t.UnixMicro(), int32(zone/60)
	if h := field["host"]; h != "-" {
		r.Text[Host] = []byte(oraclePort.ReplaceAllString(h, "$1"))
	}
	r.Text[Ident] = oracleText(strings.ReplaceAll(field["ident"], `\`, `\\`), true)
	if u := field["user"]; len(u) >= 2 && u[0] == '"' && u[len(u)-1] == '"' {
		field["user"] = u[1 : len(u)-1]
	}
	r.Text[User] = oracleText(field["user"], true)
	if s := field["status"]; s != "-" {
		n, _ := strconv.Atoi(s)
		r.Status = int32(n)
	}
	if b := field["bytes"]; b != "-" {
		if r.Bytes, err = strconv.ParseInt(b, 10, 64); err != nil {
			return r, false
		}
	}
	if combined {
		r.Text[Referer], r.Text[Agent] = oracleText(quoted[1], false), oracleText(quoted[2], false)
	}
	oracleSplit(string(oracleText(quoted[0], false)), &r)
	return r, true
}

func oracleSplit(request string, r *Record) {
	m := oracleRequest.FindStringSubmatch(request)
	if m == nil {
		return
	}
	text := func(s string) []byte {
		if s == "" {
			return nil
		}
		return []byte(s)
	}
	r.Text[Method], r.Text[Protocol] = text(m[1]), text(m[4])
	target := strings.Trim(m[2]+m[3], " ")
	if target == "" {
		return
	}
	if a := oracleAbsolute.FindStringSubmatch(target); a != nil {
		r.Text[Scheme] = []byte(a[1])
		if a[2] != "" {
			r.Text[VHost] = hostOnly([]byte(a[2]))
		}
		target = a[3]
	}
	path, query, has := strings.Cut(target, "?")
	if path == "" {
		path = "/"
	}
	r.Text[Path] = []byte(path)
	if has {
		r.Text[Query] = []byte(query)
	}
}

// showRecord makes a record comparable and readable.
func showRecord(r *Record) string {
	var b strings.Builder
	for f, text := range r.Text {
		if text != nil {
			fmt.Fprintf(&b, "%s=%q ", recordFields[f].Name, text)
		}
	}
	fmt.Fprintf(&b, "time=%s offset=%d status=%d bytes=%d received=%d duration=%d upstream=%d",
		time.UnixMicro(r.Time).UTC().Format(time.RFC3339Nano), r.Offset, r.Status, r.Bytes, r.Received, r.Duration, r.UpTime)
	return b.String()
}

// TestCLFOracle compares the parser with the oracle on all real lines, all fields.
func TestCLFOracle(t *testing.T) {
	dir := sharedData(t)
	files, err := filepath.Glob(filepath.Join(dir, "real", "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no real logs in %s: %v", dir, err)
	}
	p := Combined.NewParser(nil)
	records := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			line = strings.TrimSuffix(line, "\r")
			var got Record
			reason := p.Parse([]byte(line), &got)
			want, ok := clfOracle(line)
			if (reason == OK) != ok {
				if reason == BadHost || reason == BadQuote {
					continue // the oracle has no notion of hosts and of leftover fields
				}
				t.Errorf("%s:%d: reason %d, but the oracle says %v: %s", filepath.Base(file), i+1, reason, ok, line)
			}
			if reason == OK && ok {
				records++
				if diff := cmp.Diff(showRecord(&got), showRecord(&want)); diff != "" {
					t.Errorf("%s:%d: %s", filepath.Base(file), i+1, diff)
				}
			}
		}
	}
	if records < 20_000 {
		t.Errorf("compared %d records, want the 20,000 of the two large files at least", records)
	}
}

// roundTrip checks that a record that was read is written so that it is read
// again as the same.
func roundTrip(t testing.TB, line []byte) {
	t.Helper()
	for _, f := range []Format{Common, Combined} {
		p := f.NewParser(nil)
		var first, second Record
		if p.Parse(line, &first) != OK {
			return
		}
		// What the format has not: an absolute target's host, proxies, less than a second.
		first.Text[Scheme], first.Text[VHost], first.Text[Forwarded] = nil, nil, nil
		first.Time -= ((first.Time % 1e6) + 1e6) % 1e6
		if f == Common {
			first.Text[Referer], first.Text[Agent] = nil, nil
		}
		written := f.Append(nil, &first)
		if reason := p.Parse(bytes.TrimSuffix(written, newline), &second); reason != OK {
			t.Fatalf("%s: reason %d for %q, which was written for %q", f.Name(), reason, written, line)
		}
		if diff := cmp.Diff(showRecord(&second), showRecord(&first)); diff != "" {
			t.Fatalf("%s: %q became %q: %s", f.Name(), line, written, diff)
		}
	}
}

// TestRoundTrip checks that Parse undoes Append on the edge cases and on real
// lines.
func TestRoundTrip(t *testing.T) {
	for _, c := range edgeCases(t) {
		roundTrip(t, []byte(c.Line))
	}
	text, err := os.ReadFile(filepath.Join(sharedData(t), "real", "elastic-apache.log"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		roundTrip(t, bytes.TrimRight(line, "\r\n"))
	}
}

// FuzzCLF checks, on any line, that Parse does not panic, that it undoes
// Append, and that it agrees with the oracle where that has an opinion.
func FuzzCLF(f *testing.F) {
	for _, line := range clfLines {
		f.Add([]byte(line.text))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 || bytes.IndexByte(line, '\r') >= 0 {
			return // the scan has taken line ends off
		}
		roundTrip(t, line)
		addsAsParsed(t, new(clfParser), new(clfParser), new(rows), rand.New(rand.NewPCG(uint64(len(line)), 1)), string(line))
		var got Record
		if Combined.NewParser(nil).Parse(line, &got) != OK || !simple(string(line)) {
			return
		}
		want, ok := clfOracle(string(line))
		if !ok {
			return
		}
		if diff := cmp.Diff(showRecord(&got), showRecord(&want)); diff != "" {
			t.Fatalf("%q: %s", line, diff)
		}
	})
}

// simple reports whether a line has but one reading: the quotes of its three
// texts and no more, a time of the usual form and one host without brackets.
func simple(line string) bool {
	bare := oracleEscape.ReplaceAllString(line, "")
	n := strings.Count(bare, `"`)
	m := oracleCombined.FindStringSubmatch(line)
	return (n == 2 || n == 6) && strings.Count(line, "[") == 1 && !strings.Contains(line[:strings.IndexByte(line, '[')], ",") && !strings.HasPrefix(strings.TrimLeft(line, " \t"), "[") &&
		(m == nil || m[len(m)-1] == "" || strings.TrimLeft(m[len(m)-1], " \t") == "")
}

// clfLines are lines with what they are: a reason, or the record that showRecord
// shows without its times.
var clfLines = []struct {
	text, want string
	reason     Reason
}{
	{`1.2.3.4 - - [01/Jun/2012:22:17:54 -0400] "GET /a?b=c HTTP/1.1" 200 10 "-" "x"`, `host="1.2.3.4" method="GET" path="/a" query="b=c" protocol="HTTP/1.1" agent="x" status=200 bytes=10`, OK},
	{`2001:db8::1 - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 10`, `host="2001:db8::1" method="GET" path="/a" protocol="HTTP/1.1" status=200 bytes=10`, OK},
	{`[2001:db8::1] - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 10`, `host="2001:db8::1" method="GET" path="/a" protocol="HTTP/1.1" status=200 bytes=10`, OK},
	{`h - John Doe [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 -`, `host="h" user="John Doe" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=-`, OK},
	{`h - DOMAIN\nick [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 -`, `host="h" user="DOMAIN\\nick" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=-`, OK},
	{`h - "" [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 -`, `host="h" user="" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=-`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "" 400 0`, `host="h" status=400 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "-" 400 0`, `host="h" status=400 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "   " 400 0`, `host="h" status=400 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "\x16\x03\x01" 400 0`, `host="h" status=400 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET" 400 0`, `host="h" method="GET" status=400 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a b" 200 0`, `host="h" method="GET" path="/a b" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a  b c HTTP/1.0" 200 0`, `host="h" method="GET" path="/a  b c" protocol="HTTP/1.0" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET HTTP/1.0" 200 0`, `host="h" method="GET" protocol="HTTP/1.0" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "OPTIONS / RTSP/1.0" 200 0`, `host="h" method="OPTIONS" path="/" protocol="RTSP/1.0" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET http://x:80/a?b HTTP/1.1" 200 0`, `host="h" method="GET" path="/a" query="b" protocol="HTTP/1.1" vhost="x" scheme="http" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET http://x?b HTTP/1.1" 200 0`, `host="h" method="GET" path="/" query="b" protocol="HTTP/1.1" vhost="x" scheme="http" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "CONNECT x:443 HTTP/1.1" 200 0`, `host="h" method="CONNECT" path="x:443" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /\"a\\ HTTP/1.1" 200 0 "\x41\t" "\q"`, `host="h" method="GET" path="/\"a\\" protocol="HTTP/1.1" referer="A\t" agent="\\q" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /"a HTTP/1.1" 200 0`, `host="h" method="GET" path="/\"a" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0 "-" "Moz "x" (a) b"`, `host="h" method="GET" path="/" protocol="HTTP/1.1" agent="Moz \"x\" (a) b" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a" 200 5 "r" "u HTTP/1.1" 200 10 "-" "x"`, `host="h" method="GET" path="/a\" 200 5 \"r\" \"u" protocol="HTTP/1.1" agent="x" status=200 bytes=10`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a\" 200 5 \"r\" \"u HTTP/1.1" 200 10 "-" "x"`, `host="h" method="GET" path="/a\" 200 5 \"r\" \"u" protocol="HTTP/1.1" agent="x" status=200 bytes=10`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 10 "-" "x" "1.2.3.4" 0.123`, `host="h" method="GET" path="/a" protocol="HTTP/1.1" agent="x" status=200 bytes=10`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 10 "-" "x" 512 3456`, `host="h" method="GET" path="/a" protocol="HTTP/1.1" agent="x" status=200 bytes=10`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" - - "" ""`, `host="h" method="GET" path="/a" protocol="HTTP/1.1" referer="" agent="" status=- bytes=-`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 000 9223372036854775807`, `host="h" method="GET" path="/a" protocol="HTTP/1.1" status=0 bytes=9223372036854775807`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 9223372036854775808`, ``, BadSize},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 -5`, ``, BadSize},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 1000 5`, ``, BadStatus},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" abc 5`, ``, BadStatus},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200`, ``, TooFew},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1"`, ``, TooFew},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5 "-" "x`, ``, BadQuote},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5 "-" "x"y`, ``, BadQuote},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5 "-" "x" h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5 "-" "x"`, ``, BadQuote},
	{`v h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, BadQuote},
	{`h [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, TooFew},
	{`999.1 - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, BadHost},
	{`"h - - [01/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, BadHost},
	{`h - - [31/Jun/2012:22:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, BadTime},
	{`h - - [01/Jun/2012:24:17:54 -0400] "GET /a HTTP/1.1" 200 5`, ``, BadTime},
	{`h - - [01/Jun/2012:22:17:54] "GET /a HTTP/1.1" 200 5`, ``, BadTime},
	{`198.51.100.9, 10.0.0.1 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="198.51.100.9" method="GET" path="/" protocol="HTTP/1.1" forwarded="198.51.100.9, 10.0.0.1" status=200 bytes=0`, OK},
	{`[::1]:80,10.0.0.1 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="::1" method="GET" path="/" protocol="HTTP/1.1" forwarded="[::1]:80,10.0.0.1" status=200 bytes=0`, OK},
	{`unknown, 10.0.0.1 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="unknown" method="GET" path="/" protocol="HTTP/1.1" forwarded="unknown, 10.0.0.1" status=200 bytes=0`, OK},
	{`1.2.3.4:5123 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="1.2.3.4" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`[2001:db8::1]:5123 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="2001:db8::1" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`2001:db8::1:5123 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="2001:db8::1:5123" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`fe80::1%eth0 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, `host="fe80::1%eth0" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`999.1:80 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadHost},
	{`[::1:80 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadHost},
	{`[abc] - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadHost},
	{`, 10.0.0.1 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadHost},
	{`h - - [2012-06-01T22:17:54-04:00] "GET / HTTP/1.1" 200 0`, `host="h" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`h - - [1338603474.123] "GET / HTTP/1.1" 200 0`, `host="h" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=0`, OK},
	{`h - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0 "-" "x" "-" sn="a.b" cs=HIT ua="10.0.0.1:80, unix:/s"`, `host="h" method="GET" path="/" protocol="HTTP/1.1" agent="x" status=200 bytes=0`, OK},
	{`Okt 10 13:55:36 web1 nginx[1]: 1.2.3.4 - - [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadQuote},
	{`Okt 10 13:55:36 web1 nginx[1]: 1.2.3.4 - jo [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 0`, ``, BadQuote},
	{`h - Jo-Ann Doe- [01/Jun/2012:22:17:54 -0400] "GET / HTTP/1.1" 200 -`, `host="h" user="Jo-Ann Doe-" method="GET" path="/" protocol="HTTP/1.1" status=200 bytes=-`, OK},
	{`# comment`, ``, Blank},
	{`   `, ``, Blank},
}

// TestCLF checks what becomes of lines, one decision a line.
func TestCLF(t *testing.T) {
	p := Combined.NewParser(nil)
	for _, c := range clfLines {
		var r Record
		reason := p.Parse([]byte(c.text), &r)
		if reason != c.reason {
			t.Errorf("reason %d, want %d: %s", reason, c.reason, c.text)
			continue
		}
		got := showRecord(&r)
		if i := strings.Index(got, "time="); i >= 0 {
			j := strings.Index(got, "status=")
			got = got[:i] + got[j:strings.Index(got, " received")]
		}
		got = strings.ReplaceAll(got, fmt.Sprint("=", None), "=-")
		if reason == OK && got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestClockForms checks the forms of time that are read.
func TestClockForms(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z 0"},
		{"17/may/2015:10:05:03 +0000", "2015-05-17T10:05:03Z 0"},
		{"17/May/2015:10:05:03 -0000", "2015-05-17T10:05:03Z 0"},
		{"17/May/2015:10:05:03 Z", "2015-05-17T10:05:03Z 0"},
		{"17/May/2015:10:05:03 +0530", "2015-05-17T04:35:03Z 330"},
		{"17/May/2015:10:05:03 +05:30", "2015-05-17T04:35:03Z 330"},
		{"17/May/2015:10:05:03  -0930", "2015-05-17T19:35:03Z -570"},
		{"17/May/2015:10:05:03 +053015", "2015-05-17T04:34:48Z 330"},
		{"7/May/2015:1:5:3 +0000", "2015-05-07T01:05:03Z 0"},
		{"29/Feb/2016:00:00:00 +0000", "2016-02-29T00:00:00Z 0"},
		{"31/Dec/2016:23:59:60 +0000", "2016-12-31T23:59:59Z 0"}, // a leap second is the last of its minute
		{"31/Dec/0001:23:59:59 +0000", "0001-12-31T23:59:59Z 0"},
		{"29/Feb/2015:00:00:00 +0000", "none"},
		{"31/Jun/2015:00:00:00 +0000", "none"},
		{"00/Jun/2015:00:00:00 +0000", "none"},
		{"17/Foo/2015:10:05:03 +0000", "none"},
		{"17/May/0000:10:05:03 +0000", "none"},
		{"17/May/2015:24:05:03 +0000", "none"},
		{"17/May/2015:10:60:03 +0000", "none"},
		{"17/May/2015:10:05:61 +0000", "none"},
		{"17/May/2015:10:05:0x +0000", "none"},
		{"17/May/2015:10:05:03.123456789 +0100", "2015-05-17T09:05:03.123456Z 60"},
		{"17/May/2015:10:05:3.5 +0000", "2015-05-17T10:05:03.5Z 0"},
		{"17/May/2015:10:05:03. +0000", "none"},
		{"17/May/2015:10:05:03.1", "none"},
		{"17/May/2015:10:05.03 +0000", "none"},
		{"17/May/2015:10:05:03", "none"},
		{"17/May/2015:10:05:03 +2400", "none"},
		{"17/May/2015:10:05:03 +0060", "none"},
		{"2015-05-17T10:05:03+00:00", "none"},
		{strings.Repeat("\x00", 12) + "10:05:03" + strings.Repeat("\x00", 6), "none"},
	} {
		var clock clfClock
		for range 2 { // the second time the day is known
			got := "none"
			if µs, offset, ok := clock.parse([]byte(c.text)); ok {
				got = fmt.Sprint(time.UnixMicro(µs).UTC().Format(time.RFC3339Nano), " ", offset)
			}
			if got != c.want {
				t.Errorf("%q is %s, want %s", c.text, got, c.want)
			}
		}
	}
}

// TestParseAllocs checks that the parser allocates nothing for a line.
func TestParseAllocs(t *testing.T) {
	p := Combined.NewParser(nil)
	var r Record
	for _, c := range clfLines {
		line := []byte(c.text)
		if n := testing.AllocsPerRun(100, func() {
			p.Reset()
			p.Parse(line, &r)
		}); n != 0 {
			t.Errorf("%v allocations: %s", n, line)
		}
	}
}

// TestIsFullAddress checks the quick test of addresses against the slow one.
func TestIsFullAddress(t *testing.T) {
	numbers := []string{"0", "9", "10", "99", "100", "199", "249", "255", "256", "260", "300", "999", "1000", "", "00"}
	seen := 0
	for _, a := range numbers {
		for _, b := range numbers {
			for _, c := range numbers {
				for _, d := range numbers {
					host := []byte(a + "." + b + "." + c + "." + d + " - - [")
					host = host[:len(host)-6]
					if isFullAddress(host) {
						seen++
						if !isAddress(host) {
							t.Errorf("%s is no address", host)
						}
					} else if n := len(host); n >= 8 && n <= 15 && isAddress(host) && d != "" {
						t.Errorf("%s is an address", host)
					}
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d are addresses", seen)
	}
}

// TestFullAddressBytes checks that no byte of an address can be another one that is
// neither a digit nor a dot.
func TestFullAddressBytes(t *testing.T) {
	for _, address := range []string{"1.22.3.4", "10.20.30.40", "192.0.2.254"} {
		for i := range address {
			for b := range 256 {
				host := append([]byte(address), "...."...)[:len(address)]
				host[i] = byte(b)
				if isFullAddress(host) && (hostClasses(host) != hostDigit || !isAddress(host)) {
					t.Errorf("%q is an address", host)
				}
			}
		}
	}
}

// An edgeCase is a line, and what the reference pipeline made of it.
type edgeCase struct {
	Note, Line string
	Match      bool
	Exception  string
	Access     struct {
		Host, Identity, User, Time, Request, Status, Bytes, Referer string
		Agent                                                       string `json:"user_agent"`
	}
	Details *struct {
		Time, Method, Protocol string
		URL                    []string
	}
}

func edgeCases(t testing.TB) []edgeCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(sharedData(t), "edge", "edge.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []edgeCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}
