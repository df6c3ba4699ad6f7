package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"

	"logbook/frame"
)

// A hand is how an output of text looks: plain text or Markdown. Each method
// returns a block without the line that divides it from the next.
type hand interface {
	pen() *pen
	masthead(site, title, when string) string
	heading(level int, words string) string // written with the pen, as are those of a paragraph
	paragraph(words string, width int) string
	table(columns []frame.TextColumn, width int) string
	code(text string) string
}

// A teller writes a page as text. What is said is the same in every hand.
type teller struct {
	*page
	hand
}

// tell writes the page, blank lines between its blocks.
func (pg *page) tell(w io.Writer, h hand) error {
	t := &teller{pg, h}
	blocks := []string{t.masthead(t.Site, t.Title, t.When)}
	blocks = append(blocks, t.blocks(t.Lede)...)
	for _, s := range t.Sections {
		t.prose.scope = s.heading.scope
		blocks = append(blocks, t.heading(2, t.prose.inline(t.source, s.heading.node, t.pen())))
		blocks = append(blocks, t.blocks(s.Blocks)...)
	}
	blocks = append(blocks, t.words(t.account()))
	text := spaced(blocks)
	_, err := io.WriteString(w, strings.ReplaceAll(text, thin, " ")+"\n")
	return err
}

// columns is how wide text is.
const columns = 72

// words writes sentences of ours, which may have log text in them.
func (t *teller) words(s string) string { return t.paragraph(t.pen().value(s), columns) }

func (t *teller) blocks(elements []element) (out []string) {
	for _, e := range elements {
		switch e := e.(type) {
		case *paragraph:
			t.prose.scope = e.scope
			out = append(out, t.node(e.node, columns))
		case *answer:
			for _, p := range e.parts {
				out = append(out, t.part(e.cell, p)...)
			}
		}
	}
	return out
}

// part writes a part of an answer. Queries are for pages.
func (t *teller) part(c *Cell, p part) []string {
	switch p := p.(type) {
	case note:
		return []string{t.words(string(p))}
	case footnote:
		return []string{t.words(string(p))}
	case breakage:
		return []string{t.words(fmt.Sprintf("[cell %s failed: %s, %s]", c.Name, p.Message, p.Place))}
	case *figure:
		return t.figure(p)
	case *grid:
		return t.grid(p)
	case []headline:
		return []string{t.headlines(p)}
	case *box:
		return t.box(p)
	}
	return nil
}

// box writes findings, a paragraph each.
func (t *teller) box(b *box) []string {
	out := []string{t.words(b.Title)}
	if b.Empty != "" {
		return append(out, t.words(b.Empty))
	}
	pen := t.pen()
	for _, f := range b.Lines {
		out = append(out, t.paragraph(pen.value(f.Number)+" "+f.sentence(func(w fragment) string {
			if w.Code {
				return pen.code(w.Text)
			}
			return pen.value(w.Text)
		}), columns))
	}
	return out
}

// figure says what a chart shows; its shape is one line of blocks.
func (t *teller) figure(f *figure) []string {
	if f.Label == "" {
		return nil
	}
	out := []string{t.words(f.Label)}
	if f.Days != nil {
		out = append(out, t.dayTotals(f.Days))
	}
	switch {
	case f.Shape != nil:
		out = append(out, t.code(frame.Sparkline(f.Shape, columns-4)))
	case f.Shades != nil:
		out = append(out, t.code(f.Shades.String()))
	case f.Data != nil:
		out = append(out, t.grid(f.Data)...)
	}
	return out
}

// dayTotals writes the days of a chart one below the other.
func (t *teller) dayTotals(row *dayRow) string {
	out := []frame.TextColumn{{Head: "Day"}, {Head: row.Noun, Right: true}, {Head: "Change", Right: true}}
	for _, d := range row.Days {
		for i, s := range []string{d.Day, d.Value, d.Change} {
			out[i].Cells = append(out[i].Cells, s)
		}
	}
	if row.Days[0].Change == "" {
		out = out[:2]
	}
	return t.table(out, columns)
}

// grid writes the rows of a table that a page shows at first.
func (t *teller) grid(g *grid) (out []string) {
	if g.Title {
		out = append(out, t.words(g.Caption))
	}
	lines := slices.DeleteFunc(slices.Clone(g.Lines), func(l line) bool { return l.Child })
	most := g.Show
	if most == 0 {
		most = 14
	}
	more := 0
	if len(lines) > most+1 {
		last := lines[len(lines)-1]
		lines, more = lines[:most], len(lines)-most
		if last.Class == "sum" {
			lines, more = append(slices.Clip(lines), last), more-1
		}
	}
	out = append(out, t.table(textColumns(g, lines), columns))
	if more > 0 {
		out = append(out, t.words("… and "+counted(int64(more), "more row")+"."))
	}
	for _, n := range g.Notes {
		out = append(out, t.words(visible(n)))
	}
	return out
}

