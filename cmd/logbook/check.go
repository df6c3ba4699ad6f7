package main

import (
	"errors"
	"fmt"

	"logbook/frame"
)

type checkCmd struct {
	Notebooks []string `arg:"" name:"notebook" help:"Notebooks: built-in ones (${notebooks}) or files."`

	Rules string   `help:"File of your own rules for derived fields." placeholder:"FILE" type:"path"`
	Book  []string `help:"Pattern that names a book; every {name} is a field." placeholder:"PATTERN" sep:"none"`
	Param []string `short:"p" help:"Give a parameter of the notebooks another value." placeholder:"NAME=VALUE" sep:"none"`
	Quiet bool     `short:"q" help:"Print problems only."`
}

func (checkCmd) Help() string {
	return `Finds what is wrong with a notebook before a log is read: front matter, values in
prose, and every cell's fields, types and steps. Problems are printed with file,
line and column, and the exit code is then 2.

  logbook check weekly.md
  logbook check notebooks/*.md`
}

func (c *checkCmd) Run(env *environment) error {
	var problems []error
	for _, name := range c.Notebooks {
		cells, err := c.check(env, name)
		if err != nil {
			problems = append(problems, err)
		} else if !c.Quiet {
			fmt.Fprintf(env.stdout, "%s: %s, nothing wrong\n", printable(name), plural(cells, "cell"))
		}
	}
	if len(problems) > 0 {
		return usageError(errors.Join(problems...))
	}
	return nil
}

// check returns the number of a notebook's cells, or all that is wrong with
// it. Cells are first planned each alone, so that one does not hide the next.
func (c *checkCmd) check(env *environment, name string) (cells int, err error) {
	flags := notebookFlags{Param: c.Param, readFlags: readFlags{Rules: c.Rules, Book: c.Book, Format: "auto"}}
	d, err := flags.sketch(env, name)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, cell := range d.notebook.Cells {
		if cell.Query.From == "" {
			_, err := d.plan([]string{cell.Name}, []*frame.Query{cell.Query})
			problems = append(problems, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return 0, err
	}
	_, err = d.plan(d.names, d.queries)
	return len(d.notebook.Cells), err
}
