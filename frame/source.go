package frame

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// A Source holds rows that have been written before: a Parquet file, an Arrow
// file or stream, or a dataset of Parquet files. It is read in pieces, which
// several goroutines may do at once, each with a [Filter] of its own.
type Source interface {
	// Schema returns the columns that can be read, with the types that
	// batches have: texts are dictionaries. It is nil if there is nothing to
	// tell them by, and no piece.
	Schema() *arrow.Schema

	// Pieces returns how many pieces there are. They are numbered from 0, in
	// the order of the rows.
	Pieces() int

	// Bounds returns what is known of a piece without reading it.
	Bounds(piece int) PieceBounds

	// Metadata returns the value that the metadata of the schema which the
	// piece was written with has under the key, or "".
	Metadata(piece int, key string) string

	// MayHold reports whether a piece may have a row that the filter keeps.
	// False is certain.
	MayHold(piece int, f *Filter) bool

	// Read writes the columns of a piece's rows to the sink, but for rows that
	// the filter drops. The filter reads no column that the Source lacks.
	// Read returns how many rows there were and how many the sink got.
	Read(piece int, columns []string, f *Filter, sink Sink) (rows, kept int64, err error)

	Close() error
}

// PieceBounds are what is known of a piece of a [Source] without reading it.
type PieceBounds struct {
	Rows  int64 `json:"rows"`  // -1 if not known
	Timed bool  `json:"timed"` // First and Last are known
	First int64 `json:"first"` // earliest and latest of the column time, µs
	Last  int64 `json:"last"`
}

var (
	parquetMagic = []byte("PAR1")
	arrowMagic   = []byte("ARROW1")
	streamMagic  = []byte{0xff, 0xff, 0xff, 0xff} // of a message, and a log does not begin so
)

