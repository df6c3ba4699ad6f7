package parse

import (
	"strings"
	"testing"
)

// TestCompile checks layouts as they stand in configurations, each with a line
// that such a server writes and what is in it.
func TestCompile(t *testing.T) {
	const agent = `Mozilla/5.0 (X11) "x"`
	for _, c := range []struct{ layout, line, want string }{
		// Apache's documentation and Debian's apache2.conf.
		{`LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined`,
			`www.a.org:443 192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0 (X11) \"x\""`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/ protocol=HTTP/1.1 agent=` + agent + ` vhost=www.a.org status=301 bytes=577`},
		{`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i" %I %O %D`,
			`192.0.2.7 - Jo Doe [06/May/2019:06:28:20 -0330] "GET /a?b HTTP/1.1" 304 - "-" "-" 310 842 1234`,
			`2019-05-06T06:28:20-03:30 host=192.0.2.7 user=Jo Doe method=GET path=/a query=b protocol=HTTP/1.1 status=304 received=310 duration=1234`},
		{`%a %{X-Forwarded-For}i %t \"%m %U%q %H\" %s %>s %B %T %{ms}T %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{UNIQUE_ID}e %{Content-Type}o`,
			`2001:db8::1 198.51.100.9, 192.0.2.1 [06/May/2019:06:28:20 +0000] "GET /a?c HTTP/1.1" 200 404 0 2 2345 TLSv1.3 AES id1 text/html`,
			`2019-05-06T06:28:20Z host=2001:db8::1 method=GET path=/a query=c protocol=HTTP/1.1 forwarded=198.51.100.9, 192.0.2.1 id=id1 tls=TLSv1.3 cipher=AES type=text/html status=404 bytes=0 duration=2345000`},
		{`%{X-Forwarded-For}i %t "%r" %>s`, `unknown, 192.0.2.1 [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 200`,
			`2019-05-06T06:28:20Z host=unknown method=GET path=/ protocol=HTTP/1.1 forwarded=unknown, 192.0.2.1 status=200`},
		{`[%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %h "%r" %>s`, `[06/May/2019 06:28:20.345 +0200] h.example "GET /a HTTP/1.1" 200`,
			`2019-05-06T06:28:20.345+02:00 host=h.example method=GET path=/a protocol=HTTP/1.1 status=200`},
		{`%{sec}t.%{usec_frac}t %h %>s`, `1557124100.345678 ::1 200`, `2019-05-06T06:28:20.345678Z host=::1 status=200`},
		{`%{%s}t.%{msec_frac}t %h %>s`, `1557124100.045 ::1 200`, `2019-05-06T06:28:20.045Z host=::1 status=200`},
		{`%{%x %r}t %h %>s`, `05/06/19 06:28:20 PM ::1 200`, `2019-05-06T18:28:20Z host=::1 status=200`},
		{`%{usec}t %h "%r" %!200,304,302{Referer}i %>s`, `1557124100345678 h.example "GET /a HTTP/1.1" - 200`,
			`2019-05-06T06:28:20.345678Z host=h.example method=GET path=/a protocol=HTTP/1.1 status=200`},
		{`%{%A, %d %B %Y %I:%M:%S %p}t %h %r`, `Monday, 06 May 2019 06:28:20 PM h.example GET /a HTTP/1.1`,
			`2019-05-06T18:28:20Z host=h.example method=GET path=/a protocol=HTTP/1.1`},
		{`CustomLog "|/usr/bin/rotatelogs log 86400" "%h %t %>s"`, `::1 [06/May/2019:06:28:20 +0000] 204`, `2019-05-06T06:28:20Z host=::1 status=204`},
		{`CustomLog ${APACHE_LOG_DIR}/access.log "%h %t %>s"`, `::1 [06/May/2019:06:28:20 +0000] 204`, `2019-05-06T06:28:20Z host=::1 status=204`},
		{`%h %t %r %>s %^FB`, `::1 [06/May/2019:06:28:20 +0000] GET /a b HTTP/1.1 204 7`, `2019-05-06T06:28:20Z host=::1 method=GET path=/a b protocol=HTTP/1.1 status=204`},
		{`%h %t %r %>s`, `::1 [06/May/2019:06:28:20 +0000] - 408`, `2019-05-06T06:28:20Z host=::1 status=408`},
		{`CustomLog logs/access_log "%h %t %>s" env=!dontlog`, `::1 [06/May/2019:06:28:20 +0000] 204`, `2019-05-06T06:28:20Z host=::1 status=204`},
		{`%u %h %t`, `#1 ::1 [06/May/2019:06:28:20 +0000]`, `2019-05-06T06:28:20Z host=::1 user=#1`}, // no comment
		// nginx.
		{"log_format main '$remote_addr - $remote_user [$time_local] \"$request\" '\n  '$status $body_bytes_sent \"$http_referer\" '\n  '\"$http_user_agent\" \"$http_x_forwarded_for\" $request_time $upstream_response_time';",
			`192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /\x22 HTTP/1.1" 200 577 "-" "a" "-" 0.012 0.010, 0.002 : -`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/" protocol=HTTP/1.1 agent=a status=200 bytes=577 duration=12000 uptime=12000`},
		{`$msec|$remote_addr|${request_method} $scheme://$host$request_uri|$status`, `1557124100.345|192.0.2.7|GET https://a.org:8443/x?y|200`,
			`2019-05-06T06:28:20.345Z host=192.0.2.7 method=GET path=/x query=y vhost=a.org scheme=https status=200`},
		{`$remote_addr [$time_local] $uri$is_args$args $status`, `192.0.2.7 [06/May/2019:08:28:20 +0200] /x?y 200`,
			`2019-05-06T08:28:20+02:00 host=192.0.2.7 path=/x query=y status=200`},
		{`$msec|$remote_addr|$request_method $scheme $host $request_uri|$status|$upstream_addr $upstream_cache_status|$time_local`,
			`1557124100.345|192.0.2.7|GET https a.org:8443 /x?y|200|10.0.0.1:80, 10.0.0.2:80 : unix:/s HIT|06/May/2019:08:28:20 +0200`,
			`2019-05-06T08:28:20.345+02:00 host=192.0.2.7 method=GET path=/x query=y vhost=a.org scheme=https cache=HIT upstream=10.0.0.1:80, 10.0.0.2:80 : unix:/s status=200`},
		{`$time_iso8601 $time_local $remote_addr $upstream_status $upstream_connect_time $upstream_response_time $upstream_header_time $bytes_sent`,
			`2019-05-06T06:28:20+00:00 06/May/2019:06:28:20 +0000 ::1 502, 200 : 200 0.001, 0.002 : - 0.003, - : 0.004 0.001, 0.002 : 0.1 99`,
			`2019-05-06T06:28:20Z host=::1 bytes=99 uptime=7000`},
		{`log_format j escape=json '{"t":"$time_iso8601","a":"$remote_addr","r":"$request","u":"$http_user_agent","n":$request_length,"mine":"$my_map"}'`,
			`{"t":"2019-05-06T06:28:20+00:00","a":"192.0.2.7","r":"GET /\"\u0041\\ HTTP/1.1","u":"x\ty","n":99,"mine":"z"}`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/"A\ protocol=HTTP/1.1 agent=x` + "\t" + `y received=99`},
		{`$remote_addr:$remote_port [$time_local] $request_method $scheme://$host:$server_port$request_uri $status`, `2001:db8::1:5555 [06/May/2019:06:28:20 +0000] GET https://a.org:443/x?y 200`,
			`2019-05-06T06:28:20Z host=2001:db8::1 method=GET path=/x query=y vhost=a.org scheme=https status=200`},
		{`$remote_addr [$time_local] "$request_method $http_host$uri$is_args$args" $status`, `::1 [06/May/2019:06:28:20 +0000] "GET [::1]:80/x?y" 200`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/x query=y vhost=::1 status=200`},
		{`%h:%{remote}p %t %v%U%q %>s\n`, `192.0.2.7:5 [06/May/2019:06:28:20 +0000] a.org/x?y 200`, `2019-05-06T06:28:20Z host=192.0.2.7 path=/x query=y vhost=a.org status=200`},
		{`log_format n escape=none '$remote_addr|$remote_user|$time_iso8601|$status|$upstream_response_time|$upstream_header_time|$http_referer|$request_time'`, // nothing for what is not there
			`::1||2019-05-06T06:28:20Z|200||||`, `2019-05-06T06:28:20Z host=::1 status=200`},
		{`log_format j escape=json '{"t":"$time_iso8601","u":$upstream_response_time,"a":"$http_user_agent"}'`, `{"t":"2019-05-06T06:28:20+00:00","u":,"a":""}`, `2019-05-06T06:28:20Z`},
		{`log_format n escape=none '$time_iso8601 $remote_addr "$http_user_agent"'`, `2019-05-06T06:28:20Z ::1 "a "b" c""`, `2019-05-06T06:28:20Z host=::1 agent=a "b" c"`},
		{`log_format n escape=none '$time_iso8601 $remote_addr "$request" $status'`, `2019-05-06T06:28:20Z 192.0.2.7 "GET /\"b"c HTTP/1.1" 200`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/\"b"c protocol=HTTP/1.1 status=200`},
		{"log_format j escape=json\n  '{'\n    '\"t\":\"$time_iso8601\",'\n    '\"a\":\"$remote_addr\"'\n  '}';", // nginx's own example
			`{"t":"2019-05-06T06:28:20+00:00","a":"192.0.2.7"}`, `2019-05-06T06:28:20Z host=192.0.2.7`},
		{"main\t'$remote_addr [$time_local] '\n'$status';", `::1 [06/May/2019:06:28:20 +0000] 204`, `2019-05-06T06:28:20Z host=::1 status=204`},
		{`"%h %t \"%r\" %>s" common`, `::1 [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 204`, `2019-05-06T06:28:20Z host=::1 method=GET path=/ protocol=HTTP/1.1 status=204`},
		{`log_format quic '$remote_addr [$time_local] $status $http3 $ssl_ciphers $http2 $proxy_port'`, `::1 [06/May/2019:06:28:20 +0000] 204 h3 A:B - 80`, `2019-05-06T06:28:20Z host=::1 status=204`},
		{`$http_x_real_ip [$time_local] $status`, `- [06/May/2019:06:28:20 +0000] 204`, `2019-05-06T06:28:20Z status=204`}, // without the header
		{`%h %t %>s %^FU`, `::1 [06/May/2019:06:28:20 +0000] 204 17`, `2019-05-06T06:28:20Z host=::1 status=204`},
		// The Ingress controller of Kubernetes, and GitLab.
		{`log_format upstreaminfo '$the_real_ip - [$the_real_ip] - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id';`,
			`::1 - [::1] - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/2.0" 200 5 "-" "x" 78 0.004 [default-web-80] 10.0.0.5:80, 10.0.0.6:80 0, 5 0.001, 0.003 502, 200 5f1c`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a protocol=HTTP/2.0 agent=x id=5f1c upstream=10.0.0.5:80, 10.0.0.6:80 status=200 bytes=5 received=78 duration=4000 uptime=4000`},
		{`log_format gitlab_access '$remote_addr - $remote_user [$time_local] "$request_method $filtered_request_uri $server_protocol" $status $body_bytes_sent "$filtered_http_referer" "$http_user_agent" $gzip_ratio';`,
			`::1 - - [06/May/2019:06:28:20 +0000] "GET /a?private_token=[FILTERED] HTTP/1.1" 200 5 "http://a.org/" "x" 2.31`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a query=private_token=[FILTERED] protocol=HTTP/1.1 referer=http://a.org/ agent=x status=200 bytes=5`},
		{`$proxy_add_x_forwarded_for [$time_local] $status`, `198.51.100.9, 10.0.0.1 [06/May/2019:06:28:20 +0000] 200`,
			`2019-05-06T06:28:20Z host=198.51.100.9 forwarded=198.51.100.9, 10.0.0.1 status=200`},
	} {
		f, err := Compile(c.layout)
		if c.want == "" {
			if c.line != "" && err == nil {
				t.Errorf("Compile(%s) gives no error", c.layout)
			}
			continue
		}
		if err != nil {
			t.Errorf("Compile(%s): %v", c.layout, err)
			continue
		}
		var r Record
		if reason := f.NewParser(nil).Parse([]byte(c.line), &r); reason != OK || show(&r) != c.want {
			t.Errorf("%s\n reads %s\n    as %s, reason %d,\n  want %s", c.layout, c.line, show(&r), reason, c.want)
		}
		line, again, reason := written(f, &r)
		if reason != OK || show(&again) != show(&r) {
			t.Errorf("%s\nwrites %s\n    as %s, reason %d,\n  want %s", c.layout, line, show(&again), reason, show(&r))
		}
	}
}

// TestComments checks that a comment between the lines of a layout is one, whatever
// the layout begins with.
func TestComments(t *testing.T) {
	for _, layout := range []string{`%u %h %t`, `%h %t`, `"%{Referer}i" %t`} {
		f, err := Compile(layout)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"#", "# rotated", "#Fields: date time", ""} {
			if reason := f.NewParser(nil).Parse([]byte(line), new(Record)); reason != Blank {
				t.Errorf("%s: %q is %v, want no line", layout, line, reason)
			}
		}
	}
}

// TestCompileErrors checks that an error names the place and lists what is
// known there.
func TestCompileErrors(t *testing.T) {
	for _, c := range []struct{ layout, want string }{
		{`%h %l %Y %t`, `unknown directive %Y, known are %a %A %B %b %C %D`},
		{`%h %l %Y %t`, `at character 7 of "%h %l %Y %t"`},
		{`%h %t %`, `ends in the middle of a directive`},
		{`%h %{Referer %t`, `has no closing brace`},
		{`%h %{%Q}t`, `unknown %Q in the time format "%Q", known are %Y`},
		{`%h %t %{min}T`, `unknown unit %{min}T, known are s, ms, us`},
		{`%h "%r" %>s`, `no time in it`},
		{`%h [%{%b %d %T}t] "%r"`, `the time in it has no date`},
		{`%h%u %t`, `two fields without a text between them`},
		{`$remote_adr [$time_local]`, `unknown variable $remote_adr, did you mean $remote_addr?`},
		{`$remote_addr [$time_local] ${status`, `a variable without a name at character 28`},
		{`log_format x escape=xml '$time_local'`, `unknown escape=xml, want one of default, json, none`},
		{`log_format x '$time_local`, `no closing quote`},
		{``, `empty`},
	} {
		if _, err := Compile(c.layout); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Compile(%s) = %v, want an error with %s", c.layout, err, c.want)
		}
	}
}

// TestFormatByName checks suggestions, layouts and mappings.
func TestFormatByName(t *testing.T) {
	for _, f := range Formats() {
		if got, err := FormatByName(f.Name()); err != nil || got.Name() != f.Name() {
			t.Errorf("FormatByName(%q) = %v, %v", f.Name(), got, err)
		}
	}
	for name, want := range otherNames {
		if got, err := FormatByName(strings.ToUpper(name)); err != nil || got.Name() != want {
			t.Errorf("FormatByName(%q) = %v, %v, want %s", name, got, err, want)
		}
	}
	for name, want := range map[string]string{"vhost_combined": "vhost-combined", "AWS-ALB": "alb", "nginx_json": "nginx-json", "Combined IO": "combinedio"} {
		if got, err := FormatByName(name); err != nil || got.Name() != want {
			t.Errorf("FormatByName(%q) = %v, %v, want %s", name, got, err, want)
		}
	}
	for _, c := range []struct{ name, want string }{
		{"combned", `did you mean "combined"?`}, {"Sqid", `did you mean "squid"?`}, {"xyzzyx", "want one of common, combined"},
		{"json:host=a", "has no time"}, {"#Fields: date c-ip", "no column time"}, {"json:tme=a", "want name=key, where name is one of agent"},
		{"ltsv:host=a", "has no time"},
	} {
		if _, err := FormatByName(c.name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("FormatByName(%q) = %v, want an error with %s", c.name, err, c.want)
		}
	}
	headless, err := FormatByName("#Fields: date time c-ip cs-uri-stem sc-status bytes")
	if err != nil {
		t.Fatal(err)
	}
	var asked Record
	if reason := headless.NewParser(nil).Parse([]byte("2019-05-06 06:28:20 ::1 /a 200 5"), &asked); reason != OK || show(&asked) != "2019-05-06T06:28:20Z host=::1 path=/a status=200 bytes=5" {
		t.Errorf("a W3C log without its header reads as %s, reason %d", show(&asked), reason)
	}
	labelled, err := FormatByName("ltsv:time=at,host=who,target=what,duration_us=d")
	if err != nil {
		t.Fatal(err)
	}
	if reason := labelled.NewParser(nil).Parse([]byte("at:2019-05-06T06:28:20Z\tstatus:200\twho:::1\twhat:/a?b\td:7"), &asked); reason != OK || show(&asked) != "2019-05-06T06:28:20Z host=::1 path=/a query=b duration=7" {
		t.Errorf("labels of the user's own read as %s, reason %d", show(&asked), reason)
	}
	f, err := FormatByName("json:time=t,host=c.ip,target=c.u,status=s,duration_us=d")
	if err != nil {
		t.Fatal(err)
	}
	var r Record
	line := `{"c":{"u":"/a?b","ip":"::1"},"x":[1,{"y":"}"}],"s":404,"t":1557124100345,"d":7}`
	if reason := f.NewParser(nil).Parse([]byte(line), &r); reason != OK || show(&r) != "2019-05-06T06:28:20.345Z host=::1 path=/a query=b status=404 duration=7" {
		t.Errorf("%s reads as %s, reason %d", line, show(&r), reason)
	}
}

// TestKnownVariants checks lines of programs that have no format of their own,
// or more than one.
func TestKnownVariants(t *testing.T) {
	for _, c := range []struct{ format, line, want string }{
		{"json", `{"time":"[06/May/2019:08:28:20 +0200]","remoteIP":"::1","host":"a.org","request":"/a","query":"?b","http_method":"GET","status":"200"}`,
			`2019-05-06T08:28:20+02:00 host=::1 method=GET path=/a query=b vhost=a.org status=200`}, // Apache
		{"json", `{"@timestamp":"2019-05-06T08:28:20+02:00","clientip":"::1","http_host":"a.org","url":"/a","size":5,"responsetime":0.012,"upstreamtime":"0.010, 0.001","upstreamhost":"10.0.0.1:80","status":"200","hostname":"web1"}`,
			`2019-05-06T08:28:20+02:00 host=::1 path=/a vhost=a.org upstream=10.0.0.1:80 status=200 bytes=5 duration=12000 uptime=11000`},
		{"json", `{"@timestamp":"2019-05-06T06:28:20Z","client":{"ip":"::1"},"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"path":"/a","query":"b"}}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a query=b status=200`},
		{"json", `{"level":30,"time":1557124100345,"pid":1,"req":{"id":7,"method":"GET","url":"/a?b","headers":{"host":"a.org","user-agent":"x"},"remoteAddress":"::1"},"res":{"statusCode":200},"responseTime":12,"msg":"request completed"}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b agent=x vhost=a.org status=200 duration=12000`}, // pino
		{"json", `{"httpRequest":{"latency":"0.012345s","remoteIp":"::1","requestMethod":"GET","requestUrl":"https://a.org/a?b","responseSize":"512","status":404,"userAgent":"x"},"timestamp":"2019-05-06T06:28:20.345Z"}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b agent=x vhost=a.org scheme=https status=404 bytes=512 duration=12345`}, // Google
		{"json", `{"@timestamp":"2019-05-06T06:28:20.345Z","source.ip":"::1","http.request.method":"GET","url":{"original":"/a"},"http":{"response":{"status_code":200,"body":{"bytes":3}}},"user_agent.original":"x","event":{"duration":12345000}}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a agent=x status=200 bytes=3 duration=12345`}, // Elastic Common Schema
		{"json", `{"ClientIP":"::1","ClientRequestHost":"a.org","ClientRequestMethod":"GET","ClientRequestURI":"/a?b","EdgeStartTimestamp":1557124100345000000,"EdgeResponseStatus":200,"EdgeResponseBytes":9,"CacheCacheStatus":"hit"}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b vhost=a.org cache=hit status=200 bytes=9`}, // Cloudflare
		{"json", `{"time":"2019-05-06 08:28:20.345 +0200","ip":"::1","path":"/a","status":200,"duration":"1m2.5s"}`,
			`2019-05-06T08:28:20.345+02:00 host=::1 path=/a status=200 duration=62500000`}, // as Go and Python print them
		{"json", `{"time":"2019-05-06 06:28:20 UTC","ip":"::1","path":"/a","status":200,"duration":"12.5 ms"}`,
			`2019-05-06T06:28:20Z host=::1 path=/a status=200 duration=12500`},
		{"json", `{"time":"2019-05-06T06:28:20.345Z","id":"","remote_ip":"::1","host":"a.org","method":"GET","uri":"/a?b","user_agent":"x","status":200,"error":"","latency":9789000,"latency_human":"9.789ms","bytes_in":0,"bytes_out":5}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b agent=x vhost=a.org status=200 bytes=5 received=0 duration=9789`}, // Echo
		{"alb", `http 2016-08-10T22:08:42.945958Z app/lb/50dc 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://a.org:80/ HTTP/1.1" "x" - - arn:aws:x "Root=1-58"`,
			`2016-08-10T22:08:42.945958Z host=192.0.2.7 method=GET path=/ protocol=HTTP/1.1 agent=x vhost=a.org scheme=http id=Root=1-58 upstream=10.0.0.1:80 status=200 bytes=366 received=34 duration=1000 uptime=1000`},
		{"nginx-json", `{"time_local":"06/May/2019:08:28:20 +0200","remote_addr":"::1","request_method":"GET","request_uri":"/a?b","status":404,"request_time":0.012,"upstream_response_time":"0.010, 0.001"}`,
			`2019-05-06T08:28:20+02:00 host=::1 method=GET path=/a query=b status=404 duration=12000 uptime=11000`},
		{"caddy", `{"ts":"2019/05/06 06:28:20.345","request":{"remote_addr":"[::1]:4711","method":"GET","uri":"/a","tls":{"version":772,"cipher_suite":4865}},"duration":"1.5ms","status":200}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a tls=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 status=200 duration=1500`},
		{"traefik-json", `{"ClientHost":"192.0.2.7,10.0.0.5","DownstreamStatus":204,"RequestPath":"/","StartUTC":"2019-05-06T06:28:20.3456789Z"}`,
			`2019-05-06T06:28:20.345678Z host=192.0.2.7 path=/ forwarded=192.0.2.7,10.0.0.5 status=204`},
		{"envoy", `[2019-05-06T06:28:20.345Z] "GET /a HTTP/1.1" 200 - via_upstream - "-" 0 5 12 11 "::1, 10.0.0.1" "x" "id" "a.org:80" "10.0.0.2:80" outbound|80||a 10.0.0.3:1 10.0.0.4:80 - default`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a protocol=HTTP/1.1 agent=x vhost=a.org forwarded=::1, 10.0.0.1 id=id upstream=10.0.0.2:80 status=200 bytes=5 received=0 duration=12000 uptime=11000`}, // Istio
		{"ingress-nginx", `192.0.2.7 - [192.0.2.7] - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" 78 0.004 [default-web-80] 10.0.0.5:80 5 0.003 200`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x upstream=10.0.0.5:80 status=200 bytes=5 received=78 duration=4000 uptime=3000`},
		{"nginx-timed", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" "198.51.100.9, 10.0.0.1" "a.org" sn="_" rt=0.003 ua="10.0.0.5:80" us="200" ut="0.002" ul="5" cs=HIT`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x vhost=a.org forwarded=198.51.100.9, 10.0.0.1 cache=HIT upstream=10.0.0.5:80 status=200 bytes=5 duration=3000 uptime=2000`}, // nginx Amplify
		{"nginx-timed", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" "-" rt=0.003 uct="0.000" uht="0.002" urt="0.002"`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5 duration=3000 uptime=2000`},
		{"combined", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" "www.a.org"`, // no X-Forwarded-For
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5`},
		{"combined", `198.51.100.9, 10.0.0.1 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"`,
			`2019-05-06T06:28:20Z host=198.51.100.9 method=GET path=/a protocol=HTTP/1.1 agent=x forwarded=198.51.100.9, 10.0.0.1 status=200 bytes=5`},
		{"traefik", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 404 19 "-" "-" 17 "-" "-" 0ms`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 status=404 bytes=19 duration=0`},
		{"combined", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" 2.31`, // $gzip_ratio, and no duration
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5`},
		{"combined", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" "2.31"`, // and no address
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5`},
		{"nginx-timed", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"rt=0.003 uct="0.000" uht="0.002" urt="0.002"`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5 duration=3000 uptime=2000`},
		{"nginx-timed", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 "-" "x" 0.003 0.002, 0.001 .`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5 duration=3000 uptime=3000`},
		{"common-extra", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 15 "x"`, // Tomcat, in ms or µs
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 status=200 bytes=5`},
		{"common-extra", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET http://a.org/a HTTP/1.1" 200 5 TCP_MISS:HIER_DIRECT`, // Squid's common
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 vhost=a.org scheme=http status=200 bytes=5`},
		{"common-extra", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 200 5 0.012`,
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 status=200 bytes=5 duration=12000`},
		{"ltsv", "domain:a.org\thost:::1\ttime:[06/May/2019:06:28:20 +0000]\tmethod:GET\tpath:/a\tquery:?b\tstatus:200\tagent:x\tresponse_time:9789",
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a query=b agent=x vhost=a.org status=200`},
		{"ltsv", "ts:1557124100.345\tclient_ip:::1\tverb:GET\turl:/a?b\tcode:200\tbytes_sent:44\tduration:0.1",
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b status=200 bytes=44 duration=100000`},
		{"json", `{"time":"2019-05-06T06:28:20+00:00","remote_addr":"::1","request_id":"i","bytes_sent":9,"request_time":0.012,"status":200,"vhost":"a.org","request_proto":"HTTP/1.1","path":"/a","request_query":"b","request_length":5,"method":"GET","http_user_agent":"x"}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a query=b protocol=HTTP/1.1 agent=x vhost=a.org id=i status=200 bytes=9 received=5 duration=12000`}, // as ingress-nginx's documentation has it
		{"json", `{"ts":1557124100.345,"ip":"::1","req":"GET /a?b HTTP/1.1","status":200,"rt":0.012,"urt":"0.010, 0.001"}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a query=b protocol=HTTP/1.1 status=200 duration=12000 uptime=11000`},
		{"traefik-json", `{"ClientHost":"::1","DownstreamStatus":204,"RequestPath":"/","ServiceURL":"http://10.0.0.1:80","StartUTC":"2019-05-06T06:28:20Z"}`,
			`2019-05-06T06:28:20Z host=::1 path=/ upstream=http://10.0.0.1:80 status=204`},
		{"traefik", `::1 - - [06/May/2019:06:28:20 +0000] "GET /ping HTTP/1.1" 200 2 "-" "-" 1 "ping@internal" - 3ms`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/ping protocol=HTTP/1.1 status=200 bytes=2 duration=3000`}, // 2.1
		{"traefik", `::1 - - [06/May/2019:06:28:20 +0000] "GET /a HTTP/1.1" 404 19 - "x y" 155025 - - 0ms`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a protocol=HTTP/1.1 agent=x y status=404 bytes=19 duration=0`}, // 1.4
		{"combined-extra", `192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET http://a.org/a HTTP/1.1" 200 5 "-" "x" TCP_MISS:HIER_DIRECT`, // Squid's combined
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x vhost=a.org scheme=http cache=TCP_MISS status=200 bytes=5`},
		{"squid", `1286536309.608      0 - NONE_NONE/000 0 - error:transaction-end-before-headers - HIER_NONE/- -`,
			`2010-10-08T11:11:49.608Z path=error:transaction-end-before-headers cache=NONE_NONE status=0 bytes=0 duration=0`},
		{"s3", `79a b [06/May/2019:06:28:20 +0000] - AmazonS3 DD6C S3.EXPIRE.OBJECT a.pdf "-" - - - 4406583 - - "-" "-" - 10S6 - - - - - -`,
			`2019-05-06T06:28:20Z user=AmazonS3 id=DD6C`},
		{"s3", `79a b [06/May/2019:06:28:20 +0000] 192.0.2.3 79a 3E57 REST.GET.OBJECT a "GET /b/a HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lz= SigV4 ECDHE AuthHeader b.s3.amazonaws.com TLSv1.2 arn:aws:s3:x Yes`,
			`2019-05-06T06:28:20Z host=192.0.2.3 user=79a method=GET path=/b/a protocol=HTTP/1.1 agent=S3Console/0.4 vhost=b.s3.amazonaws.com id=3E57 tls=TLSv1.2 cipher=ECDHE status=200 bytes=113 duration=7000`},
		{"haproxy", `192.0.2.7:5 [06/May/2019:06:28:20.345] in~ web/s1 10/0/30/69/+109 200 +2750 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/2.0" 0/0/0/0/1 a.org/TLSv1.3/TLS_AES_128_GCM_SHA256`,
			`2019-05-06T06:28:20.345Z host=192.0.2.7 method=GET path=/a protocol=HTTP/2.0 vhost=a.org tls=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 upstream=web/s1 status=200 bytes=2750 duration=109000 uptime=69000`}, // httpslog, logasap
		{"s3", `79a b [06/May/2019:06:28:20 +0000] 192.0.2.3 arn:aws:iam::1:user/x 8CD7 BATCH.DELETE.OBJECT a.war - 204 - - 344017 - - - - - IeDW= SigV4 ECDHE AuthHeader b.s3.amazonaws.com TLSv1.2`,
			`2019-05-06T06:28:20Z host=192.0.2.3 user=arn:aws:iam::1:user/x vhost=b.s3.amazonaws.com id=8CD7 tls=TLSv1.2 cipher=ECDHE status=204`},
		{"haproxy", `-:47625 [06/May/2019:06:28:20.345] in~ web/s1 0/0/1/17/18 302 291 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`,
			`2019-05-06T06:28:20.345Z method=GET path=/ protocol=HTTP/1.1 upstream=web/s1 status=302 bytes=291 duration=18000 uptime=17000`},
		{"elb", `2015-05-13T23:39:43.945958Z my-lb 192.0.2.7:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" - -`,
			`2015-05-13T23:39:43.945958Z host=192.0.2.7 upstream=10.0.0.1:80 bytes=305 received=82 duration=1138 uptime=28`},
		{"squid", `1286536309.450    917 192.0.2.7 TCP_TUNNEL/200 20670 CONNECT example.com:443 user HIER_DIRECT/198.51.100.1 -`,
			`2010-10-08T11:11:49.45Z host=192.0.2.7 user=user method=CONNECT path=example.com:443 cache=TCP_TUNNEL upstream=198.51.100.1 status=200 bytes=20670 duration=917000`},
		{"haproxy", `2001:db8::7:53332 [25/Feb/2019:16:19:48.143] in~ web/<NOSRV> -1/-1/-1/-1/+8 -1 0 - - CR-- 2/1/0/0/0 0/0 "<BADREQ>"`,
			`2019-02-25T16:19:48.143Z host=2001:db8::7 upstream=web/<NOSRV> bytes=0 duration=8000`},
		{"json", `{"time":"[06/May/2019:06:28:20 +0000]","remoteIP":"::1","host":"a.org","requestPath":"/a","query":"?b","method":"GET","status":"200","userAgent":"x","referer":"-"}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a query=b agent=x vhost=a.org status=200`}, // a LogFormat that many tutorials have
		{"json", `{"@timestamp":"2019-05-06T06:28:20+00:00","host":"10.0.0.5","clientip":"192.0.2.7","size":5,"responsetime":0.012,"http_host":"a.org","url":"/a","xff":"-","status":"200"}`,
			`2019-05-06T06:28:20Z host=192.0.2.7 path=/a vhost=a.org status=200 bytes=5 duration=12000`}, // "host" is $server_addr
		{"json", `{"time_msec":"1557124100.345","remote_addr":"::1","request_time":,"status":499,"path":"/a","upstream_response_time":,"method":"GET","http_user_agent":"x\x22y","n":}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/a agent=x"y status=499`}, // variables that were empty, and nginx's default escapes
		{"json", `{"request":{"method":"GET","uri":"/x?y","url":"http://a.org:8000/x?y","size":"100","headers":{"user-agent":"x","host":"a.org"}},"response":{"status":200,"size":"5"},"latencies":{"request":12,"kong":1,"proxy":11},"client_ip":"::1","started_at":1557124100345}`,
			`2019-05-06T06:28:20.345Z host=::1 method=GET path=/x query=y agent=x vhost=a.org status=200 bytes=5 received=100 duration=12000`}, // Kong
		{"json", `{"@timestamp":"2019-05-06T06:28:20Z","source":{"ip":"::1"},"http":{"version":"1.1","request":{"method":"GET"},"response":{"status_code":200}},"url":{"original":"/a"}}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a protocol=HTTP/1.1 status=200`}, // of Elastic's schema
		{"json", `{"@timestamp":"2019-05-06T06:28:20Z","@fields":{"remote_addr":"::1","remote_user":"-","body_bytes_sent":"5","request_time":"0.012","status":"200","request":"GET /a HTTP/1.1","request_method":"GET","http_user_agent":"x"}}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a protocol=HTTP/1.1 agent=x status=200 bytes=5 duration=12000`}, // of Logstash's early days
		{"json", `{"@timestamp":"2019-05-06T06:28:20Z","remote_addr":"::1","uri":"/a/index.html","request_uri":"/a?b","status":"200"}`,
			`2019-05-06T06:28:20Z host=::1 path=/a query=b status=200`}, // $uri is what nginx made of it
		{"nginx-json", `{"time_iso8601":"2019-05-06T06:28:20+00:00","remote_addr":"::1","uri":"/a/index.html","request_uri":"/a?b","body_bytes_sent":"5","status":"200"}`,
			`2019-05-06T06:28:20Z host=::1 path=/a query=b status=200 bytes=5`},
		{"json", `{"access_time":"2019-05-06T06:28:20Z","remoteaddr":"::1","first_line":"GET /a HTTP/1.1","responseCode":"200","responseBytes":"5","microseconds":1234}`,
			`2019-05-06T06:28:20Z host=::1 method=GET path=/a protocol=HTTP/1.1 status=200 bytes=5 duration=1234`},
		{"caddy", `{"ts":1557124100.345,"request":{"method":"GET","uri":"/a","proto":"HTTP/2.0","remote_addr":"192.0.2.7:5","host":"a.org","tls":{"version":771,"ciphersuite":49196}},"latency":0.25,"size":5,"status":200}`,
			`2019-05-06T06:28:20.345Z host=192.0.2.7 method=GET path=/a protocol=HTTP/2.0 vhost=a.org tls=TLSv1.2 cipher=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 status=200 bytes=5 duration=250000`}, // 2.0
		{"envoy", `{"@timestamp":"2019-05-06T06:28:20.345Z","authority":"a.org","bytes_received":0,"bytes_sent":5,"downstream_remote_address":"192.0.2.7:5","duration":5,"method":"GET","path":"/a","protocol":"HTTP/1.1","request_id":"id","response_code":200,"response_flags":null,"upstream_host":"10.0.0.1:80","upstream_service_time":"4","user_agent":"x","x_forwarded_for":"198.51.100.9"}`,
			`2019-05-06T06:28:20.345Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x vhost=a.org forwarded=198.51.100.9 id=id upstream=10.0.0.1:80 status=200 bytes=5 received=0 duration=5000 uptime=4000`}, // Contour
		{"envoy", `{":authority":"-","bytes_received":"0","bytes_sent":"11","downstream_remote_address":"192.0.2.7:5","duration":"0","method":"-","protocol":"HTTP/1.1","response_code":"400","response_flags":"DPE","start_time":"2019-05-06T06:28:20.000Z","x-envoy-origin-path":"-"}`,
			`2019-05-06T06:28:20Z host=192.0.2.7 protocol=HTTP/1.1 status=400 bytes=11 received=0 duration=0`}, // no HTTP
		{"envoy", `[2019-05-06T06:28:20.345Z] "GET /a HTTP/1.1" 503 UF "-" "TLS error: 268435703" 0 91 55 - "-" "curl/7" "id" "a.org" "10.0.0.5:80" outbound|80||x - 10.0.0.6:80 192.0.2.7:5 - default`,
			`2019-05-06T06:28:20.345Z method=GET path=/a protocol=HTTP/1.1 agent=curl/7 vhost=a.org id=id upstream=10.0.0.5:80 status=503 bytes=91 received=0 duration=55000`}, // Istio 1.5
		{"cloudfront", "2019-05-06\t06:28:20\tFRA2\t182\t192.0.2.7\tGET\td1.cloudfront.net\t/a\t200\t-\tx%20y\tb=1\t-\tHit\tid==\ta.org\thttp\t-\t0.001",
			`2019-05-06T06:28:20Z host=192.0.2.7 method=GET path=/a query=b=1 agent=x y vhost=a.org scheme=http id=id== cache=Hit status=200 bytes=182 duration=1000`}, // 2014, without its header
		{"gcs", `"1557124100345678","","","","","","","","","","","","GCS Lifecycle Management","id7","DELETE_Object","bucket","a.jpg"`,
			`2019-05-06T06:28:20.345678Z agent=GCS Lifecycle Management id=id7`},
		{"s3", `79a b [06/May/2019:06:28:20 +0000] 192.0.2.3 - 3E57 REST.GET.OBJECT a "GET /b/a HTTP/1.1" 206 - 100 44 41 28 "http://a.org/"q"" "x "y" (z)" - h= - - - b.s3.amazonaws.com - - -`,
			`2019-05-06T06:28:20Z host=192.0.2.3 method=GET path=/b/a protocol=HTTP/1.1 referer=http://a.org/"q" agent=x "y" (z) vhost=b.s3.amazonaws.com id=3E57 status=206 bytes=100 duration=41000 uptime=28000`},
		{"alb", `https 2019-05-06T06:28:20.345678Z app/x/1 192.0.2.7:5 10.0.0.1:80 0.001 -1 -1 504 - 0 57 "GET https://a.org:443/a HTTP/1.1" "x" ECDHE TLSv1.3 arn "Root=1" "a.org" "arn" 1 2019-05-06T06:28:20.000000Z "forward" "-" "-" "10.0.0.1:80" "-" "-" "-" TID_1`,
			`2019-05-06T06:28:20.345678Z host=192.0.2.7 method=GET path=/a protocol=HTTP/1.1 agent=x vhost=a.org scheme=https id=Root=1 tls=TLSv1.3 cipher=ECDHE upstream=10.0.0.1:80 status=504 bytes=57 received=0`}, // the target did not answer
	} {
		f, confidence, err := Recognise([][]byte{[]byte(c.line)})
		if err != nil || f.Name() != c.format {
			t.Errorf("%s is not recognised as %s: %v, %v, %v", c.line, c.format, f, confidence, err)
			continue
		}
		var r Record
		if reason := f.NewParser(nil).Parse([]byte(c.line), &r); reason != OK || show(&r) != c.want {
			t.Errorf("%s\nreads as %s, reason %d,\n    want %s", c.line, show(&r), reason, c.want)
		}
	}
}

// TestPrefixes checks that what containers and syslog put before a line is
// skipped, in every format, and that no line is taken for a prefix.
func TestPrefixes(t *testing.T) {
	for _, f := range Formats() {
		if f.Directive() != "" {
			continue
		}
		var want, got Record
		plain := f.NewParser(nil)
		if plain.Parse([]byte(f.Example), &want) != OK {
			t.Fatalf("%s does not read its example", f.Name())
		}
		if rest := afterPrefix([]byte(f.Example)); len(rest) != len(f.Example) {
			t.Errorf("%s: the line of its own is cut to %s", f.Name(), rest)
		}
		for _, prefix := range []string{"", "2026-01-24T01:34:36.743000000+00:00 stdout F ", "caddy  | ", "web-1 | ", "[pod/web-5d/nginx] ",
			"Feb  5 16:19:38 192.168.4.2 nginx[7]: ", "Feb 25 16:19:38 host nginx: ", "<190>Feb 25 16:19:38 host nginx: ",
			"2026-01-24T01:34:36.743+01:00 host nginx[1]: ", "<34>1 2026-01-24T01:34:36Z host nginx 1 - - ",
			`<34>1 2026-01-24T01:34:36Z host nginx 1 ID47 [a b="c"] `, `<34>1 2026-01-24T01:34:36Z host nginx 1 - [a b="] \"" c="d"][e] `, "\x1b[33mweb-1  |\x1b[0m ", "\x1b[36mweb-1  | \x1b[0m", "2026-01-24T01:34:36.743000000Z ",
			"web-1  | 2026-01-24T01:34:36.743000000Z ", "[pod/web-5d/nginx] 2026-01-24T01:34:36.743000000Z ",
			"Feb 25 16:19:38.123456 host nginx[7]: ", "Wed 2026-02-25 16:19:38 CET host nginx[7]: ", "2026-02-25T16:19:38+0100 host nginx[7]: ",
			"2026-02-25T16:19:38+01:00 host nginx[7]:  ", "Feb  5 16:19:38 host local0.info nginx[7]: ", "<134>", "<6>", "<134>2026-02-25T16:19:38.123456+01:00 ",
			"2026-01-24T01:34:36.7Z stdout F <134>Feb  5 16:19:38 nginx[7]: ", "Feb 25 16:19:38 host docker[7]: <134>1 2026-01-24T01:34:36Z host nginx 1 - - "} {
			line := []byte(prefix + f.Example)
			if reason := Prefixed(f).NewParser(nil).Parse(line, &got); reason != OK || show(&got) != show(&want) {
				t.Errorf("%s: %s reads as %s, reason %d, want %s", f.Name(), line, show(&got), reason, show(&want))
			}
			if g, _, err := Recognise([][]byte{line}); err != nil || g.Name() != f.Name() {
				t.Errorf("%s is not recognised behind %q: %v", f.Name(), prefix, err)
			}
		}
		for _, around := range [][2]string{{`{"log":"`, `\n","stream":"stdout","time":"2026-01-24T01:34:36.743Z"}`},
			{`{"__CURSOR":"s=a","__REALTIME_TIMESTAMP":"1769218476743000","_HOSTNAME":"web","MESSAGE":"`, `","PRIORITY":"6"}`},
			{`{ "__REALTIME_TIMESTAMP" : "1769218476743000", "MESSAGE" : "`, `" }`}} {
			line := append(appendJSONText([]byte(around[0]), f.Example), around[1]...)
			if g, _, err := Recognise([][]byte{line}); err != nil || g.Name() != f.Name() {
				t.Errorf("%s is not recognised within %s: %v", f.Name(), around[0], err)
			} else if reason := g.NewParser(nil).Parse(line, &got); reason != OK || show(&got) != show(&want) {
				t.Errorf("%s: %s reads as %s, reason %d, want %s", f.Name(), line, show(&got), reason, show(&want))
			}
		}
	}
}
