package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
	"logbook/parse"
)

// logHead is how many bytes of a log tell it from others.
const logHead = 4 << 10

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
	return r.verdict(summary)
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
// to add, and the summary says so.
func (a *adding) add(in parse.Input) (*parse.Summary, error) {
	log, isKnown, err := identify(a.out.Logs(), in)
	if err != nil || log.ID == "" {
		return a.scanner.Scan(a.env.ctx, []parse.Input{in}, func() frame.Sink { return nowhere{} })
	}
	if twin, ok := a.added[log.ID]; ok {
		return &parse.Summary{Files: []parse.FileSummary{{Name: in.Name, Skipped: "the same log as " + twin}}}, nil
	}
	if isKnown {
		a.known++
		return nil, nil
	}
	a.added[log.ID] = in.Name
	w, err := a.out.Add(log)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	summary, err := a.scanner.Scan(a.env.ctx, []parse.Input{in}, func() frame.Sink { return &named{Sink: w, schema: a.schema} })
	if err != nil {
		return summary, err
	}
	return summary, w.Commit()
}

// nowhere is a sink for the rows of what is no log.
type nowhere struct{}

func (nowhere) Write(arrow.Record) error { return nil }

// identify returns how the dataset knows, or is to know, a log, and whether it
// has it already; an empty log has no ID. A log that has grown since is read
// again as a whole. One that was rotated and compressed in between has the same
// ID, so that its records take the place of their older selves.
func identify(known []frame.ManifestLog, in parse.Input) (log frame.ManifestLog, isKnown bool, err error) {
	head, err := in.Head(logHead)
	if err != nil {
		return log, false, err
	}
	fi, err := os.Stat(in.Path)
	if err != nil {
		return log, false, err
	}
	for _, k := range known {
		if k.Head <= int64(len(head)) && idOf(head[:k.Head]) == k.ID {
			isKnown = k.Size == fi.Size()
			k.Size, k.Name = fi.Size(), in.Name
			return k, isKnown, nil
		}
	}
	if len(head) == 0 {
		return log, false, nil
	}
	return frame.ManifestLog{ID: idOf(head), Head: int64(len(head)), Size: fi.Size(), Name: in.Name}, false, nil
}

func idOf(head []byte) string {
	sum := sha256.Sum256(head)
	return hex.EncodeToString(sum[:8])
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
		set("--rules", "with hash "+idOf(text))
	}
	return frame.DatasetOptions{Parquet: c.parquetOptions(), Partition: c.Partition, Options: options}, nil
}
