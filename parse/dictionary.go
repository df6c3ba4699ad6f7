package parse

import (
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A dictionary is what a worker knows of a lexicon: its entries of a moment. It only
// grows; all that it has handed out stays good.
//
// The texts of a block are looked up in its slots without a lock, while others may
// put texts into those that are free: a slot is read and written as a whole. So a
// code may be of a text that the dictionary has not seen yet, which [dictionary.values]
// has. A text that is not found may still be known, or the slots may be those of
// yesterday: only who has the lock can tell.
type dictionary struct {
	entries
	lexicon *lexicon  // nil for the view of a table's texts, to which none are added
	few     *[256]few // while there are few
}

// newDictionary returns a dictionary of a lexicon that nobody shares.
func newDictionary() *dictionary { return newLexicon().dictionary() }

// dictionary returns a dictionary of the lexicon's texts.
func (l *lexicon) dictionary() *dictionary {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return &dictionary{entries: l.entries, lexicon: l}
}

// dictionaryView returns a dictionary of texts that somebody else coded.
func dictionaryView(texts *array.String) *dictionary {
	return &dictionary{entries: entries{offsets: texts.ValueOffsets(), text: texts.ValueBytes(), array: texts}}
}

// full reports whether the dictionary has passed its bounds. A view has those of
// whoever made it.
func (d *dictionary) full() bool { return d.lexicon != nil && d.entries.full() }

// codeOf returns the code of a text, which is a new one if the text is new.
func (d *dictionary) codeOf(text string) int32 {
	return d.codeOfBytes(unsafe.Slice(unsafe.StringData(text), len(text)))
}

func (d *dictionary) codeOfBytes(text []byte) int32 {
	codes, news := [1]int32{}, [1]uint8{}
	t := texts{extra: text}
	d.learn(&t, []view{{^0, int32(len(text))}}, []uint64{wordsOf(text).hash()}, codes[:], news[:])
	return codes[0]
}

// learn sets codes[i] to that of the text of views[i] for each i of news, which were
// not found without the lock.
func (d *dictionary) learn(t *texts, views []view, hashes []uint64, codes []int32, news []uint8) {
	l := d.lexicon
	l.lock()
	for _, i := range news {
		codes[i] = l.code(t.words(views[i]).bytes(), hashes[i])
	}
	d.entries = l.entries
	widen := l.tight() && !l.widening
	l.widening = l.widening || widen
	l.mutex.Unlock()
	if widen {
		l.widen(d.entries)
	}
}

// refresh learns of all texts that codes were given for.
func (d *dictionary) refresh() {
	if d.lexicon != nil {
		d.lexicon.lock()
		d.entries = d.lexicon.entries
		d.lexicon.mutex.Unlock()
	}
}

// values returns all texts that codes were given for, as an Arrow array.
func (d *dictionary) values() arrow.Array {
	if d.lexicon != nil {
		d.lexicon.lock()
		d.lexicon.values()
		d.entries = d.lexicon.entries
		d.lexicon.mutex.Unlock()
	}
	return d.array
}

// unknownCode stands where the code of what becomes of a text will be, until a row
// has that text.
const unknownCode = -2

// extendTo appends as many of a value as make n values.
func extendTo[T any](values []T, n int, value T) []T {
	for had := len(values); had < n; had++ {
		values = append(values, value)
	}
	return values
}
