package parse

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/google/go-cmp/cmp"

	"logbook/frame"
)

const goodLine = `1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"` + "\n"

// writeFile writes a file into a new directory and returns it as an input.
func writeFile(t testing.TB, name string, content []byte) Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return Input{Name: name, Path: path}
}

// TestLines checks what counts as a line and as a record in odd files, as
// plain files and as streams, with blocks of any size.
func TestLines(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	for _, c := range []struct {
		name, text            string
		kept, rejected, blank int64
		reason                Reason // of the rejected
	}{
		{"one", goodLine, 1, 0, 0, OK},
		{"no newline", goodLine + strings.TrimSpace(goodLine), 2, 0, 0, OK},
		{"CRLF", strings.ReplaceAll(goodLine+goodLine, "\n", "\r\n"), 2, 0, 0, OK},
		{"byte order mark", "\xef\xbb\xbf" + goodLine + goodLine, 2, 0, 0, OK},
		{"blank lines", "\n\n" + goodLine + "\r\n" + goodLine + "\n \n", 2, 0, 5, OK},
		{"NUL", goodLine + strings.Replace(goodLine, "/a", "/a\x00b", 1), 2, 0, 0, OK},
		{"zeros of a crash", goodLine + "\x00\x00\x00\x00\n" + goodLine, 2, 1, 0, Binary},
		{"invalid UTF-8", goodLine + strings.Replace(goodLine, "/a", "/a\xff\xfe", 1), 2, 0, 0, OK},
		{"10 MB line", goodLine + long + "\n" + goodLine, 2, 1, 0, TooLong},
		{"10 MB line at the end", goodLine + long, 1, 1, 0, TooLong},
		{"10 MB lines", goodLine + long + "\n" + long + "\n" + goodLine, 2, 2, 0, TooLong},
		{"longest line", goodLine + strings.Replace(goodLine, "/a", "/"+long[:maxLine-len(goodLine)+1], 1), 2, 0, 0, OK},
		{"line too long by one", goodLine + strings.Replace(goodLine, "/a", "/"+long[:maxLine-len(goodLine)+3], 1), 1, 1, 0, TooLong},
	} {
		file := writeFile(t, "access.log", []byte(c.text))
		for _, size := range []int{0, 50, 100_000, 3 << 20} {
			if size == 50 && len(c.text) > maxLine {
				continue // thousands of blocks of nothing
			}
			for _, stream := range []bool{false, true} {
				in := file
				if stream {
					in = Input{Name: "-", R: strings.NewReader(c.text)}
				}
				_, s := scan(t, Scanner{Columns: []string{"path"}, Jobs: 2, BlockSize: size}, in)
				got := [...]int64{s.Kept, s.Rejected, s.Blank, s.Reasons[c.reason]}
				if want := [...]int64{c.kept, c.rejected, c.blank, c.rejected}; got != want {
					t.Errorf("%s, blocks of %d, stream %v: kept, rejected, blank, of the reason: %v, want %v", c.name, size, stream, got, want)
				}
			}
		}
	}
}

