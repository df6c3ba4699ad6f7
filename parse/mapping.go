package parse

import (
	"fmt"
	"slices"
	"strings"
)

// A mapping says under which keys the values of a record are. Keys of rank 1
// are the best for their place and what Append writes, in this order; those of
// rank 0 are read where the place is still empty.

func key(path string, v value) jsonKey   { v.rank = 1; return jsonKey{path, v} }
func other(path string, v value) jsonKey { v.rank = 0; return jsonKey{path, v} }

func span(s slot, shift int8) value { return value{kind: kSpan, slot: s, shift: shift} }

var caddy = onConsole(newJSON("caddy", slotTime|slotStatus|1<<Path,
	key("ts", value{kind: kAnyTime}),
	other("request.remote_addr", value{kind: kHostPort}), other("request.remote_ip", value{kind: kHost}),
	key("request.client_ip", value{kind: kHost}), key("request.proto", text(Protocol)), key("request.method", text(Method)),
	key("request.host", value{kind: kVHost}), key("request.uri", value{kind: kTarget}),
	key("request.headers.User-Agent[]", text(Agent)), key("request.headers.Referer[]", text(Referer)),
	key("request.headers.X-Forwarded-For[]", text(Forwarded)), key("request.headers.X-Forwarded-Proto[]", text(Scheme)),
	key("request.headers.X-Request-Id[]", text(RequestID)),
	key("request.tls.version", value{kind: kTLS}), key("request.tls.cipher_suite", value{kind: kCipher}),
	other("request.tls.ciphersuite", value{kind: kCipher}), other("latency", span(slotDuration, 6)), // of 2.0
	key("bytes_read", amount(slotReceived)), key("user_id", text(User)), key("duration", span(slotDuration, 6)),
	key("size", amount(slotBytes)), key("status", value{kind: kStatus}),
	key("resp_headers.Content-Type[]", text(Type)), other("resp_headers.X-Request-Id[]", text(RequestID)),
	key("resp_headers.X-Cache[]", text(Cache)),
))

// onConsole lets a format read lines with the time, and other words between
// tabs, before the object, as Caddy writes them to a terminal.
func onConsole(f *jsonFormat) *jsonFormat {
	f.console = true
	return f
}

var traefikJSON = newJSON("traefik-json", slotTime|slotStatus|1<<Path,
	key("ClientHost", value{kind: kHost}), other("ClientAddr", value{kind: kHostPort}), key("ClientUsername", text(User)),
	key("DownstreamContentSize", amount(slotBytes)), key("DownstreamStatus", value{kind: kStatus}), key("Duration", span(slotDuration, -3)),
	key("OriginDuration", span(slotUpTime, -3)), key("RequestContentSize", amount(slotReceived)), key("RequestHost", value{kind: kVHost}),
	other("RequestAddr", value{kind: kVHost}), key("RequestMethod", text(Method)), key("RequestPath", value{kind: kTarget}),
	key("RequestProtocol", text(Protocol)), key("RequestScheme", text(Scheme)), key("ServiceAddr", text(Upstream)), other("ServiceURL", text(Upstream)), other("BackendAddr", text(Upstream)),
	key("StartLocal", value{kind: kISO}), other("StartUTC", value{kind: kISO}), other("time", value{kind: kAnyTime}),
	key("TLSCipher", text(Cipher)), key("TLSVersion", value{kind: kTLS}),
	key("request_User-Agent", text(Agent)), key("request_Referer", text(Referer)), key("request_X-Forwarded-For", text(Forwarded)),
	key("request_X-Request-Id", text(RequestID)), key("downstream_Content-Type", text(Type)),
	// as Traefik 3 writes the header fields that it is told to keep
	other("request_headers.User-Agent", text(Agent)), other("request_headers.Referer", text(Referer)),
)

