package parse

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// realLog returns the lines of a file of $LOGBOOK_DATA/real.
func realLog(t testing.TB, name string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dataDir(t), "real", name))
	if err != nil {
		t.Skipf("no real logs: %v", err)
	}
	return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
}

// dataDir is $LOGBOOK_DATA, or shared/data beside a folder above.
func dataDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("LOGBOOK_DATA"); dir != "" {
		return dir
	}
	for dir := ".."; len(dir) < 30; dir = filepath.Join("..", dir) {
		data := filepath.Join(dir, "shared", "data")
		if _, err := os.Stat(data); err == nil {
			return data
		}
	}
	t.Skip("no real logs: LOGBOOK_DATA is not set and there is no shared/data above")
	return ""
}

// TestRecogniseRealLogs checks that each real log is taken for what it is, and
// that as many lines are records, are not, or are blank, as a reader of the
// file counts.
func TestRecogniseRealLogs(t *testing.T) {
	for _, c := range []struct {
		file, format            string
		records, rejects, blank int
	}{
		{"apachelogs-vhost-combined.log", "vhost-combined", 6, 1, 0},
		{"crowdsec-apache2-logs.log", "vhost-combined", 7, 2, 0}, // two with virtual host, four combined, one common, two of the error log
		{"crowdsec-apache2-malformed.log", "combined", 11, 0, 0},
		{"crowdsec-nginx-http-malformed.log", "combined", 12, 0, 0},
		{"crowdsec-nginx-proxy-manager-logs.log", "nginx-proxy-manager", 12, 2, 0}, // two of the error log
		{"crowdsec-nginx_http-logs.log", "vhost-combined", 7, 2, 0},                // three with virtual host, four without, one lacks the user, one of the error log
		{"crowdsec-traefik_clf.log", "traefik", 7, 0, 2},
		{"elastic-apache.log", "combined", 9999, 1, 0},
		{"lnav-access_log.0.log", "combined", 3, 0, 0},
		{"lnav-access_log.1.log", "combined", 1, 0, 0},
		{"lnav-bad_access_log.0.log", "combined", 2, 1, 0},
		{"webreadr-combined.log", "combined", 12, 0, 0},
		{"webreadr-common.log", "common", 2, 0, 0},
		{"crowdsec-aws-alb-logs.log", "alb", 14, 0, 0},
		{"crowdsec-aws-cloudfront-logs.log", "cloudfront", 2, 0, 0},
		{"crowdsec-caddy-logs.log", "caddy", 10, 1, 1}, // one message of another kind
		{"crowdsec-envoy-logs.log", "envoy", 10, 0, 0},
		{"crowdsec-haproxy-logs.log", "haproxy", 2, 3, 0}, // three failed handshakes
		{"crowdsec-traefik_json.log", "traefik-json", 6, 1, 0},
		{"lnav-caddy_log.0.log", "caddy", 4, 35, 0},
		{"lnav-caddy_log.1.log", "caddy", 4, 0, 0},
		{"lnav-haproxy.0.log", "haproxy", 13, 4, 0}, // three messages and a failed handshake
		{"lnav-w3c.0.log", "w3c", 1, 0, 4},
		{"lnav-w3c.2.log", "w3c", 14, 0, 8},
		{"lnav-w3c.4.log", "w3c", 2, 0, 4},
		{"lnav-w3c_big.0.log", "w3c", 210, 0, 44},
		{"webreadr-cloudfront.log", "cloudfront", 2, 0, 2},
		{"webreadr-iis.log", "w3c", 1, 0, 4},
		{"webreadr-s3.log", "s3", 6, 0, 0},
		{"webreadr-squid.log", "squid", 121, 0, 0},
		{"nekrassov01-ltsv.log", "ltsv", 5, 0, 0},
		{"nekrassov01-ltsv-bad.log", "ltsv", 4, 1, 0}, // a status without its label
	} {
		lines := realLog(t, c.file)
		f, confidence, err := Recognise(lines)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		var got [NumReasons]int
		var r Record
		p := f.NewParser(nil)
		for _, line := range lines {
			got[p.Parse(line, &r)]++
		}
		rejects := len(lines) - got[OK] - got[Blank]
		if f.Name() != c.format || got[OK] != c.records || rejects != c.rejects || got[Blank] != c.blank {
			t.Errorf("%s: %s with %d records, %d rejects, %d blank; want %s with %d, %d, %d; reasons %v",
				c.file, f.Name(), got[OK], rejects, got[Blank], c.format, c.records, c.rejects, c.blank, got)
		}
		if want := float64(c.records) / float64(c.records+c.rejects); confidence != want {
			t.Errorf("%s: confidence %v, want %v", c.file, confidence, want)
		}
	}
}

