package parse

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A w3c is the W3C extended log format: lines of columns under directives that
// say what they are. IIS writes it, and CloudFront does in its own way.
//
// Times are UTC, as the standard has it. A log without a date column takes the
// date from #Date. The duration time-taken is of seconds where it has a
// decimal point, as the standard has it, and else of milliseconds, as IIS has.
type w3c struct {
	name    string
	sep     byte   // between columns; 0 for blanks
	columns string // where there is no #Fields: line; what Append writes
	assumed bool   // the columns are those of a log without a header
	older   []int  // how many of them older versions have, which appended the others
	escaped slot   // the texts in which undo undoes what do does
	undo    func(p *reader, f Field, b []byte) []byte
	do      func(dst []byte, f Field, text []byte) []byte
}

var iis = &w3c{name: "w3c", escaped: 1<<Agent | 1<<Forwarded, undo: undoPlus, do: doPlus, columns: "date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status " +
	"sc-bytes cs-bytes time-taken cs-version cs-host cs(User-Agent) cs(Referer)"}

// iisDefault are the columns of IIS since version 8, if nobody has chosen others: they
// are taken for those of a log that has lost its header, where its lines fit.
const iisDefault = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"

var cloudFront = &w3c{name: "cloudfront", sep: '\t', assumed: true, older: []int{12, 15, 18, 19, 23, 24, 26}, escaped: 1<<NumFields - 1, undo: undoPercent, do: doPercent, columns: "date time x-edge-location sc-bytes " +
	"c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id " +
	"x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version " +
	"fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"}

// compileColumns makes a format of a #Fields: line, for a log that has lost it.
func compileColumns(header string) (Format, error) {
	_, columns, _ := strings.Cut(header, ":")
	f := *iis
	f.columns, f.assumed = strings.TrimSpace(columns), true
	for _, v := range w3cValues(f.columns) {
		if v.kind == kTimeOfDay {
			return &f, nil
		}
	}
	return nil, fmt.Errorf("columns %q: no column time among them", f.columns)
}

// w3cColumns are the columns that matter, in lower case.
var w3cColumns = map[string]value{
	"date": {kind: kDate}, "time": {kind: kTimeOfDay}, "c-ip": {kind: kHost, rank: 2}, "c-dns": ranked(1, value{kind: kHost}),
	"cs-username": text(User), "cs-method": text(Method), "cs-uri-stem": ranked(1, text(Path)), "cs-uri-query": ranked(1, text(Query)),
	"cs-uri": {kind: kTarget, part: 'a'}, "sc-status": {kind: kStatus}, "c-status": ranked(-1, value{kind: kStatus}), "sc-bytes": amount(slotBytes), "bytes": ranked(-1, amount(slotBytes)), "cs-bytes": amount(slotReceived),
	"time-taken": {kind: kDecimal, slot: slotDuration, shift: 6, part: 't'}, "timetakenms": {kind: kDecimal, slot: slotDuration, shift: 3, rank: -1}, "cs-version": text(Protocol), "cs-protocol-version": text(Protocol),
	"cs-host": {kind: kVHost}, "cs(host)": {kind: kVHost}, "x-host-header": ranked(1, value{kind: kVHost}),
	"cs(user-agent)": text(Agent), "cs(referer)": text(Referer), "cs(referrer)": text(Referer), "cs-protocol": {kind: kScheme, field: Scheme},
	"x-forwarded-for": {kind: kForward}, "cs(x-forwarded-for)": {kind: kForward}, "s-xff": {kind: kForward},
	"x-edge-result-type": text(Cache), "x-edge-request-id": text(RequestID), "ssl-protocol": text(TLS), "ssl-cipher": text(Cipher),
	"sc-content-type": text(Type), "sc(content-type)": text(Type), "x-forwarded-proto": {kind: kScheme, field: Scheme}, "crypt-protocol": {kind: kTLS},
	// Of proxies: ISA Server, Blue Coat.
	"c-agent": ranked(-1, text(Agent)), "cs-referred": ranked(-1, text(Referer)), "cs-uri-path": text(Path), "cs-uri-scheme": {kind: kScheme, field: Scheme},
	"s-action": ranked(-1, text(Cache)), "rs(content-type)": ranked(-1, text(Type)),
}

// w3cValues returns what the columns of a #Fields: line hold.
func w3cValues(columns string) []value {
	var tokens []token
	names := strings.Fields(strings.ToLower(columns))
	utc := slices.Contains(names, "time")
	for _, name := range names {
		if bare, local := strings.CutSuffix(name, "-local"); local && !utc {
			name = bare // of IIS Advanced Logging, which does not say the zone
		}
		tokens = append(tokens, token{value: w3cColumns[name]})
	}
	resolve(tokens)
	values := make([]value, len(tokens))
	for i, t := range tokens {
		values[i] = t.value
	}
	return values
}

