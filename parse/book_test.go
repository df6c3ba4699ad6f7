package parse

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestBooks checks which book a path belongs to, and all other names.
func TestBooks(t *testing.T) {
	const usual = "/book/{book}/{chapter…} /homepage/books/{book}/{chapter…}"
	for _, test := range []struct{ patterns, path, want string }{
		{usual, "/book/python-2.6/html/p02/c10.html", "book=python-2.6 chapter=html/p02/c10.html"},
		{usual, "/homepage/books/nonprog/html/_static/doctools.js", "book=nonprog chapter=html/_static/doctools.js"},
		{usual, "/book/python-2.6/", "book=python-2.6"},
		{usual, "/book/python-2.6", "book=python-2.6"},
		{usual, "/book/", ""},
		{usual, "/book", ""},
		{usual, "/", ""},
		{usual, "", ""},
		{usual, "*", ""},
		{usual, "example.org:443", ""},
		{usual, "/bookshop/x/y", ""},
		{usual, "/Book/x/y", ""},
		{usual, "/my/book/x/y", ""},
		{usual, "/book//x//y/", "book=x chapter=y"},
		{usual, "/book/x/./y/../z", "book=x chapter=z"},
		{usual, "/book/../x", ""},
		{usual, "/book/x/../..", ""},
		{usual, "/../../book/x/y", "book=x chapter=y"},
		{usual, "/book/%2e%2E/etc/passwd", ""},
		{usual, "/book/x/..;/manager", "book=x chapter=..;/manager"},
		{usual, "http://example.org/book/x/y", "book=x chapter=y"},
		{usual, "HTTPS://example.org:8443/book/x", "book=x"},
		{usual, "/book/x/y.html;jsessionid=1A2B", "book=x chapter=y.html"},
		{usual, "/book/x/y.html#part-2", "book=x chapter=y.html"},
		{usual, "/book/caf%C3%A9/k%c3%a4se", "book=café chapter=käse"},
		{usual, "/book/a%2Fb/c", "book=a%2Fb chapter=c"},   // a slash would be another element
		{usual, "/book/a%00b/c", "book=a%00b chapter=c"},   // no control characters
		{usual, "/book/caf%E9/c", "book=caf%E9 chapter=c"}, // Latin-1 is no UTF-8
		{usual, "/book/100%/c%4", "book=100% chapter=c%4"}, // not encoded at all
		{usual, "/book/a+b/c%20d", "book=a+b chapter=c d"}, // + is a blank in queries only

		{"/book/{book}/html/{chapter}/**", "/book/x/html/p02/c10.html", "book=x chapter=p02"},
		{"/book/{book}/html/{chapter}/**", "/book/x/html/p02", "book=x chapter=p02"},
		{"/book/{book}/html/{chapter}/**", "/book/x/html/", ""},
		{"/book/{book}/html/{chapter}/**", "/book/x/pdf/p02", ""},
		{"/book/{book}/html/{chapter}/** /book/{book}/**", "/book/x/pdf/p02", "book=x"},
		{"/homepage/books/{book}/**", "/homepage/books/x", "book=x"},
		{"/book/{book}/{file}.pdf", "/book/x/all.pdf", "book=x"},
		{"/book/{book}/{file}.pdf", "/book/x/.pdf", ""}, // a name is never empty
		{"/book/{book}/{file}.pdf", "/book/x/y/all.pdf", ""},
		{"/book/{book}/{file}.pdf /book/{book}/{chapter}", "/book/x/all.html", "book=x chapter=all.html"},
		{"/v{edition}/{book}-{chapter}", "", "error"},
		{"/v{edition}/b-{book}/{chapter...}", "/v12/b-go/1/2", "book=go chapter=1/2 edition=12"},
		{"/*/books/{book}", "/en/books/x", "book=x"},
		{"/*/books/{book}", "/books/x", ""},
		{"/20*/{book}/", "/2012/x", "book=x"},
		{"/{book}/**", "/x", "book=x"},
		{"/{book}/**", "/", ""},
		{"/b%C3%BCcher/{book}", "/bücher/x", "book=x"},
		{"/bücher/{book}", "/b%c3%bccher/x", "book=x"},
		{"/books/{book} /x/{lang}/{book}", "/x/de/y", "book=y lang=de"},
	} {
		if got := bookText(test.patterns, test.path); got != test.want {
			t.Errorf("%s in %s is %q, want %q", test.path, test.patterns, got, test.want)
		}
	}
}

