package report

import (
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbook/frame"
)

// A grid is a table as outputs print it.
type grid struct {
	ID, Caption string
	Classes     []string
	Title       bool // the caption is seen, not only heard
	Heads       []head
	Lines       []line
	Show        int // rows shown before "Show all"; 0 shows all
	Filter      bool
	Notes       []string
}

type head struct {
	Text, Class, Sort string
	Right             bool // its entries are numbers, that stand at the right
}

type line struct {
	Class string
	Child bool // belongs to the nearest line above that is not one
	Cells []entry
}

// First returns the lines that are shown before "Show all".
func (g *grid) First() []line { return g.Lines[:g.shown()] }

// Rest returns the lines that "Show all" shows.
func (g *grid) Rest() []line { return g.Lines[g.shown():] }

// Rows returns how many lines are no part of another.
func (g *grid) Rows() (n int) {
	for _, l := range g.Lines {
		if !l.Child {
			n++
		}
	}
	return n
}

func (g *grid) shown() int {
	n := 0
	for i, l := range g.Lines {
		if !l.Child {
			n++
		}
		if g.Show > 0 && n > g.Show {
			return i
		}
	}
	return len(g.Lines)
}

// An entry is one cell of a grid. Text is log text at times, and escaped by the
// template.
type entry struct {
	Text, Unit, Class string
	Raw               string // what sorting and CSV use where Text is rounded
	Pill              string
	Swatch            template.HTML
	Drawing           drawing
	Code              string
	Quiet             string
}

// A kind of column that a table step can ask for.
type tableColumn struct {
	head, class, sort string
	entry             func(r *tableRow) entry
	right             bool // a number
	skip              bool // no column of its own: a mark on the first
}

// side returns the class of a column that does not stand where most do: the
// first, which heads its row, at the left, and the others, which are numbers, at the
// right. A page has thousands of cells.
func (c *tableColumn) side(first bool) string {
	switch {
	case first && c.right:
		return "r"
	case !first && !c.right && c.class == "":
		return "t"
	}
	return c.class
}

// A tableRow is a row of the cell's table, or the sum of several of them.
type tableRow struct {
	table *frame.Table
	i     int
	child bool
}

func (r *tableRow) value(name string) value { return at(r.table.Column(name), r.i) }

// heads are the names of columns where the column's own name, with a capital,
// is not what a reader would call it.
var heads = map[string]string{
	"count": "Requests", "bytes": "Bytes", "client": "Agent", "status_class": "Class", "seen": "Last seen",
	"hour_of_day": "Hour", "delta": "Change", "was": "Before", "who": "Who", "os": "System", "vhost": "Virtual host", "asn": "Network (AS)",
}

func headOf(name string) string {
	if h, ok := heads[name]; ok {
		return h
	}
	if len(name) > 1 && name[0] == 'p' && name[1] >= '0' && name[1] <= '9' { // p95
		return name
	}
	return capital(strings.ReplaceAll(name, "_", " "))
}

// capital returns s with a capital at its start.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// monospaced are the columns whose texts are addresses, not words.
var monospaced = map[string]bool{"path": true, "host": true, "network": true, "query": true, "referrer": true, "agent": true, "file": true}

func opt(opts []frame.ShowOpt, word string) (frame.ShowOpt, bool) {
	i := slices.IndexFunc(opts, func(o frame.ShowOpt) bool { return o.Word == word })
	if i < 0 {
		return frame.ShowOpt{}, false
	}
	return opts[i], true
}

// number returns the number after a word: 12 of "show 12".
func number(opts []frame.ShowOpt, word string, otherwise int) int {
	if o, ok := opt(opts, word); ok && len(o.Args) > 0 {
		if n, err := strconv.Atoi(o.Args[0]); err == nil {
			return n
		}
	}
	return otherwise
}

