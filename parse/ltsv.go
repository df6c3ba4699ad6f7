package parse

import (
	"bytes"
	"strings"
)

// ltsv is a log of labelled values between tabs, in any order, with the labels
// that ltsv.org recommends, nginx's variables, Apache's long names, and what else
// is usual. Backslash escapes, which both servers write, are undone. A duration
// whose label has no unit is of seconds if it has a decimal point; without one
// nobody knows its unit, and it is not read.
var ltsv = &ltsvFormat{need: slotTime | slotStatus, keys: ltsvKeys, root: newKeys(ltsvKeys)}

var ltsvKeys = append([]jsonKey{
	{"time", ranked(1, value{kind: kAnyTime})}, {"host", ranked(1, value{kind: kHost})}, {"ident", ranked(1, text(Ident))},
	{"user", ranked(1, text(User))}, {"forwardedfor", ranked(1, text(Forwarded))}, {"req", ranked(1, value{kind: kRequest})},
	{"method", text(Method)}, {"uri", value{kind: kTarget}}, {"protocol", text(Protocol)},
	{"status", ranked(1, value{kind: kStatus})}, {"size", ranked(1, amount(slotBytes))}, {"reqsize", ranked(1, amount(slotReceived))},
	{"referer", ranked(1, text(Referer))}, {"ua", ranked(1, text(Agent))}, {"vhost", ranked(1, value{kind: kVHost})},
	{"scheme", ranked(1, text(Scheme))}, {"reqtime_microsec", ranked(1, value{kind: kDecimal, slot: slotDuration})},
	{"reqtime", value{kind: kDecimal, slot: slotDuration, shift: 6}}, {"taken_sec", value{kind: kDecimal, slot: slotDuration, shift: 6}},
	{"apptime", ranked(1, value{kind: kSum, slot: slotUpTime, shift: 6})}, {"cache", ranked(1, text(Cache))},
	{"content_type", ranked(1, text(Type))}, {"x_request_id", ranked(1, text(RequestID))}, {"upstream", ranked(1, text(Upstream))},
	{"ssl_protocol", ranked(1, text(TLS))}, {"ssl_cipher", ranked(1, text(Cipher))},

	{"datetime", value{kind: kAnyTime}}, {"timestamp", value{kind: kAnyTime}}, {"remote_host", value{kind: kHost}}, {"remote_logname", text(Ident)},
	{"request", value{kind: kRequest}}, {"user_agent", text(Agent)}, {"useragent", text(Agent)}, {"server_name", value{kind: kVHost}},
	{"bytes", amount(slotBytes)}, {"request_id", text(RequestID)},
}, append(variableKeys, labels(
	"host client_ip clientip client ip remote_ip remote",
	"method verb", "target url path request_path", "query query", "protocol proto", "status status_code code",
	"bytes response_size length sent", "received request_size received", "referer referrer", "agent agent", "vhost domain",
	"forwarded x_forwarded_for xff", "time ts date", "duration_ms duration_ms response_time_ms reqtime_ms", "duration_us duration_us response_time_us",
	"duration duration response_time elapsed latency taken took", "uptime_ms apptime_ms", "uptime upstream_time",
)...)...)

// labels makes keys of rows with what they are in front, as [genericValues] has it.
func labels(rows ...string) (keys []jsonKey) {
	for _, row := range rows {
		names := strings.Fields(row)
		v := genericValues[names[0]]
		if v.part == 't' {
			v.part = 'p'
		}
		for _, name := range names[1:] {
			keys = append(keys, other(name, v))
		}
	}
	return keys
}

type ltsvFormat struct {
	root *jsonNode
	keys []jsonKey
	need slot
}

func (f *ltsvFormat) Name() string      { return "ltsv" }
func (f *ltsvFormat) Directive() string { return "" }
func (f *ltsvFormat) NewParser([]byte) Parser {
	return &ltsvParser{format: f, first: ltsvLabel{next: noLabel}, other: ltsvLabel{edge: unread, next: noLabel}}
}

type ltsvParser struct {
	keyedTeller
	format *ltsvFormat
	stops  stops // of the block at hand

	first  ltsvLabel // in front of a line
	labels []*ltsvLabel
	unread int       // labels whose values nobody reads …
	other  ltsvLabel // … and any of them that is one too many
}

// Parse implements [Parser]. It reads any line with care; what is usual goes
// another way, see add.
func (p *ltsvParser) Parse(line []byte, r *Record) Reason {
	if reason := blank(line); reason != OK {
		return reason
	}
	*r = noRecord
	p.filled = 0
	for more := true; more; {
		var field []byte
		if field, line, more = bytes.Cut(line, tab); len(field) == 0 {
			continue
		}
		colon := bytes.IndexByte(field, ':')
		if colon <= 0 {
			return BadQuote
		}
		e := p.format.root.find(field[:colon])
		if e == nil {
			continue
		}
		if text := p.unescaped(e, field[colon+1:]); p.wants(e, text) {
			if reason := p.fill(e, text, r); reason != OK {
				return reason
			}
		}
	}
	if p.filled&p.format.need != p.format.need {
		return TooFew
	}
	return OK
}

// unescaped returns a value without what its server did to it.
func (p *ltsvParser) unescaped(e *jsonEdge, text []byte) []byte {
	if e.value.kind == kAnyTime {
		return text
	}
	return p.unescape(text, escapeBackslash, e.value.field != User)
}

var tab = []byte("\t")

// Append writes the labels that ltsv.org recommends, of the values that there
// are.
func (f *ltsvFormat) Append(dst []byte, r *Record) []byte {
	start := len(dst)
	for i := range f.keys {
		k := &f.keys[i]
		if k.rank == 0 {
			continue
		}
		var buf [256]byte
		text := k.value.append(buf[:0], r)
		if len(text) == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, '\t')
		}
		dst = append(append(dst, k.path...), ':')
		switch {
		case missing(text):
			dst = appendHex(dst, '-')
		case k.kind == kAnyTime:
			dst = append(dst, text...)
		default:
			dst = appendEscaped(dst, text, k.field != User)
		}
	}
	return append(dst, '\n')
}
