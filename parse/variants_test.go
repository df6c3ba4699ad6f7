package parse

import "testing"

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
		{"vhost-inside", `192.0.2.7 www.a.org - ` + time + ` "GET /a HTTP/1.1" 200 512`,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1` + site + size},
		{"combined", `192.0.2.7 frank - ` + time + ` ` + end, `2015-05-17T10:05:03+02:00 host=192.0.2.7 ident=frank method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
		{"combined", `192.0.2.7 198.51.100.9 - ` + time + ` ` + end, `2015-05-17T10:05:03+02:00 host=192.0.2.7 ident=198.51.100.9 method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
		{"combined-short", `192.0.2.7 - ` + time + ` ` + end, want + size},
		{"combined-short", `192.0.2.7 ` + time + ` ` + end, want + size},
		{"combined-short", `www.a.org 192.0.2.7 ` + time + ` ` + end, want + site + size},
		{"combined-short", `192.0.2.7 - - [17/May/2015:08:05:03] ` + end, `2015-05-17T08:05:03Z` + want[len(`2015-05-17T10:05:03+02:00`):] + size},
		{"combined-short", `192.0.2.7 - frank - ` + time + ` ` + end,
			`2015-05-17T10:05:03+02:00 host=192.0.2.7 user=frank method=GET path=/a query=b protocol=HTTP/1.1 agent=Mozilla/5.0` + size},
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
