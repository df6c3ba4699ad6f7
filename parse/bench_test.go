package parse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// benchLines make about 400 MB of benchLog.
const benchLines = 1_830_000

// benchLog is a combined log with the cardinalities of a busy site: in all of
// its lines 111,000 hosts, 226,000 targets, 19,000 referers
// and 200 agents, the frequent ones first.
func benchLog(lines int) []byte {
	rng := rand.New(rand.NewPCG(42, 42))
	pool := func(n int, text func(i int) string) []string {
		p := make([]string, n)
		for i := range p {
			p[i] = text(i)
		}
		return p
	}
	hosts := pool(111_000, func(int) string {
		return fmt.Sprintf("%d.%d.%d.%d", 1+rng.IntN(223), rng.IntN(256), rng.IntN(256), rng.IntN(256))
	})
	words := pool(2000, func(int) string { return strconv.FormatUint(rng.Uint64()>>24, 36) })
	word := func() string { return words[rng.IntN(len(words))] }
	targets := pool(226_000, func(i int) string {
		if i < 35_000 {
			return "/book/" + word() + "/" + word() + "/" + word() + ".html"
		}
		return "/book/" + word() + "/search.html?q=" + word() + "+" + word() + "&page=" + strconv.Itoa(rng.IntN(99))
	})
	referers := pool(19_000, func(int) string { return "https://www." + word() + ".example/" + word() + "/" + word() })
	agents := pool(200, func(i int) string {
		return fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.0 Safari/537.36", 80+i%60, rng.IntN(9999))
	})
	sizes := []int{100, 1500, 12_000, 80_000, 2_000_000}
	log := make([]byte, 0, 236*lines)
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	pick := func(p []string) string {
		if rng.IntN(2) == 0 {
			return p[rng.IntN(1+len(p)/50)] // half of the lines are of the first 2 %
		}
		return p[rng.IntN(len(p))]
	}
	for range lines {
		at = at.Add(time.Duration(rng.IntN(2800)) * time.Millisecond)
		referer := "-"
		if rng.IntN(3) > 0 {
			referer = pick(referers)
		}
		status := "200"
		if n := rng.IntN(20); n < 4 {
			status = []string{"304", "301", "404", "500"}[n]
		}
		log = append(log, pick(hosts)...)
		log = append(log, " - - ["...)
		log = at.AppendFormat(log, "02/Jan/2006:15:04:05 -0700")
		log = append(log, `] "GET `...)
		log = append(log, pick(targets)...)
		log = append(log, ` HTTP/1.1" `...)
		log = append(log, status...)
		log = append(log, ' ')
		log = strconv.AppendInt(log, int64(rng.IntN(sizes[rng.IntN(5)])), 10)
		log = append(log, ` "`...)
		log = append(log, referer...)
		log = append(log, `" "`...)
		log = append(log, pick(agents)...)
		log = append(log, "\"\n"...)
	}
	return log
}

type countSink struct{ rows int64 }

func (s *countSink) Write(batch arrow.Record) error {
	s.rows += batch.NumRows()
	return nil
}

var combinedColumns = []string{"time", "offset", "host", "ident", "user", "method", "path", "query", "protocol", "status", "bytes", "referer", "agent"}

// BenchmarkScan reads a combined log to dictionary-coded columns, all of them
// and few, with one core and with all.
func BenchmarkScan(b *testing.B) {
	// The log is on disk only: in memory it would change how often the garbage
	// collector runs.
	dir := b.TempDir()
	size := func() int {
		text := benchLog(benchLines)
		for _, packer := range []string{"", ".gz"} {
			writeThrough(b, filepath.Join(dir, "access.log"+packer), packers[packer](b, text))
		}
		return len(text)
	}()
	debug.FreeOSMemory()
	plain, packed := filepath.Join(dir, "access.log"), filepath.Join(dir, "access.log.gz")
	for _, bench := range []struct {
		name    string
		columns []string
	}{{"all", combinedColumns}, {"book-status", []string{"book", "status"}}} {
		for _, jobs := range []int{1, 0} {
			b.Run(fmt.Sprintf("%s/jobs=%d", bench.name, jobs), func(b *testing.B) {
				benchScan(b, &Scanner{Format: Combined, Columns: bench.columns, Jobs: jobs}, plain, size)
			})
		}
	}
	all := Scanner{Format: Combined, Columns: combinedColumns}
	one := all
	one.Jobs = 1
	b.Run("all/scaling", func(b *testing.B) {
		inTurn(b, "cores", func() { scanOnce(b, &all, plain) }, func() { scanOnce(b, &one, plain) })
	})
	b.Run("gz", func(b *testing.B) {
		inTurn(b, "inflations", func() { inflate(b, packed, size) }, func() { scanOnce(b, &all, packed) })
	})
}

// inTurn runs two things in turn, as the speed of a machine changes from second to
// second, and reports how many times as long the other takes.
func inTurn(b *testing.B, unit string, thing, other func()) {
	var took [2]time.Duration
	for b.Loop() {
		for i, run := range []func(){thing, other} {
			start := time.Now()
			run()
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), unit)
}

// BenchmarkScanFormats reads the same site's log in other formats, to all the
// columns that there are, with one core and with two.
func BenchmarkScanFormats(b *testing.B) {
	combined := benchLog(400_000)
	for _, f := range []Format{iis, caddy, traefikJSON, nginxJSON, genericJSON, ltsv} {
		b.Run(f.Name(), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "access.log")
			size := writeAs(b, path, f, combined)
			for _, jobs := range []int{1, 2} {
				b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
					benchScan(b, &Scanner{Format: f, Columns: recordColumns(), Jobs: jobs}, path, size)
				})
			}
		})
	}
}

