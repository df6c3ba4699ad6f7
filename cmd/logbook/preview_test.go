package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"logbook/templates"
)

const sampleLog = "../../testdata/sample.log.gz"

// A desk is a preview at work: a notebook, and the page that it serves.
type desk struct {
	t        *testing.T
	notebook string
	url      string
	said     *bytes.Buffer // on standard error; whole after end
	end      func() int    // ends it as Ctrl-C does, and returns the exit code
}

// startPreview starts a preview of the small notebook.
func startPreview(t *testing.T, args ...string) *desk {
	t.Helper()
	d := &desk{t: t, notebook: filepath.Join(t.TempDir(), "work.md"), said: new(bytes.Buffer)}
	d.save(smallNotebook)
	ctx, cancel := context.WithCancel(t.Context())
	stderr, w := io.Pipe()
	exit, read := make(chan int, 1), make(chan bool)
	go func() {
		exit <- run(&environment{ctx, nil, io.Discard, w, append([]string{"preview", d.notebook}, args...), noGetenv})
		w.Close()
	}()
	address := make(chan string, 1)
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			d.said.WriteString(lines.Text() + "\n")
			if m := regexp.MustCompile(`at (http://\S+) \(Ctrl`).FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
	}()
	ended, code := false, 0
	d.end = func() int {
		if !ended {
			ended = true
			cancel()
			code = <-exit
			<-read
		}
		return code
	}
	t.Cleanup(func() { d.end() })
	select {
	case d.url = <-address:
	case <-read:
		t.Fatalf("the preview ended with %d:\n%s", d.end(), d.said)
	}
	return d
}

func noGetenv(string) string { return "" }

// save writes the notebook as an editor does.
func (d *desk) save(text string) {
	d.t.Helper()
	temporary := d.notebook + "~"
	if err := os.WriteFile(temporary, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Rename(temporary, d.notebook); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) page() string {
	d.t.Helper()
	_, body := d.ask(http.MethodGet, "", "")
	return body
}

// ask asks for a path under a host's name; "" is the right one.
func (d *desk) ask(method, path, host string) (*http.Response, string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer, string(body)
}

// events returns a function that waits for the next news.
func (d *desk) events() func() news {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"events", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { answer.Body.Close() })
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		d.t.Errorf("events are %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	return func() (n news) {
		d.t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &n); err != nil {
					d.t.Fatal(err)
				}
				return n
			}
		}
		d.t.Fatalf("no more news: %v", lines.Err())
		return n
	}
}

// settled waits for news of a page that is not under way.
func settled(next func() news) news {
	n := next()
	for n.Busy != "" {
		n = next()
	}
	return n
}

const smallNotebook = `---
logbook: 1
zone: UTC
---
# Small

{{ total.count }} requests.

` + "```logbook total\ncount\n```\n\n```logbook by_status\ncount by status\n```\n"

// additions are what a preview's page has and a report's has not.
var additions = regexp.MustCompile(` data-preview="[^"]*"|<div id="cell-[^>]+>|<div id="problem".*|<div id="busy".*|</div>|content="default-src[^"]*"|<code id="command">.*?</code>|made [^<]* by|This page is [^<]*|<script></script>|\n`)

// common returns what the pages of a preview and of a report have in common.
func common(page string) string {
	echarts, _, _ := templates.ECharts()
	for _, text := range []string{string(echarts), templates.Script(), templates.PreviewStyle(), templates.PreviewScript()} {
		page = strings.ReplaceAll(page, text, "")
	}
	return additions.ReplaceAllString(page, "")
}

// edited gives notebooks as their author might save them one after the other,
// each with a name: built-in ones, also with other front matter, and one whose
// cells are made of each other.
func edited(all bool) iter.Seq2[string, string] {
	front := []string{"zone: Asia/Tokyo\nperiod: 2026-11-04..2026-11-12\n", "own: [example.com]\nhosts: mask\n", "site: other.example\n"}
	const chain = "\n```logbook kinds\nfrom paths\nsum count by kind\n```\n\n```logbook paths\ncount by path, kind\n```\n\n```logbook top\nfrom kinds\nlimit 3\n```\n"
	return func(yield func(name, text string) bool) {
		for i, name := range templates.Notebooks() {
			source, _ := templates.Notebook(name)
			for _, more := range []string{"", front[i%len(front)]} {
				if !yield(name, strings.Replace(string(source), "\n---\n", "\n"+more+"---\n", 1)) {
					return
				}
			}
			if !all {
				break
			}
		}
		text := smallNotebook + chain
		for _, edit := range [][2]string{{}, {"limit 3", "limit 2"}, {"sum count by kind", "max count by kind"}, {"count by path", "where status = 200\ncount by path"}} {
			text = strings.Replace(text, edit[0], edit[1], 1)
			if !yield("chain "+edit[1], text) {
				return
			}
		}
	}
}

