package report

import (
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"logbook/frame"
)

// WriteText writes the result for a terminal or a mail: lines of 72 columns,
// tables aligned, bars and sparklines of block characters.
func (r *Result) WriteText(w io.Writer) error {
	pg, err := r.page()
	if err != nil {
		return err
	}
	return pg.tell(w, plainText{})
}

// plainText is the hand of text without markup.
type plainText struct{}

var plainPen = pen{author: unescaped, value: same, code: same, soft: " ", hard: "\n", link: spelt}

func spelt(words, address string) string { return words + " (" + address + ")" }

func (plainText) pen() *pen { return &plainPen }

func (plainText) masthead(site, title, when string) string {
	if site != "" {
		title = visible(site) + "  ·  " + title
	}
	return title + "\n" + folded(when, columns) + "\n" + strings.Repeat("=", 60)
}

func (plainText) heading(level int, words string) string {
	if level <= 2 {
		words = strings.ToUpper(words)
	}
	return folded(words, columns)
}

func (plainText) paragraph(words string, width int) string { return folded(words, width) }

func (plainText) code(text string) string { return indented(text, "    ", "    ") }

func (plainText) table(columns []frame.TextColumn, width int) string {
	lines := strings.Split(strings.TrimRight(frame.Aligned(columns, width-2), "\n"), "\n")
	if last := len(lines) - 1; uniseg.StringWidth(lines[last]) > width-2 { // says which columns are not there
		lines[last] = folded(lines[last], width-2)
	}
	return indented(strings.Join(lines, "\n"), "  ", "  ")
}

// folded breaks a text into lines between words, but not between a number and
// its unit, and within a word only where that is longer than a line.
func folded(text string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		used := 0
		var b strings.Builder
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' }) {
			wide := uniseg.StringWidth(word)
			switch {
			case used == 0:
			case used+1+wide > width:
				lines = append(lines, b.String())
				b.Reset()
				used = 0
			default:
				b.WriteByte(' ')
				used++
			}
			for wide > width {
				head, rest := cutWidth(word, width)
				lines = append(lines, head)
				word, wide = rest, uniseg.StringWidth(rest)
			}
			b.WriteString(word)
			used += wide
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// cutWidth cuts a text after so many columns, between characters as people see
// them.
func cutWidth(s string, width int) (head, rest string) {
	used := 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if used += g.Width(); used > width && len(head) > 0 {
			break
		}
		head += g.Str()
	}
	return head, s[len(head):]
}
