package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestRecorded runs the notebooks in testdata, which record what their cells
// answer of the sample. With -update it writes them anew.
func TestRecorded(t *testing.T) {
	notebooks, err := filepath.Glob("../../testdata/notebooks/*.md")
	if err != nil || len(notebooks) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	mode := "--check"
	if *update {
		mode = "--update"
	}
	for _, name := range notebooks {
		var diff, stderr bytes.Buffer
		args := []string{"report", "-q", mode, "-n", name, "../../testdata/sample.log.gz"}
		if code := run(&environment{context.Background(), nil, &diff, &stderr, args, os.Getenv}); code != 0 {
			t.Errorf("%s: exit %d\n%s%s", name, code, stderr.Bytes(), diff.Bytes())
		}
	}
}

// TestStart checks that every notebook to start from is right as it stands,
// and gives a page.
func TestStart(t *testing.T) {
	for _, name := range []string{"access", "books", "errors", "weekly"} {
		path := filepath.Join(t.TempDir(), name+".md")
		for _, args := range [][]string{
			{"init", name, "-o", path},
			{"check", path},
			{"report", "-q", "--period", "2026-W46", "-n", path, "-o", filepath.Join(t.TempDir(), "page.html"), "../../testdata/sample.log.gz"},
		} {
			var stderr bytes.Buffer
			if code := run(&environment{context.Background(), nil, io.Discard, &stderr, args, os.Getenv}); code != 0 {
				t.Errorf("%v: exit %d\n%s", args, code, stderr.Bytes())
			}
		}
	}
}
