package frame

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// DatasetOptions say how a dataset is written.
type DatasetOptions struct {
	Parquet   ParquetOptions
	Partition string // "day", "week", "book" or "site"

	// Options are what else decides which rows a log gives: columns, filter
	// and policies, by the names that people know them by. All logs of a
	// dataset share them.
	Options map[string]string
}

// maxPartitions is how many values a log may have: each is an open file, and a
// folder of small files helps nobody.
const maxPartitions = 500

// A DatasetWriter adds the records of logs to a dataset, one log at a time.
type DatasetWriter struct {
	dir      string
	schema   *arrow.Schema
	opts     DatasetOptions
	key      partitionKey
	manifest *Manifest
	lock     *os.File
	isNew    bool // nothing has come of it yet
}

// NewDatasetWriter opens the dataset in a folder to add to it, and makes the
// folder if there is none. It removes what a writer that was killed has left.
// It refuses a folder that has something else in it, a dataset whose rows were
// chosen differently, and one that another process is writing to. The caller
// closes it.
func NewDatasetWriter(dir string, schema *arrow.Schema, opts DatasetOptions) (*DatasetWriter, error) {
	key, ok := partitionKeys[opts.Partition]
	if !ok {
		return nil, fmt.Errorf("unknown partition %q, want one of day, week, book, site", opts.Partition)
	}
	if !schema.HasField(key.column) {
		return nil, fmt.Errorf("partition by %s needs the column %s", opts.Partition, key.column)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	d := &DatasetWriter{dir: dir, schema: schema, opts: opts, key: key, lock: lock}
	if err := d.openManifest(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

// openManifest reads the manifest, or begins one.
func (d *DatasetWriter) openManifest() (err error) {
	d.manifest, err = readManifest(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return d.create()
	}
	if err != nil {
		return err
	}
	if d.manifest.Partition != d.opts.Partition {
		return fmt.Errorf("this dataset is one by %s, not by %s; use another folder", d.manifest.Partition, d.opts.Partition)
	}
	if was, is, differ := differingOption(d.manifest.Options, d.opts.Options); differ {
		return fmt.Errorf("this dataset was written with %s, not with %s; use the same options or another folder", was, is)
	}
	return d.sweep()
}

// differingOption returns the first option that differs between two sets of them.
func differingOption(a, b map[string]string) (was, is string, differ bool) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if v, ok := b[name]; !ok {
			return name + " " + a[name], "none", true
		} else if v != a[name] {
			return name + " " + a[name], v, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			return "no " + name, b[name], true
		}
	}
	return "", "", false
}

// create makes a dataset of an empty folder. Its manifest comes first, so that
// a folder with files and no manifest is never one of ours.
func (d *DatasetWriter) create() error {
	names, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if !strings.HasPrefix(n.Name(), ".") {
			return fmt.Errorf("this folder holds %s and is no dataset of logbook", n.Name())
		}
	}
	d.isNew = true
	d.manifest = &Manifest{Version: manifestVersion, Partition: d.opts.Partition, Options: d.opts.Options}
	return d.manifest.write(d.dir)
}

// ownFile is how the files of logs are named.
var ownFile = regexp.MustCompile(`^[0-9a-f]{16}\.parquet$`)

// sweep removes what a writer that was killed has left: unfinished files, and
// finished ones that the manifest does not list, or no longer.
func (d *DatasetWriter) sweep() error {
	if err := os.RemoveAll(filepath.Join(d.dir, stagingName)); err != nil {
		return err
	}
	listed := map[string]bool{}
	for _, f := range d.manifest.Files {
		listed[f.Path] = true
	}
	folders, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	var left []string
	for _, folder := range folders {
		if !folder.IsDir() || !strings.HasPrefix(folder.Name(), d.key.name+"=") {
			continue
		}
		files, err := os.ReadDir(filepath.Join(d.dir, folder.Name()))
		if err != nil {
			return err
		}
		for _, f := range files {
			if path := folder.Name() + "/" + f.Name(); ownFile.MatchString(f.Name()) && !listed[path] {
				left = append(left, path)
			}
		}
	}
	return removeListed(d.dir, left)
}

// Logs returns the logs that the dataset holds, for the caller to compare with
// what it has.
func (d *DatasetWriter) Logs() []ManifestLog { return d.manifest.Logs }

