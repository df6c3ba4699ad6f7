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
		{Common, "NCSA Common, the default of Apache",
			`192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326`},
		{Combined, "Common with referer and agent: Apache's combined, nginx's default; more fields may follow",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=1 HTTP/1.1" 200 512 "http://example.com/" "Mozilla/5.0"`},
		{or(lines("vhost-common", false, `{vhost} {host} {ident} {user} [{time}] "{request}" {status} {bytes}`), Common),
			"Common behind the virtual host, with or without a port",
			`www.example.com 192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326`},
		{or(lines("vhost-combined", true, `{vhost} `+combinedText), Combined),
			"Combined behind the virtual host, with or without a port: Debian's vhost_combined",
			`www.example.com:80 192.0.2.7 - - [06/May/2019:06:28:20 +0000] "GET / HTTP/1.1" 301 577 "-" "Mozilla/5.0"`},
		{lines("combinedio", false, combinedText+` {received} {-}`),
			"Combined with bytes received and sent, Apache's combinedio",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" 310 842`},
		{lines("nginx-main", false, combinedText+` "{forwarded}"`),
			"Combined with X-Forwarded-For, the main of nginx's own packages",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" "198.51.100.9"`},
		{lines("nginx-timed", false, combinedText+` {fraction} {upseconds}`, combinedText+` "{forwarded}" {fraction} {upseconds}`,
			combinedText+` rt={fraction} uct="{-}" uht="{-}" urt="{upseconds}"`, combinedText+` {fraction}`),
			"Combined with $request_time and $upstream_response_time",
			`192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0" 0.012 0.010`},
		{lines("ingress-nginx", true, combinedText+` {received} {seconds} [{-}] [{-}] {upstream} {-} {upseconds} {-} {id}`),
			"the Ingress controller of Kubernetes",
			`192.0.2.7 - - [17/May/2021:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/7.68" 78 0.004 [default-web-80] [] 10.0.0.5:80 512 0.004 200 5f1c`},
		{nginxProxyManager, "Nginx Proxy Manager, proxied hosts and others",
			`[24/Jan/2022:16:51:02 +0000] HIT 200 200 - GET https example.com "/a" [Client 192.0.2.7] [Length 192] [Gzip 3.10] [Sent-to 10.0.0.5] "Mozilla/5.0" "-"`},
		{lines("traefik", false, combinedText+` {-} "{-}" "{upstream}" {milliseconds}ms`),
			"Traefik's access log in its default format",
			`192.0.2.7 - - [08/Dec/2021:13:59:39 +0000] "GET /a HTTP/1.1" 200 352 "-" "Mozilla/5.0" 242 "web@docker" "http://172.17.0.3:80" 1ms`},
	}
})

// combinedText begins many formats.
const combinedText = `{host} {ident} {user} [{time}] "{request}" {status} {bytes} "{referer}" "{agent}"`

var nginxProxyManager = or(lines("nginx-proxy-manager", false,
	`[{time}] {cache} {-} {status} - {method} {scheme} {vhost} "{target}" [Client {host}] [Length {bytes}] [Gzip {-}] [Sent-to {upstream}] "{agent}" "{referer}"`,
	`[{time}] {status} - {method} {scheme} {vhost} "{target}" [Client {host}] [Length {bytes}] [Gzip {-}] "{agent}" "{referer}"`), Combined)

// ours are the names of values in the layouts of this package. Those of Apache
// and nginx have no word for much of what other servers write.
var ours = map[string]value{
	"host": {kind: kHost, rank: 1}, "hostport": {kind: kHostPort, rank: 1}, "ident": text(Ident), "user": text(User), "time": {kind: kCLF},
	"iso": {kind: kISO}, "epoch": {kind: kEpoch, shift: 6}, "epochmicro": {kind: kEpoch}, "request": {kind: kRequest, rank: 1},
	"method": text(Method), "target": {kind: kTarget}, "path": text(Path), "query": text(Query), "protocol": text(Protocol),
	"status": {kind: kStatus}, "bytes": amount(slotBytes), "received": amount(slotReceived),
	"referer": text(Referer), "agent": text(Agent), "vhost": {kind: kVHost}, "scheme": {kind: kScheme, field: Scheme},
	"forwarded": {kind: kForward}, "id": text(RequestID), "cache": text(Cache), "tls": text(TLS), "cipher": text(Cipher), "type": text(Type),
	"upstream": text(Upstream), "-": {},
	"fraction": {kind: kDecimal, slot: slotDuration, shift: 6, part: '.'}, "seconds": {kind: kDecimal, slot: slotDuration, shift: 6}, "milliseconds": {kind: kDecimal, slot: slotDuration, shift: 3},
	"microseconds": {kind: kDecimal, slot: slotDuration}, "upmilliseconds": {kind: kDecimal, slot: slotUpTime, shift: 3},
	"upseconds": {kind: kSum, slot: slotUpTime, shift: 6},
}

// or lets a layout read lines that fit none of its texts as another format: a
// server writes one for each of its hosts, and some have no configuration.
func or(l *layout, fallback Format) *layout {
	l.fallback = fallback
	return l
}

// lines makes a layout of texts in which {name} is one of ours; they are tried
// in their order. A mistake in one is a mistake of this package.
func lines(name string, loose bool, texts ...string) *layout {
	return escapedLines(name, escapeBackslash, loose, texts...)
}

func escapedLines(name string, esc escape, loose bool, texts ...string) *layout {
	l := &layout{name: name}
	for i, t := range texts {
		g, err := compile(ourTokens(t), esc, loose)
		if err != nil {
			panic(fmt.Sprintf("format %s: %v", name, err))
		}
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

// FormatByName returns the format of that name. A name with % or $ in it is a
// layout and compiled, see [Compile]. Prefixes of containers and syslog are
// skipped, see [Prefixed].
func FormatByName(name string) (Format, error) {
	if strings.ContainsAny(name, "%$") {
		return Compile(name)
	}
	names := make([]string, 0, len(Formats()))
	for _, f := range Formats() {
		if f.Name() == name {
			return Prefixed(f.Format), nil
		}
		names = append(names, f.Name())
	}
	want := "want one of " + strings.Join(names, ", ") + ", or the string of a LogFormat or log_format directive"
	if near := nearest(strings.ToLower(name), names); near != "" {
		return nil, fmt.Errorf("unknown format %q, did you mean %q? %s", name, near, want)
	}
	return nil, fmt.Errorf("unknown format %q, %s", name, want)
}
