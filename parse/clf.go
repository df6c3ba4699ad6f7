package parse

import (
	"bytes"
	"strconv"
)

// Common and Combined are the two formats that nearly every server writes:
//
//	host ident user [time] "request" status bytes
//	host ident user [time] "request" status bytes "referer" "agent"
//
// They are read alike, line by line: a log whose configuration was changed on
// the way is still one log. They differ in what Append writes.
//
// The decisions behind their reading:
//
//   - A quoted text ends at the first quote that is not escaped and that the
//     next field follows: a status after the request, a quote after the
//     referer, a blank or the line's end after the agent. In a log that escapes
//     quotes, as Apache and nginx do, nothing a client sends can shift a field.
//     In one that does not, a line whose fields do not fit, or that has more of
//     them than the format although its request has no protocol, is read from
//     its right end, and what the request then holds is its own.
//   - Escapes are undone: \" \\ \xHH and \b \n \r \t \v. In a user's name only
//     the first three, since DOMAIN\nick is a name.
//   - A request is METHOD target PROTOCOL. The target may contain blanks; what is
//     missing is null; a request whose first word is no method (TLS bytes, other
//     protocols) has neither method nor path nor protocol.
//   - An absolute target gives the record's scheme and virtual host; the path is
//     what follows them. Fragments and parameters belong to the path, as sent.
//   - "-" is null; "" is an empty text.
//   - A host of digits and dots only must be an address (or the beginning of
//     one, since some cut its end off for privacy).
//   - Of several addresses in the client's place, as proxies list them, the first
//     is the client, and all are what was forwarded.
//   - The time may be as nginx's $time_iso8601 or $msec.
//   - Fields after the agent are allowed, not read, and told; a second record is
//     not allowed.
var (
	Common   Format = clf{"common"}
	Combined Format = clf{"combined"}
)

type clf struct{ name string }

func (f clf) Name() string          { return f.name }
func (clf) Directive() string       { return "" }
func (clf) NewParser([]byte) Parser { return new(clfParser) }
func (f clf) withAgent() bool       { return f.name == "combined" }

type clfParser struct {
	reader
	marks    marks               // of the block at hand
	outlined [outlineMax]outline // of its lines
	ahead    int                 // how many more are looked at
}

// Parse implements [Parser].
func (p *clfParser) Parse(line []byte, r *Record) Reason {
	*r = Record{Status: None, Bytes: None, Received: None, Duration: None, UpTime: None}
	return p.careful(line, bytes.IndexByte(line, '\\') >= 0, r)
}

// careful parses any line.
func (p *clfParser) careful(line []byte, escaped bool, r *Record) Reason {
	i := skipBlanks(line, 0)
	if i == len(line) || line[i] == '#' {
		return Blank
	}
	var ok bool
	if n := addressEnd(line[i:]); n > 0 {
		r.Text[Host] = line[i : i+n]
		i += n
	} else if i, ok = hostField(line, i, r); !ok {
		return BadHost
	}

	if len(line)-i > len(" - - [") && string(line[i:i+6]) == " - - [" {
		i += 6
	} else {
		var reason Reason
		if i, reason = p.identAndUser(line, i, escaped, r); reason != OK {
			return reason
		}
	}

	end := i + len("17/May/2015:10:05:03 +0000")
	if end >= len(line) || line[end] != ']' {
		// A time of another length, or a line that ends within it.
		n := bytes.IndexByte(line[i:], ']')
		if n < 0 {
			return BadTime
		}
		end = i + n
	}
	if r.Time, r.Offset, ok = p.clf.parse(line[i:end]); !ok {
		// nginx's $time_iso8601 and $msec in its place are usual.
		if r.Time, r.Offset, ok = p.anyTime(line[i:end]); !ok {
			return BadTime
		}
	}

	i = skipBlanks(line, end+1)
	if i == len(line) {
		return TooFew
	}
	if line[i] != '"' {
		return BadQuote
	}
	return p.fromRequest(line, i+1, escaped, r)
}

