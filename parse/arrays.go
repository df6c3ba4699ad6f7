package parse

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// textType is the type of all text columns.
var textType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// dictionaryArray makes a column of codes, of which so many are -1 for null. It
// takes their memory, which is of the pool.
func dictionaryArray(codes []int32, nulls int, d *dictionary, p *pool) arrow.Array {
	if nulls == len(codes) {
		p.Free(bytesOf(codes))
		return nullTexts(nulls, d)
	}
	var valid *memory.Buffer
	if nulls > 0 {
		valid = validCodes(codes)
	}
	indices := p.buffer(bytesOf(codes))
	defer indices.Release()
	return dictionaryOf(len(codes), nulls, valid, indices, d.values())
}

// nullTexts makes a column of nulls.
func nullTexts(n int, d *dictionary) arrow.Array {
	texts := d.values()
	if texts.Len() == 0 {
		texts = noTexts // readers may look at text 0
	}
	valid, indices := zeros(int(bitutil.BytesForBits(int64(n)))), zeros(arrow.Int32Traits.BytesRequired(n))
	return dictionaryOf(n, n, memory.NewBufferBytes(valid), memory.NewBufferBytes(indices), texts)
}

func dictionaryOf(n, nulls int, valid, indices *memory.Buffer, texts arrow.Array) arrow.Array {
	data := array.NewDataWithDictionary(textType, n, []*memory.Buffer{valid, indices}, nulls, 0, texts.Data().(*array.Data))
	defer data.Release()
	return array.NewDictionaryData(data)
}

// zeros returns so many zeros, which nobody may write to: most columns of which
// all is null can share them.
func zeros(n int) []byte {
	if n <= len(manyZeros) {
		return manyZeros[:n:n]
	}
	return make([]byte, n)
}

var manyZeros = make([]byte, 64<<10)

// validCodes returns a bit for each code that stands for a text. Those that do
// not become 0, which every reader can look up.
func validCodes(codes []int32) *memory.Buffer {
	bits := make([]byte, bitutil.BytesForBits(int64(len(codes))))
	for i := range bits {
		few := codes[8*i : min(8*i+8, len(codes))]
		valid := byte(0)
		for j, c := range few {
			null := c >> 31 // all its bits
			valid |= byte(null+1) << j
			few[j] = c &^ null
		}
		bits[i] = valid
	}
	return memory.NewBufferBytes(bits)
}

// noTexts is the dictionary of a column without texts.
var noTexts = func() arrow.Array {
	d := newDictionary()
	d.codeOf("")
	return d.values()
}()

// numberArray makes a column of numbers, of which it takes the memory, which is
// of the pool.
func numberArray[T int32 | int64](typ arrow.DataType, values []T, p *pool) arrow.Array {
	valid, nulls := validNumbers(values)
	numbers := p.buffer(bytesOf(values))
	defer numbers.Release()
	data := array.NewData(typ, len(values), []*memory.Buffer{valid, numbers}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// validNumbers returns a bit for each number that is not None; nil if none is.
func validNumbers[T int32 | int64](values []T) (valid *memory.Buffer, nulls int) {
	for _, v := range values {
		if v == None {
			nulls++
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	return bitmap(len(values), func(i int) bool { return values[i] != None }), nulls
}

// bitmap returns n bits.
func bitmap(n int, bit func(i int) bool) *memory.Buffer {
	bits := make([]byte, bitutil.BytesForBits(int64(n)))
	for i := range n {
		if bit(i) {
			bits[i>>3] |= 1 << (i & 7)
		}
	}
	return memory.NewBufferBytes(bits)
}
