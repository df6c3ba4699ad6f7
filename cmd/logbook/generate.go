package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"logbook/parse"
	"logbook/parse/fakelog"
)

type generateCmd struct {
	Output   string `short:"o" help:"Where the log goes: a file, compressed if it ends in .gz or .zst; a folder, for a file named access_log_20261123-140000.log; - is standard output." default:"-" placeholder:"FILE" group:"Files"`
	Prefix   string `help:"In a folder, what the file's name begins with: PREFIX_access_log_20261123-140000.log." placeholder:"PREFIX" group:"Files"`
	Compress string `help:"How: gzip, zstd or none. Default: as the name says." enum:"gzip,zstd,none,auto" default:"auto" placeholder:"HOW" group:"Files"`
	Split    string `help:"Begin a new file every so many lines or bytes, or with the hour or the day: 50000, 100MB, hour, day." placeholder:"SIZE" group:"Files"`
	Rotate   string `help:"Write what logrotate leaves: FILE, FILE.1, FILE.2.gz and so on, a file a day or a week." enum:"day,week,no" default:"no" placeholder:"day|week" group:"Files"`
	Servers  int    `help:"Servers that share the visitors; each writes files of its own, web1_FILE and so on; on standard output all are one." default:"1" placeholder:"N" group:"Files"`
	Format   string `help:"Format of the lines, any of logbook formats. Default: combined." default:"combined" placeholder:"FORMAT" group:"Files"`
	Truth    string `help:"Also write what the log holds, counted while writing, as JSON." placeholder:"FILE" group:"Files"`

	Seed   uint64  `help:"Another seed is another log; the same seed is the same, byte for byte. Default: 1." default:"1" placeholder:"N" group:"How much"`
	From   string  `help:"When the log begins: 2026-11-09 or 2026-11-09T14:00." placeholder:"TIME" group:"How much"`
	To     string  `help:"When it ends. Default: now, or --days after --from." placeholder:"TIME" group:"How much"`
	Days   *int    `help:"Days from begin to end. Default: 14." placeholder:"N" group:"How much"`
	Zone   string  `help:"Time zone of days and nights, and of the lines, such as Europe/Berlin. Default: UTC." default:"UTC" placeholder:"ZONE" group:"How much"`
	Lines  *int64  `help:"Number of lines; 0 goes on without end. Default: 100,000; with --profile seed 1." placeholder:"N" group:"How much"`
	Bytes  string  `help:"Instead, about so many bytes of text: 400MB." placeholder:"SIZE" group:"How much"`
	Rate   float64 `help:"Instead, so many lines a second, on average: 0.5." placeholder:"N" group:"How much"`
	Follow bool    `help:"Write each line when its time has come, at an even --rate, from now on; a file is appended to." group:"How much"`
	Sleep  float64 `help:"The same with the seconds from line to line." placeholder:"SECONDS" group:"How much"`

	Profile   string   `help:"site: people, crawlers and scanners on a site with books; seed: random lines without memory." enum:"site,seed" default:"site" placeholder:"PROFILE" group:"What"`
	Host      string   `help:"Name of the site. Default: docs.example.org." default:"docs.example.org" placeholder:"NAME" group:"What"`
	Book      []string `help:"A book, and how many chapters it has; may be given again, the most read first." placeholder:"NAME[:N]" sep:"none" group:"What"`
	Growth    int      `help:"Readers more from week to week, in percent. Default: 3." default:"3" placeholder:"N" group:"What"`
	Event     []string `help:"Something that happens, such as 'burst 503 at 2026-11-12T14:00 for 70m'; may be given again, see below." placeholder:"EVENT" sep:"none" group:"What"`
	Malformed string   `help:"Share of lines that are no records, such as 0.1%." default:"0" placeholder:"SHARE" group:"What"`
	Hostile   string   `help:"Share of records in which a text is dangerous to show, such as 0.1%." default:"0" placeholder:"SHARE" group:"What"`
	Jobs      int      `help:"Workers. Default: one a core. The log is the same." placeholder:"N" group:"What"`
}

