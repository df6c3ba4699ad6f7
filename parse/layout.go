package parse

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// A token is one piece of a layout's text: a literal, or a value.
type token struct {
	literal string
	value   value
}

// An escape is how a server writes a quote inside a quoted field.
type escape uint8

const (
	escapeBackslash escape = iota // \" or \x22; undone
	escapeNone                    // not at all: the field ends where the layout goes on
	escapeJSON                    // as in a JSON string; undone
	escapeDouble                  // "", as in CSV; undone
	escapeHash                    // #22, as HAProxy does; undone
)

// A step of a layout: a literal that must stand in the line, then a field.
type step struct {
	value
	lit    []byte // before the field
	stop   []byte // after it: the literal of the next step; empty at the end of the line
	quoted bool   // the field is between quotes
	list   bool   // ", " and " : " go on with the field, whatever stop says
	pad    bool   // the field may be padded with spaces on its left
	word   bool   // the last field of a line that may go on: it ends at a blank
	last   bool   // the last field of a line that may not
}

// A layout is a format whose fields stand in a fixed order between fixed
// texts, as a LogFormat or log_format directive describes it, compiled.
// Nearly every log is one.
type layout struct {
	name     string
	first    program
	others   []program // tried in this order where first does not fit
	fallback Format    // and then this; nil for none
	header   string    // the line that names the columns begins so; "" for none
}

// A program is what a layout is compiled to.
type program struct {
	steps  []step
	tail   []byte // what stands after the last field
	loose  bool   // anything may follow the tail
	more   bool   // … and is told of
	escape escape
	parts  bool // the time has to be put together from parts
	zoned  bool // a zone is among them, or the time is in one piece
}

// compile makes a program of tokens. Where several values fill the same place of a
// record, the one of the highest rank is read, and of equal rank the first.
func compile(tokens []token, esc escape, loose bool) (program, error) {
	g := program{escape: esc, loose: loose}
	resolve(tokens)
	var lit []byte
	for _, t := range tokens {
		if t.literal != "" {
			lit = append(lit, t.literal...)
			continue
		}
		if len(g.steps) > 0 && len(lit) == 0 && !t.value.selfDelimiting() && !g.steps[len(g.steps)-1].selfDelimiting() {
			return g, fmt.Errorf("two fields without a text between them: there is no telling where the first ends")
		}
		s := step{value: t.value, lit: lit}
		s.list = t.value.kind == kHost || t.value.kind == kForward || t.value.kind == kProxies || t.value.kind == kSkip || t.value.kind == kText && (t.value.field == Forwarded || t.value.field == Upstream)
		s.pad = t.value.kind == kDecimal
		switch t.value.kind {
		case kPart:
			g.parts = g.parts || !t.value.discard
			g.zoned = g.zoned || t.value.part == 'z'
		case kCLF, kISO:
			g.zoned = g.zoned || !t.value.discard
		}
		g.steps, lit = append(g.steps, s), nil
	}
	g.tail = lit
	for i := range g.steps {
		s := &g.steps[i]
		if s.stop = g.tail; i+1 < len(g.steps) {
			s.stop = g.steps[i+1].lit
		}
		s.quoted = bytes.HasSuffix(s.lit, quote) && bytes.HasPrefix(s.stop, quote)
		s.word = loose && len(s.stop) == 0
		s.last = !loose && i+1 == len(g.steps)
	}
	if !slices.ContainsFunc(g.steps, func(s step) bool { return s.slots()&slotTime != 0 && !s.zoneOnly && !s.discard }) {
		return g, fmt.Errorf("no time in it; %s or %s gives one", "%t", "$time_local")
	}
	if g.parts && !g.dated() {
		return g, fmt.Errorf("the time in it has no date: it wants year, month and day")
	}
	return g, nil
}

// dated reports whether the parts of the time make a date.
func (g *program) dated() bool {
	has := func(letters string) bool {
		return slices.ContainsFunc(g.steps, func(s step) bool {
			return s.kind == kPart && !s.discard && strings.IndexByte(letters, s.part) >= 0
		})
	}
	return has("Yy") && (has("j") || has("mbB") && has("d"))
}

var quote = []byte(`"`)

