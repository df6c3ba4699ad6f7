package parse

import (
	"bytes"
	"math"
	"slices"
)

// marks are the places of a text's quotes, with its backslashes among them. All
// usual lines of a log have the same ones in the same order, so that who knows
// where the marks are knows where the fields are, and need not look for them
// field by field: lengths vary, and with each end of a search a core has guessed
// wrongly how long it takes.
type marks struct {
	places []int32 // ascending, and noMark behind them
	next   int     // index of one that none lies before from the place asked for last on
}

// lineMarks are the marks of a line, from its first one on, and one more. Behind
// the last mark of a text they are noMark.
type lineMarks [7]int32

const noMark = math.MaxInt32

// find finds the marks of a text. It also appends the ends of its lines, without
// their newlines; the last may lack it.
func (m *marks) find(ends []int32, text []byte) []int32 {
	m.next = 0
	m.places, ends = findMarks(m.places[:0], ends, text)
	for range len(lineMarks{}) {
		m.places = append(m.places, noMark)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		ends = append(ends, int32(len(text)))
	}
	return ends
}

// from returns the marks from a place on. Places come in order.
func (m *marks) from(start int) *lineMarks {
	if int(m.places[m.next+5]) < start {
		m.next += 6 // as many as most lines have
	}
	for int(m.places[m.next]) < start {
		m.next++
	}
	return (*lineMarks)(m.places[m.next:])
}

// quotesFrom returns the marks of a line without backslashes, of which the first
// is known. Long and short ways between them take turns.
func quotesFrom(line []byte, first int) (at lineMarks) {
	next := first + 1
	at[0] = int32(first)
	for i := 1; i < len(at); i += 2 {
		next = indexFrom(line, next, '"') + 1
		at[i] = int32(next - 1)
		next = min(next, len(line))
		next += firstOf(line[next:], '"') + 1
		at[i+1] = int32(next - 1)
	}
	return at
}

// findMarks appends the places of quotes and backslashes, and those of newlines.
func findMarks(quotes, newlines []int32, text []byte) (q, n []int32) {
	if quickMarks {
		return findQuickly(quotes, newlines, text)
	}
	quotes = appendPlaces(appendPlaces(quotes, text, '"'), text, '\\')
	if !slices.IsSorted(quotes) {
		slices.Sort(quotes)
	}
	return quotes, appendPlaces(newlines, text, '\n')
}

// appendPlaces appends the places of a byte.
func appendPlaces(places []int32, text []byte, c byte) []int32 {
	for at := 0; ; at++ {
		n := bytes.IndexByte(text[at:], c)
		if n < 0 {
			return places
		}
		at += n
		places = append(places, int32(at))
	}
}

// markBlock is how much text markBlocks looks at in one go, and markRoom how much
// room for marks is made at a time.
const markBlock, markRoom = 64, 16 << 10

// findQuickly is findMarks where there is markBlocks.
func findQuickly(quotes, newlines []int32, text []byte) (q, n []int32) {
	at := 0
	for ; len(text)-at >= markBlock; at += min(len(text)-at, markRoom) &^ (markBlock - 1) {
		quotes, newlines = findBlocks(quotes, newlines, text[at:], int32(at))
	}
	var rest [markBlock]byte
	copy(rest[:], text[at:])
	return findBlocks(quotes, newlines, rest[:], int32(at))
}

// findBlocks is findQuickly for a text's first blocks, whose place is base.
func findBlocks(quotes, newlines []int32, text []byte, base int32) (q, n []int32) {
	blocks := min(len(text), markRoom) / markBlock
	q, n = slices.Grow(quotes, blocks*markBlock+4), slices.Grow(newlines, blocks*markBlock+4)
	q, n = q[:len(quotes)+4], n[:len(newlines)+4]
	nq, nn := markBlocks(&text[0], blocks, base, &q[len(quotes)], &n[len(newlines)])
	return q[:len(quotes)+nq], n[:len(newlines)+nn]
}
