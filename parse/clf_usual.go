package parse

// Lines that have the form of nearly all are read some at a time: first where
// their parts are, then part by part what is in them. A loop that does one thing has
// all that it needs in registers, and its next turn need not wait for this one.

// outlineMax is how many lines are read at a time. Their text stays in the nearest
// cache.
const outlineMax = 64

// An outline is where the parts of a usual line are,
//
//	192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b HTTP/1.1" 200 612 "-" "agent"
//
// with or without the last two fields, single blanks, and nothing escaped.
type outline struct {
	start    int32 // of the line
	quote    int32 // that opens the request
	question int32 // the first question mark in that, or what closes it
	closing  int32 // the quote that closes it
	referer  int32 // the quote that opens the referer; the place behind the line's end, if there is none
	next     int32 // the quote that closes the referer
	last     int32 // and the agent; 0 if there is none
}

// usualMarks are quotes, backslashes, by which they would be escaped, and what begins
// a query.
var usualMarks = newByteSet('"', '\\', '?')

// What usual lines have in them, the first byte the lowest.
const (
	dashes          = 0x5b20_2d20_2d20_0000 // " - - [" behind two bytes
	bracketAndQuote = 0x2220_5d00           // `] "` behind one
	get             = 0x2054_4547           // "GET "
	blankAndQuote   = 0x2220                // ` "`
	quotesBetween   = 0x2220_2200           // `" "` behind one
	quotedDash      = 0x22_2d22             // `"-"`

	clockLen = len("17/May/2015:10:05:03 +0000")
	toClock  = clockLen + len(`] `)    // back from the request's quote
	toHost   = toClock + len(" - - [") // and to the host's end
)

// lines implements [rowParser].
func (p *clfParser) lines(ends []int32, block []byte) []int32 {
	return p.marks.find(ends, block, usualMarks)
}

// add implements [rowParser]. After a line that is not usual it looks ahead less, as
// what was seen of those behind it is lost.
func (p *clfParser) add(block []byte, start int, ends []int32, line int64, r *rows) (added int) {
	ends = ends[:min(len(ends), chunkRows-r.n)]
	for added < len(ends) {
		p.marks.from(start)
		next, most := p.marks.next, min(max(p.ahead, 1), len(ends)-added)
		lines := p.outlines(block, start, ends[added:added+most])
		n := p.tell(block, lines, r)
		for i := range n {
			r.line[r.n+i] = line + int64(added+i)
		}
		r.n += n
		added += n
		if n < len(lines) {
			p.marks.next = next
		}
		if p.ahead = min(2*most, outlineMax); n < most {
			p.ahead = n
			break
		}
		start = int(ends[added-1]) + 1
	}
	return added
}