// selfDelimiting tells whether the field knows its own length.
func (v *value) selfDelimiting() bool { return v.kind == kPart || v.kind == kCLF || v.kind == kSum }

// resolve turns all but the best value for each place of a record into values
// that are skipped. A second best X-Forwarded-For no longer names the client,
// and a second best time still gives the zone that an epoch lacks.
func resolve(tokens []token) {
	order := make([]int, 0, len(tokens))
	for i := range tokens {
		if tokens[i].literal == "" {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return tokens[order[a]].value.rank > tokens[order[b]].value.rank })
	var taken slot
	parts, epoch := false, false
	for _, i := range order {
		v := &tokens[i].value
		if v.kind == kForward && taken&(1<<Host) != 0 {
			*v = value{kind: kText, field: Forwarded}
		}
		switch {
		case v.kind == kPart && parts: // belongs to the parts before it
		case v.slots() == 0 || v.slots()&^taken != 0:
			taken |= v.slots()
			parts = parts || v.kind == kPart
			epoch = epoch || v.kind == kEpoch
		case epoch && (v.kind == kCLF || v.kind == kISO):
			v.zoneOnly, epoch = true, false
		case v.selfDelimiting():
			v.discard = true
		default:
			*v = value{kind: kSkip}
		}
	}
}

func (l *layout) Name() string      { return l.name }
func (l *layout) Directive() string { return "" }

func (l *layout) NewParser([]byte) Parser {
	p := &layoutParser{layout: l}
	if l.fallback != nil {
		p.fallback = l.fallback.NewParser(nil)
	}
	return p
}

type layoutParser struct {
	reader
	layout   *layout
	fallback Parser
}

// Reset implements [Parser].
func (p *layoutParser) Reset() {
	p.reader.Reset()
	if p.fallback != nil {
		p.fallback.Reset()
	}
}

// Parse tries the layout's programs until one fits. The reason given is that
// of the one that came furthest, for its complaint is the one to the point.
//
// What a client sends may stand at the beginning of a line, and a # in it must
// not hide the line: a comment is what is no record.
func (p *layoutParser) Parse(line []byte, r *Record) Reason {
	comment := len(line) > 0 && line[0] == '#'
	if !comment && blank(line) == Blank {
		return Blank
	}
	if h := p.layout.header; h != "" && bytes.HasPrefix(line, []byte(h)) {
		return Blank
	}
	reason, far := p.run(&p.layout.first, line, r)
	if reason == OK {
		return OK
	}
	for i := range p.layout.others {
		other, at := p.run(&p.layout.others[i], line, r)
		if other == OK {
			return OK
		}
		if at > far {
			reason, far = other, at
		}
	}
	if p.fallback != nil && p.fallback.Parse(line, r) == OK {
		return OK
	}
	if comment {
		return Blank
	}
	return reason
}

// blank tells lines that are no record of any format.
func blank(line []byte) Reason {
	if len(line) == 0 || line[0] == '#' || line[0] <= ' ' && len(bytes.TrimSpace(line)) == 0 {
		return Blank
	}
	return OK
}

// run parses a line and tells how far in it a failure was.
func (p *layoutParser) run(g *program, line []byte, r *Record) (Reason, int) {
	*r = noRecord
	if g.parts {
		p.clock = newClock
	}
	at := 0
	for i := range g.steps {
		s := &g.steps[i]
		if len(line)-at < len(s.lit) || string(line[at:at+len(s.lit)]) != string(s.lit) {
			return notThere(line[at:], s.lit), at
		}
		at += len(s.lit)
		if s.pad {
			for at < len(line) && line[at] == ' ' {
				at++
			}
		}
		n, reason := p.step(s, g.escape, line[at:], r)
		if reason != OK {
			return reason, at
		}
		at += n
	}
	if !bytes.HasPrefix(line[at:], g.tail) {
		return notThere(line[at:], g.tail), at
	}
	if at += len(g.tail); at < len(line) && !g.loose {
		return BadQuote, at
	}
	r.More = r.More || g.more && at < len(line)
	if g.parts {
		return p.setClock(r), at
	}
	return OK, at
}