func (generateCmd) Help() string {
	return `People, crawlers and scanners on a site with books, to try things on and to
test with:

  four weeks, and what is in them:
    logbook generate --days 28 -o access.log --truth truth.json
  an outage to be found:
    logbook generate --event 'burst 503 at +10d14h for 70m' -o access.log
  much, compressed:
    logbook generate --bytes 400MB --seed 42 -o big.log.gz
  what logrotate leaves of three servers:
    logbook generate --rotate day --servers 3 -o logs/access.log
  as it happens, fifty lines a second, to be followed:
    logbook generate --follow --rate 50 -o live.log

Events. TIME is 2026-11-12, 2026-11-12T14:00 or, from the begin of the log,
+2d6h; DURATION is 70m, 2d or 1d6h:

  ` + strings.ReplaceAll(fakelog.EventGrammar, "\n", "\n  ")
}

// Run writes the log and, if it is wanted, the truth about it.
func (c *generateCmd) Run(env *environment) error {
	site, err := c.site(made(env))
	if err != nil {
		return usageError(err)
	}
	files, err := c.files(env, site)
	if err != nil {
		return usageError(err)
	}
	defer files.abandon()
	truthFile, err := c.truthFile(env, files)
	if err != nil {
		return err
	}
	defer truthFile.abandon()
	truth, err := site.Chunks(env.ctx, files.write)
	switch {
	case err != nil && c.paced() && env.ctx.Err() != nil:
		return files.close() // stopped by hand, as a log without end must be
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case err != nil:
		return err
	}
	if err := files.close(); err != nil {
		return err
	}
	if c.Output != "-" {
		fmt.Fprintf(env.stderr, "logbook: %s\n", files.summary(truth))
	}
	e := json.NewEncoder(truthFile)
	e.SetIndent("", "  ")
	if err := e.Encode(truth); err != nil {
		return fmt.Errorf("cannot write %s: %w", c.Truth, err)
	}
	return truthFile.close()
}

// truthFile begins the file of the truth before there is a log, which may take
// long, to find out that it cannot be written.
func (c *generateCmd) truthFile(env *environment, log *logFiles) (*output, error) {
	switch c.Truth {
	case "":
		return &output{Writer: io.Discard}, nil
	case "-":
		if log.names.path == "-" {
			return nil, usageError(errors.New("--truth -: standard output has the log; give -o FILE"))
		}
		return &output{Writer: env.stdout}, nil
	}
	if filepath.Clean(c.Truth) == filepath.Clean(log.names.path) {
		return nil, usageError(fmt.Errorf("--truth %s: this is the log", c.Truth))
	}
	file, err := createOutput(c.Truth, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", c.Truth, err)
	}
	return file, nil
}

// paced says that lines are written when their time has come.
func (c *generateCmd) paced() bool { return c.Follow || c.Sleep > 0 }

// site makes the site of the flags.
func (c *generateCmd) site(now time.Time) (*fakelog.Site, error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, fmt.Errorf("--zone: %w", err)
	}
	s := &fakelog.Site{
		Profile: c.Profile, Seed: c.Seed, Zone: zone, Rate: c.Rate,
		Host: c.Host, Growth: c.Growth, Servers: c.Servers, Jobs: c.Jobs,
	}
	if s.Format, err = parse.FormatByName(c.Format); err != nil {
		return nil, fmt.Errorf("--format: %w", err)
	}
	if s.Malformed, err = parseShare(c.Malformed); err != nil {
		return nil, fmt.Errorf("--malformed: %w", err)
	}
	if s.Hostile, err = parseShare(c.Hostile); err != nil {
		return nil, fmt.Errorf("--hostile: %w", err)
	}
	for _, text := range c.Book {
		book, err := parseBook(text)
		if err != nil {
			return nil, err
		}
		s.Books = append(s.Books, book)
	}
	for _, text := range c.Event {
		event, err := fakelog.ParseEvent(text, zone)
		if err != nil {
			return nil, err
		}
		s.Events = append(s.Events, event)
	}
	if err := c.setVolume(s); err != nil {
		return nil, err
	}
	if err := c.setPeriod(s, now.In(zone).Truncate(time.Second)); err != nil {
		return nil, err
	}
	if c.Truth != "" && c.endless() {
		return nil, errors.New("--truth: a log without end is never known")
	}
	return s, s.Check()
}

