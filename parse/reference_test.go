package parse

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sharedData returns the folder of test data that is kept beside the checkout.
func sharedData(t testing.TB) string {
	if dir := os.Getenv("LOGBOOK_DATA"); dir != "" {
		return dir
	}
	for dir := ".."; len(dir) < 32; dir = filepath.Join("..", dir) {
		data := filepath.Join(dir, "shared", "data")
		if _, err := os.Stat(data); err == nil {
			return data
		}
	}
	t.Skip("no ../shared/data, and LOGBOOK_DATA does not say where it is")
	return ""
}

// A reference is what the pipeline that logbook grew from counts in a file:
// the records its path filter leaves, and those of them that are of books.
type reference struct {
	Survivors int            `json:"path_filter"`
	Books     int            `json:"book_filter"`
	Totals    map[string]int `json:"book_totals"`
}

// referenceLine is the regular expression of the reference. Reading with it
// leaves the rules for paths as the only thing that can differ.
var referenceLine = regexp.MustCompile(`^([\d.]+)\s+(\S+)\s+(\S+)\s+\[(.+?)\]\s+"(.+?)"\s+(\d+)\s+(\S+)\s+"(.*?)"\s+"(.+?)"\s*`)

// TestReference checks clutter and book against the reference, over all paths
// of all its files, with the pattern that stands for its book filter. No file
// makes them differ. By design they would, and TestReferenceDiffers has the
// cases.
func TestReference(t *testing.T) {
	dir := sharedData(t)
	data, err := os.ReadFile(filepath.Join(dir, "expected", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]reference
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	rules := rulesWithBooks(t, "/book/{book}/**")
	book := rules.booksOf()
	for name, want := range want {
		got := reference{Totals: map[string]int{}}
		for line := range strings.Lines(readLog(t, filepath.Join(dir, "real", name))) {
			fields := referenceLine.FindStringSubmatch(line)
			if fields == nil {
				continue
			}
			path := referencePath(fields[5])
			if rules.Clutter.matches(path) {
				continue
			}
			got.Survivors++
			var out [2]string
			if book(path, out[:]); out[0] != "" {
				got.Books++
				got.Totals[target(path)]++ // the reference takes ;parameters off its paths; ours are as sent
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-reference +logbook):\n%s", name, diff)
		}
	}
}

// referencePath returns the path of a request as the reference splits it: what
// stands between the first word and the last.
func referencePath(request string) string {
	_, request, _ = strings.Cut(request, " ")
	path := request[:max(strings.LastIndexByte(request, ' '), 0)]
	path, _, _ = strings.Cut(path, "?")
	return path
}

// TestEdges checks clutter and book against the reference's verdicts on
// requests at the edges. Where it differs is named with the reason.
func TestEdges(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedData(t), "edge", "edge.json"))
	if err != nil {
		t.Fatal(err)
	}
	var edges []struct {
		Note     string
		Access   struct{ Request string }
		Survives *bool `json:"path_filter"` // nil: the reference broke off
		Book     bool
	}
	if err := json.Unmarshal(data, &edges); err != nil {
		t.Fatal(err)
	}
	differ := map[string]string{
		"//book/x (netloc trap)":      "servers take doubled slashes for one",
		"book/x relative":             "a path begins with a slash",
		"leading ctl in url":          "a path begins with a slash",
		"percent-encoded not decoded": "letters may be encoded",
		"dot segments":                "/book/../x is /x",
		"very long path 5000":         "the file has it shortened, to a request without a path",
	}
	rules := rulesWithBooks(t, "/book/{book}/**")
	book := rules.booksOf()
	for _, e := range edges {
		if e.Survives == nil {
			continue
		}
		path := referencePath(e.Access.Request)
		var out [2]string
		book(path, out[:])
		survives := !rules.Clutter.matches(path)
		same := survives == *e.Survives && (survives && out[0] != "") == e.Book
		if _, known := differ[e.Note]; same == known {
			t.Errorf("%s, %q: survives %v, book %q; the reference has %v, %v", e.Note, path, survives, out[0], *e.Survives, e.Book)
		}
	}
}

// readLog returns the text of a log, decompressed if need be.
func readLog(t *testing.T, path string) string {
	if strings.HasPrefix(filepath.Base(path), "sample") {
		path = filepath.Join(filepath.Dir(path), "..", "..", "seed", filepath.Base(path))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(bufio.NewReader(r)); err != nil {
			t.Fatal(err)
		}
	}
	return string(data)
}