// envoy reads JSON and, where a line is none, the default text format: one
// file often has both. In JSON the client is the peer that Envoy names, in text
// the first address that was forwarded, because that is all there is. A request
// that was none, or a connection without one, has no path.
var envoy = func() *jsonFormat {
	f := newJSON("envoy", slotTime|slotStatus,
		key(":authority", value{kind: kVHost}), other("authority", value{kind: kVHost}),
		key("bytes_received", amount(slotReceived)), key("bytes_sent", amount(slotBytes)),
		key("downstream_remote_address", value{kind: kHostPort}), other("downstream_direct_remote_address", value{kind: kHostPort}),
		other("client_ip", value{kind: kHost}), key("downstream_tls_version", text(TLS)), key("downstream_tls_cipher", text(Cipher)),
		key("duration", span(slotDuration, 3)), key("method", text(Method)), key("protocol", text(Protocol)),
		key("response_code", value{kind: kStatus}), key("start_time", value{kind: kAnyTime}), other("@timestamp", value{kind: kAnyTime}), key("upstream_host", text(Upstream)),
		key("user-agent", text(Agent)), other("user_agent", text(Agent)), key("referer", text(Referer)),
		key("x-envoy-origin-path", value{kind: kTarget}), other("x-envoy-original-path", value{kind: kTarget}),
		other("path", value{kind: kTarget}), other(":path", value{kind: kTarget}),
		key("x-envoy-upstream-service-time", span(slotUpTime, 3)), other("upstream_service_time", span(slotUpTime, 3)),
		key("x-forwarded-for", text(Forwarded)), other("x_forwarded_for", text(Forwarded)),
		key("x-request-id", text(RequestID)), other("request_id", text(RequestID)), key("scheme", text(Scheme)),
	)
	f.text = lines("envoy",
		`[{iso}] "{request}" {status} {-} {received} {bytes} {milliseconds} {upmilliseconds} "{forwarded}" "{agent}" "{id}" "{vhost}" "{upstream}"…`,
		// what Istio's sidecars write, and what they wrote until 1.6
		`[{iso}] "{request}" {status} {-} {-} {-} "{-}" {received} {bytes} {milliseconds} {upmilliseconds} "{forwarded}" "{agent}" "{id}" "{vhost}" "{upstream}"…`,
		`[{iso}] "{request}" {status} {-} "{-}" "{-}" {received} {bytes} {milliseconds} {upmilliseconds} "{forwarded}" "{agent}" "{id}" "{vhost}" "{upstream}"…`)
	return f
}()

// variableKeys are nginx's variables as keys, as a log_format in JSON usually
// has them, with the names that its users give them otherwise.
var variableKeys = func() []jsonKey {
	var keys []jsonKey
	for _, name := range sortedKeys(nginxVariables) {
		if v := nginxVariables[name]; v.slots() != 0 {
			switch v.kind {
			case kCLF, kISO, kEpoch:
				v.kind = kAnyTime
			case kForward:
				v = text(Forwarded)
			}
			keys = append(keys, other(name, v))
		}
	}
	for _, name := range sortedKeys(headers) {
		if v := headers[name]; v.kind == kForward {
			keys = append(keys, other("http_x_forwarded_for", text(Forwarded)))
		} else {
			keys = append(keys, other("http_"+strings.ReplaceAll(name, "-", "_"), v))
		}
	}
	return append(keys, other("sent_http_content_type", text(Type)))
}()

var nginxJSON = newJSON("nginx-json", slotTime|slotStatus|1<<Host, append([]jsonKey{
	key("time_iso8601", value{kind: kAnyTime}), key("remote_addr", value{kind: kHost}), key("remote_user", text(User)),
	key("request", value{kind: kRequest}), key("status", value{kind: kStatus}), key("body_bytes_sent", amount(slotBytes)),
	key("request_length", amount(slotReceived)), key("request_time", value{kind: kDecimal, slot: slotDuration, shift: 6}),
	key("request_uri", value{kind: kTarget}), // whatever else has become of $uri
	key("upstream_response_time", value{kind: kSum, slot: slotUpTime, shift: 6}), key("upstream_addr", text(Upstream)),
	key("upstream_cache_status", text(Cache)), key("host", value{kind: kVHost}), key("scheme", text(Scheme)),
	key("http_referer", text(Referer)), other("http_referrer", text(Referer)), key("http_user_agent", text(Agent)),
	key("http_x_forwarded_for", text(Forwarded)), key("request_id", text(RequestID)), key("ssl_protocol", text(TLS)),
	key("ssl_cipher", text(Cipher)), key("sent_http_content_type", text(Type)),
}, variableKeys...)...)

