package parse

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/google/go-cmp/cmp"

	"logbook/frame"
)

// A rowSink keeps rows as text.
type rowSink struct{ rows []string }

func (s *rowSink) Write(batch arrow.Record) error {
	s.rows = append(s.rows, batchRows(batch)...)
	return nil
}

// batchRows writes a batch's rows as text, one a row.
func batchRows(batch arrow.Record) []string {
	rows := make([]string, batch.NumRows())
	for i := range rows {
		var cells []string
		for c, f := range batch.Schema().Fields() {
			cells = append(cells, f.Name+"="+cell(batch.Column(c), i))
		}
		rows[i] = strings.Join(cells, " ")
	}
	return rows
}

func cell(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return "null"
	}
	if d, ok := a.(*array.Dictionary); ok {
		return fmt.Sprintf("%q", d.Dictionary().(*array.String).Value(d.GetValueIndex(i)))
	}
	return a.ValueStr(i)
}

// scan reads inputs and returns the rows, in order of the sinks.
func scan(t testing.TB, s Scanner, inputs ...Input) ([]string, *Summary) {
	t.Helper()
	var sinks []*rowSink
	summary, err := s.Scan(context.Background(), inputs, func() frame.Sink {
		sinks = append(sinks, new(rowSink))
		return sinks[len(sinks)-1]
	})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, s := range sinks {
		rows = append(rows, s.rows...)
	}
	return rows, summary
}

// expected parses a text line by line, as simply as can be, into the rows that
// a scan of the columns time, status, bytes, host, path, agent, line gives.
func expected(f Format, text string) (rows []string, rejected int) {
	p := f.NewParser(nil)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		var r Record
		switch reason := p.Parse([]byte(line), &r); reason {
		case Blank:
		case OK:
			number := func(n int64) string {
				if n == None {
					return "null"
				}
				return fmt.Sprint(n)
			}
			text := func(f Field) string {
				if r.Text[f] == nil {
					return "null"
				}
				return fmt.Sprintf("%q", bytes.ToValidUTF8(r.Text[f], []byte("\uFFFD")))
			}
			rows = append(rows, fmt.Sprintf("status=%s bytes=%s host=%s path=%s agent=%s line=%d",
				number(int64(r.Status)), number(r.Bytes), text(Host), text(Path), text(Agent), i+1))
		default:
			rejected++
		}
	}
	return rows, rejected
}

var testColumns = []string{"status", "bytes", "host", "path", "agent", "line"}

// TestScanIsParse checks that a scan gives the records that its lines have,
// whatever the number of workers, the size of blocks, the order and the
// packing of the file.
func TestScanIsParse(t *testing.T) {
	text := testLog(3000)
	want, rejected := expected(Combined, text)
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	dir := t.TempDir()
	for name, pack := range packers {
		path := filepath.Join(dir, "access.log"+name)
		if err := os.WriteFile(path, pack(t, []byte(text)), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, jobs := range []int{1, 2, 7} {
			for _, size := range []int{100, 1000, 1 << 16, 0} {
				for _, ordered := range []bool{false, true} {
					s := Scanner{Columns: testColumns, Jobs: jobs, BlockSize: size, Ordered: ordered}
					got, summary := scan(t, s, Input{Name: name, Path: path})
					label := fmt.Sprintf("%q, %d jobs, blocks of %d, ordered %v", name, jobs, size, ordered)
					compare := want
					if !ordered {
						slices.Sort(got)
						compare = sorted
					}
					if !slices.Equal(got, compare) {
						t.Fatalf("%s: %s", label, cmp.Diff(got, compare))
					}
					if c := summary.Counts; c.Kept != int64(len(want)) || c.Rejected != int64(rejected) || c.Bytes != int64(len(text)) {
						t.Errorf("%s: kept %d, rejected %d, bytes %d, want %d, %d, %d", label, c.Kept, c.Rejected, c.Bytes, len(want), rejected, len(text))
					}
				}
			}
		}
	}
}
