package parse

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
// p.record. Some bytes of the next line are looked at, so that 16 can always be
// taken at once.
func (p *w3cParser) columns(block []byte, i, end int, r *rows) bool {
	b, row := block[:cap(block)], uint8(r.n)
	values, escaped := p.values, p.format.escaped&^slot(p.raw)
	sep := p.separator(block[i:end])
	text, near, seps := wordsOf(b), len(b)-16, uint64(sep)*ones
	for k := range values {
		if i >= end || b[i] == '"' {
			return false
		}
		stop := i + 16
		if i <= near {
			stop = i + text.first16(i, seps)
		}
		if stop == i+16 {
			stop = indexFrom(block[:end], i, sep)
		}
		at := view{int32(i), int32(min(stop, end) - i)}
		i = stop + 1
		v := &values[k]
		if v.kind == kSkip || at.n < 2 && (at.n == 0 || b[at.start] == '-' && !v.due()) {
			continue
		}
		if v.kind == kText && escaped>>v.field&1 == 0 {
			r.views[v.field][row] = at
			p.told.add(v.field)
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
	case kStatus, kSize, kDecimal, kDate, kTimeOfDay:
		return p.setColumn(v, field, &p.record) == OK
	case kHost, kVHost:
		if p.tellHost(v.kind, field, at, r) {
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