// TestReferenceDiffers has every case where logbook means to differ from the
// reference, with the reason. The reference's answers are as it was run.
func TestReferenceDiffers(t *testing.T) {
	rules := rulesWithBooks(t, "/book/{book}/**")
	book := rules.booksOf()
	for _, test := range []struct {
		path      string
		clutter   bool
		book      string
		reference string
		reason    string
	}{
		{"/book/../x", false, "", `the book ".."`, "no server looks for it in a book: it is /x"},
		{"/book/./x/y", false, "x", `the book "."`, "it is /book/x/y"},
		{"/a/../book/x", false, "x", "no book", "it is /book/x"},
		{"/book/%2e%2e/etc/passwd", false, "", `the book "%2e%2e"`, "dots may be encoded"},
		{"/%62ook/x", false, "x", "no book", "so may letters"},
		{"//book/x", false, "x", "not a book: book is the host", "servers take doubled slashes for one; a target is no relative reference"},
		{"//favicon.ico", true, "", "dropped as an empty path: favicon.ico is the host", "dropped by its name"},
		{"//wp-login.php", false, "", "dropped as an empty path: wp-login.php is the host", "a path with a name in it"},
		{"book/x", false, "", `the book "x"`, "a path begins with a slash; this is garbage, or for a proxy"},
		{"/[/x", false, "", "the whole file is lost", "brackets are bytes like others"},
		{"\x01/book/x", false, "", `the book "x"`, "a path begins with a slash"},
	} {
		var out [2]string
		book(test.path, out[:])
		if clutter := rules.Clutter.matches(test.path); clutter != test.clutter || out[0] != test.book {
			t.Errorf("%s: clutter %v, book %q, want %v, %q: %s", test.path, clutter, out[0], test.clutter, test.book, test.reason)
		}
	}
}

// TestReferenceSame has paths at the edges of the rules where both agree.
func TestReferenceSame(t *testing.T) {
	rules := rulesWithBooks(t, "/book/{book}/**")
	got := map[string]string{}
	want := map[string]string{
		"":                           "clutter",
		"/":                          "clutter",
		"///":                        "clutter",
		"http://example.org":         "clutter",
		"http://example.org/book/x":  "book x",
		"/book":                      "",
		"/book/":                     "",
		"/book/a.html":               "book a.html",
		"/book/x/":                   "book x",
		"/book//x":                   "book x",
		"/Book/x":                    "",
		"/books/x":                   "",
		"/book/x/logo.png":           "clutter book x",
		"/book/x/logo.PNG":           "book x",
		"/book/x/logo.png/":          "book x", // the last element is empty
		"/book/x/logo.png;v=1":       "clutter book x",
		"/book/x/logo.png#top":       "clutter book x",
		"/book/x/_images/fig.html":   "clutter book x",
		"/book/x/search.html/y":      "clutter book x",
		"/book/x/research.html":      "book x",
		"/book/favicon.ico":          "clutter book favicon.ico",
		"/book/x/.css":               "clutter book x",
		"/book/x/favicon%2Eico":      "book x", // clutter is of paths as sent
		"/book/x/index.php/":         "clutter book x",
		"/book/x/a.pngx":             "book x",
		"/book/x/ping":               "clutter book x",
		"/book/x/pingback":           "book x",
		"/book/python-2.6/html/a/b1": "book python-2.6",
	}
	for path := range want {
		var answer []string
		var out [2]string
		if rules.Clutter.matches(path) {
			answer = append(answer, "clutter")
		}
		if rules.booksOf()(path, out[:]); out[0] != "" {
			answer = append(answer, "book "+out[0])
		}
		got[path] = strings.Join(answer, " ")
	}
	if diff := cmp.Diff(maps.Clone(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// rulesWithBooks returns the default rules with other book patterns.
func rulesWithBooks(t testing.TB, patterns ...string) *Rules {
	rules := DefaultRules()
	rules.Books = nil
	for _, pattern := range patterns {
		b, err := ParseBook(pattern)
		if err != nil {
			t.Fatal(err)
		}
		rules.Books = append(rules.Books, b)
	}
	return rules
}