// aliases are the names that programs give the fields of an access log, by the
// names of a record's; the generic format knows them all.
var aliases = []struct {
	field string // as in genericValues
	keys  string
}{
	{"time", "time timestamp @timestamp ts datetime date time_local time_iso8601 start_time startTime logged_at msec time_msec date_access access_time nginx_timestamp date_time event.created started_at httpRequest.timestamp EdgeStartTimestamp requestTime timeStamp"},
	{"host", "remote_addr client_ip clientip clientIp client ip remote_ip remoteIp remoteIP remote_host client_addr c_ip source.ip source.address client.ip client.address httpRequest.remoteIp request.remote_ip request.client_ip network.client.ip remoteAddr remote_address remoteAddress remote remote-addr ClientIP properties.clientIP properties.clientIp req.remoteAddress jsonPayload.remoteIp real_ip x_real_ip remoteaddr clientIP"},
	{"user", "user remote_user username user_name user.name auth userId"},
	{"request", "request request_line requestLine first_line req"},
	{"method", "method request_method verb http_method requestMethod http.request.method httpRequest.requestMethod http.method req.method request.method request.verb httpMethod ClientRequestMethod properties.httpMethod"},
	{"target", "request_uri uri url path requestUrl requestUri request_url http_uri request_path requestPath uri_path url.original url.path httpRequest.requestUrl http.url req.url request.uri request.url ClientRequestURI ClientRequestPath resourcePath properties.requestUri request.path req.path req.originalUrl url.full http.target http.path requestURI"},
	{"query", "query args query_string querystring uri_query url.query request_query"},
	{"protocol", "protocol proto server_protocol httpRequest.protocol ClientRequestProtocol request_proto"},
	{"version", "http_version httpVersion http.version properties.httpVersion req.httpVersion"},
	{"status", "status status_code statusCode response_status responseStatus responseCode response response_code code http_status sc_status http.response.status_code httpRequest.status http.status_code res.statusCode resp_status response.status response.status_code response.statusCode EdgeResponseStatus properties.httpStatus"},
	{"bytes", "bytes size body_bytes_sent bytes_sent response_size responseSize responseBytes response_bytes bytes_out length content_length resp_size http.response.body.bytes http.response.bytes httpRequest.responseSize EdgeResponseBytes responseLength resp_bytes_length response.size properties.sentBytes"},
	{"received", "request_length bytes_received bytes_in request_size requestSize bytes_read http.request.bytes httpRequest.requestSize request.size ClientRequestBytes properties.receivedBytes"},
	{"referer", "referer referrer http_referer http_referrer http.request.referrer http.referer httpRequest.referer headers.referer req.headers.referer request.headers.referer ClientRequestReferer"},
	{"agent", "user_agent agent http_user_agent userAgent useragent user-agent ua user_agent.original http.useragent httpRequest.userAgent headers.user-agent req.headers.user-agent request.headers.user-agent ClientRequestUserAgent properties.userAgent"},
	{"vhost", "http_host host vhost domain server_name virtual_host url.domain authority httpRequest.host req.headers.host request.headers.host ClientRequestHost properties.host"},
	{"scheme", "scheme request_scheme url.scheme ClientRequestScheme"},
	{"forwarded", "x_forwarded_for http_x_forwarded_for forwarded_for x-forwarded-for xff forwarded"},
	{"id", "request_id requestId req_id id trace_id http_x_request_id x_request_id x-request-id http.request.id insertId RayID"},
	{"cache", "upstream_cache_status cache_status cache CacheCacheStatus"},
	{"tls", "ssl_protocol tls_version tls tls.version tls_protocol ClientSSLProtocol"},
	{"cipher", "ssl_cipher tls_cipher tls.cipher cipher ClientSSLCipher"},
	{"type", "content_type sent_http_content_type mime_type http.response.mime_type EdgeResponseContentType"},
	{"upstream", "upstream_addr upstream upstream_host upstreamhost backend"},
	{"duration", "request_time duration response_time responseTime responsetime elapsed took latency request_duration httpRequest.latency properties.timeTaken rt reqtime"},
	{"duration_ms", "duration_ms response_time_ms latency_ms elapsed_ms time_taken_ms responseTimeMs resp_elapsed_ms latencies.request"},
	{"duration_us", "duration_us latency_us elapsed_us time_taken_us duration_usec microseconds"},
	{"duration_ns", "duration_ns event.duration"},
	{"uptime", "upstream_response_time upstream_time upstreamtime urt apptime"},
}

