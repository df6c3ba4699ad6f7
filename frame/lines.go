package frame

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// Lines are gathered into groups of this many rows, so that a text is quoted
// once a group and not once a line.
const (
	lineRows = 1 << 15
	lineText = 8 << 20
)

// timeLayout is how times are written in lines: always with microseconds,
// since readers that guess a format guess it from the first line.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// A LineWriter writes batches as text, one line a row. It is a [Sink].
type LineWriter struct {
	rows   *rowBuffer
	out    *bufio.Writer
	line   []byte
	format lineFormat
}

// A lineFormat says how a line is put together.
type lineFormat struct {
	before   []string // what stands before each value: a comma, or a key
	end      string   // what stands after the last
	null     string
	text     func(string) string // quotes a text
	time     string              // layout of a time, quoted if need be
	notFloat string              // stands for NaN and the infinities
}

// CSVOptions say how CSV is written.
type CSVOptions struct {
	// Raw leaves texts as they are. Otherwise a text that begins with one of
	//	= + - @ tab CR
	// gets an apostrophe in front, because a spreadsheet would take it for a
	// formula, and whoever sends requests could write one into the log.
	Raw bool
}

// NewCSVWriter begins CSV as in RFC 4180: a line of names, commas,
// quotes doubled within quotes. A null is empty, an empty text is "".
// The caller closes the LineWriter, and then w.
func NewCSVWriter(w io.Writer, schema *arrow.Schema, opts CSVOptions) (*LineWriter, error) {
	format := lineFormat{end: "\n", time: timeLayout, text: guardedCSV, notFloat: ""}
	if opts.Raw {
		format.text = quoteCSV
	}
	var names []string
	for _, f := range schema.Fields() {
		names = append(names, quoteCSV(f.Name))
		format.before = append(format.before, ",")
	}
	format.before[0] = ""
	l, err := newLineWriter(w, schema, format)
	if err != nil {
		return nil, err
	}
	_, err = l.out.WriteString(strings.Join(names, ",") + "\n")
	return l, err
}

// NewJSONWriter begins JSON lines: one object a row, with all columns as its
// keys. A null is null. The caller closes the LineWriter, and then w.
func NewJSONWriter(w io.Writer, schema *arrow.Schema) (*LineWriter, error) {
	format := lineFormat{end: "}\n", null: "null", time: `"` + timeLayout + `"`, text: quoteJSON, notFloat: "null"}
	for i, f := range schema.Fields() {
		before := ","
		if i == 0 {
			before = "{"
		}
		format.before = append(format.before, before+quoteJSON(f.Name)+":")
	}
	return newLineWriter(w, schema, format)
}

func newLineWriter(w io.Writer, schema *arrow.Schema, format lineFormat) (l *LineWriter, err error) {
	l = &LineWriter{out: bufio.NewWriterSize(w, 1<<18), format: format}
	l.rows, err = newRowBuffer(schema, lineRows, lineText, l.writeLines)
	return l, err
}

// Write adds the batch's rows. The batch needs the schema's columns, by name
// and in any order; others are ignored.
func (l *LineWriter) Write(batch arrow.Record) error { return l.rows.Write(batch) }

// Close writes what is left. It does not close the underlying writer.
func (l *LineWriter) Close() error {
	defer l.rows.release()
	if err := l.rows.flush(); err != nil {
		return err
	}
	return l.out.Flush()
}

func (l *LineWriter) writeLines(b *rowBuffer) error {
	cells := make([]func([]byte) []byte, len(b.columns))
	for i, c := range b.columns {
		cells[i] = l.format.cells(b.schema.Field(i), c)
	}
	for row := range b.rows {
		l.line = l.line[:0]
		for i, c := range b.columns {
			l.line = append(l.line, l.format.before[i]...)
			if c.nulls().null(row) {
				l.line = append(l.line, l.format.null...)
				continue
			}
			l.line = cells[i](l.line)
		}
		l.line = append(l.line, l.format.end...)
		if _, err := l.out.Write(l.line); err != nil {
			return err
		}
	}
	return nil
}

// cells returns a function that appends a column's values, one more with each
// call.
func (f *lineFormat) cells(field arrow.Field, c rowColumn) func([]byte) []byte {
	switch c := c.(type) {
	case *textColumn:
		quoted := make([]string, len(c.texts))
		for i, text := range c.texts {
			quoted[i] = f.text(text)
		}
		return each(c.codes, func(dst []byte, code int32) []byte { return append(dst, quoted[code]...) })
	case *valueColumn[bool]:
		return each(c.values, strconv.AppendBool)
	case *valueColumn[int32]:
		return each(c.values, func(dst []byte, v int32) []byte { return strconv.AppendInt(dst, int64(v), 10) })
	case *valueColumn[float64]:
		return each(c.values, func(dst []byte, v float64) []byte {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return append(dst, f.notFloat...)
			}
			return strconv.AppendFloat(dst, v, 'g', -1, 64)
		})
	case *valueColumn[int64]:
		if field.Type.ID() == arrow.TIMESTAMP {
			return each(c.values, func(dst []byte, v int64) []byte { return time.UnixMicro(v).UTC().AppendFormat(dst, f.time) })
		}
		return each(c.values, func(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) })
	}
	panic("unknown column")
}

func each[T any](values []T, print func([]byte, T) []byte) func([]byte) []byte {
	next := 0
	return func(dst []byte) []byte {
		next++
		return print(dst, values[next-1])
	}
}

func guardedCSV(text string) string {
	if text != "" && strings.IndexByte("=+-@\t\r", text[0]) >= 0 {
		text = "'" + text
	}
	return quoteCSV(text)
}

func quoteCSV(text string) string {
	if text != "" && !strings.ContainsAny(text, ",\"\r\n") && text[0] != ' ' && text[len(text)-1] != ' ' {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

func quoteJSON(text string) string {
	var quoted bytes.Buffer
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false) // these lines are not for a page
	if err := e.Encode(text); err != nil {
		panic(err) // a string can always be encoded
	}
	return strings.TrimSuffix(quoted.String(), "\n")
}
