package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
	"logbook/parse"
	"logbook/report"
)

type previewCmd struct {
	Notebook string   `arg:"" help:"The notebook that you work on: a Markdown file."`
	Logs     []string `arg:"" optional:"" name:"log" help:"Logs: files, globs, folders. Without any: those that the notebook names."`

	Listen string `help:"Where to serve the page: an address of this machine alone. Default: a free port." default:"127.0.0.1:0" placeholder:"ADDRESS:PORT"`
	Memory string `help:"How much memory the records may take, such as 2GB. Default: a quarter of the machine's." placeholder:"SIZE"`
	Sample string `help:"Share of the records to count, such as 5%, to answer sooner. Default: all, or what fits into --memory." placeholder:"SHARE"`

	notebookFlags
}

func (previewCmd) Help() string {
	return `The page is shown again each time the notebook is saved. What you had open stays
open, the cell that you changed has an outline, and what is wrong with the notebook
is shown over the last page that was right. Nothing is written.

  logbook preview weekly.md /var/log/nginx/access.log*
  logbook preview --period 2026-W46 --listen 127.0.0.1:8080 weekly.md access.log

Logs are read once, into memory; again if front matter changes what is read of them.
If they do not fit, a sample is read, and the page says so. Ctrl-C ends the preview.`
}

// A preview serves the page of a notebook that is being written.
type preview struct {
	*previewCmd
	env    *environment
	memory int64
	share  float64

	server *previewServer
	log    *heldLog
	source []byte            // of the notebook, as it was read last
	cells  map[string]string // texts of those on the page
	pages  int
}

func (c *previewCmd) Run(env *environment) error {
	p, err := c.settle(env)
	if err != nil {
		return usageError(err)
	}
	if p.server, err = listen(c.Listen); err != nil {
		return err
	}
	defer p.server.close()
	saved := stampOf(c.Notebook)
	if err := p.render(); err != nil {
		return err
	}
	fmt.Fprintf(env.stderr, "logbook: preview of %s at %s (Ctrl-C ends it)\n", printable(c.Notebook), p.server.url())
	ctx, stop := context.WithCancel(env.ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		served <- p.server.serve(ctx)
		stop()
	}()
	p.watch(ctx, saved)
	stop()
	return <-served
}

// settle checks the flags that only a preview has.
func (c *previewCmd) settle(env *environment) (*preview, error) {
	p := &preview{previewCmd: c, env: env, memory: spareMemory(), share: 1}
	var err error
	if c.Memory != "" {
		if p.memory, err = parseSize(c.Memory); err != nil {
			return nil, fmt.Errorf("--memory: %w", err)
		}
	}
	if c.Sample != "" {
		millionth, err := parseShare(c.Sample)
		if err != nil || millionth == 0 {
			return nil, fmt.Errorf("--sample: %q is no share of the records, want one such as 5%%", c.Sample)
		}
		p.share = float64(millionth) / 1e6
	}
	if c.Rejects != "" {
		return nil, errors.New("--rejects: a preview writes no files")
	}
	if slices.Contains(c.Logs, "-") {
		return nil, errors.New("-: a preview may have to read its logs again, and standard input can be read once: name files")
	}
	return p, nil
}

// pollEvery is how often the notebook's time is looked at. A change counts when
// two looks agree, so that an editor has the time to write the whole file.
const pollEvery = 20 * time.Millisecond

// A stamp tells a saved file from the one before.
type stamp struct {
	time time.Time
	size int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

// watch renders the notebook each time it has been saved, until the context
// ends.
func (p *preview) watch(ctx context.Context, rendered stamp) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for seen := rendered; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := stampOf(p.Notebook)
		settled := now == seen
		if seen = now; now == rendered || !settled {
			continue
		}
		rendered = now
		if err := p.render(); err != nil && ctx.Err() == nil {
			p.server.tell(news{Problem: printable(err.Error())})
			fmt.Fprintf(p.env.stderr, "logbook: %s\n", printable(err.Error()))
		}
	}
}

