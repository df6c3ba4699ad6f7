package frame

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// exports returns n rows in each format that can be read back.
func exports(t testing.TB, n int) map[string][]byte {
	t.Helper()
	rows := randomRows(rand.New(rand.NewPCG(31, 32)), n)
	files := map[string][]byte{}
	for name, open := range map[string]func(io.Writer) (closingSink, error){
		"zstd": func(w io.Writer) (closingSink, error) {
			return NewParquetWriter(w, logSchema, ParquetOptions{RowGroup: 200})
		},
		"none": func(w io.Writer) (closingSink, error) {
			return NewParquetWriter(w, logSchema, ParquetOptions{Compression: "none"})
		},
		"arrow":  func(w io.Writer) (closingSink, error) { return NewArrowFileWriter(w, logSchema) },
		"arrows": func(w io.Writer) (closingSink, error) { return NewArrowStreamWriter(w, logSchema) },
	} {
		var file bytes.Buffer
		w, err := open(&file)
		if err != nil {
			t.Fatal(err)
		}
		writeRandomly(t, rand.New(rand.NewPCG(1, 1)), nil, 1, rows, w)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		files[name] = file.Bytes()
	}
	return files
}

// readAll reads a source to its end, every text included.
func readAll(path string) (rows int, err error) {
	s, err := OpenSource(path)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	var sink rowSink
	for piece := range s.Pieces() {
		s.Bounds(piece)
		if _, _, err := s.Read(piece, fieldNames(s.Schema()), nil, &sink); err != nil {
			return 0, err
		}
	}
	return len(sink.rows), nil
}

// TestDamagedSources checks that a damaged file is an error or still a file,
// but never a panic: cut off anywhere, or with bytes that are others.
func TestDamagedSources(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	path := filepath.Join(t.TempDir(), "file")
	for name, whole := range exports(t, 300) {
		check := func(data []byte) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			readAll(path) //nolint:errcheck // an error is as good as rows
		}
		for range 60 {
			check(whole[:rng.IntN(len(whole))])
			damaged := bytes.Clone(whole)
			for range 1 + rng.IntN(3) {
				damaged[rng.IntN(len(damaged))] ^= byte(1 << rng.IntN(8))
			}
			if strings.HasPrefix(name, "arrow") {
				continue // the library takes an Arrow schema on trust, and may ask for all memory there is
			}
			check(damaged)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
		if rows, err := readAll(path); rows != 300 || err != nil {
			t.Errorf("%s, whole: %d rows, %v", name, rows, err)
		}
		if err := os.WriteFile(path, whole[:len(whole)/2], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readAll(path); err == nil {
			t.Errorf("%s: half a file is no error", name)
		}
	}
}

// FuzzParquet checks that no bytes make the reader of Parquet panic.
func FuzzParquet(f *testing.F) {
	files := exports(f, 12) // small, or the fuzzer does nothing but minimize
	f.Add(files["zstd"])
	f.Add(files["none"])
	f.Fuzz(func(t *testing.T, data []byte) {
		if !bytes.HasPrefix(data, parquetMagic) {
			return
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		readAll(path) //nolint:errcheck // an error is as good as rows
	})
}

// A full disk takes so many bytes and no more.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		n := d.left
		d.left = 0
		return n, errFull
	}
	d.left -= len(p)
	return len(p), nil
}

var errFull = &os.PathError{Op: "write", Path: "disk", Err: syscall.ENOSPC}

// TestFullDisk checks that a write that fails, wherever it does, is an error:
// the Parquet library itself forgets some.
func TestFullDisk(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(51, 52)), 3000)
	for name, open := range map[string]func(io.Writer) (closingSink, error){
		"parquet": func(w io.Writer) (closingSink, error) {
			return NewParquetWriter(w, logSchema, ParquetOptions{RowGroup: 1000})
		},
		"arrow":  func(w io.Writer) (closingSink, error) { return NewArrowFileWriter(w, logSchema) },
		"arrows": func(w io.Writer) (closingSink, error) { return NewArrowStreamWriter(w, logSchema) },
		"csv":    func(w io.Writer) (closingSink, error) { return NewCSVWriter(w, logSchema, CSVOptions{}) },
		"json":   func(w io.Writer) (closingSink, error) { return NewJSONWriter(w, logSchema) },
	} {
		write := func(w io.Writer) error {
			sink, err := open(w)
			if err != nil {
				return err
			}
			batch := newFakeWorker(nil, logSchema).batch(rows)
			defer batch.Release()
			if err := sink.Write(batch); err != nil {
				return err
			}
			return sink.Close()
		}
		var whole bytes.Buffer
		if err := write(&whole); err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			room := whole.Len() * i / 40
			if i == 39 {
				room = whole.Len() - 1
			}
			if err := write(&fullDisk{room}); err == nil {
				t.Errorf("%s: room for %d of %d bytes, and no error", name, room, whole.Len())
			}
		}
	}
}
