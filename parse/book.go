package parse

import (
	"fmt"
	"slices"
	"strings"
)

// A Book is a pattern over paths that names the parts of those it matches.
// [ParseBook] makes it.
//
//	/book/{book}/{chapter…}            the rest, of any number of elements, is the chapter
//	/book/{book}/html/{chapter}/**     one element is the chapter, whatever follows
//	/book/{book}/{file}.pdf            part of an element
//	/*/books/{book}/**                 * is any one element, or part of one
//
// Every {name} becomes a column; a pattern needs a {book}. {file} is too good
// a name to refuse, but the column file is the log's, so it matches and is
// forgotten. A {name} is never empty and holds no slash; {name…} may be null,
// and holds slashes.
//
// The pattern is matched with the path as a server understands it:
// percent-decoded, doubled slashes and dot segments resolved, a slash at the
// end and ;parameters there ignored. So /book//x and /book/./x are the book x,
// and /book/../x is none. Capital letters matter, as they do to most servers.
type Book struct {
	pattern string
	elems   []bookElem
	rest    bool   // what follows the elements is free …
	name    string // … and has this name, "" for **
}

// A bookElem matches one element of a path.
type bookElem struct {
	before, after string // literal text; if !wild only before, and it is all
	wild          bool
	name          string // of what lies between; "" for *
}

// ParseBook reads a book pattern. Its errors show the pattern and what is
// wrong with it.
func ParseBook(pattern string) (Book, error) {
	b := Book{pattern: pattern}
	fail := func(format string, args ...any) (Book, error) {
		return Book{}, fmt.Errorf("book pattern %q: %s", pattern, fmt.Sprintf(format, args...))
	}
	rest, ok := strings.CutPrefix(pattern, "/")
	if !ok {
		return fail("must begin with a slash")
	}
	if strings.ContainsAny(pattern, "?#;") {
		return fail("has a query, parameters or a fragment, which are no part of a path")
	}
	elems := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	for i, text := range elems {
		if name, ok := restName(text); ok {
			if i < len(elems)-1 {
				return fail("%s must be the last element", text)
			}
			if text != "**" && !isName(name) {
				return fail("{%s…} is no name: want lower-case letters, digits and _", name)
			}
			b.rest, b.name = true, name
			break
		}
		elem, err := parseBookElem(text)
		if err != nil {
			return fail("%v", err)
		}
		b.elems = append(b.elems, elem)
	}
	return b, b.check()
}

// restName reports whether an element is ** or {name…}, and its name.
func restName(text string) (name string, ok bool) {
	if text == "**" {
		return "", true
	}
	text, ok = strings.CutPrefix(text, "{")
	if !ok {
		return "", false
	}
	if name, ok = strings.CutSuffix(text, "…}"); ok {
		return name, true
	}
	return strings.CutSuffix(text, "...}")
}

func parseBookElem(text string) (bookElem, error) {
	switch {
	case text == "":
		return bookElem{}, fmt.Errorf("has an empty element")
	case text == "." || text == "..":
		return bookElem{}, fmt.Errorf("has a dot segment, and paths are matched without")
	case strings.Contains(text, "**"):
		return bookElem{}, fmt.Errorf("** must stand alone between slashes, in %q", text)
	}
	text = decodeElem(text) // as paths are
	i := strings.IndexAny(text, "{}*")
	if i < 0 {
		return bookElem{before: text}, nil
	}
	elem := bookElem{before: text[:i], wild: true}
	switch text[i] {
	case '*':
		elem.after = text[i+1:]
	case '{':
		var closed bool
		elem.name, elem.after, closed = strings.Cut(text[i+1:], "}")
		if !closed {
			return bookElem{}, fmt.Errorf("{ without } in %q", text)
		}
		if strings.HasSuffix(elem.name, "…") || strings.HasSuffix(elem.name, "...") {
			return bookElem{}, fmt.Errorf("{%s} must stand alone between slashes, in %q", elem.name, text)
		}
		if !isName(elem.name) {
			return bookElem{}, fmt.Errorf("{%s} is no name: want lower-case letters, digits and _", elem.name)
		}
	case '}':
		return bookElem{}, fmt.Errorf("} without { in %q", text)
	}
	if strings.ContainsAny(elem.after, "{}*") {
		return bookElem{}, fmt.Errorf("one {name} or * an element, but %q has more", text)
	}
	return elem, nil
}

// check finds what is wrong with the names as a whole.
func (b *Book) check() error {
	names := b.names()
	if !slices.Contains(names, "book") {
		return fmt.Errorf("book pattern %q: names no {book}", b.pattern)
	}
	for i, name := range names {
		switch {
		case slices.Contains(names[:i], name):
			return fmt.Errorf("book pattern %q: {%s} stands twice", b.pattern, name)
		case name == "book" && b.rest && b.name == name:
			return fmt.Errorf("book pattern %q: a book is one element, so {book…} cannot be", b.pattern)
		case name != "book" && name != "chapter" && name != "file" && isField(name):
			return fmt.Errorf("book pattern %q: {%s} is a field already; choose another name", b.pattern, name)
		}
	}
	return nil
}

// String returns the pattern.
func (b Book) String() string { return b.pattern }

// names returns the names of the pattern from left to right.
func (b *Book) names() []string {
	var names []string
	for _, e := range b.elems {
		if e.name != "" {
			names = append(names, e.name)
		}
	}
	if b.name != "" {
		names = append(names, b.name)
	}
	return names
}

// match fills out, one text for each of b.names, from a clean path. If it
// reports false, out is garbage.
func (b *Book) match(path string, out []string) bool {
	for i := range b.elems {
		if path == "" {
			return false
		}
		text := path[1:]
		if j := strings.IndexByte(text, '/'); j >= 0 {
			text = text[:j]
		}
		path = path[1+len(text):]
		e := &b.elems[i]
		between, ok := e.match(text)
		if !ok {
			return false
		}
		if e.name != "" {
			out[0], out = between, out[1:]
		}
	}
	if b.name != "" {
		out[0] = strings.TrimPrefix(path, "/")
	}
	return b.rest || path == ""
}

// match returns what a wild element has between its literal texts.
func (e *bookElem) match(text string) (between string, ok bool) {
	if !e.wild {
		return "", text == e.before
	}
	if len(text) <= len(e.before)+len(e.after) || !strings.HasPrefix(text, e.before) || !strings.HasSuffix(text, e.after) {
		return "", false
	}
	return text[len(e.before) : len(text)-len(e.after)], true
}

// isName reports whether s can be the name of a column.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// bookColumns returns the names that the patterns give: book and chapter,
// which are always there, and then others in the order they are met.
func (r *Rules) bookColumns() []string {
	columns := []string{"book", "chapter"}
	for i := range r.Books {
		for _, name := range r.Books[i].names() {
			if name != "file" && !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	return columns
}

// booksOf returns the derivation of bookColumns from a path.
func (r *Rules) booksOf() func(path string, out []string) {
	columns := r.bookColumns()
	places := make([][]int, len(r.Books)) // of each book's names among the columns; -1 of {file}
	for i := range r.Books {
		for _, name := range r.Books[i].names() {
			places[i] = append(places[i], slices.Index(columns, name))
		}
	}
	return func(path string, out []string) {
		clear(out)
		path = cleanPath(path)
		var room [8]string
		for i := range r.Books {
			found := room[:]
			if len(places[i]) > len(found) {
				found = make([]string, len(places[i]))
			}
			if r.Books[i].match(path, found) {
				for j, place := range places[i] {
					if place >= 0 {
						out[place] = found[j]
					}
				}
				return
			}
		}
	}
}
