package frame

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// writeChunk encodes one column of a row group.
func writeChunk(w file.ColumnChunkWriter, c rowColumn) error {
	w.PageStatistics().Reset() // of the claim that there are 0 distinct values; see amendFooter
	switch c := c.(type) {
	case *valueColumn[bool]:
		return writeValues(w.(*file.BooleanColumnChunkWriter), c)
	case *valueColumn[float64]:
		return writeValues(w.(*file.Float64ColumnChunkWriter), c)
	case *valueColumn[int32]:
		return writeNumbers(w.(*file.Int32ColumnChunkWriter), c, arrow.PrimitiveTypes.Int32)
	case *valueColumn[int64]:
		return writeNumbers(w.(*file.Int64ColumnChunkWriter), c, arrow.PrimitiveTypes.Int64)
	case *textColumn:
		text := w.(*file.ByteArrayColumnChunkWriter)
		if c.dictionaryPays() {
			return writeTextCodes(text, c)
		}
		return writeTexts(text, c)
	}
	panic("unknown column")
}

type batchWriter[T any] interface {
	WriteBatch(values []T, defLevels, repLevels []int16) (int64, error)
}

func writeValues[T any](w batchWriter[T], c *valueColumn[T]) error {
	levels, values := make([]int16, parquetBlock), c.values
	for from := 0; from < c.rows; from += parquetBlock {
		to := min(c.rows, from+parquetBlock)
		n := c.levels(levels, from, to)
		if _, err := w.WriteBatch(values[:n], levels[:to-from], nil); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// A numberWriter is a column chunk writer for numbers. The library gives it no
// dictionary where the file's properties say so, as for times.
type numberWriter[T any] interface {
	file.ColumnChunkWriter
	batchWriter[T]
}

// writeNumbers writes a column of numbers, with a dictionary if the numbers
// repeat as sizes and status codes do.
func writeNumbers[T int32 | int64](w numberWriter[T], c *valueColumn[T], t arrow.DataType) error {
	if w.CurrentEncoder().Encoding() != parquet.Encodings.PlainDict {
		return writeValues(w, c)
	}
	distinct, codes, ok := numberCodes(c.values)
	if !ok {
		w.FallbackToPlain()
		return writeValues(w, c)
	}
	dictionary := valueArray(t, distinct, nil, 0)
	defer dictionary.Release()
	if len(distinct) > 0 {
		setMinMax(w.PageStatistics(), slices.Min(distinct), slices.Max(distinct))
	}
	return writeCodes(w, &c.validity, codes, dictionary)
}

// setMinMax says between which values a column lies.
func setMinMax[T any](stats metadata.TypedStatistics, least, greatest T) {
	stats.(interface{ SetMinMax(least, greatest T) }).SetMinMax(least, greatest)
}

// numberCodes makes a dictionary of numbers, in order of first appearance. It
// is not ok if more than a quarter of them are distinct.
func numberCodes[T int32 | int64](values []T) (distinct []T, codes []int32, ok bool) {
	codeOf := map[T]int32{}
	codes = make([]int32, len(values))
	for i, v := range values {
		code, ok := codeOf[v]
		if !ok {
			code = int32(len(distinct))
			if len(distinct) > len(values)/4+16 {
				return nil, nil, false
			}
			codeOf[v] = code
			distinct = append(distinct, v)
		}
		codes[i] = code
	}
	return distinct, codes, true
}

// levels fills in Parquet's definition levels of rows [from, to), which are 1
// for a value and 0 for null, and returns the number of values.
func (v *validity) levels(levels []int16, from, to int) (values int) {
	for i := from; i < to; i++ {
		levels[i-from] = 0
		if !v.null(i) {
			levels[i-from] = 1
			values++
		}
	}
	return values
}

// dictionaryPays reports whether the dictionary and the codes are smaller than
// the plain texts. Ids of requests are the case where they are not.
func (c *textColumn) dictionaryPays() bool {
	plain := 0
	for _, code := range c.codes {
		plain += len(c.texts[code]) + 4
	}
	coded := c.bytes + 4*len(c.texts) + len(c.codes)*bits.Len(uint(len(c.texts)))/8
	return coded <= plain
}

// writeTextCodes writes a text column as a dictionary and codes.
func writeTextCodes(w *file.ByteArrayColumnChunkWriter, c *textColumn) error {
	if len(c.texts) > 0 {
		least, greatest := bounds(slices.Min(c.texts), slices.Max(c.texts))
		// The library's own way for dictionaries, UpdateFromArrow, overlooks
		// the empty text.
		setMinMax(w.PageStatistics(), parquet.ByteArray(least), parquet.ByteArray(greatest))
	}
	texts := c.dictionary()
	defer texts.Release()
	return writeCodes(w, &c.validity, c.codes, texts)
}

// writeCodes writes a column as a dictionary and codes into it.
func writeCodes(w file.ColumnChunkWriter, v *validity, codes []int32, dictionary arrow.Array) error {
	// The method is not in the interface that CurrentEncoder returns, and that
	// interface is internal to the library; hence the version is pinned and a
	// test reads every file back.
	encoder, ok := w.CurrentEncoder().(interface {
		PutDictionary(arrow.Array) error
		NumEntries() int
	})
	if !ok {
		return errNoDictionary
	}
	if err := encoder.PutDictionary(dictionary); err != nil {
		return err
	}
	stats := w.PageStatistics()
	levels, spaced := make([]int16, parquetBlock), make([]int32, parquetBlock)
	valid := make([]byte, bitutil.BytesForBits(parquetBlock))
	for from := 0; from < v.rows; from += parquetBlock {
		to := min(v.rows, from+parquetBlock)
		n := v.levels(levels, from, to)
		stats.IncNumValues(int64(n))
		stats.IncNulls(int64(to - from - n))
		block := codeArray(codes[:n], levels[:to-from], spaced, valid)
		err := w.WriteDictIndices(block, levels[:to-from], nil)
		block.Release()
		if err != nil {
			return err
		}
		codes = codes[n:]
	}
	return nil
}

// codeArray returns an array that has the codes where levels is 1 and nulls
// elsewhere. It uses the memory of spaced and valid.
func codeArray(codes []int32, levels []int16, spaced []int32, valid []byte) arrow.Array {
	bitmap := []byte(nil)
	if len(codes) == len(levels) {
		spaced = codes
	} else {
		clear(valid)
		bitmap = valid
		next := 0
		for i, level := range levels {
			if level == 1 {
				spaced[i] = codes[next]
				bitutil.SetBit(valid, i)
				next++
			}
		}
	}
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(levels), []*memory.Buffer{
		memory.NewBufferBytes(bitmap), memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(spaced[:len(levels)])),
	}, nil, len(levels)-len(codes), 0)
	defer data.Release()
	return array.NewInt32Data(data)
}

