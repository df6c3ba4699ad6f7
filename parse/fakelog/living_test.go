package fakelog

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"logbook/parse"
)

// at gives the time of a record.
func at(r *parse.Record) time.Time { return time.UnixMicro(r.Time).UTC() }

// share is a part of a whole in percent.
func percentOf[N int | int64](part, whole N) float64 { return 100 * float64(part) / float64(whole) }

// TestDaysAndNights checks that people sleep at night, rest at weekends and get
// more from week to week, and that programs do none of that.
func TestDaysAndNights(t *testing.T) {
	log, _ := write(t, Site{Seed: 4, From: begin, To: end, Lines: 200_000, Growth: 10})
	var people, programs struct{ night, noon, saturday, monday int }
	var weeks [4]int
	records(t, log, func(r *parse.Record) {
		c := &people
		if bytes.Contains(bytes.ToLower(r.Text[parse.Agent]), []byte("bot")) {
			c = &programs
		} else {
			weeks[at(r).Sub(begin)/(7*24*time.Hour)]++
		}
		switch hour := at(r).Hour(); {
		case hour == 3:
			c.night++
		case hour == 12:
			c.noon++
		}
		switch at(r).Weekday() {
		case time.Saturday:
			c.saturday++
		case time.Monday:
			c.monday++
		}
	})
	if people.night*4 > people.noon || people.saturday*10 > people.monday*8 {
		t.Errorf("people do not rest: %+v", people)
	}
	if p := percentOf(programs.night, programs.noon); p < 70 || p > 140 {
		t.Errorf("programs rest: %+v", programs)
	}
	for i := range 3 {
		if weeks[i+1] <= weeks[i] {
			t.Errorf("week %d has %d lines of people, the week before %d", i+2, weeks[i+1], weeks[i])
		}
	}
}

// TestZone checks that nights are where the site is.
func TestZone(t *testing.T) {
	site := Site{Seed: 4, Zone: time.FixedZone("here", 9*3600+1800), From: begin, To: end, Lines: 50_000}
	log, _ := write(t, site)
	var hours [24]int
	records(t, log, func(r *parse.Record) {
		if r.Offset != 9*60+30 {
			t.Fatalf("offset %d", r.Offset)
		}
		hours[at(r).In(site.Zone).Hour()]++
	})
	if hours[3]*2 > hours[12] {
		t.Errorf("lines by hour: %v", hours)
	}
}

// TestZipf checks that the first books are read more than those after them.
func TestZipf(t *testing.T) {
	_, truth := write(t, Site{Seed: 5, From: begin, To: end, Lines: 200_000})
	books := loadWorld().books
	for i := range 4 {
		if a, b := truth.Books[books[i].Name], truth.Books[books[i+1].Name]; a <= b {
			t.Errorf("%s has %d lines, %s has %d", books[i].Name, a, books[i+1].Name, b)
		}
	}
}

// TestHabits checks what a log of a site is known for: who asks for what, and
// what comes back.
func TestHabits(t *testing.T) {
	log, truth := write(t, Site{Seed: 6, From: begin, To: end, Lines: 100_000})
	days := map[string]map[int]bool{} // of a host
	seen := map[string]int{}
	records(t, log, func(r *parse.Record) {
		agent, path := r.Text[parse.Agent], r.Text[parse.Path]
		host := string(r.Text[parse.Host])
		if days[host] == nil {
			days[host] = map[int]bool{}
		}
		days[host][at(r).YearDay()] = true
		mark := func(what string, seenIt bool) {
			if seenIt {
				seen[what]++
			}
		}
		googlebot := bytes.Contains(agent, []byte("Googlebot"))
		mark("crawler asks for an asset", googlebot && bytes.Contains(path, []byte("/_images/")))
		mark("crawler has a referer", googlebot && r.Text[parse.Referer] != nil)
		mark("robots.txt", googlebot && string(path) == "/robots.txt")
		mark("AI crawler", bytes.Contains(agent, []byte("GPTBot")))
		mark("HEAD", string(r.Text[parse.Method]) == "HEAD")
		mark("user", r.Text[parse.User] != nil)
		mark("IPv6", bytes.IndexByte(r.Text[parse.Host], ':') >= 0)
		mark("search engine", bytes.HasPrefix(r.Text[parse.Referer], []byte("https://www.google.")))
		mark("own referer", bytes.HasPrefix(r.Text[parse.Referer], []byte("https://docs.example.org/")))
		mark("query", r.Text[parse.Query] != nil)
		mark("probe", string(path) == "/wp-login.php")
		mark("no agent", agent == nil)
	})
	for _, want := range []struct {
		what     string
		min, max int
	}{
		{"crawler asks for an asset", 0, 0}, {"crawler has a referer", 0, 0}, {"robots.txt", 50, 1000},
		{"AI crawler", 500, 9000}, {"HEAD", 100, 5000}, {"user", 10, 1000}, {"IPv6", 5000, 40_000},
		{"search engine", 1000, 10_000}, {"own referer", 20_000, 80_000}, {"query", 10_000, 40_000},
		{"probe", 50, 1000}, {"no agent", 100, 3000},
	} {
		if n := seen[want.what]; n < want.min || n > want.max {
			t.Errorf("%s: %d of 100000 lines, want %d to %d", want.what, n, want.min, want.max)
		}
	}
	for _, status := range []string{"200", "204", "206", "301", "304", "401", "403", "404", "410", "429", "500"} {
		if truth.Status[status] == 0 {
			t.Errorf("no status %s", status)
		}
	}
	again := 0
	for _, d := range days {
		if len(d) > 1 {
			again++
		}
	}
	if again < 200 {
		t.Errorf("%d of %d hosts come on more than one day", again, len(days))
	}
}