// grid lays out a cell's table as its table step says; without one, every
// column in the order of the query.
func (p *pageMaker) grid(c *Cell, t *frame.Table, show frame.Show) *grid {
	g := &grid{ID: c.Name, Caption: show.Title, Title: show.Title != "", Notes: ordinary(t.Notes)}
	if g.Caption == "" {
		g.Caption = headOf(c.Name)
	}
	items := show.Items
	if len(items) == 0 {
		for i := range t.Columns {
			if name := t.Columns[i].Name; t.Columns[i].Series == nil && !strings.HasPrefix(name, both) && !strings.Contains(name, "."+both) {
				items = append(items, frame.ShowItem{Expr: &frame.Name{Name: t.Columns[i].Name}})
			}
		}
	}
	rows := t.Rows
	var kids [][]int
	if len(items) > 0 && items[0].Within != nil {
		t, kids = nested(c, t, items[0])
		rows = t.Rows
		if len(kids) > 0 {
			rows = len(kids)
		}
	}
	columns := p.columns(t, rows, items)
	for _, col := range columns {
		if !col.skip {
			g.Heads = append(g.Heads, head{Text: col.head, Class: col.side(len(g.Heads) == 0), Sort: col.sort, Right: col.right})
		}
	}
	g.Show = number(show.Opts, "show", 10)
	if rows <= g.Show+2 { // a button for two rows is worse than two rows
		g.Show = 0
	}
	g.Filter = g.Show > 0
	if slices.ContainsFunc(kids, func(within []int) bool { return len(within) > 0 }) {
		g.Classes = []string{"nests"}
	}
	for i := range rows {
		l := p.line(columns, &tableRow{t, i, false})
		if t.Other && i == rows-1 {
			l.Class = "sum"
		}
		g.Lines = append(g.Lines, l)
		if kids != nil {
			for _, k := range kids[i] {
				child := p.line(columns, &tableRow{t, k, true})
				child.Child, child.Class = true, "child"
				g.Lines = append(g.Lines, child)
			}
		}
	}
	g.share()
	return g
}

// share says once, in the table's class, which columns are drawings: a page has
// hundreds of them.
func (g *grid) share() {
	for i, h := range g.Heads {
		switch {
		case h.Class == "bar" && i > 0 && i < 4:
			g.Classes = append(g.Classes, "bar"+strconv.Itoa(i+1))
		case h.Class == "spark" && i == len(g.Heads)-1:
			g.Classes = append(g.Classes, "sparks")
		default:
			continue
		}
		for _, l := range g.Lines {
			l.Cells[i].Class = ""
		}
	}
}

func (p *pageMaker) line(columns []tableColumn, r *tableRow) line {
	var l line
	for _, col := range columns {
		e := col.entry(r)
		if col.skip {
			if len(l.Cells) > 0 {
				l.Cells[0].Pill = e.Text
			}
			continue
		}
		if side := col.side(len(l.Cells) == 0); side != "t" || e.Class == "" || e.Class == "quiet" { // other classes are of texts only
			e.Class = strings.TrimSpace(side + " " + e.Class)
		}
		l.Cells = append(l.Cells, e)
	}
	return l
}

// falling reports whether a column's values never rise from row to row; the
// row of all others stands last whatever its value.
func falling(t *frame.Table, rows int, name string) bool {
	c := t.Column(name)
	if c == nil || c.Ints == nil && c.Floats == nil || rows < 3 {
		return false
	}
	if t.Other {
		rows--
	}
	for i := 1; i < rows; i++ {
		if at(c, i).num > at(c, i-1).num {
			return false
		}
	}
	return true
}

// columns prepares how each item prints a row.
func (p *pageMaker) columns(t *frame.Table, rows int, items []frame.ShowItem) []tableColumn {
	var out []tableColumn
	measured := false // the first measure is what the author sorted by
	for _, item := range items {
		line, sparks := sparkOf(item)
		if sparks && item.Role == "spark" || item.Expr == nil {
			out = append(out, p.sparkColumn(t, line))
			continue
		}
		name := item.Expr.String()
		head := item.Label
		if head == "" {
			head = headOf(name)
		}
		c := t.Column(name)
		sort := ""
		if c != nil && !c.Key && c.Texts == nil && !measured {
			measured = true
			if falling(t, rows, name) {
				sort = "descending"
			}
		}
		if item.Role == "bar" {
			out = append(out, p.barColumn(t, rows, name, item), p.numberColumn(c, name, head, sort, item))
			continue
		}
		if o, ok := opt(item.Opts, "mark"); ok {
			mark := strings.Join(o.Args, " ")
			if mark == "new" && c != nil {
				out = append(out, markNew(p.textColumn(c, name, head)))
				continue
			}
			out = append(out, tableColumn{skip: true, entry: func(r *tableRow) entry {
				if r.value(name).text == mark {
					return entry{Text: mark}
				}
				return entry{}
			}})
			continue
		}
		if item.Role == "share" {
			if item.Label == "" {
				head = "Share"
			}
			out = append(out, p.shareColumn(t, rows, name, head))
			continue
		}
		if c != nil && (c.Texts != nil || c.Key) && c.Type != frame.Time {
			out = append(out, p.textColumn(c, name, head))
			continue
		}
		if word := p.flagWord(t, name); word != "" {
			out = append(out, flagColumn(name, head, word))
			continue
		}
		out = append(out, p.numberColumn(c, name, head, sort, item))
		if sparks {
			out = append(out, p.sparkColumn(t, line))
		}
	}
	return out
}

