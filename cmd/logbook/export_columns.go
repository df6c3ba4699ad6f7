package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"logbook/frame"
	"logbook/parse"
)

// schemaVersion is the version of the columns' names, types and meanings.
const schemaVersion = "1"

// logOrder are the first columns of an export: those of a combined log, in its
// order but for the time, which comes first.
var logOrder = []string{"time", "offset", "host", "ident", "user", "method", "path", "query", "protocol", "status", "bytes", "referer", "agent"}

// sourceName is what the field file is called in an export, where a reader has
// a file at hand and asks for the log that was its source.
const sourceName = "source"

// fieldOf returns the field that a column of an export holds.
func fieldOf(column string) string {
	if column == sourceName {
		return "file"
	}
	return column
}

// schema returns the columns to export.
func (c *exportCmd) schema(rules *parse.Rules) (*arrow.Schema, error) {
	names, err := c.columns(rules)
	if err != nil {
		return nil, err
	}
	all := parse.Schema(rules)
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		at := all.FieldIndices(fieldOf(name))
		if len(at) == 0 {
			return nil, fmt.Errorf("--columns: unknown column %q (%s)", name, frame.Nearest(name, fieldNames(rules)))
		}
		if slices.ContainsFunc(names[:i], func(before string) bool { return fieldOf(before) == fieldOf(name) }) {
			return nil, fmt.Errorf("--columns: %s is named twice", name)
		}
		fields[i] = all.Field(at[0])
		fields[i].Name = name
	}
	meta := arrow.NewMetadata([]string{parse.SchemaKey, parse.RulesKey}, []string{schemaVersion, rules.Fingerprint()})
	return arrow.NewSchema(fields, &meta), nil
}

// columns returns the names of the columns to export.
func (c *exportCmd) columns(rules *parse.Rules) ([]string, error) {
	var names []string
	for _, name := range c.Columns {
		names = append(names, strings.TrimSpace(name))
	}
	if len(names) == 0 {
		names = recordColumns(rules)
	}
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if c.Source {
		add(sourceName)
	}
	if c.Line {
		add("line")
	}
	switch c.Partition {
	case "day", "week":
		if !slices.Contains(names, "time") {
			return nil, fmt.Errorf("--partition %s needs the column time: add it to --columns", c.Partition)
		}
	case "book", "site": // it is in the folders' names, so it costs nothing
		add(c.Partition)
	}
	return names, nil
}

// recordColumns are all columns of a record, whether this log has them or not,
// so that the files of all logs have one schema; and the book.
func recordColumns(rules *parse.Rules) []string {
	names := slices.Clone(logOrder)
	for _, f := range parse.Fields(rules) {
		if !f.Derived && f.Name != "file" && f.Name != "line" && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return append(names, "book", "chapter")
}

func fieldNames(rules *parse.Rules) (names []string) {
	for _, f := range parse.Fields(rules) {
		names = append(names, f.Name)
	}
	return names
}

// A named sink gives the columns of a scan the names that they have in the
// schema of an export.
type named struct {
	frame.Sink
	schema *arrow.Schema
}

func (n *named) Write(batch arrow.Record) error {
	renamed := array.NewRecord(n.schema, batch.Columns(), batch.NumRows())
	defer renamed.Release()
	return n.Sink.Write(renamed)
}
