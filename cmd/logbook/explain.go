package main

import (
	"fmt"
	"os"
	"strings"

	"logbook/frame"
	"logbook/report"
	"logbook/templates"
)

type explainCmd struct {
	Query string `arg:"" help:"The query, or a notebook: a built-in one (${notebooks}) or a file."`
	Cell  string `arg:"" optional:"" help:"Of a notebook: the cell to explain. Without it: all of them."`

	SQL  bool   `name:"sql" help:"Print the same question as SQL for DuckDB over exported Parquet."`
	From string `help:"What the SQL reads." default:"access.parquet" placeholder:"FILE"`

	Period string `help:"What the table is about, and what a compare step looks back from: ${periods}." placeholder:"PERIOD"`

	Zone string   `help:"Time zone of hours, days and weeks. Default: the notebook's, or UTC." placeholder:"ZONE"`
	Book []string `help:"Pattern that names a book." placeholder:"PATTERN" sep:"none"`
}

func (explainCmd) Help() string {
	return `Shows what one pass over the logs would do for a query: which rows are dropped
before anything is made of them, which columns are read, how rows are grouped.
Nothing is read.

  logbook explain 'where status = 404 | count by path'
  logbook explain --sql 'count by day' | duckdb
  logbook explain weekly.md by_book --sql`
}

func (c *explainCmd) Run(env *environment) error {
	r, plan, err := c.plan(env)
	if err != nil {
		return err
	}
	if !c.SQL {
		return plan.Explain(env.stdout)
	}
	sql, err := plan.SQL(0, c.From)
	if err != nil {
		return usageError(err)
	}
	_, err = fmt.Fprintf(env.stdout, "-- over what this writes: %s\n%s\n", commandText(c.export(r.flags.Book, plan.Columns())), sql)
	return err
}

// plan plans what is to be explained: a query, a cell of a notebook, or all of
// them.
func (c *explainCmd) plan(env *environment) (*reading, *frame.Plan, error) {
	flags := readFlags{Zone: c.Zone, Book: c.Book, Format: "auto"}
	if c.Cell != "" || isNotebook(c.Query) {
		return c.planCells(env, notebookFlags{Period: c.Period, readFlags: flags})
	}
	r, err := flags.settle(env)
	if err != nil {
		return nil, nil, err
	}
	q, err := parseQuestion(c.Query)
	if err != nil {
		return nil, nil, usageError(err)
	}
	if err := r.setPeriod(c.Period, q); err != nil {
		return nil, nil, usageError(err)
	}
	plan, err := r.plan([]string{"query"}, []*frame.Query{q})
	if err != nil {
		return nil, nil, usageError(err)
	}
	return r, plan, nil
}

// planCells plans one cell of a notebook, with the cells that it reads after
// it, or all of them.
func (c *explainCmd) planCells(env *environment, flags notebookFlags) (*reading, *frame.Plan, error) {
	d, err := flags.sketch(env, c.Query)
	if err != nil {
		return nil, nil, err
	}
	names, queries := d.names, d.queries
	switch {
	case len(d.notebook.Cells) == 0:
		return nil, nil, usageError(fmt.Errorf("%s is no notebook with cells to explain", c.Query))
	case c.Cell != "":
		if names, queries, err = cellAndSources(d.notebook, c.Cell); err != nil {
			return nil, nil, usageError(err)
		}
	case c.SQL:
		return nil, nil, usageError(fmt.Errorf("SQL is of one cell: name it after the notebook (%s)", strings.Join(cellNames(d.notebook), ", ")))
	}
	plan, err := d.plan(names, queries)
	return d.reading, plan, err
}

// cellAndSources returns a cell's query and then those of the cells that it
// reads.
func cellAndSources(n *report.Notebook, name string) (names []string, queries []*frame.Query, err error) {
	cell := n.Cell(name)
	if cell == nil {
		return nil, nil, fmt.Errorf("%s has no cell %q (%s)", n.Name, name, frame.Nearest(name, cellNames(n)))
	}
	for ; cell != nil; cell = n.Cell(cell.Query.From) {
		names, queries = append(names, cell.Name), append(queries, cell.Query)
	}
	return names, queries, nil
}

func cellNames(n *report.Notebook) []string {
	names := make([]string, len(n.Cells))
	for i, c := range n.Cells {
		names[i] = c.Name
	}
	return names
}

// isNotebook reports whether a word is no query but the name of a notebook.
func isNotebook(word string) bool {
	if _, builtIn := templates.Notebook(word); builtIn {
		return true
	}
	info, err := os.Stat(word)
	return err == nil && info.Mode().IsRegular() || strings.HasSuffix(word, ".md")
}

// export returns the command line of the export that the SQL is over.
func (c *explainCmd) export(books, columns []string) []string {
	args := []string{"export"}
	for _, pattern := range books {
		args = append(args, "--book", pattern)
	}
	if len(columns) > 0 {
		args = append(args, "--columns", strings.Join(columns, ","))
	}
	return append(args, "-o", strings.ReplaceAll(c.From, "\n", " ")) // it is one line of a comment
}
