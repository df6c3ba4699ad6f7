package frame

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes the table as in RFC 4180, but with the line ends of Unix, and
// with exact numbers: bytes as they are, durations in µs, times in the zone and
// as far as their unit goes. A null is empty. As in [NewCSVWriter], a text that
// a spreadsheet would take for a formula gets an apostrophe. A series is its
// counts with spaces between.
func (t *Table) WriteCSV(w io.Writer, zone *time.Location) error {
	var b strings.Builder
	for i, c := range t.Columns {
		b.WriteString(between(i, ",") + guardedCSV(c.Name))
	}
	b.WriteString("\n")
	for row := range t.Rows {
		for i := range t.Columns {
			b.WriteString(between(i, ",") + csvCell(&t.Columns[i], row, zone))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// between returns the separator, but not before the first.
func between(i int, separator string) string {
	if i == 0 {
		return ""
	}
	return separator
}

func csvCell(c *Column, row int, zone *time.Location) string {
	v := c.value(row)
	switch {
	case c.Series != nil:
		return strings.Join(exactCounts(c.Series[row]), " ")
	case v.null():
		return ""
	case v.typ == Text:
		return guardedCSV(v.text)
	case v.typ == Time:
		return exactTime(v.int, c.Unit, zone)
	}
	return exactNumber(v)
}

func exactCounts(counts []int64) []string {
	texts := make([]string, len(counts))
	for i, n := range counts {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return texts
}

// exactNumber writes a number or flag so that it reads back equal.
func exactNumber(v value) string {
	switch v.typ {
	case Float:
		return strconv.FormatFloat(v.float, 'g', -1, 64)
	case Flag:
		return strconv.FormatBool(v.int != 0)
	}
	return strconv.FormatInt(v.int, 10)
}

// exactTime writes a time: days, weeks and months by their names, all else
// with its offset, since an hour may come twice.
func exactTime(us int64, unit string, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	t := time.UnixMicro(us).In(zone)
	switch unit {
	case "day", "week", "month":
		return formatTime(t, unit)
	}
	return t.Format(time.RFC3339Nano)
}

// WriteMarkdown writes the table as GitHub's Markdown. What a log says is a
// code span where it is not ordinary words, so that it is no link, no mention
// and no markup.
func (t *Table) WriteMarkdown(w io.Writer, zone *time.Location) error {
	var b strings.Builder
	b.WriteString(Piped(t.printed(TextOptions{Zone: zone}, true)))
	for _, note := range t.Notes {
		b.WriteString("\n" + MarkdownText(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Piped lays out a table as GitHub's Markdown. Only what is whole, bars and
// sparklines, stands there as it is.
func Piped(columns []TextColumn) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString("| " + markdownCell(c.Head) + " ")
	}
	b.WriteString("|\n")
	for _, c := range columns {
		if c.Right {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for row := range columns[0].Cells {
		for _, c := range columns {
			cell := c.Cells[row]
			if !c.Whole {
				cell = markdownCell(cell)
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// markdownCell is [MarkdownText] within a table. A pipe ends a cell even within a
// code span, unless it is escaped; a backslash before one cannot be written
// there and becomes a space apart.
func markdownCell(s string) string {
	return MarkdownText(strings.NewReplacer(`\|`, `\ \|`, `|`, `\|`).Replace(s))
}

// ordinary is text that no reader of Markdown takes for anything else: no
// markup, no address, no mention, no emoji.
var ordinary = regexp.MustCompile(`^(?:[\p{L}\p{N}\x{202f} ,()%+−–▲▼≈×·…†’'“”-]|[.:;?!](?:[ \d]|$)|<\d)*$`)

// MarkdownText writes a text so that Markdown shows it as it is: ordinary words
// and numbers as they are, all else as a code span, which alone is not looked
// through for links and mentions. The text has no control characters.
func MarkdownText(s string) string {
	if ordinary.MatchString(s) && !strings.Contains(strings.ToLower(s), "www") {
		return s
	}
	return CodeSpan(s)
}

// CodeSpan writes a text as a code span of Markdown.
func CodeSpan(s string) string {
	longest, run := 0, 0
	for _, r := range s {
		if r == '`' {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if s == "" || strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " " // which Markdown takes away again
	}
	return fence + s + fence
}
