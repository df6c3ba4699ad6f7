package main

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOthersTables checks that logbook answers the same of its own Parquet file
// and of what other tools make of it, in the types that they prefer.
func TestOthersTables(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.parquet")
	logbook(t, "export", "-q", "-o", own, writeLog(t, dir, hostileLog()))
	ask := func(path string) (answers []string) {
		for _, query := range []string{
			"count, sum bytes, distinct path, distinct host, min bytes, max bytes by status",
			"count, first path, last path by minute | limit 50",
			"where status >= 400 and time >= 2026-11-09 | count by host, method | limit 50",
		} {
			answers = append(answers, logbook(t, "query", "-q", "--csv", query, path))
		}
		return answers
	}
	want := ask(own)
	for _, f := range writeAnew(t, own, dir) {
		t.Run(f.Name+f.Lacks, func(t *testing.T) {
			if f.Lacks != "" {
				t.Skipf("no %s (pip install -r testdata/requirements.txt)", f.Lacks)
			}
			for i, got := range ask(filepath.Join(dir, f.Name)) {
				if got != want[i] {
					t.Errorf("of what %s holds:\n%s\nof our own:\n%s", f.Name, got, want[i])
				}
			}
		})
	}
}

// A written file is one that writers.py has made, or says what it lacks for that.
type written struct{ Name, Lacks string }

func writeAnew(t *testing.T, path, dir string) (files []written) {
	t.Helper()
	out, err := exec.Command("python3", "testdata/writers.py", path, dir).Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skipf("%v: the tables are written by tools of Python", err)
	}
	if err == nil {
		err = json.Unmarshal(out, &files)
	}
	if err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Logf("%s", e.Stderr)
		}
		t.Fatalf("writers.py: %v", err)
	}
	return files
}
