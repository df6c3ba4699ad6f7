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

	"github.com/google/go-cmp/cmp"

	"logbook/parse/fakelog"
)

// generated runs logbook generate into dir and returns the truth about its log.
func generated(t *testing.T, dir string, args ...string) *fakelog.Truth {
	t.Helper()
	truthFile := filepath.Join(t.TempDir(), "truth.json")
	args = append([]string{"generate", "-o", filepath.Join(dir, "access.log"), "--truth", truthFile}, args...)
	var stderr bytes.Buffer
	if code := run(&environment{context.Background(), nil, io.Discard, &stderr, args, os.Getenv}); code != 0 {
		t.Fatalf("%v: exit %d\n%s", args, code, stderr.Bytes())
	}
	src, err := os.ReadFile(truthFile)
	if err != nil {
		t.Fatal(err)
	}
	truth := &fakelog.Truth{}
	if err := json.Unmarshal(src, truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

// wantTruth checks queries of logs against the truth that the generator counted
// while it wrote.
func wantTruth(t *testing.T, logs string, truth *fakelog.Truth) {
	t.Helper()
	for query, want := range map[string]map[string]int64{
		"count by status": truth.Status, "count by who": truth.Who, "where book != none | count by book": truth.Books, "count by day": truth.Days,
	} {
		got := map[string]int64{}
		for key, n := range queryCounts(t, logs, query) {
			key, _, _ = strings.Cut(key, "T") // of a day, its date
			got[key] = int64(n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the truth (-) and what was read (+): %s", query, diff)
		}
	}
	if got := queryTotal(t, logs, "count"); int64(got) != truth.Records {
		t.Errorf("%d records, in truth %d", got, truth.Records)
	}
}

// TestTruth checks queries and the page against the truth.
func TestTruth(t *testing.T) {
	dir := t.TempDir()
	truth := generated(t, dir, "--from", "2026-11-09", "--days", "7", "--lines", "20000", "--malformed", "0.5%",
		"--event", "burst 503 at 2026-11-12T14:00 for 70m")
	log, page := filepath.Join(dir, "access.log"), filepath.Join(dir, "page.html")
	wantTruth(t, log, truth)

	var stderr bytes.Buffer
	if code := run(&environment{context.Background(), nil, io.Discard, &stderr, []string{"report", "-o", page, log}, os.Getenv}); code != 0 {
		t.Fatalf("report: exit %d\n%s", code, stderr.Bytes())
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if total := count(truth.Records) + " requests"; !strings.Contains(string(html), total) {
		t.Errorf("the page does not say %q", total)
	}
}

// TestTruthOfFiles checks that the truth is found in a folder however the log
// lies there: compressed, split, rotated, of several servers.
func TestTruthOfFiles(t *testing.T) {
	for _, test := range []struct {
		args  string
		files int
	}{
		{"--compress gzip", 1},
		{"--compress zstd --split 1MB", 3},
		{"--rotate day", 5},
		{"--rotate day --servers 3 --compress zstd", 15},
		{"--servers 2 --split 2000 --format caddy", 6},
		{"--servers 2 --split day --format w3c --compress gzip", 10},
	} {
		t.Run(test.args, func(t *testing.T) {
			dir := t.TempDir()
			args := strings.Fields("--from 2026-11-09 --days 5 --lines 9000 --malformed 1% --hostile 1% " + test.args)
			truth := generated(t, dir, args...)
			wantTruth(t, dir, truth)
			if files, _ := os.ReadDir(dir); len(files) != test.files {
				t.Errorf("%d files: %v", len(files), files)
			}
		})
	}
}
