package frame

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A rowBuffer gathers batches into row groups whose borders depend on the rows
// alone: not on where batches end, nor on how their dictionaries came about.
// That is why a file written of a row group has the same bytes however many
// workers read the log. It is a [Sink].
type rowBuffer struct {
	schema    *arrow.Schema
	columns   []rowColumn // one a field of the schema
	rows      int         // rows gathered so far
	groupRows int         // rows of a full group
	groupText int         // bytes of distinct text that also make a group full
	emit      func(*rowBuffer) error

	batchSchema *arrow.Schema // of the last batch
	batchColumn []int         // where that schema has each field
}

// A rowColumn holds one column of a row group: its values without the nulls,
// and where the nulls are.
type rowColumn interface {
	// append copies the values of rows [from, to). The array has a type that
	// canHold has approved.
	append(values arrow.Array, from, to int)
	canHold(arrow.DataType) bool
	nulls() *validity
	textBytes() int // of the distinct texts
	clear()
}

// textStep is how often, in rows, the text limit of a row group is looked at.
const textStep = 16 << 10

// newRowBuffer returns a buffer for the schema's fields, which emit sees
// whenever a row group is full. emit must not keep the buffer.
func newRowBuffer(schema *arrow.Schema, groupRows, groupText int, emit func(*rowBuffer) error) (*rowBuffer, error) {
	b := &rowBuffer{schema: plainSchema(schema), groupRows: groupRows, groupText: groupText, emit: emit}
	for _, f := range schema.Fields() {
		c, err := newRowColumn(f)
		if err != nil {
			return nil, err
		}
		b.columns = append(b.columns, c)
	}
	return b, nil
}

func newRowColumn(f arrow.Field) (rowColumn, error) {
	typ := TypeOf(f)
	if isForeign(f.Type) {
		typ = Invalid
	}
	switch typ {
	case Text:
		return &textColumn{}, nil
	case Flag:
		return &valueColumn[bool]{from: []arrow.Type{arrow.BOOL}}, nil
	case Float:
		return &valueColumn[float64]{from: []arrow.Type{arrow.FLOAT64}}, nil
	case Time:
		return &valueColumn[int64]{from: []arrow.Type{arrow.TIMESTAMP}}, nil
	case Int, Bytes, Duration:
		if f.Type.ID() == arrow.INT64 {
			return &valueColumn[int64]{from: []arrow.Type{arrow.INT64}}, nil
		}
		return &valueColumn[int32]{from: []arrow.Type{arrow.INT8, arrow.INT16, arrow.INT32}}, nil
	}
	return nil, fmt.Errorf("column %s: type %s cannot be written", f.Name, f.Type)
}

// plainSchema returns the schema as files have it: texts are utf8 and not
// dictionaries, small numbers int32, and every column may be null.
func plainSchema(schema *arrow.Schema) *arrow.Schema {
	fields := schema.Fields()
	for i, f := range fields {
		switch f.Type.ID() {
		case arrow.DICTIONARY:
			fields[i].Type = arrow.BinaryTypes.String
		case arrow.INT8, arrow.INT16:
			fields[i].Type = arrow.PrimitiveTypes.Int32
		}
		fields[i].Nullable = true
	}
	meta := schema.Metadata()
	return arrow.NewSchema(fields, &meta)
}

