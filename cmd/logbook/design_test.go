package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDesignNotebooks checks that the three notebooks of the design are answered
// in every form, whole and cell by cell. Two places of one had to be adjusted;
// a comment beside each says why.
func TestDesignNotebooks(t *testing.T) {
	notebooks, err := filepath.Glob("testdata/notebooks/*.md")
	if err != nil || len(notebooks) != 3 {
		t.Fatal(notebooks, err)
	}
	for _, name := range notebooks {
		dir := t.TempDir()
		var stderr bytes.Buffer
		args := []string{"report", "-q", "--strict", "-n", name, "--period", "2026-W46", "--to", "html,txt,md,json,csv,parquet,arrow", "-o", dir, "../../testdata/sample.log.gz"}
		env := &environment{context.Background(), strings.NewReader(""), &stderr, &stderr, args, noGetenv}
		if code := run(env); code != 0 {
			t.Errorf("%s: exit code %d: %s", name, code, stderr.String())
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) < 4+3*6 {
			t.Errorf("%s: %d files, %v", name, len(files), err)
		}
	}
}
