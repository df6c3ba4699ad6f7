package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"logbook/parse"
	"logbook/report"
	"logbook/templates"
)

type reportCmd struct {
	Logs     []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders, - for standard input. Without any: those that the notebook names."`
	Output   string   `short:"o" help:"Where the page goes; - is standard output, {period} the period's name." default:"report.html" placeholder:"FILE"`
	Notebook string   `short:"n" help:"Notebook: a built-in one (${notebooks}) or a file." default:"access" placeholder:"NOTEBOOK"`
	Period   string   `help:"What the page is about: ${periods}." placeholder:"PERIOD"`
	Site     string   `help:"Name of the site, for the title." placeholder:"NAME"`

	readFlags
}

func (reportCmd) Help() string {
	return `The page is one file: it needs no server, asks the network for nothing, and prints well.

  logbook report /var/log/nginx/access.log*
  logbook report -n errors --period 'last 7 days' --zone Europe/Berlin -o errors.html access.log`
}

func (c *reportCmd) Run(env *environment) error {
	notebook, err := openNotebook(c.Notebook)
	if err != nil {
		return usageError(err)
	}
	if err := c.adopt(notebook); err != nil {
		return usageError(err)
	}
	r, err := c.open(env, c.Logs)
	if err != nil {
		return err
	}
	period, err := c.setPeriod(r, notebook)
	if err != nil {
		return usageError(err)
	}
	names, queries := notebook.Queries()
	plan, err := r.plan(names, queries)
	if err != nil {
		return usageError(notebook.InFile(err))
	}
	output := strings.ReplaceAll(c.Output, "{period}", period.Name())
	if err := spareLogs("-o", output, r.inputs); err != nil {
		return err
	}
	partial, summary, err := r.run(plan)
	if err != nil {
		return err
	}
	tables, errs := partial.Tables()
	about := c.about(r, summary)
	about.Period = period
	result := &report.Result{Notebook: notebook, Tables: tables, Errs: errs, Run: about}
	if err := writeOutput(env, output, result.WriteHTML); err != nil {
		return err
	}
	if err := r.verdict(summary); err != nil {
		return err
	}
	return cellError(names, errs)
}

// adopt takes from the notebook what no flag says.
func (c *reportCmd) adopt(n *report.Notebook) error {
	front := n.Front
	for flag, value := range map[*string]string{&c.Zone: front.Zone, &c.Hosts: front.Hosts, &c.Period: front.Period, &c.Site: front.Site} {
		if *flag == "" {
			*flag = value
		}
	}
	if c.Format == "auto" && front.Format != "" {
		c.Format = front.Format
	}
	if len(c.Book) == 0 {
		c.Book = front.Books
	}
	c.Own = append(c.Own, front.Own...)
	if len(c.Logs) > 0 {
		return nil
	}
	var err error
	c.Logs, err = n.LogsToRead()
	return err
}

// setPeriod has the pass group by the notebook's period, and by those that it
// is compared with.
func (c *reportCmd) setPeriod(r *reading, n *report.Notebook) (report.Period, error) {
	period, err := report.ParsePeriod(c.Period, made(r.env), r.zone)
	if err != nil {
		return period, fmt.Errorf("--period: %w", err)
	}
	with, err := n.Comparisons()
	if err != nil || period.All() && len(with) == 0 {
		return period, err
	}
	r.options.Periods, err = period.Compared(with)
	return period, err
}

// openNotebook reads a built-in notebook or a file.
func openNotebook(name string) (*report.Notebook, error) {
	if src, ok := templates.Notebook(name); ok {
		return report.ParseNotebook(name+".md", src)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("no notebook %q: neither built in (%s) nor a file that can be read: %w", name, strings.Join(templates.Notebooks(), ", "), err)
	}
	return report.ParseNotebook(name, src)
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

// about gathers what the page says of its own making.
func (c *reportCmd) about(r *reading, s *parse.Summary) report.Run {
	run := report.Run{
		Version: version,
		Command: commandText(r.env.args),
		Made:    made(r.env),
		Zone:    r.zone,
		Site:    c.Site,
	}
	for _, f := range s.Files {
		in := report.Input{
			Name: f.Name, Format: f.Format,
			Lines: f.Total + f.Blank, Kept: f.Kept, Filtered: f.Filtered, Rejected: f.Rejected, Blank: f.Blank,
		}
		if f.Err != nil {
			in.Err = f.Err.Error()
		}
		if f.Skipped != "" {
			run.Notes = append(run.Notes, f.Name+" was not read: "+f.Skipped+".")
		}
		if f.First != parse.None {
			in.First, in.Last = time.UnixMicro(f.First), time.UnixMicro(f.Last)
			run.First, run.Last = earlier(run.First, in.First), later(run.Last, in.Last)
		}
		run.Inputs = append(run.Inputs, in)
	}
	run.Rejects = rejects(s)
	return run
}

// rejects lists the reasons for which lines were no records.
func rejects(s *parse.Summary) []report.Reject {
	var list []report.Reject
	for reason := range parse.NumReasons {
		if reason == parse.OK || reason == parse.Blank || s.Reasons[reason] == 0 {
			continue
		}
		file, ex := firstExample(s, reason)
		list = append(list, report.Reject{Reason: reason.String(), Count: s.Reasons[reason], File: file, Line: ex.Line, Text: ex.Text})
	}
	return list
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// made returns when the page is made: now, or the time of SOURCE_DATE_EPOCH
// where a build wants the same bytes each time.
func made(env *environment) time.Time {
	if s, err := strconv.ParseInt(env.getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(s, 0)
	}
	return time.Now()
}

// commandText prints a command line so that a shell reads it back.
func commandText(args []string) string {
	words := []string{"logbook"}
	for _, arg := range args {
		plain := arg != "" && strings.Trim(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_") == ""
		if !plain {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