// hostField parses the client at line[i], which is no plain IPv4 address, and
// returns the index after it.
func hostField(line []byte, i int, r *Record) (end int, ok bool) {
	host := i
	var seen byte
	for i < len(line) && !isBlank(line[i]) {
		seen |= hostBytes[line[i]]
		i++
	}
	if r.Text[Host], ok = cleanHost(line[host:i], seen); ok {
		return i, true
	}
	i = listEnd(line, i)
	list := line[host:i]
	return i, bytes.Contains(list, comma) && setForwarded(list, r) == OK && r.Text[Host] != nil
}

// fromRequest parses what follows the quote that opens the request.
func (p *clfParser) fromRequest(line []byte, start int, escaped bool, r *Record) Reason {
	end := requestEnd(line, start, escaped)
	if end < 0 {
		return BadQuote
	}
	i, reason := numbers(line, end+1, r)
	if reason != OK {
		return reason
	}
	if i < len(line) {
		at, ok := quotedPair(line, i, escaped)
		if !ok {
			if end, ok = p.fromRight(line, end, r); !ok {
				return BadQuote
			}
			p.request(line[start:end], escaped, r)
			return OK
		}
		if at.rest < len(line) {
			// More fields than the format has.
			if secondRecord(line[at.rest:]) {
				return BadQuote
			}
			if protocolStart(line[start:end]) < 0 {
				if e, ok := p.fromRight(line, end, r); ok {
					p.request(line[start:e], escaped, r)
					return OK
				}
			}
			if !wellFormed(line[at.rest:], escaped) {
				// Raw quotes in the agent: it ends where the line does.
				if at.agentEnd, at.rest = len(bytes.TrimRight(line, " \t"))-1, len(line); line[at.agentEnd] != '"' {
					return BadQuote
				}
			}
		}
		r.More = at.rest < len(line)
		r.Text[Referer] = p.text(line[at.referer:at.refererEnd], escaped)
		r.Text[Agent] = p.text(line[at.agent:at.agentEnd], escaped)
	}
	p.request(line[start:end], escaped, r)
	return OK
}

// identAndUser parses what is between the host and the time's bracket, and
// returns the index after that. A user's name may contain blanks.
func (p *clfParser) identAndUser(line []byte, i int, escaped bool, r *Record) (int, Reason) {
	i = skipBlanks(line, i)
	ident := i
	for i < len(line) && !isBlank(line[i]) {
		i++
	}
	identEnd := i
	user := skipBlanks(line, i)
	bracket := user
	for {
		n := bytes.IndexByte(line[bracket:], '[')
		if n < 0 {
			return 0, TooFew
		}
		bracket += n
		if bracket > user && isBlank(line[bracket-1]) && bracket+1 < len(line) && isDigit(line[bracket+1]) {
			break
		}
		if bracket == user {
			return 0, TooFew // the time stands where the user should
		}
		bracket++
	}
	name := bytes.TrimRight(line[user:bracket], " \t")
	if isSeveral(name) {
		return 0, BadQuote
	}
	if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
		name = name[1 : len(name)-1]
	}
	r.Text[Ident] = null(line[ident:identEnd])
	r.Text[User] = null(name)
	if escaped && r.Text[User] != nil {
		r.Text[User] = p.scratch.unescape(name, false)
	}
	return bracket + 1, OK
}

// isSeveral reports whether a user's name, which may contain blanks, has a lone
// dash among its words: then it is several fields, of a format with more.
func isSeveral(name []byte) bool {
	for from := 0; ; {
		i := bytes.IndexByte(name[from:], '-')
		if i < 0 {
			return false
		}
		i += from
		if from = i + 1; len(name) > 1 && (i == 0 || isBlank(name[i-1])) && (from == len(name) || isBlank(name[from])) {
			return true
		}
	}
}

// listEnd returns the end of a list whose first word ends at line[i]: where
// there are proxies, "198.51.100.9, 10.0.0.1" stands for the client.
func listEnd(line []byte, i int) int {
	for i > 0 && line[i-1] == ',' && i+1 < len(line) && line[i] == ' ' && !isBlank(line[i+1]) {
		for i++; i < len(line) && !isBlank(line[i]); i++ {
		}
	}
	return i
}

