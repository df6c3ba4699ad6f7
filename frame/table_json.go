package frame

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// WriteJSON writes the table as one object, a line a row:
//
//	{"name": "by_status", "columns": [{"name": "status", "type": "number", "key": true}, …],
//	 "rows": [{"status": 200, "count": 12}, …], "other": false, "notes": []}
//
// Values are as in [Table.WriteCSV], but texts are unguarded, nulls are null
// and a series is a list, of which the column's axis says the times. A number
// that need not be whole has a column with "float". No character has a meaning
// in HTML, and none is obeyed by a terminal. [ParseTable] reads it back.
func (t *Table) WriteJSON(w io.Writer, zone *time.Location) error {
	var b strings.Builder
	b.WriteString(`{"name": ` + safeJSON(t.Name) + `, "columns": [`)
	for i, c := range t.Columns {
		b.WriteString(between(i, ", ") + `{"name": ` + safeJSON(c.Name) + `, "type": ` + safeJSON(c.Type.String()))
		if c.Key {
			b.WriteString(`, "key": true`)
		}
		if c.Type == Float {
			b.WriteString(`, "float": true`)
		}
		if c.Unit != "" {
			b.WriteString(`, "unit": ` + safeJSON(c.Unit))
		}
		if c.Series != nil {
			axis := func(us int64) string { return safeJSON(exactTime(us, c.Unit, zone)) }
			b.WriteString(`, "axis": [` + commas(c.Axis, axis) + "]")
		}
		b.WriteString("}")
	}
	b.WriteString("],\n\"rows\": [")
	for row := range t.Rows {
		b.WriteString(between(row, ",") + "\n{")
		for i := range t.Columns {
			c := &t.Columns[i]
			b.WriteString(between(i, ", ") + safeJSON(c.Name) + ": " + jsonCell(c, row, zone))
		}
		b.WriteString("}")
	}
	b.WriteString("],\n\"other\": " + strconv.FormatBool(t.Other) + `, "notes": [` + commas(t.Notes, safeJSON) + "]}\n")
	_, err := io.WriteString(w, SeenJSON(b.String()))
	return err
}

// SeenJSON returns JSON with those characters as escapes that json.Marshal
// leaves and that do something to a terminal or to those who read it: delete, the
// controls from U+0080 on, and the marks that turn the direction of writing. JSON has
// them in its texts only.
func SeenJSON(text string) string {
	obeyed := func(r rune) bool { return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }
	if !strings.ContainsFunc(text, obeyed) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if obeyed(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+size])
	}
	return b.String()
}

func jsonCell(c *Column, row int, zone *time.Location) string {
	v := c.value(row)
	switch {
	case c.Series != nil:
		return "[" + strings.Join(exactCounts(c.Series[row]), ",") + "]"
	case v.null() || v.typ == Float && (math.IsNaN(v.float) || math.IsInf(v.float, 0)):
		return "null"
	case v.typ == Text:
		return safeJSON(v.text)
	case v.typ == Time:
		return safeJSON(exactTime(v.int, c.Unit, zone))
	}
	return exactNumber(v)
}

// safeJSON quotes a text, with < > & and the line separators as escapes.
func safeJSON(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be encoded
	}
	return string(quoted)
}

// A jsonTable is what WriteJSON writes.
type jsonTable struct {
	Name    string           `json:"name"`
	Columns []jsonColumn     `json:"columns"`
	Rows    []map[string]any `json:"rows"`
	Other   bool             `json:"other"`
	Notes   []string         `json:"notes"`
}

type jsonColumn struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	Key   bool     `json:"key"`
	Float bool     `json:"float"`
	Unit  string   `json:"unit"`
	Axis  []string `json:"axis"` // of a series
}

// ParseTable reads what [Table.WriteJSON] has written in the same zone. It
// trusts nothing: a value that its column cannot hold is an error. Show steps
// are not in it.
func ParseTable(data []byte, zone *time.Location) (*Table, error) {
	if zone == nil {
		zone = time.UTC
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // whole numbers may have more digits than a float
	var in jsonTable
	if err := d.Decode(&in); err != nil {
		return nil, err
	}
	t := &Table{Name: in.Name, Rows: len(in.Rows), Other: in.Other && len(in.Rows) > 0, Notes: in.Notes}
	for _, column := range in.Columns {
		if t.Column(column.Name) != nil {
			return nil, fmt.Errorf("there are two columns %q", column.Name)
		}
		c, err := column.parse(in.Rows, zone)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", column.Name, err)
		}
		t.Columns = append(t.Columns, *c)
	}
	return t, nil
}

