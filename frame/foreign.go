package frame

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// This file is about the types that others give their columns. They are read as
// the one of ours that holds their values, with a copy.

// ownType returns the type as which a column of another type is read; nil if
// none holds its values.
func ownType(t arrow.DataType) arrow.DataType {
	switch t := t.(type) {
	case *arrow.BooleanType, *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type, *arrow.Float64Type, *arrow.StringType:
		return t
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type, *arrow.DurationType:
		return arrow.PrimitiveTypes.Int64
	case *arrow.Float32Type:
		return arrow.PrimitiveTypes.Float64
	case *arrow.TimestampType:
		if t.Unit == arrow.Microsecond {
			return t
		}
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: t.TimeZone}
	case *arrow.Date32Type, *arrow.Date64Type:
		return arrow.FixedWidthTypes.Timestamp_us
	case *arrow.LargeStringType, *arrow.StringViewType:
		return arrow.BinaryTypes.String
	case *arrow.DictionaryType:
		if of := ownType(t.ValueType); of == nil || of.ID() != arrow.STRING {
			return nil
		}
		return textType
	}
	return nil
}

// isForeign reports whether own makes another column of one of this type.
func isForeign(t arrow.DataType) bool {
	to := ownType(t)
	return to != nil && !arrow.TypeEqual(t, to)
}

// own returns a column as one of the type that ownType says: the column itself
// if it is, or else one that only the garbage collector needs to release. Whole
// numbers over 2⁶³-1 are null, nanoseconds are cut off.
func own(a arrow.Array) arrow.Array {
	if !isForeign(a.DataType()) {
		return a
	}
	t := ownType(a.DataType())
	switch a := a.(type) {
	case *array.Uint8:
		return converted(a, t, a.Uint8Values(), toInt)
	case *array.Uint16:
		return converted(a, t, a.Uint16Values(), toInt)
	case *array.Uint32:
		return converted(a, t, a.Uint32Values(), toInt)
	case *array.Uint64:
		return converted(a, t, a.Uint64Values(), toInt)
	case *array.Float32:
		return converted(a, t, a.Float32Values(), func(v float32) (float64, bool) { return float64(v), true })
	case *array.Timestamp:
		return converted(a, t, a.TimestampValues(), toMicroseconds[arrow.Timestamp](a.DataType().(*arrow.TimestampType).Unit))
	case *array.Duration:
		return converted(a, t, a.DurationValues(), toMicroseconds[arrow.Duration](a.DataType().(*arrow.DurationType).Unit))
	case *array.Date32:
		return converted(a, t, a.Date32Values(), func(v arrow.Date32) (int64, bool) { return int64(v) * (24 * 60 * 60 * 1e6), true })
	case *array.Date64:
		return converted(a, t, a.Date64Values(), toMicroseconds[arrow.Date64](arrow.Millisecond))
	case *array.LargeString:
		return ownTexts(a)
	case *array.StringView:
		return ownTexts(a)
	case *array.Dictionary:
		return ownCodes(a)
	}
	panic("frame: ownType promises what own does not keep: " + a.DataType().String())
}

func toInt[T uint8 | uint16 | uint32 | uint64](v T) (int64, bool) {
	return int64(v), uint64(v) <= math.MaxInt64
}

// toMicroseconds returns the conversion of a unit. What has no place in 64 bits
// becomes null.
func toMicroseconds[T ~int64](unit arrow.TimeUnit) func(v T) (int64, bool) {
	switch unit {
	case arrow.Nanosecond:
		return func(v T) (int64, bool) {
			µs := int64(v) / 1000
			if int64(v)%1000 < 0 {
				µs-- // before 1970 too, what is cut off is after
			}
			return µs, true
		}
	case arrow.Microsecond:
		return func(v T) (int64, bool) { return int64(v), true }
	}
	times := int64(1e6)
	if unit == arrow.Millisecond {
		times = 1e3
	}
	return func(v T) (int64, bool) {
		return int64(v) * times, int64(v) <= math.MaxInt64/times && int64(v) >= math.MinInt64/times
	}
}

// converted returns an array of a type, whose values are made of another's.
func converted[S any, T int64 | float64](of arrow.Array, t arrow.DataType, values []S, convert func(S) (T, bool)) arrow.Array {
	out, valid, nulls := make([]T, len(values)), make([]byte, bitutil.BytesForBits(int64(len(values)))), 0
	for i, v := range values {
		to, ok := convert(v)
		if !ok || of.IsNull(i) {
			nulls++
			continue
		}
		out[i] = to
		bitutil.SetBit(valid, i)
	}
	if nulls == 0 {
		valid = nil
	}
	return valueArray(t, out, valid, nulls)
}

// ownTexts copies texts of another layout. It panics, as Arrow does, if they are
// over 2 GiB.
func ownTexts(a interface {
	arrow.Array
	Value(i int) string
}) *array.String {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(a.Len())
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(a.Value(i))
		}
	}
	return b.NewStringArray()
}

// ownCodes copies codes of any width, and texts if need be.
func ownCodes(a *array.Dictionary) arrow.Array {
	texts := own(a.Dictionary())
	codes, valid, nulls := make([]int32, a.Len()), make([]byte, bitutil.BytesForBits(int64(a.Len()))), 0
	for i := range codes {
		if a.IsNull(i) {
			nulls++
			continue
		}
		codes[i] = int32(a.GetValueIndex(i))
		bitutil.SetBit(valid, i)
	}
	return codedArray(codes, valid, nulls, texts)
}
