package frame

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"golang.org/x/sync/errgroup"
)

// ParquetOptions say how a Parquet file is written. The zero value is right
// for most uses.
type ParquetOptions struct {
	Compression string // "zstd", also when empty, "snappy" or "none"
	RowGroup    int    // rows of a row group; 0 is about a million
	CreatedBy   string // "logbook version 1.2.0 (build …)"
	Jobs        int    // goroutines that encode; 0: one a core
}

// A row group ends when it has this many rows or, since it is held in memory
// until then, this much distinct text.
const (
	parquetRows = 1 << 20
	parquetText = 48 << 20
)

// A ParquetWriter writes batches to one Parquet file that every reader reads:
// flat columns that may all be null, DataPage V1, times in µs UTC, texts as
// UTF-8 with a dictionary for each row group and column, and minimum, maximum
// and null count of every column chunk.
//
// It is a [Sink]. The bytes depend on the rows and their order alone, not on
// how batches and their dictionaries cut them. Rows are in memory until a row
// group is full.
//
// pqarrow, the library's own bridge between Arrow and Parquet, would be less
// code. It is not used because it is quadratic in texts at this version and
// links gRPC.
type ParquetWriter struct {
	rows *rowBuffer
	out  *bufio.Writer // over w; remembers the first error, which the library below forgets
	w    io.Writer
	file *file.Writer
	jobs int

	groups []PieceBounds // of the row groups written
	sorted []bool        // which of them are in order of time
	at     int           // column time, -1 if there is none
}

// NewParquetWriter begins a file with the schema's columns. The schema's own
// metadata become the file's key-value metadata. The caller closes the
// ParquetWriter, and then w.
func NewParquetWriter(w io.Writer, schema *arrow.Schema, opts ParquetOptions) (p *ParquetWriter, err error) {
	defer recoverTo(&err, "parquet")
	codec, err := parquetCodec(opts.Compression)
	if err != nil {
		return nil, err
	}
	p = &ParquetWriter{out: bufio.NewWriterSize(w, 1<<18), w: w, jobs: opts.Jobs, at: -1}
	if p.jobs <= 0 {
		p.jobs = runtime.GOMAXPROCS(0)
	}
	if opts.RowGroup <= 0 {
		opts.RowGroup = parquetRows
	}
	if opts.CreatedBy == "" {
		opts.CreatedBy = "logbook"
	}
	p.rows, err = newRowBuffer(schema, opts.RowGroup, parquetText, p.writeGroup)
	if err != nil {
		return nil, err
	}
	plain := p.rows.schema
	if at := plain.FieldIndices("time"); len(at) == 1 && TypeOf(plain.Field(at[0])) == Time {
		p.at = at[0]
	}
	root, err := parquetSchema(plain)
	if err != nil {
		return nil, err
	}
	keys, err := parquetKeys(plain)
	if err != nil {
		return nil, err
	}
	p.file = file.NewParquetWriter(p.out, root, file.WithWriteMetadata(keys),
		file.WithWriterProps(parquetProperties(plain, codec, opts.CreatedBy)))
	return p, nil
}

func parquetCodec(name string) (compress.Compression, error) {
	switch name {
	case "", "zstd":
		return compress.Codecs.Zstd, nil
	case "snappy":
		return compress.Codecs.Snappy, nil
	case "none":
		return compress.Codecs.Uncompressed, nil
	}
	return 0, fmt.Errorf("unknown compression %q, want one of zstd, snappy, none", name)
}

// parquetBlock is how many rows are encoded at once. The library looks at the
// size of a page after each block.
const parquetBlock = 8 << 10

func parquetProperties(plain *arrow.Schema, codec compress.Compression, createdBy string) *parquet.WriterProperties {
	props := []parquet.WriterProperty{
		parquet.WithCompression(codec),
		parquet.WithCreatedBy(createdBy),
		parquet.WithDataPageVersion(parquet.DataPageV1),
		parquet.WithBatchSize(parquetBlock),
		// Whether a dictionary pays is decided before the column is written.
		// The library would decide in the middle and name the encodings in
		// the order of a map.
		parquet.WithDictionaryPageSizeLimit(1 << 30),
	}
	for _, f := range plain.Fields() {
		switch f.Type.ID() {
		case arrow.TIMESTAMP:
			props = append(props, parquet.WithDictionaryFor(f.Name, false),
				parquet.WithEncodingFor(f.Name, parquet.Encodings.DeltaBinaryPacked))
		case arrow.FLOAT64, arrow.BOOL:
			props = append(props, parquet.WithDictionaryFor(f.Name, false))
		}
	}
	return parquet.NewWriterProperties(props...)
}