// TestDamage checks that damaged files are read as far as they go, and that
// the damage is named with its place.
func TestDamage(t *testing.T) {
	text := strings.Repeat(goodLine, 20_000)
	gz := gzipText(t, []byte(text))
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	packed := packers[".xz"](t, []byte(text))
	damagedXZ := bytes.Clone(packed)
	damagedXZ[len(packed)/2] ^= 1
	for _, c := range []struct {
		name    string
		content []byte
		kept    int64 // at least
		damage  string
	}{
		{"zeros behind", append(bytes.Clone(gz), make([]byte, 512)...), 20_000, ""},
		{"junk behind", append(bytes.Clone(gz), "junk"...), 20_000, ""},
		{"truncated", gz[:len(gz)/2], 5_000, "the file ends within its compressed data, after"},
		{"truncated second member", append(bytes.Clone(gz), gz[:100]...), 20_000, "the file ends within its compressed data, after"},
		{"without checksum", gz[:len(gz)-8], 19_999, "the file ends within its compressed data, after"},
		{"flipped bit", flipped, 19_999, "damaged data, after"},
		{"magic only", gz[:5], 0, "the file ends within its compressed data, after 0 bytes"},
		{"zstd behind a frame to skip", append([]byte("\x5e\x2a\x4d\x18\x03\x00\x00\x00abc"), packers[".zst"](t, []byte(text))...), 20_000, ""},
		{"truncated zstd", packers[".zst"](t, []byte(text))[:60], 0, ""},
		{"truncated xz", packed[:len(packed)-60], 5_000, "the file ends within its compressed data, after"},
		{"xz without a header", packed[:11], 0, "the file ends within its compressed data, after 0 bytes"},
		{"damaged xz", damagedXZ, 4_000, "damaged data, after"},
	} {
		_, s := scan(t, Scanner{Columns: []string{"path"}, Jobs: 2}, writeFile(t, "access.log.gz", c.content))
		f := s.Files[0]
		damaged := new(DamageError)
		switch {
		case strings.HasPrefix(c.name, "truncated ") && c.damage == "":
			if !errors.As(f.Err, &damaged) {
				t.Errorf("%s: error %v, want a *DamageError", c.name, f.Err)
			}
		case c.damage == "" && f.Err != nil:
			t.Errorf("%s: %v", c.name, f.Err)
		case c.damage != "" && (f.Err == nil || !strings.Contains(f.Err.Error(), "access.log.gz: "+c.damage)):
			t.Errorf("%s: error %v, want %s", c.name, f.Err, c.damage)
		}
		rubbish := int64(0)
		if c.name == "damaged xz" {
			rubbish = 2 // lines, before its decoder finds the damage
		}
		if f.Kept < c.kept || f.Rejected > 1+rubbish || f.Rejected > f.Reasons[Cut]+rubbish {
			t.Errorf("%s: kept %d, rejected %d, want %d kept at least and the cut line rejected", c.name, f.Kept, f.Rejected, c.kept)
		}
	}
}

// TestUTF16 checks that UTF-16 is read as the same text in UTF-8, in pieces of
// any size.
func TestUTF16(t *testing.T) {
	text := goodLine + strings.Replace(goodLine, "/a", "/é日😀", 1)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		var wide []byte
		for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
			wide = order.AppendUint16(wide, unit)
		}
		for _, r := range []io.Reader{bytes.NewReader(wide), iotest.OneByteReader(bytes.NewReader(wide)), iotest.DataErrReader(bytes.NewReader(wide))} {
			got, _, err := unpack(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(got, []byte("\uFEFF"+text)); err != nil {
				t.Error(err)
			}
		}
		for _, in := range []Input{writeFile(t, "access.log", wide), {Name: "-", R: bytes.NewReader(wide)}} {
			if _, s := scan(t, Scanner{}, in); s.Kept != 2 || s.Rejected != 0 {
				t.Errorf("%s: %d records, %d rejected, want 2 and 0", in.Name, s.Kept, s.Rejected)
			}
		}
		got, _, _ := unpack(bytes.NewReader(append(wide, order.AppendUint16(nil, 0xd800)[0], 0xd8, 'x')))
		if b, err := io.ReadAll(got); err != nil || !utf8.Valid(b) {
			t.Errorf("half a pair and half a unit: %q, error %v", b[len(b)-10:], err)
		}
	}
}

