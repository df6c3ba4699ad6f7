package parse

import (
	"bytes"
	"strconv"
)

// A kind says how the text of a field is to be understood.
type kind uint8

const (
	kSkip      kind = iota // nobody reads it
	kText                  // a text of the record, as it is
	kHost                  // client, checked
	kHostPort              // client:port, [client]:port
	kVHost                 // virtual host, perhaps with a port
	kForward               // X-Forwarded-For that also names the client, its first address
	kProxies               // X-Forwarded-For, if it is one: else the text is something else, and nobody's
	kNumber                // a number that nobody reads
	kWord                  // a word without quotes that nobody can read
	kRequest               // GET /path?query HTTP/1.1
	kTarget                // /path?query, perhaps http://vhost in front
	kQuery                 // query with its question mark
	kScheme                // http, https; on and off of nginx's $https
	kStatus                // three digits
	kSize                  // a number of bytes
	kDecimal               // a duration, in a unit of 10^-shift µs
	kSum                   // several durations, a list over several upstreams
	kAdd                   // one of the durations that make up the whole
	kSpan                  // a duration with its unit, such as 12ms; without one as kDecimal
	kCLF                   // 17/May/2015:10:05:03 +0000
	kISO                   // 2015-05-17T10:05:03.123+01:00
	kEpoch                 // since 1970, in a unit of 10^-shift µs
	kAnyTime               // any of the three, in brackets or not; the unit of an epoch is guessed
	kCapture               // header fields that HAProxy captured: a|b
	kTLS                   // the number of a TLS version, or its name
	kCipher                // the number of a cipher suite, or its name
	kVersion               // the protocol, or only the number of HTTP's version
	kDate                  // 2015-05-17, to go with a kTimeOfDay
	kTimeOfDay             // 10:05:03.123
	kTail                  // what follows Combined, see tail.go
	kPart                  // one part of a time, see strftime.go
)

// A slot is a place in the record that a value fills, as a bit: text fields
// first, in order of Field.
type slot uint32

const (
	slotStatus slot = 1 << (iota + slot(NumFields))
	slotBytes
	slotReceived
	slotDuration
	slotUpTime
	slotTime
)

// A value says what one field of a line is: how to read it and where to put
// it. Every format is a way to find the fields, and a value for each.
type value struct {
	kind     kind
	field    Field // of kText and kScheme
	slot     slot  // of numbers: which; filled in for the others by slots
	shift    int8  // unit of a number: it is times 10^shift µs
	rank     int8  // of two values for one slot the higher rank is read, the other skipped
	part     byte  // of kPart: the letter of strftime; of others what their case says
	zoneOnly bool  // of kCLF and kISO: a finer time is read elsewhere, this gives the zone
	discard  bool  // of values that know their length: read past it
}

// slots returns all places that the value fills.
func (v *value) slots() slot {
	switch v.kind {
	case kText, kScheme:
		return 1 << v.field
	case kHost, kHostPort:
		return 1 << Host
	case kForward:
		return 1<<Host | 1<<Forwarded
	case kProxies:
		return 1 << Forwarded
	case kVHost:
		return 1 << VHost
	case kRequest:
		return 1<<Method | 1<<Path | 1<<Query | 1<<Protocol
	case kTarget:
		return 1<<Path | 1<<Query
	case kQuery:
		return 1 << Query
	case kStatus:
		return slotStatus
	case kSize, kDecimal, kSum, kSpan:
		return v.slot
	case kCLF, kISO, kEpoch, kAnyTime, kTimeOfDay, kPart:
		return slotTime
	case kTLS:
		return 1 << TLS
	case kCipher:
		return 1 << Cipher
	case kVersion:
		return 1 << Protocol
	}
	return 0
}

// number returns the record's number that the value fills.
func (v *value) number(r *Record) *int64 {
	switch v.slot {
	case slotReceived:
		return &r.Received
	case slotDuration:
		return &r.Duration
	case slotUpTime:
		return &r.UpTime
	}
	return &r.Bytes
}

// noRecord is a record of which nothing is known yet.
var noRecord = Record{Status: None, Bytes: None, Received: None, Duration: None, UpTime: None}

// forget makes a record without texts one of which nothing is known yet.
func (r *Record) forget() {
	r.Time, r.Offset, r.Status, r.More = 0, 0, None, false
	r.Bytes, r.Received, r.Duration, r.UpTime = None, None, None, None
}