// setVolume sets how many lines there are, and how fast they come.
func (c *generateCmd) setVolume(s *fakelog.Site) error {
	given := 0
	for _, set := range []bool{c.Lines != nil && *c.Lines > 0, c.Bytes != "", c.Rate > 0 && !c.Follow} {
		if set {
			given++
		}
	}
	switch {
	case given > 1:
		return errors.New("--lines, --bytes, --rate: one of them says how much")
	case c.Sleep > 0 && c.Rate > 0:
		return errors.New("--sleep, --rate: one of them says how fast")
	case c.Sleep < 0 || c.Sleep > 86400:
		return fmt.Errorf("--sleep: %g seconds: want 0 to 86400", c.Sleep)
	case c.Lines != nil:
		s.Lines = *c.Lines
	case c.Profile == "seed" && c.Bytes == "" && !c.Follow:
		s.Lines = 1
	}
	if c.Bytes != "" {
		var err error
		if s.Bytes, err = parseSize(c.Bytes); err != nil {
			return fmt.Errorf("--bytes: %w", err)
		}
	}
	switch {
	case c.Sleep > 0:
		s.Beat = time.Duration(c.Sleep * 1e9)
	case c.Follow && c.Rate > 0:
		s.Beat = time.Duration(1e9 / c.Rate)
	case c.Follow:
		s.Beat = time.Second
	}
	return nil
}

// endless says that no flag ends the log.
func (c *generateCmd) endless() bool {
	return c.Bytes == "" && (c.Lines != nil && *c.Lines == 0 || c.Lines == nil && c.paced())
}

// setPeriod sets begin and end.
func (c *generateCmd) setPeriod(s *fakelog.Site, now time.Time) (err error) {
	days := 14
	if c.Days != nil {
		days = *c.Days
	}
	if days < 1 || days > 36_600 {
		return fmt.Errorf("--days: %d: want 1 to 36600", days)
	}
	if c.From != "" {
		if s.From, err = fakelog.ParseTime(c.From, s.Zone); err != nil {
			return fmt.Errorf("--from: %w", err)
		}
	}
	if c.To != "" {
		if s.To, err = fakelog.ParseTime(c.To, s.Zone); err != nil {
			return fmt.Errorf("--to: %w", err)
		}
	}
	switch {
	case c.endless() || c.paced():
		if c.To != "" || c.Days != nil {
			return errors.New("--to, --days: a log that is written line by line, or without end, has none")
		}
		if c.From == "" {
			s.From = now
		}
	case c.Profile == "seed":
		if c.To != "" || c.Days != nil {
			return errors.New("--to, --days: the profile seed ends after --lines")
		}
		if c.From == "" {
			s.From = now.Add(-time.Duration(s.Lines) * 165 * time.Second)
		}
	case c.From != "" && c.To != "" && c.Days != nil:
		return errors.New("--from, --to, --days: two of them say when it is")
	case c.From == "" && c.To == "":
		s.To = now
		s.From = now.AddDate(0, 0, -days)
	case c.From == "":
		s.From = s.To.AddDate(0, 0, -days)
	case c.To == "":
		s.To = s.From.AddDate(0, 0, days)
	}
	return nil
}

// parseBook reads NAME or NAME:CHAPTERS.
func parseBook(text string) (fakelog.Book, error) {
	name, chapters, counted := strings.Cut(text, ":")
	b := fakelog.Book{Name: name, Chapters: 30}
	if !counted {
		return b, nil
	}
	n, err := strconv.Atoi(chapters)
	if err != nil || n < 1 {
		return b, fmt.Errorf("--book %s: %q is no number of chapters", text, chapters)
	}
	b.Chapters = n
	return b, nil
}

// parseShare reads 0.1% or 0.001, and gives it per million.
func parseShare(text string) (int64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fmt.Errorf("%q is no share, want one such as 0.1%%", text)
	}
	return int64(math.Round(share * 1e6)), nil
}

// parseSize reads a number of bytes: 1000, 64kB, 400MB, 2GiB.
func parseSize(text string) (int64, error) {
	digits := strings.TrimRight(text, "kKMGTiBb ")
	unit := strings.ToLower(strings.TrimSpace(text[len(digits):]))
	factor, known := map[string]float64{
		"": 1, "b": 1, "kb": 1e3, "k": 1e3, "mb": 1e6, "m": 1e6, "gb": 1e9, "g": 1e9, "tb": 1e12, "t": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}[unit]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !known || !(n*factor >= 1 && n*factor < 1e15) {
		return 0, fmt.Errorf("%q is no size, want one such as 400MB", text)
	}
	return int64(n * factor), nil
}
