package parse

import "math/bits"

var blanksAndTabs, tabs = newByteSet(' ', '\t'), newByteSet('\t')

// lines implements [rowParser]. Columns are between blanks until a line has tabs,
// and then between those until one has none.
func (p *w3cParser) lines(ends []int32, block []byte) []int32 {
	if p.sep = p.guess; p.sep == 0 {
		p.sep = ' '
	}
	if p.format.sep != 0 {
		p.sep = p.format.sep
	}
	set := blanksAndTabs
	if p.sep == '\t' {
		set = tabs
	}
	return p.stops.find(ends, block, set)
}

// add implements [rowParser].
func (p *w3cParser) add(block []byte, start int, ends []int32, line int64, r *rows) int {
	r.raw, r.undo = p.raw, p.undo
	return addWhile(block, start, ends, line, r, func(start, end int, line int64) bool {
		return p.addLine(block, start, end, line, r)
	})
}

// addLine is Parse for lines whose columns are usual. Texts
// are told as they are, the other columns read as Parse reads them; a line with one
// that is not usual is left to Parse.
func (p *w3cParser) addLine(block []byte, start, end int, line int64, r *rows) bool {
	if p.values == nil || start == end || block[start] == '#' || block[start] <= ' ' {
		return false
	}
	p.day, p.time = nil, nil
	p.beginLine()
	return p.endLine(p.columns(block, start, end, r) && p.setTime(p.day, p.time, &p.record) == OK, line, r)
}

// columns reads the columns of the line block[i:end] into the row to come and
// p.record. Some bytes of the next line are looked at, so that many can always be
// taken at once.
func (p *w3cParser) columns(block []byte, i, end int, r *rows) bool {
	b, row, sep := block[:cap(block)], uint8(r.n), p.sep
	text, stops, near := wordsOf(b), wordsOf(p.stops.bits), len(b)-longNumber
	for k := range p.values {
		if i >= end || text.byte(i) == '"' {
			return false
		}
		v := &p.values[k]
		if numeric>>v.kind&1 != 0 && i <= near {
			n := v.setNumber((*[longNumber]byte)(b[i:]), &p.record)
			if n > 0 && (i+n < end && b[i+n] == sep || i+n == end) {
				i += n + 1
				continue
			}
		}
		var stop int
		if w := stops.stopsFrom(i); w != 0 {
			stop = min(i+bits.TrailingZeros64(w), end)
		} else {
			stop = p.stops.after(i+57, end)
		}
		if stop == end && k == 0 || stop < end && text.byte(stop) != sep {
			p.guess = ' ' ^ '\t' ^ sep // perhaps, in the next block
			return false
		}
		at := view{int32(i), int32(stop - i)}
		i = stop + 1
		if v.kind == kSkip || at.n < 2 && (at.n == 0 || b[at.start] == '-' && !v.due()) {
			continue
		}
		if v.kind == kText && (p.format.escaped&^slot(p.raw))>>v.field&1 == 0 {
			r.views[v.field][row] = at
			p.told |= 1 << (v.field & 31)
		} else if !p.tellColumn(v, b, at, r) {
			return false
		}
	}
	return i >= end
}

// tellColumn tells the row a column that is more than a text as it is. It reports
// whether it is a usual one.
func (p *w3cParser) tellColumn(v *value, block []byte, at view, r *rows) bool {
	field := block[at.start : at.start+at.n]
	switch v.kind {
	case kText:
		p.tellText(v.field, r.viewOf(p.undone(v.field, field)), r)
		return true
	case kDate:
		p.day = field
		return true
	case kTimeOfDay:
		p.time = field
		return true
	case kHost:
		if isFullAddress(field) {
			p.tellText(Host, at, r)
			return true
		}
	case kVHost:
		if hasNoPort(field) {
			p.tellText(VHost, at, r)
			return true
		}
	case kTarget: // of which the parts depend on other columns
		return false
	}
	if p.setColumn(v, field, &p.record) != OK {
		return false
	}
	p.tellOdd(v.slots(), r)
	return true
}
