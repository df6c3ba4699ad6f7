package parse

import "math/bits"

// A teller tells the rows of a line, value by value, without a [Record] whose
// texts most lines leave empty.
type teller struct {
	record Record   // the numbers of the line at hand; of its texts odd ones, for a moment
	told   fieldSet // the texts that the row to come was told
}

// beginLine begins a line.
func (t *teller) beginLine() {
	t.told = 0
	t.record.forget()
}

// tellText tells a text that is where the line is.
func (t *teller) tellText(f Field, v view, r *rows) {
	r.views[f][uint8(r.n)] = v
	t.told |= 1 << f
}

// hasNoPort reports whether a virtual host surely has no port.
func hasNoPort(host []byte) bool {
	last := host[len(host)-1]
	return last > '9' && last != ']'
}

// tellOdd tells those of the texts that the record was told.
func (t *teller) tellOdd(fields slot, r *rows) {
	// Of several hosts the first is the client, and all are what was forwarded.
	for left := fields&(1<<NumFields-1) | 1<<Forwarded; left != 0; left &= left - 1 {
		f := Field(bits.TrailingZeros32(uint32(left)))
		if text := t.record.Text[f]; text != nil {
			t.tellText(f, r.viewOf(text), r)
			t.record.Text[f] = nil
		}
	}
}

// endLine ends a line: it is a row now, or leaves no trace.
func (t *teller) endLine(ok bool, line int64, r *rows) bool {
	if !ok {
		r.takeBack(t.told, r.n)
		t.record.Text = [NumFields][]byte{}
		return false
	}
	r.filled |= t.told
	r.addNumbers(&t.record, line)
	return true
}
