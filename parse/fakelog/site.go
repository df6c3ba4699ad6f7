package fakelog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"logbook/parse"
)

// A Site describes a web site, who visits it, and the log to be written of it.
// The same Site gives the same bytes, on every platform and with any number of
// workers. The zero value of a field is its default.
//
// A log with a To lies between From and To, and has Lines lines, or about
// Bytes bytes, or Rate lines a second; 100,000 lines if none of them is set.
// Without To it goes on at its Rate or Beat until it has that many lines or
// bytes, or without end if neither is set.
type Site struct {
	Profile string // "site", the default, or "seed": see the package's comment
	Seed    uint64

	From, To time.Time // From is due
	Zone     *time.Location
	Lines    int64
	Bytes    int64         // of text, without compression
	Rate     float64       // lines a second, on average
	Beat     time.Duration // if set, each line's time is this much after the one before

	Host    string // the site's name; "docs.example.org"
	Books   []Book // the most popular first; nil: fourteen of data/books.txt
	Growth  int    // readers more from week to week, in percent; may be negative
	Servers int    // that share the visitors; each writes a log of its own

	Events    []Event
	Malformed int64 // lines of the hostile corpus among a million
	Hostile   int64 // records with a text of the hostile corpus among a million

	Format parse.Format // nil: parse.Combined
	Jobs   int          // workers; 0: one a core

	from, to int64 // of From and To, µs
	events   []Event
}

// profiles are the ways to fill a log.
const (
	living = "site"
	seed   = "seed"
)

func (s *Site) profile() string {
	if s.Profile == "" {
		return living
	}
	return s.Profile
}

func (s *Site) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

func (s *Site) format() parse.Format {
	if s.Format == nil {
		return parse.Combined
	}
	return s.Format
}

func (s *Site) host() string {
	if s.Host == "" {
		return "docs.example.org"
	}
	return s.Host
}

// A Chunk is a piece of the log within one hour of the site's zone.
type Chunk struct {
	Time    time.Time // of its first line
	Servers [][]byte  // whole lines of each server, in the order of time
}

// Write writes the lines of all servers to w, in the order of time, and tells
// what it wrote. Each write is of whole lines.
func (s *Site) Write(ctx context.Context, w io.Writer) (*Truth, error) {
	one := *s
	one.Servers = 1
	header, err := one.Header()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(header); err != nil {
		return nil, err
	}
	return one.Chunks(ctx, func(c Chunk) error {
		_, err := w.Write(c.Servers[0])
		return err
	})
}

// Chunks hands the log to emit, chunk by chunk in the order of time. A chunk's
// bytes are good until emit returns. The first error of emit ends the log.
// Each file that chunks are written to has to begin with the [Site.Header].
func (s *Site) Chunks(ctx context.Context, emit func(Chunk) error) (*Truth, error) {
	site, err := s.settled(ctx)
	if err != nil {
		return nil, err
	}
	return site.run(ctx, emit)
}

// Header returns the lines with which a log of the format begins, such as
// #Fields of W3C logs; most have none.
func (s *Site) Header() ([]byte, error) {
	if s.From.IsZero() {
		return nil, errors.New("no time to begin at")
	}
	f := s.format()
	if f.Directive() == "" {
		return nil, nil
	}
	r := emptyRecord()
	r.Time = s.From.UnixMicro()
	whole := f.Append(nil, &r)
	line := len(f.Append([]byte{'\n'}, &r)) - 1
	return whole[:len(whole)-line], nil
}

// settled returns a copy of s with all that follows from its fields.
func (s *Site) settled(ctx context.Context) (*Site, error) {
	site, err := s.bounded()
	if err != nil {
		return nil, err
	}
	if err := site.setVolume(ctx); err != nil {
		return nil, err
	}
	return site, nil
}

// bounded returns a copy of s that has been checked, with its times as numbers.
func (s *Site) bounded() (*Site, error) {
	site := *s
	site.events = slices.Clone(s.Events)
	site.from = s.From.UnixMicro()
	if !s.To.IsZero() {
		site.to = s.To.UnixMicro()
	}
	if err := site.check(); err != nil {
		return nil, err
	}
	return &site, nil
}