// step reads the field at the start of b and returns its length.
func (p *reader) step(s *step, esc escape, b []byte, r *Record) (int, Reason) {
	switch {
	case s.kind == kPart:
		into := &p.clock
		if s.discard {
			into = new(clock)
		}
		n := into.readPart(s.part, b)
		return n, reasonIf(n < 0, BadTime)
	case s.quoted:
	case s.kind == kCLF:
		n := min(len("17/May/2015:10:05:03 +0000"), len(b))
		return n, p.field(s, esc, b[:n], r)
	case s.kind == kSum && esc != escapeBackslash && bytes.HasPrefix(b, s.stop) && (len(s.stop) > 0 || len(b) == 0):
		return 0, OK // without an escape, nginx writes nothing for what is not there
	case s.kind == kSum:
		n := p.sum(&s.value, b, r)
		return n, reasonIf(n < 0, BadNumber)
	}
	n := s.length(b, esc)
	switch {
	case n >= 0:
		return n, p.field(s, esc, b[:n], r)
	case s.quoted:
		return n, BadQuote
	}
	return n, TooFew
}

func reasonIf(bad bool, reason Reason) Reason {
	if bad {
		return reason
	}
	return OK
}

// field fills r from the text of a step's field.
func (p *reader) field(s *step, esc escape, b []byte, r *Record) Reason {
	empty := missing(b) || len(b) == 0 && (s.kind != kText || esc != escapeBackslash && esc != escapeHash)
	if s.kind == kSkip || s.discard || empty && !s.due() {
		return OK
	}
	switch s.kind {
	case kText, kRequest, kTarget, kQuery, kForward, kProxies, kVHost:
		if s.field == User && s.kind == kText && isSeveral(b) {
			return BadQuote
		}
		if s.quoted || esc == escapeBackslash || esc == escapeHash {
			b = p.unescape(b, esc, s.field != User)
		}
	}
	return p.set(&s.value, b, r)
}

// setClock gives the record the time that its parts make.
func (p *reader) setClock(r *Record) Reason {
	t, ok := p.clock.time()
	if !ok {
		return BadTime
	}
	r.Time, r.Offset = t, int32(p.clock.zone)
	return OK
}

// notThere says why a literal is not at the start of rest.
func notThere(rest, lit []byte) Reason {
	if len(rest) < len(lit) || lit[0] != '"' && rest[0] != lit[0] {
		return TooFew
	}
	return BadQuote
}

// length finds the end of a field at the start of b; -1 if what should follow
// the field is not in b.
func (s *step) length(b []byte, esc escape) int {
	if len(s.stop) == 0 {
		if i := bytes.IndexByte(b, ' '); s.word && i >= 0 {
			return i
		}
		return len(b)
	}
	if s.last && esc == escapeNone && bytes.HasSuffix(b, s.stop) {
		return len(b) - len(s.stop)
	}
	if s.quoted && s.kind == kText && s.part == 'q' { // nothing behind it has quotes, and in it they have no escape
		return bytes.LastIndex(b, s.stop)
	}
	if s.kind == kRequest && !s.quoted {
		if n := requestLength(b, s.stop); n >= 0 {
			return n
		}
	}
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], s.stop[0])
		if i < 0 {
			return -1
		}
		i += from
		switch {
		case s.quoted && esc == escapeDouble && i+1 < len(b) && b[i+1] == '"':
			i++
		case len(s.stop) > 1 && !bytes.HasPrefix(b[i:], s.stop):
			if s.quoted && esc == escapeBackslash && bytes.HasPrefix(b[i:], nextQuoted) && !isEscaped(b, i) {
				return -1 // a field more than the format has, and not a quote of this one's own
			}
		case s.quoted && (esc == escapeBackslash || esc == escapeJSON) && isEscaped(b, i):
		case s.list && s.continues(b, i):
		default:
			return i
		}
		from = i + 1
	}
}

var nextQuoted = []byte(`" "`)

// requestLength returns the length of a request that stands without quotes, by
// the protocol that ends it; -1 if it has none.
func requestLength(b, stop []byte) int {
	const protocol = " HTTP/"
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(protocol))
		if i < 0 {
			return -1
		}
		from += i + len(protocol)
		end := from
		for end < len(b) && (isDigit(b[end]) || b[end] == '.') {
			end++
		}
		if bytes.HasPrefix(b[end:], stop) {
			return end
		}
	}
}

