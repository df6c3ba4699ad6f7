package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"logbook/frame"
	"logbook/parse"
	"logbook/report"
)

type queryCmd struct {
	Query string   `arg:"" optional:"" help:"What to ask, such as 'where status >= 400 | count by book, status'. Without it: what can be asked."`
	Logs  []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input."`

	CSV  bool `name:"csv" help:"Print CSV." xor:"form"`
	JSON bool `name:"json" help:"Print JSON." xor:"form"`
	MD   bool `name:"md" help:"Print a Markdown table." xor:"form"`

	Parquet bool `help:"Write the table as Parquet." xor:"form"`
	Arrow   bool `help:"Write the table as an Arrow stream." xor:"form"`

	Period string `help:"What the table is about, and what a compare step looks back from: ${periods}." placeholder:"PERIOD"`

	readFlags
}

// Help is shown below the flags by logbook query --help.
func (queryCmd) Help() string {
	return `A query is a row of steps with | between them:

  where status = 404 | count by path | limit 20
  count, sum bytes by day
  where book != none and not clutter | count by book, status_class
  where path ~ "^/api/" | p95 duration, count by path | sort p95 desc
  count by book | compare previous | sort change desc    (with --period 2026-W46)

logbook query without a query lists steps and fields; logbook fields explains the fields.`
}

func (c *queryCmd) Run(env *environment) error {
	if c.Query == "" {
		return c.teach(env)
	}
	q, err := parseQuestion(c.Query)
	if err != nil {
		return usageError(err)
	}
	r, err := c.open(env, c.Logs)
	if err != nil {
		return err
	}
	if err := r.setPeriod(c.Period, q); err != nil {
		return usageError(err)
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

// parseQuestion parses a query that stands by itself, with no other cells to
// show the numbers of.
func parseQuestion(text string) (*frame.Query, error) {
	q, err := frame.ParseQuery(text)
	if info, none := os.Stat(text); err != nil && none == nil && info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a file, and the query comes first: logbook query 'count by status' %[1]s", text)
	}
	if err == nil && q.Group == nil && q.From == "" {
		return nil, errors.New(`the query counts nothing: add a step such as "count by path"`)
	}
	return q, err
}

// setPeriod has the pass group by the period of --period, and by those that
// the query compares it with.
func (r *reading) setPeriod(text string, q *frame.Query) error {
	period, err := report.ParsePeriod(text, made(r.env), r.zone)
	if err != nil {
		return fmt.Errorf("--period: %w", err)
	}
	var with []string
	for _, s := range q.Result {
		with = append(with, s.Compare...)
	}
	if period.All() && with == nil {
		return nil
	}
	if r.options.Periods, err = period.Compared(with); err != nil {
		return fmt.Errorf("--period: %w", err)
	}
	return nil
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
	if c.Parquet {
		return t.WriteColumns(w, "parquet", nil)
	}
	return t.WriteColumns(w, "arrows", nil)
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

  logbook query 'where status >= 400 | count by path, status | limit 20' access.log

Rows
  where EXPR              status >= 400 and path ~ "^/api/" and not clutter
  let NAME = EXPR         a field computed for each row
Groups
  AGGREGATE, … by KEY, …  count · sum F · avg F · min F · max F · first F · last F
                          distinct F · daily distinct F · p1 F … p99 F · top N F
                          series day: a count for each day, drawn as a line
                          each may have: if EXPR, as NAME
Result
  compare previous        or usual, last year: adds was, change, delta, is_new;
                          with --period, such as 2026-W46 or 'last 7 days'
  add NAME = EXPR         may use sum(x), sum(x) by k, rank(x)
  keep EXPR               rows of the result
  sort COLUMN [desc], …
  limit N [with other]    other: one more row for all that is left out
  fill                    rows of zero for hours or days without requests
Show
  table COLUMN, …         table path "Page", bar count "Hits", spark day

Expressions  = != < <= > >= · ~ "regular expression" · in (a, b) · and or not
             + - * / · abs(x) lower(x) upper(x) length(x) · x != none
Values       404 · 10 % · 2MB · 500ms · 7d · 2026-11-09 · 2026-11-09T14:00 · "a text"
Keys         fields, and of the time: minute hour day week month weekday hour_of_day

Fields
`
