package report

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"logbook/frame"
)

// Values in prose are nodes of the Markdown tree. What they print becomes text
// after the Markdown has been parsed, so that a referrer called
// "[x](javascript:…)" stays the text that it is.

// A directive is what stands between {{ and }}.
type directive struct {
	verb   string // "value", "if", "else", "end", "each"
	expr   frame.Expr
	format string // of a value; "" is the type's own
	arg    string // of the format
	name   string // of each: the name of the row
	limit  int    // of each; 0 is all
	offset int    // in the notebook, for messages
	length int    // of all between the braces, and these
	at     int    // where expr begins
}

// errorf is an error about the whole directive.
func (d *directive) errorf(hint, format string, args ...any) error {
	return &frame.SyntaxError{Offset: d.offset, Length: d.length, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// A phrase is a directive within a paragraph. An if or each has what it
// governs as its children; an else among them divides them.
type phrase struct {
	ast.BaseInline
	directive
}

// A passage is a directive on a line of its own, around whole blocks.
type passage struct {
	ast.BaseBlock
	directive
}

var (
	kindPhrase  = ast.NewNodeKind("Phrase")
	kindPassage = ast.NewNodeKind("Passage")
)

func (n *phrase) Kind() ast.NodeKind          { return kindPhrase }
func (n *passage) Kind() ast.NodeKind         { return kindPassage }
func (n *phrase) Dump(src []byte, level int)  { ast.DumpHelper(n, src, level, nil, nil) }
func (n *passage) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// parseDirective parses what begins with {{ and ends with }} at an offset of
// the notebook.
func parseDirective(braced string, offset int, params frame.Params) (directive, error) {
	d := directive{offset: offset, length: len(braced)}
	s := strings.TrimSpace(braced[2 : len(braced)-2])
	verb, rest, _ := strings.Cut(s, " ")
	text := strings.TrimSpace(rest)
	switch verb {
	case "else", "end":
		d.verb = verb
		if text != "" {
			return d, d.errorf("", "nothing may follow %s", verb)
		}
		return d, nil
	case "if":
		d.verb = verb
	case "each":
		d.verb = verb
		var ok bool
		if text, ok = d.loop(text); !ok {
			return d, d.errorf("write {{ each b in by_book limit 5 }}", "each wants a name and a cell")
		}
	default:
		d.verb = "value"
		var format string
		text, format, _ = strings.Cut(s, "|")
		d.format, d.arg, _ = strings.Cut(strings.TrimSpace(format), " ")
		d.arg = strings.TrimSpace(d.arg)
		if hint := checkFormat(d.format, d.arg); hint != "" {
			return d, d.errorf(hint, "unknown format %q", strings.TrimSpace(format))
		}
	}
	text = strings.TrimSpace(text)
	d.at = offset + strings.Index(braced, text)
	var err error
	d.expr, err = params.ParseExpr(text)
	return d, moved(err, d.at)
}

// loop reads "b in CELL limit 5" and returns the expression in the middle.
func (d *directive) loop(text string) (cell string, ok bool) {
	d.name, cell, ok = strings.Cut(text, " in ")
	if i := strings.LastIndex(cell, " limit "); i >= 0 {
		n, err := strconv.Atoi(strings.TrimSpace(cell[i+len(" limit "):]))
		ok = ok && err == nil && n > 0
		cell, d.limit = cell[:i], n
	}
	return cell, ok && paramName.MatchString(d.name)
}

// moved adds to the place of an error, if it has one.
func moved(err error, by int) error {
	if syntax, ok := errors.AsType[*frame.SyntaxError](err); ok {
		there := *syntax
		there.Offset += by
		return &there
	}
	return err
}

// directives is the goldmark extension that parses and renders {{ … }}.
type directives struct {
	errs   []error
	params frame.Params
	write  formatter
	scope  *scope // while rendering
	// previous is the period that changes are on.
	previous Period
	inner    renderer.Renderer
}

func (x *directives) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithInlineParsers(util.Prioritized(phrases{x}, 50)),
		parser.WithBlockParsers(util.Prioritized(passages{x}, 50)))
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(x, 50)))
	x.inner = m.Renderer()
}

// markdown returns a parser and renderer of notebooks: CommonMark and tables,
// without raw HTML.
func markdown() (goldmark.Markdown, *directives) {
	x := &directives{}
	return goldmark.New(goldmark.WithExtensions(extension.Table, x)), x
}

func (x *directives) parse(braced string, offset int) directive {
	d, err := parseDirective(braced, offset, x.params)
	if err != nil {
		x.errs = append(x.errs, err)
		d.verb, d.expr = "value", &frame.Literal{}
	}
	return d
}

type phrases struct{ *directives }

