package frame

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A kind is the shape in which a vector holds its values.
type kind uint8

const (
	intKind   kind = iota // Int, Bytes, Duration, Time
	floatKind             // Float
	flagKind              // Flag
	textKind              // Text
)

func kindOf(t Type) kind {
	switch t {
	case Float:
		return floatKind
	case Flag:
		return flagKind
	case Text:
		return textKind
	}
	return intKind
}

// A vector holds one value for each row of a batch: a column, or what an
// expression makes of columns. It is good until the next batch, and its memory
// may be the batch's own.
type vector struct {
	ints   []int64
	floats []float64
	nulls  []bool  // of ints and floats; nil if there is none
	flags  []uint8 // no, yes or unknown
	codes  []int32 // of texts; -1 is null
	texts  *texts
}

// The values of a flag. Their order and bits matter: "and" and "or" are
// computed with them, and yes alone has the lowest bit.
const (
	no      = 0
	yes     = 1
	unknown = 2
)

// null reports whether row i of ints or floats is null.
func (v *vector) null(i int32) bool { return v.nulls != nil && v.nulls[i] }

// size returns the bits that some of the whole numbers needs: no sum of n of
// them is larger than n times that.
func (v *vector) size() (all uint64) {
	if v.nulls == nil {
		for _, n := range v.ints {
			all |= uint64(n ^ n>>63)
		}
		return all
	}
	nulls := v.nulls[:len(v.ints)]
	for i, n := range v.ints {
		if nulls[i] {
			n = 0
		}
		all |= uint64(n ^ n>>63)
	}
	return all
}

// extend appends some rows of another vector.
func (v *vector) extend(from *vector, rows []int32) {
	if had := len(v.ints) + len(v.floats); v.nulls == nil && from.nulls != nil {
		v.nulls = make([]bool, had, had+len(rows))
	}
	if v.nulls != nil && from.nulls == nil {
		v.nulls = extended(v.nulls, len(rows))
	}
	v.ints, v.floats, v.nulls = picked(v.ints, from.ints, rows), picked(v.floats, from.floats, rows), picked(v.nulls, from.nulls, rows)
	v.flags, v.codes, v.texts = picked(v.flags, from.flags, rows), picked(v.codes, from.codes, rows), from.texts
}

// picked appends some values of another slice, if there is one.
func picked[T any](dst, src []T, rows []int32) []T {
	if src == nil {
		return dst
	}
	had := len(dst)
	dst = slices.Grow(dst, len(rows))[:had+len(rows)]
	more := dst[had:]
	for i, row := range rows {
		more[i] = src[row]
	}
	return dst
}

// empty makes a vector of no rows that keeps its memory.
func (v *vector) empty() {
	*v = vector{ints: v.ints[:0], floats: v.floats[:0], flags: v.flags[:0], codes: v.codes[:0]}
}

// A column reads one column of batch after batch.
type column struct {
	name     string
	typ      Type
	dict     follower // of a dictionary column
	interner interner // of a plain text column: its distinct texts
	scratch  vector
}

// read makes a vector of a column of our types, without a copy where the
// layouts agree.
func (c *column) read(arr arrow.Array, out *vector) error {
	switch arr := arr.(type) {
	case *array.Int64:
		out.ints = arr.Int64Values()
	case *array.Timestamp:
		out.ints = int64s(arr)
	case *array.Int32:
		out.ints = widen(c.scratch.ints, arr.Int32Values())
		c.scratch.ints = out.ints
	case *array.Int16:
		out.ints = widen(c.scratch.ints, arr.Int16Values())
		c.scratch.ints = out.ints
	case *array.Int8:
		out.ints = widen(c.scratch.ints, arr.Int8Values())
		c.scratch.ints = out.ints
	case *array.Float64:
		out.floats, out.nulls = arr.Float64Values(), c.readNulls(arr)
		c.dropInfinite(out)
		return nil
	case *array.Boolean:
		out.flags = c.readFlags(arr)
		return nil
	case *array.Dictionary:
		return c.readDictionary(arr, out)
	case *array.String:
		c.readStrings(arr, out)
		return nil
	default:
		return fmt.Errorf("column %q: cannot read %s", c.name, arr.DataType())
	}
	out.nulls = c.readNulls(arr)
	return nil
}

