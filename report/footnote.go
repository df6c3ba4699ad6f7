package report

import (
	"slices"
	"strings"

	"logbook/frame"
)

// A footnote explains the mark † of changes. It stands once on a page for each
// thing that it says: under what first has the mark.
type footnote string

const mark = "†"

// ofHours reports whether a note of a table is about the hours that changes are
// of.
func ofHours(note string) bool { return strings.HasPrefix(note, "changes are of") }

// ordinary returns the other notes of a table, which stand under it.
func ordinary(notes []string) []string {
	return slices.DeleteFunc(slices.Clone(notes), ofHours)
}

// footnotes returns what has to be explained of a part of an answer, and has
// not been on the page so far.
func (p *pageMaker) footnotes(c *Cell, of part) (list []part) {
	if p.unknown != nil && c.ofPeople() && !slices.Contains(p.explained, string(alike)) {
		p.explained = append(p.explained, string(alike))
		list = append(list, alike)
	}
	t := p.tables[c.Name]
	marked := false
	switch of := of.(type) {
	case []headline: // made of several cells: of the first that has a note
		marked = slices.ContainsFunc(of, func(h headline) bool { return strings.Contains(h.Aside, mark) })
		t = p.partial()
	case *figure:
		marked = of.Days != nil && slices.ContainsFunc(of.Days.Days, func(d dayTotal) bool { return strings.HasSuffix(d.Change, mark) })
	case *grid:
		marked = slices.ContainsFunc(of.Lines, func(l line) bool { return of.marks(l) })
	}
	if !marked || t == nil || !isPartial(t) {
		return list
	}
	for _, note := range t.Notes {
		hours, _, _ := strings.Cut(note, ";")
		if ofHours(note) && !slices.Contains(p.explained, hours) {
			p.explained = append(p.explained, hours)
			list = append(list, footnote(mark+" "+note))
		}
	}
	return list
}

// marks reports whether a line has a marked change. Texts of logs may end in
// anything; numbers stand right.
func (g *grid) marks(l line) bool {
	for i, e := range l.Cells {
		if g.Heads[i].Right && strings.HasSuffix(e.Text, mark) {
			return true
		}
	}
	return false
}

// partial returns the first table in which hours are missing; nil if none is.
func (p *pageMaker) partial() *frame.Table {
	names, _ := p.notebook.Queries()
	for _, name := range names {
		if t := p.tables[name]; t != nil && isPartial(t) {
			return t
		}
	}
	return nil
}