func (p *pageMaker) textColumn(c *frame.Column, name, head string) tableColumn {
	class := ""
	if monospaced[name] {
		class = "mono"
	}
	return tableColumn{head: head, entry: func(r *tableRow) entry {
		v := r.value(name)
		switch {
		case r.table.Other && r.i == r.table.Rows-1 && c.Key:
			return entry{Text: "all others", Class: "quiet"}
		case !v.known() && c.Key:
			return entry{Text: "unknown", Class: "quiet"}
		case !v.known():
			return entry{Text: missing, Class: "quiet"}
		case name == "status":
			code := int(v.num)
			return entry{Code: strconv.Itoa(code), Swatch: swatch(statusClass(code / 100)), Text: statusName(code), Class: "code-cell"}
		case name == "status_class" && v.text != "":
			return entry{Swatch: swatch(statusClass(int(v.text[0] - '0'))), Text: v.text}
		case name == "book":
			v.text = p.bookTitle(v.text)
		case v.unit == "weekday" || v.unit == "hour_of_day":
			return entry{Text: p.formatter.value(v), Raw: strconv.Itoa(int(v.num))}
		case v.typ != frame.Text:
			return entry{Text: p.formatter.value(v), Class: class}
		}
		e := entry{Text: visible(v.text), Class: class}
		switch {
		case strings.HasPrefix(v.text, "/"):
			e.Class = "mono" // a path, whatever the column is called
		case class == "" && len(v.text) > 40:
			e.Class = "long"
		}
		return e
	}}
}

func (p *pageMaker) numberColumn(c *frame.Column, name, head, sort string, item frame.ShowItem) tableColumn {
	class := ""
	if c != nil && c.Key { // a day or an hour is what a row is about
		class = "date"
	}
	_, pct := opt(item.Opts, "pct")
	if c != nil && c.Texts != nil {
		return p.textColumn(c, name, head)
	}
	bad := badDirection(item)
	return tableColumn{head: head, class: class, right: class == "", sort: sort, entry: func(r *tableRow) entry {
		if ch, ok := changeIn(r.table, name, r.i); ok {
			return entry{Text: ch.String(), Raw: ch.raw(), Class: ch.class(bad(r))}
		}
		v := r.value(name)
		if !v.known() {
			return entry{Text: missing, Raw: "", Class: "quiet"}
		}
		if pct || v.typ == frame.Float && strings.HasSuffix(name, "share") {
			decimals := 1
			if math.Abs(v.num) >= 0.0995 {
				decimals = 0
			}
			return entry{Text: join(percent(v.num, decimals)), Raw: strconv.FormatFloat(v.num, 'g', 4, 64)}
		}
		if v.typ == frame.Time {
			t := instant(int64(v.num), p.formatter.zone)
			return entry{Text: dated(t, v.unit, false), Raw: t.Format("2006-01-02T15:04:05")}
		}
		if strings.HasPrefix(name, "change") && r.table.Column("was"+name[len("change"):]) != nil {
			return entry{Text: difference(v), Raw: strconv.FormatFloat(v.num, 'f', -1, 64)}
		}
		return measured(v)
	}}
}

// flagWord returns how a column of flags reads that a cell adds under another
// name than that of its function: in "add kind = probe(path)" a path is a probe,
// or nothing to speak of. It is empty for all other columns.
func (p *pageMaker) flagWord(t *frame.Table, name string) string {
	cell, c := p.notebook.Cell(t.Name), t.Column(name)
	if cell == nil || c == nil || c.Type != frame.Flag {
		return ""
	}
	for _, step := range cell.Query.Result {
		if call, ok := step.Expr.(*frame.Call); ok && step.Verb == "add" && step.Name == name && call.Func != name {
			return call.Func
		}
	}
	return ""
}

func flagColumn(name, head, word string) tableColumn {
	return tableColumn{head: head, entry: func(r *tableRow) entry {
		if r.value(name).truth() {
			return entry{Text: word}
		}
		return entry{Text: missing, Class: "quiet"}
	}}
}

// badDirection returns which direction of a change is bad in a row: "up" with
// "bad up" or, where it holds for some rows only, "bad up if status >= 500".
func badDirection(item frame.ShowItem) func(r *tableRow) string {
	o, ok := opt(item.Opts, "bad")
	if !ok || len(o.Args) == 0 {
		return func(*tableRow) string { return "" }
	}
	return func(r *tableRow) string {
		if o.If != nil && !(&rows{table: r.table}).scope(nil, r.i).eval(o.If).truth() {
			return ""
		}
		return o.Args[0]
	}
}

// measured writes a number. It comes with its raw value unless the script can
// tell that from the text.
func measured(v value) entry {
	e := entry{Text: plain(v.typ, v.num)}
	if v.typ == frame.Bytes || v.typ == frame.Duration || v.num != math.Trunc(v.num) {
		e.Raw = strconv.FormatFloat(v.num, 'f', -1, 64)
	}
	return e
}

