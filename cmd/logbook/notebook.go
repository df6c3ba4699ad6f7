package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"logbook/frame"
	"logbook/parse"
	"logbook/report"
	"logbook/templates"
)

// notebookFlags are the flags of every command that answers a notebook from
// logs.
type notebookFlags struct {
	Period string   `help:"What the page is about: ${periods}." placeholder:"PERIOD"`
	Site   string   `help:"Name of the site, for the title." placeholder:"NAME"`
	Param  []string `short:"p" help:"Give a parameter of the notebook another value." placeholder:"NAME=VALUE" sep:"none"`

	readFlags
}

// A draft is a notebook with all that is decided before the first line is
// read.
type draft struct {
	*reading
	notebook *report.Notebook
	period   report.Period
	site     string
	names    []string
	queries  []*frame.Query
}

// draft is a sketch that knows its logs: those that are named or, if none is,
// the notebook's own.
func (f notebookFlags) draft(env *environment, name string, logs []string) (*draft, error) {
	d, err := f.sketch(env, name)
	if err != nil {
		return nil, err
	}
	if len(logs) == 0 {
		if logs, err = d.notebook.LogsToRead(); err != nil {
			return nil, usageError(err)
		}
	}
	return d, d.find(logs)
}

// sketch opens a notebook and lets it say what no flag says. It knows of no
// logs yet. The flags stay as they are, for the next sketch.
func (f notebookFlags) sketch(env *environment, name string) (*draft, error) {
	notebook, err := openNotebook(name)
	if err != nil {
		return nil, usageError(err)
	}
	if notebook, err = withParams(notebook, f.Param); err != nil {
		return nil, usageError(err)
	}
	f.adopt(notebook.Front)
	d := &draft{notebook: notebook, site: f.Site}
	if d.reading, err = f.settle(env); err != nil {
		return nil, err
	}
	if err := d.setPeriod(f.Period); err != nil {
		return nil, usageError(err)
	}
	d.notebook = notebook.About(d.period)
	d.names, d.queries = d.notebook.Queries()
	d.options.Presence = d.notebook.Presence()
	return d, nil
}

// adopt takes from the front matter what no flag says.
func (f *notebookFlags) adopt(front report.Front) {
	for flag, value := range map[*string]string{&f.Zone: front.Zone, &f.Hosts: front.Hosts, &f.Period: front.Period, &f.Site: front.Site} {
		if *flag == "" {
			*flag = value
		}
	}
	if f.Format == "auto" && front.Format != "" {
		f.Format = front.Format
	}
	if len(f.Book) == 0 {
		f.Book = front.Books
	}
	f.Own, f.Bots = slices.Concat(f.Own, front.Own), front.Bots
	if strings.Contains(f.Site, ".") && !strings.ContainsAny(f.Site, " /") { // a host: it does not link to itself
		f.Own = append(f.Own, f.Site)
	}
}

// setPeriod has the pass group by the notebook's period, and by those that it
// is compared with.
func (d *draft) setPeriod(text string) (err error) {
	if d.period, err = report.ParsePeriod(text, made(d.env), d.zone); err != nil {
		return fmt.Errorf("--period: %w", err)
	}
	with, err := d.notebook.Comparisons()
	if err != nil || d.period.All() && len(with) == 0 {
		return err
	}
	d.options.Periods, err = d.period.Compared(with)
	return err
}

// plan plans some of the notebook's queries. Its errors are of wrong use, and
// name the place in the notebook.
func (d *draft) plan(names []string, queries []*frame.Query) (*frame.Plan, error) {
	plan, err := d.reading.plan(names, queries)
	if err != nil {
		return nil, usageError(d.notebook.InFile(err))
	}
	return plan, nil
}

// openNotebook reads a built-in notebook or a file.
func openNotebook(name string) (*report.Notebook, error) {
	if src, ok := templates.Notebook(name); ok {
		return report.ParseNotebook(name+".md", src)
	}
	src, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no notebook %q: there is no such file, and none is built in (%s)", name, frame.Nearest(name, templates.Notebooks()))
	case err != nil:
		return nil, unreadable(err)
	}
	return report.ParseNotebook(name, src)
}

// unreadable words the error of a file that cannot be opened as those of logs are.
func unreadable(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: "cannot read", Path: e.Path, Err: e.Err}
	}
	return err
}

// withParams gives the notebook the values of -p.
func withParams(n *report.Notebook, settings []string) (*report.Notebook, error) {
	params := make(map[string]string)
	for _, text := range settings {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("-p %s: write NAME=VALUE", text)
		}
		params[name] = value
	}
	with, err := n.With(params)
	if err != nil {
		return nil, fmt.Errorf("-p: %w", err)
	}
	return with, nil
}

// result gathers all that an output is made of.
func (d *draft) result(tables []*frame.Table, errs []error, s *parse.Summary) *report.Result {
	return &report.Result{Notebook: d.notebook, Tables: tables, Errs: errs, Run: d.about(s)}
}

// about gathers what the page says of its own making.
func (d *draft) about(s *parse.Summary) report.Run {
	run := report.Run{
		Version: version,
		Command: spelt(commandText(d.env.args)),
		Made:    made(d.env),
		Zone:    d.zone,
		Site:    d.site,
		Period:  d.period,
		Probe:   d.options.Functions["probe"],
	}
	for _, f := range s.Files {
		in := report.Input{
			Name: spelt(f.Name), Format: f.Format,
			Lines: f.Total + f.Blank, Kept: f.Kept, Filtered: f.Filtered, Rejected: f.Rejected, Blank: f.Blank,
		}
		if f.Err != nil {
			in.Err = spelt(f.Err.Error())
		}
		if f.Skipped != "" {
			run.Notes = append(run.Notes, spelt(f.Name)+" was not read: "+f.Skipped+".")
		}
		if f.First != parse.None {
			in.First, in.Last = time.UnixMicro(f.First), time.UnixMicro(f.Last)
			run.First, run.Last = earlier(run.First, in.First), later(run.Last, in.Last)
		}
		run.Inputs = append(run.Inputs, in)
	}
	if d.flags.Zone == "" {
		run.Notes = append(run.Notes, "Neither --zone nor the notebook names a time zone, so hours and days are those of UTC.")
	}
	run.Rejects = rejects(s)
	return run
}

// spelt returns a text with bytes that are no UTF-8 as \xHH, since outputs hold
// UTF-8 and nothing else.
func spelt(s string) string {
	var b strings.Builder
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// rejects lists the reasons for which lines were no records.
func rejects(s *parse.Summary) []report.Reject {
	var list []report.Reject
	for reason := range parse.NumReasons {
		if reason == parse.OK || reason == parse.Blank || s.Reasons[reason] == 0 {
			continue
		}
		file, ex := firstExample(s, reason)
		list = append(list, report.Reject{Reason: reason.String(), Count: s.Reasons[reason], File: spelt(file), Line: ex.Line, Text: spelt(ex.Text)})
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