// TestRecogniseWithOddLines checks that a format which reads all of a line is
// not given up for Combined, which reads the beginning of any, because some lines
// are not of its form; and that Combined is not given up for a few lines.
func TestRecogniseWithOddLines(t *testing.T) {
	const plain = `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"`
	for _, c := range []struct{ more, format string }{
		{` 310 842`, "combinedio"}, {` "198.51.100.9"`, "nginx-main"}, {` 0.012 0.010`, "nginx-timed"},
		{` 78 0.004 [default-web-80] [] 10.0.0.5:80 512 0.004 200 5f1c`, "ingress-nginx"}, {` 242 "web@docker" "http://172.17.0.3:80" 1ms`, "traefik"},
	} {
		for _, odd := range []string{"", ` odd "x"`} {
			var most, few [][]byte
			for i := range 100 {
				most = append(most, []byte(plain+c.more))
				few = append(few, []byte(plain))
				if i%10 == 3 {
					most[i] = []byte(plain + odd)
				}
			}
			few[7] = []byte(plain + c.more)
			if f, share, err := Recognise(most); err != nil || f.Name() != c.format || share != 1 {
				t.Errorf("%s with some lines that end in %q: recognised as %s, %v, %v", c.format, odd, f.Name(), share, err)
			}
			if f, _, err := Recognise(few); err != nil || f.Name() != "combined" {
				t.Errorf("combined with one line of %s: recognised as %s, %v", c.format, f.Name(), err)
			}
		}
	}
}

// TestFormatAskedFor checks that a format which was asked for skips prefixes where
// there are some, and is else the very one that would have been recognised, which
// is read faster.
func TestFormatAskedFor(t *testing.T) {
	const line = `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"`
	for _, name := range []string{"combined", `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`, `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`} {
		f, err := FormatByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, prefix := range []string{"", "2026-01-24T01:34:36.743Z stdout F ", "Feb 25 16:19:38 host nginx: ", "web-1  | "} {
			got, share := fit(f, [][]byte{[]byte(prefix + line + "\n"), []byte("\n")})
			if _, skips := got.(prefixed); skips != (prefix != "") || share != 1 {
				t.Errorf("%s behind %q: skips prefixes %v, fits %v", name, prefix, skips, share)
			}
			var r Record
			if reason := got.NewParser(nil).Parse([]byte(prefix+line), &r); reason != OK || string(r.Text[Host]) != "192.0.2.7" {
				t.Errorf("%s behind %q: %v, host %q", name, prefix, reason, r.Text[Host])
			}
		}
	}
}

// TestUnrecognised checks that a log which nobody knows shows its first line and
// how such a one is described, and that what is shown can be given.
func TestUnrecognised(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"It was a dark and stormy night.", `$remote_addr [$time_local] "$request" $status`},
		{`{"when":"2019-05-06T06:28:20Z","what":"/a"}`, "json:time=ts,host=client.ip,target=url,status=code"},
		{"when:2019-05-06T06:28:20Z\twhat:/a", "ltsv:time=at,host=client,target=url,status=code"},
		{"2019-05-06 06:28:20 GET /a 200", "#Fields: date time c-ip cs-method cs-uri-stem sc-status"},
	} {
		_, _, err := Recognise([][]byte{[]byte("\n"), []byte(c.line + "\n")})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the first line is %q", c.line)) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want its text and %s", c.line, err, c.want)
		}
		if _, err := FormatByName(c.want); err != nil {
			t.Errorf("%s is no format: %v", c.want, err)
		}
	}
}

// TestExamples checks that each format reads its own example, that the example
// is recognised as that format, and that what Append writes of it reads back.
func TestExamples(t *testing.T) {
	for _, f := range Formats() {
		lines := bytes.Split([]byte(f.Example), []byte("\n"))
		var r, again Record
		p := f.NewParser(nil)
		for _, line := range lines {
			if reason := p.Parse(line, &r); reason != OK && reason != Blank {
				t.Errorf("%s: %s is rejected: reason %d", f.Name(), line, reason)
			}
		}
		if r.filled() < 4 {
			t.Errorf("%s: only %d values in its example", f.Name(), r.filled())
		}
		if got, _, err := Recognise(lines); err != nil {
			t.Errorf("%s: its example is not recognised: %v", f.Name(), err)
		} else if got.Name() != f.Name() {
			t.Errorf("%s: its example is recognised as %s", f.Name(), got.Name())
		}
		out := bytes.Split(bytes.TrimSuffix(f.Append(nil, &r), []byte("\n")), []byte("\n"))
		q := f.NewParser(nil)
		for _, line := range out {
			if reason := q.Parse(line, &again); reason != OK && reason != Blank {
				t.Errorf("%s: its own line %s is rejected: reason %d", f.Name(), line, reason)
			}
		}
		if got, want := show(&again), show(&r); got != want {
			t.Errorf("%s: %s\nreads back as %s\n         not as %s", f.Name(), out, got, want)
		}
	}
}

var fieldNames = [NumFields]string{"host", "ident", "user", "method", "path", "query", "protocol", "referer", "agent", "vhost",
	"scheme", "forwarded", "id", "cache", "tls", "cipher", "type", "upstream"}

// show writes a record as name=value pairs of what it has.
func show(r *Record) string {
	var b bytes.Buffer
	b.WriteString(time.UnixMicro(r.Time).In(time.FixedZone("", int(r.Offset)*60)).Format("2006-01-02T15:04:05.999999Z07:00"))
	for i, t := range r.Text {
		if t != nil {
			b.WriteString(" " + fieldNames[i] + "=" + string(t))
		}
	}
	for i, x := range [...]int64{int64(r.Status), r.Bytes, r.Received, r.Duration, r.UpTime} {
		if x != None {
			b.WriteString(" " + [...]string{"status", "bytes", "received", "duration", "uptime"}[i] + "=" + string(appendDecimal(nil, x, 0)))
		}
	}
	return b.String()
}
