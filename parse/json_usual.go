package parse

import "math/bits"

// quotes are what ends a string or shows that it does not end there.
var quotes = newByteSet('"', '\\')

// lines implements [rowParser].
func (p *jsonParser) lines(ends []int32, block []byte) []int32 {
	return p.stops.find(ends, block, quotes)
}

// add implements [rowParser].
func (p *jsonParser) add(block []byte, start int, ends []int32, line int64, r *rows) int {
	return addWhile(block, start, ends, line, r, func(start, end int, line int64) bool {
		return p.addLine(block, start, end, line, r)
	})
}

// addLine is Parse for lines whose values are usual, read with few instructions:
// a way is compared in four words, a closing quote is one of the block's stops, a
// number read where it stands. All that needs more than this is left to what Parse
// does it with, or the whole line to Parse.
func (p *jsonParser) addLine(block []byte, start, end int, line int64, r *rows) bool {
	if start == end || block[start] != '{' {
		return false
	}
	p.slashes = unknownSlashes
	p.filled = 0
	p.beginLine()
	return p.endLine(p.object(block, start, end, r), p.format.need, line, r)
}

// object reads the object block[i:end] into the row to come and p.record. A usual
// value takes one turn of the loop, and no call if it is a text.
//
// Bytes behind the line are looked at, as they are the next line's, so that
// several can always be taken at once. What goes over the line's end is noticed
// before it counts: at the end of a string, or at last.
func (p *jsonParser) object(block []byte, i, end int, r *rows) bool {
	b, line, row := block[:cap(block)], block[:end], uint8(r.n)
	text, stops, near := wordsOf(b), wordsOf(p.stops.bits), len(b)-sight
	for at := p.start; ; {
		from := at
		if w := at.way; i <= near && w.differs(text.ahead(i)) == 0 && w.rest == "" {
			at, i = w.to, i+len(w.text)
		} else if at, i = p.next(line, i, at); i < 0 {
			return false
		}
	value:
		e := at.edge
		switch at.class {
		case jsonString:
			if i >= end {
				return false
			}
			var stop int
			if w := stops.stopsFrom(i); w != 0 {
				stop = i + bits.TrailingZeros64(w)
			} else {
				stop = p.stops.after(i+57, end)
			}
			if stop >= end || text.byte(stop) == '\\' {
				if i = p.tellEscaped(e, line, i, r); i < 0 {
					return false
				}
				continue
			}
			v := view{int32(i), int32(stop - i)}
			i = stop + 1
			if e.spare&^p.filled == 0 || v.n < 2 && (v.n == 0 || text.byte(int(v.start)) == '-') {
				continue
			}
			if e.value.kind == kText {
				r.views[e.value.field][row] = v
				p.filled |= e.slots
			} else if !p.tell(e, line, v, r) {
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
			if i < end && jsonClasses[b[i]] != jsonWord {
				goto other
			}
			if i = p.tellWord(e, line, i, r); i < 0 {
				return false
			}
		case jsonOther:
			return i <= end && skipSpace(line, i) == end
		default:
			if i < end && jsonClasses[b[i]] != at.class {
				goto other
			}
			if i = p.slashes.skipJSON(line, i); i < 0 {
				return false
			}
		}
		continue
	other: // what the way led to before was of another class
		if at, i = p.next(line, i-len(from.way.text), from); i < 0 {
			return false
		}
		goto value
	}
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