// TestPreviewIsReport checks that the page of a preview, from memory and after
// other notebooks, is the page that report makes of the logs: all built-in
// notebooks one after the other, each also with other front matter.
func TestPreviewIsReport(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	quiet := &environment{t.Context(), nil, io.Discard, io.Discard, nil, noGetenv}
	for _, args := range [][]string{
		{"generate", "--from", "2026-11-02", "--days", "14", "--lines", "3000", "--malformed", "0.5%", "-o", log},
		{"generate", "--from", "2026-11-08", "--days", "3", "--lines", "1000", "--seed", "2", "-o", log + ".gz"},
		{"export", "-q", "-o", filepath.Join(dir, "access.parquet"), log},
	} {
		quiet.args = args
		if code := run(quiet); code != 0 {
			t.Fatalf("%q: exit %d", args, code)
		}
	}
	for _, flags := range [][]string{
		{log},
		{"--where", "status < 500", "--since", "2026-11-03", "--period", "2026-11-10", log, log + ".gz"},
		{filepath.Join(dir, "access.parquet"), log},
	} {
		d := startPreview(t, flags...)
		next := d.events()
		next()
		for name, text := range edited(flags[0] == log) {
			d.save(text)
			if n := settled(next); n.Problem != "" {
				t.Fatalf("%s: %s", name, n.Problem)
			}
			got := common(d.page())
			if !strings.Contains(got, "<h1>") {
				t.Fatal("no page")
			}
			out := filepath.Join(dir, "report.html")
			quiet.args = append([]string{"report", "-q", "-o", out, "-n", d.notebook}, flags...)
			if code := run(quiet); code != 0 {
				t.Fatalf("%q: exit %d", quiet.args, code)
			}
			page, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if want := common(string(page)); got != want {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Fatalf("%q, %s: the pages differ:\n%.300s\nreport:\n%.300s", flags, name, got[max(0, i-100):], want[max(0, i-100):])
			}
		}
		d.end()
	}
}

// TestPreviewHost checks that only requests under the server's own address are
// answered, and only those that read.
func TestPreviewHost(t *testing.T) {
	d := startPreview(t, sampleLog)
	_, port, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(d.url, "http://"), "/"), ":")
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "[::1]:" + port: 200,
		"evil.example:" + port: 421, "evil.example": 421, "127.0.0.1": 421, "localhost": 421, "127.0.0.1:1": 421,
		"127.0.0.1.evil.example:" + port: 421, "localhost:" + port + ".evil.example": 421, "user@localhost:" + port: 421, "LOCALHOST.:" + port: 421,
	} {
		for _, path := range []string{"", "favicon.ico"} {
			answer, body := d.ask(http.MethodGet, path, host)
			if want := map[bool]int{true: 404, false: want}[path != "" && want == 200]; answer.StatusCode != want {
				t.Errorf("GET /%s of %s: %d, want %d", path, host, answer.StatusCode, want)
			}
			if want != 200 && strings.Contains(body, "requests") {
				t.Errorf("%s was shown the page", host)
			}
		}
	}
	if answer, _ := d.ask(http.MethodGet, "events", "evil.example"); answer.StatusCode != 421 {
		t.Errorf("events for evil.example: %d", answer.StatusCode)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		if answer, _ := d.ask(method, "", ""); answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") == "" {
			t.Errorf("%s: %d", method, answer.StatusCode)
		}
	}
	answer, page := d.ask(http.MethodGet, "", "")
	if !strings.Contains(page, "; connect-src &#39;self&#39;; base-uri") || answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers %v", answer.Header)
	}
}