// render makes the page of the notebook as it is now, and shows it.
func (p *preview) render() error {
	begun := time.Now()
	source, err := os.ReadFile(p.Notebook)
	if err != nil {
		return usageError(unreadable(err))
	}
	if bytes.Equal(source, p.source) {
		return nil // it was touched
	}
	p.source = nil // until the page is made
	d, err := p.draft(p.env, p.Notebook, p.Logs)
	if err != nil {
		return err
	}
	plan, err := d.plan(d.names, d.queries)
	if err != nil {
		return err
	}
	if err := p.read(d, plan); err != nil {
		return err
	}
	result, err := p.result(d, plan)
	if err != nil {
		return err
	}
	p.pages++
	version := strconv.FormatInt(int64(os.Getpid()), 36) + "-" + strconv.Itoa(p.pages)
	var page bytes.Buffer
	if err := result.WritePreview(&page, version); err != nil {
		return err
	}
	changed := p.changedCells(d.notebook)
	p.server.show(page.Bytes(), news{Page: version, Cells: changed})
	p.source = source
	if !p.Quiet && p.pages > 1 {
		fmt.Fprintf(p.env.stderr, "logbook: page %d in %v%s\n", p.pages, time.Since(begun).Round(time.Millisecond), inCells(changed))
	}
	return nil
}

// read sees to it that what the draft's plan reads is held.
func (p *preview) read(d *draft, plan *frame.Plan) error {
	why := ""
	switch {
	case p.log == nil:
	case len(p.log.changed(d)) > 0:
		why = "changed: " + strings.Join(p.log.changed(d), ", ")
	case p.log.lacks(plan) != "":
		why = "new: " + p.log.lacks(plan)
	default:
		return nil
	}
	share := p.share
	if why != "" {
		fmt.Fprintf(p.env.stderr, "logbook: reading the logs again (%s)\n", printable(why))
		p.server.tell(news{Busy: "Reading the logs again (" + why + ") …"})
		p.log.release()
		p.log = nil
	}
	log, err := hold(d, p.columns(d, plan), p.memory, share)
	if err != nil {
		return err
	}
	p.log = log
	return nil
}

// columns returns what to hold: all fields, so that any edit finds what it
// asks for. What was exported may lack some; then only those that are asked for.
func (p *preview) columns(d *draft, plan *frame.Plan) []string {
	var columns []string
	if slices.ContainsFunc(d.inputs, func(in parse.Input) bool { return frame.IsSource(in.Path) }) {
		columns = append(columnsOf(plan), "file")
	} else {
		for _, f := range parse.Schema(d.rules).Fields() {
			columns = append(columns, f.Name)
		}
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// result answers the draft from what is held.
func (p *preview) result(d *draft, plan *frame.Plan) (*report.Result, error) {
	tables, errs, err := p.log.ask(d)
	if err != nil {
		return nil, err
	}
	summary, err := p.log.account(d, plan)
	if err != nil {
		return nil, err
	}
	result := d.result(tables, errs, summary)
	result.Run.Command = spelt(commandText(reportArgs(p.env.args, p.Notebook)))
	if p.log.share < 1 {
		result.Run.Sample = p.log.share
	}
	return result, nil
}

// reportArgs turns the arguments of a preview into those that write its page:
// what only a preview has is left out.
func reportArgs(args []string, notebook string) []string {
	out := []string{"report"}
	named := false
	for i := 1; i < len(args); i++ { // the first is preview
		flag, _, joined := strings.Cut(args[i], "=")
		switch {
		case slices.Contains([]string{"--listen", "--memory", "--sample"}, flag):
			if !joined {
				i++ // its value
			}
		case args[i] == notebook && !named:
			out, named = append(out, "-n", notebook), true
		default:
			out = append(out, args[i])
		}
	}
	return out
}

// changedCells returns the names of the cells whose text is not that of the
// page before, and remembers the texts. On a first page none has changed.
func (p *preview) changedCells(n *report.Notebook) []string {
	before := p.cells
	p.cells = make(map[string]string)
	var changed []string
	for _, c := range n.Cells {
		p.cells[c.Name] = fmt.Sprint(c.Half, c.Text)
		if before != nil && before[c.Name] != p.cells[c.Name] {
			changed = append(changed, c.Name)
		}
	}
	return changed
}

// inCells says which cells have changed.
func inCells(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ", changed: " + printable(strings.Join(names, ", "))
}
