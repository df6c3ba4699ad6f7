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

// runDataset adds logs to the dataset in the folder c.Output, each by itself,
// so that a run that is cut short keeps what it has and the next goes on.
func (c *exportCmd) runDataset(r *reading, schema *arrow.Schema) error {
	out, err := frame.NewDatasetWriter(c.Output, schema, frame.DatasetOptions{
		Parquet:   c.parquetOptions(),
		Partition: c.Partition,
		Identity:  c.identity(schema),
	})
	if err != nil {
		return err
	}
	whole, known := &parse.Summary{}, 0
	inputs := r.inputs
	for _, in := range inputs {
		log, isKnown, err := identify(out.Logs(), in)
		switch {
		case err != nil:
			return err
		case isKnown:
			known++
			continue
		}
		r.inputs = []parse.Input{in}
		summary, err := c.addLog(r, out, log)
		if summary != nil {
			whole.Files = append(whole.Files, summary.Files...)
			whole.Total += summary.Total
			whole.Rejected += summary.Rejected
		}
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", c.Output, err)
		}
	}
	if known > 0 && !c.Quiet {
		fmt.Fprintf(r.env.stderr, "logbook: %d of %d logs were in %s already\n", known, len(inputs), c.Output)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("cannot write %s: %w", c.Output, err)
	}
	return r.verdict(whole)
}

func (c *exportCmd) addLog(r *reading, out *frame.DatasetWriter, log frame.ManifestLog) (*parse.Summary, error) {
	w, err := out.Add(log)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	summary, err := r.scan(func() frame.Sink { return w })
	if err != nil {
		return summary, err
	}
	return summary, w.Commit()
}

// identify returns how the dataset knows, or is to know, a log, and whether it
// has it already. A log that has grown since is read again as a whole. One
// that was rotated and compressed in between has the same ID, so that its
// records take the place of their older selves.
func identify(known []frame.ManifestLog, in parse.Input) (log frame.ManifestLog, isKnown bool, err error) {
	head, err := in.Head(logHead)
	if err != nil {
		return log, false, fmt.Errorf("a dataset takes files, which can be told apart: %w", err)
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
		return log, false, errors.New(in.Name + " is empty")
	}
	return frame.ManifestLog{ID: idOf(head), Head: int64(len(head)), Size: fi.Size(), Name: in.Name}, false, nil
}

func idOf(head []byte) string {
	sum := sha256.Sum256(head)
	return hex.EncodeToString(sum[:8])
}

// identity says what decides which rows a log gives, and how they look.
func (c *exportCmd) identity(schema *arrow.Schema) string {
	var text strings.Builder
	text.WriteString(fmt.Sprintf("schema %s, hosts %s, where %q, since %q, until %q, clutter %v, books %q, rules %q, columns",
		schemaVersion, c.Hosts, c.Where, c.Since, c.Until, !c.ExcludeClutter, c.Book, c.Rules))
	for _, f := range schema.Fields() {
		text.WriteString(" " + f.Name)
	}
	if c.EscapeBytes {
		text.WriteString(", bytes escaped")
	}
	return text.String()
}