// genericValues are the names that a mapping of the user's may use.
var genericValues = map[string]value{
	"time": {kind: kAnyTime}, "host": {kind: kHost}, "ident": text(Ident), "user": text(User), "request": {kind: kRequest},
	"method": text(Method), "target": {kind: kTarget}, "path": text(Path), "query": {kind: kQuery}, "protocol": text(Protocol), "version": {kind: kVersion},
	"status": {kind: kStatus}, "bytes": amount(slotBytes), "received": amount(slotReceived), "referer": text(Referer), "agent": text(Agent),
	"vhost": {kind: kVHost}, "scheme": {kind: kScheme, field: Scheme}, "forwarded": text(Forwarded), "id": text(RequestID),
	"cache": text(Cache), "tls": {kind: kTLS}, "cipher": {kind: kCipher}, "type": text(Type), "upstream": text(Upstream),
	"duration": {kind: kSpan, slot: slotDuration, shift: 6, part: 't'}, "duration_s": span(slotDuration, 6), "duration_ms": span(slotDuration, 3),
	"duration_us": span(slotDuration, 0), "duration_ns": span(slotDuration, -3),
	"uptime": {kind: kSum, slot: slotUpTime, shift: 6}, "uptime_ms": span(slotUpTime, 3), "uptime_us": span(slotUpTime, 0), "uptime_ns": span(slotUpTime, -3),
}

// genericJSON knows the usual names of everything. A duration without a unit
// is of seconds if it has a decimal point and else of milliseconds. A dotted
// name is a key within objects or a key with dots.
var genericJSON = func() *jsonFormat {
	var keys []jsonKey
	for _, a := range aliases {
		for i, name := range strings.Fields(a.keys) {
			v := genericValues[a.field]
			if i == 0 && !strings.HasPrefix(a.field, "duration_") && a.field != "request" && a.field != "version" {
				keys = append(keys, key(name, v))
			} else {
				keys = append(keys, other(name, v))
			}
		}
	}
	// As they were first shown for Logstash, and as some name the server.
	for _, k := range slices.Clone(keys) {
		if !strings.Contains(k.path, ".") {
			keys = append(keys, other("@fields."+k.path, k.value), other("nginx."+k.path, k.value))
		}
	}
	// Echo's latency is of nanoseconds, and beside it in words.
	keys = append(keys, key("latency_human", span(slotDuration, 3)))
	return newJSON("json", slotTime|1<<Path, keys...)
}()

// CompileMapping makes a format of JSON lines from pairs such as
// "time=ts host=client.ip target=req.url status=code duration_ms=took": on the
// left what it is, on the right the key, with dots for keys within objects.
// What is not mapped is not read. An error lists what can stand on the left.
func CompileMapping(pairs string) (Format, error) {
	keys, need, err := mapping(pairs)
	if err != nil {
		return nil, err
	}
	// Keys of one object must stand together for Append.
	slices.SortStableFunc(keys, func(a, b jsonKey) int { return strings.Compare(parent(a.path), parent(b.path)) })
	return newJSON("json", need, keys...), nil
}

// compileLabels does the same for LTSV, whose labels are on the right.
func compileLabels(pairs string) (Format, error) {
	keys, need, err := mapping(pairs)
	if err != nil {
		return nil, err
	}
	return &ltsvFormat{need: need, keys: keys, root: newKeys(keys)}, nil
}

// mapping reads the pairs, and says what a line must fill to be a record.
func mapping(pairs string) (keys []jsonKey, need slot, err error) {
	var have slot
	for pair := range strings.FieldsSeq(strings.ReplaceAll(pairs, ",", " ")) {
		name, path, ok := strings.Cut(pair, "=")
		v, known := genericValues[name]
		if !ok || !known || path == "" {
			return nil, 0, fmt.Errorf("mapping: %q in %q: want name=key, where name is one of %s",
				pair, pairs, strings.Join(sortedKeys(genericValues), ", "))
		}
		keys = append(keys, key(path, v))
		have |= v.slots()
	}
	if have&slotTime == 0 {
		return nil, 0, fmt.Errorf("mapping: %q has no time", pairs)
	}
	return keys, have & (slotTime | slotStatus | 1<<Path | 1<<Method), nil
}

func parent(path string) string { return path[:strings.LastIndexByte(path, '.')+1] }
