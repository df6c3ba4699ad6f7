package main

import (
	"fmt"
	"strings"

	"logbook/frame"
	"logbook/parse"
)

type explainCmd struct {
	Query string `arg:"" help:"The query."`
	SQL   bool   `name:"sql" help:"Print the same question as SQL for DuckDB over exported Parquet."`
	From  string `help:"What the SQL reads." default:"access.parquet" placeholder:"FILE"`

	Period string `help:"What the table is about, and what a compare step looks back from: ${periods}." placeholder:"PERIOD"`

	Zone string   `help:"Time zone of hours, days and weeks." default:"UTC" placeholder:"ZONE"`
	Book []string `help:"Pattern that names a book." placeholder:"PATTERN" sep:"none"`
}

func (explainCmd) Help() string {
	return `Shows what one pass over the logs would do for a query: which rows are dropped
before anything is made of them, which columns are read, how rows are grouped.
Nothing is read.

  logbook explain 'where status = 404 | count by path'
  logbook explain --sql 'count by day' | duckdb`
}

func (c *explainCmd) Run(env *environment) error {
	flags := readFlags{Zone: c.Zone, Book: c.Book}
	r, err := flags.settle(env)
	if err != nil {
		return err
	}
	q, err := parseQuestion(c.Query)
	if err != nil {
		return usageError(err)
	}
	if err := r.setPeriod(c.Period, q); err != nil {
		return usageError(err)
	}
	plan, err := frame.NewPlan(parse.Schema(r.rules), []string{"query"}, []*frame.Query{q}, r.options)
	if err != nil {
		return usageError(err)
	}
	if !c.SQL {
		return plan.Explain(env.stdout)
	}
	sql, err := plan.SQL(0, c.From)
	if err != nil {
		return usageError(err)
	}
	_, err = fmt.Fprintf(env.stdout, "-- over what this writes: %s\n%s\n", commandText(c.export(plan.Columns())), sql)
	return err
}

// export returns the command line of the export that the SQL is over.
func (c *explainCmd) export(columns []string) []string {
	args := []string{"export"}
	for _, pattern := range c.Book {
		args = append(args, "--book", pattern)
	}
	if len(columns) > 0 {
		args = append(args, "--columns", strings.Join(columns, ","))
	}
	return append(args, "-o", strings.ReplaceAll(c.From, "\n", " ")) // it is one line of a comment
}
