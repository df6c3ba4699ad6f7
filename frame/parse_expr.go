package frame

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A parser is one token ahead and needs no more.
//
// It is written by hand; two libraries were measured against it. Where, count,
// sort and limit alone, in participle v2, were a grammar of 25 lines, but with
// another syntax tree to convert, with code beside it for lines and for words
// such as 2xx, with "unexpected token" where this one says what to write
// instead, and four times slower (250 to 58 µs for the query of
// BenchmarkParseQuery). The parser of expr v1.17 is of expressions alone, as
// fast as this one (13 to 12 µs of CPU for a condition of four terms), and
// refuses 2MB, 10 % and 4xx as numbers that are wrong; what remains, steps and
// lines, is the larger part.
type parser struct {
	tokens []token
	i      int
	depth  int
	noBy   bool // in a group step, "by" begins the keys and not a window
}

// maxDepth bounds the nesting of an expression.
const maxDepth = 100

var reserved = []string{"and", "or", "not", "in", "as", "if", "by", "none", "true", "false"}

func (p *parser) peek() token { return p.tokens[p.i] }

func (p *parser) next() token {
	t := p.tokens[p.i]
	if t.kind != endToken {
		p.i++
	}
	return t
}

func (p *parser) fail(t token, msg, hint string) {
	panic(&SyntaxError{Offset: t.pos, Length: t.end - t.pos, Msg: msg, Hint: hint})
}

// is reports whether the next token is that sign or unquoted word.
func (p *parser) is(text string) bool {
	t := p.peek()
	return t.text == text && !t.quoted && (t.kind == signToken || t.kind == wordToken)
}

// accept takes the next token if it is that sign or word.
func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

// want takes the next token, which must be of that kind and, unless text is
// empty, have that text. The hint says what else could stand here.
func (p *parser) want(kind tokenKind, text, hint string) token {
	t := p.next()
	if t.kind != kind || text != "" && t.text != text {
		p.unexpected(t, "want "+hint)
	}
	return t
}

func (p *parser) unexpected(t token, hint string) {
	switch {
	case t.kind == endToken:
		p.fail(t, "the query ends too early", hint)
	case t.kind == pipeToken:
		p.fail(t, "the step ends too early", hint)
	case t.text == "/":
		p.fail(t, "unexpected "+t.String(), `quote texts: "/index.html"`)
	}
	p.fail(t, "unexpected "+t.String(), hint)
}

// name takes a word that is no reserved word.
func (p *parser) name(what string) token {
	t := p.want(wordToken, "", what)
	if !t.quoted && slices.Contains(reserved, t.text) {
		p.fail(t, fmt.Sprintf("%q is a word of the language", t.text), "want "+what+"; write `"+t.text+"` if that is its name")
	}
	return t
}

// expr parses or, and, not, comparison, sum, product: loosest first.
func (p *parser) expr() Expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(p.peek(), "the expression is nested too deeply", "")
	}
	return p.chain(p.conjunction, "or")
}

func (p *parser) conjunction() Expr { return p.chain(p.negation, "and") }
func (p *parser) sum() Expr         { return p.chain(p.product, "+", "-") }
func (p *parser) product() Expr     { return p.chain(p.sign, "*", "/") }

// chain parses operands joined by operators of one strength, from the left.
func (p *parser) chain(operand func() Expr, ops ...string) Expr {
	x := operand()
	for slices.ContainsFunc(ops, p.is) {
		op := p.next()
		x = &Binary{Offset: op.pos, Op: op.text, X: x, Y: operand()}
	}
	return x
}

func (p *parser) negation() Expr {
	if !p.is("not") {
		return p.comparison()
	}
	op := p.next()
	return &Unary{Offset: op.pos, Op: "not", X: p.nested(p.negation)}
}

var comparisons = []string{"=", "!=", "<", "<=", ">", ">=", "~", "!~"}

func (p *parser) comparison() Expr {
	x := p.sum()
	op := p.peek()
	switch {
	case slices.ContainsFunc(comparisons, p.is):
		p.next()
		x = &Binary{Offset: op.pos, Op: op.text, X: x, Y: p.sum()}
	case p.accept("in"):
		x = &In{Offset: op.pos, X: x, List: p.list()}
	case p.accept("not"):
		p.want(wordToken, "in", "in (…)")
		x = &In{Offset: op.pos, Not: true, X: x, List: p.list()}
	}
	if slices.ContainsFunc(comparisons, p.is) {
		p.fail(p.peek(), "two comparisons in a row", "join them with and")
	}
	return x
}

// list parses "(A, B, …)".
func (p *parser) list() []Expr {
	p.want(signToken, "(", `"(" and a list`)
	list := []Expr{p.sum()}
	for p.accept(",") {
		list = append(list, p.sum())
	}
	p.want(signToken, ")", `"," or ")"`)
	return list
}

func (p *parser) sign() Expr {
	if !p.is("-") {
		return p.member()
	}
	op := p.next()
	return &Unary{Offset: op.pos, Op: "-", X: p.nested(p.sign)}
}

// nested is operand, one level deeper.
func (p *parser) nested(operand func() Expr) Expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(p.peek(), "the expression is nested too deeply", "")
	}
	return operand()
}

// member parses an operand and what follows it: .name, .name(…), [key].
func (p *parser) member() Expr {
	x := p.operand()
	for {
		t := p.peek()
		switch {
		case p.accept("."):
			name := p.want(wordToken, "", "a name")
			if p.calls(name) {
				x = p.call(name, x)
				continue
			}
			x = &Member{Offset: name.pos, X: x, Name: name.text}
		case p.accept("["):
			x = &Index{Offset: t.pos, X: x, Key: p.expr()}
			p.want(signToken, "]", `"]"`)
		default:
			return x
		}
	}
}

