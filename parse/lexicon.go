package parse

import (
	"bytes"
	"slices"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A lexicon gives texts codes, 0, 1, 2 … in the order in which it meets them,
// for the dictionaries of some workers. What one of them has learned none of the
// others has to, and the caches that cores share hold it once.
//
// Who looks up a text takes no lock, see [dictionary]; who adds one does.
//
// Texts are one if their hashes are, of which 61 bits count, under secret keys. To
// compare the texts themselves would read each from memory again, for each
// line: a third of the time of a scan, for texts that never differ. Of the
// lexicons that are as large as they may be, fewer than one in ten million
// takes two texts for one, and nobody can write a log that has better odds.
//
// Texts are kept as valid UTF-8: each run of invalid bytes is replaced by one
// U+FFFD, so texts that differ only there are one text; or each is written as
// \xHH, so that they are not.
type lexicon struct {
	escape   bool // invalid bytes are not repaired but escaped
	verbatim bool // … or kept, as nobody sees the texts

	mutex    sync.Mutex // of what follows
	entries             // all of them
	widening bool       // somebody is
}

// entries are texts and how to find their codes. A copy stays good for those that
// there were, as more only come behind them and into slots that were free.
type entries struct {
	slots   slots
	offsets []int32 // text i is text[offsets[i]:offsets[i+1]]
	text    []byte
	array   arrow.Array // of all texts; nil or shorter when texts were added since
}

func newLexicon() *lexicon {
	return &lexicon{entries: entries{slots: make(slots, 1<<8), offsets: make([]int32, 1, 1<<8), text: make([]byte, 0, 1<<12)}}
}

func (e *entries) len() int { return len(e.offsets) - 1 }

func (e *entries) at(code int32) []byte { return e.text[e.offsets[code]:e.offsets[code+1]] }

// string is at as a string that shares the memory of the texts, which is never
// written twice.
func (e *entries) string(code int32) string {
	b := e.at(code)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// A lexicon that has passed these bounds at the end of a batch gives way to
// a new one, so that memory does not grow with a log whose every path is
// unique. There is one for each text column that is read; at its bounds it
// holds 16 MiB of text and half as much of hash table.
const (
	lexiconTexts = 500_000 // a batch more still fits into 2²⁰ slots
	lexiconBytes = 16 << 20
)

func (e *entries) full() bool { return e.len() >= lexiconTexts || len(e.text) >= lexiconBytes }

// lock takes the mutex. Whoever has it keeps it for microseconds, and a goroutine
// that sleeps takes a hundred to be awake again: this one tries for tens of them first.
func (l *lexicon) lock() {
	for range 16_000 {
		if l.mutex.TryLock() {
			return
		}
	}
	l.mutex.Lock()
}

// code returns the code of a text, which is a new one if the text is new.
func (l *lexicon) code(text []byte, hash uint64) int32 {
	code, free := l.slots.look(hash)
	if code < 0 {
		return l.add(text, hash, free)
	}
	return code
}

// add gives a new text the next code and a free slot.
func (l *lexicon) add(text []byte, hash, free uint64) int32 {
	if !l.verbatim && !utf8.Valid(text) {
		if l.escape {
			text = escapeInvalid(text)
		} else {
			text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
		}
		return l.code(text, wordsOf(text).hash())
	}
	if 8*l.len() > 7*len(l.slots) { // nobody has widened them in time
		l.adopt(l.wider())
		_, free = l.slots.look(hash)
	}
	code := int32(l.len())
	l.text = append(twice(l.text, len(text)+1), text...) // so that an empty text has a place behind it
	l.offsets = append(twice(l.offsets, 1), int32(len(l.text)))
	l.slots.put(hash, free, code)
	return code
}

// twice returns values with room for n more. Append would make a large array a
// quarter larger at a time, and so copy it five times on its way.
func twice[T any](values []T, n int) []T {
	if cap(values)-len(values) >= n {
		return values
	}
	return append(make([]T, 0, 2*cap(values)+n), values...)
}

// escapeInvalid writes what is no UTF-8 as servers do: \xHH for a byte.
func escapeInvalid(text []byte) []byte {
	var valid []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			valid = appendHex(valid, text[0])
		} else {
			valid = append(valid, text[:n]...)
		}
		text = text[n:]
	}
	return valid
}

