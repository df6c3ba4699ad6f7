package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
	"logbook/parse"
)

// readFlags are the flags of every command that reads logs.
type readFlags struct {
	Zone           string   `help:"Time zone of hours, days and weeks, such as Europe/Berlin. Default: UTC." placeholder:"ZONE"`
	Since          string   `help:"Only requests from this time on: 2026-11-09, 2026-11-09T14:00." placeholder:"TIME"`
	Until          string   `help:"Only requests before this time." placeholder:"TIME"`
	Where          string   `help:"Only requests for which this holds: 'status >= 400 and not clutter'." placeholder:"EXPR"`
	ExcludeClutter bool     `help:"Leave out favicons, styles, scripts and the like (see logbook fields)."`
	Book           []string `help:"Pattern that names a book, such as '/docs/{book}/{chapter}/**'; repeat it, the first match wins. --books is the same." aliases:"books" placeholder:"PATTERN" sep:"none"`
	Own            []string `help:"Host of your own, which is no referring site; *.example.org has all below it." placeholder:"HOST"`
	Hosts          string   `help:"What becomes of clients' addresses: keep; mask to networks; hash, differently each day; drop. Default: keep." enum:",keep,mask,hash,drop" default:"" placeholder:"HOW"`
	Rules          string   `help:"File of your own rules for derived fields (logbook fields --built-in prints the built-in one)." placeholder:"FILE" type:"path"`
	Geo            []string `help:"Database of places or networks (.mmdb) for country, city and asn. Repeat it for more." placeholder:"FILE" type:"path"`
	Format         string   `help:"Format of the lines: a name (see logbook formats), an Apache LogFormat, an nginx log_format, or a W3C log's #Fields: line." default:"auto" placeholder:"FORMAT"`
	EscapeBytes    bool     `help:"Write bytes of a log that are no UTF-8 as \\xHH, so that none is lost; otherwise they become U+FFFD."`
	Rejects        string   `help:"Write rejected lines to FILE, each with its reason." placeholder:"FILE" type:"path"`
	MaxRejected    string   `help:"Exit with 4 if a greater share of lines is rejected, such as 1%." placeholder:"SHARE"`
	Jobs           int      `help:"Workers; 0 is one a core." default:"0" placeholder:"N"`
	Quiet          bool     `short:"q" help:"On standard error, print problems only."`

	Bots string `kong:"-"` // of a notebook: default, none, or a file of rules
}

// A reading is everything that is decided before the first line is read.
type reading struct {
	flags   *readFlags
	env     *environment
	zone    *time.Location
	rules   *parse.Rules
	options frame.Options
	scanner parse.Scanner
	inputs  []parse.Input
	rejects *rejectFile
	read    int64 // bytes of files, by the scan that ended last
}

// open checks the flags and finds the logs. Its errors are of wrong use, but
// for logs that are not there.
func (f *readFlags) open(env *environment, logs []string) (*reading, error) {
	r, err := f.settle(env)
	if err != nil {
		return nil, err
	}
	return r, r.find(logs)
}

// find finds the logs to read.
func (r *reading) find(logs []string) (err error) {
	if len(logs) == 0 {
		return usageError(errors.New("no logs named: give files, globs, folders, or - for standard input"))
	}
	if r.inputs, err = parse.Inputs(logs, r.env.stdin); err != nil {
		return err
	}
	return spareLogs("--rejects", r.flags.Rejects, r.inputs)
}

// settle checks the flags. Its errors are of wrong use.
func (f *readFlags) settle(env *environment) (*reading, error) {
	r := &reading{flags: f, env: env}
	if f.Rejects == "-" {
		return nil, usageError(errors.New("--rejects: - is no file, and standard output is the answer's"))
	}
	var err error
	if r.zone, err = time.LoadLocation(f.Zone); err != nil {
		return nil, usageError(fmt.Errorf("--zone: no time zone %q; zones have names such as UTC or Europe/Berlin", f.Zone))
	}
	if r.rules, err = f.rules(); err != nil {
		return nil, usageError(err)
	}
	if err := f.setHosts(env, r.rules); err != nil {
		return nil, usageError(err)
	}
	if r.options.Where, err = r.where(); err != nil {
		return nil, usageError(err)
	}
	r.options.Zone, r.options.Functions = r.zone, r.rules.Functions()
	if f.Format != "" && f.Format != "auto" {
		if r.scanner.Format, err = parse.FormatByName(f.Format); err != nil {
			return nil, usageError(fmt.Errorf("--format: %w", err))
		}
	}
	if f.Jobs < 0 {
		return nil, usageError(fmt.Errorf("--jobs: %d workers cannot work", f.Jobs))
	}
	if _, err := f.maxRejected(); err != nil {
		return nil, usageError(err)
	}
	if env.getenv("GOGC") == "" {
		tuneCollector()
	}
	r.scanner.Jobs, r.scanner.Rules, r.scanner.EscapeBytes = f.Jobs, r.rules, f.EscapeBytes
	return r, nil
}

