package parse

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"logbook/frame"
)

// FuzzSource reads any bytes as a file and as a stream, in blocks of two sizes:
// how a log is cut must not show in the counts, nor how it came. A scan whose
// counts do not add up panics.
func FuzzSource(f *testing.F) {
	text := []byte(testLog(20))
	for name, packer := range packers {
		packed := packer(f, text)
		f.Add(packed)
		f.Add(append(bytes.Clone(packed), "\x00\x00junk"...))
		f.Add(packed[:len(packed)*2/3])
		if name == "" {
			f.Add(bytes.ReplaceAll(text, newline, []byte("\r\n")))
			f.Add(append([]byte("\xef\xbb\xbf#Fields: date time c-ip\n2000-01-01 00:00:00 ::1\n"), text...))
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		if frame.IsSourceStream(content) {
			return // a table, which is read by other means: see the tests of frame
		}
		if len(content) > 64<<10 || compressionOf(content) != plain && !unpacksTo(content, 1<<20) {
			return
		}
		path := filepath.Join(dir, "access.log")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var want Counts
		for i, in := range []Input{
			{Name: "log", Path: path}, {Name: "log", Path: path},
			{Name: "log", R: bytes.NewReader(content)}, {Name: "log", R: iotest.OneByteReader(bytes.NewReader(content))},
		} {
			s := Scanner{Format: Combined, Jobs: 2, BlockSize: []int{0, 100}[i%2]}
			summary, err := s.Scan(context.Background(), []Input{in}, func() frame.Sink { return new(countSink) })
			if err != nil {
				t.Fatal(err)
			}
			got := summary.Files[0].Counts
			if i == 0 {
				want = got
			}
			if got != want {
				t.Fatalf("way %d of reading gives %+v, want %+v", i, got, want)
			}
		}
	})
}

// unpacksTo reports whether packed bytes are of a text of at most so many.
func unpacksTo(content []byte, most int64) bool {
	text, _, err := unpack(bytes.NewReader(content))
	if err != nil {
		return true // and so is the scan's answer
	}
	n, _ := io.CopyN(io.Discard, text, most+1)
	return n <= most
}

// FuzzOracle writes records of any texts in each format and compares what is
// read with the oracles, all fields.
func FuzzOracle(f *testing.F) {
	f.Add(uint64(1), "/a%20b", "q=1", "http://x/", "Mozilla/5.0 (X)", "jo")
	f.Fuzz(func(t *testing.T, seed uint64, path, query, referer, agent, user string) {
		rnd := rand.New(rand.NewPCG(seed, seed))
		texts := map[string]string{"/": path, "q": query, "http": referer, "Mozilla/5": agent, "u": user}
		r := randomRecord(rnd, func(_ *rand.Rand, prefix string, _ int) []byte { return mildly(prefix + texts[prefix]) })
		for name := range oracles {
			x, err := FormatByName(name)
			if err != nil {
				t.Fatal(err)
			}
			writer := x
			if name == "envoy" {
				writer = envoy.text
			}
			line := bytes.TrimSuffix(writer.Append(nil, &r), newline)
			compareOracle(t, x, [][]byte{line}, func(line []byte) (Record, bool) { return oracle(name, line) })
		}
	})
}