func (f *w3c) Name() string      { return f.name }
func (f *w3c) Directive() string { return "#" }

func (f *w3c) NewParser(directives []byte) Parser {
	p := &w3cParser{format: f, raw: fieldSet(f.escaped & (1 << Agent))}
	p.undo = p.undone
	switch {
	case f.assumed:
		p.values = w3cValues(f.columns)
	case f == iis:
		p.values = w3cValues(iisDefault)
	}
	for line := range bytes.Lines(directives) {
		p.directive(bytes.TrimRight(line, "\r\n"))
	}
	return p
}

type w3cParser struct {
	reader
	format *w3c
	fields []byte // the #Fields: line in force, to know it when it is repeated
	values []value
	date   clock // of #Date:

	day, time []byte // of the line at hand

	// Of add:
	teller
	stops stops    // of the block at hand
	sep   byte     // between its columns
	guess byte     // … and the next one's; 0 is a blank
	raw   fieldSet // which are left to the rows to undo
	undo  func(f Field, text []byte) []byte
}

// directive takes a line that begins with #.
func (p *w3cParser) directive(line []byte) {
	keyword, rest, _ := bytes.Cut(line[1:], []byte(":"))
	rest = bytes.TrimSpace(rest)
	switch {
	case strings.EqualFold(string(keyword), "Fields"):
		if !bytes.Equal(rest, p.fields) {
			p.fields = append(p.fields[:0], rest...)
			p.values = w3cValues(string(rest))
		}
		if len(rest) == 0 || p.format == cloudFront && !bytes.Contains(rest, []byte("x-edge-")) {
			p.values = nil // as of a log that names no columns at all, or of another server's with tabs
		}
	case strings.EqualFold(string(keyword), "Date") && len(rest) >= 10:
		c := newClock
		if c.readDate(rest[:10]) {
			p.date = c
		}
	}
}

// Parse implements [Parser].
func (p *w3cParser) Parse(line []byte, r *Record) Reason {
	if reason := blank(line); reason != OK {
		if len(line) > 0 && line[0] == '#' {
			p.directive(line)
		}
		return reason
	}
	if p.values == nil {
		return TooFew
	}
	sep := p.separator(line)
	reason := p.read(line, sep, r)
	if reason != OK && sep == ' ' && bytes.Contains(line, twoBlanks) {
		return p.read(p.scratch.single(line), sep, r) // some servers line their columns up
	}
	return reason
}

var twoBlanks = []byte("  ")

