package report

import (
	"bytes"
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
	expr   expr
	format string // of a value; "" is the type's own
	arg    string // of the format
	name   string // of each: the name of the row
	limit  int    // of each; 0 is all
	offset int    // in the notebook, for messages
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

// parseDirective parses the text between the braces.
func parseDirective(s string) (directive, error) {
	s = strings.TrimSpace(s)
	verb, rest, _ := strings.Cut(s, " ")
	var d directive
	var err error
	switch verb {
	case "else", "end":
		d.verb = verb
		if rest != "" {
			err = fmt.Errorf("nothing may follow %s", verb)
		}
	case "if":
		d.verb = verb
		d.expr, err = parseExpr(rest)
	case "each":
		d.verb = verb
		var in string
		d.name, in, _ = strings.Cut(strings.TrimSpace(rest), " in ")
		if i := strings.LastIndex(in, " limit "); i >= 0 {
			if d.limit, err = strconv.Atoi(strings.TrimSpace(in[i+len(" limit "):])); err != nil {
				return d, fmt.Errorf("the limit of each is no number")
			}
			in = in[:i]
		}
		d.expr, err = parseExpr(in)
	default:
		d.verb = "value"
		text, format, _ := strings.Cut(s, "|")
		d.format, d.arg, _ = strings.Cut(strings.TrimSpace(format), " ")
		if err := checkFormat(d.format, d.arg); err != nil {
			return d, err
		}
		d.expr, err = parseExpr(text)
	}
	return d, err
}

// directives is the goldmark extension that parses and renders {{ … }}.
type directives struct {
	errs  []error
	write formatter
	scope *scope // while rendering
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

func (x *directives) parse(s string, offset int) directive {
	d, err := parseDirective(s)
	if err != nil {
		x.errs = append(x.errs, &placed{offset, fmt.Errorf("{{ %s }}: %w", strings.TrimSpace(s), err)})
		d.verb, d.expr = "value", constant{}
	}
	d.offset = offset
	return d
}

// placed is an error with its place in the notebook.
type placed struct {
	offset int
	error
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
		return nil
	}
	block.Advance(end + 2)
	return &phrase{directive: p.parse(string(line[2:end]), segment.Start)}
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
		return &passage{directive: p.parse(s[2:len(s)-2], segment.Start)}, parser.NoChildren
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
				return &placed{p.offset, fmt.Errorf("an end without its if or each")}
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
		return &placed{open[0].offset, fmt.Errorf("%s without its end in this paragraph", open[0].verb)}
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
			if !p.expr.eval(s).truth() {
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
	r := d.expr.eval(s).rows
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
			return &placed{p.offset, fmt.Errorf("%s without its if or each", p.verb)}
		case p.verb == "end":
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return &placed{open[0].offset, fmt.Errorf("%s without its end", open[0].verb)}
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
		return eachChild(p, p.expr.eval(x.scope).truth(), node)
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
		return x.write.format(d.expr.eval(x.scope), d.format, d.arg)
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

// checkFormat refuses what no value is written as. Delta is a format of an
// expression and not of a value: it needs what the value was.
func checkFormat(format, arg string) error {
	if format == "delta" {
		if arg != "" && arg != "words" {
			return fmt.Errorf("delta is followed by nothing or by words, not by %q", arg)
		}
		return nil
	}
	if _, ok := formats[format]; !ok {
		names := slices.Sorted(maps.Keys(formats))
		return fmt.Errorf("unknown format %q (%s)", format, frame.Nearest(format, append(names[1:], "delta"))) // the first is ""
	}
	return nil
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