// recordColumns are the columns that a line fills, without what derives.
func recordColumns() []string {
	var names []string
	for _, f := range recordFields {
		names = append(names, f.Name)
	}
	return append(names, "time", "offset", "status", "bytes", "received", "duration", "upstream_time")
}

// writeAs writes a combined log in another format, with what its servers add:
// durations, virtual host, TLS, media type, cache status. It returns the size.
func writeAs(b *testing.B, path string, f Format, log []byte) int {
	rng := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) []byte { return []byte(of[rng.IntN(len(of))]) }
	p := Combined.NewParser(nil)
	text := make([]byte, 0, 4*len(log))
	for line := range bytes.Lines(log) {
		var r Record
		if p.Parse(bytes.TrimSuffix(line, newline), &r) != OK {
			b.Fatalf("%q", line)
		}
		r.Duration, r.Received = rng.Int64N(3e5), rng.Int64N(2000)
		r.UpTime = r.Duration / 2
		r.Text[VHost], r.Text[Scheme] = pick("www.example.com", "static.example.com", "api.example.com"), pick("https")
		r.Text[TLS], r.Text[Cipher] = pick("TLSv1.2", "TLSv1.3"), pick("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256")
		r.Text[Type], r.Text[Cache], r.Text[Upstream] = pick("text/html; charset=utf-8", "image/png", "text/css"), pick("HIT", "MISS"), pick("10.0.0.5:80", "10.0.0.6:80")
		text = f.Append(text, &r)
	}
	writeThrough(b, path, text)
	return len(text)
}

// writeThrough writes a file to the disk. Else the system would do so while it is
// read.
func writeThrough(b *testing.B, path string, text []byte) {
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		b.Fatal(err)
	}
}

// inflate inflates a packed file and does nothing with its text.
func inflate(b *testing.B, path string, size int) {
	src := &source{Input: Input{Name: "log", Path: path}}
	text, err := src.open(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer text.close()
	if n, err := io.Copy(io.Discard, text); err != nil || n != int64(size) {
		b.Fatal(n, err)
	}
}

func benchScan(b *testing.B, s *Scanner, path string, size int) {
	lines := int64(0)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		lines += scanOnce(b, s, path)
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds()/1e6, "Mlines/s")
}

func scanOnce(b *testing.B, s *Scanner, path string) (lines int64) {
	if s.Jobs == 1 { // one core, for the garbage collector too
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	summary, err := s.Scan(context.Background(), []Input{{Name: "log", Path: path}}, func() frame.Sink { return new(countSink) })
	if err != nil || summary.Rejected > 0 {
		b.Fatal(err, summary.Rejected)
	}
	return summary.Kept
}

// BenchmarkSplit splits lines into the rows of a scan and BenchmarkParse into
// records, with one core and with all. They convert nothing but numbers.
func BenchmarkSplit(b *testing.B) { benchParts(b, splitAll) }
func BenchmarkParse(b *testing.B) {
	benchParts(b, func(b testing.TB, text []byte) int { return parseAll(b, Combined.NewParser(nil), text, new(Record)) })
}

// benchParts shares a log out to cores.
func benchParts(b *testing.B, read func(b testing.TB, text []byte) (lines int)) {
	text := benchLog(benchLines)
	for _, jobs := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			var lines atomic.Int64
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				var group sync.WaitGroup
				for i := range jobs {
					part := text[wholeLines(text, i, jobs):wholeLines(text, i+1, jobs)]
					group.Go(func() { lines.Add(int64(read(b, part))) })
				}
				group.Wait()
			}
			b.ReportMetric(float64(lines.Load())/b.Elapsed().Seconds()/1e6, "Mlines/s")
		})
	}
}

// splitAll splits a text as a worker does, block by block and chunk by chunk.
func splitAll(t testing.TB, text []byte) (lines int) {
	var r rows
	var ends []int32
	p := new(clfParser)
	for len(text) > 0 {
		size := bytes.LastIndexByte(text[:min(defaultBlock, len(text))], '\n') + 1
		block := text[:size]
		text, ends = text[size:], p.lines(ends[:0], block)
		p.Reset()
		for start, done := 0, 0; done < len(ends); start = int(ends[done-1]) + 1 {
			r.reset(chunkRows, allFields, block)
			n := p.add(block, start, ends[done:], 1, &r)
			if done += n; n == 0 {
				t.Fatalf("%s\nis not usual", block[start:])
			}
		}
		lines += len(ends)
	}
	return lines
}

// wholeLines returns where the first line begins that is behind i/n of a text.
func wholeLines(text []byte, i, n int) int {
	switch at := len(text) / n * i; i {
	case 0:
		return 0
	case n:
		return len(text)
	default:
		return at + bytes.IndexByte(text[at:], '\n') + 1
	}
}

func parseAll(t testing.TB, p Parser, text []byte, r *Record) (lines int) {
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if reason := p.Parse(text[:end], r); reason != OK {
			t.Errorf("reason %d: %s", reason, text[:end])
			return lines
		}
		text = text[end+1:]
		lines++
	}
	return lines
}

// BenchmarkLines finds the line ends only: what a machine can do.
func BenchmarkLines(b *testing.B) {
	text := benchLog(benchLines)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for rest := text; len(rest) > 0; {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
	}
}