func (phrases) Trigger() []byte { return []byte{'{'} }

func (p phrases) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	end := bytes.Index(line, []byte("}}"))
	if end < 0 {
		p.errs = append(p.errs, &frame.SyntaxError{Offset: segment.Start, Length: 2, Msg: "{{ without its }}", Hint: "both stand in one line"})
		return nil
	}
	block.Advance(end + 2)
	return &phrase{directive: p.parse(string(line[:end+2]), segment.Start)}
}

type passages struct{ *directives }

func (passages) Trigger() []byte { return []byte{'{'} }

func (p passages) Open(_ ast.Node, block text.Reader, _ parser.Context) (ast.Node, parser.State) {
	line, segment := block.PeekLine()
	s := strings.TrimSpace(string(line))
	if !strings.HasPrefix(s, "{{") || strings.Index(s, "}}") != len(s)-2 {
		return nil, parser.NoChildren
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(s[2:len(s)-2]), " ")
	switch verb {
	case "if", "each", "else", "end":
		block.AdvanceToEOL()
		return &passage{directive: p.parse(s, segment.Start+bytes.Index(line, []byte("{{")))}, parser.NoChildren
	}
	return nil, parser.NoChildren // a value: an ordinary paragraph
}

func (passages) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }
func (passages) Close(ast.Node, text.Reader, parser.Context)                 {}
func (passages) CanInterruptParagraph() bool                                 { return true }
func (passages) CanAcceptIndentedLine() bool                                 { return false }

// nest moves what an if or each within a paragraph governs to be its children.
func nest(parent ast.Node) error {
	var open []*phrase
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		p, _ := n.(*phrase)
		if p != nil && p.verb == "end" {
			if len(open) == 0 {
				return p.errorf("", "an end without its if or each")
			}
			open = open[:len(open)-1]
			n.Parent().RemoveChild(n.Parent(), n)
			n = next
			continue
		}
		if len(open) > 0 {
			top := open[len(open)-1]
			top.AppendChild(top, n)
		}
		switch {
		case p != nil && (p.verb == "if" || p.verb == "each"):
			open = append(open, p)
		case p == nil && n.Type() == ast.TypeInline || n.Type() == ast.TypeBlock:
			if err := nest(n); err != nil {
				return err
			}
		}
		n = next
	}
	if len(open) > 0 {
		return open[0].errorf("", "%s without its end in this paragraph", open[0].verb)
	}
	return nil
}

// A block is a top-level node of the notebook with the scope that its values
// are looked up in.
type block struct {
	node  ast.Node
	scope *scope
}

// unfold resolves the directives around blocks: what an if leaves out is gone,
// and what an each repeats stands there once a row.
func unfold(nodes []ast.Node, s *scope) []block {
	var out []block
	for i := 0; i < len(nodes); i++ {
		p, ok := nodes[i].(*passage)
		if !ok {
			out = append(out, block{nodes[i], s})
			continue
		}
		end, other := closing(nodes, i)
		body, rest := nodes[i+1:other], nodes[min(other+1, end):end]
		switch p.verb {
		case "if":
			if !s.eval(p.expr).truth() {
				body = rest
			}
			out = append(out, unfold(body, s)...)
		case "each":
			for _, inner := range p.each(s) {
				out = append(out, unfold(body, inner)...)
			}
		}
		i = end
	}
	return out
}

// each returns one scope for each row that the directive names.
func (d *directive) each(s *scope) []*scope {
	r := s.eval(d.expr).rows
	if r == nil {
		return nil
	}
	var scopes []*scope
	for n, i := range r.index {
		if d.limit > 0 && n == d.limit {
			break
		}
		row := value{rows: &rows{r.table, []int{i}}}
		scopes = append(scopes, &scope{outer: s, names: map[string]value{d.name: row}})
	}
	return scopes
}

// closing returns where the end of the directive at i is, and where its else
// is; without one, that is the end too.
func closing(nodes []ast.Node, i int) (end, other int) {
	depth, other := 0, -1
	for end = i; end < len(nodes); end++ {
		p, ok := nodes[end].(*passage)
		switch {
		case !ok:
		case p.verb == "if" || p.verb == "each":
			depth++
		case p.verb == "else" && depth == 1 && other < 0:
			other = end
		case p.verb == "end":
			if depth--; depth == 0 {
				if other < 0 {
					other = end
				}
				return end, other
			}
		}
	}
	return len(nodes), len(nodes)
}

