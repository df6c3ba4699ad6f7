package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSample makes testdata/sample.log.gz again, with the command that
// testdata/README.md shows, and wants the same bytes.
func TestSample(t *testing.T) {
	const sample = "../../testdata/sample.log.gz"
	readme, err := os.ReadFile("../../testdata/README.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?s)    logbook (generate .*?) -o testdata/sample.log.gz\n`).FindSubmatch(readme)
	if command == nil {
		t.Fatal("testdata/README.md shows no command")
	}
	var args []string
	for _, word := range regexp.MustCompile(`'[^']*'|[^\s\\]+`).FindAllString(string(command[1]), -1) {
		args = append(args, strings.Trim(word, "'"))
	}
	path := filepath.Join(t.TempDir(), "sample.log.gz")
	var stderr bytes.Buffer
	if code := run(&environment{context.Background(), nil, &stderr, &stderr, append(args, "-o", path), os.Getenv}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.Bytes())
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(sample, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the command makes %d bytes that are not the %d of the sample; make golden writes it anew", len(got), len(want))
	}
}
