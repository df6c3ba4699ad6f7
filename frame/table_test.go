package frame

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
)

// written returns what a method of a table writes.
func written(t *testing.T, write func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sample is a table with a column of every kind.
func sample() *Table {
	return &Table{Name: "sample", Rows: 3, Other: true, Notes: []string{"a note"}, Columns: []Column{
		{Name: "day", Type: Time, Key: true, Unit: "day", Ints: []int64{1794178800000000, 1794265200000000, 0}, Nulls: []bool{false, false, true}},
		{Name: "path", Type: Text, Key: true, Texts: []string{"/世界", "/a|b", ""}, Nulls: []bool{false, false, true}},
		{Name: "count", Type: Int, Ints: []int64{12345, 800, 1}},
		{Name: "bytes", Type: Bytes, Ints: []int64{1_250_000, 999, 0}, Nulls: []bool{false, false, true}},
		{Name: "duration", Type: Duration, Ints: []int64{350_000, 7_500_000_000, 12}},
		{Name: "share", Type: Float, Floats: []float64{0.939, 0.0609, 0}},
		{Name: "fresh", Type: Flag, Ints: []int64{1, 0, 0}},
		{Name: "series_day", Type: Int, Unit: "day", Axis: []int64{0, 1, 2}, Series: [][]int64{{0, 4, 8}, {1, 1, 1}, {0, 0, 1}}},
	}}
}

func TestWriteText(t *testing.T) {
	check := func(show string, width int, want string) {
		t.Helper()
		table := sample()
		if show != "" {
			table.Show = parse(t, show).Show
		}
		got := written(t, func(b *strings.Builder) error {
			return table.WriteText(b, TextOptions{Width: width, Zone: berlin(t)})
		})
		if want = strings.TrimPrefix(want, "\n"); got != want {
			t.Errorf("%s in %d columns is\n%swant\n%s", show, width, got, want)
		}
	}
	check("", 120, `
day         path    count                     bytes    duration   share  fresh  series_day
2026-11-09  /世界  12,345  ████████████████  1.2 MB      350 ms   0.939  yes     ▄█
2026-11-10  /a|b      800  █                  999 B  2 h 05 min  0.0609  no     ███
(other)                 1  ▏                      –       12 µs       0  no       █
a note
`)
	check(`table path "Page", count pct, share pct, spark day, day > bytes`, 60, `
Page           count  share  series_day  day          bytes
/世界    1,234,500 %   94 %   ▄█         2026-11-09  1.2 MB
/a|b        80,000 %  6.1 %  ███         2026-11-10   999 B
(other)        100 %    0 %    █                          –
a note
`)
	check("table path, bar count, spark day", 30, `
path      count  series_day
/世界    12,345   ▄█
/a|b        800  ███
(other)       1    █
a note
`)
	check("table path, share count, bytes, duration, fresh", 20, `
path     count
/世界     94 %
/a|b     6.1 %
(other)  0.0 %
not shown, for want of width: bytes, duration, fresh
a note
`)
}

// TestFormats checks how numbers are written for people.
func TestFormats(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", -100: "-100", 161936: "161,936"} {
		check(FormatInt(n), want)
	}
	for n, want := range map[float64]string{0: "0 B", 999: "999 B", 999.6: "1.0 kB", 99949: "99.9 kB", 99950: "100 kB", 999499: "999 kB", 999500: "1.0 MB", 8e9: "8.0 GB", 5e18: "5000 PB", -2e6: "-2.0 MB"} {
		check(FormatBytes(n), want)
	}
	for us, want := range map[int64]string{0: "0 µs", 999: "999 µs", 1500: "1.5 ms", 1_240_000: "1.24 s", 90_000_000: "1 min 30 s", 7_500_000_000: "2 h 05 min"} {
		check(FormatDuration(us), want)
	}
	check(Sparkline([]int64{0, 1, 4, 8}, maxSpark), " ▁▄█")
	check(shorten("abcdef", 4), "abc…")
	check(shorten("世界世界", 5), "世界…")
	check(shorten("ééé", 2), "é…")
}

// hostileCells are texts that a client may have sent.
var hostileCells = []string{
	"\x1b[31mred", "a\x00b", "\u202egnp.exe", "line\nline", "tab\ttab", "\x9b2J", "=cmd()", "+1", "-1", "@SUM(A1)", "\rx", "</script><script>", "<!--",
	"`code`", "``", "a|b", `a\|b`, "[x](javascript:y)", "*b*", "\u2028", "\ufeffbom", "世界", "e\u0301", "\"quoted\"", "a,b", "\xff\xfe", "", " ", strings.Repeat("long", 100),
}