func (p *pageMaker) barColumn(t *frame.Table, rows int, name string, item frame.ShowItem) tableColumn {
	most := greatest(t, rows, name)
	tick := ""
	if o, ok := opt(item.Opts, "tick"); ok && len(o.Args) > 0 {
		tick = o.Args[0]
		most = max(most, greatest(t, rows, tick))
	}
	return tableColumn{class: "bar", entry: func(r *tableRow) entry {
		at := -1.0
		if v := r.value(tick); tick != "" && v.known() && most > 0 {
			at = v.num / most
		}
		class := "" // ink
		if who := r.value("who"); who.text == "bot" {
			class = "c-ochre"
		}
		share := 0.0
		if most > 0 {
			share = min(r.value(name).num/most, 1)
		}
		return entry{Drawing: barDrawing{share, class, at}}
	}}
}

// greatest returns the greatest value of the rows; the row of all others does
// not count, or it would make every other bar short.
func greatest(t *frame.Table, rows int, name string) float64 {
	most := 0.0
	for i := range rows {
		if t.Other && i == t.Rows-1 {
			continue
		}
		most = max(most, at(t.Column(name), i).num)
	}
	return most
}

func (p *pageMaker) shareColumn(t *frame.Table, rows int, name, head string) tableColumn {
	total := 0.0
	for i := range rows {
		total += at(t.Column(name), i).num
	}
	return tableColumn{head: head, right: true, entry: func(r *tableRow) entry {
		if total == 0 {
			return entry{Text: missing}
		}
		share := r.value(name).num / total
		return entry{Text: join(percent(share, 1)), Raw: strconv.FormatFloat(share, 'g', 4, 64)}
	}}
}

// markNew puts a mark on what there was not in the period that the table
// compares with.
func markNew(col tableColumn) tableColumn {
	inner := col.entry
	col.entry = func(r *tableRow) entry {
		e := inner(r)
		if r.value("is_new").truth() {
			e.Pill = "new"
		}
		return e
	}
	return col
}

func noColumn() tableColumn {
	return tableColumn{skip: true, entry: func(*tableRow) entry { return entry{} }}
}

// sparkColumn draws each row's requests by unit of time: of the period, or of
// the time before, which is another query's table.
func (p *pageMaker) sparkColumn(t *frame.Table, line sparkline) tableColumn {
	if line.n > 0 {
		return p.pastColumn(t, line)
	}
	c := t.Column(seriesColumn)
	if c == nil || len(c.Axis) < 2 {
		return noColumn()
	}
	return tableColumn{head: counted(int64(len(c.Axis)), line.unit), class: "spark", entry: func(r *tableRow) entry {
		s := r.table.Column(seriesColumn)
		if s.Series[r.i] == nil || r.child {
			return entry{}
		}
		values := make([]float64, len(s.Axis))
		for x, n := range s.Series[r.i] {
			values[x] = float64(n)
		}
		return entry{Drawing: sparkDrawing{values}}
	}}
}

// pastColumn is sparkColumn for the time before.
func (p *pageMaker) pastColumn(t *frame.Table, line sparkline) tableColumn {
	past := p.tables[line.twin(t.Name)]
	if past == nil {
		return noColumn()
	}
	rows := make(map[string]int, past.Rows)
	for i := range past.Rows {
		rows[keyText(past, past, i)] = i
	}
	return tableColumn{head: counted(int64(line.n), line.unit), class: "spark", entry: func(r *tableRow) entry {
		i, ok := rows[keyText(r.table, past, r.i)]
		if !ok || r.child {
			return entry{}
		}
		values := make(map[int64]float64)
		for when, n := range seriesOf(past, i) {
			values[when] = float64(n)
		}
		return entry{Drawing: sparkDrawing{p.lastSteps(unit(line.unit), line.n, values)}}
	}}
}

// keyText joins the keys of a row, as another table has them.
func keyText(t, like *frame.Table, i int) string {
	var b strings.Builder
	for _, c := range like.Columns {
		if c.Key {
			v := at(t.Column(c.Name), i)
			b.WriteString(v.String() + "\x00" + strconv.FormatFloat(v.num, 'g', -1, 64) + "\x00")
		}
	}
	return b.String()
}

func statusClass(hundreds int) string {
	if hundreds < 1 || hundreds > 5 {
		return "c-other"
	}
	return "s" + strconv.Itoa(hundreds)
}

// statusName names a status code: those of the standards, and those that
// servers and CDNs have made up.
func statusName(code int) string {
	if s := http.StatusText(code); s != "" {
		return s
	}
	switch code {
	case 444:
		return "Closed without an answer"
	case 494:
		return "Request header too large"
	case 495, 496, 497:
		return "TLS error"
	case 499:
		return "Client closed the request"
	case 520, 521, 522, 523, 524, 525, 526, 527, 530:
		return "Origin unreachable"
	}
	return ""
}