// Files returns the files that the dataset has.
func (d *DatasetWriter) Files() []ManifestFile { return d.manifest.Files }

// Note puts a log's entry in the place of the one with its ID: the same log
// has another name, or is packed in another way.
func (d *DatasetWriter) Note(log ManifestLog) error {
	next := d.manifest.with(d.schema, log)
	if err := next.write(d.dir); err != nil {
		return err
	}
	d.manifest = next
	return nil
}

// with returns a copy of the manifest that has a log in the place of its older
// self.
func (m *Manifest) with(schema *arrow.Schema, log ManifestLog) *Manifest {
	meta := schema.Metadata()
	log.Metadata = meta.ToMap()
	next := *m
	next.Logs = slices.DeleteFunc(slices.Clone(m.Logs), func(l ManifestLog) bool { return l.ID == log.ID })
	next.Logs = append(next.Logs, log)
	return &next
}

// Add begins to write the records of a log, whose name is for errors. The log
// is in the dataset when Commit has returned; until then only one Add may be
// under way.
func (d *DatasetWriter) Add(name string) (*LogWriter, error) {
	staging := filepath.Join(d.dir, stagingName)
	return &LogWriter{dataset: d, name: name, partitions: map[string]*partition{}, staging: staging}, os.MkdirAll(staging, 0o755)
}

// A LogWriter writes the records of one log into the partitions of a dataset.
// It is a [Sink].
type LogWriter struct {
	dataset    *DatasetWriter
	name       string
	staging    string
	partitions map[string]*partition // by folder
	last       *partition
	rows       int // since limit was last called
}

// A partition is a file that is being written.
type partition struct {
	folder string
	file   *os.File
	out    *ParquetWriter
	rows   int64
	done   bool // the file is complete
}

// lookRows is how often, in rows of the log, the memory of all partitions is
// looked at: at fixed rows, so that batches do not show in the files.
const lookRows = 1 << 16