// TestInvalidUTF8 checks what becomes of bytes that are no UTF-8.
func TestInvalidUTF8(t *testing.T) {
	for _, c := range []struct {
		text           string
		repaired, kept string
	}{
		{"/a\xff\xfeb\xe9", "/a\uFFFDb\uFFFD", `/a\xff\xfeb\xe9`},
		{"/é\xc3", "/é\uFFFD", `/é\xc3`},
		{"/\uFFFD", "/\uFFFD", "/\uFFFD"},
		{"/\xed\xa0\x80", "/\uFFFD", `/\xed\xa0\x80`}, // half a surrogate pair
	} {
		for _, escape := range []bool{false, true} {
			want := c.repaired
			if escape {
				want = c.kept
			}
			l := newLexicon()
			l.escape = escape
			d := l.dictionary()
			codes := make([]int32, 2)
			r := &rows{}
			d.intern(r, []view{r.viewOf([]byte(c.text)), r.viewOf([]byte(c.text))}, codes)
			if got := d.string(codes[1]); got != want || codes[0] != codes[1] {
				t.Errorf("%q becomes %q, want %q, with the codes %v", c.text, got, want, codes)
			}
		}
	}
}

// TestNoLog checks what is said of files that are no logs.
func TestNoLog(t *testing.T) {
	for _, c := range []struct{ name, content, err, skipped string }{
		{"empty", "", "", "empty"},
		{"no requests", "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip\n\n", "", "blank lines and comments only"},
		{"binary", "\x7fELF\x00\x01\x02\n\x00\x00", "binary data, not a log", ""},
		{"prose", "It was a dark and stormy night.\n", "no known format", ""},
	} {
		in := writeFile(t, c.name, []byte(c.content))
		good := writeFile(t, "access.log", []byte(goodLine))
		_, s := scan(t, Scanner{}, in, good)
		f := s.Files[0]
		if f.Skipped != c.skipped || (f.Err == nil) != (c.err == "") || f.Err != nil && !strings.Contains(f.Err.Error(), c.err) {
			t.Errorf("%s: skipped %q, error %v, want %q, %q", c.name, f.Skipped, f.Err, c.skipped, c.err)
		}
		if s.Kept != 1 {
			t.Errorf("%s: the log beside it gives %d records, want 1", c.name, s.Kept)
		}
		in.Found = true
		if _, s := scan(t, Scanner{}, in, good); s.Files[0].Err != nil || s.Files[0].Skipped == "" {
			t.Errorf("%s, found in a directory: skipped %q, error %v", c.name, s.Files[0].Skipped, s.Files[0].Err)
		}
		if _, s := scan(t, Scanner{}, in); (s.Files[0].Err == nil) != (c.err == "") {
			t.Errorf("%s, alone in a directory: skipped %q, error %v", c.name, s.Files[0].Skipped, s.Files[0].Err)
		}
	}
	_, s := scan(t, Scanner{}, Input{Name: "gone", Path: filepath.Join(t.TempDir(), "gone")}, writeFile(t, "access.log", []byte(goodLine)))
	if !errors.Is(s.Files[0].Err, os.ErrNotExist) || s.Kept != 1 {
		t.Errorf("a file that is gone: error %v, %d records of the other", s.Files[0].Err, s.Kept)
	}
	_, s = scan(t, Scanner{}, Input{Name: "-", R: iotest.ErrReader(io.ErrClosedPipe)})
	if !errors.Is(s.Files[0].Err, io.ErrClosedPipe) {
		t.Errorf("a stream that fails: error %v", s.Files[0].Err)
	}
}

