package parse

import (
	"strings"
	"testing"
)

// TestW3COfOthers checks logs of servers and modules that name columns, or put blanks
// between them, in ways of their own, and one that has lost its header.
func TestW3COfOthers(t *testing.T) {
	for _, c := range []struct{ log, want string }{
		// IIS Advanced Logging: in the zone of the server, which it does not say
		{"#Fields:   date-local time-local   s-ip   cs-method cs-uri-stem c-ip cs(User-Agent) sc-status TimeTakenMS\n" +
			`2012-08-15 17:00:00.363 10.0.0.1 GET /a "192.0.2.7" "Mozilla/5.0 (Linux; x)" 200 109`,
			`2012-08-15T17:00:00.363Z host=192.0.2.7 method=GET path=/a agent=Mozilla/5.0 (Linux; x) status=200 duration=109000`},
		{"#Fields: date time date-local time-local c-ip cs-uri-stem sc-status\n2012-08-15 15:00:00 2012-08-16 01:00:00 192.0.2.7 /a 200",
			`2012-08-15T15:00:00Z host=192.0.2.7 path=/a status=200`},
		// Oracle's Web Cache lines its columns up
		{"#Fields:  c-ip  c-dns  date  time  cs-method  cs-uri  sc-status  bytes  cs(Cookie)  cs(User-Agent)\n" +
			`192.0.2.7      client      2001-10-31     00:00:18   GET  /a?b  200     350    "x  y"      "Mozilla/4.5  [en]"`,
			`2001-10-31T00:00:18Z host=192.0.2.7 method=GET path=/a query=b agent=Mozilla/4.5  [en] status=200 bytes=350`},
		// SHOUTcast, Blue Coat, ISA Server, TLS of IIS
		{"#Fields: c-ip c-dns date time cs-uri-stem c-status sc-bytes x-duration\n192.0.2.7 192.0.2.7 2015-12-07 10:37:05 /stream 200 655 1",
			`2015-12-07T10:37:05Z host=192.0.2.7 path=/stream status=200 bytes=655`},
		{"#Fields: date time time-taken c-ip sc-status s-action sc-bytes cs-bytes cs-method cs-uri-scheme cs-host cs-uri-path cs-uri-query rs(Content-Type)\n" +
			"2005-04-12 21:03:45 74 192.0.2.7 200 TCP_HIT 512 78 GET http www.a.org /a - text/html",
			`2005-04-12T21:03:45Z host=192.0.2.7 method=GET path=/a vhost=www.a.org scheme=http cache=TCP_HIT type=text/html status=200 bytes=512 received=78 duration=74000`},
		{"#Fields:\tc-ip\tcs-username\tc-agent\tdate\ttime\tcs-referred\tr-host\ttime-taken\tcs-uri\tsc-status\n" +
			"192.0.2.7\tanonymous\tMozilla/4.0 (x)\t2005-04-12\t21:03:45\t-\twww.a.org\t31\thttp://www.a.org/a\t200",
			`2005-04-12T21:03:45Z host=192.0.2.7 user=anonymous path=/a agent=Mozilla/4.0 (x) vhost=www.a.org scheme=http status=200 duration=31000`},
		{"#Fields: date time c-ip cs-uri-stem sc-status crypt-protocol\n2020-08-15 15:00:00 192.0.2.7 /a 200 400",
			`2020-08-15T15:00:00Z host=192.0.2.7 path=/a tls=TLSv1.2 status=200`},
		// the columns of IIS, if none are named
		{"2022-11-07 14:29:06 10.0.0.1 GET /us b=1 80 - 192.0.2.7 Go-http-client/1.1 - 404 0 2 130",
			`2022-11-07T14:29:06Z host=192.0.2.7 method=GET path=/us query=b=1 agent=Go-http-client/1.1 status=404 duration=130000`},
	} {
		var lines [][]byte
		for line := range strings.SplitSeq(c.log, "\n") {
			lines = append(lines, []byte(line))
		}
		f, _, err := Recognise(lines)
		if err != nil || f.Name() != "w3c" {
			t.Errorf("%s is not recognised: %v, %v", c.log, f, err)
			continue
		}
		var r Record
		reason := Blank
		for p := f.NewParser(nil); len(lines) > 0; lines = lines[1:] {
			reason = p.Parse(lines[0], &r)
		}
		if reason != OK || show(&r) != c.want {
			t.Errorf("%s\n is %s, reason %d\nnot %s", c.log, show(&r), reason, c.want)
		}
	}
}
