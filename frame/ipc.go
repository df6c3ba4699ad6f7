package frame

import (
	"bufio"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Batches of Arrow files and streams have this many rows, or this much
// distinct text.
const (
	arrowRows = 1 << 16
	arrowText = 16 << 20
)

// An ArrowWriter writes batches as an Arrow IPC file or stream, uncompressed
// and with plain text columns: that is what every reader of Arrow reads. (A
// file could not have the dictionaries of batches anyway, since they differ
// and the format wants one.) It is a [Sink], and its bytes depend on the rows
// and their order alone.
type ArrowWriter struct {
	rows *rowBuffer
	out  *bufio.Writer
	file *tellWriter // over out; nil: a stream
	ipc  interface {
		Write(arrow.Record) error
		Close() error
	}
}

// NewArrowStreamWriter begins an Arrow IPC stream, which a reader can use
// while it is being written. The caller closes the ArrowWriter, and then w.
func NewArrowStreamWriter(w io.Writer, schema *arrow.Schema) (*ArrowWriter, error) {
	a, err := newArrowWriter(w, schema)
	if err != nil {
		return nil, err
	}
	a.ipc = ipc.NewWriter(a.out, ipc.WithSchema(a.rows.schema))
	return a, nil
}

// NewArrowFileWriter begins an Arrow IPC file ("Feather version 2"). The
// caller closes the ArrowWriter, and then w.
func NewArrowFileWriter(w io.Writer, schema *arrow.Schema) (*ArrowWriter, error) {
	a, err := newArrowWriter(w, schema)
	if err != nil {
		return nil, err
	}
	a.file = &tellWriter{w: a.out}
	a.ipc, err = ipc.NewFileWriter(a.file, ipc.WithSchema(a.rows.schema))
	return a, err
}

func newArrowWriter(w io.Writer, schema *arrow.Schema) (a *ArrowWriter, err error) {
	a = &ArrowWriter{out: bufio.NewWriterSize(w, 1<<18)}
	a.rows, err = newRowBuffer(schema, arrowRows, arrowText, a.writeBatch)
	return a, err
}

// Write adds the batch's rows. The batch needs the schema's columns, by name
// and in any order; others are ignored.
func (a *ArrowWriter) Write(batch arrow.Record) error { return a.rows.Write(batch) }

// Close writes what is left and the end of the file or stream. It does not
// close the underlying writer.
func (a *ArrowWriter) Close() error {
	defer a.rows.release()
	if err := a.rows.flush(); err != nil {
		return err
	}
	if a.file != nil {
		if err := a.endBatches(); err != nil {
			return err
		}
	}
	if err := a.ipc.Close(); err != nil {
		return err
	}
	return a.out.Flush()
}

// endBatches writes the mark that the format wants between a file's batches
// and its footer, so that the file can be read as a stream. The library omits it.
func (a *ArrowWriter) endBatches() error {
	if a.file.pos == 0 { // the library begins with the first batch
		if err := a.writeBatch(a.rows); err != nil {
			return err
		}
	}
	_, err := a.file.Write([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	return err
}

func (a *ArrowWriter) writeBatch(b *rowBuffer) (err error) {
	defer recoverTo(&err, "arrow")
	columns := make([]arrow.Array, len(b.columns))
	for i, c := range b.columns {
		columns[i] = plainArray(b.schema.Field(i).Type, c)
		defer columns[i].Release()
	}
	batch := array.NewRecord(b.schema, columns, int64(b.rows))
	defer batch.Release()
	return a.ipc.Write(batch)
}

// plainArray returns a column as an array of the type.
func plainArray(t arrow.DataType, c rowColumn) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	defer b.Release()
	switch b := b.(type) {
	case *array.StringBuilder:
		text := c.(*textColumn)
		fill(b, text, text.codes, func(code int32) { b.Append(text.texts[code]) })
	case *array.BooleanBuilder:
		fill(b, c, c.(*valueColumn[bool]).values, b.UnsafeAppend)
	case *array.Int32Builder:
		fill(b, c, c.(*valueColumn[int32]).values, b.UnsafeAppend)
	case *array.Int64Builder:
		fill(b, c, c.(*valueColumn[int64]).values, b.UnsafeAppend)
	case *array.Float64Builder:
		fill(b, c, c.(*valueColumn[float64]).values, b.UnsafeAppend)
	case *array.TimestampBuilder:
		fill(b, c, c.(*valueColumn[int64]).values, func(v int64) { b.UnsafeAppend(arrow.Timestamp(v)) })
	default:
		panic(fmt.Sprintf("unknown type %s", t))
	}
	return b.NewArray()
}

// fill appends a column's values and nulls to a builder.
func fill[T any](b array.Builder, c rowColumn, values []T, add func(T)) {
	nulls := c.nulls()
	b.Reserve(nulls.rows)
	next := 0
	for row := range nulls.rows {
		if nulls.null(row) {
			b.AppendNull()
			continue
		}
		add(values[next])
		next++
	}
}

// A tellWriter lets the writer of Arrow files ask for its position, which is
// all it needs of a seeker, so that a file can be written to a pipe.
type tellWriter struct {
	w   io.Writer
	pos int64
}

func (t *tellWriter) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.pos += int64(n)
	return n, err
}

func (t *tellWriter) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, fmt.Errorf("cannot seek in a stream")
	}
	return t.pos, nil
}
