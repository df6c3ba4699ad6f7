package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestOutputKilled kills exports into one file at random, and checks that the
// file is there whole or not at all, and that a run which is let live leaves
// nothing beside it.
func TestOutputKilled(t *testing.T) {
	dir := t.TempDir()
	log, out := filepath.Join(dir, "access.log"), filepath.Join(dir, "out", "a.parquet")
	generated(t, dir, "--lines", "5000")
	if err := os.Mkdir(filepath.Dir(out), 0o755); err != nil {
		t.Fatal(err)
	}
	export := func(limit time.Duration) {
		cmd := exec.Command("logbook", "export", "-q", "-o", out, log)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(limit, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
		err := cmd.Wait()
		if kill.Stop() && err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	export(time.Hour)
	whole, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	took, rng, left := time.Since(began), rand.New(rand.NewPCG(31, 32)), 0
	for i := range 15 {
		if i%2 == 0 {
			os.Remove(out)
		}
		export(time.Duration(rng.Int64N(int64(took * 3 / 2))))
		if got, err := os.ReadFile(out); err == nil && !bytes.Equal(got, whole) {
			t.Fatalf("after kill %d the file has %d bytes, want %d or none", i, len(got), len(whole))
		}
		left += len(namesIn(t, filepath.Dir(out), "a.parquet"))
	}
	t.Logf("files left behind until the next run: %d", left)
	export(time.Hour)
	if names := namesIn(t, filepath.Dir(out), "a.parquet"); len(names) > 0 {
		t.Errorf("left behind: %q", names)
	}
}

// namesIn returns the names in a folder but for one.
func namesIn(t *testing.T, dir, but string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == but })
}

// TestOutputNamed checks that a file which has a temporary name from its
// beginning, as on file systems that know no files without, is spared by
// others that write to the same path, and what a killed one has left is not.
func TestOutputNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	slow := &output{path: path}
	if err := slow.createNamed(0o644); err != nil {
		t.Fatal(err)
	}
	dead := temporaryNames(path)[3]
	other := filepath.Join(filepath.Dir(path), ".a.csv.2026.logbook")
	for _, name := range []string{dead, other} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fast, err := createOutput(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if lock(slow.file) { // there are locks here
		if _, err := os.Lstat(dead); !os.IsNotExist(err) {
			t.Errorf("what a killed process has left is there: %v", err)
		}
	}
	for _, o := range []*output{fast, slow} {
		if _, err := o.file.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		if err := o.close(); err != nil {
			t.Fatal(err)
		}
		o.abandon()
	}
	if names := namesIn(t, filepath.Dir(path), "a.csv"); !slices.Equal(names, []string{filepath.Base(other)}) {
		t.Errorf("there are %q beside the file, want %q only", names, filepath.Base(other))
	}
}
