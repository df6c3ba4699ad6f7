package parse

import (
	"slices"
	"strings"
	"testing"
)

// TestVariants checks that lines of servers and hosts that put fields elsewhere than
// Combined are known for what they are, and what is in them.
func TestVariants(t *testing.T) {
	const (
		time = `[17/May/2015:10:05:03 +0200]`
		end  = `"GET /a?b HTTP/1.1" 200 512 "-" "Mozilla/5.0"`
		want = `2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0`
		size = ` status=200 bytes=512`
		site = ` vhost=www.a.org`
	)
	for _, c := range []struct{ format, line, want string }{
		{"vhost-inside", `192.0.2.7 www.a.org - ` + time + ` ` + end, want + site + size},
		{"vhost-inside", `192.0.2.7 www.a.org:8080 - ` + time + ` ` + end, want + site + size},
		{"vhost-inside", `192.0.2.7 - - ` + time + ` www.a.org ` + end, want + site + size},
		{"vhost-inside", `192.0.2.7 - - ` + time + ` "www.a.org" ` + end, want + site + size},
		{"vhost-common", `192.0.2.7 www.a.org - ` + time + ` "GET /a HTTP/1.1" 200 512`,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1` + site + size},
		{"combined", `192.0.2.7 frank - ` + time + ` ` + end, `2015-05-17T10:05:03+02:00 host=192.0.2.7 ident=frank method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
		{"combined", `192.0.2.7 198.51.100.9 - ` + time + ` ` + end, `2015-05-17T10:05:03+02:00 host=192.0.2.7 ident=198.51.100.9 method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
		{"combined-short", `192.0.2.7 - ` + time + ` ` + end, want + size},
		{"combined-short", `192.0.2.7 ` + time + ` ` + end, want + size},
		{"combined-short", `www.a.org 192.0.2.7 ` + time + ` ` + end, want + site + size},
		{"combined-short", `192.0.2.7 - - [17/May/2015:08:05:03] ` + end, `2015-05-17T08:05:03Z` + want[len(`2015-05-17T10:05:03+02:00`):] + size},
		{"common-short", `192.0.2.7 - ` + time + ` "GET /a HTTP/1.1" 200 512`, `2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1` + size},
		{"common-short", `192.0.2.7 - - [17/May/2015:08:05:03] "GET /a HTTP/1.1" 200 512`, `2015-05-17T08:05:03Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1` + size},
		{"combined-short", `192.0.2.7 - frank - ` + time + ` ` + end,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 user=frank method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
		{"nginx-main", `"198.51.100.9, 10.0.0.1" 192.0.2.7 - - ` + time + ` ` + end, want + ` forwarded=198.51.100.9, 10.0.0.1` + size},
		{"nginx-main", `2001:db8::1, 10.0.0.1 192.0.2.7 - - ` + time + ` ` + end, want + ` forwarded=2001:db8::1, 10.0.0.1` + size},
		{"vhost-combined", `www.a.org:80 "198.51.100.9, 10.0.0.1" 192.0.2.7 - - ` + time + ` ` + end, want + site + ` forwarded=198.51.100.9, 10.0.0.1` + size},
		{"vhost-combined", `www.a.org 198.51.100.9, 10.0.0.1 192.0.2.7 - - ` + time + ` ` + end, want + site + ` forwarded=198.51.100.9, 10.0.0.1` + size},
		{"combined-short", `192.0.2.7 - - ` + time + ` GET /a?b HTTP/1.1 "200" 512 "-" "Mozilla/5.0" "-"`, want + size},
		{"combined-extra", `192.0.2.7 - - ` + time + ` "GET /a?b HTTP/1.1" 200 512 0.120 "-" "Mozilla/5.0"`, want + size + ` duration=120000`},
		{"combined-extra", `192.0.2.7 - - ` + time + ` "GET /a?b HTTP/1.1" 200 512 0.120 "-" "Mozilla/5.0" "198.51.100.9"`, want + ` forwarded=198.51.100.9` + size + ` duration=120000`},
		{"combined", `2026-01-24_01:34:36.74302 192.0.2.7 - - ` + time + ` ` + end, want + size}, // behind svlogd
		{"vhost-combined", `www.a.org 192.0.2.7 - - ` + time + ` (1 s) ` + end, want + site + size + ` duration=1000000`},
		{"vhost-combined", `www.a.org 192.0.2.7 - 5f1c - ` + time + ` ` + end, want + site + ` id=5f1c` + size},
		{"vhost-common", `www.a.org:443 192.0.2.7 - - ` + time + ` "GET /a HTTP/1.1" 200 512 411 https TLSv1.2`,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1` + site + size},
		{"cpanel", `192.0.2.7 - me%40a.org [05/17/2015:10:05:03 -0000] ` + end + ` "s" "198.51.100.9" 2083`,
			`2015-05-17T10:05:03Z host=192.0.2.7 user=me%40a.org method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0 forwarded=198.51.100.9` + size},
		{"ssl-request", time + ` 192.0.2.7 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 "GET /a HTTP/1.1" -`,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 tls=TLSv1.2 cipher=ECDHE-RSA-AES128-GCM-SHA256`},
		{"uwsgi", `[pid: 8185|app: 0|req: 1/1] 192.0.2.7 (frank) {38 vars in 696 bytes} [Sun May 17 10:05:03 2015] GET /a?b => generated 47 bytes in 68 micros (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)`,
			`2015-05-17T10:05:03Z host=192.0.2.7 user=frank method=GET path=/a query=b protocol=HTTP/1.1 status=200 bytes=47 received=696 duration=68`},
		{"haproxy", `May 17 10:05:03 lb haproxy[123]: 192.0.2.7 - - [17/May/2015:08:05:03 +0000] "GET /a HTTP/1.1" 200 512 "" "" 53332 144 "in~" "web" "s1" 0 0 7 1457 1487 ---- 2 1 0 0 0 0 0 "" ""`,
			`2015-05-17T08:05:03Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 upstream=s1 status=200 bytes=512 duration=1487000 uptime=1457000`},
	} {
		f, _, err := Recognise([][]byte{[]byte(c.line)})
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		var r Record
		if reason := f.NewParser(nil).Parse([]byte(c.line), &r); f.Name() != c.format || reason != OK || show(&r) != c.want {
			t.Errorf("%s\nis of %s, reason %d, %s\n not %s, %s", c.line, f.Name(), reason, show(&r), c.format, c.want)
		}
	}
}

// TestTail checks what is read behind Combined of layouts that nobody has told, and
// that it is told where something is not.
func TestTail(t *testing.T) {
	const plain = `192.0.2.7 - - [17/May/2015:10:05:03 +0200] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0" `
	for _, c := range []struct {
		tail, want string // what is in the record besides plain
		more       bool
	}{
		{`0.120 "198.51.100.4, 10.0.0.1"`, "forwarded=198.51.100.4, 10.0.0.1 duration=120000", false},
		{`"198.51.100.4" "0.120" "0.110"`, "forwarded=198.51.100.4 duration=120000 uptime=110000", false},
		{`"0.110" "0.120"`, "duration=120000 uptime=110000", false}, // the whole is the longer
		{`"0.120" "0.001" "0.110"`, "duration=120000", true},
		{`0.120 0.050, 0.060 10.0.0.5:80, 10.0.0.6:80 200`, "upstream=10.0.0.5:80, 10.0.0.6:80 duration=120000 uptime=110000", true},
		{`rt=0.120 uct=0.001 uht=0.100 urt=0.110`, "duration=120000 uptime=110000", true},
		{`host=www.a.org request_time="0.120" cache=HIT request_length=99`, "vhost=www.a.org cache=HIT received=99 duration=120000", false},
		{`vhost=a.org host=www.a.org request_time=120340 forwarded_for="198.51.100.4, 10.0.0.1" request_id="v-1"`,
			"vhost=a.org forwarded=198.51.100.4, 10.0.0.1 id=v-1", false}, // a time in an unknown unit
		{`kong_request_id: "5f1c7b2e"`, "id=5f1c7b2e", false},
		{`TLSv1.3 TLS_AES_256_GCM_SHA384 https`, "scheme=https tls=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384", false},
		{`www.a.org:443 "MISS" "5f1c7b2e9d3a4c5b8e7f6a5d4c3b2a19"`, "vhost=www.a.org id=5f1c7b2e9d3a4c5b8e7f6a5d4c3b2a19 cache=MISS", false},
		{`www.a.org "x: y"`, "vhost=www.a.org", true},
		{`"198.51.100.4" 0.120 0.110 . HIT`, "forwarded=198.51.100.4 cache=HIT duration=120000 uptime=110000", false},
		{`hit [2001:db8::1]:80`, "cache=hit upstream=[2001:db8::1]:80", false},
	} {
		line := []byte(plain + c.tail)
		f, _, err := Recognise([][]byte{line})
		if err != nil {
			t.Fatal(err)
		}
		var r, base Record
		reason := f.NewParser(nil).Parse(line, &r)
		Combined.NewParser(nil).Parse(line, &base)
		got := show(&r)
		if reason != OK || f.Name() != "combined-extra" || r.More != c.more || !sameWords(got, show(&base)+" "+c.want) {
			t.Errorf("%s is of %s, reason %d, more %v: %s\nwant %s, more %v", c.tail, f.Name(), reason, r.More, got, c.want, c.more)
		}
	}
	for _, tail := range []string{`3.21`, `"sid=abc; x"`, `DE`, `120340`, `"www.a.org"`, `1.2.3`, `20150517`} {
		if f, _, err := Recognise([][]byte{[]byte(plain + tail)}); err != nil || f != Combined {
			t.Errorf("%s is taken for something: %v, %v", tail, f, err)
		}
	}
}

// sameWords reports whether two texts have the same words, in any order.
func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
