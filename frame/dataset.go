package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/google/renameio/v2"
)

// Names in a dataset's folder. Engines take a file or folder whose name begins
// with _ or . for none of theirs.
const (
	manifestName = "_logbook_manifest.json"
	successName  = "_SUCCESS"
	stagingName  = ".staging"
)

// A Manifest says what a dataset holds. It is written when a log's files are
// in place, so what it lists is there and whole whenever one looks.
type Manifest struct {
	Version   int            `json:"version"`
	Partition string         `json:"partition"`
	Identity  string         `json:"identity"` // what all rows have in common: columns, filter, policies
	Logs      []ManifestLog  `json:"logs"`
	Files     []ManifestFile `json:"files"` // in the order of their paths
}

// A ManifestLog is a log whose records the dataset holds.
type ManifestLog struct {
	ID   string `json:"id"`   // of its first bytes, so that a rotated log is known under its new name
	Head int64  `json:"head"` // how many bytes ID is of
	Size int64  `json:"size"` // of the log when it was read
	Name string `json:"name"` // for people
}

// A ManifestFile is one Parquet file of a dataset.
type ManifestFile struct {
	Path string `json:"path"` // from the dataset's folder, with slashes
	Log  string `json:"log"`  // its ID
	Rows int64  `json:"rows"`
	Size int64  `json:"size"`
}

func readManifest(dir string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestName), err)
	}
	if m.Version != 1 {
		return nil, fmt.Errorf("%s: version %d is newer than this logbook", filepath.Join(dir, manifestName), m.Version)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%s: file %q is not in the folder", filepath.Join(dir, manifestName), f.Path)
		}
	}
	return m, nil
}

func (m *Manifest) write(dir string) error {
	slices.SortFunc(m.Files, func(a, b ManifestFile) int { return strings.Compare(a.Path, b.Path) })
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(dir, manifestName), append(text, '\n'), 0o644)
}

// isDataset reports whether a folder is a dataset.
func isDataset(path string) bool {
	_, err := os.Stat(filepath.Join(path, manifestName))
	return err == nil
}

// A Dataset is an open dataset of Parquet files in Hive's layout, as
// [DatasetWriter] writes it: dt=2026-11-22/….parquet. It is a [Source], whose
// pieces are the row groups of the files that the manifest lists, in the order
// of their paths.
type Dataset struct {
	dir    string
	schema *arrow.Schema
	files  []*datasetFile
	pieces []datasetPiece
}

type datasetFile struct {
	*ParquetFile
	column, value string // of the path, if it is a column of the records; the file has it not
	null          bool
}

type datasetPiece struct {
	file  *datasetFile
	group int
}