// TestHostile checks that no text of a log is obeyed by a terminal, a
// spreadsheet or a page, whatever the format, and that it stays one cell.
func TestHostile(t *testing.T) {
	table := &Table{Name: "<b>", Rows: len(hostileCells), Columns: []Column{
		{Name: "=text", Type: Text, Key: true, Texts: hostileCells},
		{Name: "n", Type: Int, Ints: make([]int64, len(hostileCells))},
	}}
	text := written(t, func(b *strings.Builder) error { return table.WriteText(b, TextOptions{Width: 40}) })
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != len(hostileCells)+1 {
		t.Errorf("text has %d lines, want %d", len(lines), len(hostileCells)+1)
	}
	for _, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("text line %q is obeyed by a terminal", line)
		}
		if uniseg.StringWidth(line) > 40 {
			t.Errorf("text line %q is wider than 40", line)
		}
	}

	rows, err := csv.NewReader(strings.NewReader(written(t, func(b *strings.Builder) error { return table.WriteCSV(b, nil) }))).ReadAll()
	if err != nil || len(rows) != len(hostileCells)+1 {
		t.Fatalf("CSV has %d rows, want %d: %v", len(rows), len(hostileCells)+1, err)
	}
	for _, row := range rows {
		if row[0] != "" && strings.ContainsAny(row[0][:1], "=+-@\t\r") {
			t.Errorf("CSV cell %q is a formula", row[0])
		}
	}

	out := written(t, func(b *strings.Builder) error { return table.WriteJSON(b, nil) })
	if strings.ContainsAny(out, "<>&\u2028\x1b") {
		t.Error("JSON holds characters that mean something in a page")
	}
	var back struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(out), &back); err != nil || len(back.Rows) != len(hostileCells) {
		t.Fatalf("JSON has %d rows, want %d: %v", len(back.Rows), len(hostileCells), err)
	}
	for i, row := range back.Rows {
		if row["=text"] != strings.ToValidUTF8(hostileCells[i], "\ufffd") && hostileCells[i] != "\xff\xfe" {
			t.Errorf("JSON has %q, want %q", row["=text"], hostileCells[i])
		}
	}

	markdown := strings.Split(written(t, func(b *strings.Builder) error { return table.WriteMarkdown(b, nil) }), "\n")
	if len(markdown) != len(hostileCells)+3 {
		t.Errorf("Markdown has %d lines, want %d", len(markdown), len(hostileCells)+3)
	}
}

// TestExactFormats checks that CSV and JSON have exact values.
func TestExactFormats(t *testing.T) {
	zone := berlin(t)
	got := written(t, func(b *strings.Builder) error { return sample().WriteCSV(b, zone) })
	want := "day,path,count,bytes,duration,share,fresh,series_day\n" +
		"2026-11-09,/世界,12345,1250000,350000,0.939,true,0 4 8\n" +
		"2026-11-10,/a|b,800,999,7500000000,0.0609,false,1 1 1\n" +
		",,1,,12,0,false,0 0 1\n"
	if got != want {
		t.Errorf("CSV is %q, want %q", got, want)
	}
	got = written(t, func(b *strings.Builder) error { return sample().WriteJSON(b, zone) })
	if line := `{"day": null, "path": null, "count": 1, "bytes": null, "duration": 12, "share": 0, "fresh": false, "series_day": [0,0,1]}],`; !strings.Contains(got, line) {
		t.Errorf("JSON is\n%s\nwithout\n%s", got, line)
	}
}

// TestSeenJSON checks that JSON says the same when what a terminal would obey is
// an escape.
func TestSeenJSON(t *testing.T) {
	const text = "a\u009b31m\x7f\u202eé日\u2066\U0001F600\x1b"
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	seen, back := SeenJSON(string(quoted)), ""
	if strings.ContainsAny(seen, "\u009b\x7f\u202e\u2066\x1b") {
		t.Errorf("SeenJSON(%q) = %q", quoted, seen)
	}
	if err := json.Unmarshal([]byte(seen), &back); err != nil || back != text {
		t.Errorf("SeenJSON(%q) is read as %q, %v", quoted, back, err)
	}
}
