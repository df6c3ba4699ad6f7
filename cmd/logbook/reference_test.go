package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A reference is what the seed's pipeline counts in one file.
type reference struct {
	Lines      int            `json:"lines"`
	Access     int            `json:"access"`      // lines that are records
	PathFilter int            `json:"path_filter"` // … that are no clutter
	BookFilter int            `json:"book_filter"` // … of a book
	BookTotals map[string]int `json:"book_totals"` // by path
	Status     map[string]int `json:"status"`
}

// A difference is where logbook's counts are not the reference's, and why
// logbook is right. Every other number must be equal.
type difference struct {
	why                string
	access, pathFilter int
	status             map[string]int
}

var differs = map[string]difference{
	"crowdsec-nginx-http-malformed.log": {
		why:    "the reference takes bytes that speak another protocol for a method and a path; logbook keeps the record without either",
		access: 12, pathFilter: 0, status: map[string]int{"400": 12},
	},
	"crowdsec-apache2-logs.log": {
		why:    "the reference drops clients with IPv6 addresses, and lines with a virtual host in front, without a word",
		access: 7, pathFilter: 5, status: map[string]int{"200": 1, "403": 1, "500": 5},
	},
	"crowdsec-nginx_http-logs.log": {
		why:    "the reference drops clients with IPv6 addresses, and lines with a virtual host in front, without a word",
		access: 7, pathFilter: 6, status: map[string]int{"200": 1, "301": 1, "404": 1, "500": 4},
	},
}

// TestReference checks that the seed's analysis gives the counts of the
// reference pipeline, on its own sample and on every real file that it reads.
func TestReference(t *testing.T) {
	data := dataDir(t)
	src, err := os.ReadFile(filepath.Join(data, "expected", "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var references map[string]reference
	if err := json.Unmarshal(src, &references); err != nil {
		t.Fatal(err)
	}
	for name, ref := range references {
		t.Run(filepath.Base(name), func(t *testing.T) {
			path := filepath.Join(data, "real", name)
			if filepath.Dir(name) != "." {
				path = filepath.Join(data, name)
			}
			if d, ok := differs[name]; ok {
				ref.Access, ref.PathFilter, ref.Status = d.access, d.pathFilter, d.status
			}
			checkReference(t, path, ref)
		})
	}
}

func checkReference(t *testing.T, path string, want reference) {
	t.Helper()
	books := map[string]int{}
	for path, n := range queryCounts(t, path, "where book != none and not clutter | count by path", "--book", "/book/{book}/**") {
		books[withoutParameters(path)] += n
	}
	if diff := cmp.Diff(want.BookTotals, books, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("book totals (-reference +logbook):\n%s", diff)
	}
	if got := queryTotal(t, path, "where not clutter | count"); got != want.PathFilter {
		t.Errorf("not clutter: %d records, want %d", got, want.PathFilter)
	}
	if got := queryTotal(t, path, "count"); got != want.Access {
		t.Errorf("%d records, want %d", got, want.Access)
	}
	status := queryCounts(t, path, "count by status")
	if diff := cmp.Diff(want.Status, status, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("by status (-reference +logbook):\n%s", diff)
	}
}

// withoutParameters cuts what follows a semicolon in the last element of a
// path, as the reference does with a function of its library that follows RFC
// 1808. Since RFC 3986 parameters belong to the path, and so they do for
// logbook.
func withoutParameters(path string) string {
	last := strings.LastIndexByte(path, '/') + 1
	element, _, _ := strings.Cut(path[last:], ";")
	return path[:last] + element
}

// queryCounts runs a query that counts by one key, with flags.
func queryCounts(t *testing.T, path, query string, flags ...string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, row := range queryRows(t, path, query, flags...) {
		n, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		counts[row[0]] = n
	}
	return counts
}

// queryTotal runs a query that gives one number.
func queryTotal(t *testing.T, path, query string) int {
	t.Helper()
	n, err := strconv.Atoi(queryRows(t, path, query)[0][0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// queryRows runs logbook query with flags and returns the rows of the table.
func queryRows(t *testing.T, path, query string, flags ...string) [][]string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := append([]string{"query", "--csv", query, path}, flags...)
	code := run(&environment{context.Background(), nil, &stdout, &stderr, args, func(string) string { return "" }})
	if code != 0 {
		t.Fatalf("%q: exit %d\n%s", query, code, stderr.Bytes())
	}
	rows, err := csv.NewReader(&stdout).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// dataDir returns the folder of real logs, or skips the test.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LOGBOOK_DATA")
	for up := "../../.."; dir == "" && len(up) < 20; up += "/.." {
		if _, err := os.Stat(up + "/shared/data"); err == nil {
			dir = up + "/shared/data"
		}
	}
	if dir == "" {
		t.Skip("no real logs: neither LOGBOOK_DATA nor a folder shared/data beside the checkout")
	}
	return dir
}
