package frame

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"
)

// TextOptions say how a table is written for people.
type TextOptions struct {
	Width int            // of a line, in columns of a terminal; 0 is 80, negative is without end
	Zone  *time.Location // of times; nil is UTC
	Plain bool           // no bars; series, which are data, stay
}

// WriteText writes the table for a terminal: aligned, numbers at the right,
// each line cut to the width. If the query has a table step, that says which
// columns to show and how; otherwise all columns are shown, with bars for the
// first number. What a log says is shown and never obeyed: control characters,
// escapes and marks that turn the direction of writing become U+FFFD.
func (t *Table) WriteText(w io.Writer, opts TextOptions) error {
	if opts.Width == 0 {
		opts.Width = 80
	}
	var b strings.Builder
	b.WriteString(Aligned(t.printed(opts, !opts.Plain), opts.Width))
	for _, note := range t.Notes {
		b.WriteString(printable(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A TextColumn is a column of a table as text. All columns of a table have as
// many cells.
type TextColumn struct {
	Head  string
	Cells []string
	Right bool // numbers
	Bar   bool // a drawing: goes first, the last before others, where width is wanting
	Whole bool // means nothing if cut

	key   bool
	width int // of the widest cell; cells are cut to it
}

// Aligned lays out a table in lines of at most width columns of a terminal; if
// width is not positive, without end. Drawings are left out first, then texts
// are cut, then the last columns are left out, which a last line of any width
// says. A table whose heads are all empty has no line of heads.
func Aligned(columns []TextColumn, width int) string {
	if len(columns) == 0 {
		return ""
	}
	columns = slices.Clone(columns)
	for i := len(columns) - 1; i >= 0 && width > 0 && measure(columns) > width; i-- {
		if columns[i].Bar {
			columns = slices.Delete(columns, i, i+1)
		}
	}
	dropped := fit(columns, width)
	columns = columns[:len(columns)-len(dropped)]
	var b strings.Builder
	if slices.ContainsFunc(columns, func(c TextColumn) bool { return c.Head != "" }) {
		writeLine(&b, columns, func(c *TextColumn) string { return c.Head })
	}
	for row := range columns[0].Cells {
		writeLine(&b, columns, func(c *TextColumn) string { return c.Cells[row] })
	}
	if len(dropped) > 0 {
		fmt.Fprintf(&b, "not shown, for want of width: %s\n", commas(dropped, func(c TextColumn) string { return c.Head }))
	}
	return b.String()
}

const columnGap = "  "

func writeLine(b *strings.Builder, columns []TextColumn, cell func(*TextColumn) string) {
	var line strings.Builder
	for i := range columns {
		c := &columns[i]
		text := shorten(cell(c), c.width)
		pad := strings.Repeat(" ", c.width-uniseg.StringWidth(text))
		if i > 0 {
			line.WriteString(columnGap)
		}
		if c.Right {
			line.WriteString(pad + text)
		} else {
			line.WriteString(text + pad)
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

// shorten shortens a text to a width, by whole characters as people see them.
func shorten(s string, width int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	for g, used := uniseg.NewGraphemes(s), 1; g.Next(); {
		if used += g.Width(); used > width {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

// narrowest is how far a column of texts is cut before another is left out.
const narrowest = 12

// measure sets the columns to the width that they want, and returns that of a
// line. The library knows which runes people see as one character, and that
// some of these are two columns wide: log lines come in all languages.
func measure(columns []TextColumn) int {
	total := -len(columnGap)
	for i := range columns {
		c := &columns[i]
		c.width = uniseg.StringWidth(c.Head)
		for _, cell := range c.Cells {
			c.width = max(c.width, uniseg.StringWidth(cell))
		}
		total += c.width + len(columnGap)
	}
	return total
}

// fit makes a line as narrow as width: first texts are cut, the widest first;
// then the last columns are dropped, which it returns.
func fit(columns []TextColumn, width int) (dropped []TextColumn) {
	total := measure(columns)
	n := len(columns)
	for width > 0 && total > width {
		widest := slices.MaxFunc(indices(n), func(i, j int) int {
			return cmp.Compare(cuttable(&columns[i]), cuttable(&columns[j]))
		})
		switch spare := cuttable(&columns[widest]); {
		case spare > 0:
			less := min(spare, total-width, max(1, (total-width)/2)) // halves, so that two wide ones share it
			columns[widest].width -= less
			total -= less
		case n > 1:
			n--
			total -= columns[n].width + len(columnGap)
		default:
			columns[0].width, total = width, width
		}
	}
	return columns[n:]
}

// cuttable returns by how much a column may be narrowed.
func cuttable(c *TextColumn) int {
	if c.Right || c.Whole {
		return 0
	}
	return max(0, c.width-narrowest)
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// printed returns the columns to show, as text.
func (t *Table) printed(opts TextOptions, graphics bool) []TextColumn {
	if opts.Zone == nil {
		opts.Zone = time.UTC
	}
	var columns []TextColumn
	for _, item := range t.items() {
		columns = append(columns, t.printedItem(&item, opts.Zone, graphics)...)
	}
	if i := slices.IndexFunc(columns, func(c TextColumn) bool { return c.key }); i >= 0 && t.Other {
		columns[i].Cells[t.Rows-1] = "(other)"
	}
	return columns
}

// items returns what to show: the items of the query's table step or, if it
// has none, every column but those of what other numbers were.
func (t *Table) items() []ShowItem {
	if i := slices.IndexFunc(t.Show, func(s Show) bool { return s.Verb == "table" }); i >= 0 {
		return t.Show[i].Items
	}
	var items []ShowItem
	barred := t.Rows < 2
	for i := range t.Columns {
		c := &t.Columns[i]
		if strings.Contains(c.Name, ".") {
			continue
		}
		item := ShowItem{Expr: &Name{Name: c.Name}}
		if !barred && !c.Key && c.Series == nil && isNumber(c.Type) {
			item.Role, barred = "bar", true
		}
		items = append(items, item)
	}
	return items
}

// printedItem returns the columns of one item: a number has its bar beside it,
// "book > chapter" is two columns.
func (t *Table) printedItem(item *ShowItem, zone *time.Location, graphics bool) []TextColumn {
	if item.Expr == nil { // spark day
		args := item.Opts[0].Args
		item = &ShowItem{Expr: &Name{Name: "series_" + strings.TrimSuffix(args[len(args)-1], "s")}, Label: item.Label}
	}
	var columns []TextColumn
	for _, e := range []Expr{item.Expr, item.Within} {
		if e == nil {
			continue
		}
		c := t.columnOf(e)
		if c == nil {
			continue
		}
		p := t.printColumn(c, formatOf(c, item), zone)
		if item.Label != "" && e == item.Expr {
			p.Head = printable(item.Label)
		}
		columns = append(columns, p)
		if graphics && hasOption(item, "bar") {
			columns = append(columns, TextColumn{Cells: bars(c, t.Rows), Bar: true, Whole: true})
		}
	}
	return columns
}

// columnOf returns the column of a shown expression.
func (t *Table) columnOf(e Expr) *Column {
	if n, ok := e.(*Name); ok {
		return t.Column(n.Name)
	}
	return t.Column(e.String())
}

// hasOption reports whether the item has that role or option.
func hasOption(item *ShowItem, word string) bool {
	return item.Role == word || slices.ContainsFunc(item.Opts, func(o ShowOpt) bool { return o.Word == word })
}

// formatOf decides how a column's numbers are written.
func formatOf(c *Column, item *ShowItem) string {
	for _, format := range []string{"pct", "share", "delta", "compact", "bytes", "int", "duration", "date"} {
		if hasOption(item, format) {
			return format
		}
	}
	if c.Name == "delta" || strings.HasPrefix(c.Name, "delta_") {
		return "delta"
	}
	return ""
}

// printColumn returns a column as text.
func (t *Table) printColumn(c *Column, format string, zone *time.Location) TextColumn {
	p := TextColumn{Head: printable(c.Name), Right: c.Type != Text && c.Type != Flag && c.Unit == "" && c.Series == nil, key: c.Key, Whole: c.Series != nil}
	total := 0.0
	if format == "share" {
		for row := range t.Rows {
			total += c.value(row).number()
		}
	}
	for row := range t.Rows {
		switch v := c.value(row); {
		case c.Series != nil:
			p.Cells = append(p.Cells, Sparkline(c.Series[row], maxSpark))
		case c.Key && t.Other && row == t.Rows-1:
			p.Cells = append(p.Cells, "")
		case format == "share" && total > 0:
			p.Cells = append(p.Cells, percent(v.number()/total))
		default:
			p.Cells = append(p.Cells, formatValue(v, format, c.Unit, zone))
		}
	}
	return p
}

// formatValue writes a value for people. A null is a dash.
func formatValue(v value, format, unit string, zone *time.Location) string {
	switch {
	case v.null():
		return "–"
	case v.typ == Text:
		return printable(strings.ReplaceAll(v.text, "\t", " "))
	case v.typ == Flag && v.int != 0:
		return "yes"
	case v.typ == Flag:
		return "no"
	case v.typ == Time:
		return formatTime(time.UnixMicro(v.int).In(zone), unit)
	case unit == "weekday" && 1 <= v.int && v.int <= 7:
		return time.Weekday(v.int % 7).String()
	case unit == "hour_of_day":
		return fmt.Sprintf("%02d", v.int)
	case format == "pct":
		return percent(v.number())
	case format == "delta":
		return signed(percent(v.number()))
	case format == "bytes" || v.typ == Bytes:
		return FormatBytes(v.number())
	case v.typ == Duration:
		return FormatDuration(v.int)
	case v.typ == Float && format != "int":
		return formatFloat(v.float)
	}
	return FormatInt(int64(math.Round(v.number())))
}

// formatTime writes a time as far as its unit goes.
func formatTime(t time.Time, unit string) string {
	switch unit {
	case "day":
		return t.Format("2006-01-02")
	case "month":
		return t.Format("2006-01")
	case "week":
		year, week := t.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	case "minute", "hour":
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02 15:04:05")
}

// FormatInt writes a whole number with a comma before every three digits.
func FormatInt(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// formatFloat writes a number with four digits, or all that stand before the
// point.
func formatFloat(f float64) string {
	if math.Abs(f) >= 1000 {
		return FormatInt(int64(math.Round(f)))
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}

// FormatBytes writes a number of bytes in the unit that leaves one to three
// digits before the point: "512 B", "1.2 MB".
func FormatBytes(n float64) string {
	units := []string{"kB", "MB", "GB", "TB", "PB"}
	if math.Abs(n) < 999.5 {
		return strconv.FormatFloat(math.Round(n), 'f', -1, 64) + " B"
	}
	for i, unit := range units {
		if n /= 1000; math.Abs(n) < 99.95 {
			return strconv.FormatFloat(n, 'f', 1, 64) + " " + unit
		} else if math.Abs(n) < 999.5 || i == len(units)-1 {
			return strconv.FormatFloat(n, 'f', 0, 64) + " " + unit
		}
	}
	return ""
}

// FormatDuration writes a duration in µs in a unit that suits it: "350 ms",
// "1.24 s", "2 h 05 min".
func FormatDuration(us int64) string {
	abs := us
	if abs < 0 {
		abs = -abs
	}
	switch {
	case abs < 1000:
		return fmt.Sprintf("%d µs", us)
	case abs < second:
		return strconv.FormatFloat(float64(us)/1e3, 'g', 3, 64) + " ms"
	case abs < 60*second:
		return strconv.FormatFloat(float64(us)/1e6, 'g', 3, 64) + " s"
	case abs < hour:
		return fmt.Sprintf("%d min %02d s", us/(60*second), abs/second%60)
	}
	return fmt.Sprintf("%d h %02d min", us/hour, abs/(60*second)%60)
}

// percent writes a ratio: "3.2 %", "40 %".
func percent(f float64) string {
	if f == 0 || math.Abs(f) >= 0.0995 {
		return FormatInt(int64(math.Round(100*f))) + " %"
	}
	return strconv.FormatFloat(100*f, 'f', 1, 64) + " %"
}

func signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + s
}

// barWidth is the width of the longest bar.
const barWidth = 16

// bars draws a column's numbers.
func bars(c *Column, rows int) []string {
	most := 0.0
	for row := range rows {
		most = max(most, c.value(row).number())
	}
	cells := make([]string, rows)
	for row := range cells {
		if most > 0 {
			cells[row] = Bar(c.value(row).number()/most, barWidth)
		}
	}
	return cells
}

// Bar draws a share of 1 in eighths of a block; width is the length of the
// whole. What is more than nothing is seen.
func Bar(share float64, width int) string {
	eighths := []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}
	if share <= 0 {
		return ""
	}
	length := max(1, int(math.Round(min(share, 1)*float64(width)*8)))
	return strings.Repeat("█", length/8) + eighths[length%8]
}

// maxSpark is the width of the longest sparkline of a table.
const maxSpark = 32

// Sparkline draws values as blocks, at most width of them: where there are more
// values, some share a block. Nothing at all is a space.
func Sparkline[N int64 | float64](values []N, width int) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	if len(values) == 0 {
		return ""
	}
	each := max(1, (len(values)+width-1)/width)
	var means []float64 // and not sums, since the last block may have fewer values
	for part := range slices.Chunk(values, each) {
		sum := 0.0
		for _, n := range part {
			sum += float64(n)
		}
		means = append(means, sum/float64(len(part)))
	}
	most := slices.Max(means)
	line := make([]rune, len(means))
	for i, n := range means {
		line[i] = ' '
		if n > 0 {
			line[i] = blocks[min(max(int(math.Ceil(n*8/most))-1, 0), 7)]
		}
	}
	return string(line)
}