// Write writes each row to its partition.
func (l *LogWriter) Write(batch arrow.Record) error {
	at := batch.Schema().FieldIndices(l.dataset.key.column)
	if len(at) != 1 {
		return fmt.Errorf("a batch has no column %s", l.dataset.key.column)
	}
	for from := int64(0); from < batch.NumRows(); {
		to := min(batch.NumRows(), from+int64(lookRows-l.rows))
		part := batch.NewSlice(from, to)
		err := l.writeRows(part, at[0])
		part.Release()
		if err != nil {
			return err
		}
		if l.rows += int(to - from); l.rows == lookRows {
			l.rows = 0
			if err := l.limit(); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (l *LogWriter) writeRows(batch arrow.Record, key int) error {
	folders, rowsOf := l.dataset.key.split(batch.Column(key))
	for _, folder := range folders {
		p, err := l.partition(folder)
		if err != nil {
			return err
		}
		if l.last != p && l.last != nil {
			l.last.out.rows.release() // what it knows of dictionaries; there may be many partitions
		}
		l.last = p
		if err := p.write(batch, rowsOf[folder]); err != nil {
			return err
		}
	}
	return nil
}

func (p *partition) write(batch arrow.Record, sel []int32) error {
	p.rows += int64(len(sel))
	if len(sel) == int(batch.NumRows()) {
		return p.out.Write(batch)
	}
	picked := pick(batch, sel)
	defer picked.Release()
	return p.out.Write(picked)
}

// partition returns the file of a folder, opened when it is first needed.
func (l *LogWriter) partition(folder string) (*partition, error) {
	if p := l.partitions[folder]; p != nil {
		return p, nil
	}
	if len(l.partitions) == maxPartitions {
		return nil, fmt.Errorf("%s has more than %d values in %s; choose another partition", l.dataset.key.name, maxPartitions, l.name)
	}
	file, err := os.Create(filepath.Join(l.staging, fmt.Sprintf("%d", len(l.partitions))))
	if err != nil {
		return nil, err
	}
	out, err := NewParquetWriter(file, l.dataset.fileSchema(), l.dataset.opts.Parquet)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	p := &partition{folder: folder, file: file, out: out}
	l.partitions[folder] = p
	return p, nil
}

// fileSchema is the schema without the column that the path has: Hive and
// Athena refuse a column that is in both.
func (d *DatasetWriter) fileSchema() *arrow.Schema {
	fields := slices.DeleteFunc(d.schema.Fields(), func(f arrow.Field) bool { return f.Name == d.key.name })
	meta := d.schema.Metadata()
	return arrow.NewSchema(fields, &meta)
}

// limit writes out the largest row groups if all together hold more rows than
// one of full size, so that memory does not grow with the partitions.
func (l *LogWriter) limit() error {
	rows, texts := 0, 0
	for _, p := range l.partitions {
		rows += p.out.rows.rows
		texts += p.out.rows.textBytes()
	}
	if rows <= parquetRows && texts <= parquetText {
		return nil
	}
	largest := l.sorted()
	slices.SortStableFunc(largest, func(a, b *partition) int { return -cmp.Compare(a.out.rows.rows, b.out.rows.rows) })
	for _, p := range largest[:(len(largest)+3)/4] {
		if err := p.out.rows.flush(); err != nil {
			return err
		}
	}
	return nil
}

func (l *LogWriter) sorted() []*partition {
	all := make([]*partition, 0, len(l.partitions))
	for _, p := range l.partitions {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *partition) int { return strings.Compare(a.folder, b.folder) })
	return all
}

// Commit completes the files, moves them to their places, and then lists them
// in the manifest. If the dataset has a log with that ID, the new records take
// the place of the old. Names follow from the ID alone, so a Commit that was
// cut short and is repeated overwrites and never doubles.
func (l *LogWriter) Commit(log ManifestLog) error {
	d := l.dataset
	if strings.Trim(log.ID, "0123456789abcdefghijklmnopqrstuvwxyz-") != "" || log.ID == "" {
		return fmt.Errorf("%q is no id of a log", log.ID)
	}
	if err := os.Remove(filepath.Join(d.dir, successName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all := l.sorted()
	for _, p := range all {
		if err := p.finish(); err != nil {
			return err
		}
	}
	var files []ManifestFile
	for _, p := range all {
		f, err := l.place(p, log.ID)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	next := d.manifest.with(d.schema, log)
	var stale []string
	next.Files = slices.DeleteFunc(slices.Clone(d.manifest.Files), func(m ManifestFile) bool {
		if m.Log == log.ID && !slices.ContainsFunc(files, func(f ManifestFile) bool { return f.Path == m.Path }) {
			stale = append(stale, m.Path)
		}
		return m.Log == log.ID
	})
	next.Files = append(next.Files, files...)
	if err := next.write(d.dir); err != nil {
		return err
	}
	d.manifest, d.isNew = next, false
	// If it does not come to this, the next writer sweeps.
	return removeListed(d.dir, stale)
}

// finish completes a file and has the disk keep it.
func (p *partition) finish() error {
	if p.done {
		return nil
	}
	p.done = true
	return errors.Join(p.out.Close(), p.file.Sync(), p.file.Close())
}

// place moves a complete file to its name in the dataset.
func (l *LogWriter) place(p *partition, id string) (ManifestFile, error) {
	f := ManifestFile{Path: p.folder + "/" + id + ".parquet", Log: id, Rows: p.rows, Groups: p.out.Groups()}
	path := filepath.Join(l.dataset.dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return f, err
	}
	if err := os.Rename(p.file.Name(), path); err != nil {
		return f, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return f, err
	}
	fi, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	f.Size = fi.Size()
	return f, nil
}

// Abort gives up what was written and not committed.
func (l *LogWriter) Abort() {
	for _, p := range l.partitions {
		if !p.done {
			p.out.rows.release()
			p.file.Close()
		}
	}
	os.RemoveAll(l.staging)
}

// Finish ends the writing: _SUCCESS says to engines that wait for it that no
// log is half added.
func (d *DatasetWriter) Finish() error {
	if err := os.RemoveAll(filepath.Join(d.dir, stagingName)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.dir, successName), nil, 0o644); err != nil {
		return err
	}
	d.isNew = false // though it may be empty
	return syncDir(d.dir)
}

// Close lets other writers in. A new dataset of which nothing has come goes.
func (d *DatasetWriter) Close() error {
	var errs []error
	if d.isNew {
		errs = append(errs, os.RemoveAll(filepath.Join(d.dir, stagingName)), os.Remove(filepath.Join(d.dir, manifestName)))
		os.Remove(d.dir) // it may hold other things
	}
	return errors.Join(append(errs, d.lock.Close())...)
}
