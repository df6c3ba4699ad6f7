package parse

import "math/bits"

// A keyedTeller tells the rows of lines what stands under keys.
type keyedTeller struct {
	keyed
	teller
}

// endLine ends a line, which must fill what its format needs. Texts that fill a
// place have been told.
func (p *keyedTeller) endLine(ok bool, need slot, line int64, r *rows) bool {
	p.told |= fieldSet(p.filled & (1<<NumFields - 1))
	return p.teller.endLine(ok && p.filled&need == need, line, r)
}

// tell tells the row a value that is wanted and more than a text. It reports
// whether it is a usual one.
func (p *keyedTeller) tell(e *jsonEdge, line []byte, v view, r *rows) bool {
	text := v.of(line)
	switch e.value.kind {
	case kHost:
		if isFullAddress(text) {
			p.put(Host, v, r)
			return true
		}
	case kVHost:
		if hasNoPort(text) {
			p.put(VHost, v, r)
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
		var method, path, query, protocol [1]view
		o := [1]outline{{quote: v.start - 1, question: v.start + int32(firstOf(text, '?')), closing: v.start + v.n}}
		if wordsOf(line).tellRequests(o[:], method[:], path[:], query[:], protocol[:]) == 0 {
			return false
		}
		p.put(Method, method[0], r)
		p.put(Path, path[0], r)
		p.put(Protocol, protocol[0], r)
		if query[0].n >= 0 {
			p.put(Query, query[0], r)
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
func (p *keyedTeller) put(f Field, v view, r *rows) {
	r.views[f][uint8(r.n)] = v
	p.filled |= 1 << f
}

// tellAny is tell for a value that is not where its line is, or whose kind has no
// shorter way.
func (p *keyedTeller) tellAny(e *jsonEdge, text []byte, r *rows) bool {
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