// bookText returns what blank-separated patterns find in a path, as text.
func bookText(patterns, path string) string {
	rules := &Rules{}
	for pattern := range strings.FieldsSeq(patterns) {
		b, err := ParseBook(pattern)
		if err != nil {
			return "error"
		}
		rules.Books = append(rules.Books, b)
	}
	columns := rules.bookColumns()
	out := make([]string, len(columns))
	rules.booksOf()(path, out)
	var found []string
	for i, text := range out {
		if text != "" {
			found = append(found, columns[i]+"="+text)
		}
	}
	return strings.Join(found, " ")
}

// TestParseBookErrors checks that a bad pattern says what is wrong with it.
func TestParseBookErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                         "must begin with a slash",
		"book/{book}":              "must begin with a slash",
		"/":                        "has an empty element",
		"/book//{book}":            "has an empty element",
		"/book/../{book}":          "has a dot segment, and paths are matched without",
		"/book/{book}?page=1":      "has a query, parameters or a fragment, which are no part of a path",
		"/book/**":                 "names no {book}",
		"/book/{chapter}":          "names no {book}",
		"/book/{book…}":            "a book is one element, so {book…} cannot be",
		"/book/{book}/{book}":      "{book} stands twice",
		"/{a}/{book}/{a…}":         "{a} stands twice",
		"/book/{book}/**/x":        "** must be the last element",
		"/book/{book}/{rest…}/x":   "{rest…} must be the last element",
		"/book/{book}/x**":         `** must stand alone between slashes, in "x**"`,
		"/book/{book}/x{rest…}":    `{rest…} must stand alone between slashes, in "x{rest…}"`,
		"/book/{book":              `{ without } in "{book"`,
		"/book/book}":              `} without { in "book}"`,
		"/book/{}/{book}":          "{} is no name: want lower-case letters, digits and _",
		"/book/{Book}":             "{Book} is no name: want lower-case letters, digits and _",
		"/book/{book}/{2nd}":       "{2nd} is no name: want lower-case letters, digits and _",
		"/book/{book}/{…}":         "{…} is no name: want lower-case letters, digits and _",
		"/{book}-{chapter}":        `one {name} or * an element, but "{book}-{chapter}" has more`,
		"/*{book}":                 `one {name} or * an element, but "*{book}" has more`,
		"/{book}/{status}":         "{status} is a field already; choose another name",
		"/{book}/{week}":           "{week} is a field already; choose another name",
		"/{book}/{path…}":          "{path} is a field already; choose another name",
		"/book/{book}/{chapter…}}": "{chapter…} must stand alone between slashes, in \"{chapter…}}\"",
	} {
		_, err := ParseBook(pattern)
		if want = `book pattern "` + pattern + `": ` + want; err == nil || err.Error() != want {
			t.Errorf("ParseBook(%q) = %v, want %s", pattern, err, want)
		}
	}
}

// TestBookColumns checks that book and chapter are always there, and that
// other names follow once each.
func TestBookColumns(t *testing.T) {
	rules := rulesWithBooks(t, "/{lang}/{book}/{page}.html", "/{lang}/{book}/{chapter}/{page}")
	if diff := cmp.Diff([]string{"book", "chapter", "lang", "page"}, rules.bookColumns()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"book", "chapter"}, new(Rules).bookColumns()); diff != "" {
		t.Error(diff)
	}
}

// FuzzBook checks of any pattern and path that nothing panics, that the answer
// is the same a second time, that no book holds a slash and that valid text
// stays valid.
func FuzzBook(f *testing.F) {
	f.Add("/book/{book}/{chapter…}", "/book/x/y/z.html")
	f.Add("/book/{book}/html/{chapter}/**", "/book/x/html//%2e%2e/%C3%A9;a=b#c")
	f.Add("/v{x}/*/{book}.pdf", "http://example.org/v1/../v2/%2F/a%2Fb.pdf")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		b, err := ParseBook(pattern)
		if err != nil {
			return
		}
		rules := &Rules{Books: []Book{b}}
		columns := rules.bookColumns()
		out, again := make([]string, len(columns)), make([]string, len(columns))
		rules.booksOf()(path, out)
		rules.booksOf()(path, again)
		if diff := cmp.Diff(out, again); diff != "" {
			t.Errorf("%q in %q is not the same twice: %s", path, pattern, diff)
		}
		for i, text := range out {
			if strings.Contains(text, "/") && (!b.rest || columns[i] != b.name) {
				t.Errorf("%s of %q in %q is %q", columns[i], path, pattern, text)
			}
			if utf8.ValidString(path) && utf8.ValidString(pattern) && !utf8.ValidString(text) {
				t.Errorf("%s of %q in %q is not UTF-8: %q", columns[i], path, pattern, text)
			}
		}
		if out[0] != "" != b.match(cleanPath(path), make([]string, len(b.names()))) {
			t.Errorf("%q in %q: book %q is none, or no match is one", path, pattern, out[0])
		}
	})
}
