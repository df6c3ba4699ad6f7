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
)

// Names in a dataset's folder. Engines take a file or folder whose name begins
// with _ or . for none of theirs.
const (
	manifestName = "_logbook_manifest.json"
	successName  = "_SUCCESS"
	stagingName  = ".staging"
)

const manifestVersion = 2

// A Manifest says what a dataset holds. It is written when a log's files are
// in place, so what it lists is there and whole whenever one looks.
type Manifest struct {
	Version   int               `json:"version"`
	Partition string            `json:"partition"`
	Options   map[string]string `json:"options"` // what all rows have in common: columns, filter, policies
	Logs      []ManifestLog     `json:"logs"`
	Files     []ManifestFile    `json:"files"` // in the order of their paths
}

// A ManifestLog is a log whose records the dataset holds. What tells it from
// others is for the caller to say; the dataset goes by its ID.
type ManifestLog struct {
	ID    string   `json:"id"`    // names its files
	Text  int64    `json:"text"`  // bytes of its text when it was read, without compression
	Sum   string   `json:"sum"`   // of that text
	Heads []string `json:"heads"` // sums of its first bytes: 64, 128 and so on up to 4096
	Size  int64    `json:"size"`  // of its file then
	Ends  string   `json:"ends"`  // sum of that file's first and last bytes
	Name  string   `json:"name"`  // for people

	Metadata map[string]string `json:"metadata"` // of the schema that its files have
}

// A ManifestFile is one Parquet file of a dataset.
type ManifestFile struct {
	Path   string        `json:"path"` // from the dataset's folder, with slashes
	Log    string        `json:"log"`  // its ID
	Rows   int64         `json:"rows"`
	Size   int64         `json:"size"`
	Groups []PieceBounds `json:"groups"` // of its row groups
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
	if m.Version != manifestVersion {
		return nil, fmt.Errorf("%s: version %d, and this logbook has version %d", filepath.Join(dir, manifestName), m.Version, manifestVersion)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%s: file %q is not in the folder", filepath.Join(dir, manifestName), f.Path)
		}
	}
	return m, nil
}

// write puts the manifest in its place, by way of the staging folder, where
// nobody mistakes it for a file of the dataset.
func (m *Manifest) write(dir string) error {
	slices.SortFunc(m.Files, func(a, b ManifestFile) int { return strings.Compare(a.Path, b.Path) })
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, stagingName), 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, stagingName, manifestName))
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), filepath.Join(dir, manifestName)); err != nil {
		return err
	}
	return syncDir(dir)
}

// isDataset reports whether a folder is a dataset.
func isDataset(path string) bool {
	_, err := os.Stat(filepath.Join(path, manifestName))
	return err == nil
}

// A Dataset is an open dataset of Parquet files in Hive's layout, as
// [DatasetWriter] writes it: dt=2026-11-22/….parquet. It is a [Source], whose
// pieces are the row groups of the files that the manifest lists, in the order
// of their paths. A file is opened when one of its pieces is asked for and the
// manifest cannot answer: of many files a question mostly needs few.
type Dataset struct {
	schema *arrow.Schema
	pieces []datasetPiece
}

type datasetFile struct {
	path          string
	metadata      map[string]string
	column, value string // of the folder, if it is a column of the records; the file has it not
	null          bool   // the folder is that of null and of texts that cannot name a folder
}

type datasetPiece struct {
	file   *datasetFile
	group  int
	last   bool // of the file
	bounds PieceBounds
}

// OpenDataset opens the dataset in a folder.
func OpenDataset(dir string) (*Dataset, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	metadata := map[string]map[string]string{}
	for _, log := range m.Logs {
		metadata[log.ID] = log.Metadata
	}
	d := &Dataset{}
	for _, f := range m.Files {
		file := &datasetFile{path: filepath.Join(dir, filepath.FromSlash(f.Path)), metadata: metadata[f.Log]}
		if key := partitionKeys[m.Partition]; key.column != "time" {
			file.column = key.column
			folder, _, _ := strings.Cut(f.Path, "/")
			_, value, _ := strings.Cut(folder, "=")
			file.value, file.null = unescapePartition(value)
		}
		for g, bounds := range f.Groups {
			d.pieces = append(d.pieces, datasetPiece{file, g, g == len(f.Groups)-1, bounds})
		}
	}
	if len(d.pieces) == 0 {
		return d, nil
	}
	return d, d.pieces[0].file.with(func(p *ParquetFile) error {
		d.schema = p.Schema()
		if column := d.pieces[0].file.column; column != "" {
			d.schema = arrow.NewSchema(append(d.schema.Fields(), arrow.Field{Name: column, Type: textType, Nullable: true}), nil)
		}
		return nil
	})
}

