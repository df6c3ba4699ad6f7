package frame

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	pqschema "github.com/apache/arrow/go/v17/parquet/schema"
)

// A ParquetFile is an open Parquet file. Its methods may be called from
// several goroutines at once.
//
// It reads what [ParquetWriter] writes and, as far as columns are flat and of
// a type that [TypeOf] knows, what others write; other columns it does not see.
type ParquetFile struct {
	name    string
	file    *file.Reader
	schema  *arrow.Schema
	columns []int            // of the file, one a field of schema
	types   []arrow.DataType // of each column in the schema, as the file has it
}

// readRows is how many rows a batch has that is read from a file.
const readRows = 1 << 16

// OpenParquet opens a file. Damage that the footer shows is an error here,
// other damage an error when it is read.
func OpenParquet(path string) (*ParquetFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	p, err := newParquetFile(path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

func newParquetFile(name string, r parquet.ReaderAtSeeker) (p *ParquetFile, err error) {
	defer recoverTo(&err, name)
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f, err := file.NewParquetReader(r, file.WithReadProps(parquet.NewReaderProperties(boundedBy(size))))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p = &ParquetFile{name: name, file: f}
	p.mapColumns()
	return p, nil
}

// mapColumns makes the schema from the file's own and from our metadata. The
// Arrow schema that the metadata have too is for others: the library takes it
// on trust, and a damaged one makes it ask for all memory there is.
func (p *ParquetFile) mapColumns() {
	var fields []arrow.Field
	for i := range p.file.MetaData().Schema.NumColumns() {
		c := p.file.MetaData().Schema.Column(i)
		typ := arrowTypeOf(c)
		if typ == nil || c.MaxRepetitionLevel() > 0 || c.MaxDefinitionLevel() > 1 || len(c.ColumnPath()) != 1 {
			continue
		}
		f := arrow.Field{Name: c.Name(), Type: ownType(typ), Nullable: true}
		if unit := p.Metadata(0, unitKeyOf+c.Name()); unit != "" {
			f.Metadata = arrow.NewMetadata([]string{UnitKey}, []string{unit})
		}
		fields = append(fields, f)
		p.columns, p.types = append(p.columns, i), append(p.types, typ)
	}
	p.schema = arrow.NewSchema(fields, nil)
}

// arrowTypeOf returns the type that a column's values have in the file, nil if
// it is none that we read.
func arrowTypeOf(c *pqschema.Column) arrow.DataType {
	logical := c.LogicalType()
	switch c.PhysicalType() {
	case parquet.Types.Boolean:
		return arrow.FixedWidthTypes.Boolean
	case parquet.Types.Float:
		return arrow.PrimitiveTypes.Float32
	case parquet.Types.Double:
		return arrow.PrimitiveTypes.Float64
	case parquet.Types.Int32:
		if _, ok := logical.(pqschema.DateLogicalType); ok {
			return arrow.FixedWidthTypes.Date32
		}
		return intType(logical, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Uint32)
	case parquet.Types.Int64:
		if unit, ok := timeUnit(logical); ok {
			return &arrow.TimestampType{Unit: unit, TimeZone: "UTC"}
		}
		return intType(logical, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Uint64)
	case parquet.Types.Int96: // times of older writers
		return arrow.FixedWidthTypes.Timestamp_us
	case parquet.Types.ByteArray:
		if logical.Equals(pqschema.StringLogicalType{}) {
			return textType
		}
	}
	return nil
}

// timeUnit returns the unit of a column of times.
func timeUnit(logical pqschema.LogicalType) (unit arrow.TimeUnit, ok bool) {
	t, ok := logical.(pqschema.TimestampLogicalType)
	if p, isPointer := logical.(*pqschema.TimestampLogicalType); isPointer {
		t, ok = *p, true
	}
	if !ok {
		return unit, false
	}
	switch t.TimeUnit() {
	case pqschema.TimeUnitMillis:
		return arrow.Millisecond, true
	case pqschema.TimeUnitMicros:
		return arrow.Microsecond, true
	case pqschema.TimeUnitNanos:
		return arrow.Nanosecond, true
	}
	return unit, false
}

// intType returns the type of a column of whole numbers, nil if it holds
// something else, such as decimals.
func intType(logical pqschema.LogicalType, signed, unsigned arrow.DataType) arrow.DataType {
	if logical == nil || logical.IsNone() {
		return signed
	}
	t, ok := logical.(*pqschema.IntLogicalType)
	switch {
	case !ok:
		return nil
	case t.IsSigned():
		return signed
	}
	return unsigned
}

var textType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// Schema returns the columns that can be read, with the types of batches:
// texts are dictionaries.
func (p *ParquetFile) Schema() *arrow.Schema { return p.schema }

// Rows returns the number of rows in the file.
func (p *ParquetFile) Rows() int64 { return p.file.NumRows() }

// Pieces returns the number of row groups in the file.
func (p *ParquetFile) Pieces() int { return p.file.NumRowGroups() }

// Bounds returns the number of rows of a row group and, if the statistics
// know, its earliest and latest time.
func (p *ParquetFile) Bounds(piece int) (b PieceBounds) {
	b.Rows = p.file.MetaData().RowGroups[piece].GetNumRows()
	if r := p.columnRange(piece, "time"); r.ints {
		b.Timed, b.First, b.Last = true, r.least, r.greatest
	}
	return b
}

// Metadata returns the value that the file's metadata has under the key, or "".
func (p *ParquetFile) Metadata(_ int, key string) string {
	if v := p.file.MetaData().KeyValueMetadata().FindValue(key); v != nil {
		return *v
	}
	return ""
}

// Close closes the file.
func (p *ParquetFile) Close() error { return p.file.Close() }

// Read reads a row group and writes it to the sink in batches that have the
// columns named, in that order; texts have one dictionary for the whole row
// group, mostly. Rows that the filter drops are left out, and where a batch
// has no row left the columns that the filter does not read are not decoded.
// It returns how many rows there were and how many the sink got.
func (p *ParquetFile) Read(piece int, columns []string, filter *Filter, sink Sink) (rows, kept int64, err error) {
	defer recoverTo(&err, p.name)
	r := groupReader{file: p, group: p.file.RowGroup(piece), readers: map[string]columnReader{}}
	for _, name := range columns {
		if !p.schema.HasField(name) {
			return 0, 0, fmt.Errorf("%s: no column %s", p.name, name)
		}
	}
	if filter != nil {
		for i := range filter.Terms {
			r.terms = append(r.terms, &filter.Terms[i])
		}
	}
	for left := r.group.NumRows(); left > 0; {
		n := int(min(left, readRows))
		left -= int64(n)
		some, err := r.batch(n, columns, sink)
		if err != nil {
			return rows, kept, fmt.Errorf("%s: row group %d: %w", p.name, piece, err)
		}
		rows += int64(n)
		kept += int64(some)
	}
	return rows, kept, nil
}

// A groupReader reads the columns of a row group side by side.
type groupReader struct {
	file    *ParquetFile
	group   *file.RowGroupReader
	readers map[string]columnReader
	terms   []*Term
}

// A columnReader reads a column chunk from its beginning on.
type columnReader interface {
	read(rows int) (arrow.Array, error)
	skip(rows int) error
}

// batch reads the next n rows and writes to the sink those that the terms keep.
func (r *groupReader) batch(n int, columns []string, sink Sink) (rows int, err error) {
	have := map[string]arrow.Array{}
	defer func() {
		for _, a := range have {
			a.Release()
		}
	}()
	need := func(names []string) error {
		for _, name := range names {
			if have[name] != nil {
				continue
			}
			c, err := r.column(name)
			if err != nil {
				return err
			}
			if have[name], err = c.read(n); err != nil {
				return fmt.Errorf("column %s: %w", name, err)
			}
		}
		return nil
	}
	sel, all := []int32(nil), true
	for _, t := range r.terms {
		if err := need(t.Columns); err != nil {
			return 0, err
		}
		batch := r.record(have, t.Columns, n)
		sel = t.Select(batch, sel)
		batch.Release()
		all = all && len(sel) == n
		if len(sel) == 0 {
			return 0, r.skip(n, columns, have)
		}
	}
	if err := need(columns); err != nil {
		return 0, err
	}
	batch := r.record(have, columns, n)
	defer batch.Release()
	if all {
		return n, sink.Write(batch)
	}
	picked := pick(batch, sel)
	defer picked.Release()
	return len(sel), sink.Write(picked)
}

// skip skips n rows of the columns that have not been read.
func (r *groupReader) skip(n int, columns []string, have map[string]arrow.Array) error {
	for name := range r.readers {
		if have[name] == nil && !slices.Contains(columns, name) {
			columns = append(slices.Clip(columns), name)
		}
	}
	for _, name := range columns {
		if have[name] != nil {
			continue
		}
		c, err := r.column(name)
		if err != nil {
			return err
		}
		if err := c.skip(n); err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	return nil
}

func (r *groupReader) record(have map[string]arrow.Array, names []string, n int) arrow.Record {
	fields, columns := make([]arrow.Field, len(names)), make([]arrow.Array, len(names))
	for i, name := range names {
		fields[i] = r.file.schema.Field(r.file.schema.FieldIndices(name)[0])
		columns[i] = have[name]
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, int64(n))
}

// column returns the reader of a column, opened when first asked for.
func (r *groupReader) column(name string) (columnReader, error) {
	if c := r.readers[name]; c != nil {
		return c, nil
	}
	at := r.file.schema.FieldIndices(name)[0]
	i := r.file.columns[at]
	c, err := r.open(i, r.file.types[at])
	if err != nil {
		return nil, fmt.Errorf("column %s: %w", name, err)
	}
	if r.file.foreign(at) {
		c = ownReader{c}
	}
	r.readers[name] = c
	return c, nil
}

// foreign reports whether a column's values in the file are of a type that is
// not ours.
func (p *ParquetFile) foreign(column int) bool {
	return !arrow.TypeEqual(p.types[column], p.schema.Field(column).Type)
}

// An ownReader reads a column of another type as one of ours.
type ownReader struct{ columnReader }

func (r ownReader) read(rows int) (arrow.Array, error) {
	a, err := r.columnReader.read(rows)
	if err != nil {
		return nil, err
	}
	defer a.Release()
	return own(a), nil
}

func (r *groupReader) open(i int, t arrow.DataType) (columnReader, error) {
	if t.ID() == arrow.DICTIONARY {
		pages, err := r.group.GetColumnPageReader(i)
		if err != nil {
			return nil, err
		}
		descr := r.file.file.MetaData().Schema.Column(i)
		return &textReader{pages: pages, optional: descr.MaxDefinitionLevel() == 1}, nil
	}
	c, err := r.group.Column(i)
	if err != nil {
		return nil, err
	}
	optional := c.Descriptor().MaxDefinitionLevel() == 1
	switch c := c.(type) {
	case *file.BooleanColumnChunkReader:
		return &valueReader[bool]{chunk: c, typ: t, optional: optional}, nil
	case *file.Int32ColumnChunkReader:
		return &valueReader[int32]{chunk: c, typ: t, optional: optional}, nil
	case *file.Int64ColumnChunkReader:
		return &valueReader[int64]{chunk: c, typ: t, optional: optional}, nil
	case *file.Int96ColumnChunkReader:
		return &valueReader[parquet.Int96]{chunk: c, typ: t, optional: optional}, nil
	case *file.Float32ColumnChunkReader:
		return &valueReader[float32]{chunk: c, typ: t, optional: optional}, nil
	case *file.Float64ColumnChunkReader:
		return &valueReader[float64]{chunk: c, typ: t, optional: optional}, nil
	}
	return nil, fmt.Errorf("type %s cannot be read", t)
}