// ballast is memory that is never touched, and so is none but in the books of
// the garbage collector.
var ballast []byte

// tuneCollector makes the garbage collector fit what a pass holds: much, and
// nothing in it points anywhere. A fifth more than is in use may be there
// before it is collected, and not as much again; but while little is in use,
// the ballast keeps the collector from running all the time.
func tuneCollector() {
	debug.SetGCPercent(20)
	if ballast == nil {
		ballast = make([]byte, 64<<20)
	}
}

// makeRoom collects, if it may be much, what a pass needed and what follows
// does not, so that this takes its place.
func makeRoom() {
	const much = 160 << 20
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapAlloc > much {
		runtime.GC()
	}
}

// rules returns the rules that the flags ask for.
func (f *readFlags) rules() (*parse.Rules, error) {
	rules := parse.DefaultRules()
	if f.Rules != "" {
		if err := readRules(rules, "--rules", f.Rules); err != nil {
			return nil, err
		}
	}
	switch f.Bots {
	case "", "default":
	case "none":
		rules.NoBots = true
	default:
		if err := readRules(rules, "bots", f.Bots); err != nil {
			return nil, err
		}
	}
	for i, pattern := range f.Book {
		if i == 0 {
			rules.Books = nil // flags replace the defaults
		}
		book, err := parse.ParseBook(pattern)
		switch {
		case err != nil && !strings.Contains(pattern, "/"):
			return nil, fmt.Errorf("--book: %w; to choose books by their names, use --where 'book in (%q)'", err, pattern)
		case err != nil:
			return nil, fmt.Errorf("--book: %w", err)
		}
		rules.Books = append(rules.Books, book)
	}
	rules.Own = append(rules.Own, f.Own...)
	for _, path := range f.Geo {
		db, err := parse.OpenGeoDB(path) // mapped until the process ends
		if err != nil {
			return nil, fmt.Errorf("--geo: %w", err)
		}
		rules.Geo = append(rules.Geo, db)
	}
	return rules, nil
}

func readRules(rules *parse.Rules, flag, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	defer file.Close()
	return rules.Read(path, file)
}

// setHosts gives the rules the policy of --hosts.
func (f *readFlags) setHosts(env *environment, rules *parse.Rules) (err error) {
	if f.Hosts == "" {
		return nil
	}
	if rules.Hosts, err = parse.ParseHostPolicy(f.Hosts); err != nil || rules.Hosts != parse.HashHosts {
		return err
	}
	rules.Secret = []byte(env.getenv("LOGBOOK_SECRET"))
	if len(rules.Secret) == 0 {
		rules.Secret = []byte(rand.Text())
	}
	return nil
}

// where joins the flags that leave rows out into one expression, nil for none.
func (r *reading) where() (frame.Expr, error) {
	f := r.flags
	var where frame.Expr
	and := func(e frame.Expr) {
		if where != nil {
			e = &frame.Binary{Op: "and", X: where, Y: e}
		}
		where = e
	}
	for _, bound := range []struct{ flag, value, op string }{{"--since", f.Since, ">="}, {"--until", f.Until, "<"}} {
		if bound.value == "" {
			continue
		}
		e, err := frame.ParseExpr(bound.value)
		if at, ok := e.(*frame.Literal); err != nil || !ok || at.Type != frame.Time {
			return nil, fmt.Errorf("%s: %q is no time; write 2026-11-09 or 2026-11-09T14:00", bound.flag, bound.value)
		}
		and(&frame.Binary{Op: bound.op, X: &frame.Name{Name: "time"}, Y: e})
	}
	if f.Where != "" {
		e, err := r.check("--where", f.Where)
		if err != nil {
			return nil, err
		}
		and(e)
	}
	if f.ExcludeClutter {
		and(&frame.Unary{Op: "not", X: &frame.Name{Name: "clutter"}})
	}
	return where, nil
}

// check parses an expression over the logs' fields that a flag gives.
func (r *reading) check(flag, text string) (frame.Expr, error) {
	e, err := frame.ParseExpr(text)
	if err == nil {
		_, err = frame.NewFilter(parse.Schema(r.rules), e, r.zone)
	}
	if syntax, ok := errors.AsType[*frame.SyntaxError](err); ok {
		placed := *syntax
		placed.Name, placed.Text = flag, text
		return nil, &placed
	}
	return e, err
}

