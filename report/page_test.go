package report

import (
	"bytes"
	"os"
	"testing"
)

// TestWritePage writes the default report, and looks for what every page has.
func TestWritePage(t *testing.T) {
	n := notebook(t, "access", "")
	var b bytes.Buffer
	if err := WritePage(&b, n, fixture(t, n), nil, fixtureRun()); err != nil {
		t.Fatal(err)
	}
	if out := os.Getenv("PAGE"); out != "" {
		os.WriteFile(out, b.Bytes(), 0o644)
	}
}