// with opens the file for as long as use takes.
func (f *datasetFile) with(use func(*ParquetFile) error) error {
	p, err := OpenParquet(f.path)
	if err != nil {
		return fmt.Errorf("the manifest lists a file that cannot be read: %w", err)
	}
	return errors.Join(use(p), p.Close())
}

// Schema returns the columns of the first file; all have the same. It is nil
// if there is no file.
func (d *Dataset) Schema() *arrow.Schema { return d.schema }

// Pieces returns the number of row groups of all files.
func (d *Dataset) Pieces() int { return len(d.pieces) }

// Bounds returns what the manifest knows of a piece.
func (d *Dataset) Bounds(piece int) PieceBounds { return d.pieces[piece].bounds }

// Metadata returns what the schema's metadata say in the piece's file.
func (d *Dataset) Metadata(piece int, key string) string { return d.pieces[piece].file.metadata[key] }

// MayHold reports whether a piece may have rows that the filter keeps, by its
// folder and times, which the manifest has, and then by the file's statistics.
// False is certain.
func (d *Dataset) MayHold(piece int, f *Filter) bool {
	p := &d.pieces[piece]
	if f == nil || len(f.Terms) == 0 {
		return true
	}
	if !mayHold(f, p.columnRange) {
		return false
	}
	may := true
	err := p.file.with(func(file *ParquetFile) error {
		may = mayHold(f, func(column string) columnRange {
			if r := p.columnRange(column); r != (columnRange{}) {
				return r
			}
			return file.columnRange(p.group, column)
		})
		return nil
	})
	return err != nil || may // reading will tell what is wrong
}

// columnRange returns what the manifest knows of a column.
func (p *datasetPiece) columnRange(column string) columnRange {
	switch {
	case column == "time" && p.bounds.Timed:
		return columnRange{ints: true, least: p.bounds.First, greatest: p.bounds.Last}
	case column != "" && column == p.file.column && !p.file.null:
		return columnRange{texts: true, first: p.file.value, last: p.file.value, counted: true, someValue: true}
	}
	return columnRange{}
}

// Read writes the columns of a piece to the sink. See [Source].
func (d *Dataset) Read(piece int, columns []string, f *Filter, sink Sink) (rows, kept int64, err error) {
	p := d.pieces[piece]
	err = p.file.with(func(file *ParquetFile) error {
		// A file may have more row groups than the manifest says: those of a
		// log that has grown, if the writer was killed before it could say so.
		groups := file.Pieces()
		if !p.last {
			groups = min(groups, p.group+1)
		}
		for g := p.group; g < groups; g++ {
			n, k, err := p.file.read(file, g, columns, f, sink)
			rows += n
			kept += k
			if err != nil {
				return err
			}
		}
		return nil
	})
	return rows, kept, err
}

// read reads a row group of the file, and puts in the column of the folder.
func (d *datasetFile) read(file *ParquetFile, group int, columns []string, f *Filter, sink Sink) (rows, kept int64, err error) {
	reads := func(t Term) bool { return slices.Contains(t.Columns, d.column) }
	if d.column == "" || !slices.Contains(columns, d.column) && (f == nil || !slices.ContainsFunc(f.Terms, reads)) {
		return file.Read(group, columns, f, sink)
	}
	// It is rare enough for the filter to be applied afterwards.
	own := slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == d.column })
	if f != nil {
		for _, t := range f.Terms {
			for _, c := range t.Columns {
				if c != d.column && !slices.Contains(own, c) {
					own = append(own, c)
				}
			}
		}
	}
	filler := &pathColumn{file: d, columns: columns, filter: f, sink: sink}
	rows, _, err = file.Read(group, own, nil, filler)
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

// Close does nothing, since no file is left open.
func (d *Dataset) Close() error { return nil }

// removeListed removes files by their paths in a dataset, and folders that are
// empty then.
func removeListed(dir string, paths []string) error {
	for _, path := range paths {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		os.Remove(filepath.Dir(name)) // it may hold other files
	}
	return nil
}