func (s *Site) check() error {
	switch {
	case s.From.IsZero():
		return errors.New("no time to begin at")
	case s.From.Year() < 1970 || s.From.Year() > 2200 || s.To.Year() > 2300:
		return fmt.Errorf("a log of the year %d: want 1970 to 2200", s.From.Year())
	case s.to != 0 && s.to <= s.from:
		return fmt.Errorf("it ends at %s, before it begins at %s", s.To, s.From)
	case s.profile() != living && s.profile() != seed:
		return fmt.Errorf("unknown profile %q, want %s or %s", s.Profile, living, seed)
	case s.profile() == seed && len(s.Events) > 0:
		return errors.New("nothing ever happens in the profile seed: no events")
	case s.profile() == seed && (s.Malformed > 0 || s.Hostile > 0):
		return errors.New("the profile seed has neither malformed lines nor hostile texts")
	case s.profile() == seed && (len(s.Books) > 0 || s.Servers > 1 || s.Rate > 0):
		return errors.New("the profile seed has no books, one server, and a pace of its own")
	case s.Lines < 0 || s.Bytes < 0 || s.Beat < 0 || s.Jobs < 0:
		return errors.New("a negative number of lines, bytes, seconds or workers")
	case s.Rate != 0 && !(s.Rate >= 0.001 && s.Rate <= 1e9): // or it is no number
		return fmt.Errorf("%g lines a second: want 0.001 to 1e9", s.Rate)
	case s.Beat > 0 && s.Beat < time.Microsecond:
		return fmt.Errorf("lines %s apart: times are kept in microseconds", s.Beat)
	case s.Beat > 0 && s.to != 0:
		return errors.New("with even steps of time the log ends by lines or bytes, not at a time")
	case s.Growth < -50 || s.Growth > 50:
		return fmt.Errorf("a growth of %d %% a week: want -50 to 50", s.Growth)
	case s.Malformed < 0 || s.Hostile < 0 || s.Malformed > 1e6 || s.Hostile > 1e6:
		return errors.New("a share under 0 or over 100 %")
	case s.Servers < 0 || s.Servers > 1000:
		return fmt.Errorf("%d servers: want 1 to 1000", s.Servers)
	}
	return s.checkNames()
}

// checkNames checks what becomes part of addresses.
func (s *Site) checkNames() error {
	plain := func(name string) bool {
		return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~+:") == ""
	}
	if !plain(s.host()) {
		return fmt.Errorf("host %q: want a name such as docs.example.org", s.Host)
	}
	for _, b := range s.Books {
		switch {
		case !plain(b.Name):
			return fmt.Errorf("book %q: want letters, digits and .-_~+: only", b.Name)
		case b.Chapters < 1 || b.Chapters > 10_000:
			return fmt.Errorf("book %q with %d chapters: want 1 to 10000", b.Name, b.Chapters)
		}
	}
	return nil
}

// setVolume finds out how many lines the log has, and when it ends.
func (s *Site) setVolume(ctx context.Context) error {
	if s.Bytes > 0 && s.Lines == 0 {
		average, err := s.lineLength(ctx)
		if err != nil {
			return err
		}
		s.Lines = max(s.Bytes*1000/average, 1)
	}
	if s.Rate == 0 {
		s.Rate = 1
		if s.to != 0 && s.Lines == 0 {
			s.Lines = 100_000
		}
	}
	switch {
	case s.profile() == seed:
	case s.to != 0 && s.Lines == 0:
		s.Lines = max(int64(s.Rate*float64(s.to-s.from)/1e6), 1)
	case s.to == 0 && s.Lines > 0 && s.Beat > 0:
		s.to = s.from + s.Lines*s.Beat.Microseconds()
	case s.to == 0 && s.Lines > 0:
		s.to = s.from + max(int64(float64(s.Lines)/s.Rate*1e6), 1)
	}
	return nil
}

// lineLength measures the log's lines on a small one of the same site, in
// thousandths of a byte.
func (s *Site) lineLength(ctx context.Context) (int64, error) {
	sample := *s
	sample.Bytes, sample.Lines = 0, 20_000
	truth, err := sample.Chunks(ctx, func(Chunk) error { return nil })
	if err != nil {
		return 0, err
	}
	return truth.Bytes * 1000 / truth.Lines, nil
}

// Check says what is wrong with the site, if anything is, without writing its
// log: a caller's own error, since writing it fails the same way.
func (s *Site) Check() error {
	site, err := s.bounded()
	if err != nil {
		return err
	}
	_, err = newStage(site)
	return err
}