// checkPassages reports directives around blocks that have no partner.
func checkPassages(nodes []ast.Node) error {
	var open []*passage
	for _, n := range nodes {
		p, ok := n.(*passage)
		switch {
		case !ok:
		case p.verb == "if" || p.verb == "each":
			open = append(open, p)
		case len(open) == 0:
			return p.errorf("", "%s without its if or each", p.verb)
		case p.verb == "end":
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return open[0].errorf("", "%s without its end", open[0].verb)
	}
	return nil
}

// RegisterFuncs implements goldmark's NodeRenderer.
func (x *directives) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindPhrase, x.render)
}

func (x *directives) render(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	err := x.expand(n.(*phrase), func(s string) error {
		_, err := w.WriteString(template.HTMLEscapeString(s))
		return err
	}, func(n ast.Node) error { return x.inner.Render(w, source, n) })
	return ast.WalkSkipChildren, err
}

// expand calls text with what a value prints, or node with each node that an if
// or each comes to.
func (x *directives) expand(p *phrase, text func(string) error, node func(ast.Node) error) error {
	outer := x.scope
	defer func() { x.scope = outer }()
	switch p.verb {
	case "value":
		return text(visible(x.text(&p.directive)))
	case "if":
		return eachChild(p, x.scope.eval(p.expr).truth(), node)
	case "each":
		for _, s := range p.each(outer) {
			x.scope = s
			if err := eachChild(p, true, node); err != nil {
				return err
			}
		}
	}
	return nil
}

// text returns what a value's directive prints.
func (x *directives) text(d *directive) string {
	switch {
	case d.format != "delta":
		return x.write.format(x.scope.eval(d.expr), d.format, d.arg)
	case d.arg == "words":
		return changeOf(d.expr, x.scope).words(x.previous.inWords())
	}
	return changeOf(d.expr, x.scope).on(x.previous)
}

// eachChild calls do with what stands before the else, or with what stands
// after it.
func eachChild(p *phrase, before bool, do func(ast.Node) error) error {
	side := true
	for c := p.FirstChild(); c != nil; c = c.NextSibling() {
		if d, ok := c.(*phrase); ok && d.verb == "else" {
			side = false
			continue
		}
		if side == before {
			if err := do(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// html renders a block's node, or what is in it if inside is set.
func (x *directives) html(source []byte, b block, inside bool) (template.HTML, error) {
	x.scope = b.scope
	var out bytes.Buffer
	nodes := []ast.Node{b.node}
	if inside {
		nodes = childrenOf(b.node)
	}
	for _, n := range nodes {
		if err := x.inner.Render(&out, source, n); err != nil {
			return "", err
		}
	}
	return template.HTML(strings.TrimSpace(out.String())), nil
}

func childrenOf(n ast.Node) []ast.Node {
	var nodes []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		nodes = append(nodes, c)
	}
	return nodes
}

// checkFormat says what to write instead of a format that there is not; it is
// empty for one that there is. Delta is a format of an expression and not of a
// value: it needs what the value was.
func checkFormat(format, arg string) (hint string) {
	_, known := formats[format]
	switch {
	case format == "delta" && (arg == "" || arg == "words"), known && arg == "":
		return ""
	case format == "pct" && len(arg) == 1 && arg[0] >= '0' && arg[0] <= '6':
		return ""
	case format == "delta":
		return "delta is followed by nothing or by words"
	case format == "pct":
		return "pct is followed by nothing or by a number of decimals: pct 0"
	case known:
		return "nothing follows " + format
	}
	names := slices.Sorted(maps.Keys(formats))
	return frame.Nearest(format, append(names[1:], "delta")) // the first is ""
}

// formats are the names that may follow a bar, with what they do.
var formats = map[string]func(f formatter, v value, arg string) string{
	"":     func(f formatter, v value, _ string) string { return f.value(v) },
	"text": func(f formatter, v value, _ string) string { return f.value(v) },
	"int":  func(_ formatter, v value, _ string) string { return grouped(int64(v.num)) },
	"compact": func(_ formatter, v value, _ string) string {
		if v.typ == frame.Bytes {
			return join(size(v.num))
		}
		return join(compact(v.num))
	},
	"bytes":    func(_ formatter, v value, _ string) string { return join(size(v.num)) },
	"duration": func(_ formatter, v value, _ string) string { return elapsed(v.num) },
	"pct": func(_ formatter, v value, arg string) string {
		decimals := 1
		if n, err := strconv.Atoi(arg); err == nil {
			decimals = n
		}
		return join(percent(v.num, decimals))
	},
	"date": func(f formatter, v value, _ string) string {
		return instant(int64(v.num), f.zone).Format("2 January 2006")
	},
	"day": func(f formatter, v value, _ string) string {
		return dated(instant(int64(v.num), f.zone), "day", true)
	},
	"weekday_hour": func(f formatter, v value, _ string) string {
		return dated(instant(int64(v.num), f.zone), "hour", true)
	},
}
