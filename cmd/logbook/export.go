package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
	"logbook/parse"
)

type exportCmd struct {
	Logs   []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input."`
	Output string   `short:"o" required:"" help:"Where the records go; the ending names the format. - is standard output and needs --to." placeholder:"FILE"`
	To     string   `help:"Format: parquet, arrow (file), arrows (stream), csv, jsonl." enum:"auto,parquet,arrow,arrows,csv,jsonl" default:"auto"`

	Columns []string `help:"Columns, in this order (see logbook fields). Without it: all of a record, book and chapter." placeholder:"NAME,…"`
	Source  bool     `help:"Add the column source: the log that a record is from."`
	Line    bool     `help:"Add the column line: its number in that log."`

	Compression string `help:"Of Parquet: zstd, snappy, none." enum:"zstd,snappy,none" default:"zstd"`
	Partition   string `help:"Make -o a folder, a dataset of Parquet files by day, week, book or site; logs that it has are not read again." enum:"none,day,week,book,site" default:"none"`
	RawCSV      bool   `name:"raw-csv" help:"In CSV, leave texts that a spreadsheet would take for a formula as they are; otherwise they get an apostrophe in front."`

	readFlags
}

// Help is shown below the flags by logbook export --help.
func (exportCmd) Help() string {
	return `Rows come in the order of the log, and the same logs give the same bytes.

  logbook export -o access.parquet access.log*
  logbook export -o errors.csv --where 'status >= 500' --columns time,host,path access.log
  logbook export -o site/ --partition day /var/log/nginx/access.log*
  logbook export --to arrows -o - access.log | python3 -c '
    import sys, pyarrow as pa; print(pa.ipc.open_stream(sys.stdin.buffer).read_pandas())'

Set LOGBOOK_SECRET to get the same hashes from --hosts hash in another run.`
}

// endings are the formats by the ending of the file's name.
var endings = map[string]string{
	".parquet": "parquet",
	".arrow":   "arrow",
	".feather": "arrow",
	".arrows":  "arrows",
	".csv":     "csv",
	".jsonl":   "jsonl",
	".ndjson":  "jsonl",
}

func (c *exportCmd) Run(env *environment) error {
	format, err := c.format()
	if err != nil {
		return usageError(err)
	}
	r, err := c.open(env, c.Logs)
	if err != nil {
		return err
	}
	if err := spareLogs("-o", c.Output, r.inputs); err != nil {
		return err
	}
	schema, err := c.schema(r.rules)
	if err != nil {
		return usageError(err)
	}
	for _, f := range schema.Fields() {
		r.scanner.Columns = append(r.scanner.Columns, fieldOf(f.Name))
	}
	if r.options.Where != nil {
		if r.scanner.Filter, err = frame.NewFilter(parse.Schema(r.rules), r.options.Where, r.zone); err != nil {
			return usageError(err)
		}
	}
	r.scanner.Ordered = true
	if format == "dataset" {
		return c.runDataset(r, schema)
	}
	var summary *parse.Summary
	err = writeOutput(env, c.Output, func(w io.Writer) error {
		sink, err := c.sink(w, format, schema)
		if err != nil {
			return err
		}
		summary, err = r.scan(func() frame.Sink { return &named{Sink: sink, schema: schema} })
		return errors.Join(err, sink.Close())
	})
	if err != nil {
		return err
	}
	return r.verdict(summary)
}

// format returns what --to, --partition or the file's ending says.
func (c *exportCmd) format() (string, error) {
	switch {
	case c.Partition != "none" && (c.Output == "-" || c.To != "auto" && c.To != "parquet"):
		return "", errors.New("--partition makes a folder of Parquet files: give -o the folder's name, and no other format")
	case c.Partition != "none":
		return "dataset", nil
	case c.To != "auto":
		return c.To, nil
	}
	if c.Output == "-" {
		return "", errors.New("-o -: name the format with --to")
	}
	if format, ok := endings[strings.ToLower(filepath.Ext(c.Output))]; ok {
		return format, nil
	}
	return "", fmt.Errorf("-o %s: no format has that ending; use .parquet, .arrow, .arrows, .csv or .jsonl, or --to", c.Output)
}

// A closingSink is a sink that writes a file, and completes it on Close.
type closingSink interface {
	frame.Sink
	Close() error
}

func (c *exportCmd) sink(w io.Writer, format string, schema *arrow.Schema) (closingSink, error) {
	switch format {
	case "parquet":
		return frame.NewParquetWriter(w, schema, c.parquetOptions())
	case "arrow":
		return frame.NewArrowFileWriter(w, schema)
	case "arrows":
		return frame.NewArrowStreamWriter(w, schema)
	case "csv":
		return frame.NewCSVWriter(w, schema, frame.CSVOptions{Raw: c.RawCSV})
	}
	return frame.NewJSONWriter(w, schema)
}

func (c *exportCmd) parquetOptions() frame.ParquetOptions {
	return frame.ParquetOptions{Compression: c.Compression, CreatedBy: "logbook version " + version, Jobs: c.Jobs}
}
