package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"logbook/parse"
)

// printSummary says what was read: always that total = kept + filtered +
// rejected, then what was wrong, with the place of the first example. If quiet,
// only what was wrong.
func printSummary(w io.Writer, s *parse.Summary, quiet bool) {
	if !quiet {
		fmt.Fprintf(w, "logbook: %s lines = %s kept + %s filtered + %s rejected%s\n",
			count(s.Total), count(s.Kept), count(s.Filtered), count(s.Rejected), blank(s.Blank))
		printFormats(w, s)
	}
	for reason := range parse.NumReasons {
		if reason == parse.OK || reason == parse.Blank || s.Reasons[reason] == 0 {
			continue
		}
		file, example := firstExample(s, reason)
		place := fmt.Sprintf("%s:%d", file, example.Line)
		if example.Text != "" {
			place += ": " + clip(example.Text, 80)
		}
		fmt.Fprintf(w, "logbook: %s rejected: %s (first: %s)\n", count(s.Reasons[reason]), reason, printable(place))
	}
	for _, f := range s.Files {
		if f.Err != nil {
			fmt.Fprintf(w, "logbook: %s\n", printable(f.Err.Error()))
		}
	}
}

// blank says how many lines were no lines of the log proper.
func blank(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %s blank or comment lines)", count(n))
}

// printFormats says what the lines were taken for, and of each file that was
// not read why.
func printFormats(w io.Writer, s *parse.Summary) {
	type group struct {
		format string
		files  int
		sure   float64 // of the least sure
	}
	var groups []group
	for _, f := range s.Files {
		if f.Skipped != "" {
			fmt.Fprintf(w, "logbook: %s not read: %s\n", printable(f.Name), printable(f.Skipped))
		}
		if f.Format == "" || f.Total == 0 {
			continue
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.format == f.Format })
		if i < 0 {
			i, groups = len(groups), append(groups, group{f.Format, 0, 1})
		}
		groups[i].files++
		groups[i].sure = min(groups[i].sure, f.Confidence)
	}
	for _, g := range groups {
		fits := ""
		if g.sure > 0 { // an export has no lines to sample
			fits = fmt.Sprintf(", fits %.4g %% of sampled lines", 100*g.sure)
		}
		fmt.Fprintf(w, "logbook: format %s in %s%s\n", g.format, plural(g.files, "file"), fits)
	}
	for _, f := range s.Files {
		if f.Longer > 0 {
			fmt.Fprintf(w, "logbook: %s: fields behind those of %s in %s lines are not read; describe them with --format (see logbook formats)\n",
				printable(f.Name), f.Format, count(f.Longer))
		}
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// hideExamples takes the texts of rejected lines out of a summary and leaves
// their places: a line that is no record still holds its client's address,
// which --hosts was to hide.
func hideExamples(s *parse.Summary) {
	for i := range s.Files {
		for reason := range s.Files[i].Examples {
			s.Files[i].Examples[reason].Text = ""
		}
	}
}

// firstExample returns the first line that was rejected for the reason, in the
// order of the inputs.
func firstExample(s *parse.Summary, reason parse.Reason) (file string, example parse.Example) {
	for _, f := range s.Files {
		if ex := f.Examples[reason]; ex.Line > 0 {
			return f.Name, ex
		}
	}
	return "", parse.Example{}
}

// count prints n with commas between the thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// clip cuts s to n runes.
func clip(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// printable makes text from a log or a file name fit for a terminal: control
// characters, which could move the cursor or set colours, and the marks that
// turn the direction of writing are shown as escapes. New lines and tabs stay:
// they are ours.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case !strconv.IsPrint(r) && r != '\u00a0' && r != '\u202f':
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