// outlines returns where the parts of lines are, of all that have the outline of a
// usual line, up to the first that has not. What stands between the parts is checked.
func (p *clfParser) outlines(block []byte, start int, ends []int32) []outline {
	text, lines, mark := wordsOf(block), p.outlined[:len(ends)], p.marks.next
	for i, next := range ends {
		o, marks, end := &lines[i], p.marks.ahead(mark), int(next)
		quote := int(marks[0])
		if end-start > maxLine || quote >= end || quote-start < toHost+2 ||
			text.eight(quote-toHost-2)&^0xffff != dashes || text.four(quote-3)&^0xff != bracketAndQuote {
			return lines[:i]
		}
		end -= oneIf(text.byte(end-1) == '\r')
		// There may be a question mark in the request and one in the referer. Whether
		// there is, is not guessed. More are seldom.
		k := 1 + oneIf(text.byte(min(int(marks[1]), end-1)) == '?')
		o.start, o.quote, o.question, o.closing = int32(start), marks[0], marks[1], marks[k]
		referer := int(marks[k+1])
		if referer < end {
			last := end - 1
			k += 2 + oneIf(text.byte(min(int(marks[k+2]), last)) == '?')
			o.referer, o.next, o.last = int32(referer), marks[k], marks[k+2]
			if int(o.last) != last || text.byte(last) != '"' || text.four(int(o.next)-1)&^0xff != quotesBetween || text.four(referer-1)&0xffff != blankAndQuote {
				return lines[:i]
			}
			k += 2
		} else if int(o.closing) < end {
			o.referer, o.last = int32(end+1), 0
		} else {
			return lines[:i]
		}
		mark += k + 1
		p.marks.next, start = mark, int(next)+1
	}
	return lines
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// usualFields are those that a usual line may have.
const usualFields fieldSet = 1<<Host | 1<<Method | 1<<Path | 1<<Query | 1<<Protocol | 1<<Referer | 1<<Agent

// tell tells the rows to come lines that have the outline of usual ones, up to the
// first that is not usual in its parts. It returns how many. Such a line is read
// with care, as [Parser] does. What is told is nothing else than that would.
func (p *clfParser) tell(block []byte, lines []outline, r *rows) int {
	text, row := wordsOf(block), r.n
	r.filled |= usualFields
	n := text.tellHosts(lines, r.views[Host][row:])
	n = text.tellRequests(lines[:n], r.views[Method][row:], r.views[Path][row:], r.views[Query][row:], r.views[Protocol][row:])
	n = text.tellAnswers(lines[:n], r.status[row:], r.bytes[row:])
	n = p.clf.tellTimes(text, lines[:n], r.time[row:], r.offset[row:])
	text.tellPairs(lines[:n], r.views[Referer][row:], r.views[Agent][row:])
	for i := n; i < len(lines); i++ {
		r.takeBack(usualFields, row+i)
	}
	return n
}

// tellHosts tells the clients of lines, up to the first that is not usual. It
// returns how many. So do those after it for what they tell.
func (s words) tellHosts(lines []outline, hosts []view) int {
	hosts = hosts[:len(lines)]
	for i := range lines {
		o := &lines[i]
		host := view{o.start, o.quote - int32(toHost) - o.start}
		if text := s.part(host); !text.isFullAddress() && !isClient(text.bytes()) {
			return i
		}
		hosts[i] = host
	}
	return len(lines)
}

// tellRequests is for requests such as "GET /a?b HTTP/1.1".
func (s words) tellRequests(lines []outline, methods, paths, queries, protocols []view) int {
	methods, paths, queries, protocols = methods[:len(lines)], paths[:len(lines)], queries[:len(lines)], protocols[:len(lines)]
	for i := range lines {
		o := &lines[i]
		start, end := int(o.quote)+1, int(o.closing)
		if end-start < len("GET / HTTP/1.1") {
			return i
		}
		method := len("GET")
		if s.four(start) != get {
			method = methodLength(s.part(view{int32(start), int32(end - start)}).bytes())
		}
		path, blank := start+method+1, end-len(" HTTP/1.1")
		if method == 0 || path >= blank || s.byte(path) != '/' || s.byte(blank) != ' ' || s.byte(blank-1) == ' ' || !isHTTP(s.eight(blank+1)) {
			return i
		}
		question := min(int(o.question), blank)
		methods[i] = view{int32(start), int32(method)}
		paths[i] = view{int32(path), int32(question - path)}
		queries[i] = view{int32(question + 1), int32(blank - question - 1)}
		protocols[i] = view{int32(blank + 1), int32(len("HTTP/1.1"))}
	}
	return len(lines)
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

// tellAnswers is for status and size, such as ` 200 612`.
func (s words) tellAnswers(lines []outline, status []int32, sizes []int64) int {
	status, sizes = status[:len(lines)], sizes[:len(lines)]
	for i := range lines {
		o := &lines[i]
		quote, end := int(o.closing), int(o.referer)-1
		size := quote + len(`" 200 `)
		if size >= end {
			return i
		}
		w := s.eight(quote-1) >> 8 // no more than what is surely there
		digits := w>>16&0xff_ffff ^ 0x30_3030
		if w&(0xffff|0xff<<40) != '"'|' '<<8|' '<<40 || (digits|(digits+0x76_7676))&0x80_8080 != 0 {
			return i
		}
		sent, ok := lastDigits(s.eight(end-8), end-size)
		if !ok {
			if sent, ok = oddSize(s.part(view{int32(size), int32(end - size)}).bytes()); !ok {
				return i
			}
		}
		status[i] = int32(digits&0xff*100 + digits>>8&0xff*10 + digits>>16)
		sizes[i] = sent
	}
	return len(lines)
}

// oddSize is for sizes that are none, or have more than eight digits.
func oddSize(text []byte) (int64, bool) {
	if len(text) == 1 && text[0] == '-' {
		return None, true
	}
	n, digits := sixteenDigits(text)
	return int64(n), digits == len(text)
}

// tellPairs is for referers and agents, which may be anything.
func (s words) tellPairs(lines []outline, referers, agents []view) {
	referers, agents = referers[:len(lines)], agents[:len(lines)]
	for i := range lines {
		o := &lines[i]
		if o.last == 0 {
			referers[i], agents[i] = view{n: -1}, view{n: -1}
			continue
		}
		referers[i], agents[i] = s.quoted(o.referer, o.next), s.quoted(o.next+2, o.last)
	}
}

// quoted is [null] for what is between two quotes.
func (s words) quoted(quote, end int32) view {
	n := end - quote - 1
	if s.four(int(quote)-1)>>8 == quotedDash {
		n = -1
	}
	return view{quote + 1, n}
}
