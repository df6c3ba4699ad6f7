package fakelog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"logbook/parse"
)

var (
	begin = time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC) // a Monday
	end   = begin.AddDate(0, 0, 28)
)

func write(t testing.TB, s Site) ([]byte, *Truth) {
	t.Helper()
	var b bytes.Buffer
	truth, err := s.Write(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), truth
}

// records parses a log in the Combined format.
func records(t *testing.T, log []byte, visit func(r *parse.Record)) {
	t.Helper()
	p := parse.Combined.NewParser(nil)
	for line := range bytes.Lines(log) {
		var r parse.Record
		if reason := p.Parse(bytes.TrimSuffix(line, []byte("\n")), &r); reason != parse.OK {
			t.Fatalf("%s: %s", reason, line)
		}
		visit(&r)
		p.Reset()
	}
}

// TestSameBytes pins the bytes of two logs: they may not change with the
// machine or by accident. Whoever changes what a site does changes them here.
func TestSameBytes(t *testing.T) {
	check := func(s Site, want string) {
		t.Helper()
		log, _ := write(t, s)
		if got := fmt.Sprintf("%x", sha256.Sum256(log))[:16]; got != want {
			t.Errorf("profile %s: %s, want %s", s.profile(), got, want)
		}
	}
	check(Site{Seed: 1, From: begin, To: end, Lines: 20_000, Malformed: 2000, Hostile: 2000}, "b527c8374ab2e1ac")
	check(Site{Seed: 1, From: begin, Lines: 20_000, Profile: seed}, "5b1acd789052a3ad")
}

// TestWorkers checks that a log does not depend on how many write it, and that
// it has the lines that were asked for.
func TestWorkers(t *testing.T) {
	for _, site := range []Site{
		{From: begin, To: end, Lines: 20_001},
		{From: begin, To: begin.Add(10 * time.Second), Lines: 20_001},
		{From: begin, Lines: 20_001, Beat: 40 * time.Millisecond},
		{From: begin, Lines: 20_001, Profile: seed},
	} {
		site.Seed, site.Jobs = 1, 1
		want, truth := write(t, site)
		if n := bytes.Count(want, []byte("\n")); n != 20_001 || truth.Lines != 20_001 {
			t.Errorf("%d lines, in truth %d, want 20001", n, truth.Lines)
		}
		for _, site.Jobs = range []int{2, 7} {
			if got, _ := write(t, site); !bytes.Equal(got, want) {
				t.Errorf("with %d workers the log is another", site.Jobs)
			}
		}
		site.Seed++
		if got, _ := write(t, site); bytes.Equal(got, want) {
			t.Error("another seed, the same log")
		}
	}
}