// continues tells whether a list goes on at b[i], where its end could be: the
// addresses of several proxies or upstreams.
func (s *step) continues(b []byte, i int) bool {
	if s.quoted || s.stop[0] != ' ' {
		return false
	}
	if i > 0 && b[i-1] == ',' {
		return true
	}
	return s.kind != kHost && (bytes.HasPrefix(b[i:], []byte(" : ")) || i > 1 && b[i-1] == ':' && b[i-2] == ' ')
}

// unescape undoes an escape in scratch memory, if there is one.
func (p *reader) unescape(b []byte, esc escape, control bool) []byte {
	switch esc {
	case escapeBackslash:
		if bytes.IndexByte(b, '\\') >= 0 {
			return p.scratch.unescape(b, control)
		}
	case escapeJSON:
		if bytes.IndexByte(b, '\\') >= 0 {
			return p.scratch.unescapeJSON(b)
		}
	case escapeDouble:
		if bytes.IndexByte(b, '"') >= 0 {
			return p.scratch.undouble(b)
		}
	case escapeHash:
		if bytes.IndexByte(b, '#') >= 0 {
			return p.scratch.unhash(b)
		}
	}
	return b
}

// undouble makes one quote of two.
func (s *scratch) undouble(b []byte) []byte {
	out := s.take(len(b))
	for i := 0; i < len(b); i++ {
		if out = append(out, b[i]); b[i] == '"' {
			i++
		}
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

// unhash undoes the #HH that HAProxy writes for what is not printable, for
// # itself and for what encloses its fields.
func (s *scratch) unhash(b []byte) []byte {
	out := s.take(len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '#' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]) {
			c = hex(b[i+1])<<4 | hex(b[i+2])
			i += 2
		}
		out = append(out, c)
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

// Append writes the record in the first of the layout's ways.
func (l *layout) Append(dst []byte, r *Record) []byte {
	g := &l.first
	if !g.zoned && r.Offset != 0 {
		utc := *r
		utc.Offset = 0
		r = &utc
	}
	for i := range g.steps {
		s := &g.steps[i]
		dst = append(dst, s.lit...)
		n := len(dst)
		if dst = s.value.append(dst, r); len(dst) == n {
			dst = append(dst, '-')
			continue
		}
		switch s.kind {
		case kText, kHost, kVHost, kForward, kProxies, kRequest, kTarget, kQuery, kScheme, kCapture:
			dst = s.guard(dst[:n], string(dst[n:]), g.escape)
		}
	}
	return append(append(dst, g.tail...), '\n')
}

// guard appends a text so that nothing in it ends the field too early, or the
// line, and that it is not taken for "-".
func (s *step) guard(dst []byte, text string, esc escape) []byte {
	switch {
	case s.quoted && esc == escapeJSON:
		return appendJSONText(dst, text)
	case s.quoted && esc == escapeDouble:
		return append(dst, strings.ReplaceAll(oneLine(text), `"`, `""`)...)
	case esc == escapeHash:
		return appendHashed(dst, text, s.quoted)
	case esc != escapeBackslash:
		return append(dst, oneLine(text)...)
	}
	var end byte // what must not stand in an unquoted field
	if !s.quoted && !s.list && len(s.stop) > 0 {
		if end = s.stop[0]; end == ' ' && len(s.stop) > 1 {
			end = s.stop[1]
		}
	}
	for i := range len(text) {
		if c := text[i]; c == end && end != 0 || c == '-' && (len(text) == 1 || s.field == User && (i == 0 || text[i-1] == ' ')) {
			dst = appendHex(dst, c)
		} else {
			dst = appendEscaped(dst, []byte{c}, s.field != User)
		}
	}
	return dst
}

func appendHashed(dst []byte, text string, quoted bool) []byte {
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c >= 0x7f || strings.IndexByte(`"#{|}`, c) >= 0 || text == "-" || !quoted && c == ' ' {
			dst = append(dst, fmt.Sprintf("#%02X", c)...)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// oneLine takes line breaks out of a text for which there is no escape.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
}