// Write copies the batch's rows, and emits each row group that they fill. The
// batch needs the buffer's columns, by name and in any order.
func (b *rowBuffer) Write(batch arrow.Record) error {
	if batch.Schema() != b.batchSchema {
		if err := b.mapColumns(batch.Schema()); err != nil {
			return err
		}
	}
	step := min(b.groupRows, textStep)
	for from, rows := 0, int(batch.NumRows()); from < rows; {
		to := min(rows, from+step-b.rows%step, from+b.groupRows-b.rows)
		for i, c := range b.columns {
			c.append(batch.Column(b.batchColumn[i]), from, to)
		}
		b.rows += to - from
		from = to
		if b.rows == b.groupRows || b.rows%step == 0 && b.textBytes() >= b.groupText {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *rowBuffer) mapColumns(schema *arrow.Schema) error {
	columns := make([]int, len(b.columns))
	for i, c := range b.columns {
		name := b.schema.Field(i).Name
		at := schema.FieldIndices(name)
		if len(at) != 1 {
			return fmt.Errorf("column %s: %d columns of a batch have that name, want 1", name, len(at))
		}
		if t := schema.Field(at[0]).Type; !c.canHold(t) {
			return fmt.Errorf("column %s: batch has type %s, want %s", name, t, b.schema.Field(i).Type)
		}
		columns[i] = at[0]
	}
	b.batchSchema, b.batchColumn = schema, columns
	return nil
}

// flush emits what is gathered, if anything, and starts the next row group.
func (b *rowBuffer) flush() error {
	if b.rows == 0 {
		return nil
	}
	err := b.emit(b)
	b.rows = 0
	for _, c := range b.columns {
		c.clear()
	}
	return err
}

func (b *rowBuffer) textBytes() (n int) {
	for _, c := range b.columns {
		n += c.textBytes()
	}
	return n
}

// release gives back the dictionaries that the columns have retained.
func (b *rowBuffer) release() {
	for _, c := range b.columns {
		if t, ok := c.(*textColumn); ok {
			t.release()
		}
	}
}

// A validity says which rows are null. While all rows are valid, or all null,
// it only counts them; most columns of most logs are one or the other.
type validity struct {
	rows  int
	none  int    // rows that are null
	valid []bool // one a row, if some are valid and some null
}

// append adds rows [from, to) of values.
func (v *validity) append(values arrow.Array, from, to int) {
	switch values.NullN() {
	case 0:
		v.appendRun(true, to-from)
	case values.Len():
		v.appendRun(false, to-from)
	default:
		v.spell()
		for i := from; i < to; i++ {
			ok := values.IsValid(i)
			v.valid = append(v.valid, ok)
			if !ok {
				v.none++
			}
		}
		v.rows += to - from
	}
}

func (v *validity) appendRun(valid bool, n int) {
	if v.valid == nil && v.rows > 0 && valid != (v.none == 0) {
		v.spell()
	}
	if v.valid != nil {
		for range n {
			v.valid = append(v.valid, valid)
		}
	}
	v.rows += n
	if !valid {
		v.none += n
	}
}

// spell makes valid, which counting has spared so far.
func (v *validity) spell() {
	if v.valid == nil {
		v.valid = slices.Repeat([]bool{v.none == 0}, v.rows)
	}
}

// null reports whether a row is null.
func (v *validity) null(row int) bool {
	if v.valid == nil {
		return v.none > 0
	}
	return !v.valid[row]
}

func (v *validity) clear() { v.rows, v.none, v.valid = 0, 0, nil }

// A valueColumn is a column of numbers or flags.
type valueColumn[T any] struct {
	validity
	values []T // of the rows that are not null
	from   []arrow.Type
}

func (c *valueColumn[T]) canHold(t arrow.DataType) bool {
	if ts, ok := t.(*arrow.TimestampType); ok && ts.Unit != arrow.Microsecond {
		return false
	}
	return slices.Contains(c.from, t.ID())
}

func (c *valueColumn[T]) nulls() *validity { return &c.validity }
func (c *valueColumn[T]) textBytes() int   { return 0 }
func (c *valueColumn[T]) clear()           { c.values = c.values[:0]; c.validity.clear() }

func (c *valueColumn[T]) append(values arrow.Array, from, to int) {
	c.validity.append(values, from, to)
	if values.NullN() == values.Len() {
		return
	}
	switch dst := any(&c.values).(type) {
	case *[]bool:
		flags := values.(*array.Boolean)
		for i := from; i < to; i++ {
			if flags.IsValid(i) {
				*dst = append(*dst, flags.Value(i))
			}
		}
	case *[]float64:
		*dst = appendValid(*dst, values.(*array.Float64).Float64Values(), values, from, to)
	case *[]int32:
		switch values := values.(type) {
		case *array.Int8:
			*dst = appendValid(*dst, values.Int8Values(), values, from, to)
		case *array.Int16:
			*dst = appendValid(*dst, values.Int16Values(), values, from, to)
		case *array.Int32:
			*dst = appendValid(*dst, values.Int32Values(), values, from, to)
		}
	case *[]int64:
		switch values := values.(type) {
		case *array.Int64:
			*dst = appendValid(*dst, values.Int64Values(), values, from, to)
		case *array.Timestamp:
			*dst = appendValid(*dst, values.TimestampValues(), values, from, to)
		}
	}
}

// appendValid appends to dst the values of rows [from, to) that are not null.
func appendValid[D, S int8 | int16 | int32 | int64 | float64 | arrow.Timestamp](dst []D, src []S, nulls arrow.Array, from, to int) []D {
	dst = slices.Grow(dst, to-from)
	if nulls.NullN() == 0 {
		for _, v := range src[from:to] {
			dst = append(dst, D(v))
		}
		return dst
	}
	for i := from; i < to; i++ {
		if nulls.IsValid(i) {
			dst = append(dst, D(src[i]))
		}
	}
	return dst
}