// TestBadBeginning checks that a file's format is found behind many lines that
// are no record.
func TestBadBeginning(t *testing.T) {
	bad := strings.Repeat("starting up, please wait\n", 40_000)
	good := strings.Repeat(goodLine, 20_000)
	_, s := scan(t, Scanner{Columns: []string{"path"}}, writeFile(t, "access.log", []byte(bad+good)))
	if f := s.Files[0]; f.Format != "combined" || f.Kept != 20_000 || f.Rejected != 40_000 {
		t.Errorf("format %q, kept %d, rejected %d, error %v", f.Format, f.Kept, f.Rejected, f.Err)
	}
	// What is bad may be more than the head of what can only be read from front
	// to end, nearly all of a file, or one line without end.
	for _, c := range []struct {
		name, bad string
		rejected  int64
	}{{"many lines", bad, 40_000}, {"a long line", strings.Repeat("x", 3<<20) + "\n", 1}, {"lines without a blank", strings.Repeat("x\n", 200_000), 200_000}} {
		text := c.bad + strings.Repeat(goodLine, 20)
		for _, in := range []Input{writeFile(t, "access.log", []byte(text)), writeFile(t, "access.log.gz", gzipText(t, []byte(text))), {Name: "-", R: strings.NewReader(text)}} {
			_, s := scan(t, Scanner{Columns: []string{"path"}}, in)
			if f := s.Files[0]; f.Format != "combined" || f.Kept != 20 || f.Rejected != c.rejected {
				t.Errorf("%s before a log, %s: format %q, kept %d, rejected %d, error %v", c.name, in.Name, f.Format, f.Kept, f.Rejected, f.Err)
			}
		}
	}
}

// TestChangingColumns checks that a W3C log whose columns change all along is one
// log, which its format fits wholly.
func TestChangingColumns(t *testing.T) {
	var log strings.Builder
	lines := int64(0)
	for part := range 300 {
		header, line := "#Fields: date time c-ip cs-uri-stem sc-status\n", "2024-03-12 10:00:00 192.0.2.7 /a 200\n"
		if part%2 == 1 {
			header, line = "#Fields: sc-status time s-port cs-uri-stem date c-ip\n", "200 10:00:00 443 /a 2024-03-12 192.0.2.7\n"
		}
		log.WriteString(header)
		for range part {
			log.WriteString(line)
			lines++
		}
	}
	asked, err := FormatByName("iis")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []Format{nil, asked} {
		for name, content := range map[string][]byte{"u_ex.log": []byte(log.String()), "u_ex.log.gz": gzipText(t, []byte(log.String()))} {
			_, s := scan(t, Scanner{Columns: []string{"path"}, Jobs: 3, BlockSize: 10_000, Format: format}, writeFile(t, name, content))
			if f := s.Files[0]; f.Format != "w3c" || f.Kept != lines || f.Rejected != 0 || f.Confidence != 1 {
				t.Errorf("%s: format %q fits %v, kept %d, rejected %d, want w3c, 1, %d, 0", name, f.Format, f.Confidence, f.Kept, f.Rejected, lines)
			}
		}
	}
}