func parquetSchema(plain *arrow.Schema) (*schema.GroupNode, error) {
	var nodes schema.FieldList
	for _, f := range plain.Fields() {
		var logical schema.LogicalType = schema.NoLogicalType{}
		var physical parquet.Type
		switch f.Type.ID() {
		case arrow.BOOL:
			physical = parquet.Types.Boolean
		case arrow.INT32:
			physical = parquet.Types.Int32
		case arrow.INT64:
			physical = parquet.Types.Int64
		case arrow.FLOAT64:
			physical = parquet.Types.Double
		case arrow.TIMESTAMP:
			physical, logical = parquet.Types.Int64, schema.NewTimestampLogicalType(true, schema.TimeUnitMicros)
		case arrow.STRING:
			physical, logical = parquet.Types.ByteArray, schema.StringLogicalType{}
		}
		node, err := schema.NewPrimitiveNodeLogical(f.Name, parquet.Repetitions.Optional, logical, physical, -1, -1)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		nodes = append(nodes, node)
	}
	return schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
}

// unitKeyOf begins the metadata's keys that say what a column's numbers count.
const unitKeyOf = "logbook.unit."

// parquetKeys returns the schema's metadata and, under the key where Arrow's
// readers look for it, the schema itself: an IPC stream without a batch.
func parquetKeys(plain *arrow.Schema) (metadata.KeyValueMetadata, error) {
	keys := metadata.NewKeyValueMetadata()
	meta := plain.Metadata()
	for i, key := range meta.Keys() {
		if err := keys.Append(key, meta.Values()[i]); err != nil {
			return nil, err
		}
	}
	for _, f := range plain.Fields() {
		if unit, ok := f.Metadata.GetValue(UnitKey); ok {
			if err := keys.Append(unitKeyOf+f.Name, unit); err != nil {
				return nil, err
			}
		}
	}
	var stream bytes.Buffer
	if err := ipc.NewWriter(&stream, ipc.WithSchema(plain)).Close(); err != nil {
		return nil, err
	}
	return keys, keys.Append("ARROW:schema", base64.StdEncoding.EncodeToString(stream.Bytes()))
}

// Write adds the batch's rows. The batch needs the schema's columns, by name
// and in any order; others are ignored.
func (p *ParquetWriter) Write(batch arrow.Record) error { return p.rows.Write(batch) }

// Close writes the last row group and the footer. It does not close the
// underlying writer. After an error the file is incomplete and has no footer.
func (p *ParquetWriter) Close() (err error) {
	defer p.rows.release()
	defer recoverTo(&err, "parquet")
	if err := p.rows.flush(); err != nil {
		return err
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	var footer bytes.Buffer
	p.out.Reset(&footer)
	if err := p.file.Close(); err != nil {
		return err
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	fixed, err := amendFooter(footer.Bytes(), p.at, p.sorted)
	if err != nil {
		return fmt.Errorf("footer: %w", err)
	}
	_, err = p.w.Write(fixed)
	return err
}

// writeGroup encodes and writes a row group, its columns in several goroutines.
func (p *ParquetWriter) writeGroup(b *rowBuffer) (err error) {
	defer recoverTo(&err, "parquet")
	group := p.file.AppendBufferedRowGroup()
	var columns errgroup.Group
	columns.SetLimit(p.jobs)
	for i, c := range b.columns {
		w, err := group.Column(i)
		if err != nil {
			return err
		}
		columns.Go(func() (err error) {
			defer recoverTo(&err, "column "+b.schema.Field(i).Name)
			return writeChunk(w, c)
		})
	}
	if err := columns.Wait(); err != nil {
		return err
	}
	if err := group.Close(); err != nil {
		return err
	}
	bounds, sorted := PieceBounds{Rows: int64(b.rows)}, false
	if p.at >= 0 {
		bounds.timesOf(b.columns[p.at].(*valueColumn[int64]).values)
		sorted = isSorted(b.columns[p.at])
	}
	p.groups, p.sorted = append(p.groups, bounds), append(p.sorted, sorted)
	return p.out.Flush()
}

// Groups returns the bounds of the row groups written. They are complete after
// Close.
func (p *ParquetWriter) Groups() []PieceBounds { return p.groups }

// timesOf sets the earliest and latest of some times.
func (b *PieceBounds) timesOf(times []int64) {
	if len(times) > 0 {
		b.Timed, b.First, b.Last = true, slices.Min(times), slices.Max(times)
	}
}

// recoverTo turns a panic of the Parquet and Arrow libraries, which panic on
// errors of writing and on damaged files, into an error.
func recoverTo(err *error, what string) {
	switch cause := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("%s: %w", what, cause)
	case error:
		*err = fmt.Errorf("%s: %w", what, cause)
	default:
		*err = fmt.Errorf("%s: %v", what, cause)
	}
}

// isSorted reports whether a column of times has no nulls and never goes back.
func isSorted(c rowColumn) bool {
	times := c.(*valueColumn[int64])
	return times.none == 0 && slices.IsSorted(times.values)
}

var errNoDictionary = errors.New("the parquet library has changed: no encoder that takes a dictionary")