// TestServers checks that the servers' logs are the one log, dealt out.
func TestServers(t *testing.T) {
	site := Site{Seed: 1, From: begin, To: end, Lines: 10_000}
	want, _ := write(t, site)
	lines := map[string]int{}
	for line := range bytes.Lines(want) {
		lines[string(line)]++
	}
	site.Servers = 3
	sizes := make([]int64, 3)
	truth, err := site.Chunks(context.Background(), func(c Chunk) error {
		for i, text := range c.Servers {
			for line := range bytes.Lines(text) {
				lines[string(line)]--
				sizes[i]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for line, n := range lines {
		if n != 0 {
			t.Errorf("%d times too few: %s", n, line)
		}
	}
	if got, want := fmt.Sprint(truth.Servers), fmt.Sprint(sizes); got != want || sizes[0] < 2000 {
		t.Errorf("servers have %s lines, in truth %s", want, got)
	}
}

// TestPeriod checks that lines are in the order of time, between begin and end.
func TestPeriod(t *testing.T) {
	log, _ := write(t, Site{Seed: 2, From: begin, To: end, Lines: 10_000})
	last := begin.UnixMicro()
	records(t, log, func(r *parse.Record) {
		if r.Time < last || r.Time >= end.UnixMicro() {
			t.Errorf("%s after %s", time.UnixMicro(r.Time).UTC(), time.UnixMicro(last).UTC())
		}
		last = r.Time
	})
	if late := end.Sub(time.UnixMicro(last)); late > 3*time.Hour {
		t.Errorf("the last line is %s before the end", late)
	}
}

// TestVolume checks the ways to say how long a log is.
func TestVolume(t *testing.T) {
	log, truth := write(t, Site{Seed: 3, From: begin, To: end, Bytes: 5e6})
	if n := int64(len(log)); n != truth.Bytes || math.Abs(float64(n)-5e6) > 0.03*5e6 {
		t.Errorf("%d bytes, in truth %d, want about 5 MB", n, truth.Bytes)
	}
	_, truth = write(t, Site{Seed: 3, From: begin, To: begin.AddDate(0, 0, 1), Rate: 0.5})
	if truth.Lines != 43_200 {
		t.Errorf("%d lines in a day at one every two seconds", truth.Lines)
	}
	_, truth = write(t, Site{Seed: 3, From: begin, To: end})
	if truth.Lines != 100_000 {
		t.Errorf("%d lines, want 100000", truth.Lines)
	}
}

// TestBeat checks that each line's time is one step after the line's before.
func TestBeat(t *testing.T) {
	for _, profile := range []string{living, seed} {
		log, _ := write(t, Site{Seed: 2, Profile: profile, From: begin, Lines: 10_000, Beat: 3 * time.Second})
		want := begin.UnixMicro()
		records(t, log, func(r *parse.Record) {
			if r.Time != want {
				t.Fatalf("%s: %s, want %s", profile, time.UnixMicro(r.Time).UTC(), time.UnixMicro(want).UTC())
			}
			want += 3 * second
		})
		if want != begin.Add(30_000*time.Second).UnixMicro() {
			t.Errorf("%s: the last line is before %s", profile, time.UnixMicro(want).UTC())
		}
	}
}

// TestEndless checks that a log without end goes on until its reader has had
// enough, and that its workers end with it.
func TestEndless(t *testing.T) {
	enough := errors.New("enough")
	for _, site := range []Site{{From: begin, Rate: 10}, {From: begin, Beat: time.Second}, {From: begin, Profile: seed}} {
		lines := 0
		_, err := site.Chunks(context.Background(), func(c Chunk) error {
			if lines += bytes.Count(c.Servers[0], []byte("\n")); lines > 50_000 {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) {
			t.Errorf("after %d lines: %v", lines, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (&Site{From: begin}).Write(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("when cancelled: %v", err)
	}
}

// TestCheck checks that a site that cannot be says why.
func TestCheck(t *testing.T) {
	check := func(s Site, want string) {
		t.Helper()
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	check(Site{}, "no time to begin at")
	check(Site{From: begin, Books: []Book{{Name: "a b", Chapters: 1}}}, `book "a b"`)
	check(Site{From: begin, Host: "<script>"}, `host "<script>"`)
	check(Site{From: end, To: begin}, "before it begins")
	check(Site{From: begin, Profile: "sead"}, `unknown profile "sead", want site or seed`)
	check(Site{From: begin, Malformed: -1}, "share under 0")
	check(Site{From: begin, Rate: math.NaN()}, "NaN lines a second")
	check(Site{From: begin, Rate: 1e-9}, "1e-09 lines a second")
	check(Site{From: begin, Jobs: -1}, "negative number of lines, bytes, seconds or workers")
	check(Site{From: begin, Profile: seed, Hostile: 1}, "neither malformed lines nor hostile texts")
	check(Site{From: begin, Profile: seed, Servers: 2}, "one server")
	check(Site{From: begin, Books: []Book{{Name: "x"}}}, `book "x" with 0 chapters`)
	check(Site{From: begin, To: end, Beat: time.Second}, "by lines or bytes")
	check(Site{From: begin, To: end, Events: []Event{event(t, "relaunch at 2026-01-01")}}, "before the log begins, at 2026-10-26T00:00:00Z")
	check(Site{From: begin, To: end, Events: []Event{event(t, "grow Python at +1d")}}, `no book "Python", want one of python-2.6, nonprog`)
	check(Site{From: begin, Beat: time.Second, Events: []Event{event(t, "gap at +1d for 1h")}}, "no gaps")
	if err := (&Site{From: begin, To: end}).Check(); err != nil {
		t.Error(err)
	}
}

// BenchmarkWrite measures whole lines written to nowhere, by one worker and by
// one a core.
func BenchmarkWrite(b *testing.B) {
	for _, profile := range []string{living, seed} {
		for _, jobs := range []int{1, runtime.GOMAXPROCS(0)} {
			b.Run(fmt.Sprintf("%s/workers=%d", profile, jobs), func(b *testing.B) {
				s := Site{Profile: profile, Seed: 42, From: begin, Lines: 1_000_000, Jobs: jobs}
				if profile == living {
					s.To = end
				}
				b.ReportAllocs()
				for b.Loop() {
					truth, err := s.Write(context.Background(), io.Discard)
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(truth.Bytes)
				}
				b.ReportMetric(float64(s.Lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			})
		}
	}
}