// IsSource reports whether [OpenSource] can read what is at the path, by its
// first bytes or, for a folder, by its manifest.
func IsSource(path string) bool {
	if isDataset(path) {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() { // looking into a pipe would eat from it
		return false
	}
	head := make([]byte, len(arrowMagic))
	if _, err := io.ReadFull(f, head); err != nil {
		return false
	}
	return IsSourceStream(head)
}

// IdentityFile returns the file whose bytes tell a source from others: itself, or
// the manifest of a dataset.
func IdentityFile(path string) string {
	if isDataset(path) {
		return filepath.Join(path, manifestName)
	}
	return path
}

// IsSourceStream reports whether a stream that begins so is one for
// [OpenSourceStream] and no log. It wants six bytes: with fewer it is none.
func IsSourceStream(head []byte) bool {
	if len(head) < len(arrowMagic) {
		return false
	}
	return bytes.HasPrefix(head, parquetMagic) || bytes.HasPrefix(head, arrowMagic) || bytes.HasPrefix(head, streamMagic)
}

// OpenSource opens what is at the path. The caller closes it.
func OpenSource(path string) (Source, error) {
	if isDataset(path) {
		return OpenDataset(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(arrowMagic))
	_, err = f.ReadAt(head, 0)
	if err := f.Close(); err != nil {
		return nil, err
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: neither Parquet nor Arrow", path)
	case bytes.HasPrefix(head, parquetMagic):
		return OpenParquet(path)
	}
	return openArrow(path)
}

// OpenSourceStream opens an Arrow stream, or an Arrow file as it comes from a
// pipe. What it returns can be read once.
func OpenSourceStream(name string, r io.Reader) (Source, error) {
	b := bufio.NewReaderSize(r, 1<<18)
	head, _ := b.Peek(len(arrowMagic)) // too short for any is for the reader of streams to say
	switch {
	case bytes.HasPrefix(head, parquetMagic):
		return nil, &fs.PathError{Op: "cannot read", Path: name, Err: errors.New("a stream is read from front to end, and Parquet is not; give the file's name, or export --to arrows")}
	case bytes.HasPrefix(head, arrowMagic):
		// Before its footer a file is a stream, after magic and padding.
		b.Discard(8) //nolint:errcheck // the reader will see
	}
	a := &arrowFile{name: name}
	batches, err := a.stream(b, streamPiece)
	if err != nil {
		return nil, err
	}
	a.setSchema(batches.schema)
	a.open = func() (*arrowBatches, error) { return batches, nil }
	return a, nil
}

// streamPiece bounds what a batch of a stream may ask for, of which nobody
// knows the size: like a file of a mebibyte, one gibibyte.
const streamPiece = 1 << 20

// An arrowFile is an Arrow file or stream. It is one piece, since batches of
// a stream can only be read in their order.
type arrowFile struct {
	name   string
	schema *arrow.Schema
	open   func() (*arrowBatches, error)
}

func openArrow(path string) (*arrowFile, error) {
	a := &arrowFile{name: path}
	a.open = a.openFile
	batches, err := a.open()
	if err != nil {
		return nil, err
	}
	defer batches.Close()
	a.setSchema(batches.schema)
	return a, nil
}

// setSchema takes those of the columns that have a type we know.
func (a *arrowFile) setSchema(of *arrow.Schema) {
	var fields []arrow.Field
	for _, f := range of.Fields() {
		if TypeOf(f) == Invalid {
			continue
		}
		f = ownField(f)
		if f.Type.ID() == arrow.STRING {
			f.Type = textType
		}
		fields = append(fields, f)
	}
	meta := of.Metadata()
	a.schema = arrow.NewSchema(fields, &meta)
}

// arrowBatches are the batches of a file or stream, one after the other.
type arrowBatches struct {
	io.Closer
	schema *arrow.Schema
	next   func() (arrow.Record, error) // io.EOF after the last
}

func (a *arrowFile) openFile() (batches *arrowBatches, err error) {
	f, err := os.Open(a.name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	defer recoverTo(&err, a.name)
	head := make([]byte, len(arrowMagic))
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(head, arrowMagic) {
		batches, err = a.stream(f, fi.Size())
	} else if r, errFile := ipc.NewFileReader(f, ipc.WithAllocator(boundedBy(fi.Size()))); errFile != nil {
		err = fmt.Errorf("%s: %w", a.name, errFile)
	} else {
		batches = &arrowBatches{schema: r.Schema(), next: r.Read}
	}
	if err != nil {
		return nil, err
	}
	batches.Closer = f
	return batches, nil
}

// stream reads the schema of a stream that asks for no more memory than one
// of so many bytes can need.
func (a *arrowFile) stream(r io.Reader, size int64) (batches *arrowBatches, err error) {
	defer recoverTo(&err, a.name)
	in, err := ipc.NewReader(r, ipc.WithAllocator(boundedBy(size)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	return &arrowBatches{io.NopCloser(r), in.Schema(), in.Read}, nil
}

func (a *arrowFile) Schema() *arrow.Schema     { return a.schema }
func (a *arrowFile) Pieces() int               { return 1 }
func (a *arrowFile) Bounds(int) PieceBounds    { return PieceBounds{Rows: -1} }
func (a *arrowFile) MayHold(int, *Filter) bool { return true }
func (a *arrowFile) Close() error              { return nil }

// Metadata returns the value that the schema's metadata have under the key, or "".
func (a *arrowFile) Metadata(_ int, key string) string {
	meta := a.schema.Metadata()
	value, _ := meta.GetValue(key)
	return value
}

func (a *arrowFile) Read(_ int, columns []string, f *Filter, sink Sink) (rows, kept int64, err error) {
	defer recoverTo(&err, a.name)
	batches, err := a.open()
	if err != nil {
		return 0, 0, err
	}
	defer batches.Close()
	coders := make(map[string]*textDict)
	for {
		batch, err := batches.next()
		if errors.Is(err, io.EOF) {
			return rows, kept, nil
		}
		if err != nil {
			return rows, kept, fmt.Errorf("%s: %w", a.name, err)
		}
		rows += batch.NumRows()
		n, err := a.write(batch, columns, f, coders, sink)
		if err != nil {
			return rows, kept, fmt.Errorf("%s: %w", a.name, err)
		}
		kept += int64(n)
	}
}

// write writes the columns of a batch to the sink, but for rows that the
// filter drops.
func (a *arrowFile) write(batch arrow.Record, columns []string, f *Filter, coders map[string]*textDict, sink Sink) (kept int, err error) {
	wanted, err := a.project(batch, columns, coders)
	if err != nil {
		return 0, err
	}
	defer wanted.Release()
	sel := allRows(nil, int(batch.NumRows()))
	if f != nil {
		for i := range f.Terms {
			part, err := a.project(batch, f.Terms[i].Columns, coders)
			if err != nil {
				return 0, err
			}
			sel = f.Terms[i].Select(part, sel)
			part.Release()
		}
	}
	switch {
	case len(sel) == 0:
		return 0, nil
	case len(sel) == int(batch.NumRows()):
		return len(sel), sink.Write(wanted)
	}
	picked := pick(wanted, sel)
	defer picked.Release()
	return len(sel), sink.Write(picked)
}

// project returns the columns of a batch, texts as dictionaries.
func (a *arrowFile) project(batch arrow.Record, names []string, coders map[string]*textDict) (arrow.Record, error) {
	fields, columns := make([]arrow.Field, len(names)), make([]arrow.Array, len(names))
	for i, name := range names {
		at, in := a.schema.FieldIndices(name), batch.Schema().FieldIndices(name)
		if len(at) != 1 || len(in) != 1 {
			return nil, fmt.Errorf("no column %s", name)
		}
		fields[i] = a.schema.Field(at[0])
		column := batch.Column(in[0])
		if err := validColumn(column); err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
		column = own(column)
		if texts, ok := column.(*array.String); ok {
			coder := coders[name]
			if coder == nil || len(coder.texts) > arrowText {
				coder = &textDict{}
				coders[name] = coder
			}
			columns[i] = coder.encode(texts)
		} else {
			column.Retain()
			columns[i] = column
		}
		defer columns[i].Release()
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, batch.NumRows()), nil
}

// validColumn finds out whether codes and offsets of a column stay within its
// texts, which the library takes on trust.
func validColumn(column arrow.Array) error {
	switch c := column.(type) {
	case *array.Dictionary:
		n := c.Dictionary().Len()
		for i := range c.Len() {
			if c.IsValid(i) && (c.GetValueIndex(i) < 0 || c.GetValueIndex(i) >= n) {
				return errDamaged
			}
		}
		return validColumn(c.Dictionary())
	case *array.String:
		return validTexts(c, c.ValueOffsets())
	case *array.LargeString:
		return validTexts(c, c.ValueOffsets())
	}
	return nil
}

func validTexts[T int32 | int64](c arrow.Array, offsets []T) error {
	if c.Len() == 0 {
		return nil
	}
	last := T(0)
	for _, end := range offsets {
		if end < last {
			return errDamaged
		}
		last = end
	}
	if texts := c.Data().Buffers()[2]; last > 0 && (texts == nil || int(last) > texts.Len()) {
		return errDamaged
	}
	return nil
}

// encode returns plain texts as codes into the dictionary.
func (d *textDict) encode(texts *array.String) arrow.Array {
	codes, levels := make([]int32, texts.Len()), make([]int16, texts.Len())
	n := 0
	for i := range codes {
		if texts.IsValid(i) {
			codes[n] = d.code([]byte(texts.Value(i)))
			levels[i] = 1
			n++
		}
	}
	dictionary := d.array()
	defer dictionary.Release()
	if n == len(codes) {
		return codedArray(codes, nil, 0, dictionary)
	}
	valid, err := spread(codes, n, levels)
	if err != nil {
		panic(err) // n was counted
	}
	return codedArray(codes, valid, len(codes)-n, dictionary)
}
