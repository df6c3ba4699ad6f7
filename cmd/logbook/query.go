package main

import (
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"logbook/frame"
	"logbook/parse"
)

type queryCmd struct {
	Query string   `arg:"" optional:"" help:"What to ask, such as 'where status >= 400 | count by book, status'. Without it: what can be asked."`
	Logs  []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input."`

	CSV  bool `name:"csv" help:"Print CSV." xor:"form"`
	JSON bool `name:"json" help:"Print JSON." xor:"form"`
	MD   bool `name:"md" help:"Print a Markdown table." xor:"form"`

	Parquet bool `help:"Write the table as Parquet." xor:"form"`
	Arrow   bool `help:"Write the table as an Arrow stream." xor:"form"`

	readFlags
}

// Help is shown below the flags by logbook query --help.
func (queryCmd) Help() string {
	return `A query is a row of steps with | between them:

  where status = 404 | count by path | limit 20
  count, sum bytes by day
  where book != none and not clutter | count by book, status_class
  where path ~ "^/api/" | p95 duration, count by path | sort p95 desc

logbook query without a query lists steps and fields; logbook fields explains the fields.`
}

func (c *queryCmd) Run(env *environment) error {
	if c.Query == "" {
		return c.teach(env)
	}
	q, err := frame.ParseQuery(c.Query)
	if err != nil {
		return usageError(err)
	}
	r, err := c.open(env, c.Logs)
	if err != nil {
		return err
	}
	plan, err := r.plan([]string{""}, []*frame.Query{q})
	if err != nil {
		return usageError(err)
	}
	partial, summary, err := r.run(plan)
	if err != nil {
		return err
	}
	tables, errs := partial.Tables()
	if errs[0] != nil {
		return &exitError{exitCell, errs[0]}
	}
	if err := c.print(env.stdout, tables[0], r); err != nil {
		return err
	}
	return r.verdict(summary)
}

// print writes the table in the form that the flags ask for.
func (c *queryCmd) print(w io.Writer, t *frame.Table, r *reading) error {
	switch {
	case c.CSV:
		return t.WriteCSV(w, r.zone)
	case c.JSON:
		return t.WriteJSON(w, r.zone)
	case c.MD:
		return t.WriteMarkdown(w, r.zone)
	}
	if c.Parquet || c.Arrow {
		return c.writeColumns(w, t)
	}
	if !isTerminal(w) {
		return t.WriteText(w, frame.TextOptions{Zone: r.zone, Width: -1, Plain: true})
	}
	return t.WriteText(w, frame.TextOptions{Zone: r.zone, Width: width(w)})
}

// writeColumns writes the table for another program.
func (c *queryCmd) writeColumns(w io.Writer, t *frame.Table) error {
	if isTerminal(w) {
		return usageError(errors.New("tables as Parquet and Arrow are for other programs, not for a terminal: redirect the output"))
	}
	batch := t.Record(memory.DefaultAllocator)
	defer batch.Release()
	var sink interface {
		frame.Sink
		io.Closer
	}
	var err error
	if c.Parquet {
		sink, err = frame.NewParquetWriter(w, batch.Schema(), frame.ParquetOptions{})
	} else {
		sink, err = frame.NewArrowStreamWriter(w, batch.Schema())
	}
	if err != nil {
		return err
	}
	return errors.Join(sink.Write(batch), sink.Close())
}

// teach prints what can be asked.
func (c *queryCmd) teach(env *environment) error {
	if _, err := io.WriteString(env.stdout, whatCanBeAsked); err != nil {
		return err
	}
	rules, err := c.rules()
	if err != nil {
		return usageError(err)
	}
	return printFields(env.stdout, parse.Fields(rules))
}

// whatCanBeAsked is the language on one screen. The whole of it is in the
// package documentation of frame.
const whatCanBeAsked = `A query is a row of steps, in this order, with | or a new line between them.

Rows
  where EXPR              status >= 400 and path ~ "^/api/" and not clutter
  let NAME = EXPR         a field computed for each row
Groups
  AGGREGATE, … by KEY, …  count · sum F · avg F · min F · max F · first F · last F
                          distinct F · daily distinct F · p50 F … p99 F · top N F
                          each may have: if EXPR, as NAME
Result
  add NAME = EXPR         may use sum(x), sum(x) by k, rank(x)
  keep EXPR               rows of the result
  sort COLUMN [desc], …
  limit N [with other]
  fill                    rows of zero for hours or days without requests

Keys are fields, and of the time: minute hour day week month weekday hour_of_day.
Values: 404 · 10 % · 2MB · 500ms · 7d · 2026-11-09 · 2026-11-09T14:00 · "a text" · none

Fields
`