// int64s returns the values of an array of 64-bit integers of any name.
func int64s(arr arrow.Array) []int64 {
	data := arr.Data()
	if data.Len() == 0 {
		return nil
	}
	return arrow.Int64Traits.CastFromBytes(data.Buffers()[1].Bytes())[data.Offset():][:data.Len()]
}

func widen[T int8 | int16 | int32](dst []int64, src []T) []int64 {
	dst = resize(dst, len(src))
	for i, v := range src {
		dst[i] = int64(v)
	}
	return dst
}

// resize returns a slice of n elements in s's memory, or more. What it holds
// is garbage.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// readNulls returns nil for a column without nulls, which most are.
func (c *column) readNulls(arr arrow.Array) []bool {
	if arr.NullN() == 0 {
		return nil
	}
	c.scratch.nulls = resize(c.scratch.nulls, arr.Len())
	unpack(bytesOf(c.scratch.nulls), arr.NullBitmapBytes(), arr.Data().Offset(), 1)
	return c.scratch.nulls
}

// bytesOf returns truths as bytes, 0 or 1.
func bytesOf(b []bool) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(b))), len(b))
}

// dropInfinite makes nulls of floats that are no number or infinite: they have
// no order and no sum.
func (c *column) dropInfinite(out *vector) {
	for i, f := range out.floats {
		if f-f == 0 {
			continue
		}
		if out.nulls == nil {
			c.scratch.nulls = resize(c.scratch.nulls, len(out.floats))
			clear(c.scratch.nulls)
			out.nulls = c.scratch.nulls
		}
		out.nulls[i] = true
	}
}

func (c *column) readFlags(arr *array.Boolean) []uint8 {
	c.scratch.flags = resize(c.scratch.flags, arr.Len())
	if arr.Len() == 0 {
		return c.scratch.flags
	}
	unpack(c.scratch.flags, arr.Data().Buffers()[1].Bytes(), arr.Data().Offset(), 0) // yes is 1, no 0
	for i, null := range c.readNulls(arr) {
		if null {
			c.scratch.flags[i] = unknown
		}
	}
	return c.scratch.flags
}

func (c *column) readDictionary(arr *array.Dictionary, out *vector) error {
	indices, ok := arr.Indices().(*array.Int32)
	values, isText := arr.Dictionary().(*array.String)
	if !ok || !isText {
		return fmt.Errorf("column %q: cannot read %s", c.name, arr.DataType())
	}
	c.dict.follow(values) // unless begin has
	out.codes, out.texts = indices.Int32Values(), &c.dict.texts
	if indices.NullN() == 0 && values.NullN() == 0 {
		return nil
	}
	c.scratch.codes = resize(c.scratch.codes, len(out.codes))
	c.copyCodes(c.scratch.codes, out.codes, indices)
	out.codes = c.scratch.codes
	if values.NullN() > 0 {
		nullTexts(out.codes, values)
	}
	return nil
}

// copyCodes copies codes; those of nulls, which may be anything, are -1.
func (c *column) copyCodes(dst, codes []int32, indices arrow.Array) {
	if indices.NullN() == 0 {
		copy(dst, codes)
		return
	}
	c.scratch.flags = resize(c.scratch.flags, len(codes))
	valid := c.scratch.flags
	unpack(valid, indices.NullBitmapBytes(), indices.Data().Offset(), 0)
	dst, valid = dst[:len(codes)], valid[:len(codes)]
	for i, code := range codes {
		dst[i] = code | (int32(valid[i]) - 1) // no branch to predict
	}
}

// nullTexts makes nulls of the codes whose text is one.
func nullTexts(codes []int32, values *array.String) {
	for i, code := range codes {
		if code >= 0 && values.IsNull(int(code)) {
			codes[i] = -1
		}
	}
}

// readStrings interns a plain text column, so that all that follows sees a
// dictionary that only grows.
func (c *column) readStrings(arr *array.String, out *vector) {
	c.scratch.codes = resize(c.scratch.codes, arr.Len())
	out.codes, out.texts = c.scratch.codes, &c.interner.texts
	if arr.Len() == 0 {
		return // and there may be no offsets
	}
	offsets, data := arr.ValueOffsets(), []byte(nil)
	if buf := arr.Data().Buffers()[2]; buf != nil {
		data = buf.Bytes()
	}
	for i := range c.scratch.codes {
		if arr.IsNull(i) {
			c.scratch.codes[i] = -1
			continue
		}
		c.scratch.codes[i] = c.interner.intern(data[offsets[i]:offsets[i+1]])
	}
}
