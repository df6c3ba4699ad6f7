package parse

import (
	"encoding/binary"
	"math/bits"
)

// sight is how far a line is looked ahead at once: over a short way into the value
// that follows.
const sight = shortWay + 16

// add implements [rowParser].
func (p *jsonParser) add(block []byte, start int, ends []int32, line int64, r *rows) int {
	return addWhile(block, start, ends, line, r, func(start, end int, line int64) bool {
		return p.addLine(block, start, end, line, r)
	})
}

// addLine is Parse for lines whose values are usual, read with few instructions: a way is compared in four words, the closing quote found
// among 16 bytes, a number read where it stands. All that needs more than this is
// left to what Parse does it with, or the whole line to Parse.
func (p *jsonParser) addLine(block []byte, start, end int, line int64, r *rows) bool {
	if start == end || block[start] != '{' {
		return false
	}
	if int(p.inBlock) < start {
		p.inBlock.find(block, start)
	}
	p.slashes = min(p.inBlock, slashes(end))
	p.filled = 0
	p.beginLine()
	return p.endLine(p.object(block, start, end, r) && p.filled&p.format.need == p.format.need, line, r)
}

// object reads the object block[i:end] into the row to come and p.record. A usual
// value takes one turn of the loop, and no call if it is a text.
//
// Bytes behind the line are looked at, as they are the next line's, so that
// several can always be taken at once. What goes over the line's end is noticed
// before it counts: there, or at its first backslash, slashes ends; and at last.
func (p *jsonParser) object(block []byte, i, end int, r *rows) bool {
	line, b, row := block[:end], block[:cap(block)], uint8(r.n)
	for at := p.start; ; {
		if w := at.way; len(b)-i >= sight && w.differs((*[shortWay]byte)(b[i:])) == 0 && (!w.more || w.goesOn(b[i:])) {
			at, i = w.to, i+len(w.text)
		} else if at, i = p.next(line, i, at); i < 0 {
			return false
		}
		e := at.edge
		switch at.class {
		case jsonString:
			stop := i + 16
			if len(b)-i >= 16 {
				stop = i + firstOf16((*[16]byte)(b[i:]), '"')
			}
			if stop == i+16 {
				stop = indexFrom(line, i, '"')
			}
			if stop >= int(p.slashes) {
				if i = p.tellEscaped(e, line, i, r); i < 0 {
					return false
				}
				continue
			}
			text := view{int32(i), int32(stop - i)}
			i = stop + 1
			if e.spare&^p.filled == 0 || text.n < 2 && (text.n == 0 || b[text.start] == '-') {
				continue
			}
			if e.value.kind == kText {
				r.views[e.value.field][row] = text
				p.filled |= e.slots
				p.told.add(e.value.field)
			} else if !p.tell(e, line, text, r) {
				return false
			}
		case jsonWord:
			if e.spare&^p.filled != 0 && len(b)-i >= longNumber {
				if n := e.value.setNumber((*[longNumber]byte)(b[i:]), &p.record); n > 0 && i+n <= end {
					p.filled |= e.slots
					i += n
					continue
				}
			}
			if i = p.tellWord(e, line, i, r); i < 0 {
				return false
			}
		case jsonOther:
			return i <= end && skipSpace(line, i) == end
		default:
			if i = p.slashes.skipJSON(line, i); i < 0 {
				return false
			}
		}
	}
}

// differs returns 0 if b begins with the way, or with the first bytes of one that
// is not short. It does no more than compare, so that it needs no call.
func (w *jsonWay) differs(b *[shortWay]byte) uint64 {
	return (binary.LittleEndian.Uint64(b[:])&w.masks[0] ^ w.words[0]) | (binary.LittleEndian.Uint64(b[8:])&w.masks[1] ^ w.words[1]) |
		(binary.LittleEndian.Uint64(b[16:])&w.masks[2] ^ w.words[2]) | (binary.LittleEndian.Uint64(b[24:])&w.masks[3] ^ w.words[3])
}

// goesOn reports whether b, which has the first bytes of the way, has the others
// too, and then such a value as it leads to.
func (w *jsonWay) goesOn(b []byte) bool {
	return len(b) > w.look && jsonClasses[b[w.look]] == w.class && (w.rest == "" || string(b[shortWay:len(w.text)]) == w.rest)
}

// tell tells the row a value that is wanted and more than a text. It reports
// whether it is a usual one.
func (p *jsonParser) tell(e *jsonEdge, line []byte, v view, r *rows) bool {
	text := v.of(line)
	switch e.value.kind {
	case kHost, kVHost:
		if p.tellHost(e.value.kind, text, v, r) {
			p.filled |= e.slots
			return true
		}
	case kScheme, kTLS, kCipher:
		if text[0] > '9' && len(text) > len("off") { // a name, not a number or whether there is one
			p.put(Field(bits.TrailingZeros32(uint32(e.slots))), v, r)
			return true
		}
	case kTarget:
		if text[0] != '/' {
			return false
		}
		n := firstOf(text, '?')
		p.put(Path, view{v.start, int32(n)}, r)
		if n < len(text) {
			p.put(Query, view{v.start + int32(n) + 1, int32(len(text) - n - 1)}, r)
		}
		return true
	case kRequest:
		if !p.request.request(line, int(v.start), int(v.start+v.n)) {
			return false
		}
		p.put(Method, p.request.method, r)
		p.put(Path, p.request.path, r)
		p.put(Protocol, p.request.protocol, r)
		if p.request.query.n >= 0 {
			p.put(Query, p.request.query, r)
		}
		return true
	case kStatus, kSize, kDecimal, kSum, kSpan: // in quotes
		if e.value.setDigits(text, &p.record) {
			p.filled |= e.slots
			return true
		}
	case kISO, kAnyTime:
		if µs, zone, ok := p.iso.parse(text); ok {
			p.record.Time, p.record.Offset = µs, zone
			p.filled |= slotTime
			return true
		}
	}
	return p.tellAny(e, text, r)
}

// put tells the row a text.
func (p *jsonParser) put(f Field, v view, r *rows) {
	p.tellText(f, v, r)
	p.filled |= 1 << f
}

// tellAny is tell for a value that is not where its line is, or whose kind has no
// shorter way.
func (p *jsonParser) tellAny(e *jsonEdge, text []byte, r *rows) bool {
	switch e.value.kind {
	case kRequest:
		return false
	case kTarget:
		if text[0] != '/' {
			return false
		}
		splitTarget(text, &p.record)
		p.filled |= 1 << Path
		if p.record.Text[Query] != nil {
			p.filled |= 1 << Query
		}
	default:
		if p.fill(e, text, &p.record) != OK {
			return false
		}
	}
	p.tellOdd(e.slots, r)
	return true
}

// tellEscaped tells the row the string that begins at line[i] and may have escapes,
// and returns where it ends, -1 if it is not usual.
func (p *jsonParser) tellEscaped(e *jsonEdge, line []byte, i int, r *rows) int {
	text, end := p.escaped(line, i)
	if end < 0 || p.wants(e, text) && !p.tellAny(e, text, r) {
		return -1
	}
	return end + 1
}

// tellWord is tellEscaped for what has no quotes.
func (p *jsonParser) tellWord(e *jsonEdge, line []byte, i int, r *rows) int {
	if i > len(line) {
		return -1
	}
	end := jsonWordEnd(line, i)
	if word := line[i:end]; string(word) != "null" && p.wants(e, word) && !p.tellAny(e, word, r) {
		return -1
	}
	return end
}
