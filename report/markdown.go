package report

import (
	"io"
	"regexp"
	"strings"

	"logbook/frame"
)

// WriteMarkdown writes the result as GitHub's Markdown, for a pull request or a
// wiki: without images, and with what a log says as code where it is not
// ordinary words.
func (r *Result) WriteMarkdown(w io.Writer) error {
	pg, err := r.page()
	if err != nil {
		return err
	}
	return pg.tell(w, markdownText{})
}

// markdownText is the hand of Markdown.
type markdownText struct{}

var markdownPen = pen{author: same, value: frame.MarkdownText, code: frame.CodeSpan, emphasis: "*", bold: "**", soft: "\n", hard: "\\\n", link: linked}

func linked(words, address string) string { return "[" + words + "](<" + address + ">)" }

func (markdownText) pen() *pen { return &markdownPen }

func (markdownText) masthead(site, title, when string) string {
	head := "# " + frame.MarkdownText(title) + "\n\n"
	if site != "" {
		head += "**" + frame.MarkdownText(visible(site)) + "** · "
	}
	return head + when
}

func (markdownText) heading(level int, words string) string {
	return strings.Repeat("#", level) + " " + strings.ReplaceAll(words, "\n", " ")
}

// opening is what at the start of a line begins another block than a paragraph.
var opening = regexp.MustCompile("(?m)^[ \t]*(#{1,6}(?:[ \t]|$)|[-+*>](?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$|```|~~~)|^[ \t]*([0-9]+)([.)](?:[ \t]|$))")

// paragraph keeps the author's lines. A value at the start of one must not
// begin a list, a heading or a block of code.
func (markdownText) paragraph(words string, _ int) string {
	return opening.ReplaceAllStringFunc(strings.TrimSpace(words), func(s string) string {
		m := opening.FindStringSubmatch(s)
		if m[2] != "" {
			return m[2] + `\` + m[3]
		}
		return `\` + m[1]
	})
}

func (markdownText) code(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence
}

func (markdownText) table(columns []frame.TextColumn, _ int) string {
	return strings.TrimRight(frame.Piped(columns), "\n")
}
