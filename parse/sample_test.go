package parse

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"logbook/frame"
)

// TestSample checks that a sample is the same set of records whatever the
// workers and blocks, about as large as asked for, part of every larger one,
// and that all that is said of the log as a whole stays as it was.
func TestSample(t *testing.T) {
	log := testLog(20_000)
	parquet := filepath.Join(t.TempDir(), "log.parquet")
	export(t, log, parquet, tableFormats["log.parquet"])
	for name, input := range map[string]func() Input{
		"log":   func() Input { return Input{Name: "log", R: strings.NewReader(log)} },
		"table": func() Input { return Input{Name: parquet, Path: parquet} },
	} {
		columns := []string{"time", "host", "path", "query", "bytes"}
		larger, whole := scan(t, Scanner{Columns: columns, Jobs: 1}, input())
		for _, share := range []float64{0.5, 0.1, 0.01} {
			var first []string
			for i, jobs := range []int{1, 2, 7} {
				rows, summary := scan(t, Scanner{Columns: columns, Jobs: jobs, BlockSize: 1000 << i, Sample: share}, input())
				slices.Sort(rows)
				if i == 0 {
					first = rows
				}
				label := fmt.Sprintf("%s: %g with %d workers", name, share, jobs)
				if !slices.Equal(rows, first) {
					t.Errorf("%s: another sample", label)
				}
				if n := whole.Kept; math.Abs(float64(len(rows))-share*float64(n)) > 5*math.Sqrt(share*float64(n)) {
					t.Errorf("%s: %d of %d records", label, len(rows), n)
				}
				if summary.Total != whole.Total || summary.Rejected != whole.Rejected || summary.Kept != int64(len(rows)) || summary.Kept+summary.Filtered+summary.Rejected != summary.Total {
					t.Errorf("%s: %+v, of the whole log %+v", label, summary.Counts, whole.Counts)
				}
				if f, w := summary.Files[0], whole.Files[0]; f.First != w.First || f.Last != w.Last {
					t.Errorf("%s: from %d to %d, want %d to %d", label, f.First, f.Last, w.First, w.Last)
				}
			}
			for _, row := range first {
				if !slices.Contains(larger, row) {
					t.Fatalf("%s: %g has %s, which is in no larger sample", name, share, row)
				}
			}
			larger = first
		}
	}
}

// TestSampleFilter checks that a filter and a sample both hold.
func TestSampleFilter(t *testing.T) {
	log := testLog(5000)
	where, err := frame.ParseExpr("status = 404")
	if err != nil {
		t.Fatal(err)
	}
	s := Scanner{Columns: []string{"status", "query"}, Sample: 0.3, Jobs: 1}
	sampled, _ := scan(t, s, Input{Name: "log", R: strings.NewReader(log)})
	if s.Filter, err = frame.NewFilter(Schema(nil), where, nil); err != nil {
		t.Fatal(err)
	}
	both, summary := scan(t, s, Input{Name: "log", R: strings.NewReader(log)})
	want := slices.DeleteFunc(sampled, func(row string) bool { return !strings.Contains(row, "status=404") })
	if !slices.Equal(both, want) || summary.Kept != int64(len(want)) {
		t.Errorf("%d records and %d kept, want %d", len(both), summary.Kept, len(want))
	}
}
