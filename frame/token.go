package frame

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a piece of a query's text. Numbers, units and dates are words
// here: whether 2xx, 500ms or 2026-11-09 is a text or a literal is a matter
// of the whole word and decided by [parser.literal].
type token struct {
	kind     tokenKind
	text     string // the word, the sign, or what the quotes hold
	pos, end int    // bytes of the query
	quoted   bool   // a word in backquotes: a name whatever it looks like
	indented bool   // the first of a line that continues a step
}

type tokenKind uint8

const (
	endToken  tokenKind = iota
	pipeToken           // "|", or the end of a line that the next does not continue
	wordToken           // count 2xx total.count 500ms `my field`
	textToken           // "a b" 'a b'
	signToken           // ( ) [ ] , = != < <= > >= ~ !~ + - * / . %
)

// String describes the token as an error message does.
func (t token) String() string {
	switch {
	case t.kind == endToken:
		return "the end"
	case t.kind == textToken:
		return quote(t.text)
	}
	return `"` + printable(t.text) + `"`
}

// isNumber reports whether the token begins as a number does.
func (t token) isNumber() bool {
	return t.kind == wordToken && !t.quoted && '0' <= t.text[0] && t.text[0] <= '9'
}

// maxQuery bounds the text of a query, and so the depth of its tree.
const maxQuery = 1 << 16

// Signs, longest first. The foreign ones are refused with the right one.
var (
	signs   = []string{"!=", "<=", ">=", "!~", "(", ")", "[", "]", ",", "=", "<", ">", "~", "+", "-", "*", "/", ".", "%"}
	foreign = []struct{ wrong, right string }{
		{"==", "="}, {"=~", "~"}, {"<>", "!="}, {"&&", "and"}, {"||", "or"}, {";", "| or a new line"}, {"&", "and"}, {"!", "not or !="},
	}
)

// A scanner cuts a query into tokens. Lines matter to it: the end of a line
// is a pipe unless a parenthesis is open, the line ends in a comma, or the
// next line is indented deeper than the first.
type scanner struct {
	text   string
	params Params
	pos    int
	open   int // parentheses
	indent int // of the first line
	tokens []token
}

// scanTokens cuts text into tokens, the last of which is an endToken. It
// panics with a [*SyntaxError].
func scanTokens(text string, params Params) []token {
	if len(text) > maxQuery {
		panic(&SyntaxError{Msg: fmt.Sprintf("the query is longer than %d bytes", maxQuery)})
	}
	s := &scanner{text: text, params: params, indent: -1}
	s.line()
	for s.pos < len(text) {
		s.token()
	}
	s.add(endToken, "", len(text))
	return s.tokens
}

func (s *scanner) fail(length int, msg, hint string) {
	panic(&SyntaxError{Text: s.text, Offset: s.pos, Length: length, Msg: msg, Hint: hint})
}

// add appends the token that ends at end, and moves there.
func (s *scanner) add(kind tokenKind, text string, end int) {
	s.tokens = append(s.tokens, token{kind: kind, text: text, pos: s.pos, end: end})
	s.pos = end
}

func (s *scanner) token() {
	switch c := s.text[s.pos]; {
	case c == ' ' || c == '\t' || c == '\r':
		s.pos++
	case c == '\n':
		s.line()
	case c == '#':
		s.comment()
	case c == '"' || c == '\'' || c == '`':
		s.quoted(c)
	default:
		s.wordOrSign()
	}
}

// line goes to the first token of the next line that has one, and decides
// whether it continues the step.
func (s *scanner) line() {
	start := s.pos
	for s.pos < len(s.text) {
		rest := strings.TrimLeft(s.text[s.pos:], " \t\r")
		indent := len(s.text) - len(rest) - s.pos
		switch {
		case rest == "":
			s.pos = len(s.text)
			return
		case rest[0] == '\n':
			s.pos = len(s.text) - len(rest) + 1
			continue
		case rest[0] == '#':
			s.pos = len(s.text) - len(rest)
			s.comment()
			continue
		}
		first := len(s.tokens)
		if s.indent < 0 {
			s.indent = indent
		} else if indent <= s.indent && s.open == 0 && !s.endsWith(",") {
			s.pos = start
			s.add(pipeToken, "\n", start)
		}
		s.pos = len(s.text) - len(rest)
		s.token()
		if len(s.tokens) > first && s.tokens[first].kind != pipeToken {
			s.tokens[first].indented = first > 0
		}
		return
	}
}