// TestFullDictionary checks that a dictionary past its bound gives way to a new
// one, and what derives from it with it.
func TestFullDictionary(t *testing.T) {
	p, err := newProjection(DefaultRules(), []string{"path", "book"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := newBatcher(p, new(lexicons))
	var r rows
	for block := range 20 {
		b.begin("log")
		r.reset(2, p.fields, nil)
		for i := range 2 {
			path := fmt.Sprintf("/book/b%d/%d/%s", block, i, strings.Repeat("x", 1<<20))
			rec := noRecord
			rec.Text[Path] = []byte(path)
			r.add(&rec, 1)
		}
		b.collect(&r, r.n)
		batch := b.batch()
		for i, row := range batchRows(batch) {
			if want := fmt.Sprintf("book=\"b%d\"", block); !strings.HasSuffix(row, want) || !strings.HasPrefix(row, fmt.Sprintf("path=\"/book/b%d/%d/", block, i)) {
				t.Fatalf("block %d: %.40s … %s, want %s", block, row, row[len(row)-20:], want)
			}
		}
		batch.Release()
		if size := len(b.dictionaries[Path].text); size > lexiconBytes+3<<20 {
			t.Fatalf("block %d: %d bytes of text in a dictionary", block, size)
		}
	}
}

// TestFullLexicon checks that workers which share a lexicon go on with the same new
// one when it is full, each when it begins a block after it has seen that.
func TestFullLexicon(t *testing.T) {
	p, err := newProjection(DefaultRules(), []string{"path"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	shared := new(lexicons)
	one, other := newBatcher(p, shared), newBatcher(p, shared)
	read := func(b *batcher, path string) *lexicon {
		var r rows
		b.begin("log")
		r.reset(1, p.fields, nil)
		rec := noRecord
		rec.Text[Path] = []byte(path)
		r.add(&rec, 1)
		b.collect(&r, r.n)
		batch := b.batch()
		defer batch.Release()
		if rows := batchRows(batch); rows[0] != fmt.Sprintf("path=%q", path) {
			t.Errorf("%.40s became %.40s", path, rows[0])
		}
		return b.dictionaries[Path].lexicon
	}
	first := read(one, "/a")
	if read(other, "/b") != first || read(one, "/"+strings.Repeat("x", lexiconBytes)) != first {
		t.Error("two workers do not share a lexicon")
	}
	read(other, "/b")
	if second := read(one, "/b"); second == first || read(other, "/a") != second || second.len() != 2 {
		t.Error("two workers do not share the lexicon after a full one")
	}
}

// TestCopies checks that a log that is given twice is read once.
func TestCopies(t *testing.T) {
	text := testLog(2000)
	log := writeFile(t, "access.log", []byte(text))
	for _, c := range []struct {
		name    string
		content []byte
		skipped []string // of log and the other
	}{
		{"copy", []byte(text), []string{"", "the same log as access.log"}},
		{"gzipped", gzipText(t, []byte(text)), []string{"", "the same log as access.log"}},
		{"beginning", []byte(text[:50_000]), []string{"", "the same log as access.log"}},
		{"first line", []byte(text[:strings.IndexByte(text, '\n')+1]), []string{"", "the same log as access.log"}},
		{"longer", gzipText(t, []byte(text+"\n"+goodLine)), []string{"the same log as longer", ""}},
		{"other end", []byte(text[:50_000] + goodLine), []string{"", ""}},
		{"other", []byte(goodLine), []string{"", ""}},
	} {
		_, s := scan(t, Scanner{}, log, writeFile(t, c.name, c.content))
		if got := []string{s.Files[0].Skipped, s.Files[1].Skipped}; !slices.Equal(got, c.skipped) {
			t.Errorf("%s: skipped %q, want %q", c.name, got, c.skipped)
		}
	}
}

// TestInputs checks how arguments become inputs, and in which order.
func TestInputs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{
		"a/access.log", "a/access.log.1", "a/access.log.10.gz", "a/access.log.2.gz", "a/error.log", "a/.hidden",
		"b/access.log", "b/access.log-20261101.gz", "b/access.log-20261022", "b/c/site.log.2026-11-02", "b/c/site.log",
		"empty/error.log", "tables/_SUCCESS", "tables/.part-0.parquet.crc", "tables/part-0.parquet", "tables/day=1/part-0.arrow",
		"both/site.log", "both/site.parquet", "ext/a.log", "ext/a.1.log", "ext/a.10.log.gz", "ext/a.2.log.gz", "ext/b-20261101.log", "ext/b.log",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a := "a/access.log.10.gz a/access.log.2.gz a/access.log.1 a/access.log"
	b := "b/access.log-20261022 b/access.log-20261101.gz b/access.log b/c/site.log.2026-11-02 b/c/site.log"
	for _, c := range []struct{ args, want string }{
		{"a", a},
		{"a/", a},
		{"b", b},
		{"b a", b + " " + a},
		{"ext", "ext/a.10.log.gz ext/a.2.log.gz ext/a.1.log ext/a.log ext/b-20261101.log ext/b.log"},
		{"a/access.log a/access.log.1 a/access.log.10.gz a/access.log.2.gz", a},
		{"a/access.log*", a},
		{"a/access.log a/access.log", "a/access.log"},
		{"a/access.log ./a/access.log", "a/access.log"},
		{"**/access.log", "a/access.log b/access.log"},
		{"- a/access.log", "stdin a/access.log"},
		{"a/error.log", "a/error.log"}, // who names it means it
		{"gone", "error: gone: "},
		{"gone*.log", "error: cannot read gone*.log: no such file or directory"},
		{"tables", "tables/day=1/part-0.arrow tables/part-0.parquet"},
		{"both", "both/site.log"}, // the table is an export of it
		{"empty", "error: cannot read empty: no logs in this directory"},
	} {
		inputs, err := Inputs(strings.Fields(c.args), strings.NewReader(""))
		var names []string
		for _, in := range inputs {
			names = append(names, filepath.ToSlash(in.Name))
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want && !(strings.HasSuffix(c.want, ": ") && strings.HasPrefix(got, "error: ") && strings.Contains(got, "gone")) {
			t.Errorf("Inputs(%s)\n got %s\nwant %s", c.args, got, c.want)
		}
	}
}

// TestRejects checks that each rejected line is handed out with its place, in
// order if the scan is ordered, and that the summary has the first of each
// reason.
func TestRejects(t *testing.T) {
	var text strings.Builder
	var want []string
	blank := int64(0)
	for i := 1; i <= 1000; i++ {
		switch {
		case i%7 == 0:
			text.WriteString("rubbish\n")
			want = append(want, fmt.Sprintf("%d too few: rubbish", i))
		case i%11 == 0:
			line := strings.Replace(goodLine, "17/May", "31/Jun", 1)
			text.WriteString(line)
			want = append(want, fmt.Sprintf("%d bad time: %s", i, strings.TrimSpace(line)))
		case i%13 == 0:
			text.WriteString("\n")
			blank++
		default:
			text.WriteString(goodLine)
		}
	}
	reasons := map[Reason]string{TooFew: "too few", BadTime: "bad time"}
	for _, in := range []Input{writeFile(t, "access.log", []byte(text.String())), writeFile(t, "a.gz", gzipText(t, []byte(text.String())))} {
		for _, ordered := range []bool{true, false} {
			var got []string
			s := Scanner{Jobs: 3, BlockSize: 500, Ordered: ordered, Rejects: func(file string, lineno int64, reason Reason, line []byte) {
				if file != in.Name {
					t.Errorf("file %q, want %q", file, in.Name)
				}
				got = append(got, fmt.Sprintf("%d %s: %s", lineno, reasons[reason], line))
			}}
			_, summary := scan(t, s, in)
			sorted := slices.Clone(want)
			if !ordered {
				slices.Sort(got)
				slices.Sort(sorted)
			}
			if diff := cmp.Diff(got, sorted); diff != "" {
				t.Errorf("ordered %v: %s", ordered, diff)
			}
			f := summary.Files[0]
			if f.Examples[TooFew].Line != 7 || f.Examples[TooFew].Text != "rubbish" || f.Examples[BadTime].Line != 11 {
				t.Errorf("examples %v", f.Examples)
			}
			if f.Total != 1000-f.Blank || f.Blank != blank || f.Rejected != int64(len(want)) {
				t.Errorf("total %d, blank %d, rejected %d", f.Total, f.Blank, f.Rejected)
			}
		}
	}
}

// TestTimes checks span and disorder, which must not depend on blocks.
func TestTimes(t *testing.T) {
	at := func(clock string) string { return strings.Replace(goodLine, "10:05:03", clock, 1) }
	text := at("10:00:00") + at("10:02:00") + at("10:01:30") + at("10:00:00") + at("09:59:30") + at("11:00:00") + at("10:59:00")
	in := writeFile(t, "access.log", []byte(text))
	for _, size := range []int{0, 60, 100, 150, 200, 300} {
		_, s := scan(t, Scanner{BlockSize: size, Jobs: 3}, in)
		f := s.Files[0]
		if span := (f.Last - f.First) / 1e6; span != 3630 || f.Unordered != 1 {
			t.Errorf("blocks of %d: a span of %d s and %d out of order, want 3630 and 1", size, span, f.Unordered)
		}
	}
}

// TestFilter checks that a filter keeps the same rows whether it is pushed
// down or applied to whole batches, and whether the batches have its columns.
func TestFilter(t *testing.T) {
	in := writeFile(t, "access.log", []byte(testLog(3000)))
	expr, err := frame.ParseExpr(`status >= 400 and book = "b3" and not clutter and agent ~ "Agent/1"`)
	if err != nil {
		t.Fatal(err)
	}
	filter, err := frame.NewFilter(Schema(nil), expr, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"status", "book", "clutter", "agent", "host", "line"}
	var want []string
	whole := &filterSink{filter: filter.Clone(), rows: &want}
	s := Scanner{Columns: all, Jobs: 1}
	if _, err := s.Scan(context.Background(), []Input{in}, func() frame.Sink { return whole }); err != nil {
		t.Fatal(err)
	}
	if len(want) < 20 {
		t.Fatalf("the filter keeps %d rows: too few to tell", len(want))
	}
	slices.Sort(want)
	for _, columns := range [][]string{all, {"line"}} {
		for _, jobs := range []int{1, 3} {
			got, summary := scan(t, Scanner{Columns: columns, Filter: filter, Jobs: jobs, BlockSize: 10_000}, in)
			slices.Sort(got)
			compare := want
			if len(columns) == 1 {
				compare = nil
				for _, row := range want {
					compare = append(compare, row[strings.Index(row, "line="):])
				}
				slices.Sort(compare)
			}
			if !slices.Equal(got, compare) {
				t.Errorf("columns %v, %d jobs: %s", columns, jobs, cmp.Diff(got, compare))
			}
			if summary.Kept != int64(len(want)) || summary.Kept+summary.Filtered+summary.Rejected != summary.Total {
				t.Errorf("columns %v, %d jobs: kept %d of %d, want %d", columns, jobs, summary.Kept, summary.Total, len(want))
			}
		}
	}
}

// A filterSink filters whole batches.
type filterSink struct {
	filter *frame.Filter
	rows   *[]string
}

func (s *filterSink) Write(batch arrow.Record) error {
	sel := make([]int32, batch.NumRows())
	for i := range sel {
		sel[i] = int32(i)
	}
	for i := range s.filter.Terms {
		sel = s.filter.Terms[i].Select(batch, sel)
	}
	rows := batchRows(batch)
	for _, i := range sel {
		*s.rows = append(*s.rows, rows[i])
	}
	return nil
}

type failingSink struct{ after int }

var errFull = errors.New("disk full")

func (s *failingSink) Write(arrow.Record) error {
	if s.after--; s.after < 0 {
		return errFull
	}
	return nil
}

// TestStop checks that a scan ends when its context does or a sink fails, with
// a summary that adds up.
func TestStop(t *testing.T) {
	text := []byte(testLog(20_000))
	inputs := []Input{writeFile(t, "a.log", text), writeFile(t, "b.gz", gzipText(t, append([]byte(goodLine), text...)))}
	for _, ordered := range []bool{false, true} {
		s := Scanner{Jobs: 3, BlockSize: 5000, Ordered: ordered}
		summary, err := s.Scan(context.Background(), inputs, func() frame.Sink { return &failingSink{after: 3} })
		if !errors.Is(err, errFull) || summary == nil {
			t.Errorf("ordered %v: error %v, want the sink's", ordered, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		_, err = s.Scan(ctx, inputs, func() frame.Sink {
			return sinkFunc(func(arrow.Record) error {
				cancel()
				return nil
			})
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ordered %v: error %v, want that of the context", ordered, err)
		}
		cancel()
	}
}

type sinkFunc func(arrow.Record) error

func (f sinkFunc) Write(batch arrow.Record) error { return f(batch) }
