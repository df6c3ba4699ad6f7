package parse

import "bytes"

// A tail is what follows the fields of Combined in a layout that nobody has told: its
// values are taken for what cannot well be anything else, by the names that stand
// before them or by their looks, and of the others it is told that they are there.
//
// Of two durations the longer is the whole, in whatever order they stand; of more
// only the first is read, for nothing tells the others apart.
type tail struct {
	fractions   int
	first, last int64 // of the durations, in µs
}

// extraNames are the names of values behind Combined: of nginx's variables, of its
// documentation's examples, and of hosts.
var extraNames = map[string]value{
	"rt": wholeTime, "request_time": wholeTime, "reqtime": wholeTime, "urt": backendTime, "upstream_response_time": backendTime, "upstream_time": backendTime,
	"xff": {kind: kProxies}, "forwarded_for": {kind: kProxies}, "x_forwarded_for": {kind: kProxies}, "http_x_forwarded_for": {kind: kProxies},
	"host": {kind: kVHost}, "http_host": {kind: kVHost}, "vhost": {kind: kVHost}, "server_name": {kind: kVHost},
	"request_id": text(RequestID), "req_id": text(RequestID), "kong_request_id": text(RequestID),
	"cs": text(Cache), "cache": text(Cache), "cache_status": text(Cache), "upstream_cache_status": text(Cache),
	"upstream": text(Upstream), "upstream_addr": text(Upstream), "scheme": {kind: kScheme, field: Scheme},
	"ssl_protocol": text(TLS), "tls": text(TLS), "ssl_cipher": text(Cipher), "cipher": text(Cipher), "request_length": amount(slotReceived),
}

// A time without a point is one of unknown unit, and not read.
var (
	wholeTime   = value{kind: kDecimal, slot: slotDuration, shift: 6, part: 'p'}
	backendTime = value{kind: kSum, slot: slotUpTime, shift: 6}
)

// setTail reads what follows Combined.
func (p *reader) setTail(b []byte, r *Record) Reason {
	escaped := bytes.IndexByte(b, '\\') >= 0
	if secondRecord(b) || !wellFormed(b, escaped) {
		return BadQuote // Combined knows what to do with such
	}
	var t tail
	for {
		var x extra
		if x, b = nextExtra(b, escaped); x.text == nil {
			break
		}
		if missing(x.text) || len(x.text) == 0 {
			continue
		}
		v, known := extraNames[string(x.name)]
		switch {
		case x.name == nil:
			known = p.guess(x, &t, r)
		case known && !r.has(v.slots()):
			known = p.set(&v, x.text, r) == OK
		}
		r.More = r.More || !known
	}
	t.tell(r)
	return OK
}

// An extra is a value behind Combined, and the name in front of it.
type extra struct {
	name, text []byte
	quoted     bool
}

// nextExtra cuts the next value off what follows Combined, and the name= or name:
// in front of it; without a text it is the end. Lists have a comma or colon between values.
func nextExtra(b []byte, escaped bool) (x extra, rest []byte) {
	b = b[skipBlanks(b, 0):]
	n := 0
	for n < len(b) && (b[n] == '_' || isDigit(b[n]) || b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		n++
	}
	if n > 0 && n+1 < len(b) && (b[n] == '=' || b[n] == ':' && (b[n+1] == '"' || bytes.HasPrefix(b[n+1:], []byte(` "`)))) {
		x.name = b[:n]
		b = b[skipBlanks(b, n+1):]
	}
	if len(b) == 0 {
		return x, nil
	}
	if b[0] == '"' {
		end := quoteEnd(b, 1, escaped)
		if end < 0 {
			return x, nil
		}
		x.text, x.quoted = b[1:end], true
		return x, b[end+1:]
	}
	end := 0
	for end < len(b) {
		for end < len(b) && !isBlank(b[end]) {
			end++
		}
		next := skipBlanks(b, end)
		if list := b[end-1] == ',' || b[end-1] == ':' && end > 1 && b[end-2] == ' ' || bytes.HasPrefix(b[next:], []byte(": ")); !list {
			break
		}
		end = next
	}
	x.text = b[:end]
	return x, b[end:]
}

