package parse

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// testLog writes a combined log with all that tests want to meet: broken
// lines, blank ones, CRLF, invalid UTF-8, null values.
func testLog(lines int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	at := time.Date(2026, 11, 1, 23, 50, 0, 0, time.UTC)
	for i := range lines {
		at = at.Add(time.Duration(rng.IntN(4)) * time.Second)
		end := "\n"
		switch rng.IntN(40) {
		case 0:
			b.WriteString("rubbish\n")
			continue
		case 1:
			b.WriteString("\n")
			continue
		case 2:
			end = "\r\n"
		}
		agent := fmt.Sprintf("Agent/%d \\\"x\\\"", rng.IntN(20))
		if rng.IntN(30) == 0 {
			agent = "bad\xff\xfeutf8"
		}
		size := fmt.Sprint(rng.IntN(100000))
		if rng.IntN(10) == 0 {
			size = "-"
		}
		path := fmt.Sprintf("GET /book/b%d/c%d.html?q=%d HTTP/1.1", rng.IntN(5), rng.IntN(30), i)
		if rng.IntN(20) == 0 {
			path = "-"
		}
		fmt.Fprintf(&b, "10.0.%d.%d - - [%s] \"%s\" %d %s \"-\" \"%s\"%s", rng.IntN(3), rng.IntN(256),
			at.Format("02/Jan/2006:15:04:05 -0700"), path, []int{200, 304, 404, 500}[rng.IntN(4)], size, agent, end)
	}
	return strings.TrimSuffix(b.String(), "\n") // the last line lacks its newline
}

// packers compress a log, by the ending of the file's name.
var packers = map[string]func(testing.TB, []byte) []byte{
	"": func(_ testing.TB, text []byte) []byte { return text },
	".gz": func(t testing.TB, text []byte) []byte { // of two members
		half := len(text) / 2
		return append(gzipText(t, text[:half]), gzipText(t, text[half:])...)
	},
	".zst": func(t testing.TB, text []byte) []byte {
		z, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return z.EncodeAll(text, nil)
	},
	".xz": func(t testing.TB, text []byte) []byte {
		var b bytes.Buffer
		x, err := xz.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		pack(t, x, text)
		return b.Bytes()
	},
}

func gzipText(t testing.TB, text []byte) []byte {
	var b bytes.Buffer
	pack(t, gzip.NewWriter(&b), text)
	return b.Bytes()
}

func pack(t testing.TB, w io.WriteCloser, text []byte) {
	t.Helper()
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
