package parse

import "testing"

// TestOddLines checks lines as they are met that are not quite of their
// format, with the prefixes that containers add where they have some.
func TestOddLines(t *testing.T) {
	for _, c := range []struct{ format, line, want string }{
		// Python's http.server, which is silent about the zone
		{"common", `127.0.0.1 - - [17/May/2015 10:05:03] "GET /a?b HTTP/1.1" 200 -`, `2015-05-17T10:05:03Z host=127.0.0.1 method=GET path=/a query=b protocol=HTTP/1.1 status=200`},
		{"combined", `::1 - - [17/May/2015 10:05:03] "GET / HTTP/1.1" 404 -`, `2015-05-17T10:05:03Z host=::1 method=GET path=/ protocol=HTTP/1.1 status=404`},
		// a virtual host, and proxies or a time of another kind
		{"vhost-common", `www.a.org:443 192.0.2.7 - - [2019-05-06T06:28:20+02:00] "GET / HTTP/1.1" 301 577`,
			`2019-05-06T06:28:20+02:00 host=192.0.2.7 method=GET path=/ protocol=HTTP/1.1 vhost=www.a.org status=301 bytes=577`},
		{"vhost-combined", `www.a.org:443 192.0.2.7 - - [2019-05-06T06:28:20+02:00] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0" 12`,
			`2019-05-06T06:28:20+02:00 host=192.0.2.7 method=GET path=/ protocol=HTTP/1.1 agent=Mozilla/5.0 vhost=www.a.org status=301 bytes=577`},
		{"vhost-combined", `www.a.org 192.0.2.7 - - [1557124100.345] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0"`,
			`2019-05-06T06:28:20.345Z host=192.0.2.7 method=GET path=/ protocol=HTTP/1.1 agent=Mozilla/5.0 vhost=www.a.org status=301 bytes=577`},
		{"vhost-combined", `www.a.org:80 198.51.100.9, 10.0.0.1 - frank [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0"`,
			`2019-05-06T06:28:20Z host=198.51.100.9 user=frank method=GET path=/ protocol=HTTP/1.1 agent=Mozilla/5.0 vhost=www.a.org forwarded=198.51.100.9, 10.0.0.1 status=301 bytes=577`},
		{"vhost-common", `www.a.org 2001:db8::1, 198.51.100.9, 10.0.0.1 - - [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 301 577`,
			`2019-05-06T06:28:20Z host=2001:db8::1 method=GET path=/ protocol=HTTP/1.1 vhost=www.a.org forwarded=2001:db8::1, 198.51.100.9, 10.0.0.1 status=301 bytes=577`},
		// Caddy on a terminal
		{"caddy", "2023/09/04 15:19:51.756\tINFO\thttp.log.access.log0\thandled request\t" +
			`{"request": {"remote_ip": "192.0.2.7", "remote_port": "4711", "client_ip": "192.0.2.7", "proto": "HTTP/2.0", "method": "GET", "host": "example.com", "uri": "/a", "headers": {"User-Agent": ["curl/7.74.0"]}}, "bytes_read": 0, "user_id": "", "duration": 0.000275, "size": 1577, "status": 200, "resp_headers": {"Content-Type": ["text/css"]}}`,
			`2023-09-04T15:19:51.756Z host=192.0.2.7 method=GET path=/a protocol=HTTP/2.0 agent=curl/7.74.0 vhost=example.com type=text/css status=200 bytes=1577 received=0 duration=275`},
		// names of zones: known, unknown, and beside a number
		{"%h %{%d/%b/%Y:%T %Z}t %U %>s", `192.0.2.7 06/May/2019:06:28:20 CEST /a 200`, `2019-05-06T06:28:20+02:00 host=192.0.2.7 path=/a status=200`},
		{"%h %{%d/%b/%Y:%T %Z}t %U %>s", `192.0.2.7 06/May/2019:06:28:20 PDT /a 200`, `2019-05-06T06:28:20-07:00 host=192.0.2.7 path=/a status=200`},
		{"%h %{%d/%b/%Y:%T %Z}t %U %>s", `192.0.2.7 06/May/2019:06:28:20 XYZT /a 200`, `2019-05-06T06:28:20Z host=192.0.2.7 path=/a status=200`},
		{"%h %{%d/%b/%Y:%T %z %Z}t %U %>s", `192.0.2.7 06/May/2019:06:28:20 +0100 CEST /a 200`, `2019-05-06T06:28:20+01:00 host=192.0.2.7 path=/a status=200`},
		{"%h %{%d/%b/%Y:%T %Z %z}t %U %>s", `192.0.2.7 06/May/2019:06:28:20 CEST +0100 /a 200`, `2019-05-06T06:28:20+01:00 host=192.0.2.7 path=/a status=200`},
	} {
		f, err := FormatByName(c.format)
		if err != nil {
			t.Fatal(err)
		}
		var r Record
		if reason := f.NewParser(nil).Parse([]byte(c.line), &r); reason != OK {
			t.Errorf("%s rejects %s: reason %d", c.format, c.line, reason)
		} else if got := show(&r); got != c.want {
			t.Errorf("%s\n is %s\nnot %s", c.line, got, c.want)
		}
		if f, _, err := Recognise([][]byte{[]byte(c.line)}); c.format[0] != '%' && err != nil {
			t.Errorf("%s is not recognised: %v, %v", c.line, f, err)
		}
	}
}
