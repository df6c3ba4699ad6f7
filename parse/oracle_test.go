package parse

import (
	"bytes"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The oracles read a line the slow and obvious way: a regular expression whose
// groups are named after what they hold, or a map of labels, time.Parse, and
// exact fractions. They know nothing of the parsers.

// q is a quoted text with backslash escapes, w a word.
const (
	q        = `(?:[^"\\]|\\.)*`
	w        = `\S+`
	clfRE    = `\[(?P<clf>[^\]]+)\] `
	plainRE  = `"(?P<request>` + q + `)" (?P<status>` + w + `) (?P<bytes>` + w + `)`
	tailRE   = plainRE + ` "(?P<referer>` + q + `)" "(?P<agent>` + q + `)"`
	commonRE = `(?P<host>` + w + `) (?P<ident>` + w + `) (?P<user>.+?) ` + clfRE
)

var oracles = map[string][]*regexp.Regexp{
	"vhost-combined": {re(`(?P<vhost>` + w + `) ` + commonRE + tailRE + `.*`), re(commonRE + tailRE + `.*`),
		re(commonRE + plainRE)},
	"common":        {re(commonRE + plainRE)},
	"combined":      {re(commonRE + tailRE)},
	"vhost-common":  {re(`(?P<vhost>` + w + `) ` + commonRE + plainRE)},
	"nginx-timed":   {re(commonRE + tailRE + ` (?P<duration_s>[\d.]+) (?P<uptime_s>[\d.]+)`)},
	"ingress-nginx": {re(commonRE + tailRE + ` (?P<received>\d+) (?P<duration_s>[\d.]+) \[\S*\] \[\S*\] (?P<upstream>\S+) \S+ (?P<uptime_s>[\d.]+) \S+ (?P<id>.+)`)},
	"combinedio":    {re(commonRE + tailRE + ` (?P<received>\d+) \S+`)},
	"nginx-main":    {re(commonRE + tailRE + ` "(?P<forwarded>` + q + `)"`)},
	"traefik":       {re(commonRE + tailRE + ` \S+ "` + q + `" "(?P<upstream>` + q + `)" (?P<duration_ms>[\d.]+)ms`)},
	"nginx-proxy-manager": {
		re(clfRE + `(?P<cache>\S+) \S+ (?P<status>\S+) - (?P<method>\S+) (?P<scheme>\S+) (?P<vhost>\S+) "(?P<target>` + q + `)" \[Client (?P<host>\S+)\] ` +
			`\[Length (?P<bytes>\S+)\] \[Gzip \S+\] \[Sent-to (?P<upstream>.+?)\] "(?P<agent>` + q + `)" "(?P<referer>` + q + `)"`),
		re(clfRE + `(?P<status>\S+) - (?P<method>\S+) (?P<scheme>\S+) (?P<vhost>\S+) "(?P<target>` + q + `)" \[Client (?P<host>\S+)\] ` +
			`\[Length (?P<bytes>\S+)\] \[Gzip \S+\] "(?P<agent>` + q + `)" "(?P<referer>` + q + `)"`),
		re(commonRE + tailRE)},
	"haproxy": {re(`(?:\w+ +\d+ [\d:]+ \S+ haproxy\[\d+\]: )?(?P<host>\S+):\d+ \[(?P<haproxy>[^\]]+)\] \S+ (?P<upstream>\S+) \S+/\S+/\S+/(?P<uptime_ms>[\d.-]+)/(?P<duration_ms>[\d.-]+) ` +
		`(?P<status>\S+) (?P<bytes>\S+) \S+ \S+ \S+ \S+ \S+ (?:\{(?P<agent>[^}]*)\} )?(?:\{[^}]*\} )?"(?P<request>[^"]*)"`)},
	"squid": {re(`(?P<epoch>\S+) +(?P<duration_ms>\S+) (?P<host>\S+) (?P<cache>[^/]+)/(?P<status>\S+) (?P<bytes>\S+) (?P<method>\S+) (?P<target>\S+) (?P<user>\S+) [^/]+/(?P<upstream>\S+)(?: (?P<type>.*))?`)},
	"alb": {re(`\S+ (?P<iso>\S+) \S+ (?P<host>\S+):\d+ (?P<upstream>\S+) (?P<add1>\S+) (?P<uptime_s>\S+) (?P<add3>\S+) (?P<status>\S+) \S+ (?P<received>\S+) (?P<bytes>\S+) ` +
		`"(?P<request>` + q + `)" "(?P<agent>` + q + `)" (?P<cipher>\S+) (?P<tls>\S+) \S+ "(?P<id>` + q + `)" "(?P<vhost>` + q + `)".*`)},
	"elb": {re(`(?P<iso>\S+) \S+ (?P<host>\S+):\d+ (?P<upstream>\S+) (?P<add1>\S+) (?P<uptime_s>\S+) (?P<add3>\S+) (?P<status>\S+) \S+ (?P<received>\S+) (?P<bytes>\S+) ` +
		`"(?P<request>` + q + `)" "(?P<agent>` + q + `)" (?P<cipher>\S+) (?P<tls>\S+).*`)},
	"s3": {
		re(`\S+ \S+ ` + clfRE + `(?P<host>\S+) (?P<user>\S+) (?P<id>\S+) \S+ \S+ (?:"(?P<request>` + q + `)"|-) (?P<status>\S+) \S+ (?P<bytes>\S+) \S+ (?P<duration_ms>\S+) (?P<uptime_ms>\S+) ` +
			`(?:"(?P<referer>` + q + `)" "(?P<agent>` + q + `)"|- -) \S+ \S+ \S+ (?P<cipher>\S+) \S+ (?P<vhost>\S+) (?P<tls>\S+).*`),
		re(`\S+ (?P<vhost>\S+) ` + clfRE + `(?P<host>\S+) (?P<user>\S+) (?P<id>\S+) \S+ \S+ (?:"(?P<request>` + q + `)"|-) (?P<status>\S+) \S+ (?P<bytes>\S+) \S+ (?P<duration_ms>\S+) (?P<uptime_ms>\S+) ` +
			`(?:"(?P<referer>` + q + `)" "(?P<agent>` + q + `)"|- -).*`)},
	"envoy": {re(`(?:\S+ stdout F )?\[(?P<iso>[^\]]+)\] "(?P<request>` + q + `)" (?P<status>\S+) \S+ (?P<received>\S+) (?P<bytes>\S+) (?P<duration_ms>\S+) (?P<uptime_ms>\S+) ` +
		`"(?P<proxies>` + q + `)" "(?P<agent>` + q + `)" "(?P<id>` + q + `)" "(?P<vhost>` + q + `)" "(?P<upstream>` + q + `)".*`)},
	"gcs": {re(`"(?P<epochmicro>-?\d+)","(?P<host>[^"]*)","[^"]*","[^"]*","(?P<method>[^"]*)","(?P<target>(?:[^"]|"")*)","(?P<status>\d+)","(?P<received>\d+)","(?P<bytes>\d+)",` +
		`"(?P<duration_us>[\d.]+)","(?P<vhost>[^"]*)","(?P<referer>(?:[^"]|"")*)","(?P<agent>(?:[^"]|"")*)","(?P<id>(?:[^"]|"")*)".*`)},
}

func re(s string) *regexp.Regexp { return regexp.MustCompile(`(?s)^` + s + `$`) }

// oracle reads a line of a format; ok is false if it is no record.
func oracle(format string, line []byte) (r Record, ok bool) {
	for _, e := range oracles[format] {
		m := e.FindSubmatch(line)
		if m == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range e.SubexpNames() {
			if name != "" && m[i] != nil {
				values[name] = string(m[i])
			}
		}
		if r, ok := fromValues(format, values); ok {
			return r, true
		}
	}
	return r, false
}

var backslashes = regexp.MustCompile(`\\(?:x[0-9a-fA-F]{2}|["\\bnrtv])`)
var hashes = regexp.MustCompile(`#[0-9a-fA-F]{2}`)

// undone undoes the escapes of a format.
func undone(format, name, s string) string {
	switch format {
	case "gcs":
		return strings.ReplaceAll(s, `""`, `"`)
	case "haproxy":
		return hashes.ReplaceAllStringFunc(s, func(e string) string { return string(fromHex(e[1:])) })
	case "json", "w3c", "cloudfront":
		return s
	}
	return backslashes.ReplaceAllStringFunc(s, func(e string) string {
		if e[1] == 'x' {
			return string(fromHex(e[2:]))
		}
		if i := strings.IndexByte("bnrtv", e[1]); i >= 0 {
			if name == "user" {
				return e
			}
			return "\b\n\r\t\v"[i : i+1]
		}
		return e[1:]
	})
}

func fromHex(s string) []byte {
	n, _ := strconv.ParseUint(s, 16, 8)
	return []byte{byte(n)}
}

// micros is s times unit µs, cut off.
func micros(s, unit string) (int64, bool) {
	x, ok := new(big.Rat).SetString(s)
	u, _ := new(big.Rat).SetString(unit)
	if !ok {
		return 0, false
	}
	x.Mul(x, u)
	n := new(big.Int).Quo(x.Num(), x.Denom())
	return n.Int64(), n.IsInt64()
}

var requestRE = regexp.MustCompile(`(?s)^([A-Za-z_-]{1,24})(?: +(.*?))?(?: ([A-Z]{1,8}/[0-9][0-9.]{0,4}))?$`)

var absoluteRE = regexp.MustCompile(`(?s)^([A-Za-z]{1,5})://([^/?]*)(.*)$`)

// fromValues makes a record of named texts.
func fromValues(format string, values map[string]string) (Record, bool) {
	r := Record{Status: None, Bytes: None, Received: None, Duration: None, UpTime: None}
	text := func(f Field, s string) { r.Text[f] = []byte(s) }
	for i, name := range fieldNames {
		if s, ok := values[name]; ok && s != "-" && (s != "" || format != "gcs" && format != "json" && format != "w3c") {
			text(Field(i), undone(format, name, s))
		}
	}
	target := func(s string) {
		if m := absoluteRE.FindStringSubmatch(s); m != nil {
			if r.Text[Scheme] == nil {
				text(Scheme, m[1])
			}
			if r.Text[VHost] == nil && m[2] != "" {
				text(VHost, m[2])
			}
			if s = m[3]; s == "" || s[0] == '?' {
				s = "/" + s
			}
		}
		path, query, more := strings.Cut(s, "?")
		if text(Path, path); more {
			text(Query, query)
		}
	}
	if s, ok := values["request"]; ok && s != "-" {
		if m := requestRE.FindStringSubmatch(undone(format, "request", s)); m != nil {
			if text(Method, m[1]); m[3] != "" {
				text(Protocol, m[3])
			}
			if m[2] != "" {
				target(m[2])
			}
		}
	}
	if s, ok := values["target"]; ok && s != "-" {
		target(undone(format, "target", s))
	}
	if s, ok := values["proxies"]; ok && s != "-" {
		text(Forwarded, s)
		first, _, _ := strings.Cut(s, ",")
		text(Host, first)
	}
	if h := r.Text[Host]; h == nil || bytes.ContainsAny(h, " \"") {
		return r, false
	} else if len(h) > 2 && h[0] == '[' {
		r.Text[Host] = h[1 : len(h)-1]
	}
	if v := r.Text[VHost]; v != nil {
		if m := regexp.MustCompile(`^([^:]*|\[.*\])(:\d+)$`).FindSubmatch(v); m != nil {
			v = m[1]
		}
		r.Text[VHost] = bytes.TrimSuffix(bytes.TrimPrefix(v, []byte("[")), []byte("]"))
	}
	for name, unit := range map[string]string{"duration_ns": "1/1000", "duration_us": "1", "duration_ms": "1000", "duration_s": "1000000",
		"uptime_ns": "1/1000", "uptime_ms": "1000", "uptime_s": "1000000"} {
		if s, ok := values[name]; ok && s != "-" && s != "" {
			n, ok := micros(s, unit)
			if !ok {
				return r, false
			}
			if n < 0 || strings.HasPrefix(s, "-1") {
				continue
			}
			if strings.HasPrefix(name, "up") {
				r.UpTime = n
			} else {
				r.Duration = n
			}
		}
	}
	if a, ok := values["add1"]; ok && a != "-1" {
		for _, s := range []string{a, values["uptime_s"], values["add3"]} {
			if n, ok := micros(s, "1000000"); ok && n >= 0 {
				r.Duration = max(r.Duration, 0) + n
			}
		}
	}
	for name, n := range map[string]*int64{"bytes": &r.Bytes, "received": &r.Received} {
		if s := values[name]; s != "" && s != "-" {
			var err error
			if *n, err = strconv.ParseInt(s, 10, 64); err != nil || s[0] == '+' || *n < 0 {
				return r, false
			}
		}
	}
	if s := values["status"]; s != "" && s != "-" {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || len(s) != 3 && s != "0" {
			return r, false
		}
		r.Status = int32(n)
	}
	return r, setOracleTime(&r, values)
}

func setOracleTime(r *Record, values map[string]string) bool {
	for name, layout := range map[string]string{"clf": "02/Jan/2006:15:04:05 -0700", "iso": time.RFC3339Nano, "haproxy": "02/Jan/2006:15:04:05.000"} {
		if s, ok := values[name]; ok {
			t, err := time.Parse(layout, s)
			_, offset := t.Zone()
			r.Time, r.Offset = t.UnixMicro(), int32(offset/60)
			return err == nil
		}
	}
	if s, ok := values["epoch"]; ok && strings.Contains(s, "T") {
		values["iso"] = s
		delete(values, "epoch")
		return setOracleTime(r, values)
	} else if ok {
		var fine bool
		r.Time, fine = micros(s, "1000000")
		return fine
	}
	if s, ok := values["epochmicro"]; ok {
		var fine bool
		r.Time, fine = micros(s, "1")
		return fine
	}
	return false
}

// TestOracle compares the parsers with the oracles on all fields, over the
// real logs and over records of our own.
func TestOracle(t *testing.T) {
	real := map[string][]string{
		"vhost-combined": {"apachelogs-vhost-combined.log", "crowdsec-apache2-logs.log", "crowdsec-nginx_http-logs.log"},
		"traefik":        {"crowdsec-traefik_clf.log"}, "nginx-proxy-manager": {"crowdsec-nginx-proxy-manager-logs.log"},
		"haproxy": {"crowdsec-haproxy-logs.log", "lnav-haproxy.0.log"}, "squid": {"webreadr-squid.log"}, "alb": {"crowdsec-aws-alb-logs.log"},
		"s3": {"webreadr-s3.log"},
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	for name := range oracles {
		f, err := FormatByName(name)
		if err != nil {
			t.Fatal(err)
		}
		var lines [][]byte
		for _, file := range real[name] {
			lines = append(lines, realLog(t, file)...)
		}
		generated := f
		if name == "envoy" { // its JSON has an oracle of its own
			generated = envoy.text
		}
		for range 200 {
			r := randomRecord(rnd, mild)
			lines = append(lines, bytes.TrimSuffix(generated.Append(nil, &r), []byte("\n")))
		}
		compareOracle(t, f, lines, func(line []byte) (Record, bool) { return oracle(name, line) })
	}
}

func compareOracle(t *testing.T, f Format, lines [][]byte, oracle func([]byte) (Record, bool)) {
	t.Helper()
	p := f.NewParser(nil)
	for _, line := range lines {
		var got Record
		reason := p.Parse(line, &got)
		if reason == Blank {
			continue
		}
		want, ok := oracle(line)
		if ok != (reason == OK) || ok && show(&got) != show(&want) {
			t.Errorf("%s: %q\nreads as %s, reason %d,\n want %s, %v", f.Name(), line, show(&got), reason, show(&want), ok)
			return
		}
	}
}

// columnNames are what the oracle knows of W3C columns.
var columnNames = map[string]string{"c-ip": "host", "cs-username": "user", "cs-method": "method", "cs-uri-stem": "path", "cs-uri-query": "query",
	"sc-status": "status", "sc-bytes": "bytes", "cs-bytes": "received", "cs-version": "protocol", "cs-protocol-version": "protocol", "cs-protocol": "scheme",
	"cs-host": "vhost", "x-host-header": "vhost", "cs(User-Agent)": "agent", "cs(Referer)": "referer", "x-edge-result-type": "cache",
	"x-edge-request-id": "id", "x-forwarded-for": "forwarded", "ssl-protocol": "tls", "ssl-cipher": "cipher", "sc-content-type": "type"}

// columnsOracle reads lines under a header, which it takes note of.
func columnsOracle(format, sep string, columns []string) func([]byte) (Record, bool) {
	return func(line []byte) (Record, bool) {
		if header, ok := strings.CutPrefix(string(line), "#Fields: "); ok {
			columns = strings.Fields(header)
		}
		cells := strings.Split(string(line), sep)
		if len(cells) != len(columns) {
			return Record{}, false
		}
		values := map[string]string{}
		for i, c := range columns {
			if values[c] = cells[i]; columnNames[c] != "" {
				values[columnNames[c]] = cells[i]
			}
		}
		values["iso"] = values["date"] + "T" + values["time"] + "Z"
		switch format {
		case "w3c":
			values["agent"] = regexp.MustCompile(`\+(\+*)`).ReplaceAllString(values["agent"], " $1")
			values["forwarded"] = strings.ReplaceAll(values["forwarded"], "+", " ")
		case "cloudfront":
			for _, name := range []string{"agent", "type", "forwarded"} {
				for range 2 {
					values[name] = regexp.MustCompile(`%[0-9A-Fa-f]{2}`).ReplaceAllStringFunc(values[name], func(e string) string { return string(fromHex(e[1:])) })
				}
			}
			for _, name := range []string{"path", "query", "referer", "id", "user"} {
				values[name] = strings.ReplaceAll(values[name], "%25", "%")
			}
		}
		if s := values["time-taken"]; strings.Contains(s, ".") {
			values["duration_s"] = s
		} else {
			values["duration_ms"] = s
		}
		return fromValues("w3c", values)
	}
}

// TestColumnsOracle compares the W3C reader with a split at blanks or tabs.
func TestColumnsOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for _, c := range []struct {
		f     *w3c
		sep   string
		files []string
	}{{iis, " ", []string{"lnav-w3c_big.0.log", "webreadr-iis.log"}}, {cloudFront, "\t", []string{"webreadr-cloudfront.log", "crowdsec-aws-cloudfront-logs.log"}}} {
		for _, file := range append(c.files, "") {
			var text []byte
			if file == "" {
				for range 200 {
					r := randomRecord(rnd, mild)
					text = c.f.Append(text, &r)
				}
			} else {
				text = append(bytes.Join(realLog(t, file), []byte("\n")), '\n')
			}
			read := columnsOracle(c.f.name, c.sep, strings.Fields(c.f.columns))
			p := c.f.NewParser(nil)
			for line := range bytes.Lines(text) {
				line = bytes.TrimSuffix(line, []byte("\n"))
				var got Record
				want, ok := read(line)
				if reason := p.Parse(line, &got); reason != Blank && (ok != (reason == OK) || show(&got) != show(&want)) {
					t.Fatalf("%s: %q\nreads as %s, reason %d,\n want %s, %v", file, line, show(&got), reason, show(&want), ok)
				}
			}
		}
	}
}

// TestLabelOracle compares the LTSV reader with a map.
func TestLabelOracle(t *testing.T) {
	names := map[string]string{"req": "request", "ua": "agent", "size": "bytes", "reqsize": "received", "forwardedfor": "forwarded", "remote_host": "host",
		"remote_logname": "ident", "remote_user": "user", "user_agent": "agent", "content_type": "type", "x_request_id": "id",
		"ssl_protocol": "tls", "ssl_cipher": "cipher", "reqtime_microsec": "duration_us", "apptime": "uptime_s"}
	rnd := rand.New(rand.NewPCG(13, 14))
	lines := append(realLog(t, "nekrassov01-ltsv.log"), realLog(t, "nekrassov01-ltsv-bad.log")...)
	for range 200 {
		r := randomRecord(rnd, hostile)
		lines = append(lines, bytes.TrimSuffix(ltsv.Append(nil, &r), []byte("\n")))
	}
	compareOracle(t, ltsv, lines, func(line []byte) (Record, bool) {
		values := map[string]string{}
		for field := range strings.SplitSeq(string(line), "\t") {
			label, s, ok := strings.Cut(field, ":")
			if !ok {
				return Record{}, false
			}
			values[label] = s
			if names[label] != "" {
				values[names[label]] = s
			}
		}
		for _, label := range []string{"time", "datetime"} {
			if s := strings.Trim(values[label], "[]"); strings.Contains(s, "/") {
				values["clf"] = s
			} else if s != "" {
				values["iso"] = s
			}
		}
		if values["status"] == "" {
			return Record{}, false
		}
		return fromValues("ltsv", values)
	})
}

// jsonPaths says for each JSON format where the oracle looks, in the order of
// preference.
var jsonPaths = map[string]map[string]string{
	"caddy": {"epoch": "ts", "host": "request.client_ip request.remote_ip", "protocol": "request.proto", "method": "request.method", "vhost": "request.host",
		"target": "request.uri", "agent": "request.headers.User-Agent", "referer": "request.headers.Referer", "forwarded": "request.headers.X-Forwarded-For",
		"scheme": "request.headers.X-Forwarded-Proto", "received": "bytes_read", "user": "user_id", "duration_s": "duration", "bytes": "size", "status": "status",
		"type": "resp_headers.Content-Type", "id": "request.headers.X-Request-Id", "cache": "resp_headers.X-Cache",
		"tls": "request.tls.version", "cipher": "request.tls.cipher_suite"},
	"traefik-json": {"iso": "StartLocal StartUTC", "host": "ClientHost", "user": "ClientUsername", "bytes": "DownstreamContentSize", "status": "DownstreamStatus",
		"duration_ns": "Duration", "uptime_ns": "OriginDuration", "received": "RequestContentSize", "vhost": "RequestHost", "method": "RequestMethod",
		"target": "RequestPath", "protocol": "RequestProtocol", "scheme": "RequestScheme", "upstream": "ServiceAddr", "cipher": "TLSCipher", "tls": "TLSVersion",
		"agent": "request_User-Agent", "type": "downstream_Content-Type", "referer": "request_Referer", "forwarded": "request_X-Forwarded-For", "id": "request_X-Request-Id"},
	"nginx-json": {"iso": "time_iso8601", "host": "remote_addr", "user": "remote_user", "request": "request", "status": "status", "bytes": "body_bytes_sent",
		"received": "request_length", "duration_s": "request_time", "uptime_s": "upstream_response_time", "upstream": "upstream_addr",
		"cache": "upstream_cache_status", "vhost": "host", "scheme": "scheme", "referer": "http_referer", "agent": "http_user_agent",
		"forwarded": "http_x_forwarded_for", "id": "request_id", "tls": "ssl_protocol", "cipher": "ssl_cipher", "type": "sent_http_content_type"},
	"envoy": {"iso": "start_time", "peer": "downstream_remote_address", "method": "method", "target": "x-envoy-origin-path", "protocol": "protocol",
		"status": "response_code", "bytes": "bytes_sent", "received": "bytes_received", "duration_ms": "duration", "uptime_ms": "x-envoy-upstream-service-time",
		"vhost": ":authority", "upstream": "upstream_host", "agent": "user-agent", "forwarded": "x-forwarded-for", "id": "x-request-id", "referer": "referer",
		"scheme": "scheme", "tls": "downstream_tls_version", "cipher": "downstream_tls_cipher"},
}

// jsonOracle reads a line with encoding/json.
func jsonOracle(format string) func([]byte) (Record, bool) {
	return func(line []byte) (Record, bool) {
		if i := bytes.IndexByte(line, '{'); i > 0 {
			line = line[i:]
		}
		var object map[string]any
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if d.Decode(&object) != nil {
			return Record{}, false
		}
		values := map[string]string{}
		for name, paths := range jsonPaths[format] {
			for path := range strings.FieldsSeq(paths) {
				if s, ok := lookUp(object, strings.Split(path, ".")); ok && values[name] == "" {
					values[name] = s
				}
			}
		}
		if peer := values["peer"]; peer != "" {
			values["host"] = peer[:strings.LastIndex(peer, ":")]
		}
		if values["target"]+values["request"] == "" || values["status"] == "" {
			return Record{}, false
		}
		if v, ok := map[string]string{"772": "TLSv1.3", "1.3": "TLSv1.3"}[values["tls"]]; ok {
			values["tls"] = v
		}
		if values["cipher"] == "4865" {
			values["cipher"] = "TLS_AES_128_GCM_SHA256"
		}
		if first, _, several := strings.Cut(values["host"], ","); several {
			values["host"], values["forwarded"] = first, values["host"]
		}
		return fromValues("json", values)
	}
}

func lookUp(v any, path []string) (string, bool) {
	switch v := v.(type) {
	case map[string]any:
		if len(path) > 0 {
			return lookUp(v[path[0]], path[1:])
		}
	case []any:
		if len(v) > 0 {
			return lookUp(v[0], path)
		}
	case string:
		return v, len(path) == 0
	case json.Number:
		return v.String(), len(path) == 0
	}
	return "", false
}

// TestJSONOracle compares the JSON reader with encoding/json.
func TestJSONOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for name, files := range map[string][]string{"caddy": {"crowdsec-caddy-logs.log", "lnav-caddy_log.0.log", "lnav-caddy_log.1.log"}, "traefik-json": {"crowdsec-traefik_json.log"},
		"envoy": {"crowdsec-envoy-logs.log"}, "nginx-json": nil} {
		f, err := FormatByName(name)
		if err != nil {
			t.Fatal(err)
		}
		var lines [][]byte
		for _, file := range files {
			lines = append(lines, realLog(t, file)...)
		}
		for range 200 {
			// encoding/json repairs what is no UTF-8, the reader leaves that to the columns.
			r := randomRecord(rnd, func(rnd *rand.Rand, s string, n int) []byte {
				return bytes.ToValidUTF8(hostile(rnd, s, n), []byte("?"))
			})
			r.Text[Path] = bytes.ReplaceAll(r.Text[Path], []byte("?"), nil)
			lines = append(lines, bytes.TrimSuffix(f.Append(nil, &r), []byte("\n")))
		}
		compareOracle(t, f, lines, func(line []byte) (Record, bool) {
			if name == "envoy" && bytes.IndexByte(line, '{') < 0 {
				return oracle(name, line)
			}
			return jsonOracle(name)(line)
		})
	}
}