// tight reports whether more than three quarters of the slots or of the memory are
// taken.
func (e *entries) tight() bool {
	return 4*e.len() > 3*len(e.slots) || nearlyFull(e.text) || nearlyFull(e.offsets)
}

func nearlyFull[T any](values []T) bool { return 4*len(values) > 3*cap(values) }

// widen makes room for more where there is little, before there is none: others go
// on meanwhile, who else would wait for milliseconds.
func (l *lexicon) widen(was entries) {
	wide := was.wider()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.adopt(wide)
	l.widening = false
}

// wider returns the entries with more room where there is little.
func (e entries) wider() entries {
	if 4*e.len() > 3*len(e.slots) {
		// Four times as many slots: twice would have each text moved twice as often.
		e.slots = make(slots, 4*len(e.slots))
		e.moveTo(e.slots, 0)
	}
	if nearlyFull(e.text) {
		e.text = twice(e.text, cap(e.text))
	}
	if nearlyFull(e.offsets) {
		e.offsets = twice(e.offsets, cap(e.offsets))
	}
	return e
}

// adopt takes the room of entries that were the lexicon's.
func (l *lexicon) adopt(wide entries) {
	if n := wide.len(); len(wide.slots) > len(l.slots) {
		l.moveTo(wide.slots, n)
		l.slots = wide.slots
	}
	if cap(wide.text) > cap(l.text) {
		l.text = append(wide.text, l.text[len(wide.text):]...)
	}
	if cap(wide.offsets) > cap(l.offsets) {
		l.offsets = append(wide.offsets, l.offsets[len(wide.offsets):]...)
	}
}

// moveTo finds slots for the texts from a code on. They are hashed again: less work
// than hashes that are kept for it would be all the time.
func (e *entries) moveTo(to slots, first int) {
	all := texts{block: e.text}
	var views [chunkRows]view
	var hashes [chunkRows]uint64
	for ; first < e.len(); first += chunkRows {
		n := min(chunkRows, e.len()-first)
		for i := range n {
			start := e.offsets[first+i]
			views[i] = view{start, e.offsets[first+i+1] - start}
		}
		all.hash(views[:n], hashes[:], to)
		for i, hash := range hashes[:n] {
			_, free := to.look(hash)
			to.put(hash, free, int32(first+i))
		}
	}
}

// values returns the texts as an Arrow array over their memory. It is the same
// array until a text is added, and then one that extends it.
func (e *entries) values() arrow.Array {
	if e.array == nil || e.array.Len() != e.len() {
		data := array.NewData(arrow.BinaryTypes.String, e.len(), []*memory.Buffer{nil,
			memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(e.offsets)),
			memory.NewBufferBytes(slices.Clip(e.text)),
		}, nil, 0, 0)
		e.array = array.NewStringData(data)
	}
	return e.array
}

// sharers is how many workers share a lexicon. More would wait for each other
// where each text is new.
const sharers = 4

// lexicons are those of the text columns, of some workers.
type lexicons struct {
	escape bool // see lexicon
	mutex  sync.Mutex
	of     [NumFields]*lexicon
}

// dictionary returns a dictionary of a column's lexicon, or of a new one if that is
// full.
func (s *lexicons) dictionary(f Field) *dictionary {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.of[f] != nil {
		if d := s.of[f].dictionary(); !d.full() {
			return d
		}
	}
	s.of[f] = newLexicon()
	s.of[f].escape = s.escape
	return s.of[f].dictionary()
}
