package frame

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
)

// A fileValue is a number, a flag or a time as files have them.
type fileValue interface {
	bool | int8 | int16 | int32 | int64 | float32 | float64 | parquet.Int96
}

// A valueReader reads a column of numbers or flags.
type valueReader[T fileValue] struct {
	chunk interface {
		ReadBatch(rows int64, values []T, defLevels, repLevels []int16) (total int64, valuesRead int, err error)
		Skip(rows int64) (int64, error)
	}
	typ      arrow.DataType
	optional bool
	levels   []int16
}

var errShort = errors.New("ends early")

func (r *valueReader[T]) read(rows int) (arrow.Array, error) {
	if len(r.levels) < rows {
		r.levels = make([]int16, rows)
	}
	values, n := make([]T, rows), 0
	for row := 0; row < rows; {
		total, read, err := r.chunk.ReadBatch(int64(rows-row), values[n:], r.levels[row:], nil)
		if err != nil {
			return nil, err
		}
		if total <= 0 {
			return nil, errShort
		}
		row += int(total)
		n += read
	}
	if !r.optional || n == rows {
		return valueArray(r.typ, values, nil, 0), nil
	}
	valid, err := spread(values, n, r.levels[:rows])
	if err != nil {
		return nil, err
	}
	return valueArray(r.typ, values, valid, rows-n), nil
}

func (r *valueReader[T]) skip(rows int) error {
	// Skip of the library loses count of nulls, so rows are read instead.
	a, err := r.read(rows)
	if err == nil {
		a.Release()
	}
	return err
}

// spread moves the first n values to the rows whose level is 1, and returns
// the bitmap of these rows.
func spread[T any](values []T, n int, levels []int16) ([]byte, error) {
	valid := make([]byte, bitutil.BytesForBits(int64(len(levels))))
	for row := len(levels) - 1; row >= 0; row-- {
		if levels[row] != 1 {
			var zero T
			values[row] = zero
			continue
		}
		if n--; n < 0 {
			return nil, fmt.Errorf("fewer values than rows that have one")
		}
		values[row] = values[n]
		bitutil.SetBit(valid, row)
	}
	if n != 0 {
		return nil, fmt.Errorf("more values than rows that have one")
	}
	return valid, nil
}

// valueArray returns an array over the values' own memory, but for flags and
// times of 96 bits. A nil valid stands for no nulls.
func valueArray[T fileValue](t arrow.DataType, values []T, valid []byte, nulls int) arrow.Array {
	var raw []byte
	switch values := any(values).(type) {
	case []bool:
		raw = make([]byte, bitutil.BytesForBits(int64(len(values))))
		for i, v := range values {
			if v {
				bitutil.SetBit(raw, i)
			}
		}
	case []int8:
		raw = arrow.Int8Traits.CastToBytes(values)
	case []int16:
		raw = arrow.Int16Traits.CastToBytes(values)
	case []int32:
		raw = arrow.Int32Traits.CastToBytes(values)
	case []int64:
		raw = arrow.Int64Traits.CastToBytes(values)
	case []parquet.Int96:
		times := make([]int64, len(values))
		for i, v := range values {
			times[i] = v.ToTime().UnixMicro()
		}
		raw = arrow.Int64Traits.CastToBytes(times)
	case []float32:
		raw = arrow.Float32Traits.CastToBytes(values)
	case []float64:
		raw = arrow.Float64Traits.CastToBytes(values)
	}
	data := array.NewData(t, len(values), []*memory.Buffer{bitmapBuffer(valid), memory.NewBufferBytes(raw)}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// bitmapBuffer returns a buffer of the bitmap; none for nil.
func bitmapBuffer(valid []byte) *memory.Buffer {
	if valid == nil {
		return nil
	}
	return memory.NewBufferBytes(valid)
}

// pick returns a batch of the rows in sel, which is ascending.
func pick(batch arrow.Record, sel []int32) arrow.Record {
	columns := make([]arrow.Array, batch.NumCols())
	for i, c := range batch.Columns() {
		columns[i] = pickArray(c, sel)
		defer columns[i].Release()
	}
	return array.NewRecord(batch.Schema(), columns, int64(len(sel)))
}

func pickArray(a arrow.Array, sel []int32) arrow.Array {
	valid, nulls := pickValid(a, sel)
	switch a := a.(type) {
	case *array.Dictionary:
		return codedArray(pickValues(a.Indices().(*array.Int32).Int32Values(), sel), valid, nulls, a.Dictionary())
	case *array.Boolean:
		values := make([]bool, len(sel))
		for i, row := range sel {
			values[i] = a.Value(int(row))
		}
		return valueArray(a.DataType(), values, valid, nulls)
	case *array.Int8:
		return valueArray(a.DataType(), pickValues(a.Int8Values(), sel), valid, nulls)
	case *array.Int16:
		return valueArray(a.DataType(), pickValues(a.Int16Values(), sel), valid, nulls)
	case *array.Int32:
		return valueArray(a.DataType(), pickValues(a.Int32Values(), sel), valid, nulls)
	case *array.Int64:
		return valueArray(a.DataType(), pickValues(a.Int64Values(), sel), valid, nulls)
	case *array.Float64:
		return valueArray(a.DataType(), pickValues(a.Float64Values(), sel), valid, nulls)
	case *array.Timestamp:
		times := arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(a.TimestampValues()))
		return valueArray(a.DataType(), pickValues(times, sel), valid, nulls)
	}
	panic(fmt.Sprintf("cannot pick rows of type %s", a.DataType()))
}

func pickValues[T any](values []T, sel []int32) []T {
	picked := make([]T, len(sel))
	for i, row := range sel {
		picked[i] = values[row]
	}
	return picked
}

func pickValid(a arrow.Array, sel []int32) (valid []byte, nulls int) {
	if a.NullN() == 0 {
		return nil, 0
	}
	valid = make([]byte, bitutil.BytesForBits(int64(len(sel))))
	for i, row := range sel {
		if a.IsValid(int(row)) {
			bitutil.SetBit(valid, i)
		} else {
			nulls++
		}
	}
	return valid, nulls
}

// codedArray returns a text column of codes into a dictionary.
func codedArray(codes []int32, valid []byte, nulls int, texts arrow.Array) arrow.Array {
	data := array.NewDataWithDictionary(textType, len(codes), []*memory.Buffer{
		bitmapBuffer(valid), memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(codes)),
	}, nulls, 0, texts.Data().(*array.Data))
	defer data.Release()
	return array.NewDictionaryData(data)
}
