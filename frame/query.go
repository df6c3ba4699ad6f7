package frame

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// ParseQuery parses the text of one cell. The error is a [*SyntaxError].
// Names are not resolved: [NewPlan] does that, since only it knows the fields.
func ParseQuery(text string) (*Query, error) { return Params(nil).ParseQuery(text) }

// ParseExpr parses an expression by itself, as in a flag.
func ParseExpr(text string) (Expr, error) { return Params(nil).ParseExpr(text) }

// Params are the values that $name stands for. A value that reads as a
// constant (20, 10 %, 7d) is that; any other is a text.
type Params map[string]string

// ParseQuery is [ParseQuery] with parameters.
func (params Params) ParseQuery(text string) (q *Query, err error) {
	defer catch(&err, "", text)
	p := &parser{tokens: scanTokens(text, params)}
	q = p.query()
	q.text = text
	return q, nil
}

// ParseExpr is [ParseExpr] with parameters.
func (params Params) ParseExpr(text string) (e Expr, err error) {
	defer catch(&err, "", text)
	p := &parser{tokens: scanTokens(text, params)}
	e = p.expr()
	p.want(endToken, "", "an operator such as and, or, =, <, ~")
	return e, nil
}

// catch turns the panic of a scanner, a parser or a checker into err, an error
// in the text of the query of that name. Panics keep their functions free of a
// hundred returns that all do the same; they never leave this package.
func catch(err *error, name, text string) {
	switch r := recover().(type) {
	case nil:
	case *SyntaxError:
		r.Name, r.Text, r.Length = name, text, max(1, r.Length)
		*err = r
	default:
		panic(r)
	}
}

// A SyntaxError is an error in the text of a query, be it of grammar, of
// names or of types.
type SyntaxError struct {
	Name   string // of the query or file; may be empty
	Text   string // the whole query
	Offset int    // byte offset of the error in Text
	Length int    // of what is underlined; at least 1
	Msg    string // what is wrong: `unknown field "stauts"`
	Hint   string // what would be right: `did you mean status?`, `want one of …`
}

// Error names the place by line and column (both 1-based), shows the line with
// a caret under the place, and the hint:
//
//	1:7: unknown field "stauts" (did you mean status?)
//		where stauts >= 400
//		      ^~~~~~
func (e *SyntaxError) Error() string {
	var b strings.Builder
	if e.Name != "" {
		fmt.Fprintf(&b, "%s:", printable(e.Name))
	}
	line, before, rest := e.place()
	fmt.Fprintf(&b, "%d:%d: %s", line, len([]rune(before))+1, printable(e.Msg))
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", printable(e.Hint))
	}
	marked := rest[:min(len(rest), max(1, e.Length))]
	tabs := strings.LastIndexByte(before, '\t') + 1 // kept, so that the caret stands under its place
	indent := blank(before[:tabs]) + strings.Repeat(" ", uniseg.StringWidth(printable(before[tabs:])))
	tildes := strings.Repeat("~", max(0, uniseg.StringWidth(printable(marked))-1))
	fmt.Fprintf(&b, "\n\t%s\n\t%s^%s", printable(before+rest), indent, tildes)
	return b.String()
}

// blank returns s with all but its tabs turned to spaces.
func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, s)
}

// Place returns the line (1-based) and column (1-based, in characters) of the
// error, for callers that know where in a file the query stands.
func (e *SyntaxError) Place() (line, column int) {
	line, before, _ := e.place()
	return line, len([]rune(before)) + 1
}

// place cuts the line of the error at the error.
func (e *SyntaxError) place() (line int, before, rest string) {
	at := min(e.Offset, len(e.Text))
	start := strings.LastIndexByte(e.Text[:at], '\n') + 1
	before, rest = e.Text[start:at], e.Text[at:]
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return strings.Count(e.Text[:at], "\n") + 1, before, strings.TrimRight(rest, "\r")
}

// Nearest returns the choice most like a misspelt name as a hint, "did you mean
// status?", or "want one of …" if none is alike.
func Nearest(name string, choices []string) string { return nearest(name, choices) }

// nearest returns the choice most like name as a hint, or all choices if none
// is alike.
func nearest(name string, choices []string) string {
	best, bestDistance := "", max(1, utf8.RuneCountInString(name)/3)+1
	for _, c := range choices {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "want one of " + strings.Join(choices, ", ")
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to get from a to b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}

// printable replaces what a terminal would obey rather than show: control
// characters, escapes and marks that turn the direction of writing.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
