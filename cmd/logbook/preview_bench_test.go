package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logbook/templates"
)

// BenchmarkPreviewSave times a preview of the default notebook from a saved
// edit of one cell to the page, beside reading the log and making the first
// page in the same run.
func BenchmarkPreviewSave(b *testing.B) {
	source, _ := templates.Notebook("access")
	notebook := filepath.Join(b.TempDir(), "work.md")
	save := func(n int) {
		text := strings.Replace(string(source), "limit 45", fmt.Sprint("limit ", 30+n%20), 1)
		if err := os.WriteFile(notebook, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	save(0)
	c := &previewCmd{Notebook: notebook, Logs: []string{needBigLog(b)}}
	c.Format, c.Quiet = "auto", true
	p, err := c.settle(&environment{b.Context(), nil, io.Discard, io.Discard, nil, noGetenv})
	if err != nil {
		b.Fatal(err)
	}
	if p.server, err = listen("127.0.0.1:0"); err != nil {
		b.Fatal(err)
	}
	defer p.server.close()
	render := func() time.Duration {
		begun := time.Now()
		if err := p.render(); err != nil {
			b.Fatal(err)
		}
		return time.Since(begun)
	}
	first, saves, n := render(), time.Duration(0), 0
	for b.Loop() {
		n++
		save(n)
		saves += render()
	}
	b.ReportMetric(saves.Seconds()*1e3/float64(n), "ms/save")
	b.ReportMetric(first.Seconds()*float64(n)/saves.Seconds(), "x-first-page")
	b.ReportMetric(float64(p.log.summary.Kept), "records")
}
