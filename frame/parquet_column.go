package frame

import (
	"math/bits"
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
	case *valueColumn[int32]:
		return writeValues(w.(*file.Int32ColumnChunkWriter), c)
	case *valueColumn[int64]:
		return writeValues(w.(*file.Int64ColumnChunkWriter), c)
	case *valueColumn[float64]:
		return writeValues(w.(*file.Float64ColumnChunkWriter), c)
	case *textColumn:
		text := w.(*file.ByteArrayColumnChunkWriter)
		if c.dictionaryPays() {
			return writeCodes(text, c)
		}
		return writeTexts(text, c)
	}
	panic("unknown column")
}

type batchWriter[T any] interface {
	WriteBatch(values []T, defLevels, repLevels []int16) (int64, error)
}

func writeValues[T bool | int32 | int64 | float64](w batchWriter[T], c *valueColumn[T]) error {
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

// writeCodes writes a text column as a dictionary and codes.
func writeCodes(w *file.ByteArrayColumnChunkWriter, c *textColumn) error {
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
	texts := c.dictionary()
	defer texts.Release()
	if err := encoder.PutDictionary(texts); err != nil {
		return err
	}
	stats := textStatistics(w, c)
	levels, spaced, codes := make([]int16, parquetBlock), make([]int32, parquetBlock), c.codes
	valid := make([]byte, bitutil.BytesForBits(parquetBlock))
	for from := 0; from < c.rows; from += parquetBlock {
		to := min(c.rows, from+parquetBlock)
		n := c.levels(levels, from, to)
		count(stats, n, to-from)
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

// textStatistics gives the column's least and greatest text to the chunk's
// statistics, and returns them for counting. The library's own way for
// dictionaries, UpdateFromArrow, overlooks the empty text.
func textStatistics(w *file.ByteArrayColumnChunkWriter, c *textColumn) *metadata.ByteArrayStatistics {
	stats := w.PageStatistics().(*metadata.ByteArrayStatistics)
	if len(c.texts) == 0 {
		return stats
	}
	least, greatest := c.texts[0], c.texts[0]
	for _, text := range c.texts {
		least, greatest = min(least, text), max(greatest, text)
	}
	least, greatest = bounds(least, greatest)
	stats.SetMinMax(parquet.ByteArray(least), parquet.ByteArray(greatest))
	return stats
}

func count(stats *metadata.ByteArrayStatistics, values, rows int) {
	stats.IncNumValues(int64(values))
	stats.IncNulls(int64(rows - values))
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
