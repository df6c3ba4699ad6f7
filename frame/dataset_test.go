package frame

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"
)

// siteSchema is logSchema with user and path under the names that datasets
// are partitioned by.
var siteSchema = func() *arrow.Schema {
	fields := logSchema.Fields()
	fields[1].Name, fields[2].Name = "site", "book"
	return arrow.NewSchema(fields, nil)
}()

// asSite renames a batch's columns to those of siteSchema.
type asSite struct{ Sink }

func (s asSite) Write(batch arrow.Record) error {
	renamed := array.NewRecord(siteSchema, batch.Columns(), batch.NumRows())
	defer renamed.Release()
	return s.Sink.Write(renamed)
}

// addLog adds a log's rows to the dataset in dir, as random batches.
func addLog(t testing.TB, dir, partition, id string, rng *rand.Rand, rows []row) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	d, err := NewDatasetWriter(dir, siteSchema, DatasetOptions{Partition: partition, Options: map[string]string{"--where": "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := d.Add(id)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Abort()
	writeRandomly(t, rng, mem, 1+rng.IntN(3), rows, asSite{l})
	if err := l.Commit(ManifestLog{ID: id, Name: id}); err != nil {
		t.Fatal(err)
	}
	if err := d.Finish(); err != nil {
		t.Fatal(err)
	}
	mem.AssertSize(t, 0)
}

// contents returns the files of a folder by their paths.
func contents(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		files[rel], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// datasetRows returns all rows of a dataset as texts, sorted.
func datasetRows(t testing.TB, dir string) []string {
	t.Helper()
	d, err := OpenDataset(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var sink rowSink
	for piece := range d.Pieces() {
		if _, _, err := d.Read(piece, fieldNames(siteSchema), nil, &sink); err != nil {
			t.Fatal(err)
		}
	}
	return sortedRows(sink.rows)
}

func sortedRows(rows []row) []string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("%q", r))
	}
	slices.Sort(lines)
	return lines
}

// TestDataset checks that a dataset holds the rows of its logs once, that a
// repeat changes no byte, and that neither batches nor the order of the logs
// show.
func TestDataset(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	first, second := randomRows(rng, 5000), randomRows(rng, 3000)
	for i, r := range second { // three weeks on
		second[i][4] = r[4].(int64) + 21*µsOfDay
	}
	for _, rows := range [][]row{first, second} {
		for i := range rows {
			if rows[i][1] == "" || rows[i][1] != nil && len(rows[i][1].(string)) > 60 {
				rows[i][1] = nil // such a text has no name in Hive's layout, see escapePartition
			}
		}
	}
	for _, partition := range []string{"day", "week", "book"} {
		dir := t.TempDir()
		addLog(t, dir, partition, "a", rng, first)
		addLog(t, dir, partition, "b", rng, second)
		if diff := firstDiff(datasetRows(t, dir), sortedRows(append(slices.Clone(first), second...))); diff != "" {
			t.Fatalf("%s: %s", partition, diff)
		}
		before := contents(t, dir)
		addLog(t, dir, partition, "a", rng, first)
		other := t.TempDir()
		addLog(t, other, partition, "b", rng, second)
		addLog(t, other, partition, "a", rng, first)
		for what, after := range map[string]map[string][]byte{"repeat": contents(t, dir), "other order": contents(t, other)} {
			for path := range before {
				if path != manifestName && !bytes.Equal(before[path], after[path]) {
					t.Errorf("%s: %s: %s differs", partition, what, path)
				}
			}
			if len(after) != len(before) {
				t.Errorf("%s: %s: %d files, want %d", partition, what, len(after), len(before))
			}
		}
	}
}

// TestDatasetGrows checks that a log which has grown, or has lost a day to a
// filter, takes the place of its older self, stale files included.
func TestDatasetGrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	rows, dir := randomRows(rng, 2000), t.TempDir()
	addLog(t, dir, "book", "a", rng, rows) // users come in the second half
	addLog(t, dir, "book", "a", rng, rows[:900])
	if diff := firstDiff(datasetRows(t, dir), sortedRows(rows[:900])); diff != "" {
		t.Error(diff)
	}
	if files := contents(t, dir); len(files) != 3 { // manifest, _SUCCESS, the book null
		t.Errorf("%d files, want 3", len(files))
	}
}