func (p *parser) operand() Expr {
	t := p.peek()
	switch {
	case p.accept("("):
		x := p.expr()
		p.want(signToken, ")", `an operator or ")"`)
		return x
	case t.kind == textToken:
		p.next()
		return &Literal{Offset: t.pos, Source: quote(t.text), Type: Text, Text: t.text}
	case t.kind == wordToken && !t.quoted:
		if l := p.literal(); l != nil {
			return l
		}
	}
	name := p.name("a field, a text, a number or (")
	if p.calls(name) {
		return p.call(name, nil)
	}
	return &Name{Offset: name.pos, Name: name.text}
}

// calls reports whether a parenthesis follows the name at once.
func (p *parser) calls(name token) bool { return p.is("(") && p.peek().pos == name.end }

// call parses the arguments of a function and, unless a group step is being
// parsed, the keys of a window: sum(x) by k, sum(x) by (k, l).
func (p *parser) call(name token, of Expr) Expr {
	c := &Call{Offset: name.pos, Of: of, Func: name.text}
	p.want(signToken, "(", `"("`)
	for !p.is(")") {
		c.Args = append(c.Args, p.expr())
		if !p.accept(",") {
			break
		}
	}
	p.want(signToken, ")", `"," or ")"`)
	if !p.noBy && p.accept("by") {
		c.By = p.windowKeys()
	}
	return c
}

func (p *parser) windowKeys() []string {
	if !p.accept("(") {
		return []string{p.name("a column").text}
	}
	keys := []string{p.name("a column").text}
	for p.accept(",") {
		keys = append(keys, p.name("a column").text)
	}
	p.want(signToken, ")", `"," or ")"`)
	return keys
}

// Units of literals: what one is worth in bytes or in microseconds.
var (
	sizes = map[string]int64{
		"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}
	spans = map[string]int64{
		"us": 1, "µs": 1, "ms": 1e3, "s": 1e6, "second": 1e6, "seconds": 1e6,
		"m": 60e6, "min": 60e6, "minute": 60e6, "minutes": 60e6, "h": 3600e6, "hour": 3600e6, "hours": 3600e6,
		"d": 86400e6, "day": 86400e6, "days": 86400e6, "w": 7 * 86400e6, "week": 7 * 86400e6, "weeks": 7 * 86400e6,
	}
)

// literal takes the next words if they are a constant, such as 404, 1.5MB,
// 12 weeks, 10 %, none or a date; otherwise it takes nothing and returns nil.
func (p *parser) literal() *Literal {
	t := p.peek()
	l := &Literal{Offset: t.pos, Source: t.text}
	switch t.text {
	case "none":
		p.next()
		return l
	case "true", "false":
		p.next()
		l.Type = Flag
		if t.text == "true" {
			l.Int = 1
		}
		return l
	}
	digits := strings.IndexFunc(t.text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if digits == 0 {
		return nil
	}
	if _, ok := parseTime(t.text, time.UTC); ok {
		p.next()
		l.Type, l.Text = Time, t.text
		return l
	}
	number, unit := t.text, ""
	if digits > 0 {
		number, unit = t.text[:digits], t.text[digits:]
	}
	if _, err := strconv.ParseFloat(number, 64); err != nil || strings.HasSuffix(number, ".") || unit != "" && !isUnit(unit) {
		return nil
	}
	p.next()
	if unit == "" {
		unit = p.unit(t, l)
	}
	if !l.measure(number, unit) {
		p.fail(t, "the number is too large", "")
	}
	return l
}

// unit takes the unit that stands apart from its number, as in "10 %" and
// "12 weeks", and adds it to the literal's source.
func (p *parser) unit(number token, l *Literal) string {
	t := p.peek()
	if t.indented || !(p.is("%") || t.kind == wordToken && !t.quoted && isUnit(t.text)) {
		return "" // a line of its own is an item of its own
	}
	p.next()
	if t.pos > number.end {
		l.Source += " "
	}
	l.Source += t.text
	return t.text
}

func isUnit(word string) bool { return sizes[word] > 0 || spans[word] > 0 }

// measure sets the literal to number times unit. It reports whether the
// product can be held.
func (l *Literal) measure(number, unit string) bool {
	f, _ := strconv.ParseFloat(number, 64)
	whole, err := strconv.ParseInt(number, 10, 64)
	switch {
	case unit == "%":
		l.Type, l.Float = Float, f/100
		return true
	case unit == "" && strings.Contains(number, "."):
		l.Type, l.Float = Float, f
		return true
	case unit == "":
		l.Type, l.Int = Int, whole
		return err == nil
	}
	scale := sizes[unit] + spans[unit] // one of them is 0
	l.Type = Bytes
	if spans[unit] > 0 {
		l.Type = Duration
	}
	l.Int = int64(math.Round(f * float64(scale)))
	return f*float64(scale) < 1<<62
}

// Forms of a date. A time without a zone is in the plan's.
var timeForms = []string{
	"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01",
}

// parseTime reads a date, a time, a month or an ISO week such as 2026-W46;
// weeks and months stand for their begin.
func parseTime(s string, zone *time.Location) (time.Time, bool) {
	if len(s) < len("2006-01") || s[4] != '-' { // most numbers: time.Parse is slow to say no
		return time.Time{}, false
	}
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			return t, true
		}
	}
	var year, week int
	if n, _ := fmt.Sscanf(s, "%4d-W%2d", &year, &week); n != 2 || len(s) != len("2026-W46") {
		return time.Time{}, false
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, zone) // always in week 1
	monday := fourth.AddDate(0, 0, 7*(week-1)-(int(fourth.Weekday())+6)%7)
	y, w := monday.ISOWeek()
	return monday, y == year && w == week
}
