package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// The benchmarks here time the whole command as a process of its own, on a
// generated log of two million lines in the file cache, beside other tools in the same
// run: "x-mawk" is how many times as long mawk took. A tool that is not
// installed is left out.

const bigLines = 2_000_000

// bigLog returns the path of a log of two million lines, which all benchmarks
// share and removeBigLog removes.
var bigLog = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "logbook-bench-")
	if err != nil {
		return "", err
	}
	bigLogDir = dir
	path := filepath.Join(dir, "access.log")
	return path, generateLines(path, bigLines)
})

func generateLines(path string, lines int) error {
	env := &environment{context.Background(), nil, io.Discard, os.Stderr,
		[]string{"generate", "--from", "2026-10-19", "--days", "28", "--lines", fmt.Sprint(lines), "--seed", "42", "-o", path}, os.Getenv}
	if code := run(env); code != 0 {
		return fmt.Errorf("generate: exit %d", code)
	}
	return nil
}

var bigLogDir string // "" until there is one

func removeBigLog() {
	if bigLogDir != "" {
		os.RemoveAll(bigLogDir)
	}
}

// A process is what a benchmark measures of one: its wall time and, in bytes,
// the most memory that it had.
type process struct {
	wall   time.Duration
	memory int64
}

// measure runs a command and fails the benchmark if the command does.
func measure(b *testing.B, name string, args ...string) process {
	b.Helper()
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	memory := make(chan int64)
	go func() { memory <- watchMemory(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	wall := time.Since(start)
	close(ended)
	if err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out.String())
	}
	return process{wall, <-memory}
}

