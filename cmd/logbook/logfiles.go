package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"logbook/parse/fakelog"
)

// logFiles writes a generated log into files: one, or one for each server, or
// a new one every so often. A file gets its name when it is whole, so that what
// was there before is never half lost; only a log that is followed is appended
// to the file that is there.
type logFiles struct {
	env    *environment
	names  logNames
	header []byte
	pace   *pace      // nil: as fast as can be
	open   []*logFile // one for each server; nil: none yet
	begun  []int      // files, for each server
	whole  []string   // names of those that are done
}

// files prepares what the log is to be written to.
func (c *generateCmd) files(env *environment, site *fakelog.Site) (*logFiles, error) {
	names, err := c.names(site, made(env))
	if err != nil {
		return nil, err
	}
	f := &logFiles{env: env, names: names}
	if f.header, err = site.Header(); err != nil {
		return nil, err
	}
	if c.paced() {
		f.pace = &pace{ctx: env.ctx, beat: site.Beat}
	}
	if names.path == "-" {
		site.Servers = 1 // all in one, in the order of time
	}
	f.open, f.begun = make([]*logFile, site.Servers), make([]int, site.Servers)
	return f, nil
}

// write takes a chunk of the log.
func (f *logFiles) write(c fakelog.Chunk) error {
	for server, text := range c.Servers {
		for len(text) > 0 {
			file, err := f.at(server, c.Time)
			if err != nil {
				return err
			}
			n := f.names.fit(file, text)
			if n == 0 {
				err = f.finish(server)
			} else {
				err = file.write(text[:n], f.pace)
			}
			if err != nil {
				return err
			}
			text = text[n:]
		}
	}
	return nil
}

// at gives the file that a server's lines of a time belong into.
func (f *logFiles) at(server int, t time.Time) (*logFile, error) {
	period := f.names.period(t)
	if file := f.open[server]; file != nil {
		if file.period == period {
			return file, nil
		}
		if err := f.finish(server); err != nil {
			return nil, err
		}
	}
	f.begun[server]++
	file := &logFile{name: f.names.name(server, f.begun[server], t), period: period}
	if err := file.create(f); err != nil {
		return nil, err
	}
	f.open[server] = file
	err := file.write(f.header, nil)
	file.lines = 0 // the header's do not count
	return file, err
}

// finish completes a server's file and gives it its name.
func (f *logFiles) finish(server int) error {
	file := f.open[server]
	f.open[server] = nil
	f.whole = append(f.whole, file.name)
	return file.close()
}

// close completes all files. A log without lines is an empty file.
func (f *logFiles) close() error {
	for server, file := range f.open {
		if file == nil {
			continue
		}
		if err := f.finish(server); err != nil {
			return err
		}
	}
	return nil
}

// abandon removes what close has not completed.
func (f *logFiles) abandon() {
	for _, file := range f.open {
		if file != nil && file.pending != nil {
			file.pending.abandon()
		}
	}
}

// summary says what was written.
func (f *logFiles) summary(t *fakelog.Truth) string {
	where := "nothing"
	switch n := len(f.whole); {
	case n == 1:
		where = f.whole[0]
	case n > 1:
		where = fmt.Sprintf("%d files, from %s to %s", n, f.whole[0], f.whole[n-1])
	}
	return fmt.Sprintf("%s lines, %.1f MB of text, in %s", thousands(t.Lines), float64(t.Bytes)/1e6, where)
}

// thousands prints 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// A logFile is a file under way.
type logFile struct {
	name         string
	period       string // that it holds, of --split and --rotate
	lines, bytes int64
	w            io.Writer
	compressor   io.WriteCloser // nil: none
	pending      *output        // nil: standard output, or a file that is followed
	followed     *os.File
}