// A reader turns texts into values of a record. It is the part of a parser
// that all formats but Common and Combined share, and belongs to one goroutine.
// So that a field means the same in all of them:
//
//   - Durations are µs, cut off; a negative one is none.
//   - A time without a zone is UTC, and so is one whose zone has a name that
//     zoneNames does not have.
//   - "-" is no value. An empty text is one between quotes, and none where all
//     fields are always written: in JSON, LTSV, CSV and W3C columns.
//   - The client has neither port nor brackets; of several addresses that were
//     forwarded it is the first, if the line names no client of its own.
//   - An absolute URL gives scheme and virtual host, and path and query.
type reader struct {
	clock   clock    // the parts of this line's time
	clf     clfClock // and one that is written as Common logs do
	iso     isoClock // and one that is written as ISO 8601 has it
	scratch scratch
}

// Reset implements [Parser].
func (p *reader) Reset() { p.scratch = p.scratch[:0] }

// missing says that a text stands for no value.
func missing(b []byte) bool { return len(b) == 1 && b[0] == '-' }

// due tells whether a line without the value is no record. The part '?' says
// that a host may be missing.
func (v *value) due() bool {
	switch v.kind {
	case kHost, kHostPort, kCLF, kISO, kEpoch, kAnyTime:
		return v.part != '?'
	}
	return false
}

// set fills r from the text of a value, which is there and has no escapes left.
func (p *reader) set(v *value, b []byte, r *Record) Reason {
	switch v.kind {
	case kText:
		r.Text[v.field] = b
	case kHost:
		return setHost(b, r)
	case kHostPort:
		if b = withoutLastPort(b); missing(b) && !v.due() {
			return OK
		}
		return setHost(b, r)
	case kVHost:
		if v.part != 0 && !isSite(b, v.part == 'd') {
			return BadHost
		}
		r.Text[VHost] = hostOnly(b)
	case kForward:
		return setForwarded(b, r)
	case kProxies:
		switch {
		case areAddresses(b) && (v.part != ',' || bytes.IndexByte(b, ',') >= 0):
			r.Text[Forwarded] = b
		case v.part == ',':
			return BadHost
		default:
			r.More = true
		}
	case kNumber:
		_, ok := count(b)
		return reasonIf(!ok, BadNumber)
	case kTail:
		return p.setTail(b, r)
	case kWord:
		r.More = true
		return reasonIf(len(b) == 0 || b[0] == '"', BadQuote)
	case kRequest:
		splitRequest(b, r)
	case kTarget:
		if i := bytes.IndexByte(b, '/'); i > 0 && v.part == 'h' {
			if r.Text[VHost] == nil {
				r.Text[VHost] = hostOnly(b[:i])
			}
			b = b[i:]
		}
		if len(b) > 0 {
			splitTarget(b, r)
		}
	case kQuery:
		if len(b) > 0 {
			r.Text[Query] = bytes.TrimPrefix(b, question)
		}
	case kScheme:
		setScheme(b, r)
	case kStatus:
		return setStatus(b, r)
	case kSize:
		if v.part == '+' { // HAProxy's sign for an answer that was still being sent
			b = bytes.TrimPrefix(b, plus)
		}
		n, ok := count(b)
		if !ok {
			return BadSize
		}
		*v.number(r) = n
	case kDecimal:
		return setDuration(v, b, r)
	case kSpan:
		return setSpan(v, b, r)
	case kAdd:
		return addDuration(v, b, r)
	case kCapture:
		p.setCaptured(b, r)
	case kDate:
		if !p.clock.readDate(b) {
			return BadTime
		}
	case kTimeOfDay:
		if !p.clock.readTimeOfDay(b) {
			return BadTime
		}
	case kTLS:
		r.Text[TLS] = tlsVersion(b)
	case kCipher:
		r.Text[Cipher] = cipherSuite(b)
	case kVersion:
		r.Text[Protocol] = p.protocol(b)
	case kSum:
		if p.sum(v, b, r) != len(b) {
			return BadNumber
		}
	case kCLF, kISO, kEpoch, kAnyTime:
		return p.setTime(v, b, r)
	}
	return OK
}

// protocol returns a version such as 1.1 with the name of the protocol that it is of.
func (p *reader) protocol(b []byte) []byte {
	if len(b) == 0 || !isDigit(b[0]) {
		return b
	}
	out := append(append(p.scratch.take(len("HTTP/")+len(b)), "HTTP/"...), b...)
	p.scratch = p.scratch[:len(p.scratch)+len(out)]
	return out
}

var comma, colon, dot, question, plus = []byte(","), []byte(":"), []byte("."), []byte("?"), []byte("+")