// numbers parses status and size and returns the index of what follows them.
func numbers(line []byte, i int, r *Record) (int, Reason) {
	i = skipBlanks(line, i)
	start := i
	status := int32(0)
	for i < len(line) && isDigit(line[i]) && i-start < 4 {
		status = status*10 + int32(line[i]-'0')
		i++
	}
	switch {
	case i == start && i < len(line) && line[i] == '-':
		i++
	case i == start && i == len(line):
		return i, TooFew
	case i-start != 3:
		return i, BadStatus
	default:
		r.Status = status
	}
	if i == len(line) {
		return i, TooFew
	}
	if !isBlank(line[i]) {
		return i, BadStatus
	}
	i = skipBlanks(line, i)
	start = i
	size, n := sixteenDigits(line[i:])
	if i += n; n > 0 && (i == len(line) || isBlank(line[i])) {
		r.Bytes = int64(size)
		return skipBlanks(line, i), OK
	}
	for i < len(line) && !isBlank(line[i]) {
		i++
	}
	if i == start {
		return i, TooFew
	}
	var ok bool
	if r.Bytes, ok = sizeOf(line[start:i]); !ok {
		return i, BadSize
	}
	return skipBlanks(line, i), OK
}

const surelyFits = 18 // digits of a number that an int64 can hold

