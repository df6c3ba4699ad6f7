package parse

import (
	"fmt"
	"strings"
	"sync"
)

// A FormatInfo is a format with what a user wants to know to choose it.
type FormatInfo struct {
	Format
	About   string // one line, without a full stop
	Example string // a line or, for a format with directives, a few
}

// Formats returns all formats, in the order in which they are documented: the
// families of web servers, proxies, clouds, and JSON.
func Formats() []FormatInfo { return formats() }

var formats = sync.OnceValue(func() []FormatInfo {
	return []FormatInfo{
		{Common, "NCSA Common, the default of Apache, and of Python's http.server",
			`192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326`},
		{Combined, "Common with referer and agent: Apache's combined, nginx's default; more fields may follow",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=1 HTTP/1.1" 200 512 "http://example.com/" "Mozilla/5.0"`},
		{or(lines("vhost-common", `{vhost} `+commonText, `{vhost} `+anyTimed(commonText), `{site} `+commonText+` {word}…?`,
			`{host} {domain} {user} [{time}] `+commonEnd), Common), // of OVH
			"Common behind the virtual host, with or without a port",
			`www.example.com 192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326`},
		{or(lines("vhost-combined", `{site} `+combinedText+`…?`, `{site} `+anyTimed(combinedText)+`…?`,
			`{site} "{proxies}" `+combinedText+`…?`, `{site} {list} `+combinedText+`…?`,
			`{site} {host} {ident} {user} [{time}] ({span}) `+combinedEnd,   // of Gandi
			`{site} {host} - {id} {user} [{time}] `+combinedEnd), Combined), // of BunkerWeb
			"Combined behind the virtual host, with or without a port: Debian's vhost_combined",
			`www.example.com:80 192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0"`},
		{inner, "Combined with the virtual host among its fields, as of lighttpd",
			`192.0.2.7 www.example.com - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"`},
		{short, "Combined without identity, user or zone, as many a log_format has it",
			`192.0.2.7 - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"`},
		{shortCommon, "Common without identity, user or zone",
			`192.0.2.7 - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 512`},
		{lines("common-extra", commonText+` {fraction}`, commonText+` {word}…?`),
			"Common with more fields behind it, as of Tomcat; what they are only --format can say",
			`192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 15`},
		{or(lines("combinedio", combinedText+` {received} {number}`), Combined),
			"Combined with bytes received and sent, Apache's combinedio",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" 310 842`},
		{cpanel, "cPanel's own access_log, with a month in digits",
			`192.0.2.7 - frank [05/17/2015:10:05:03 -0000] "GET /a HTTP/1.1" 200 0 "-" "Mozilla/5.0" "s" "-" 2083`},
		{sslRequest, "Apache's ssl_request_log",
			`[17/May/2015:10:05:03 +0000] 192.0.2.7 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 "GET /a HTTP/1.1" 1375`},
		{or(lines("nginx-main", combinedText+` "{proxies}"`, `"{proxies}" `+combinedText+`…?`, `{list} `+combinedText+`…?`), Combined),
			"Combined with X-Forwarded-For, the main of nginx's own packages",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" "198.51.100.9"`},
		{or(lines("nginx-timed", combinedText+` {fraction} {upseconds}`, combinedText+` "{proxies}" {fraction} {upseconds}`,
			combinedText+` rt={fraction} uct="{-}" uht="{-}" urt="{upseconds}"`, combinedText+` "{proxies}" rt={fraction} uct="{-}" uht="{-}" urt="{upseconds}"`,
			combinedText+`rt={fraction} uct="{-}" uht="{-}" urt="{upseconds}"`, // as nginx's documentation has it, without a blank
			combinedText+` {fraction} {upseconds} .`, combinedText+` {fraction} {upseconds} p`,
			combinedText+` {fraction}`, combinedText+` "{proxies}" {fraction}`,
			combinedText+` "{proxies}" "{vhost}" sn="{-}" rt={fraction} ua="{upstream}" us="{-}" ut="{upseconds}" ul="{-}" cs={cache}`), Combined),
			"Combined with $request_time, $upstream_response_time and what else is usual with them",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" 0.012 0.010`},
		{or(lines("ingress-nginx", combinedText+` {received} {seconds} [{-}] [{-}] {upstream} {-} {upseconds} {-} {id}`,
			`{host} - [{-}] - {user} [{time}] "{request}" {status} {bytes} "{referer}" "{agent}" {received} {seconds} [{-}] {upstream} {-} {upseconds} {-}…`), Combined),
			"The Ingress controller of Kubernetes, old and new",
			`192.0.2.7 - - [17/May/2021:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/7.68" 78 0.004 [default-web-80] [] 10.0.0.5:80 512 0.004 200 5f1c`},
		{or(lines("combined-extra", combinedText+` {tail}`, `{site} `+combinedText+` {tail}`,
			commonText+` {fraction} "{referer}" "{agent}"`, commonText+` {fraction} "{referer}" "{agent}" {tail}`), Combined),
			"Combined with more fields, known by their names or their looks",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" rt=0.012 urt=0.010 host=www.example.com`},
		{nginxProxyManager, "Nginx Proxy Manager, proxied hosts and others",
			`[24/Jan/2022:16:51:02 +0000] HIT 200 200 - GET https example.com "/a" [Client 192.0.2.7] [Length 192] [Gzip 3.10] [Sent-to 10.0.0.5] "Mozilla/5.0" "-"`},
		{traefik,
			"Traefik's access log in its default format",
			`192.0.2.7 - - [08/Dec/2021:13:59:39 +0000] "GET /a HTTP/1.1" 200 352 "-" "Mozilla/5.0" 242 "web@docker" "http://172.17.0.3:80" 1ms`},
		{uwsgi, "uWSGI's default",
			`[pid: 8185|app: 0|req: 1/1] 192.0.2.7 () {38 vars in 696 bytes} [Sun May 17 10:05:03 2015] GET /a => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)`},
		{haproxy, "HAProxy's HTTP log, with or without captured header fields",
			`192.0.2.7:53332 [25/Feb/2019:16:19:48.143] http_in~ web/s1 0/0/7/1457/1487 200 11394 - - ---- 2/1/0/0/0 0/0 {Mozilla/5.0} {} "GET /a?b=1 HTTP/1.1"`},
		{squid, "Squid's native access.log",
			`1286536308.779    180 192.0.2.7 TCP_MISS/200 411 GET http://example.com/a - DIRECT/198.51.100.1 text/html`},
		{alb, "AWS Application Load Balancer",
			`https 2023-04-26T12:23:00.186641Z app/web/490d 192.0.2.7:44740 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/a HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-58" "www.example.com" "-" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"`},
		{elb, "AWS Classic Load Balancer",
			`2015-05-13T23:39:43.945958Z web 192.0.2.7:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2`},
		{s3, "AWS S3 server access log",
			`79a5 bucket [06/Feb/2014:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE REST.GET.OBJECT a.jpg "GET /bucket/a.jpg HTTP/1.1" 200 - 113 - 7 5 "-" "S3Console/0.4" - id SigV4 TLS_AES_128_GCM_SHA256 AuthHeader bucket.s3.amazonaws.com TLSv1.3`},
		{cloudFront, "AWS CloudFront, with its #Fields: or without",
			"#Version: 1.0\n#Fields: " + cloudFront.columns + "\n2024-03-12\t15:22:28\tCDG50\t703\t192.0.2.7\tGET\td1.cloudfront.net\t/a\t200\t-\tcurl/7.81.0\tb=1\t-\tHit\tM_Lk==\texample.com\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51754\t0.113\tHit\ttext/plain\t20\t-\t-"},
		{gcs, "Google Cloud Storage usage log, CSV",
			`"1383080449182918","192.0.2.7","1","","GET","/storage/a.jpg","200","0","512","12000","storage.example.com","","Mozilla/5.0","id7","GET_Object","bucket","a.jpg"`},
		{iis, "W3C extended, IIS; columns as #Fields: says",
			"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n" +
				"2015-01-13 00:32:17 10.0.0.1 GET /a b=1 80 - 192.0.2.7 Mozilla/5.0+(compatible) - 404 0 2 283"},
		{ltsv, "Labelled tab-separated values with the labels of ltsv.org, of nginx, or usual ones; others by ltsv:time=at,host=client,uri…",
			"time:[12/Mar/2023:10:55:36 +0000]\thost:192.0.2.7\treq:GET /a HTTP/1.1\tstatus:200\tsize:1024\treferer:-\tua:Mozilla/5.0\treqtime:0.012"},
		{caddy, "Caddy, JSON, or JSON behind the time as on its console",
			`{"level":"info","ts":1693840791.7564995,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.7","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"GET","host":"example.com","uri":"/a","headers":{"User-Agent":["curl/7.74.0"]}},"bytes_read":0,"user_id":"","duration":0.000275,"size":1577,"status":200,"resp_headers":{"Content-Type":["text/css"]}}`},
		{traefikJSON, "Traefik, JSON",
			`{"ClientHost":"192.0.2.7","DownstreamContentSize":357,"DownstreamStatus":200,"Duration":357313,"OriginDuration":324669,"RequestHost":"example.com","RequestMethod":"GET","RequestPath":"/a","RequestProtocol":"HTTP/1.1","RequestScheme":"http","StartUTC":"2021-12-08T14:02:43.587782192Z","request_User-Agent":"curl/7.74.0","time":"2021-12-08T14:02:43Z"}`},
		{envoy, "Envoy, JSON or its default text, and Istio's",
			`{":authority":"example.com","bytes_received":0,"bytes_sent":512,"downstream_remote_address":"192.0.2.7:54321","duration":15,"method":"GET","protocol":"HTTP/2","response_code":200,"start_time":"2026-01-24T01:35:00.000Z","upstream_host":"10.0.0.5:8080","user-agent":"Mozilla/5.0","x-envoy-origin-path":"/a","x-request-id":"id"}`},
		{nginxJSON, "An nginx log_format of JSON whose keys are named as the variables",
			`{"time_iso8601":"2021-05-17T10:05:03+02:00","remote_addr":"192.0.2.7","request":"GET /a HTTP/1.1","status":"200","body_bytes_sent":"512","request_time":"0.012","http_referer":"","http_user_agent":"Mozilla/5.0"}`},
		{genericJSON, "Any JSON whose keys have usual names; others by json:time=ts,host=client.ip,target=url,status=code",
			`{"timestamp":"2021-05-17T10:05:03Z","ip":"192.0.2.7","method":"GET","url":"/a?b=1","statusCode":200,"responseTime":12,"userAgent":"Mozilla/5.0"}`},
	}
})

// combinedText begins many formats.
const (
	commonText   = `{host} {ident} {user} [{time}] "{request}" {status} {bytes}`
	combinedText = commonText + ` "{referer}" "{agent}"`
)

// anyTimed is a layout's text with a time as $time_iso8601 or $msec has it.
func anyTimed(text string) string { return strings.Replace(text, "{time}", "{anytime}", 1) }

// traefik is Traefik's CLF. Until 2.2 it has no quotes around what is not there,
// and 1.4 none around header fields that were not sent.
var traefik = func() *layout {
	var texts []string
	for _, service := range []string{`"{-}" "{upstream}"`, `"{-}" {upstream}`, `- -`} {
		for _, sender := range []string{`"{referer}" "{agent}"`, `- "{agent}"`, `"{referer}" -`, `- -`} {
			texts = append(texts, commonText+` `+sender+` {-} `+service+` {milliseconds}ms`)
		}
	}
	return or(lines("traefik", texts...), Combined)
}()

var nginxProxyManager = or(lines("nginx-proxy-manager",
	`[{time}] {cache} {-} {status} - {method} {scheme} {vhost} "{target}" [Client {host}] [Length {bytes}] [Gzip {-}] [Sent-to {upstream}] "{agent}" "{referer}"`,
	`[{time}] {status} - {method} {scheme} {vhost} "{target}" [Client {host}] [Length {bytes}] [Gzip {-}] "{agent}" "{referer}"`), Combined)

// ours are the names of values in the layouts of this package. Those of Apache
// and nginx have no word for much of what other servers write.
var ours = map[string]value{
	"host": {kind: kHost, rank: 1}, "host?": {kind: kHost, rank: 1, part: '?'}, "hostport": {kind: kHostPort, rank: 1}, "hostport?": {kind: kHostPort, rank: 1, part: '?'}, "ident": text(Ident), "user": text(User), "time": {kind: kCLF},
	"iso": {kind: kISO}, "anytime": {kind: kAnyTime}, "epoch": {kind: kEpoch, shift: 6}, "epochmicro": {kind: kEpoch}, "request": {kind: kRequest, rank: 1},
	"method": text(Method), "target": {kind: kTarget}, "path": text(Path), "query": text(Query), "protocol": text(Protocol),
	"status": {kind: kStatus}, "bytes": amount(slotBytes), "received": amount(slotReceived),
	"referer": text(Referer), "agent": text(Agent), "lastagent": {kind: kText, field: Agent, part: 'q'}, "vhost": {kind: kVHost}, "site": {kind: kVHost, part: 'n'}, "domain": {kind: kVHost, part: 'd'}, "span": {kind: kSpan, slot: slotDuration, shift: 6}, "scheme": {kind: kScheme, field: Scheme},
	"forwarded": {kind: kForward}, "proxies": {kind: kProxies}, "list": {kind: kProxies, part: ','}, "tail": {kind: kTail}, "id": text(RequestID), "cache": text(Cache), "tls": text(TLS), "cipher": text(Cipher), "type": text(Type),
	"upstream": text(Upstream), "-": {}, "number": {kind: kNumber}, "word": {kind: kWord}, "bytes+": {kind: kSize, slot: slotBytes, part: '+'},
	"fraction": {kind: kDecimal, slot: slotDuration, shift: 6, part: '.'}, "seconds": {kind: kDecimal, slot: slotDuration, shift: 6}, "milliseconds": {kind: kDecimal, slot: slotDuration, shift: 3},
	"microseconds": {kind: kDecimal, slot: slotDuration}, "upmilliseconds": {kind: kDecimal, slot: slotUpTime, shift: 3},
	"upseconds": {kind: kSum, slot: slotUpTime, shift: 6},
	"first":     {kind: kAdd, shift: 6}, "target's": {kind: kAdd, shift: 6, part: 'u'}, "last": {kind: kAdd, shift: 6, part: '0'},
	"captured": {kind: kCapture}, "url": {kind: kTarget, part: 'a'}, "requesturl": {kind: kRequest, part: 'a'},
}

// or lets a layout read lines that fit none of its texts as another format: a
// server writes one for each of its hosts, and some have no configuration.
func or(l *layout, fallback Format) *layout {
	l.fallback = fallback
	return l
}

// lines makes a layout of texts in which {name} is one of ours; they are tried
// in their order. Behind one that ends with … a line may go on. A mistake in one
// is a mistake of this package.
func lines(name string, texts ...string) *layout {
	return escapedLines(name, escapeBackslash, texts...)
}

func escapedLines(name string, esc escape, texts ...string) *layout {
	l := &layout{name: name}
	for i, t := range texts {
		t, unknown := strings.CutSuffix(t, "?")
		t, loose := strings.CutSuffix(t, "…")
		g, err := compile(ourTokens(t), esc, loose)
		if err != nil {
			panic(fmt.Sprintf("format %s: %v", name, err))
		}
		g.more = unknown
		if i == 0 {
			l.first = g
		} else {
			l.others = append(l.others, g)
		}
	}
	return l
}

func ourTokens(s string) []token {
	var tokens []token
	for s != "" {
		literal, rest, more := strings.Cut(s, "{")
		if literal != "" {
			tokens = append(tokens, token{literal: literal})
		}
		if !more {
			break
		}
		if rest == "" || rest[0] == ' ' || rest[0] == '{' { // a brace of its own
			tokens, s = append(tokens, token{literal: "{"}), rest
			continue
		}
		var name string
		if name, s, more = strings.Cut(rest, "}"); !more {
			panic("no } in " + rest)
		}
		if format, ok := strings.CutPrefix(name, "time:"); ok {
			parts, err := strftime(format)
			if err != nil {
				panic(err)
			}
			tokens = append(tokens, parts...)
			continue
		}
		v, ok := ours[name]
		if !ok {
			panic("no value is called {" + name + "}")
		}
		tokens = append(tokens, token{value: v})
	}
	return tokens
}

// otherNames are what formats are also called, by their vendors, in other tools and
// by those who type them, without what stands between words.
var otherNames = map[string]string{
	"apache": "combined", "apachecombined": "combined", "nginx": "combined", "nginxcombined": "combined", "nginxdefault": "combined", "varnish": "combined",
	"ncsa": "combined", "clf": "common", "apachecommon": "common", "ncsacommon": "common", "vcommon": "vhost-common", "vcombined": "vhost-combined",
	"iis": "w3c", "extended": "w3c", "w3cextended": "w3c", "w3ciis": "w3c", "traefikclf": "traefik", "traefikcommon": "traefik",
	"lighttpd": "vhost-inside", "ovh": "vhost-inside", "nginxingress": "ingress-nginx", "npm": "nginx-proxy-manager", "squidnative": "squid", "haproxyhttp": "haproxy", "httplog": "haproxy",
	"awsalb": "alb", "awselb": "elb", "clb": "elb", "classicelb": "elb", "elbclassic": "elb", "awsclb": "elb", "awss3": "s3", "awscloudfront": "cloudfront",
	"googlecloudstorage": "gcs", "cloudstorage": "gcs", "caddyjson": "caddy", "envoyjson": "envoy", "envoytext": "envoy", "istio": "envoy",
	"jsonl": "json", "ndjson": "json", "jsonlines": "json",
}

// squeezed returns a name in lower case and without what stands between its words.
func squeezed(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// FormatByName returns the format of that name, in capitals or not, with any
// dashes, or of another name that it has ("iis", "nginx", "aws-alb"). A name with
// % or $ in it is a layout and compiled, see [Compile]; json: or ltsv: and pairs are a
// mapping, see [CompileMapping]; a #Fields: line has the columns of a W3C log. Of a format with a name, prefixes
// of containers and syslog are skipped, see [Prefixed].
func FormatByName(name string) (Format, error) {
	if pairs, ok := strings.CutPrefix(name, "json:"); ok {
		return CompileMapping(pairs)
	}
	if pairs, ok := strings.CutPrefix(name, "ltsv:"); ok {
		return compileLabels(pairs)
	}
	if strings.HasPrefix(strings.ToLower(name), "#fields:") {
		return compileColumns(name)
	}
	if strings.ContainsAny(name, "%$") {
		return Compile(name)
	}
	wanted := strings.ToLower(name)
	if other, ok := otherNames[squeezed(name)]; ok {
		wanted = other
	}
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		if squeezed(f.Name()) == squeezed(wanted) {
			return Prefixed(f.Format), nil
		}
		names = append(names, f.Name())
	}
	want := "want one of " + strings.Join(names, ", ") + ", or the string of a LogFormat or log_format directive"
	if near := nearest(wanted, names); near != "" {
		return nil, fmt.Errorf("unknown format %q, did you mean %q? %s", name, near, want)
	}
	return nil, fmt.Errorf("unknown format %q, %s", name, want)
}