// setTime reads a time that stands in one piece.
func (p *reader) setTime(v *value, b []byte, r *Record) Reason {
	var t int64
	var zone int32
	var ok bool
	switch v.kind {
	case kCLF:
		t, zone, ok = p.clf.parse(b)
	case kISO:
		t, zone, ok = p.iso.parse(b)
	case kAnyTime:
		t, zone, ok = p.anyTime(b)
	default:
		if t, ok = decimal(b, int(v.shift)); ok {
			r.Time = t
			return OK
		}
	}
	if !ok {
		return BadTime
	}
	if r.Offset = zone; !v.zoneOnly {
		r.Time = t
	}
	return OK
}

// setStatus takes three digits, as Common does. 000 is what servers write when
// they sent nothing; as a number of JSON it is 0, and HAProxy writes -1.
func setStatus(b []byte, r *Record) Reason {
	n, ok := count(b)
	switch {
	case ok && (len(b) == 3 || len(b) == 1 && n == 0):
		r.Status = int32(n)
	case string(b) != "-1":
		return BadStatus
	}
	return OK
}

// anyTime reads a time of a form that nobody has stated.
func (p *reader) anyTime(b []byte) (t int64, zone int32, ok bool) {
	if len(b) > 2 && b[0] == '[' && b[len(b)-1] == ']' {
		b = b[1 : len(b)-1]
	}
	if t, zone, ok = p.iso.parse(b); ok {
		return t, zone, true
	}
	if len(b) > 2 && b[2] == '/' {
		if len(b) == len("17/May/2015 10:05:03") && b[11] == ' ' { // as Python's http.server has it
			b = append(p.scratch.take(26), b...)
			b[11] = ':'
			b = append(b, " +0000"...)
		}
		return p.clf.parse(b)
	}
	whole := bytes.IndexByte(b, '.')
	if whole < 0 {
		whole = len(b)
	}
	t, ok = decimal(b, epochShift(whole))
	return t, 0, ok && hasYear(t)
}

// hasYear reports whether a time has a year of four digits, as every format
// writes it.
func hasYear(µs int64) bool { return µs >= -62_167_219_200_000_000 && µs < 253_402_300_800_000_000 }

// epochShift returns the unit of a time since 1970 with so many digits before
// the point. Seconds have ten until 2286; thousandths, millionths and billionths
// have three more each.
func epochShift(whole int) int {
	shift := 6
	for ; whole > 11 && shift > -3; whole -= 3 {
		shift -= 3
	}
	return shift
}

// setHost takes a client's name or address. Where several stand, as proxies
// list them, the first is the client and all are what was forwarded.
func setHost(b []byte, r *Record) Reason {
	if isFullAddress(b) {
		r.Text[Host] = b
		return OK
	}
	seen := hostClasses(b)
	if seen&hostBad != 0 && bytes.IndexByte(b, ',') >= 0 {
		if i := bytes.LastIndexByte(b, ' '); i > 0 && b[i-1] != ',' {
			return BadHost // a field more
		}
		return setForwarded(b, r)
	}
	host, ok := cleanHost(b, seen)
	if !ok || host == nil {
		return BadHost
	}
	r.Text[Host] = host
	return OK
}

// setForwarded takes the client from a list of addresses, which may have ports.
func setForwarded(b []byte, r *Record) Reason {
	r.Text[Forwarded] = b
	first, _, _ := bytes.Cut(b, comma)
	if first = hostOnly(bytes.TrimSpace(first)); len(first) == 0 || missing(first) {
		return OK
	}
	return setHost(first, r)
}

// areAddresses reports whether b is a list of addresses, as X-Forwarded-For is.
// Formats put other texts in its place, such as the name of a virtual host.
func areAddresses(b []byte) bool {
	for more := true; more; {
		var one []byte
		one, b, more = bytes.Cut(b, comma)
		one = bytes.TrimSpace(one)
		seen := hostClasses(one)
		switch {
		case seen == hostDigit: // not a number, such as $gzip_ratio
			if bytes.Count(one, dot) < 2 || !isAddress(one) {
				return false
			}
		case seen&hostBad != 0 || bytes.IndexByte(one, ':') < 0 && string(one) != "unknown":
			return false
		}
	}
	return true
}

// isSite reports whether b can be a virtual host, perhaps with a port: of what is
// written about it in a certain place. A domain has a dot, and is no IPv4 address:
// that would be of a client.
func isSite(b []byte, domain bool) bool {
	letters, dots, colons := 0, 0, 0
	if len(b) > 10 && b[4] == '-' && b[7] == '-' && (b[10] == 'T' || b[10] == '_') {
		return false // a time that stands before a line
	}
	for _, c := range b {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case c == '.':
			dots++
		case c == ':':
			colons++
		case !isDigit(c) && bytes.IndexByte([]byte("-_[]*~"), c) < 0 && c < 0x80:
			return false
		}
	}
	return len(b) > 0 && (!domain || letters > 0 && (dots > 0 || colons > 1))
}