// OpenDataset opens the dataset in a folder.
func OpenDataset(dir string) (*Dataset, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	d := &Dataset{dir: dir}
	for _, f := range m.Files {
		if err := d.open(f, m.Partition); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	if d.schema == nil {
		d.schema = arrow.NewSchema(nil, nil)
	}
	return d, nil
}

func (d *Dataset) open(f ManifestFile, partition string) error {
	p, err := OpenParquet(filepath.Join(d.dir, filepath.FromSlash(f.Path)))
	if err != nil {
		return fmt.Errorf("the manifest lists a file that cannot be read: %w", err)
	}
	file := &datasetFile{ParquetFile: p}
	d.files = append(d.files, file)
	schema := p.Schema()
	if key, ok := partitionKeys[partition]; ok && key.column != "time" {
		file.column = key.column
		_, value, _ := strings.Cut(f.Path[:strings.IndexByte(f.Path+"/", '/')], "=")
		file.value, file.null = unescapePartition(value)
		schema = arrow.NewSchema(append(schema.Fields(), arrow.Field{Name: key.column, Type: textType, Nullable: true}), nil)
	}
	if d.schema == nil {
		d.schema = schema
	}
	for g := range p.Pieces() {
		d.pieces = append(d.pieces, datasetPiece{file, g})
	}
	return nil
}

// Schema returns the columns of the first file; all have the same.
func (d *Dataset) Schema() *arrow.Schema { return d.schema }

// Pieces returns the number of row groups of all files.
func (d *Dataset) Pieces() int { return len(d.pieces) }

// Bounds returns what the statistics know of a piece.
func (d *Dataset) Bounds(piece int) PieceBounds {
	p := d.pieces[piece]
	return p.file.ParquetFile.Bounds(p.group)
}

// MayHold reports whether a piece may have rows that the filter keeps, by the
// path and the statistics. False is certain.
func (d *Dataset) MayHold(piece int, f *Filter) bool {
	p := d.pieces[piece]
	return mayHold(f, func(column string) columnRange {
		if column != p.file.column {
			return p.file.columnRange(p.group, column)
		}
		return columnRange{
			texts: !p.file.null, first: p.file.value, last: p.file.value,
			counted: true, someNull: p.file.null, someValue: !p.file.null,
		}
	})
}

// Read writes the columns of a piece to the sink. See [Source].
func (d *Dataset) Read(piece int, columns []string, f *Filter, sink Sink) (rows, kept int64, err error) {
	p := d.pieces[piece]
	at := slices.Index(columns, p.file.column)
	reads := func(t Term) bool { return slices.Contains(t.Columns, p.file.column) }
	if p.file.column == "" || at < 0 && (f == nil || !slices.ContainsFunc(f.Terms, reads)) {
		return p.file.Read(p.group, columns, f, sink)
	}
	// The file's column of the path is put in; it is rare enough for the
	// filter to be applied afterwards.
	own := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == p.file.column })
	if f != nil {
		for _, t := range f.Terms {
			for _, c := range t.Columns {
				if c != p.file.column && !slices.Contains(own, c) {
					own = append(own, c)
				}
			}
		}
	}
	filler := &pathColumn{file: p.file, columns: columns, filter: f, sink: sink}
	rows, _, err = p.file.Read(p.group, own, nil, filler)
	return rows, filler.kept, err
}

// A pathColumn is a Sink that adds the column of a file's path to batches.
type pathColumn struct {
	file    *datasetFile
	columns []string
	filter  *Filter
	sink    Sink
	kept    int64
}

func (p *pathColumn) Write(batch arrow.Record) error {
	n := int(batch.NumRows())
	texts := textArray([]byte(p.file.value), []int32{0, int32(len(p.file.value))})
	defer texts.Release()
	var valid []byte
	nulls := 0
	if p.file.null {
		valid, nulls = make([]byte, (n+7)/8), n
	}
	constant := codedArray(make([]int32, n), valid, nulls, texts)
	defer constant.Release()
	fields := append(batch.Schema().Fields(), arrow.Field{Name: p.file.column, Type: textType, Nullable: true})
	all := array.NewRecord(arrow.NewSchema(fields, nil), append(slices.Clip(batch.Columns()), constant), int64(n))
	defer all.Release()
	sel := allRows(nil, n)
	if p.filter != nil {
		for i := range p.filter.Terms {
			sel = p.filter.Terms[i].Select(all, sel)
		}
	}
	p.kept += int64(len(sel))
	if len(sel) == 0 {
		return nil
	}
	picked := pick(selectColumns(all, p.columns), sel)
	defer picked.Release()
	return p.sink.Write(picked)
}

// selectColumns returns a batch's columns of these names.
func selectColumns(batch arrow.Record, names []string) arrow.Record {
	fields, columns := make([]arrow.Field, len(names)), make([]arrow.Array, len(names))
	for i, name := range names {
		at := batch.Schema().FieldIndices(name)[0]
		fields[i], columns[i] = batch.Schema().Field(at), batch.Column(at)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, batch.NumRows())
}

// Close closes all files.
func (d *Dataset) Close() error {
	var errs []error
	for _, f := range d.files {
		errs = append(errs, f.ParquetFile.Close())
	}
	return errors.Join(errs...)
}

// removeStale removes files that a log had and has no more. That is the last
// thing a writer does; if it does not come to it, the manifest still holds.
func removeStale(dir string, paths []string) error {
	for _, path := range paths {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
