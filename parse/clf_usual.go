package parse

// A usual is what a usual line tells. Its texts are places in the block.
type usual struct {
	host, method, path, query, protocol, referer, agent view
	time, bytes                                         int64
	offset, status                                      int32
}

// usualFields are those that a usual may have.
const usualFields fieldSet = 1<<Host | 1<<Method | 1<<Path | 1<<Query | 1<<Protocol | 1<<Referer | 1<<Agent

// lines implements [rowParser].
func (p *clfParser) lines(ends []int32, block []byte) []int32 {
	return p.stops.find(ends, block, quotes)
}

// add implements [rowParser].
func (p *clfParser) add(block []byte, start int, ends []int32, line int64, r *rows) int {
	ends = ends[:min(len(ends), chunkRows-r.n)]
	for i, next := range ends {
		end := lineEnd(block, start, next)
		if end-start > maxLine || !p.usual(block[:end], start, &p.stops, &p.told) {
			return i
		}
		r.addUsual(&p.told, line+int64(i))
		start = int(next) + 1
	}
	return len(ends)
}

// usual parses the line line[start:] if it is of the form that nearly all lines
// have:
//
//	192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 612 "-" "agent"
//
// with or without the last two fields, single blanks, and nothing escaped. It
// reports whether the line is. If not, it is to be read with care, as [Parser]
// does. It says nothing else than that would. The stops are its quotes and
// backslashes.
func (p *clfParser) usual(line []byte, start int, s *stops, u *usual) bool {
	host := start + hostEnd(line[start:])
	clock := host + len(" - - [")
	request := clock + len(`17/May/2015:10:05:03 +0000] "`)
	if host == start || len(line) < request || wordsOf(line).eight(host)<<16 != dashes || wordsOf(line).four(request-4)>>8 != bracketAndQuote {
		return false
	}
	end := s.after(request, len(line))
	if !u.request(line, request, end) {
		return false
	}
	size, ok := u.statusAndSize(line, end)
	if !ok || !u.pair(line, size, s) {
		return false
	}
	u.host = view{int32(start), int32(host - start)}
	u.time, u.offset, ok = p.clf.parse(line[clock : request-3])
	return ok
}

// What usual lines have in them, the first byte the lowest.
const (
	dashes          = 0x5b20_2d20_2d20_0000 // " - - [" behind two bytes
	bracketAndQuote = 0x22_205d             // `] "`
	get             = 0x2054_4547           // "GET "
)

// request splits a request such as "GET /a?b HTTP/1.1".
func (u *usual) request(line []byte, start, end int) bool {
	if end-start < len("GET / HTTP/1.1") {
		return false
	}
	text, method := wordsOf(line), len("GET")
	if text.four(start) != get {
		method = methodLength(line[start:end])
	}
	path, protocol := start+method+1, end-len("HTTP/1.1")
	if method == 0 || path >= protocol-1 || text.byte(path) != '/' || text.byte(protocol-1) != ' ' || text.byte(protocol-2) == ' ' || !isHTTP(text.eight(protocol)) {
		return false
	}
	u.method, u.protocol = view{int32(start), int32(method)}, view{int32(protocol), int32(end - protocol)}
	target := line[path : protocol-1]
	n := firstOf(target, '?')
	u.path, u.query = view{int32(path), int32(n)}, view{int32(path + n + 1), int32(len(target) - n - 1)}
	return true
}

// methodLength returns the length of the method with a blank after it that a
// request begins with, 0 if there is none.
func methodLength(request []byte) int {
	n := 0
	for n < len(request) && methodBytes[request[n]] {
		n++
	}
	if n > methodMax || n == len(request) || request[n] != ' ' || request[0] == '-' {
		return 0
	}
	return n
}

// isHTTP reports whether eight bytes are HTTP/1.1 or with other digits.
func isHTTP(w uint64) bool {
	w ^= 0x302e_302f_5054_5448 // HTTP/0.0
	return w&^(0x0f00_0f00<<32) == 0 && (w+0x0600_0600<<32)&(0xf000_f000<<32) == 0
}

// statusAndSize parses what follows the request's quote, such as " 200 612", up
// to what follows that.
func (u *usual) statusAndSize(line []byte, quote int) (rest int, ok bool) {
	size := quote + len(`" 200 `)
	if size >= len(line) {
		return 0, false
	}
	w := eight(line[quote:])
	digits := w>>16&0xff_ffff ^ 0x30_3030
	if w&(0xffff|0xff<<40) != '"'|' '<<8|' '<<40 || (digits|(digits+0x76_7676))&0x80_8080 != 0 {
		return 0, false
	}
	u.status = int32(digits&0xff*100 + digits>>8&0xff*10 + digits>>16)
	if line[size] == '-' {
		u.bytes = None
		return size + 1, true
	}
	sent, n := sixteenDigits(line[size:])
	u.bytes = int64(sent)
	return size + n, n > 0
}

// pair parses ` "referer" "agent"`, or nothing, to the line's end.
func (u *usual) pair(line []byte, at int, s *stops) bool {
	last := len(line) - 1
	if at > last {
		u.referer, u.agent = view{n: -1}, view{n: -1}
		return at == len(line)
	}
	referer := at + len(` "`)
	if last-referer < len(`" "`) || line[at] != ' ' || line[at+1] != '"' || line[last] != '"' {
		return false
	}
	end := s.after(referer, last)
	agent := end + len(`" "`)
	if agent > last || string(line[end:agent]) != `" "` || s.after(agent, last) != last {
		return false
	}
	u.referer, u.agent = nullView(line, referer, end-referer), nullView(line, agent, last-agent)
	return true
}

// nullView is [null] for views.
func nullView(line []byte, start, n int) view {
	if n == 1 && line[start] == '-' {
		n = -1
	}
	return view{int32(start), int32(n)}
}

// record tells a record what a usual line told.
func (u *usual) record(line []byte, r *Record) {
	r.Time, r.Offset, r.Status, r.Bytes = u.time, u.offset, u.status, u.bytes
	r.Text[Host], r.Text[Method], r.Text[Path], r.Text[Query] = u.host.of(line), u.method.of(line), u.path.of(line), u.query.of(line)
	r.Text[Protocol], r.Text[Referer], r.Text[Agent] = u.protocol.of(line), u.referer.of(line), u.agent.of(line)
}
