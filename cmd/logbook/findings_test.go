package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A quietLog is ten weeks of a site on which every hour is like all others. It
// ends with 2026-W46.
type quietLog struct {
	t     *testing.T
	lines []string
}

var (
	quietFrom = time.Date(2026, time.September, 7, 0, 0, 0, 0, time.UTC)
	quietTo   = time.Date(2026, time.November, 16, 0, 0, 0, 0, time.UTC)
)

const (
	browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
)

func (l *quietLog) add(at time.Time, path, site, agent string, status int) {
	referer := "-"
	if site != "" {
		referer = "https://" + site + "/"
	}
	l.lines = append(l.lines, fmt.Sprintf("192.0.2.7 - - [%s] \"GET %s HTTP/1.1\" %d 100 %q %q", at.Format("02/Jan/2006:15:04:05 -0700"), path, status, referer, agent))
}

// each calls add n times, evenly in a span of time.
func (l *quietLog) each(from, to time.Time, n int, path, site, agent string, status int) {
	for i := range n {
		l.add(from.Add(to.Sub(from)*time.Duration(i)/time.Duration(n)), path, site, agent, status)
	}
}

func newQuietLog(t *testing.T) *quietLog {
	l := &quietLog{t: t}
	for hour := quietFrom; hour.Before(quietTo); hour = hour.Add(time.Hour) {
		end := hour.Add(time.Hour)
		l.each(hour, end, 8, "/book/go/html/p1/a.html", "", browser, 200)
		l.each(hour, end, 3, "/about", "duckduckgo.com", browser, 200)
		l.each(hour, end, 6, "/about", "", crawler, 200)
		l.each(hour, end, 1, "/nothing", "", browser, 404)
	}
	return l
}

// without drops the lines of a span of time.
func (l *quietLog) without(from, to time.Time) {
	stamp := regexp.MustCompile(`\[([^]]+)\]`)
	kept := l.lines[:0]
	for _, line := range l.lines {
		at, err := time.Parse("02/Jan/2006:15:04:05 -0700", stamp.FindStringSubmatch(line)[1])
		if err != nil {
			l.t.Fatal(err)
		}
		if at.Before(from) || !at.Before(to) {
			kept = append(kept, line)
		}
	}
	l.lines = kept
}

// findings makes the weekly summary of a week and returns what moved in it.
func (l *quietLog) findings(week string) string {
	l.t.Helper()
	box, _ := l.box("weekly", week)
	return box
}