// guess reads a value without a name, if it has the looks of one that is known.
// What is quoted a client may have sent: a domain there is not the virtual host.
func (p *reader) guess(x extra, t *tail, r *Record) bool {
	switch b := x.text; {
	case isDigit(b[0]) && t.add(p, b): // most are durations
		return true
	case bytes.HasPrefix(b, []byte("TLSv1")) && len(b) <= len("TLSv1.3"):
		return r.fill(TLS, b)
	case r.Text[TLS] != nil && isCipher(b):
		return r.fill(Cipher, b)
	case string(b) == "." || string(b) == "p": // nginx's $pipe
		return true
	case string(b) == "http" || string(b) == "https":
		return r.fill(Scheme, b)
	case cacheStates[string(b)]:
		return r.fill(Cache, b)
	case len(squidResult(b)) > 0:
		return r.fill(Cache, squidResult(b))
	case len(b) == 32 && isHexadecimal(b):
		return r.fill(RequestID, b)
	case addressesWith(b, 0):
		return r.fill(Forwarded, b)
	case addressesWith(b, 1): // upstreams have ports
		return r.fill(Upstream, b)
	case !x.quoted && isSite(b, true) && b[len(b)-1] != ':' && lastLabelIsName(b):
		return r.fill(VHost, hostOnly(b))
	}
	return t.add(p, x.text)
}

// add takes a duration as nginx writes it, or a list of them.
func (t *tail) add(p *reader, b []byte) bool {
	one := noRecord
	if first, _, _ := bytes.Cut(b, comma); places(first) != fractionPlaces || p.sum(&backendTime, b, &one) != len(b) || one.UpTime == None {
		return false
	}
	if t.fractions++; t.fractions == 1 {
		t.first = one.UpTime
	}
	t.last = one.UpTime
	return true
}

// tell gives the record the durations that had no names.
func (t *tail) tell(r *Record) {
	if t.fractions == 0 || r.Duration != None {
		return
	}
	r.Duration = t.first
	switch {
	case t.fractions == 2 && r.UpTime == None:
		r.Duration, r.UpTime = max(t.first, t.last), min(t.first, t.last)
	case t.fractions > 2:
		r.More = true
	}
}

// appendTail appends values with their names, of the kinds that most logs have.
func appendTail(dst []byte, r *Record) []byte {
	for _, name := range [...]string{"rt", "urt", "host"} {
		v := extraNames[name]
		if had := r.has(v.slots()); had && !(v.kind == kVHost && !isSite(r.Text[VHost], false)) {
			dst = v.append(append(append(dst, name...), '='), r)
			dst = append(dst, ' ')
		}
	}
	return bytes.TrimRight(dst, " ")
}

// fill sets a text that the record has not, and reports whether it did.
func (r *Record) fill(f Field, b []byte) bool {
	if r.Text[f] != nil {
		return false
	}
	r.Text[f] = b
	return true
}

// has reports whether the record has a value in one of the places.
func (r *Record) has(s slot) bool {
	for f := range NumFields {
		if s>>f&1 != 0 && r.Text[f] != nil {
			return true
		}
	}
	return s&slotDuration != 0 && r.Duration != None || s&slotUpTime != 0 && r.UpTime != None || s&slotReceived != 0 && r.Received != None
}

// addressesWith reports whether b is a list of IPv4 addresses that have so many
// ports, or of IPv6 addresses in brackets if they have one, and else without.
func addressesWith(b []byte, ports int) bool {
	for more := true; more; {
		var one []byte
		one, b, more = bytes.Cut(b, comma)
		if one = bytes.TrimSpace(one); string(one) == "unknown" && ports == 0 {
			continue
		}
		bare := withoutPort(one)
		if (len(bare) < len(one)) != (ports > 0) {
			return false
		}
		if ports > 0 && bare[0] == '[' {
			bare = bare[1 : len(bare)-1]
		}
		dots, colons := bytes.Count(bare, dot), bytes.Count(bare, colon)
		for _, c := range bare {
			if c != '.' && c != ':' && !isHex(c) {
				return false
			}
		}
		if colons < 2 && !(dots == 3 && colons == 0 && isAddress(bare)) {
			return false
		}
	}
	return true
}

// cacheStates are those of nginx's $upstream_cache_status, and of Varnish.
var cacheStates = map[string]bool{"hit": true, "miss": true, "pass": true, "HIT": true, "MISS": true, "EXPIRED": true, "STALE": true, "UPDATING": true, "REVALIDATED": true, "BYPASS": true}

// isCipher reports whether b has the looks of a cipher suite: AES128-SHA.
func isCipher(b []byte) bool {
	parts := 0
	for _, c := range b {
		switch {
		case c == '-' || c == '_':
			parts++
		case !isDigit(c) && (c < 'A' || c > 'Z'):
			return false
		}
	}
	return parts > 0 && len(b) > 6
}

func isHexadecimal(b []byte) bool {
	for _, c := range b {
		if !isHex(c) {
			return false
		}
	}
	return true
}

// lastLabelIsName reports whether a domain ends as those of hosts do, which versions
// and file names do not: in two letters or more.
func lastLabelIsName(b []byte) bool {
	b = withoutPort(b)
	label := b[bytes.LastIndexByte(b, '.')+1:]
	for _, c := range label {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return len(label) > 1
}