// dictionary returns the column's texts as an array.
func (c *textColumn) dictionary() *array.String {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(len(c.texts))
	b.ReserveData(c.bytes)
	for _, text := range c.texts {
		b.Append(text)
	}
	return b.NewStringArray()
}

// writeTexts writes a text column as plain texts, and leaves the statistics to
// the library: they are missing if the greatest text is longer than 4 KiB.
func writeTexts(w *file.ByteArrayColumnChunkWriter, c *textColumn) error {
	w.FallbackToPlain()
	levels, codes := make([]int16, parquetBlock), c.codes
	texts := make([]parquet.ByteArray, parquetBlock)
	for from := 0; from < c.rows; from += parquetBlock {
		to := min(c.rows, from+parquetBlock)
		n := c.levels(levels, from, to)
		for i, code := range codes[:n] {
			texts[i] = parquet.ByteArray(c.texts[code])
		}
		if _, err := w.WriteBatch(texts[:n], levels[:to-from], nil); err != nil {
			return err
		}
		codes = codes[n:]
	}
	return nil
}

// maxBound is how long a text in the statistics may be. The library drops
// statistics of more than 4 KiB, and one hostile path has that.
const maxBound = 256

// bounds shortens the least and the greatest text of a column; what it returns
// is not greater than the one and not less than the other, valid UTF-8, and
// has one byte at least if the text has.
func bounds(least, greatest string) (string, string) {
	if len(least) > maxBound {
		least = cut(least)
	}
	if len(greatest) <= maxBound {
		return least, greatest
	}
	// The next greater text of those that begin with prefix: its last
	// character that has a successor becomes that successor.
	prefix := cut(greatest)
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		if next := r + 1; utf8.ValidRune(next) {
			return least, prefix + string(next)
		}
	}
	return least, strings.Repeat(string(utf8.MaxRune), maxBound) // a text of nothing but the last character
}

// cut returns the longest prefix that is short enough and ends with a whole
// character.
func cut(text string) string {
	end := maxBound
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
