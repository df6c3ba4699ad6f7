package report

import (
	"html/template"
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
	items = slices.DeleteFunc(slices.Clone(items), func(item frame.ShowItem) bool {
		return item.Expr != nil && slices.Contains(p.unknown[c.Name], item.Expr.String())
	})
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
