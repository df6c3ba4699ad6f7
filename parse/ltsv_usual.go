package parse

import (
	"bytes"
	"math/bits"
)

// An ltsvLabel is a label that lines have. It knows which was behind it last, for
// nearly all lines of a log have their labels in one order.
type ltsvLabel struct {
	lead                 // with its colon
	edge      *jsonEdge  // unread if nobody reads the value
	next      *ltsvLabel // behind it, a line before
	followers []*ltsvLabel
}

// noLabel is what is behind a label before a line was read.
var noLabel = &ltsvLabel{lead: noLead}

// ltsvStops are the tabs between values, and backslashes.
var ltsvStops = newByteSet('\t', '\\')

// lines implements [rowParser].
func (p *ltsvParser) lines(ends []int32, block []byte) []int32 {
	return p.stops.find(ends, block, ltsvStops)
}

// add implements [rowParser].
func (p *ltsvParser) add(block []byte, start int, ends []int32, line int64, r *rows) int {
	return addWhile(block, start, ends, line, r, func(start, end int, line int64) bool {
		return p.addLine(block, start, end, line, r)
	})
}

// addLine is Parse for lines whose values are usual: their labels are compared
// with those of lines before, and texts are told as they are. What needs more is
// left to what Parse does it with, or the whole line to Parse.
func (p *ltsvParser) addLine(block []byte, start, end int, line int64, r *rows) bool {
	if start == end || block[start] == '#' || block[start] <= ' ' {
		return false
	}
	p.filled = 0
	p.beginLine()
	return p.endLine(p.values(block, start, end, r), p.format.need, line, r)
}

// values reads the values of the line block[i:end] into the row to come and
// p.record. Bytes behind the line are looked at, as they are the next line's, so
// that several can always be taken at once.
func (p *ltsvParser) values(block []byte, i, end int, r *rows) bool {
	b, line, row := block[:cap(block)], block[:end], uint8(r.n)
	text, stops, near := wordsOf(b), wordsOf(p.stops.bits), len(b)-sight
	for at := &p.first; i < end; i++ {
		if next := at.next; i <= near && next.differs(text.ahead(i)) == 0 && (next.rest == "" || next.leads(b, i)) {
			at, i = next, i+len(next.text)
		} else if at, i = p.label(line, i, at); i < 0 {
			return false
		}
		if i > end {
			return false
		}
		e := at.edge
		if numeric>>e.value.kind&1 != 0 && e.spare&^p.filled != 0 && i <= near+shortLead {
			n := e.value.setNumber((*[longNumber]byte)(b[i:]), &p.record)
			if n > 0 && (i+n < end && b[i+n] == '\t' || i+n == end) {
				p.filled |= e.slots
				i += n
				continue
			}
		}
		var stop int
		if w := stops.stopsFrom(i); w != 0 {
			stop = min(i+bits.TrailingZeros64(w), end)
		} else {
			stop = p.stops.after(i+57, end)
		}
		v := view{int32(i), int32(stop - i)}
		if stop < end && text.byte(stop) == '\\' {
			stop = min(indexFrom(line, stop, '\t'), end)
			if !p.tellEscaped(e, line[i:stop], r) {
				return false
			}
		} else if e.spare&^p.filled == 0 || v.n < 2 && (v.n == 0 || b[i] == '-') {
		} else if e.value.kind == kText {
			r.views[e.value.field][row] = v
			p.filled |= e.slots
		} else if !p.tell(e, line, v, r) {
			return false
		}
		i = stop
	}
	return true
}

// tellEscaped tells the row a value that has a backslash.
func (p *ltsvParser) tellEscaped(e *jsonEdge, text []byte, r *rows) bool {
	text = p.unescaped(e, text)
	return !p.wants(e, text) || p.tellAny(e, text, r)
}

// label reads the label at line[i], which is another one than was behind the one
// before. It returns the index of its value, -1 if there is none.
func (p *ltsvParser) label(line []byte, i int, before *ltsvLabel) (*ltsvLabel, int) {
	for i < len(line) && line[i] == '\t' {
		i++
	}
	if i == len(line) {
		return &p.other, i
	}
	for _, l := range before.followers {
		if l.leads(line, i) {
			before.next = l
			return l, i + len(l.text)
		}
	}
	n := firstOf(line[i:], ':')
	if n == 0 || i+n == len(line) || bytes.IndexByte(line[i:i+n], '\t') >= 0 {
		return nil, -1
	}
	l := p.known(line[i : i+n])
	if l != &p.other && len(before.followers) < maxWays {
		before.next = l
		before.followers = append(before.followers, l)
	}
	return l, i + n + 1
}

// known returns a label, which is remembered unless there are too many that
// nobody reads.
func (p *ltsvParser) known(label []byte) *ltsvLabel {
	for _, l := range p.labels {
		if l.text[:len(l.text)-1] == string(label) {
			return l
		}
	}
	e := p.format.root.find(label)
	if e == nil {
		if e = unread; p.unread >= maxUnread || len(label) >= maxWay {
			return &p.other
		}
		p.unread++
	}
	l := &ltsvLabel{lead: newLead(string(label) + ":"), edge: e, next: noLabel}
	p.labels = append(p.labels, l)
	return l
}
