package parse

import (
	"bytes"
	"strconv"
)

// A kind says how the text of a field is to be understood.
type kind uint8

const (
	kSkip     kind = iota // nobody reads it
	kText                 // a text of the record, as it is
	kHost                 // client, checked
	kHostPort             // client:port, [client]:port
	kVHost                // virtual host, perhaps with a port
	kForward              // X-Forwarded-For that also names the client, its first address
	kRequest              // GET /path?query HTTP/1.1
	kTarget               // /path?query, perhaps http://vhost in front
	kQuery                // query with its question mark
	kScheme               // http, https; on and off of nginx's $https
	kStatus               // three digits
	kSize                 // a number of bytes
	kDecimal              // a duration, in a unit of 10^-shift µs
	kSum                  // several durations, a list over several upstreams
	kCLF                  // 17/May/2015:10:05:03 +0000
	kISO                  // 2015-05-17T10:05:03.123+01:00
	kEpoch                // since 1970, in a unit of 10^-shift µs
	kPart                 // one part of a time, see strftime.go
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
	part     byte  // of kPart: the letter of strftime; of kDecimal: '.' if there must be one
	zoneOnly bool  // of kCLF and kISO: a finer time is read elsewhere, this gives the zone
	discard  bool  // of kPart: read past it
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
	case kSize, kDecimal, kSum:
		return v.slot
	case kCLF, kISO, kEpoch, kPart:
		return slotTime
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

// A reader turns texts into values of a record. It is the part of a parser
// that all formats but Common and Combined share, and belongs to one goroutine.
type reader struct {
	clock   clock    // the parts of this line's time
	clf     clfClock // and one that is written as Common logs do
	scratch scratch
}

// Reset implements [Parser].
func (p *reader) Reset() { p.scratch = p.scratch[:0] }

// missing says that a text stands for no value.
func missing(b []byte) bool { return len(b) == 1 && b[0] == '-' }

// due tells whether a line without the value is no record.
func (v *value) due() bool {
	switch v.kind {
	case kHost, kHostPort, kCLF, kISO, kEpoch:
		return true
	}
	return false
}

// set fills r from the text of a value, which is there and has no escapes left.
func (p *reader) set(v *value, b []byte, r *Record) (reason Reason) {
	switch v.kind {
	case kText:
		r.Text[v.field] = b
	case kHost:
		return setHost(b, r)
	case kHostPort:
		return setHost(withoutPort(b), r)
	case kVHost:
		r.Text[VHost] = hostOnly(b)
	case kForward:
		return setForwarded(b, r)
	case kRequest:
		splitRequest(b, r)
	case kTarget:
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
		n, ok := count(b)
		if !ok {
			return BadSize
		}
		*v.number(r) = n
	case kDecimal:
		return setDuration(v, b, r)
	case kSum:
		if p.sum(v, b, r) != len(b) {
			return BadNumber
		}
	case kCLF, kISO, kEpoch:
		return p.setTime(v, b, r)
	}
	return OK
}

var comma, question = []byte(","), []byte("?")

// setTime reads a time that stands in one piece.
func (p *reader) setTime(v *value, b []byte, r *Record) Reason {
	var t int64
	var zone int32
	var ok bool
	switch v.kind {
	case kCLF:
		t, zone, ok = p.clf.parse(b)
	case kISO:
		c := newClock
		if ok = c.readISO(b); ok {
			t, ok = c.time()
		}
		zone = int32(c.zone)
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

// setStatus takes up to three digits. 000 is what servers write when they sent
// nothing, and so is -1.
func setStatus(b []byte, r *Record) Reason {
	n, ok := count(b)
	switch {
	case ok && n <= 999:
		r.Status = int32(n)
	case string(b) != "-1":
		return BadStatus
	}
	return OK
}

// setDuration drops a negative duration: load balancers write -1 for none, and
// clocks that are set back make others.
func setDuration(v *value, b []byte, r *Record) Reason {
	n, ok := decimal(b, int(v.shift))
	if !ok || v.part == '.' && bytes.IndexByte(b, '.') < 0 {
		return BadNumber
	}
	if n >= 0 {
		*v.number(r) = n
	}
	return OK
}

// sum adds up the durations of a list such as "0.010, - : 0.020", as nginx
// writes it when several upstreams were asked, and returns the bytes it read.
func (p *reader) sum(v *value, b []byte, r *Record) int {
	total, any, i := int64(0), false, 0
	for {
		n := i
		for n < len(b) && (b[n]-'0' <= 9 || b[n] == '.') {
			n++
		}
		if n > i {
			t, ok := decimal(b[i:n], int(v.shift))
			if !ok || total+t < total {
				return -1
			}
			total, any = total+t, true
		} else if n < len(b) && b[n] == '-' {
			n++
		} else {
			return -1
		}
		if i = n; bytes.HasPrefix(b[i:], []byte(", ")) {
			i += 2
		} else if bytes.HasPrefix(b[i:], []byte(" : ")) {
			i += 3
		} else {
			break
		}
	}
	if any {
		*v.number(r) = total
	}
	return i
}

// setHost takes a client's name or address. Where several stand, as proxies
// list them, the first is the client and all are what was forwarded.
func setHost(b []byte, r *Record) Reason {
	if i := bytes.IndexByte(b, ','); i >= 0 {
		return setForwarded(b, r)
	}
	var seen byte
	for _, c := range b {
		seen |= hostBytes[c]
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

// withoutPort cuts the port off host:port. It is known to be there, so that of
// an IPv6 address without brackets it is what follows the last colon.
func withoutPort(b []byte) []byte {
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
	case kVHost:
		dst = append(dst, r.Text[VHost]...)
	case kRequest:
		dst = appendRequestLine(dst, r)
	case kTarget:
		dst = appendTarget(dst, r)
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
	case kDecimal, kSum:
		if x := *v.number(r); x != None {
			n := len(dst)
			if dst = appendDecimal(dst, x, int(v.shift)); v.part == '.' && bytes.IndexByte(dst[n:], '.') < 0 {
				dst = append(dst, ".0"...)
			}
		}
	case kCLF, kISO, kPart:
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
	if v.kind == kISO {
		return c.appendISO(dst)
	}
	return c.appendPart(dst, v.part)
}

// appendRequestLine appends the request line of a record, without escapes.
func appendRequestLine(dst []byte, r *Record) []byte {
	n := len(dst)
	dst = append(dst, r.Text[Method]...)
	if r.Text[Path] != nil || r.Text[Query] != nil {
		if len(dst) > n {
			dst = append(dst, ' ')
		}
		dst = appendTarget(dst, r)
	}
	if r.Text[Protocol] != nil {
		dst = append(append(dst, ' '), r.Text[Protocol]...)
	}
	return dst
}

// appendTarget appends path and query.
func appendTarget(dst []byte, r *Record) []byte {
	dst = append(dst, r.Text[Path]...)
	if r.Text[Query] != nil {
		dst = append(append(dst, '?'), r.Text[Query]...)
	}
	return dst
}
