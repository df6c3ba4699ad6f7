package main

import (
	"errors"
	"fmt"
	"strings"
)

type reportCmd struct {
	Logs     []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input. Without any: those that the notebook names."`
	Output   string   `short:"o" help:"Where the page goes; - is standard output, {period} the period's name." default:"report.html" placeholder:"FILE"`
	Notebook string   `short:"n" help:"Notebook: a built-in one (${notebooks}) or a file." default:"access" placeholder:"NOTEBOOK"`

	notebookFlags
}

func (reportCmd) Help() string {
	return `The page is one file: it needs no server, asks the network for nothing, and prints well.

  logbook report /var/log/nginx/access.log*
  logbook report -n errors --period 'last 7 days' --zone Europe/Berlin -o errors.html access.log`
}

func (c *reportCmd) Run(env *environment) error {
	d, err := c.draft(env, c.Notebook, c.Logs)
	if err != nil {
		return err
	}
	plan, err := d.plan(d.names, d.queries)
	if err != nil {
		return err
	}
	output := strings.ReplaceAll(c.Output, "{period}", d.period.Name())
	if err := spareLogs("-o", output, d.inputs); err != nil {
		return err
	}
	partial, summary, err := d.run(plan)
	if err != nil {
		return err
	}
	tables, errs := partial.Tables()
	result := d.result(tables, errs, summary)
	if err := writeOutput(env, output, result.WriteHTML); err != nil {
		return err
	}
	if err := d.verdict(summary); err != nil {
		return err
	}
	return cellError(d.names, errs)
}

// cellError says which cells failed, if any did.
func cellError(names []string, errs []error) error {
	var failed []error
	for i, err := range errs {
		if err != nil {
			failed = append(failed, fmt.Errorf("cell %s failed: %w", names[i], err))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return &exitError{exitCell, errors.Join(failed...)}
}