// plan checks queries against the fields that logs have.
func (r *reading) plan(names []string, queries []*frame.Query) (*frame.Plan, error) {
	options := r.options
	options.Derived = r.derived()
	return frame.NewPlan(parse.Schema(r.rules), names, queries, options)
}

// derived returns the columns that are made of others, by name, for as long as
// all inputs are logs: what tables have is taken as it is. What is made of
// hosts is not said, as a policy may have changed these.
func (r *reading) derived() map[string]string {
	if slices.ContainsFunc(r.inputs, func(in parse.Input) bool { return in.Path == "" || frame.IsSource(in.Path) }) {
		return nil
	}
	from := make(map[string]string)
	for _, f := range parse.Fields(r.rules) {
		if f.Derived && f.From != "host" {
			from[f.Name] = f.From
		}
	}
	return from
}

// run makes the one pass: it scans the inputs into one partial a worker and
// merges them. The summary is complete even where the error is not nil.
func (r *reading) run(plan *frame.Plan) (partial *frame.Partial, summary *parse.Summary, err error) {
	r.scanner.Columns, r.scanner.Filter = plan.Columns(), plan.Filter()
	partial, err = gather(plan, func(newSink func() frame.Sink) (err error) {
		summary, err = r.scan(newSink)
		return err
	})
	return partial, summary, err
}

// gather makes a pass into one partial a sink and merges them.
func gather(plan *frame.Plan, pass func(newSink func() frame.Sink) error) (*frame.Partial, error) {
	var partials []*frame.Partial
	err := pass(func() frame.Sink {
		p := plan.NewPartial()
		partials = append(partials, p)
		return p
	})
	if err != nil {
		return nil, err
	}
	if len(partials) == 0 {
		return plan.NewPartial(), nil
	}
	makeRoom()
	for _, p := range partials[1:] {
		if err := partials[0].Merge(p); err != nil {
			return nil, err
		}
	}
	return partials[0], nil
}

// scan reads the inputs into sinks.
func (r *reading) scan(newSink func() frame.Sink) (*parse.Summary, error) {
	return r.account(func() (*parse.Summary, error) { return r.scanner.Scan(r.env.ctx, r.inputs, newSink) })
}

// account shows the progress of a scan, or of several, on a terminal and says
// on standard error what was read.
func (r *reading) account(scan func() (*parse.Summary, error)) (*parse.Summary, error) {
	if r.flags.Rejects != "" {
		var err error
		if r.rejects, err = createRejects(r.flags.Rejects); err != nil {
			return nil, err
		}
		defer r.rejects.abandon()
		r.scanner.Rejects = r.rejects.add
		r.scanner.Ordered = true // so that the file has the order of the logs
	}
	progress := startProgress(r)
	r.scanner.Progress = progress.add
	summary, err := scan()
	progress.stop()
	r.read = progress.read.Load()
	if err == nil && r.rejects != nil {
		err = r.rejects.close()
	}
	if summary != nil && !errors.Is(err, frame.ErrBudget) { // which begins anew
		if r.rules.Hosts != parse.KeepHosts {
			hideExamples(summary)
		}
		printSummary(r.env.stderr, summary, r.flags.Quiet)
	}
	return summary, err
}

// verdict returns the error of a run whose answer has been written: none, or
// that an input could not be read or was damaged.
func (r *reading) verdict(s *parse.Summary) error {
	for _, f := range s.Files {
		if _, unread := errors.AsType[*fs.PathError](f.Err); unread {
			return errors.New("not all logs could be read; the answer holds the others")
		}
	}
	unknown := 0
	for _, f := range s.Files {
		if errors.Is(f.Err, parse.ErrUnrecognised) {
			unknown++
		} else if f.Err != nil {
			return &exitError{exitDamaged, errors.New("input is damaged; the answer holds what could be read")}
		}
	}
	if unknown > 0 {
		return &exitError{exitDamaged, fmt.Errorf("no known format fits %s; the answer holds nothing of that", plural(unknown, "file"))}
	}
	limit, _ := r.flags.maxRejected()
	if share := float64(s.Rejected) / float64(max(s.Total, 1)); share > limit {
		return &exitError{exitDamaged, fmt.Errorf("%.2f %% of lines were rejected, more than --max-rejected %s", 100*share, r.flags.MaxRejected)}
	}
	return nil
}

// maxRejected returns the share of --max-rejected; without the flag, all.
func (f *readFlags) maxRejected() (float64, error) {
	if f.MaxRejected == "" {
		return 1, nil
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(f.MaxRejected), "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fmt.Errorf("--max-rejected: %q is no share; write 1%% or 0.01", f.MaxRejected)
	}
	return share, nil
}
