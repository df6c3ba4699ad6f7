package frame

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

type closingSink interface {
	Sink
	Close() error
}

// writeTwice writes the rows as two different sequences of batches, checks
// that this does not show, and returns the bytes.
func writeTwice(t *testing.T, rows []row, open func(io.Writer) (closingSink, error)) []byte {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	var files [2]bytes.Buffer
	for i := range files {
		w, err := open(&files[i])
		if err != nil {
			t.Fatal(err)
		}
		writeRandomly(t, rand.New(rand.NewPCG(uint64(i), 7)), mem, 1+3*i, rows, w)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("the batches show in the bytes")
	}
	return files[0].Bytes()
}

// TestArrowRoundTrip checks that Arrow files and streams hold the rows, with
// plain types.
func TestArrowRoundTrip(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(3, 4)), 66_000) // more than one batch
	read := func(schema *arrow.Schema, next func() (arrow.Record, error)) (got []row) {
		if !schema.Equal(plainSchema(logSchema)) {
			t.Errorf("schema is %v, want %v", schema, plainSchema(logSchema))
		}
		for {
			batch, err := next()
			if errors.Is(err, io.EOF) {
				return got
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, rowsOf(batch)...)
		}
	}

	stream := writeTwice(t, rows, func(w io.Writer) (closingSink, error) { return NewArrowStreamWriter(w, logSchema) })
	r, err := ipc.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	checkRows(t, "stream", read(r.Schema(), r.Read), rows)

	file := writeTwice(t, rows, func(w io.Writer) (closingSink, error) { return NewArrowFileWriter(w, logSchema) })
	f, err := ipc.NewFileReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	checkRows(t, "file", read(f.Schema(), f.Read), rows)
}

// TestCSVRoundTrip checks CSV against the standard library's reader, and that
// no cell can be taken for a formula.
func TestCSVRoundTrip(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(5, 6)), 33_000)
	for _, raw := range []bool{false, true} {
		text := writeTwice(t, rows, func(w io.Writer) (closingSink, error) { return NewCSVWriter(w, logSchema, CSVOptions{Raw: raw}) })
		got, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(rows)+1 || got[0][0] != "host" {
			t.Fatalf("%d lines, the first %q", len(got), got[0])
		}
		for i, r := range rows {
			for k, want := range r {
				// The library's reader turns CRLF within quotes into LF.
				want := strings.ReplaceAll(csvText(want, k, raw), "\r\n", "\n")
				if got[i+1][k] != want {
					t.Fatalf("row %d, %s: got %q, want %q", i, got[0][k], got[i+1][k], want)
				}
			}
		}
	}

	one := row{"", nil, nil, "a\"b", nil, nil, int64(-1), nil, nil, nil, true}
	text := writeTwice(t, []row{one}, func(w io.Writer) (closingSink, error) { return NewCSVWriter(w, logSchema, CSVOptions{}) })
	_, line, _ := strings.Cut(string(text), "\n")
	if want := `"",,,"a""b",,,-1,,,,true` + "\n"; line != want { // null is not the empty text, a number no formula
		t.Errorf("got line %q, want %q", line, want)
	}
}

func csvText(v any, column int, raw bool) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if !raw && v != "" && strings.Contains("=+-@\t\r", v[:1]) {
			return "'" + v
		}
		return v
	case int64:
		if logSchema.Field(column).Name == "time" {
			return time.UnixMicro(v).UTC().Format(timeLayout)
		}
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	panic("no such value")
}

// TestJSONRoundTrip checks JSON lines against the standard library's reader.
func TestJSONRoundTrip(t *testing.T) {
	rows := randomRows(rand.New(rand.NewPCG(7, 8)), 33_000)
	text := writeTwice(t, rows, func(w io.Writer) (closingSink, error) { return NewJSONWriter(w, logSchema) })
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	if len(lines) != len(rows) {
		t.Fatalf("%d lines, want %d", len(lines), len(rows))
	}
	for i, line := range lines {
		got := map[string]any{}
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		if err := d.Decode(&got); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		want := map[string]any{}
		for k, f := range logSchema.Fields() {
			want[f.Name] = rows[i][k]
			switch v := rows[i][k].(type) {
			case int64, float64:
				want[f.Name] = json.Number(csvText(v, k, true))
				if f.Name == "time" {
					want[f.Name] = csvText(v, k, true)
				}
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("line %d is %v, want %v", i+1, got, want)
		}
	}
}
