package parse

// lookups are look-ups of a chunk's texts that are under way.
type lookups struct {
	rows   [chunkRows]uint8 // of the texts: those that are not null
	views  [chunkRows]view
	hashes [chunkRows]uint32
	codes  [chunkRows]int32 // of the texts that these probably are
	waited uint32           // for memory
}

// intern sets codes[i] to the code of the text of views[i], or to -1 if that is
// null, and returns how many are null.
//
// Look-ups of texts that are spread over megabytes are bound by the cache's
// misses. So each step is done for many rows before the next: hashes, then
// slots, then the first byte of the text that a slot points to, and only then
// the comparison. The misses of a step overlap, as they depend on nothing of
// the same step; row by row, each would wait for the one before.
func (d *dictionary) intern(r *rows, views []view, codes []int32) (nulls int) {
	for len(views) > 0 {
		n := min(len(views), chunkRows)
		nulls += d.internChunk(r, views[:n], codes[:n])
		views, codes = views[n:], codes[n:]
	}
	return nulls
}

func (d *dictionary) internChunk(r *rows, views []view, codes []int32) (nulls int) {
	if d.len() <= fewTexts {
		return d.internFew(r, views, codes)
	}
	l := &r.lookups
	n := l.gather(views)
	if nulls = len(views) - n; nulls > 0 {
		for i := range codes {
			codes[i] = -1
		}
	}
	l.hash(r, n)
	d.awaitSlots(l, n)
	d.find(l, n)
	d.awaitTexts(l, n)
	d.confirm(r, l, n, codes)
	return nulls
}

// gather collects the views that are not null and says how many there are.
// Whether a text is null is anybody's guess, so there is no branch.
func (l *lookups) gather(views []view) int {
	n := 0
	for i, v := range views {
		l.views[uint8(n)], l.rows[uint8(n)] = v, uint8(i)
		n += 1 - int(uint32(v.n)>>31)
	}
	return n
}

func (l *lookups) hash(r *rows, n int) {
	for i, v := range l.views[:n] {
		l.hashes[i] = r.words(v).hash()
	}
}

// awaitSlots and awaitTexts bring into the cache what the next step reads. Each
// is a loop of so few instructions that a core has dozens of its loads under
// way. They keep a result, or the compiler would see that nobody needs them.
func (d *dictionary) awaitSlots(l *lookups, n int) {
	slots, mask := d.slots, uint32(len(d.slots)-1)
	waited := uint32(0)
	for _, hash := range l.hashes[:n] {
		waited ^= slots[hash&mask]
	}
	l.waited = waited
}

func (d *dictionary) awaitTexts(l *lookups, n int) {
	text, offsets, waited := d.text, d.offsets, byte(0)
	for _, code := range l.codes[:n] {
		if at := int(offsets[code]); at < len(text) {
			waited ^= text[at]
		}
	}
	l.waited = uint32(waited)
}

// find looks for each hash's code. It is that of the first text with nearly
// that hash, or, so that there always is a text to compare with, that of text 0.
func (d *dictionary) find(l *lookups, n int) {
	slots, mask := d.slots, uint32(len(d.slots)-1)
	for i, hash := range l.hashes[:n] {
		at := hash & mask
		s := slots[at]
		for s != 0 && s^hash > mask {
			at = (at + 1) & mask
			s = slots[at]
		}
		l.codes[i] = int32(max(s&mask, 1)) - 1
	}
}

// confirm compares texts with those that were found for them, and gives codes
// to those that are new.
func (d *dictionary) confirm(r *rows, l *lookups, n int, codes []int32) {
	for i, row := range l.rows[:n] {
		text, code := r.words(l.views[i]), l.codes[i]
		if known := d.words(code); known.n != text.n || !text.equal(known) {
			code = d.code(text.bytes(), l.hashes[i])
		}
		codes[row] = code
	}
}

// fewTexts is how many texts a column such as method, protocol or type has.
const fewTexts = 32

// A few is a text of such a column. Up to 16 bytes its ends and its length are
// all of it.
type few struct {
	first, last uint64
	n, code     int32 // the code + 1; 0 for none
}

// internFew is internChunk for columns of few texts. Their ends and lengths tell
// nearly all of them apart: no text is read twice, as hashing would, and none
// is guessed by the one before, which a core guesses wrongly.
func (d *dictionary) internFew(r *rows, views []view, codes []int32) (nulls int) {
	if d.few == nil {
		d.few = new([256]few)
	}
	for i, v := range views {
		if v.n < 0 {
			codes[i] = -1
			nulls++
			continue
		}
		text := r.words(v)
		first, last := text.ends()
		known := &d.few[fewOf(first, last, v.n)]
		if known.code == 0 || known.first != first || known.last != last || known.n != v.n || v.n > 16 && !text.equal(d.words(known.code-1)) {
			*known = few{first, last, v.n, d.code(text.bytes(), text.hash()) + 1}
		}
		codes[i] = known.code - 1
	}
	return nulls
}

// fewOf mixes the ends of a text and its length.
func fewOf(first, last uint64, n int32) uint8 {
	return uint8((first ^ last<<29 ^ last>>35 ^ uint64(n)) * 0x9e37_79b9_7f4a_7c15 >> 56)
}