func (l *logFile) create(f *logFiles) (err error) {
	switch {
	case l.name == "-":
		l.w = f.env.stdout
	case f.pace != nil:
		l.followed, err = os.OpenFile(l.name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		l.w = l.followed
	default:
		l.pending, err = createOutput(l.name, 0o644)
		l.w = l.pending
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", l.name, err)
	}
	switch f.names.compression(l.name) {
	case "gzip":
		l.compressor = gzip.NewWriter(l.w)
	case "zstd":
		l.compressor, err = zstd.NewWriter(l.w)
	}
	if l.compressor != nil {
		l.w = l.compressor
	}
	return err
}

func (l *logFile) write(text []byte, p *pace) error {
	l.bytes += int64(len(text))
	l.lines += int64(bytes.Count(text, newline))
	var err error
	if p != nil {
		err = p.write(l.w, text)
	} else {
		_, err = l.w.Write(text)
	}
	return l.failed(err)
}

// close completes the file, or removes it.
func (l *logFile) close() error {
	if l.pending != nil {
		defer l.pending.abandon()
	}
	var err error
	if l.compressor != nil {
		err = l.compressor.Close()
	}
	switch {
	case err != nil:
	case l.pending != nil:
		err = l.pending.close()
	case l.followed != nil:
		err = l.followed.Close()
	}
	return l.failed(err)
}

func (l *logFile) failed(err error) error {
	if err == nil || l.name == "-" {
		return err
	}
	return fmt.Errorf("cannot write %s: %w", l.name, err)
}

var newline = []byte{'\n'}

// logNames decides which lines go into which file.
type logNames struct {
	path     string // "-": standard output
	compress string // gzip, zstd, none, auto: as the name says
	every    string // hour, day, week: a file for each; "": no
	rotate   bool   // number the files back from the last
	last     time.Time
	servers  int
	maxLines int64 // of a file; 0: no limit
	maxBytes int64
}

func (c *generateCmd) names(site *fakelog.Site, now time.Time) (logNames, error) {
	n := logNames{path: c.Output, compress: c.Compress, servers: c.Servers, last: site.To.Add(-1)}
	if err := c.setSplit(&n); err != nil {
		return n, err
	}
	if n.path == "-" && c.Prefix != "" {
		n.path = "."
	}
	if info, err := os.Stat(n.path); strings.HasSuffix(n.path, "/") || err == nil && info.IsDir() {
		n.path = filepath.Join(n.path, c.patternName(now.In(site.Zone)))
	} else if c.Prefix != "" {
		return n, fmt.Errorf("--prefix: names a file in a folder, and %s is none", n.path)
	}
	many := n.every != "" || n.maxLines > 0 || n.maxBytes > 0
	switch {
	case n.path == "-" && many:
		return n, errors.New("--split, --rotate: standard output is one file; give -o FILE")
	case c.paced() && many:
		return n, errors.New("--split, --rotate: a log that is written line by line is one file")
	case c.paced() && n.compression(n.path) != "none":
		return n, errors.New("--compress: a compressed file cannot be followed")
	case n.rotate && site.To.IsZero():
		return n, errors.New("--rotate: needs a log that ends")
	case c.Servers < 1:
		return n, fmt.Errorf("--servers: %d: want 1 or more", c.Servers)
	}
	return n, nil
}

// setSplit reads --split and --rotate.
func (c *generateCmd) setSplit(n *logNames) (err error) {
	if c.Rotate != "no" {
		n.every, n.rotate = c.Rotate, true
		if c.Split != "" {
			return errors.New("--split, --rotate: one of them says when a new file begins")
		}
	}
	switch {
	case c.Split == "":
	case c.Split == "hour" || c.Split == "day":
		n.every = c.Split
	case strings.Trim(c.Split, "0123456789") == "":
		n.maxLines, err = strconv.ParseInt(c.Split, 10, 64)
		if n.maxLines == 0 {
			err = errors.New("a file of no lines")
		}
	default:
		n.maxBytes, err = parseSize(c.Split)
	}
	if err != nil {
		return fmt.Errorf("--split: %w", err)
	}
	return nil
}

// patternName is the name of a file in a folder, as the generator had it with
// which this project began.
func (c *generateCmd) patternName(now time.Time) string {
	name := "access_log_" + now.Format("20060102-150405") + ".log"
	if c.Prefix != "" {
		name = c.Prefix + "_" + name
	}
	return name + map[string]string{"gzip": ".gz", "zstd": ".zst"}[c.Compress]
}

// compression says how a file of this name is compressed.
func (n *logNames) compression(name string) string {
	switch {
	case n.compress != "auto":
		return n.compress
	case strings.HasSuffix(name, ".gz"):
		return "gzip"
	case strings.HasSuffix(name, ".zst"):
		return "zstd"
	}
	return "none"
}

// period names the stretch of time that a file is for.
func (n *logNames) period(t time.Time) string {
	switch n.every {
	case "hour":
		return t.Format("20060102T15")
	case "day":
		return t.Format("20060102")
	case "week":
		return strconv.Itoa(n.back(t) / 7)
	}
	return ""
}

// back is how many days before the last one a time is.
func (n *logNames) back(t time.Time) int {
	day := func(t time.Time) int64 {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
	}
	return int(day(n.last.In(t.Location())) - day(t))
}

// name names a server's file of a time, the count'th.
func (n *logNames) name(server, count int, t time.Time) string {
	dir, file := filepath.Split(n.path)
	if n.path == "-" {
		return "-"
	}
	if n.servers > 1 {
		file = fmt.Sprintf("web%d_%s", server+1, file)
	}
	switch {
	case n.rotate:
		file = n.rotated(file, t)
	case n.every != "":
		file = beforeExt(file, "-"+n.period(t))
	case n.maxLines > 0 || n.maxBytes > 0:
		file = beforeExt(file, fmt.Sprintf("-%03d", count))
	}
	return filepath.Join(dir, file)
}

// rotated names a file as logrotate does with delaycompress.
func (n *logNames) rotated(file string, t time.Time) string {
	number := n.back(t)
	if n.every == "week" {
		number /= 7
	}
	switch {
	case number == 0:
		return file
	case number == 1 || n.compress == "none":
		return fmt.Sprintf("%s.%d", file, number)
	case n.compress == "zstd":
		return fmt.Sprintf("%s.%d.zst", file, number)
	}
	return fmt.Sprintf("%s.%d.gz", file, number)
}

// beforeExt puts a text before the first dot of a name.
func beforeExt(file, text string) string {
	i := strings.IndexByte(file, '.')
	if i <= 0 {
		return file + text
	}
	return file[:i] + text + file[i:]
}

// fit says how many bytes of text, in whole lines, a file still takes: at
// least a line if it is empty.
func (n *logNames) fit(file *logFile, text []byte) int {
	switch {
	case n.maxLines > 0:
		end := 0
		for room := n.maxLines - file.lines; room > 0 && end < len(text); room-- {
			end += bytes.IndexByte(text[end:], '\n') + 1
		}
		return end
	case n.maxBytes > 0:
		room := n.maxBytes - file.bytes
		if int64(len(text)) <= room {
			return len(text)
		}
		end := bytes.LastIndexByte(text[:max(room, 0)], '\n') + 1
		if end == 0 && file.lines == 0 {
			end = bytes.IndexByte(text, '\n') + 1
		}
		return end
	}
	return len(text)
}