// TestEventsShow checks that each event is to be seen in the log where the
// truth says it is.
func TestEventsShow(t *testing.T) {
	const day = 24 * time.Hour
	from := begin.Add(14*day + 10*time.Hour)
	show := func(text string, shows func(r *parse.Record) bool, check func(before, during, after int) bool) {
		t.Helper()
		e := event(t, text)
		log, truth := write(t, Site{Seed: 8, From: begin, To: end, Lines: 100_000, Events: []Event{e}})
		until := end
		if e.duration > 0 {
			until = from.Add(e.duration)
		}
		var before, during, after int
		records(t, log, func(r *parse.Record) {
			switch {
			case !shows(r):
			case at(r).Before(from):
				before++
			case at(r).Before(until):
				during++
			default:
				after++
			}
		})
		if !check(before, during, after) {
			t.Errorf("%s: %d lines before, %d then, %d later", text, before, during, after)
		}
		if et := truth.Events[0]; et.Event != text || !et.From.Equal(from) {
			t.Errorf("the truth has %q at %s", et.Event, et.From)
		} else if n := int(et.Lines); n < during*9/10 || n > during {
			t.Errorf("%s: %d lines, in truth %d", text, during, n)
		}
	}
	none := func(before, during, after int) bool { return before == 0 && during > 40 && after == 0 }
	show("burst 503 at 2026-11-09T10:00 for 70m",
		func(r *parse.Record) bool { return r.Status == 503 }, none)
	show("new-referrer https://lobste.example/s/x at 2026-11-09T10:00 for 2d",
		func(r *parse.Record) bool { return string(r.Text[parse.Referer]) == "https://lobste.example/s/x" }, none)
	show("new-crawler CuriousBot at 2026-11-09T10:00",
		func(r *parse.Record) bool { return bytes.Contains(r.Text[parse.Agent], []byte("CuriousBot")) },
		func(before, during, after int) bool { return before == 0 && during > 1000 })
	show("new-crawler GPTBot at 2026-11-09T10:00 for 2d",
		func(r *parse.Record) bool { return bytes.Contains(r.Text[parse.Agent], []byte("GPTBot")) }, none)
	show("gap at 2026-11-09T10:00 for 26h",
		func(r *parse.Record) bool { return true },
		func(before, during, after int) bool { return before > 30_000 && during == 0 && after > 30_000 })
	show("grow unix-history at 2026-11-09T10:00 by 12",
		func(r *parse.Record) bool { return bytes.Contains(r.Text[parse.Path], []byte("/unix-history/")) },
		func(before, during, after int) bool { return during > 2*before })
	show("relaunch at 2026-11-09T10:00",
		func(r *parse.Record) bool {
			return r.Status == 301 && bytes.HasPrefix(r.Text[parse.Path], []byte("/book/"))
		},
		func(before, during, after int) bool { return before == 0 && during > 1000 })
}

// TestSeedProfile checks the shares of the generator that the project began
// with, as its table has them.
func TestSeedProfile(t *testing.T) {
	const lines = 100_000
	log, _ := write(t, Site{Profile: seed, Seed: 9, From: begin, Lines: lines})
	got := map[string]int{}
	hosts := map[string]bool{}
	var last, sum, squares int64
	records(t, log, func(r *parse.Record) {
		for _, f := range []parse.Field{parse.Method, parse.Path, parse.Protocol} {
			got[string(r.Text[f])]++
		}
		got[fmt.Sprint(r.Status)]++
		for _, browser := range []string{"Firefox", "Chrome", "Version/6", "MSIE", "Opera"} {
			if bytes.Contains(r.Text[parse.Agent], []byte(browser)) {
				got[browser]++
			}
		}
		hosts[string(r.Text[parse.Host])] = true
		if d := (r.Time - last) / second; last != 0 && (d < 30 || d > 300) {
			t.Errorf("%d s from one line to the next", d)
		}
		last = r.Time
		sum += r.Bytes - 5000
		squares += (r.Bytes - 5000) * (r.Bytes - 5000)
	})
	check := func(what string, want float64) {
		t.Helper()
		if p := percentOf(got[what], lines); p < want-0.6 || p > want+0.6 {
			t.Errorf("%s: %.2f %%, want %g %%", what, p, want)
		}
	}
	check("GET", 60)
	check("POST", 10)
	check("DELETE", 10)
	check("PUT", 20)
	check("200", 90)
	check("404", 4)
	check("500", 2)
	check("301", 4)
	check("HTTP/1.0", 100)
	check("Firefox", 50)
	check("Chrome", 30)
	check("Version/6", 10)
	check("MSIE", 5)
	check("Opera", 5)
	for _, path := range seedPaths {
		check(string(path), 12.5)
	}
	if len(hosts) < lines*99/100 {
		t.Errorf("%d hosts of %d lines", len(hosts), lines)
	}
	if mean, variance := sum/lines, squares/lines; mean < -1 || mean > 1 || variance < 48*48 || variance > 52*52 {
		t.Errorf("bytes: mean %d, variance %d, want 5000 and 50²", 5000+mean, variance)
	}
}
