package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// TestHostileOutputs sends a log in which every second record is an attack, in
// a file whose name is one, through the command into each of its outputs but
// the page, which is seen in a browser (report's TestHostileLog).
func TestHostileOutputs(t *testing.T) {
	t.Chdir(t.TempDir())
	log := "\x1b[31m[x](javascript:alert(1))<b>=1+1.log"
	logbook(t, "generate", "--from", "2026-11-02", "--days", "3", "--lines", "1200", "--hostile", "50%", "--malformed", "5%", "--seed", "4", "-o", log)
	fields := []string{"path", "query", "referer", "agent", "user", "host", "method"}
	var notebook strings.Builder // it shows all values of each
	for _, f := range fields {
		fmt.Fprintf(&notebook, "## %s\n\n{{ by_%s.max(count).%[1]s }}\n\n```logbook by_%[1]s\ncount by %[1]s\nlimit 1000\ntable %[1]s, count show 1000\n```\n\n", f, f)
	}
	if err := os.WriteFile("all.md", []byte(notebook.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"all.md", "access", "security"} {
		said := speak(t, "report", "-n", n, "-o", "r.txt", "-o", "r.md", "-o", "r.json", log)
		checkTerminal(t, n+" on standard error", said)
		checkTerminal(t, n+" as text", contents(t, "r.txt"))
		checkMarkdown(t, n, contents(t, "r.md"))
		checkJSON(t, n, contents(t, "r.json"))
	}
	logbook(t, "report", "-q", "-n", "all.md", "--to", "csv", "-o", "tables", log)
	files, err := filepath.Glob("tables/*.csv")
	if err != nil || len(files) != len(fields) {
		t.Fatalf("%d files of tables, want %d: %v", len(files), len(fields), err)
	}
	for _, file := range files {
		checkCSV(t, file, contents(t, file))
	}
	for _, f := range fields {
		query := "count by " + f + " | limit 1000"
		checkTerminal(t, f+" as a table", logbook(t, "query", "-q", query, log))
		checkMarkdown(t, f, logbook(t, "query", "-q", "--md", query, log))
		checkJSON(t, f, logbook(t, "query", "-q", "--json", query, log))
		checkCSV(t, f, logbook(t, "query", "-q", "--csv", query, log))
	}
}

// speak runs a command line and returns what it says on standard error.
func speak(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(&environment{context.Background(), strings.NewReader(""), &stdout, &stderr, args, func(string) string { return "" }}); code != 0 {
		t.Fatalf("logbook %q: exit code %d\n%s", args, code, stderr.String())
	}
	return stderr.String()
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// checkTerminal checks that a text holds nothing that a terminal would obey.
func checkTerminal(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		obeyed := strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) })
		if obeyed || !utf8.ValidString(line) {
			t.Errorf("%s: a terminal would obey %.200q", what, line)
		}
	}
}

var (
	inCode = regexp.MustCompile(`(?s)<code.*?</code>`)
	live   = regexp.MustCompile(`(?i)<(?:a|img|script|svg|style|del|b|iframe|title)\b[^>]{0,80}|javascript:`)
)

// checkMarkdown checks that nothing of a log is markup or a link once Markdown is
// read as GitHub does and with raw HTML on.
func checkMarkdown(t *testing.T, what, text string) {
	t.Helper()
	checkTerminal(t, what+" as Markdown", text)
	var page bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(text), &page); err != nil {
		t.Fatal(err)
	}
	if m := live.FindString(inCode.ReplaceAllString(page.String(), "")); m != "" {
		t.Errorf("%s as Markdown: %q is live", what, m)
	}
}

// checkJSON checks that JSON is some, that what a terminal would obey is escaped,
// and that it ends no element of a page that it is put into.
func checkJSON(t *testing.T, what, text string) {
	t.Helper()
	checkTerminal(t, what+" as JSON", text)
	if !json.Valid([]byte(text)) {
		t.Errorf("%s: JSON that is none", what)
	}
	if i := strings.IndexAny(text, "<>&\u2028\u2029"); i >= 0 {
		t.Errorf("%s: JSON has %.40q", what, text[i:])
	}
}

// checkCSV checks that a spreadsheet reads CSV as a table without formulas.
// Its other texts are data, and as the log has them.
func checkCSV(t *testing.T, what, text string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if len(rows) < 3 {
		t.Errorf("%s: only %d rows: the test tests nothing", what, len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			if _, err := strconv.ParseFloat(cell, 64); err != nil && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("%s: a spreadsheet would run %.80q", what, cell)
			}
		}
	}
}
