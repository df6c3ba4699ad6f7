package parse

import "bytes"

// Prefixed returns the format with whatever containers and syslog put before
// its lines skipped: the container runtime's "2026-01-24T01:34:36.7Z stdout F ",
// the "name | " of docker compose, "[pod/name/container] " of kubectl, a bare
// timestamp as docker logs -t or svlogd writes it, alone or behind one of these, the JSON
// that Docker and journalctl -o json keep lines in, and syslog's header, old and new, with the time as
// journalctl has it: short, short-precise, short-full or short-iso. Of syslog
// there may be only the priority, as HAProxy writes it to standard output, and all
// of it may stand behind what a container's runtime or the journal put first.
func Prefixed(f Format) Format {
	if _, ok := f.(prefixed); ok {
		return f
	}
	return prefixed{f}
}

type prefixed struct{ Format }

func (f prefixed) NewParser(directives []byte) Parser {
	return &prefixedParser{Parser: f.Format.NewParser(directives)}
}

type prefixedParser struct {
	Parser
	scratch scratch
	bare    []byte // the last line, without its prefix
	skipped int    // lines that were records without their prefix
}

// Reset implements [Parser].
func (p *prefixedParser) Reset() {
	p.scratch = p.scratch[:0]
	p.Parser.Reset()
}

// Parse implements [Parser]. A prefix that cannot be anything else is cut
// first: a lenient format could take its words for fields. A bare timestamp
// may be the line's own: it stays where the line is no record without it.
func (p *prefixedParser) Parse(line []byte, r *Record) Reason {
	rest := afterPrefix(line)
	if text := wrapped(line); text > 0 {
		rest = p.unwrapped(line, text)
	}
	p.bare = rest
	n := timestamp(rest)
	if n > 0 {
		if p.Parser.Parse(rest[n:], r) == OK {
			p.bare = rest[n:]
			p.skipped++
			return OK
		}
	}
	reason := p.Parser.Parse(rest, r)
	switch host := r.Text[Host]; {
	case reason != OK:
	case n > 0 && len(host) == n-1 && &host[0] == &rest[0]:
		return BadHost // the timestamp, and what follows was no record
	case len(rest) < len(line):
		p.skipped++
	}
	return reason
}

var dockerLog = []byte(`{"log":"`)

// wrapped returns where in an object of JSON the text of a line is: behind
// {"log":" as Docker's json-file driver writes it, or the MESSAGE of the journal,
// with or without blanks around colons. It is 0 where the object is the line's own;
// inside a string these quotes would have backslashes.
func wrapped(line []byte) int {
	if bytes.HasPrefix(line, dockerLog) {
		return len(dockerLog)
	}
	if !bytes.HasPrefix(line, []byte("{")) || !bytes.Contains(line, []byte(`"__REALTIME_TIMESTAMP"`)) {
		return 0
	}
	key := []byte(`"MESSAGE"`)
	i := bytes.Index(line, key)
	if i < 0 {
		return 0
	}
	if i = skipSpace(line, i+len(key)); i == len(line) || line[i] != ':' {
		return 0
	}
	if i = skipSpace(line, i+1); i == len(line) || line[i] != '"' {
		return 0 // null, or bytes that are no text
	}
	return i + 1
}

// unwrapped takes the line out of the string whose text begins at line[start].
func (p *prefixedParser) unwrapped(line []byte, start int) []byte {
	s := unknownSlashes
	end, plain := s.stringEnd(line, start)
	if end < 0 {
		return line
	}
	text := line[start:end]
	if !plain {
		text = p.scratch.unescapeJSON(text)
	}
	if text = bytes.TrimRight(text, "\r\n"); len(text) > 2 && text[0] == '<' {
		return afterPriority(text)
	}
	return text
}

// afterColours skips the ESC [ 33 m with which docker compose colours a name.
func afterColours(line []byte) []byte {
	for len(line) > 2 && line[0] == 0x1b && line[1] == '[' {
		i := bytes.IndexByte(line, 'm')
		if i < 0 {
			break
		}
		line = line[i+1:]
	}
	return line
}

// afterPrefix returns the line behind its prefixes, all of it if it has none.
func afterPrefix(line []byte) []byte {
	rest := afterOne(line)
	if len(rest) < len(line) && len(rest) > 2 && rest[0] == '<' && isDigit(rest[1]) {
		return afterPriority(rest)
	}
	return rest
}

// afterOne returns the line behind its first prefix.
func afterOne(line []byte) []byte {
	line = afterColours(line)
	if len(line) < 8 {
		return line
	}
	switch c := line[0]; {
	case c == '<':
		return afterPriority(line)
	case c == '[':
		if i := bytes.IndexByte(line, ']'); i > 0 && bytes.HasPrefix(line, []byte("[pod/")) && i+2 <= len(line) {
			return line[i+2:]
		}
		return line
	case c >= 'A' && c <= 'Z' && line[3] == ' ' && monthNamed(line) > 0:
		if rest := afterDate(line); rest != nil {
			return afterTag(line, rest)
		}
	case c >= 'A' && c <= 'Z' && line[3] == ' ':
		if rest := afterFullTime(line); rest != nil {
			return afterTag(line, rest)
		}
	}
	if n := timestamp(line); n > 0 {
		rest := line[n:]
		if len(rest) > 9 && string(rest[:3]) == "std" && rest[6] == ' ' && rest[8] == ' ' {
			return rest[9:] // stdout F, stderr P
		}
		return afterTag(line, rest)
	}
	return afterName(line)
}