func firstDiff(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("row %d is %s, want %s", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	return ""
}

// TestDatasetRefuses checks that a folder which is something else, and a
// dataset of other rows, are left alone.
func TestDatasetRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.tex"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	check := func(dir, want string, opts DatasetOptions) {
		t.Helper()
		if _, err := NewDatasetWriter(dir, siteSchema, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
	check(dir, "thesis.tex", DatasetOptions{Partition: "day"})
	check(dir, "unknown partition", DatasetOptions{Partition: "hour"})
	dir = t.TempDir()
	addLog(t, dir, "day", "a", rand.New(rand.NewPCG(1, 1)), randomRows(rand.New(rand.NewPCG(1, 1)), 10))
	check(dir, "by day, not by week", DatasetOptions{Partition: "week"})
	check(dir, "with --where test, not with none", DatasetOptions{Partition: "day"})
	check(dir, "with no --hosts, not with mask", DatasetOptions{Partition: "day", Options: map[string]string{"--where": "test", "--hosts": "mask"}})
	open, err := NewDatasetWriter(dir, siteSchema, DatasetOptions{Partition: "day", Options: map[string]string{"--where": "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	check(dir, "another logbook is writing", DatasetOptions{Partition: "day"})
}

// TestDatasetSwept checks that a writer removes what one before it has left
// that was killed, and nothing else.
func TestDatasetSwept(t *testing.T) {
	dir, rng := t.TempDir(), rand.New(rand.NewPCG(15, 16))
	rows := randomRows(rng, 500)
	addLog(t, dir, "day", "0123456789abcdef", rng, rows)
	want := contents(t, dir)
	folder := filepath.Join(dir, "dt=2026-11-18")
	for _, name := range []string{filepath.Join(folder, "fedcba9876543210.parquet"), filepath.Join(folder, "mine.parquet"),
		filepath.Join(dir, "dt=1999-01-01", "fedcba9876543210.parquet"), filepath.Join(dir, stagingName, "0")} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want["dt=2026-11-18/mine.parquet"] = []byte("x")
	addLog(t, dir, "day", "0123456789abcdef", rng, rows)
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "dt=1999-01-01")); !os.IsNotExist(err) {
		t.Errorf("an empty folder is left: %v", err)
	}
}

// TestDatasetKilled kills a process that adds logs, at random, and checks that
// the dataset is readable each time and complete up to its manifest; and that
// a run which is let live makes it whole. It is killed 40 times, and 200 times
// if LOGBOOK_SLOW is set: 200 take half a minute and found nothing that 40 did
// not.
func TestDatasetKilled(t *testing.T) {
	const child = "LOGBOOK_DATASET_CHILD"
	const logs, perLog = 6, 2000
	rowsOf := func(i int) []row {
		rows := randomRows(rand.New(rand.NewPCG(uint64(i), 99)), perLog)
		for k := range rows {
			rows[k][4] = rows[k][4].(int64) + int64(i)*µsOfDay
		}
		return rows
	}
	if dir := os.Getenv(child); dir != "" {
		for i := range logs {
			addLog(t, dir, "day", "log"+strconv.Itoa(i), rand.New(rand.NewPCG(5, 5)), rowsOf(i))
		}
		return
	}
	kills := 40
	if os.Getenv("LOGBOOK_SLOW") != "" {
		kills = 200
	}
	rng := rand.New(rand.NewPCG(21, 22))
	dir := t.TempDir()
	run := func(limit time.Duration) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestDatasetKilled$")
		cmd.Env = append(os.Environ(), child+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(limit, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
		err := cmd.Wait()
		if kill.Stop() && err != nil {
			t.Fatal(err)
		}
	}
	began := 0
	for range kills {
		run(20*time.Millisecond + time.Duration(rng.IntN(250))*time.Millisecond)
		m, err := readManifest(dir)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		began++
		checkManifest(t, dir, m)
		if rng.IntN(4) == 0 { // start anew, so that every stage is hit
			os.RemoveAll(dir)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("killed %d times, %d of them with a manifest in place", kills, began)
	if began == 0 {
		t.Skip("this machine is too slow: no process came to a manifest before it was killed")
	}
	run(time.Hour)
	var want []row
	for i := range logs {
		want = append(want, rowsOf(i)...)
	}
	if diff := firstDiff(datasetRows(t, dir), sortedRows(want)); diff != "" {
		t.Error(diff)
	}
	for path := range contents(t, dir) {
		if path != manifestName && path != successName && !strings.HasPrefix(path, "dt=") {
			t.Errorf("%s was left behind", path)
		}
	}
}

// checkManifest checks that every file of a manifest is there and has its rows.
func checkManifest(t *testing.T, dir string, m *Manifest) {
	t.Helper()
	rows := int64(0)
	for _, f := range m.Files {
		rows += f.Rows
	}
	if got := len(datasetRows(t, dir)); int64(got) != rows {
		t.Fatalf("%d rows, the manifest has %d", got, rows)
	}
}
