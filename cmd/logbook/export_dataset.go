package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
	"logbook/parse"
)

// runDataset adds logs to the dataset in the folder c.Output.
func (c *exportCmd) runDataset(r *reading, schema *arrow.Schema) error {
	for _, in := range r.inputs {
		if in.Path == "" {
			return usageError(fmt.Errorf("%s: a dataset takes files, which can be told apart when they come again", in.Name))
		}
	}
	options, err := c.datasetOptions(schema)
	if err != nil {
		return usageError(err)
	}
	out, err := frame.NewDatasetWriter(c.Output, schema, options)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", c.Output, err)
	}
	defer out.Close() // it only lets others in
	a := adding{reading: r, schema: schema, out: out, added: map[string]string{}}
	summary, err := r.account(a.addAll)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", c.Output, err)
	}
	if a.known > 0 && !c.Quiet {
		fmt.Fprintf(r.env.stderr, "logbook: %d of %d logs had been read into %s before\n", a.known, len(r.inputs), printable(c.Output))
	}
	if err := out.Finish(); err != nil {
		return fmt.Errorf("cannot write %s: %w", c.Output, err)
	}
	if count, mean := fileSizes(out.Files()); count > manyFiles && mean < smallFile && !c.Quiet {
		fmt.Fprintf(r.env.stderr, "logbook: %s has %s files of %d kB on average, which engines are slow to open; one for each value: logbook export --partition %s -o OTHER %[1]s\n",
			printable(c.Output), thousands(count), mean/1000, c.Partition)
	}
	return r.verdict(summary)
}

// A dataset with more than manyFiles files that are smaller than smallFile on
// average costs an engine more to open than to read.
const (
	manyFiles = 1000
	smallFile = 1 << 20
)

func fileSizes(files []frame.ManifestFile) (count, mean int64) {
	for _, f := range files {
		mean += f.Size
	}
	count = int64(len(files))
	return count, mean / max(count, 1)
}

// An adding is a run that adds logs to a dataset.
type adding struct {
	*reading
	schema *arrow.Schema
	out    *frame.DatasetWriter
	added  map[string]string // names of this run's logs by their IDs
	known  int               // logs that were in the dataset and have not changed
}

// addAll adds the logs each by itself, so that a run which is cut short keeps
// what it has and the next goes on.
func (a *adding) addAll() (*parse.Summary, error) {
	whole := &parse.Summary{}
	for _, in := range a.inputs {
		summary, err := a.add(in)
		if summary != nil {
			whole.Append(summary)
		}
		if err != nil {
			return whole, err
		}
	}
	return whole, nil
}

// add adds one log. Of one that cannot be read, or is empty, there is nothing
// to add, and the summary says so. A log is read before it is known which one
// it is, unless its file has not changed.
func (a *adding) add(in parse.Input) (*parse.Summary, error) {
	known := a.out.Logs()
	log := frame.ManifestLog{Name: in.Name}
	var err error
	if log.Size, log.Ends, err = endsOf(in.Path); err == nil {
		for _, k := range known {
			if k.Size == log.Size && k.Ends == log.Ends && k.Ends != "" {
				return a.pass(in, k, "the same log as")
			}
		}
	}
	s, tableID := newSignature(known), ""
	if frame.IsSource(in.Path) {
		if tableID, err = s.table(in); err != nil {
			return nil, err
		}
		if was := s.begins(known); was != nil && was.Text == s.length {
			return a.pass(in, *was, "the same as")
		}
	} else {
		in.Tap = s
	}
	w, err := a.out.Add(in.Name)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	summary, err := a.scanner.Scan(a.env.ctx, []parse.Input{in}, func() frame.Sink { return &named{Sink: w, schema: a.schema} })
	if err != nil || s.length == 0 || summary.Total == 0 && summary.Files[0].Err != nil {
		return summary, err
	}
	log.Text, log.Sum, log.Heads, log.ID = s.length, s.sum(), s.heads(), tableID
	if tableID == "" {
		passed, err := a.settle(in, &log, s, w)
		if passed != nil || err != nil {
			return passed, err
		}
	}
	a.added[log.ID] = in.Name
	return summary, w.Commit(log)
}

// settle finds out which log it was that has been read, and gives it its ID. It
// returns a summary if there is nothing of it to add.
//
// A log that has grown has the ID of its shorter self, so that its records take
// the place of the older ones. So has one that was rotated and compressed.
func (a *adding) settle(in parse.Input, log *frame.ManifestLog, s *signature, w *frame.LogWriter) (*parse.Summary, error) {
	known := a.out.Logs()
	if was := s.begins(known); was != nil {
		log.ID = was.ID
		if was.Text < log.Text {
			return nil, nil
		}
		if err := a.out.Note(*log); err != nil { // so that it need not be read to be known
			return nil, err
		}
		return a.pass(in, *was, "the same log as")
	}
	for i := range known {
		older := known[i].ID == log.Sum // it was as long as this one when it got its ID
		if !older && s.resembles(&known[i]) {
			// What follows the heads is told by the records that the dataset has.
			var err error
			if older, err = w.Repeats(known[i].ID); err != nil {
				return nil, err
			}
		}
		if older {
			return a.pass(in, known[i], "an older copy of")
		}
	}
	log.ID = s.id(known)
	return nil, nil
}

// pass passes over a log that the dataset has: since an earlier run, or under
// another name since this one began.
func (a *adding) pass(in parse.Input, was frame.ManifestLog, why string) (*parse.Summary, error) {
	twin, isNew := a.added[was.ID]
	if !isNew && why != "an older copy of" {
		a.known++
		return &parse.Summary{}, nil
	}
	if !isNew {
		twin = was.Name
	}
	return &parse.Summary{Files: []parse.FileSummary{{Name: in.Name, Skipped: why + " " + twin}}}, nil
}

// datasetOptions say how the dataset is written and, by the flags' names, what
// decides which rows a log gives and how they look.
func (c *exportCmd) datasetOptions(schema *arrow.Schema) (frame.DatasetOptions, error) {
	var columns []string
	for _, f := range schema.Fields() {
		columns = append(columns, f.Name)
	}
	options := map[string]string{"schema": schemaVersion, "--columns": strings.Join(columns, ",")}
	set := func(flag, value string) {
		if value != "" {
			options[flag] = value
		}
	}
	if c.Hosts != "keep" {
		set("--hosts", c.Hosts)
	}
	set("--where", c.Where)
	set("--since", c.Since)
	set("--until", c.Until)
	if c.Where+c.Since+c.Until != "" {
		set("--zone", c.Zone)
	}
	if c.ExcludeClutter {
		set("--exclude-clutter", "true")
	}
	if c.EscapeBytes {
		set("--escape-bytes", "true")
	}
	set("--book", strings.Join(c.Book, " "))
	set("--own", strings.Join(c.Own, " "))
	set("--geo", strings.Join(c.Geo, " "))
	if c.Rules != "" {
		text, err := os.ReadFile(c.Rules)
		if err != nil {
			return frame.DatasetOptions{}, errors.New("--rules: " + err.Error())
		}
		sum := sha256.New()
		sum.Write(text)
		set("--rules", "with hash "+shortSum(sum))
	}
	return frame.DatasetOptions{Parquet: c.parquetOptions(), Partition: c.Partition, Options: options}, nil
}