// box makes a page of a notebook about a period and returns its findings, and
// the text of all of it.
func (l *quietLog) box(notebook, week string) (box, page string) {
	l.t.Helper()
	dir := l.t.TempDir()
	log, page := filepath.Join(dir, "access.log"), filepath.Join(dir, "new", "{period}.html")
	if err := os.WriteFile(log, []byte(strings.Join(l.lines, "\n")+"\n"), 0o600); err != nil {
		l.t.Fatal(err)
	}
	if strings.Contains(notebook, "\n") {
		name := filepath.Join(dir, "own.md")
		if err := os.WriteFile(name, []byte(notebook), 0o600); err != nil {
			l.t.Fatal(err)
		}
		notebook = name
	}
	var stderr bytes.Buffer
	env := &environment{context.Background(), strings.NewReader(""), &stderr, &stderr,
		[]string{"report", "-n", notebook, "-q", "--period", week, "--zone", "UTC", "--book", "/book/{book}/html/**", "-o", page, log}, func(string) string { return "" }}
	if code := run(env); code != 0 {
		l.t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	text, err := os.ReadFile(strings.ReplaceAll(page, "{period}", strings.ReplaceAll(week, "..", "-")))
	if err != nil {
		l.t.Fatal(err)
	}
	return boxIn(string(text)), plainText(string(text))
}

// boxIn is what a reader sees of the findings of a page.
func boxIn(page string) string {
	return plainText(regexp.MustCompile(`(?s)<div class="moved">.*?</div>`).FindString(page))
}

// plainText is what a reader sees of a piece of a page.
func plainText(piece string) string {
	piece = strings.NewReplacer("</span><span>", " ", "<td", " <td", "<th", " <th", "</li>", " ").Replace(piece)
	piece = html.UnescapeString(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(piece, ""))
	return strings.ReplaceAll(strings.Join(strings.Fields(piece), " "), "\u202f", " ")
}

const quietWeek = "What moved A quiet week: nothing moved by more than 10 %."

// TestQuietWeeks checks that weeks like all others give no findings, and that
// the first one says that it is.
func TestQuietWeeks(t *testing.T) {
	l := newQuietLog(t)
	for week, want := range map[string]string{"2026-W38": strings.Replace(quietWeek, "10", "25", 1), "2026-W41": quietWeek, "2026-W46": quietWeek} {
		if got := l.findings(week); got != want { // with one week before, less than a quarter is not told from chance
			t.Errorf("%s: %s", week, got)
		}
	}
	if got := l.findings("2026-W37"); got != "What moved The first week on record: there is nothing yet to compare it with." {
		t.Errorf("the first week: %s", got)
	}
}

// TestFindings checks that what happens in a week is found, and that what has
// one cause is one line.
func TestFindings(t *testing.T) {
	day := func(d, h int) time.Time { return time.Date(2026, time.November, d, h, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		happens func(l *quietLog)
		want    string
	}{
		"a referrer that explains a page's rise": {func(l *quietLog) {
			l.each(day(10, 15), day(11, 15), 400, "/book/go/html/p1/new.html", "lobste.rs", browser, 200)
		}, "What moved +400 visits from lobste.rs, a new referrer, nearly all to /book/go/html/p1/new.html."},
		"a burst": {func(l *quietLog) {
			l.each(day(12, 14), day(12, 15), 120, "/search", "", browser, 503)
		}, "What moved 120 answers with status 503 Service Unavailable on Thursday 12 November, 14:00–15:00, none in the four weeks before."},
		"a crawler": {func(l *quietLog) {
			l.each(day(9, 0), day(16, 0), 900, "/about", "", "GPTBot/1.0", 200)
		}, "What moved +900 requests from GPTBot, a new crawler, now 22.9 % of all requests."},
		"a gap": {func(l *quietLog) {
			l.without(day(14, 2), day(14, 4))
		}, "What moved 2 h 8 min without a log line, Saturday 14 November, 01:52–04:00. Counts are low by about 37."},
		"a book that grows for seven weeks": {func(l *quietLog) {
			for week := range 8 {
				from := quietTo.AddDate(0, 0, -7*(8-week))
				l.each(from, from.AddDate(0, 0, 7), 30*week, "/book/rust/html/p1/a.html", "", browser, 200)
			}
		}, "What moved 7th week in a row that rust grew: 0 → 210 views."},
		"what moved the week before, too": {func(l *quietLog) {
			l.each(day(2, 0), day(9, 0), 900, "/about", "", "GPTBot/1.0", 200)
			l.each(day(9, 0), day(16, 0), 1900, "/about", "", "GPTBot/1.0", 200)
		}, "What moved +1,900 again: requests from GPTBot, now 38.6 % of all requests."},
	} {
		l := newQuietLog(t)
		c.happens(l)
		if got := l.findings("2026-W46"); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
	}
}

// TestAgainst checks that a findings step decides what a period is held
// against, and that a table compares with the same: here each Saturday has
// readers that other days have not, and more of them in the last.
func TestAgainst(t *testing.T) {
	const table = "\n\n```logbook t\nwhere path = \"/weekend\"\ncount\ncompare usual\ntable count, was\n```\n"
	l := newQuietLog(t)
	for week := range 10 {
		saturday := quietFrom.AddDate(0, 0, 7*week+5)
		l.each(saturday, saturday.AddDate(0, 0, 1), 300, "/weekend", "", browser, 200)
	}
	l.each(quietTo.AddDate(0, 0, -5), quietTo.AddDate(0, 0, -4), 200, "/event", "", browser, 200)
	saturday := quietTo.AddDate(0, 0, -2)
	l.each(saturday, saturday.AddDate(0, 0, 1), 100, "/weekend", "", browser, 200)
	for _, c := range []struct{ step, period, want string }{
		{"against usual", "2026-11-14", "What moved +33 % views of /weekend: 300 → 400."},
		{"against usual floor 150", "2026-11-14", "What moved A quiet Saturday: nothing moved by more than 10 %."},
		{"against usual floor 50 or 40 %", "2026-11-14", "What moved A quiet Saturday: nothing moved by more than 40 %."},
		{"against usual", "2026-11-13", "What moved A quiet Friday: nothing moved by more than 10 %."},
		{"against previous", "2026-11-14", "What moved A quiet day: nothing moved by more than 25 %."}, // it is so each week
		{"against previous", "2026-11-11", "What moved +200 views of /event, none on the day before."},
		{"against previous", "2026-11-12", "What moved −200 views of /event stopped: 200 on the day before."},
		{"against usual", "2026-11-12", "What moved A quiet Thursday: nothing moved by more than 10 %."},
		{"against usual", "2026-11-11", "What moved +200 views of /event, none on the four Wednesdays before."},
		{"against previous young 100 or 40 %", "2026-11-09..2026-11-15", "What moved +200 views of /event, none in the 7 days before."},
		{"against previous", "2026-11-09..2026-11-15", "What moved +200 views of /event, none in the 7 days before. +33 % views of /weekend: 300 → 400."},
		{"against last year", "2026-11-14", "What moved There is nothing to compare with: of what is before, the log holds no day that is complete."},
	} {
		text := table
		if !strings.HasPrefix(c.step, "against usual") {
			text = "\n"
		}
		box, page := l.box("---\nlogbook: 1\n---\n```logbook moved\nfindings of pages "+c.step+"\n```\n"+text, c.period)
		if box != c.want {
			t.Errorf("%s in %s:\n%s, want\n%s", c.step, c.period, box, c.want)
		}
		if c.period == "2026-11-14" && text == table && !strings.Contains(page, "Requests Before 400 300") {
			t.Errorf("%s in %s: the table compares with something else", c.step, c.period)
		}
	}
}

// TestAccessFindings checks the findings of the default page, of all that a log
// holds: ten quiet weeks of a generated site have none, in a small log as in a
// middling one, and what is planted is found.
func TestAccessFindings(t *testing.T) {
	for _, c := range []struct {
		seed, lines string
		events      []string
		want        []string
	}{
		{"11", "400000", nil, []string{"Nothing stands out: no day, address or error is far from what is usual."}},
		{"21", "100000", nil, []string{"Nothing stands out: no day, address or error is far from what is usual."}},
		{"22", "60000", nil, []string{"Nothing stands out: no day, address or error is far from what is usual."}},
		{"21", "400000", []string{
			"gap at 2026-10-22T09:00 for 2h", "burst 503 at 2026-11-12T14:00 for 70m",
			"new-referrer https://news.example/ at 2026-10-14T15:00 for 1d", "new-crawler NovelBot at 2026-11-03 for 8d",
		}, []string{
			"answers with status 503 Service Unavailable on Thursday 12 November, 14:0", "requests from NovelBot, a new crawler, ",
			"visits from news.example, a new referrer, nearly all to /", "h 1 min without a log line, Thursday 22 October, 08:59–11:00.",
		}},
	} {
		dir := t.TempDir()
		log, page := filepath.Join(dir, "access.log"), filepath.Join(dir, "page.html")
		args := []string{"generate", "--seed", c.seed, "--growth", "0", "--from", "2026-09-07", "--days", "70", "--lines", c.lines, "-o", log}
		for _, e := range c.events {
			args = append(args, "--event", e)
		}
		for _, args := range [][]string{args, {"report", "-q", "--own", "docs.example.org", "-o", page, log}} {
			var stderr bytes.Buffer
			env := &environment{context.Background(), strings.NewReader(""), &stderr, &stderr, args, func(string) string { return "" }}
			if code := run(env); code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr.String())
			}
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		box := boxIn(string(text))
		for _, want := range c.want {
			if !strings.Contains(box, want) {
				t.Errorf("%s lines, seed %s, %q:\n%s, want\n%s", c.lines, c.seed, c.events, box, want)
			}
		}
	}
}