// sizeOf parses a number of bytes, or "-" as None. It refuses what is negative
// or over 2⁶³-1.
func sizeOf(text []byte) (int64, bool) {
	if len(text) == 1 && text[0] == '-' {
		return None, true
	}
	n := uint64(0)
	for _, b := range text {
		d := uint64(b) - '0'
		if d > 9 || n > (1<<63-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return int64(n), len(text) > 0
}

// requestEnd returns the index of the quote that ends a request: the first
// that a status follows, else the first that a blank follows, else -1.
func requestEnd(line []byte, i int, escaped bool) int {
	first := -1
	for end := quoteEnd(line, i, escaped); end >= 0; end = quoteEnd(line, end+1, escaped) {
		next := skipBlanks(line, end+1)
		if next < len(line) && (isDigit(line[next]) || line[next] == '-') {
			return end
		}
		if first < 0 {
			first = end
		}
	}
	return first
}

// quoteEnd returns the index of the first quote from i on that is not escaped
// and that a blank or the line's end follows, or -1.
func quoteEnd(line []byte, i int, escaped bool) int {
	start := i
	for {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if (i+1 == len(line) || isBlank(line[i+1])) && !(escaped && isEscaped(line[start:], i-start)) {
			return i
		}
		i++
	}
}

// isEscaped reports whether an odd number of backslashes stands before b[i].
func isEscaped(b []byte, i int) bool {
	n := 0
	for i-n > 0 && b[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

// quoted says where the referer and the agent are in a line, and where the
// fields after them begin.
type quoted struct{ referer, refererEnd, agent, agentEnd, rest int }

// quotedPair finds two quoted texts from i on.
func quotedPair(line []byte, i int, escaped bool) (at quoted, ok bool) {
	if line[i] != '"' {
		return at, false
	}
	at.referer = i + 1
	if len(line)-i > len(`"-" "`) && string(line[i:i+5]) == `"-" "` {
		at.refererEnd = i + 2
		return agentFrom(line, i+5, at, escaped)
	}
	for at.refererEnd = quoteEnd(line, at.referer, escaped); ; at.refererEnd = quoteEnd(line, at.refererEnd+1, escaped) {
		if at.refererEnd < 0 {
			return at, false
		}
		i = skipBlanks(line, at.refererEnd+1)
		if i < len(line) && line[i] == '"' {
			break
		}
	}
	return agentFrom(line, i+1, at, escaped)
}

// agentFrom finds the agent, which begins at line[i].
func agentFrom(line []byte, i int, at quoted, escaped bool) (quoted, bool) {
	at.agent = i
	if at.agentEnd = quoteEnd(line, at.agent, escaped); at.agentEnd < 0 {
		return at, false
	}
	at.rest = skipBlanks(line, at.agentEnd+1)
	return at, true
}

// fromRight reads a line from its end: the agent, the referer, the size and
// the status, so that the request is all that is left, raw quotes included. It
// returns the index of the quote that ends the request, which lies behind after.
func (p *clfParser) fromRight(line []byte, after int, r *Record) (int, bool) {
	e := len(bytes.TrimRight(line, " \t"))
	agent, agentOpen := lastQuoted(line[:e])
	referer, refererOpen := lastQuoted(bytes.TrimRight(line[:max(agentOpen, 0)], " \t"))
	for _, tail := range [2]int{refererOpen, e} { // as Combined, then as Common
		if tail < 0 {
			continue
		}
		end, status, size, ok := numbersFromRight(line[:tail])
		if !ok || end <= after {
			continue
		}
		r.Status, r.Bytes = status, size
		if tail == refererOpen {
			r.Text[Referer], r.Text[Agent] = p.text(referer, true), p.text(agent, true)
		}
		return end, true
	}
	return 0, false
}

// lastQuoted returns the quoted text that ends b, and the index of its opening
// quote, or -1.
func lastQuoted(b []byte) ([]byte, int) {
	end := len(b) - 1
	if end < 1 || b[end] != '"' || isEscaped(b, end) {
		return nil, -1
	}
	for i := end - 1; i > 0; i-- {
		if b[i] == '"' && !isEscaped(b, i) {
			if !isBlank(b[i-1]) {
				return nil, -1
			}
			return b[i+1 : end], i
		}
	}
	return nil, -1
}

// numbersFromRight parses `…" status size` from the right, and returns the
// index of the quote.
func numbersFromRight(b []byte) (quote int, status int32, bytesSent int64, ok bool) {
	var r Record
	b = bytes.TrimRight(b, " \t")
	quote = bytes.LastIndexByte(b, '"')
	if quote < 0 || quote+1 == len(b) || !isBlank(b[quote+1]) {
		return 0, 0, 0, false
	}
	r.Status, r.Bytes = None, None
	i, reason := numbers(b, quote+1, &r)
	return quote, r.Status, r.Bytes, reason == OK && i == len(b)
}

// secondRecord reports whether the fields after a record hold another one's
// time: two lines that were written over each other.
func secondRecord(rest []byte) bool {
	for {
		i := bytes.IndexByte(rest, '[')
		if i < 0 || len(rest)-i < len("[17/May/2015:") {
			return false
		}
		rest = rest[i+1:]
		if rest[2] == '/' && rest[6] == '/' && rest[11] == ':' {
			return true
		}
	}
}

// wellFormed reports whether b is a row of words and quoted texts.
func wellFormed(b []byte, escaped bool) bool {
	for i := skipBlanks(b, 0); i < len(b); i = skipBlanks(b, i) {
		if b[i] == '"' {
			end := quoteEnd(b, i+1, escaped)
			if end < 0 {
				return false
			}
			i = end + 1
			continue
		}
		for i < len(b) && !isBlank(b[i]) {
			if b[i] == '"' {
				if b[i-1] != '=' { // name="text"
					return false
				}
				if i = quoteEnd(b, i+1, escaped); i < 0 {
					return false
				}
			}
			i++
		}
	}
	return true
}

// text returns a quoted field's text with its escapes undone.
func (p *clfParser) text(field []byte, escaped bool) []byte {
	if escaped && len(field) > 1 {
		return p.scratch.unescape(field, true)
	}
	return null(field)
}

func (p *clfParser) request(field []byte, escaped bool, r *Record) {
	if escaped {
		field = p.scratch.unescape(field, true)
	}
	splitRequest(field, r)
}

// Append writes texts as Apache does: control bytes, quotes, backslashes and
// bytes over 126 as escapes.
func (f clf) Append(dst []byte, r *Record) []byte {
	dst = appendWord(dst, r.Text[Host])
	dst = append(dst, ' ')
	dst = appendWord(dst, r.Text[Ident])
	dst = append(dst, ' ')
	dst = appendUser(dst, r.Text[User])
	dst = append(dst, " ["...)
	dst = appendClock(dst, r.Time, r.Offset)
	dst = append(dst, `] "`...)
	dst = appendRequest(dst, r)
	dst = append(dst, `" `...)
	if r.Status == None {
		dst = append(dst, '-')
	} else {
		dst = append(dst, byte('0'+r.Status/100), byte('0'+r.Status/10%10), byte('0'+r.Status%10))
	}
	dst = append(dst, ' ')
	if r.Bytes == None {
		dst = append(dst, '-')
	} else {
		dst = strconv.AppendInt(dst, r.Bytes, 10)
	}
	if f.withAgent() {
		dst = append(dst, ` "`...)
		dst = appendText(dst, r.Text[Referer])
		dst = append(dst, `" "`...)
		dst = appendText(dst, r.Text[Agent])
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}