func (s *scanner) endsWith(sign string) bool {
	n := len(s.tokens)
	return n > 0 && s.tokens[n-1].kind == signToken && s.tokens[n-1].text == sign
}

func (s *scanner) comment() {
	if end := strings.IndexByte(s.text[s.pos:], '\n'); end >= 0 {
		s.pos += end
		return
	}
	s.pos = len(s.text)
}

// quoted scans a text in ' or ", or a name in backquotes. In " a backslash
// escapes a quote or a backslash and is itself elsewhere, so that a regular
// expression need not double it; in the others it is always itself.
func (s *scanner) quoted(mark byte) {
	var b strings.Builder
	for i := s.pos + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		c := s.text[i]
		if c == mark {
			kind := textToken
			if mark == '`' {
				kind = wordToken
			}
			if kind == wordToken && b.Len() == 0 {
				s.fail(2, "a name of no letters", "")
			}
			if !utf8.ValidString(b.String()) {
				s.fail(i+1-s.pos, "the text is not UTF-8", "")
			}
			s.add(kind, b.String(), i+1)
			s.tokens[len(s.tokens)-1].quoted = true
			return
		}
		if mark == '"' && c == '\\' && i+1 < len(s.text) && (s.text[i+1] == '"' || s.text[i+1] == '\\') {
			i++
			c = s.text[i]
		}
		b.WriteByte(c)
	}
	s.fail(1, fmt.Sprintf("the text that begins with %c has no end", mark), "")
}

func (s *scanner) wordOrSign() {
	rest := s.text[s.pos:]
	if n := wordLength(rest); n > 0 {
		s.add(wordToken, rest[:n], s.pos+n)
		return
	}
	if rest[0] == '$' && wordLength(rest[1:]) > 0 {
		s.parameter(rest[1 : 1+wordLength(rest[1:])])
		return
	}
	for _, f := range foreign {
		if strings.HasPrefix(rest, f.wrong) && !strings.HasPrefix(rest, "!=") && !strings.HasPrefix(rest, "!~") {
			s.fail(len(f.wrong), fmt.Sprintf("unknown sign %q", f.wrong), "write "+f.right)
		}
	}
	if rest[0] == '|' {
		s.add(pipeToken, "|", s.pos+1)
		return
	}
	for _, sign := range signs {
		if strings.HasPrefix(rest, sign) {
			s.sign(sign)
			return
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError && size == 1 {
		s.fail(1, "the query is not UTF-8", "")
	}
	s.fail(size, fmt.Sprintf("unexpected character %q", r), "quote texts that hold more than letters, digits, _ - and .")
}

// parameter puts the value of $name in its place. It is a constant or else a
// text, whatever it holds: a value cannot become a part of the query.
func (s *scanner) parameter(name string) {
	value, ok := s.params[name]
	if !ok {
		hint := "there are no parameters"
		if len(s.params) > 0 {
			hint = nearest(name, slices.Sorted(maps.Keys(s.params)))
		}
		s.fail(1+len(name), fmt.Sprintf("unknown parameter %q", "$"+name), hint)
	}
	start, end := s.pos, s.pos+1+len(name)
	for _, t := range constantTokens(value) {
		t.pos, t.end = start, end // where errors point
		s.tokens = append(s.tokens, t)
	}
	s.pos = end
}

// constantTokens returns the tokens of a constant such as 20, "10 %" or -5, or
// one text of what is none.
func constantTokens(value string) []token {
	tokens := words(value)
	p := parser{tokens: tokens}
	if len(tokens) > 0 {
		p.accept("-")
		if p.constant() != nil && p.peek().kind == endToken {
			return tokens[:len(tokens)-1]
		}
	}
	return []token{{kind: textToken, text: value, quoted: true}}
}

func (s *scanner) sign(sign string) {
	switch sign {
	case "(", "[":
		s.open++
	case ")", "]":
		s.open = max(0, s.open-1)
	}
	s.add(signToken, sign, s.pos+len(sign))
}

// wordLength returns the length of the word that s begins with: a letter,
// digit or _, then these and - and . as well; in a time of day also a colon.
// So "a-b" is a word, and a minus wants spaces.
func wordLength(s string) int {
	for i, r := range s {
		switch {
		case r == '_' || '0' <= r && r <= '9' || unicode.IsLetter(r) && r != utf8.RuneError:
		case i > 0 && (r == '-' || r == '.' || unicode.IsMark(r)):
		case (r == ':' || r == '+') && i >= len("2006-01-02T15") && s[0] <= '9' && s[10] == 'T':
		default:
			return i
		}
	}
	return len(s)
}