// textColumns turns a grid into text, column by column.
func textColumns(g *grid, lines []line) []frame.TextColumn {
	out := make([]frame.TextColumn, len(g.Heads))
	for i, h := range g.Heads {
		out[i] = frame.TextColumn{Head: h.Text, Right: h.Right}
		for _, l := range lines {
			e := entry{}
			if i < len(l.Cells) {
				e = l.Cells[i]
			}
			if e.Drawing != nil {
				out[i].Whole, out[i].Bar = true, true
			}
			out[i].Cells = append(out[i].Cells, e.String())
		}
	}
	// Bars, which have no head, come last: on paper they are read after numbers.
	slices.SortStableFunc(out, func(a, b frame.TextColumn) int { return rank(a) - rank(b) })
	return out
}

func rank(c frame.TextColumn) int {
	if c.Bar && c.Head == "" {
		return 1
	}
	return 0
}

// String returns an entry as text.
func (e entry) String() string {
	if e.Drawing != nil {
		return e.Drawing.String()
	}
	words := strings.TrimSpace(e.Code + " " + e.Text)
	if e.Pill != "" {
		words += " (" + e.Pill + ")"
	}
	return words
}

func (t *teller) headlines(list []headline) string {
	out := make([]frame.TextColumn, 4)
	out[1].Right, out[2].Right, out[3].Whole = true, true, true
	for _, h := range list {
		for i, s := range []string{h.Label, or(h.Exact, join(h.Value, h.Unit)), h.Aside, frame.Sparkline(h.Daily, 14)} {
			out[i].Cells = append(out[i].Cells, s)
		}
	}
	return t.table(out, columns)
}

// node writes a block of Markdown.
func (t *teller) node(n ast.Node, width int) string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return t.paragraph(t.prose.inline(t.source, n, t.pen()), width)
	case *ast.Heading:
		return t.heading(3, t.prose.inline(t.source, n, t.pen()))
	case *ast.List:
		return t.list(n, width)
	case *ast.Blockquote:
		return indented(t.nodes(n, width-2), "> ", "> ")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return t.code(strings.TrimRight(string(n.Lines().Value(t.source)), "\n"))
	case *ast.ThematicBreak:
		return "* * *"
	case *extension.Table:
		return t.table(t.authorTable(n), width)
	}
	return "" // raw HTML
}

func (t *teller) nodes(parent ast.Node, width int) string {
	var blocks []string
	for _, n := range childrenOf(parent) {
		blocks = append(blocks, t.node(n, width))
	}
	return spaced(blocks)
}

func (t *teller) list(l *ast.List, width int) string {
	var items []string
	for i, item := range childrenOf(l) {
		mark := "- "
		if l.IsOrdered() {
			mark = fmt.Sprintf("%d. ", l.Start+i)
		}
		items = append(items, indented(t.nodes(item, width-len(mark)), mark, strings.Repeat(" ", len(mark))))
	}
	if l.IsTight {
		return strings.Join(items, "\n")
	}
	return strings.Join(items, "\n\n")
}

// authorTable reads a table that stands in the notebook's prose.
func (t *teller) authorTable(table *extension.Table) []frame.TextColumn {
	var out []frame.TextColumn
	for _, row := range childrenOf(table) {
		for i, cell := range childrenOf(row) {
			words := t.prose.inline(t.source, cell, &bare)
			if row.Kind() == extension.KindTableHeader {
				right := cell.(*extension.TableCell).Alignment == extension.AlignRight
				out = append(out, frame.TextColumn{Head: words, Right: right})
			} else if i < len(out) {
				out[i].Cells = append(out[i].Cells, words)
			}
		}
	}
	return out
}

// indented puts first before the first line of a text, and rest before others.
func indented(text, first, rest string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+rest)
}

// spaced joins blocks that are not empty, with a blank line between.
func spaced(blocks []string) string {
	return strings.Join(slices.DeleteFunc(blocks, func(s string) bool { return s == "" }), "\n\n")
}

// account says where the numbers come from.
func (pg *page) account() string {
	out := fmt.Sprintf("%s of %s counted", grouped(pg.Total.Kept), counted(pg.Total.Lines, "line"))
	if n := pg.Total.Filtered; n > 0 {
		out += ", " + grouped(n) + " left out"
	}
	if n := pg.Total.Rejected; n > 0 {
		out += ", " + grouped(n) + " rejected"
	}
	sentences := []string{out}
	for _, in := range pg.Inputs {
		if in.Err != "" {
			sentences = append(sentences, visible(in.Name)+" is damaged: "+visible(in.Err))
		}
	}
	for _, n := range pg.Notes {
		sentences = append(sentences, strings.TrimSuffix(visible(n), "."))
	}
	if pg.Made != "" {
		sentences = append(sentences, "Made "+pg.Made+" by logbook "+pg.Version)
	}
	return strings.Join(sentences, ". ") + "."
}
