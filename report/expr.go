package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"logbook/frame"
)

// parseExpr parses an expression of the prose.
func parseExpr(text string) (expr, error) {
	p := &exprParser{text: text}
	p.next()
	e := p.binary(0)
	if p.err == nil && p.tok != "" {
		p.fail("unexpected %q", p.tok)
	}
	return e, p.err
}

type exprParser struct {
	text string
	pos  int    // after tok
	tok  string // "" at the end
	err  error
}

func (p *exprParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.tok, p.pos = "", len(p.text)
}

// next reads a token: a name or number with its unit, a quoted text, or a sign.
func (p *exprParser) next() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	start := p.pos
	if start == len(p.text) {
		p.tok = ""
		return
	}
	switch c := p.text[start]; {
	case letter(c) || c == '$':
		for p.pos++; p.pos < len(p.text) && (letter(p.text[p.pos]) || digit(p.text[p.pos])); p.pos++ {
		}
	case digit(c):
		for p.pos++; p.pos < len(p.text) && (letter(p.text[p.pos]) || digit(p.text[p.pos]) || p.text[p.pos] == '.'); p.pos++ {
		}
	case c == '"':
		end := strings.IndexByte(p.text[start+1:], '"')
		if end < 0 {
			p.fail("a text without its closing quote")
			return
		}
		p.pos += end + 2
	case strings.IndexByte("<>!", c) >= 0 && strings.HasPrefix(p.text[start+1:], "="):
		p.pos += 2
	default:
		p.pos++
	}
	p.tok = p.text[start:p.pos]
}

func letter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// levels are the binary operators, the loosest first.
var levels = [][]string{{"or"}, {"and"}, {"=", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"*", "/"}}

func (p *exprParser) binary(level int) expr {
	if level == len(levels) {
		return p.unary()
	}
	x := p.binary(level + 1)
	for slices.Contains(levels[level], p.tok) {
		op := p.tok
		p.next()
		x = operator{op, x, p.binary(level + 1)}
	}
	return x
}

func (p *exprParser) unary() expr {
	switch p.tok {
	case "not":
		p.next()
		return not{p.unary()}
	case "-":
		p.next()
		return operator{"-", constant{whole(0)}, p.unary()}
	}
	return p.path(p.primary())
}

func (p *exprParser) primary() expr {
	tok := p.tok
	p.next()
	switch {
	case tok == "":
		p.fail("something is missing at the end")
	case tok == "(":
		x := p.binary(0)
		p.expect(")")
		return x
	case tok[0] == '"':
		return constant{value{typ: frame.Text, text: tok[1 : len(tok)-1]}}
	case digit(tok[0]):
		return p.number(tok)
	case tok == "none":
		return constant{}
	case letter(tok[0]) || tok[0] == '$':
		return name{tok}
	default:
		p.fail("unexpected %q", tok)
	}
	return constant{}
}

// units of numbers: the type they make and what they multiply by.
var units = map[string]struct {
	typ frame.Type
	by  float64
}{
	"": {frame.Int, 1}, "%": {frame.Float, 0.01},
	"ms": {frame.Duration, 1e3}, "s": {frame.Duration, 1e6}, "m": {frame.Duration, 60e6}, "min": {frame.Duration, 60e6},
	"h": {frame.Duration, 3600e6}, "d": {frame.Duration, 86400e6},
	"B": {frame.Bytes, 1}, "kB": {frame.Bytes, 1e3}, "MB": {frame.Bytes, 1e6}, "GB": {frame.Bytes, 1e9},
}

func (p *exprParser) number(tok string) expr {
	digits := strings.TrimRightFunc(tok, func(r rune) bool { return r > '9' })
	suffix := tok[len(digits):]
	if suffix == "" && p.tok == "%" {
		suffix = "%"
		p.next()
	}
	n, err := strconv.ParseFloat(digits, 64)
	unit, ok := units[suffix]
	if err != nil || !ok {
		p.fail("%q is no number", tok)
		return constant{}
	}
	if n != math.Trunc(n) && unit.typ == frame.Int {
		unit.typ = frame.Float
	}
	return constant{value{typ: unit.typ, num: n * unit.by}}
}

// path reads what follows a primary: .name, .name(args), ["text"].
func (p *exprParser) path(x expr) expr {
	for {
		switch p.tok {
		case ".":
			p.next()
			field := p.tok
			if field == "" || !letter(field[0]) {
				p.fail("a name is due after the point")
				return x
			}
			if p.next(); p.tok != "(" {
				x = member{of: x, field: field}
				continue
			}
			p.next()
			m := method{of: x, name: field, args: []expr{p.binary(0)}}
			p.expect(")")
			x = m
		case "[":
			p.next()
			key := strings.Trim(p.tok, `"`)
			p.next()
			p.expect("]")
			x = member{of: x, field: key, index: true}
		default:
			return x
		}
	}
}

func (p *exprParser) expect(tok string) {
	if p.tok != tok {
		p.fail("%q is missing", tok)
		return
	}
	p.next()
}