// single returns a line with one blank for each row of them, but in quotes.
func (s *scratch) single(line []byte) []byte {
	out := s.take(len(line))
	quoted := false
	for i, c := range line {
		if quoted = quoted != (c == '"'); quoted || c != ' ' || i > 0 && line[i-1] != ' ' {
			out = append(out, c)
		}
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

// read parses a line whose columns are told apart by sep.
func (p *w3cParser) read(line []byte, sep byte, r *Record) Reason {
	*r = noRecord
	p.day, p.time = nil, nil
	for i := range p.values {
		if len(line) == 0 {
			if p.fields == nil && slices.Contains(p.format.older, i) {
				break
			}
			return TooFew
		}
		var field []byte
		if field, line = cutColumn(line, sep); field == nil {
			return BadQuote
		}
		if v := &p.values[i]; v.kind != kSkip && len(field) > 0 && (!missing(field) || v.due()) {
			if reason := p.setColumn(v, field, r); reason != OK {
				return reason
			}
		}
	}
	if len(line) > 0 {
		return BadQuote
	}
	return p.setTime(p.day, p.time, r)
}

// separator returns the byte between the columns of a line.
func (p *w3cParser) separator(line []byte) byte {
	switch {
	case p.format.sep != 0:
		return p.format.sep
	case bytes.IndexByte(line, '\t') >= 0:
		return '\t'
	}
	return ' '
}

// cutColumn cuts a column off a line, nil if it is in quotes and does not end.
func cutColumn(line []byte, sep byte) (field, rest []byte) {
	if line[0] == '"' {
		return quotedColumn(line, sep)
	}
	n := firstOf(line, sep)
	return line[:n], line[min(n+1, len(line)):]
}

// setColumn sets a value to a column that is there.
func (p *w3cParser) setColumn(v *value, field []byte, r *Record) Reason {
	switch v.kind {
	case kStatus, kSize, kDecimal:
		if v.setDigits(field, r) {
			return OK
		}
	case kDate:
		p.day = field
		return OK
	case kTimeOfDay:
		p.time = field
		return OK
	case kText, kTarget, kForward:
		field = p.undone(v.text(), field)
	}
	return p.set(v, field, r)
}

// setTime sets the time from the columns date and time. Without the first, the
// date is that of the #Date: above.
func (p *w3cParser) setTime(date, when []byte, r *Record) Reason {
	if len(date) == 10 && len(when) == 8 && p.iso.knows(date) {
		if second := secondOfDay(binary.LittleEndian.Uint64(when)); second >= 0 {
			r.Time = p.iso.midnight + int64(second)*1e6
			return OK
		}
	}
	p.clock = p.date
	if date != nil && !p.clock.readDate(date) || !p.clock.readTimeOfDay(when) {
		return BadTime
	}
	reason := p.setClock(r)
	if reason == OK && date != nil {
		p.iso.remember(date, &p.clock)
	}
	return reason
}

// quotedColumn cuts a column that begins with a quote off a line, nil if it does
// not end. Inside, two quotes stand for one, which no value that is read has.
func quotedColumn(line []byte, sep byte) (field, rest []byte) {
	i := 1
	for {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			return nil, nil
		}
		if i += n; i+1 == len(line) {
			return line[1:i], nil
		}
		if line[i+1] == sep {
			return line[1:i], line[i+2:]
		}
		i += 1 + min(1, len(line)-i-1)
	}
}

// text returns the field that a text is for.
func (v *value) text() Field {
	if v.kind == kForward {
		return Forwarded
	}
	return v.field
}

// undone returns a text without what its server did to it.
func (p *w3cParser) undone(f Field, b []byte) []byte {
	if p.format.escaped>>f&1 == 0 {
		return b
	}
	return p.format.undo(&p.reader, f, b)
}

// undoPlus makes an agent, or a list of addresses, of what IIS writes: spaces
// became plus signs there, and plus signs stayed. In "bingbot/2.0;++http" the
// first is a space.
func undoPlus(p *reader, _ Field, b []byte) []byte {
	if bytes.IndexByte(b, '+') < 0 {
		return b
	}
	out := append(p.scratch.take(len(b)), b...)
	for i, c := range b {
		if c == '+' && (i == 0 || b[i-1] != '+' || out[i-1] == '+') {
			out[i] = ' '
		}
	}
	p.scratch = p.scratch[:len(p.scratch)+len(b)]
	return out
}

func doPlus(dst []byte, _ Field, text []byte) []byte {
	for _, c := range text {
		if c <= ' ' {
			c = '+'
		}
		dst = append(dst, c)
	}
	return dst
}

// undoPercent undoes what CloudFront does: it escapes per cent signs, so that
// what was %20 in a URL is %2520. In other texts, whose spaces it escapes as
// well, it does so twice.
func undoPercent(p *reader, f Field, b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 {
		return b
	}
	out := p.scratch.take(len(b))
	switch f {
	case Agent, Type, Forwarded:
		out = unpercent(out, b, false)
		out = unpercent(out[:0], out, false)
	default:
		out = unpercent(out, b, true)
	}
	p.scratch = p.scratch[:len(p.scratch)+len(out)]
	return out
}

// unpercent undoes %HH, or only %25. dst may be the beginning of b.
func unpercent(dst, b []byte, only25 bool) []byte {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]) {
			if h := hex(b[i+1])<<4 | hex(b[i+2]); !only25 || h == '%' {
				c = h
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func doPercent(dst []byte, f Field, text []byte) []byte {
	twice := f == Agent || f == Type || f == Forwarded
	const digits = "0123456789ABCDEF"
	for _, c := range text {
		switch {
		case twice && (c <= ' ' || c >= 0x7f || c == '"'):
			dst = append(dst, '%', '2', '5', digits[c>>4], digits[c&15])
		case twice && c == '%':
			dst = append(dst, "%2525"...)
		case c == '%':
			dst = append(dst, "%25"...)
		case c <= ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// Append implements [Format].
func (f *w3c) Append(dst []byte, r *Record) []byte {
	if len(dst) == 0 {
		dst = append(append(append(dst, "#Version: 1.0\n#Fields: "...), f.columns...), '\n')
	}
	sep := f.sep
	if sep == 0 {
		sep = ' '
	}
	utc := *r
	utc.Offset = 0
	for i, v := range w3cValues(f.columns) {
		if i > 0 {
			dst = append(dst, sep)
		}
		var buf [256]byte
		b := v.append(buf[:0], &utc)
		switch v.kind {
		case kText, kTarget, kForward, kHost, kVHost, kScheme:
			n := len(dst)
			dst = f.do(dst, v.text(), b)
			if n < len(dst) && dst[n] == '"' { // or it would be taken for a quoted column
				dst = append(slices.Insert(dst, n, '"'), '"')
			}
		default:
			dst = append(dst, b...)
		}
		if len(b) == 0 {
			dst = append(dst, '-')
		}
	}
	return append(dst, '\n')
}