// withoutLastPort cuts the port off host:port. It is known to be there, so that
// of an IPv6 address without brackets it is what follows the last colon.
func withoutLastPort(b []byte) []byte {
	if i := bytes.LastIndexByte(b, ':'); i > 0 && b[len(b)-1] != ']' {
		return b[:i]
	}
	return b
}

// setScheme understands $https, which is "on" or empty.
func setScheme(b []byte, r *Record) {
	switch string(b) {
	case "on":
		b = []byte("https")
	case "off":
		b = []byte("http")
	}
	r.Text[Scheme] = b
}

// append appends the text that set reads back, nothing where there is none.
func (v *value) append(dst []byte, r *Record) []byte {
	n := len(dst)
	switch v.kind {
	case kText, kScheme:
		dst = append(dst, r.Text[v.field]...)
	case kHost:
		dst = append(dst, r.Text[Host]...)
	case kHostPort:
		dst = append(append(dst, r.Text[Host]...), ":0"...)
	case kForward:
		if dst = append(dst, r.Text[Forwarded]...); len(dst) == n {
			dst = append(dst, r.Text[Host]...)
		}
	case kProxies:
		dst = append(dst, r.Text[Forwarded]...)
	case kVHost:
		dst = append(dst, r.Text[VHost]...)
	case kRequest:
		dst = v.appendRequestLine(dst, r)
	case kTarget:
		dst = v.appendTarget(dst, r)
	case kQuery:
		if r.Text[Query] != nil {
			dst = append(append(dst, '?'), r.Text[Query]...)
		}
	case kStatus:
		if r.Status != None {
			dst = appendDigits(dst, int(r.Status), 3)
		}
	case kSize:
		if x := *v.number(r); x != None {
			dst = strconv.AppendInt(dst, x, 10)
		}
	case kDecimal, kSum, kSpan:
		if x := *v.number(r); x != None {
			if dst = appendDecimal(dst, x, int(v.shift)); v.part != 0 && bytes.IndexByte(dst[n:], '.') < 0 {
				dst = append(dst, ".0"...)
			}
			for v.part == '.' && places(dst[n:]) < fractionPlaces {
				dst = append(dst, '0')
			}
		}
	case kAdd:
		dst = v.appendAddend(dst, r)
	case kTail:
		dst = append(dst, appendTail(nil, r)...)
	case kCapture:
		dst = append(dst, r.Text[Agent]...)
	case kTLS:
		dst = append(dst, r.Text[TLS]...)
	case kCipher:
		dst = append(dst, r.Text[Cipher]...)
	case kVersion:
		dst = append(dst, r.Text[Protocol]...)
	case kCLF, kISO, kAnyTime, kDate, kTimeOfDay, kPart:
		dst = v.appendTime(dst, r)
	case kEpoch:
		dst = appendDecimal(dst, r.Time, int(v.shift))
	}
	return dst
}

func (v *value) appendTime(dst []byte, r *Record) []byte {
	if v.kind == kCLF {
		return appendClock(dst, r.Time, r.Offset)
	}
	c := clockAt(r.Time, int(r.Offset))
	switch v.kind {
	case kDate:
		return c.appendDate(dst)
	case kTimeOfDay:
		return c.appendTimeOfDay(dst)
	case kISO, kAnyTime:
		return c.appendISO(dst)
	}
	return c.appendPart(dst, v.part)
}

// appendRequestLine appends the request line of a record, without escapes.
func (v *value) appendRequestLine(dst []byte, r *Record) []byte {
	n := len(dst)
	dst = append(dst, r.Text[Method]...)
	if r.Text[Path] != nil || r.Text[Query] != nil {
		if len(dst) > n {
			dst = append(dst, ' ')
		}
		dst = v.appendTarget(dst, r)
	}
	if r.Text[Protocol] != nil {
		dst = append(append(dst, ' '), r.Text[Protocol]...)
	}
	return dst
}

// appendTarget appends path and query, and if the part is 'a' makes an
// absolute target of them; if it is 'h' they have the host in front.
func (v *value) appendTarget(dst []byte, r *Record) []byte {
	if host := r.Text[VHost]; len(host) > 0 && (v.part == 'h' || v.part == 'a' && r.Text[Scheme] != nil) {
		if v.part == 'a' {
			dst = append(append(dst, r.Text[Scheme]...), "://"...)
		}
		if bytes.IndexByte(host, ':') >= 0 {
			dst = append(append(append(dst, '['), host...), ']')
		} else {
			dst = append(dst, host...)
		}
	}
	dst = append(dst, r.Text[Path]...)
	if r.Text[Query] != nil {
		dst = append(append(dst, '?'), r.Text[Query]...)
	}
	return dst
}
