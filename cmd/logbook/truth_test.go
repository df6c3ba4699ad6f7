package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logbook/parse/fakelog"
)

// TestTruth checks queries and the page against the truth that the generator
// counts while it writes: totals by status, by who asked, and by book.
func TestTruth(t *testing.T) {
	dir := t.TempDir()
	log, truthFile, page := filepath.Join(dir, "access.log"), filepath.Join(dir, "truth.json"), filepath.Join(dir, "page.html")
	logbook := func(args ...string) {
		t.Helper()
		var stderr bytes.Buffer
		if code := run(&environment{context.Background(), nil, io.Discard, &stderr, args, os.Getenv}); code != 0 {
			t.Fatalf("%v: exit %d\n%s", args, code, stderr.Bytes())
		}
	}
	logbook("generate", "--from", "2026-11-09", "--days", "7", "--lines", "20000", "--malformed", "0.5%",
		"--event", "burst 503 at 2026-11-12T14:00 for 70m", "-o", log, "--truth", truthFile)
	logbook("report", "-o", page, log)
	src, err := os.ReadFile(truthFile)
	if err != nil {
		t.Fatal(err)
	}
	var truth fakelog.Truth
	if err := json.Unmarshal(src, &truth); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]map[string]int64{
		"count by status": truth.Status, "count by who": truth.Who, "where book != none | count by book": truth.Books,
	} {
		got := queryCounts(t, log, query)
		for key, n := range want {
			if n > 0 && int64(got[key]) != n {
				t.Errorf("%s: %s has %d, in truth %d", query, key, got[key], n)
			}
		}
	}
	if got := queryTotal(t, log, "count"); int64(got) != truth.Records {
		t.Errorf("%d records, in truth %d", got, truth.Records)
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if total := count(truth.Records) + " requests"; !strings.Contains(string(html), total) {
		t.Errorf("the page does not say %q", total)
	}
}