// TestPreviewListen checks which addresses a preview refuses: all that another
// machine could reach.
func TestPreviewListen(t *testing.T) {
	for _, address := range []string{"0.0.0.0:8080", ":8080", "[::]:0", "192.0.2.1:80", "example.org:80", "8080", "127.0.0.1"} {
		var stderr bytes.Buffer
		code := run(&environment{t.Context(), nil, io.Discard, &stderr, []string{"preview", "--listen", address, "none.md", sampleLog}, noGetenv})
		if code != exitUsage || !strings.Contains(stderr.String(), "--listen") {
			t.Errorf("--listen %s: exit %d, %s", address, code, &stderr)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "127.0.0.2:0"} {
		if s, err := listen(address); err != nil {
			t.Errorf("--listen %s: %v", address, err)
		} else {
			s.close()
		}
	}
}

// TestPreviewSave checks what browsers are told, and shown, as a notebook is
// edited: the cells that changed; what is wrong, over the last good page; and
// that it is right again. When the preview ends nothing of it goes on.
func TestPreviewSave(t *testing.T) {
	d := startPreview(t, sampleLog)
	next := d.events()
	first := next()
	if first.Page == "" || first.Problem != "" || !strings.Contains(d.page(), `data-preview="`+first.Page+`"`) {
		t.Errorf("at first the news are %+v", first)
	}
	d.save(strings.Replace(smallNotebook, "count by status", "count by method | sort count", 1))
	second := next()
	if second.Page == first.Page || fmt.Sprint(second.Cells) != "[by_status]" {
		t.Errorf("after an edit the news are %+v", second)
	}
	good := d.page()
	if !strings.Contains(good, "GET") || strings.Contains(good, "<th scope=\"col\">Status") {
		t.Error("the page is still the old one")
	}
	d.save(strings.Replace(smallNotebook, "count by status", "count by stauts", 1))
	broken := next()
	if broken.Page != second.Page || !strings.Contains(broken.Problem, "work.md:") || !strings.Contains(broken.Problem, "did you mean status?") {
		t.Errorf("of a broken notebook the news are %+v", broken)
	}
	if d.page() != good {
		t.Error("the last good page is gone")
	}
	if late := d.events()(); late.Problem != broken.Problem {
		t.Errorf("who comes late is told %+v", late)
	}
	if err := os.Remove(d.notebook); err != nil {
		t.Fatal(err)
	}
	if gone := next(); !strings.Contains(gone.Problem, "no such file") {
		t.Errorf("of a notebook that is gone the news are %+v", gone)
	}
	d.save(smallNotebook)
	if again := next(); again.Problem != "" || fmt.Sprint(again.Cells) != "[by_status]" || again.Page == second.Page {
		t.Errorf("after all is well the news are %+v", again)
	}
	if code := d.end(); code != 0 {
		t.Errorf("Ctrl-C gives exit code %d", code)
	}
	stacks := make([]byte, 1<<20)
	if stacks = stacks[:runtime.Stack(stacks, true)]; bytes.Contains(stacks, []byte("logbook.(*preview")) {
		t.Errorf("goroutines go on:\n%s", stacks)
	}
}

// TestPreviewRereads checks that logs are read again when front matter changes
// what is read of them, and only then.
func TestPreviewRereads(t *testing.T) {
	d := startPreview(t, sampleLog)
	next := d.events()
	next()
	var want []string
	for _, c := range []struct{ front, why string }{
		{"zone: Europe/Berlin", ""},
		{"period: 2015-11", ""},
		{"title: Other", ""},
		{"books: [\"/{book}/**\"]", "book"},
		{"own: [example.org]", "book, own"},
		{"hosts: mask", "hosts, own"},
		{"zone: UTC", "hosts"},
	} {
		d.save(strings.Replace(smallNotebook, "zone: UTC", c.front, 1))
		if c.why != "" {
			want = append(want, "logbook: reading the logs again (changed: "+c.why+")")
		}
		if n := settled(next); n.Problem != "" {
			t.Errorf("%s: %s", c.front, n.Problem)
		}
	}
	d.end()
	if got := regexp.MustCompile(`.*reading the logs again.*`).FindAllString(d.said.String(), -1); !slices.Equal(got, want) {
		t.Errorf("it said %q, want %q", got, want)
	}
}

// TestPreviewSample checks that a log that does not fit is sampled, that the
// page says so, and that the sample is the one of --sample.
func TestPreviewSample(t *testing.T) {
	counted := regexp.MustCompile(`([\d,]+) requests\.`)
	show := func(args ...string) (stripe, count string) {
		t.Helper()
		page := startPreview(t, append(args, "--jobs=2", sampleLog)...).page()
		if m := regexp.MustCompile(`<aside class="stripe" aria-label="Sample">Sample: (\S+)`).FindStringSubmatch(page); m != nil {
			stripe = m[1]
		}
		return stripe, counted.FindStringSubmatch(page)[1]
	}
	stripe, all := show()
	if stripe != "" {
		t.Errorf("all of it has the stripe %q", stripe)
	}
	stripe, some := show("--memory", "3MB")
	if stripe == "" || some == all {
		t.Fatalf("in 3 MB there are %s requests, stripe %q", some, stripe)
	}
	share := strings.ReplaceAll(stripe, "\u202f", "")
	if again, same := show("--sample", share); again != stripe || same != some {
		t.Errorf("--sample %s has %s requests, stripe %q; want %s", share, same, again, some)
	}
	var stderr bytes.Buffer
	notebook := filepath.Join(t.TempDir(), "small.md")
	if err := os.WriteFile(notebook, []byte(smallNotebook), 0o644); err != nil {
		t.Fatal(err)
	}
	if code := run(&environment{t.Context(), nil, io.Discard, &stderr, []string{"preview", notebook, "--memory", "10B", sampleLog}, noGetenv}); code != exitFailed || !strings.Contains(stderr.String(), "--memory") {
		t.Errorf("in 10 bytes: exit %d, %s", code, &stderr)
	}
}

// TestReportArgs checks that "again with" of a preview is the command that
// writes its page.
func TestReportArgs(t *testing.T) {
	for _, c := range []struct{ preview, want string }{
		{"preview a.md", "report -n a.md"},
		{"preview --period 2026-W46 --listen 127.0.0.1:1 a.md x.log y.log", "report --period 2026-W46 -n a.md x.log y.log"},
		{"preview --sample=5% --memory 2GB a.md a.md --zone=UTC", "report -n a.md a.md --zone=UTC"},
	} {
		if got := strings.Join(reportArgs(strings.Fields(c.preview), "a.md"), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.preview, got, c.want)
		}
	}
}
