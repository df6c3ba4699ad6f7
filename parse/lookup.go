package parse

// lookups are look-ups of a chunk's texts that are under way.
type lookups struct {
	rows   [chunkRows]uint8 // of the texts: those that are not null
	views  [chunkRows]view
	hashes [chunkRows]uint32
	codes  [chunkRows]int32 // of the known texts that these probably are
	known  [chunkRows]view
	others [chunkRows]uint8 // those that these are not
	waited uint32           // for memory
}

// intern sets codes[i] to the code of the text of views[i], or to -1 if that is
// null, and returns how many are null. There are at most chunkRows.
//
// Look-ups of texts that are spread over megabytes are bound by the cache's
// misses. So each step is done for many rows before the next: hashes, then
// slots, then the ends of the text that a slot points to, and only then the
// comparison. The misses of a step overlap, as they depend on nothing of the
// same step; row by row, each would wait for the one before.
func (d *dictionary) intern(r *rows, views []view, codes []int32) (nulls int) {
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
	r.hash(l.views[:n], l.hashes[:n])
	d.awaitSlots(l, n)
	d.find(l, n)
	d.awaitTexts(l, n)
	d.confirm(r, l, n, codes)
	return nulls
}

// gather collects the views that are not null and says how many there are.
// Whether a text is null is anybody's guess, so there is no branch, but most
// columns have no null.
func (l *lookups) gather(views []view) int {
	null := int32(0)
	for _, v := range views {
		null |= v.n
	}
	if null >= 0 {
		l.rows = allRows
		return copy(l.views[:], views)
	}
	n := 0
	for i, v := range views {
		l.views[uint8(n)], l.rows[uint8(n)] = v, uint8(i)
		n += 1 - int(uint32(v.n)>>31)
	}
	return n
}

var allRows = func() (rows [chunkRows]uint8) {
	for i := range rows {
		rows[i] = uint8(i)
	}
	return rows
}()

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

// Texts lie one behind the other, so that the ends of one are its beginning and
// that of the next; most are so short that they have no third line of the cache.
func (d *dictionary) awaitTexts(l *lookups, n int) {
	text, offsets, waited := d.text, d.offsets, byte(0)
	for i, code := range l.codes[:n] {
		start, end := offsets[code], offsets[code+1]
		l.known[i] = view{start, end - start}
		if int(start) < len(text) {
			waited ^= text[start]
		}
		if int(end) < len(text) {
			waited ^= text[end]
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
		for s^hash > mask && s != 0 {
			at = (at + 1) & mask
			s = slots[at]
		}
		l.codes[i] = int32(max(s&mask, 1)) - 1
	}
}

// confirm compares texts with those that were found for them, and gives codes
// to those that are new.
func (d *dictionary) confirm(r *rows, l *lookups, n int, codes []int32) {
	if n == len(codes) {
		copy(codes, l.codes[:])
	} else {
		for i, row := range l.rows[:n] {
			codes[row] = l.codes[i]
		}
	}
	for _, i := range l.compare(&r.texts, wordsOf(d.text), n) {
		codes[l.rows[i]] = d.code(r.words(l.views[i]).bytes(), l.hashes[i])
	}
}

// compare returns which of the texts are not the known ones. That texts of one
// length are not the same is rare, so where they differ is left open, and
// which texts do is noted in any case: no branch is guessed wrongly.
func (l *lookups) compare(texts *texts, known words, count int) []uint8 {
	others := 0
	for i := range count {
		s, t := texts.words(l.views[uint8(i)]), known.part(l.known[uint8(i)])
		n, differ := s.n, uint64(s.n^t.n)
		switch {
		case differ != 0:
		case n >= 8:
			differ = (s.word(0) ^ t.word(0)) | (s.word(n-8) ^ t.word(n-8))
			if n > 16 {
				differ |= (s.word(8) ^ t.word(8)) | (s.word(n-16) ^ t.word(n-16))
				for at := 16; at < n-16; at += 16 {
					differ |= (s.word(at) ^ t.word(at)) | (s.word(at+8) ^ t.word(at+8))
				}
			}
		default:
			s0, s1 := s.shortEnds()
			t0, t1 := t.shortEnds()
			differ = (s0 ^ t0) | (s1 ^ t1)
		}
		l.others[uint8(others)] = uint8(i)
		if differ != 0 {
			others++
		}
	}
	return l.others[:others]
}

// fewTexts is how many texts a column such as method, protocol or type has.
const fewTexts = 32

// A few is a text of such a column. Up to 16 bytes its ends and its length are
// all of it.
type few struct {
	first, last uint64
	n, code     int32 // the length + 1, so that 0 is none
}

// internFew is intern for columns of few texts. Their ends and lengths tell
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
		known := &d.few[uint8((first^last<<1+uint64(v.n))*0x9e37_79b9_7f4a_7c15>>56)]
		if known.first != first || known.last != last || known.n != v.n+1 || v.n > 16 && string(text.bytes()) != d.string(known.code) {
			*known = few{first, last, v.n + 1, d.codeOfBytes(text.bytes())}
		}
		codes[i] = known.code
	}
	return nulls
}