// timestamp returns the length of a time as in RFC 3339 and its blank at the
// start of the line, 0 if there is none.
func timestamp(line []byte) int {
	if len(line) < 22 || line[4] != '-' || line[10] != 'T' && line[10] != '_' {
		return 0
	}
	if line[10] == '_' { // of svlogd: 2026-01-24_01:34:36.74302
		return afterSvlogd(line)
	}
	n := bytes.IndexByte(line[:min(len(line), 40)], ' ')
	c := newClock
	if n < 0 || !c.readISO(line[:n]) {
		return 0
	}
	return n + 1
}

// afterSvlogd returns the length of a time as svlogd -tt writes it and its blank.
func afterSvlogd(line []byte) int {
	n := bytes.IndexByte(line[:min(len(line), 40)], ' ')
	c := newClock
	if n < 0 || !c.readDate(line[:10]) || !c.readTimeOfDay(line[11:n]) {
		return 0
	}
	return n + 1
}

// afterDate skips "Feb 25 16:19:38 ", perhaps with millionths, nil if it is not
// there.
func afterDate(line []byte) []byte {
	var c clock
	if len(line) < 16 || c.readPart('d', line[4:]) < 0 || digits(line[7:], 2) < 0 || line[9] != ':' || line[12] != ':' {
		return nil
	}
	rest := line[15:]
	if len(rest) > 8 && rest[0] == '.' && digits(rest[1:], 6) >= 0 {
		rest = rest[7:]
	}
	rest, ok := bytes.CutPrefix(rest, []byte(" "))
	if !ok {
		return nil
	}
	return rest
}

// afterFullTime skips "Tue 2026-02-24 16:19:38 CET ", nil if it is not there.
func afterFullTime(line []byte) []byte {
	const length = len("Tue 2026-02-24 16:19:38 ")
	c := newClock
	if len(line) < length || !c.readDate(line[4:14]) || !c.readTimeOfDay(line[15:length-1]) {
		return nil
	}
	_, rest, ok := bytes.Cut(line[length:], []byte(" "))
	if !ok {
		return nil
	}
	return rest
}

// afterTag skips "host tag[pid]: " or "tag: " at the start of rest, which is
// what follows the time; without them the line has no prefix. Before the tag there
// may be "local0.info", as BusyBox writes it; behind it a second blank, as
// rsyslog's %msg% begins with one.
func afterTag(line, rest []byte) []byte {
	at := rest
	for words := 0; words < 2; {
		i := bytes.IndexByte(at, ' ')
		if i <= 0 || at[0] == '[' { // the line's own
			return line
		}
		word := at[:i]
		if at = at[i+1:]; word[i-1] == ':' {
			return bytes.TrimLeft(at, " ")
		}
		if !isSelector(word) {
			words++
		}
	}
	return line
}

// isSelector tells a facility and severity of syslog, such as local0.info.
func isSelector(word []byte) bool {
	_, severity, ok := bytes.Cut(word, dot)
	if !ok {
		return false
	}
	switch string(severity) {
	case "emerg", "alert", "crit", "err", "warn", "warning", "notice", "info", "debug":
		return true
	}
	return false
}

// afterPriority skips what begins with <34>: "<34>Feb 25 …" or, in RFC 5424,
// "<34>1 2026-01-24T01:34:36Z host app pid id - ", or nothing more.
func afterPriority(line []byte) []byte {
	i := bytes.IndexByte(line, '>')
	if i < 2 || i > 4 {
		return line
	}
	if _, ok := count(line[1:i]); !ok {
		return line
	}
	rest := line[i+1:]
	if len(rest) < 2 || rest[0] != '1' || rest[1] != ' ' {
		return afterOne(rest)
	}
	for range 6 { // version, time, host, app, process, message id
		n := bytes.IndexByte(rest, ' ')
		if n < 0 {
			return line
		}
		rest = rest[n+1:]
	}
	rest = bytes.TrimPrefix(afterStructure(rest), []byte("- "))
	return bytes.TrimPrefix(rest, byteOrderMark)
}

// afterStructure skips the elements [id name="value" …] of RFC 5424 and the
// blank behind them. In a value, a backslash stands before quotes and brackets.
func afterStructure(rest []byte) []byte {
	quoted := false
	for i := 0; i < len(rest) && rest[0] == '['; i++ {
		switch c := rest[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted && i+1 < len(rest) && rest[i+1] == ' ':
			return rest[i+2:]
		}
	}
	return rest
}

// afterName skips "caddy  | ".
func afterName(line []byte) []byte {
	i := 0
	for i < len(line) && i < 80 && (isDigit(line[i]) || line[i]|0x20 >= 'a' && line[i]|0x20 <= 'z' || line[i] == '_' || line[i] == '-' || line[i] == '.') {
		i++
	}
	blanks := skipBlanks(line, i)
	if i == 0 || blanks == i || blanks == len(line) || line[blanks] != '|' {
		return line
	}
	rest, blank := bytes.CutPrefix(afterColours(line[blanks+1:]), []byte(" "))
	if !blank {
		return line
	}
	return afterColours(rest)
}
