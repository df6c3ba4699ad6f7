package parse

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// derived is what a derivation has made of the texts of a dictionary so far:
// for each code of the source the code of the derived text. The entry of a
// missing text is kept first, so that the source's code c is at c+1.
//
// A text is derived from when a row has it: many of a dictionary's are only in
// the rows of other workers.
type derived struct {
	*derivation
	codes        [][]int32     // by column; -1 is null, unknownCode what was not derived yet
	flags        []int8        // 0 or 1, or unknownCode
	dictionaries []*dictionary // by column
	out          []string

	days []int64 // of daily: the day for which codes[0] was made
}

func newDerived(d *derivation) *derived {
	v := &derived{derivation: d, out: make([]string, len(d.columns)), codes: make([][]int32, len(d.columns))}
	for range d.columns {
		v.dictionaries = append(v.dictionaries, newDictionary())
	}
	return v
}

func (d *derived) full() bool {
	for _, dict := range d.dictionaries {
		if dict.full() {
			return true
		}
	}
	return false
}

// extend makes room for the source's texts.
func (d *derived) extend(source *dictionary) {
	n := source.len() + 1
	switch {
	case d.flag != nil:
		d.flags = extendTo(d.flags, n, unknownCode)
	case d.texts != nil:
		for i := range d.codes {
			d.codes[i] = extendTo(d.codes[i], n, unknownCode)
		}
	default:
		d.days = extendTo(d.days, n, None)
		d.codes[0] = extendTo(d.codes[0], n, -1)
	}
}

// derive derives from a text of the source.
func (d *derived) derive(source *dictionary, code int32) {
	clear(d.out)
	d.texts(sourceText(source, int(code)), d.out)
	for i, text := range d.out {
		d.codes[i][code+1] = d.code(i, text)
	}
}

// sourceText returns the text of a code, "" for the missing text -1.
func sourceText(source *dictionary, code int) string {
	if code < 0 {
		return ""
	}
	return source.string(int32(code))
}

// code returns the code of a derived text, -1 for "".
func (d *derived) code(column int, text string) int32 {
	if text == "" {
		return -1
	}
	return d.dictionaries[column].codeOf(text)
}

// textColumn returns a derived column for rows with these codes of the source.
func (d *derived) textColumn(column int, codes []int32, source *dictionary, p *pool) arrow.Array {
	mapped := newNumbers[int32](p, len(codes))
	of := d.codes[column]
	nulls := 0
	for i, c := range codes {
		if of[c+1] == unknownCode {
			d.derive(source, c)
		}
		mapped[i] = of[c+1]
		nulls += int(uint32(mapped[i]) >> 31)
	}
	return dictionaryArray(mapped, nulls, d.dictionaries[column], p)
}

func (d *derived) flagColumn(codes []int32, source *dictionary) arrow.Array {
	bits := bitmap(len(codes), func(i int) bool {
		flag := &d.flags[codes[i]+1]
		if *flag == unknownCode {
			*flag = 0
			if d.flag(sourceText(source, int(codes[i]))) {
				*flag = 1
			}
		}
		return *flag == 1
	})
	data := array.NewData(arrow.FixedWidthTypes.Boolean, len(codes), []*memory.Buffer{nil, bits}, nil, 0, 0)
	defer data.Release()
	return array.NewBooleanData(data)
}

// dailyTexts returns a column that depends on the day too. Neighbouring rows
// are of one day, so that each text remembers but its last.
func (d *derived) dailyTexts(codes []int32, times []int64, source *dictionary, p *pool) arrow.Array {
	const µsOfDay = 24 * 60 * 60 * 1_000_000
	mapped := newNumbers[int32](p, len(codes))
	for i, c := range codes {
		day := times[i] / µsOfDay
		if times[i]%µsOfDay < 0 {
			day--
		}
		if d.days[c+1] != day {
			d.days[c+1] = day
			d.codes[0][c+1] = d.code(0, d.daily(sourceText(source, int(c)), day))
		}
		mapped[i] = d.codes[0][c+1]
	}
	return dictionaryArray(mapped, countNulls(mapped), d.dictionaries[0], p)
}