// watchMemory returns the most memory, in bytes, that a process has had until
// it ended. What wait4 tells of it would not be less than what this process had
// when it began, so the process is asked now and then.
func watchMemory(pid int, ended <-chan struct{}) (most int64) {
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kB int64
			if _, err := fmt.Sscan(rest, &kB); err == nil {
				most = max(most, kB<<10)
			}
		}
		select {
		case <-ended:
			return most
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// A rival is another tool that does the same work.
type rival struct {
	name string
	args []string
}

// beside times logbook with args, and each rival that is installed in the same
// turn, so that a machine that slows down slows down all of them.
func beside(b *testing.B, path string, args []string, rivals ...rival) {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	others := make(map[string]time.Duration)
	var ours process
	n := 0
	for b.Loop() {
		p := measure(b, "logbook", args...)
		ours.wall += p.wall
		ours.memory = max(ours.memory, p.memory)
		n++
		b.StopTimer()
		for _, r := range rivals {
			if _, err := exec.LookPath(r.args[0]); err == nil {
				others[r.name] += measure(b, r.args[0], r.args[1:]...).wall
			}
		}
		b.StartTimer()
	}
	b.ReportMetric(ours.wall.Seconds()/float64(n), "s")
	b.ReportMetric(float64(ours.memory)/1e6, "MB-resident")
	for name, wall := range others {
		b.ReportMetric(wall.Seconds()/ours.wall.Seconds(), "x-"+name)
	}
}

func needBigLog(b *testing.B) string {
	b.Helper()
	path, err := bigLog()
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkReport makes the default page, beside GoAccess's.
func BenchmarkReport(b *testing.B) {
	log := needBigLog(b)
	out := filepath.Join(b.TempDir(), "page.html")
	beside(b, log, []string{"report", "-q", "-o", out, log},
		rival{"goaccess", []string{"goaccess", log, "--log-format=COMBINED", "--no-progress", "-o", filepath.Join(b.TempDir(), "goaccess.html")}})
}

// BenchmarkQuery counts sections, the first elements of paths, by status, beside
// mawk and DuckDB doing the same.
func BenchmarkQuery(b *testing.B) {
	log := needBigLog(b)
	const mawk = `{ split($7, part, "/"); count[part[2] " " $9]++ } END { for (key in count) print count[key], key }`
	beside(b, log, []string{"query", "-q", "--book", "/{book}/**", "count by book, status", log},
		rival{"mawk", []string{"mawk", mawk, log}},
		rival{"duckdb", []string{"python3", "-c", duckdbQuery, log}})
}

// duckdbQuery is DuckDB's fastest way over a raw log: its CSV reader with
// blanks between fields.
const duckdbQuery = `
import duckdb, sys
duckdb.sql(f"""select split_part(split_part(column5, ' ', 2), '/', 2) as section, column6 as status, count(*)
  from read_csv('{sys.argv[1]}', delim=' ', quote='"', escape='\\', header=false, all_varchar=true, ignore_errors=true, null_padding=true, parallel=true, strict_mode=false)
  group by all""").fetchall()
`

// BenchmarkExport writes two million lines as typed Parquet, beside DuckDB
// doing so by a regular expression: its other way over a log, a CSV reader with
// blanks between fields, loses lines. "x-size" is how large DuckDB's file is.
func BenchmarkExport(b *testing.B) {
	dir := b.TempDir()
	log, out, theirs := filepath.Join(dir, "access.log"), filepath.Join(dir, "access.parquet"), filepath.Join(dir, "duckdb.parquet")
	logbook(b, "generate", "--from", "2026-10-19", "--days", "28", "--lines", "2000000", "--seed", "42", "-o", log)
	beside(b, log, []string{"export", "-q", "-o", out, log}, rival{"duckdb", []string{"python3", "-c", duckdbExport, log, theirs}})
	if file, err := os.Stat(theirs); err == nil {
		own, err := os.Stat(out)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(file.Size())/float64(own.Size()), "x-size")
	}
}

// duckdbExport has the same types and compression, but no book, and leaves path
// and query in one.
const duckdbExport = `
import duckdb, sys
duckdb.sql(r"""copy (
  select strptime(m.time, '%d/%b/%Y:%H:%M:%S %z') as time, nullif(m.host, '-') as host, nullif(m.ident, '-') as ident, nullif(m.user, '-') as user,
    split_part(m.request, ' ', 1) as method, split_part(m.request, ' ', 2) as target, split_part(m.request, ' ', 3) as protocol,
    try_cast(m.status as integer) as status, try_cast(m.bytes as bigint) as bytes, nullif(m.referer, '-') as referer, nullif(m.agent, '-') as agent
  from (select regexp_extract(line, '^(\S+) (\S+) (\S+) \[([^\]]+)\] "([^"]*)" (\d{3}) (\S+) "([^"]*)" "([^"]*)"',
      ['host', 'ident', 'user', 'time', 'request', 'status', 'bytes', 'referer', 'agent']) as m
    from read_csv('LOG', columns={'line': 'VARCHAR'}, delim='\x01', quote='', escape='', header=false, auto_detect=false))
  ) to 'OUT' (format parquet, compression zstd)""".replace('LOG', sys.argv[1]).replace('OUT', sys.argv[2]))
`

// BenchmarkCells answers the default notebook in one pass, the cells that are
// written in it and then also what its findings ask, and in the same turn scans
// the log into the columns that are read for this and does nothing with them:
// "x-parsing" is how many times as long the cells took.
func BenchmarkCells(b *testing.B) {
	log := needBigLog(b)
	env := &environment{context.Background(), nil, io.Discard, io.Discard, nil, os.Getenv}
	d, err := notebookFlags{readFlags: readFlags{Format: "auto", Quiet: true}}.draft(env, "access", []string{log})
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	var queries []*frame.Query
	for i, name := range d.names {
		if !strings.Contains(name, " ") && d.queries[i].From != frame.History { // else it is no cell
			names, queries = append(names, name), append(queries, d.queries[i])
		}
	}
	b.Run("written", func(b *testing.B) { benchCells(b, d, names, queries) })
	b.Run("and-findings", func(b *testing.B) { benchCells(b, d, d.names, d.queries) })
}

func benchCells(b *testing.B, d *draft, names []string, queries []*frame.Query) {
	plan, err := d.plan(names, queries)
	if err != nil {
		b.Fatal(err)
	}
	var cells, parsing time.Duration
	for b.Loop() {
		start := time.Now()
		if _, _, err := d.run(plan); err != nil {
			b.Fatal(err)
		}
		cells += time.Since(start)
		b.StopTimer()
		start = time.Now()
		if _, err := d.scan(func() frame.Sink { return discard{} }); err != nil {
			b.Fatal(err)
		}
		parsing += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(len(queries)), "queries")
	b.ReportMetric(cells.Seconds()/parsing.Seconds(), "x-parsing")
}

// discard is a sink that does nothing with its batches.
type discard struct{}

func (discard) Write(arrow.Record) error { return nil }

// BenchmarkMemory answers a question of a tenth of the log and of the whole:
// the groups are the same, and so should be the memory.
func BenchmarkMemory(b *testing.B) {
	whole := needBigLog(b)
	tenth := filepath.Join(b.TempDir(), "access.log")
	if err := generateLines(tenth, bigLines/10); err != nil {
		b.Fatal(err)
	}
	for _, log := range []struct{ name, path string }{{"tenth", tenth}, {"whole", whole}} {
		b.Run(log.name, func(b *testing.B) {
			beside(b, log.path, []string{"query", "-q", "count, sum bytes, p95 bytes by book, status, day", log.path})
		})
	}
}
