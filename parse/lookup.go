package parse

// lookups are look-ups of a chunk's texts that are under way.
type lookups struct {
	views  [chunkRows]view  // of the texts that are not null …
	rows   [chunkRows]uint8 // … where they are …
	codes  [chunkRows]int32 // … and theirs
	hashes [chunkRows]uint64
	news   [chunkRows]uint8 // which of the texts are not known
}

// intern sets codes[i] to the code of the text of views[i], or to -1 if that is
// null, and returns how many are null. There are at most chunkRows.
func (d *dictionary) intern(r *rows, views []view, codes []int32) (nulls int) {
	if d.len() <= fewTexts {
		return d.internFew(r, views, codes)
	}
	l := &r.lookups
	n := l.gather(views)
	if n == len(views) {
		d.internAll(r, views, codes)
		return 0
	}
	d.internAll(r, l.views[:n], l.codes[:n])
	for i := range codes {
		codes[i] = -1
	}
	for i, row := range l.rows[:n] {
		codes[row] = l.codes[i]
	}
	return len(views) - n
}

// gather collects the views that are not null, unless all are, and says how
// many there are. Whether a text is null is anybody's guess, so there is no
// branch.
func (l *lookups) gather(views []view) int {
	null := int32(0)
	for _, v := range views {
		null |= v.n
	}
	if null >= 0 { // as in most columns
		return len(views)
	}
	n := 0
	for i, v := range views {
		l.views[uint8(n)], l.rows[uint8(n)] = v, uint8(i)
		n += 1 - int(uint32(v.n)>>31)
	}
	return n
}

// internAll is intern for texts of which none is null.
//
// A table of many texts is larger than a core's caches, and its look-ups are
// bound by their misses. So each step is done for many rows before the next:
// the misses of one overlap, as they depend on nothing of the same step; row by
// row, each would wait for the one before.
func (d *dictionary) internAll(r *rows, views []view, codes []int32) {
	l := &r.lookups
	hashes := l.hashes[:len(views)]
	r.hash(views, hashes, d.slots)
	if news := d.slots.find(hashes, codes, &l.news); len(news) > 0 {
		d.learn(&r.texts, views, hashes, codes, news)
	}
}

// fewTexts is how many texts a column such as method, protocol or type has.
const fewTexts = 32

// A few is a text of such a column. Up to 16 bytes its ends and its length are
// all of it.
type few struct {
	first, last uint64
	n, code     int32 // the length + 2, so that 0 is none and 1 a null
}

// A shape says how to take the ends of a text of a length, at the index that is
// one more, so that a null has one too.
var shapes = func() (shapes [64]struct {
	mask uint64 // of the first eight bytes those that are the text's, and so of the last …
	last int    // … which begin here
}) {
	var mask [8]byte
	for n := range len(shapes) - 1 {
		shapes[n+1].mask, shapes[n+1].last = wordsOf(mask[:]).word(0), max(n-8, 0)
		mask[min(n, 7)] = 0xff
	}
	return shapes
}()

// fewBytes is how long a text of a column of few is, as a rule.
const fewBytes = 32

// internFew is intern for columns of few texts. Their ends and lengths tell
// nearly all of them apart: no text is read twice, as hashing would, and none
// is guessed by the one before, which a core guesses wrongly.
func (d *dictionary) internFew(r *rows, views []view, codes []int32) (nulls int) {
	if d.few == nil {
		d.few = new([256]few)
	}
	for i := 0; ; i++ {
		if i += d.findFew(r.block, views[i:], codes[i:]); i == len(views) {
			return countNulls(codes[:i])
		}
		codes[i] = d.meetFew(r, views[i])
	}
}

// findFew sets codes to those of the texts of views, up to one that has none or
// is not usual, and returns how many there are. It calls nothing, and how long a
// text is decides no branch: core and compiler like it.
func (d *dictionary) findFew(block []byte, views []view, codes []int32) int {
	text, near := wordsOf(block), uint(max(cap(block)-7, 0))
	codes = codes[:len(views)]
	for i, v := range views {
		if uint(v.start) >= near || v.n > fewBytes { // in extra, at the block's end
			return i
		}
		s, shape := text.part(v), &shapes[uint32(v.n+1)&63]
		first, last := s.word(0)&shape.mask, s.word(shape.last)&shape.mask
		f := &d.few[fewOf(first, last, v.n)]
		if f.first != first || f.last != last || f.n != v.n+2 {
			return i
		}
		if v.n > 16 {
			if o := wordsOf(d.text[d.offsets[f.code]:]); o.word(8) != s.word(8) || o.word(s.n-16) != s.word(s.n-16) {
				return i
			}
		}
		codes[i] = f.code
	}
	return len(views)
}

func fewOf(first, last uint64, n int32) uint8 {
	return uint8((first ^ last<<1 + uint64(n)) * 0x9e37_79b9_7f4a_7c15 >> 56)
}

// meetFew returns the code of a text that findFew does not find, but the next
// time, if it may.
func (d *dictionary) meetFew(r *rows, v view) int32 {
	f := few{n: v.n + 2, code: -1}
	if v.n >= 0 {
		text := r.words(v)
		f.code = d.codeOfBytes(text.bytes())
		if v.n > 16 && d.string(f.code) != string(text.bytes()) { // it was no UTF-8
			return f.code
		}
		f.first, f.last = text.ends()
	}
	if v.n <= fewBytes {
		d.few[fewOf(f.first, f.last, v.n)] = f
	}
	return f.code
}