// parse reads a column's value of each row.
func (in *jsonColumn) parse(rows []map[string]any, zone *time.Location) (*Column, error) {
	c := &Column{Name: in.Name, Key: in.Key, Unit: in.Unit}
	for typ, name := range typeNames {
		if name == in.Type && Type(typ) != Invalid && (Type(typ) == Float) == in.Float {
			c.Type = Type(typ)
		}
	}
	switch {
	case c.Type == Invalid:
		return nil, fmt.Errorf("unknown type %q", in.Type)
	case in.Axis != nil:
		return c, in.parseSeries(c, rows, zone)
	}
	for i, row := range rows {
		v, ok := row[in.Name]
		if !ok || v == nil {
			if c.Nulls == nil {
				c.Nulls = make([]bool, len(rows))
			}
			c.Nulls[i] = true
		}
		if err := c.appendJSON(v, zone); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	if len(rows) == 0 { // empty, but of its type
		if err := c.appendJSON(nil, zone); err != nil {
			return nil, err
		}
		c.Ints, c.Floats, c.Texts = c.Ints[:0:0], c.Floats[:0:0], c.Texts[:0:0]
	}
	return c, nil
}

var errKind = errors.New("the value is not of the column's type")

// appendJSON adds a value; null adds what a null has underneath.
func (c *Column) appendJSON(v any, zone *time.Location) error {
	switch c.Type {
	case Text:
		s, ok := v.(string)
		if !ok && v != nil {
			return errKind
		}
		c.Texts = append(c.Texts, s)
	case Float:
		f, err := jsonNumber(v, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
		if err != nil {
			return err
		}
		c.Floats = append(c.Floats, f)
	default:
		n, err := c.jsonInt(v, zone)
		if err != nil {
			return err
		}
		c.Ints = append(c.Ints, n)
	}
	return nil
}

func (c *Column) jsonInt(v any, zone *time.Location) (int64, error) {
	switch {
	case v == nil:
		return 0, nil
	case c.Type == Time:
		return jsonTime(v, c.Unit, zone)
	case c.Type == Flag:
		flag, ok := v.(bool)
		if !ok {
			return 0, errKind
		}
		if flag {
			return 1, nil
		}
		return 0, nil
	}
	return jsonNumber(v, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
}

func jsonNumber[N int64 | float64](v any, parse func(string) (N, error)) (N, error) {
	if v == nil {
		return 0, nil
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, errKind
	}
	return parse(n.String())
}

// jsonTime is the inverse of exactTime.
func jsonTime(v any, unit string, zone *time.Location) (int64, error) {
	s, ok := v.(string)
	if !ok {
		return 0, errKind
	}
	layout := time.RFC3339Nano
	switch unit {
	case "day":
		layout = "2006-01-02"
	case "month":
		layout = "2006-01"
	case "week":
		var year, week int
		if n, err := fmt.Sscanf(s, "%d-W%d", &year, &week); n != 2 || err != nil || week < 1 || week > 53 || year < 1 || year > 9999 {
			return 0, fmt.Errorf("%q is no week", s)
		}
		fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, zone) // which is always in the first week
		monday := fourth.Day() - (int(fourth.Weekday())+6)%7
		return time.Date(year, time.January, monday+7*(week-1), 0, 0, 0, 0, zone).UnixMicro(), nil
	}
	t, err := time.ParseInLocation(layout, s, zone)
	return t.UnixMicro(), err
}

func (in *jsonColumn) parseSeries(c *Column, rows []map[string]any, zone *time.Location) error {
	c.Series = make([][]int64, len(rows))
	for _, s := range in.Axis {
		us, err := jsonTime(s, in.Unit, zone)
		if err != nil {
			return err
		}
		c.Axis = append(c.Axis, us)
	}
	for i, row := range rows {
		list, ok := row[in.Name].([]any)
		if !ok || len(list) != 0 && len(list) != len(c.Axis) {
			return fmt.Errorf("row %d: a series needs a number for each time of its axis", i+1)
		}
		for _, v := range list {
			n, err := c.jsonInt(v, zone)
			if err != nil {
				return fmt.Errorf("row %d: %w", i+1, err)
			}
			c.Series[i] = append(c.Series[i], n)
		}
	}
	return nil
}
