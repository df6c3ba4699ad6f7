package frame

import (
	"crypto/sha256"
	"errors"
	"path/filepath"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Repeats reports whether the rows that were written are those with which a
// log of the dataset begins, in each partition: then they are from an older
// copy of it. It completes the files; Commit or Abort may follow.
func (l *LogWriter) Repeats(id string) (bool, error) {
	for _, p := range l.sorted() {
		if err := p.finish(); err != nil {
			return false, err
		}
		path := p.folder + "/" + id + ".parquet"
		if !slices.ContainsFunc(l.dataset.manifest.Files, func(f ManifestFile) bool { return f.Path == path && f.Rows >= p.rows }) {
			return false, nil
		}
		mine, err := sumOfRows(p.file.Name(), l.dataset.fileSchema(), p.rows)
		if err != nil {
			return false, err
		}
		theirs, err := sumOfRows(filepath.Join(l.dataset.dir, filepath.FromSlash(path)), l.dataset.fileSchema(), p.rows)
		if err != nil || mine != theirs {
			return false, err
		}
	}
	return true, nil
}

// sumOfRows returns the hash of a Parquet file's first rows.
func sumOfRows(path string, schema *arrow.Schema, rows int64) (sum [sha256.Size]byte, err error) {
	p, err := OpenParquet(path)
	if err != nil {
		return sum, err
	}
	defer p.Close()
	h := sha256.New()
	out, err := NewJSONWriter(h, schema)
	if err != nil {
		return sum, err
	}
	first := &firstRows{Sink: out, left: rows}
	var columns []string
	for _, f := range schema.Fields() {
		columns = append(columns, f.Name)
	}
	for piece := 0; piece < p.Pieces() && err == nil; piece++ {
		_, _, err = p.Read(piece, columns, nil, first)
	}
	if err != nil && !errors.Is(err, errEnough) {
		return sum, err
	}
	if err := out.Close(); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}

var errEnough = errors.New("enough rows")

// firstRows is a Sink that passes on so many rows and then fails with errEnough.
type firstRows struct {
	Sink
	left int64
}

func (f *firstRows) Write(batch arrow.Record) error {
	part := batch.NewSlice(0, min(batch.NumRows(), f.left))
	defer part.Release()
	if err := f.Sink.Write(part); err != nil {
		return err
	}
	if f.left -= part.NumRows(); f.left == 0 {
		return errEnough
	}
	return nil
}
