// Logbook reads web access logs and says what happened: in one HTML page, in a
// table on the terminal, or as Arrow and Parquet for other tools.
//
//	logbook report access.log*                      write report.html
//	logbook query 'count by status' access.log      print a table
//	logbook export -o access.parquet access.log     hand over to other tools
//	logbook generate --days 28 > access.log         make a log to try it on
//
// # Reading logs
//
// Every command that reads logs takes files, globs (also with **), directories,
// and - for standard input. Compression is recognised by content, the format of
// the lines by looking at them. What was read is accounted for on standard
// error:
//
//	logbook: 10,000 lines = 9,999 kept + 0 filtered + 1 rejected
//	logbook: 1 rejected: a quoted field does not end (first: access.log:8899)
//
// # Exit codes
//
//	0  done
//	1  something could not be read or written
//	2  wrong use: flags, a query, a notebook; nothing was read
//	3  done, but a cell of the notebook failed
//	4  done, but input is damaged or in no known format, or more lines were rejected than --max-rejected allows
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"logbook/report"
	"logbook/templates"
)

// The exit codes, as the package comment and --help explain them.
const (
	exitFailed  = 1
	exitUsage   = 2
	exitCell    = 3
	exitDamaged = 4
)

// An exitError is an error that decides the exit code. Others mean exitFailed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageError says that the command was used wrongly: nothing has been read.
func usageError(err error) error { return &exitError{exitUsage, err} }

// An environment is what a command has of the outside world, so that a test
// can give it another one.
type environment struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	args   []string // of the command line, for "again with"
	getenv func(string) string
}

// A command line: one field a command, in the order of --help.
type commandLine struct {
	Report   reportCmd   `cmd:"" help:"Write a page about logs: one HTML file that opens without a server."`
	Render   renderCmd   `cmd:"" help:"Write an answered notebook in another form, without the logs."`
	Query    queryCmd    `cmd:"" help:"Answer one question about logs with a table."`
	Explain  explainCmd  `cmd:"" help:"Show what a query would do, or the same question as SQL."`
	Init     initCmd     `cmd:"" help:"Write a notebook to start from."`
	Check    checkCmd    `cmd:"" help:"Check notebooks without reading a log."`
	Fields   fieldsCmd   `cmd:"" help:"List the fields that queries can use."`
	Formats  formatsCmd  `cmd:"" help:"List the log formats, with an example each."`
	Generate generateCmd `cmd:"" help:"Make a log of a site that does not exist, and the truth about it."`
	Export   exportCmd   `cmd:"" help:"Write the records of logs for other tools: Parquet, Arrow, CSV, JSON lines."`
	Preview  previewCmd  `cmd:"" help:"Show the page of a notebook while you write it, in a browser on this machine."`
	Version  versionCmd  `cmd:"" help:"Print the version and what is built in."`
}

const description = `Reads web access logs and says what happened.

Try:
  logbook report access.log
  logbook query 'where status >= 400 | count by book, status' access.log*
  zcat access.log.*.gz | logbook query 'count by day' -

Exit codes: 0 done; 1 cannot read or write; 2 wrong use; 3 a cell failed; 4 done, but input is damaged.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(&environment{ctx, os.Stdin, os.Stdout, os.Stderr, os.Args[1:], os.Getenv}))
}

// run is main without the process: it parses the command line, runs the
// command, prints its error and returns the exit code.
func run(env *environment) int {
	code := -1
	parser := kong.Must(new(commandLine),
		kong.Name("logbook"), kong.Description(description),
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
		kong.Vars{"notebooks": strings.Join(templates.Notebooks(), ", "), "periods": report.Periods},
		kong.Bind(env))
	parser.Model.HelpFlag.Help = "Show this help."
	if len(env.args) == 0 { // what can be done is the answer, but nothing was
		parser.Stdout = env.stderr
		parser.Parse([]string{"--help"}) //nolint:errcheck // it has printed, and ends in an error without a command
		return exitUsage
	}
	ctx, err := parser.Parse(env.args)
	if code >= 0 { // --help has been printed
		return code
	}
	if err != nil {
		return complain(env, usageError(misuse(err)))
	}
	return complain(env, ctx.Run())
}

// What kong says of arguments, in the words of other messages.
var (
	lackingArg = regexp.MustCompile(`^expected "(<[^>]+>)( \.\.\.)?"$`)
	lackingSet = regexp.MustCompile(`^missing flags: (.*)$`)
	badNumber  = regexp.MustCompile(`^(--[a-z-]+): expected a valid .* but got (".*")$`)
)

// misuse says what is wrong with a command line, and where the right one is
// shown.
func misuse(err error) error {
	help := "logbook --help"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil && parse.Context.Selected() != nil {
		help = "logbook " + parse.Context.Selected().Name + " --help"
	}
	text := err.Error()
	text = lackingArg.ReplaceAllString(text, "$1 is missing")
	text = lackingSet.ReplaceAllString(text, "$1 is missing")
	text = badNumber.ReplaceAllString(text, "$1: $2 is no number")
	return fmt.Errorf("%s (see %s)", text, help)
}

// complain prints the error and returns its exit code. A reader that has gone
// away, as head does, is nobody's error.
func complain(env *environment, err error) int {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintln(env.stderr, "logbook: "+printable(err.Error()))
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	return exitFailed
}
