package main

import (
	"errors"
	"fmt"

	"logbook/report"
)

type reportCmd struct {
	Logs     []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input. Without any: those that the notebook names."`
	Notebook string   `short:"n" help:"Notebook: a built-in one (${notebooks}) or a file." default:"access" placeholder:"NOTEBOOK"`

	Strict bool `help:"Write nothing if a cell fails, so that what there was stays."`

	outputFlags
	recordedFlags
	notebookFlags
}

func (reportCmd) Help() string {
	return `The page is one file: it needs no server, asks the network for nothing, and prints well.

  logbook report /var/log/nginx/access.log*
  logbook report -n errors --period 'last 7 days' --zone Europe/Berlin -o errors.html access.log

Other forms come of the same pass: text to mail, Markdown for a pull request,
JSON for logbook render, and the tables of cells.

  logbook report -o report.html -o report.txt -o run.json access.log
  logbook report --to html,csv,parquet -o folder access.log`
}

func (c *reportCmd) Run(env *environment) error {
	d, err := c.draft(env, c.Notebook, c.Logs)
	if err != nil {
		return err
	}
	if err := c.allowed(c.Notebook, d.notebook); err != nil {
		return usageError(err)
	}
	plan, err := d.plan(d.names, d.queries)
	if err != nil {
		return err
	}
	for _, path := range c.Output {
		if err := spareLogs("-o", path, d.inputs); err != nil {
			return err
		}
	}
	targets, err := c.targets(d.period.Name())
	if err != nil {
		return usageError(err)
	}
	for _, t := range targets {
		if err := t.spareLogs(d.notebook, d.inputs); err != nil {
			return err
		}
	}
	partial, summary, err := d.run(plan)
	if err != nil {
		return err
	}
	tables, errs := partial.Tables()
	result := d.result(tables, errs, summary)
	if c.Check || c.Update {
		if err := c.settle(env, c.Notebook, result); err != nil {
			return err
		}
		return d.verdict(summary)
	}
	failed := resultError(result)
	if c.Strict && failed != nil {
		return failed
	}
	for _, t := range targets {
		if err := t.write(env, result); err != nil {
			return err
		}
		if !c.Quiet {
			t.told(env)
		}
	}
	if err := d.verdict(summary); err != nil {
		return err
	}
	return failed
}

// resultError says which cells failed, if any did.
func resultError(r *report.Result) error {
	var failed []error
	names, _ := r.Notebook.Queries()
	for i, err := range r.Errs {
		if err != nil {
			failed = append(failed, fmt.Errorf("cell %s failed: %w", names[i], err))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &exitError{exitCell, errors.Join(failed...)}
}
