package report

import (
	"bufio"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	gmhtml "github.com/yuin/goldmark/renderer/html"
)

// A pen says how an output other than HTML marks the words of prose.
type pen struct {
	author         func(raw string) string // writes what the notebook says, as it stands there
	value          func(s string) string   // writes what a value prints, which may be log text
	code           func(s string) string
	emphasis, bold string
	soft, hard     string // ends of lines
	link           func(words, address string) string
}

// bare writes words and nothing else.
var bare = pen{author: unescaped, value: same, code: same, soft: " ", hard: " ", link: unlinked}

func same(s string) string { return s }

func unlinked(words, _ string) string { return words }

// plain returns the words of a block of prose, without its marks.
func (x *directives) plain(source []byte, b block) string {
	x.scope = b.scope
	return strings.TrimSpace(x.inline(source, b.node, &bare))
}

// inline writes what stands within a paragraph or the like.
func (x *directives) inline(source []byte, parent ast.Node, p *pen) string {
	var out strings.Builder
	for _, n := range childrenOf(parent) {
		out.WriteString(x.span(source, n, p))
	}
	return out.String()
}

func (x *directives) span(source []byte, n ast.Node, p *pen) string {
	switch n := n.(type) {
	case *phrase:
		var out strings.Builder
		err := x.expand(n,
			func(s string) error { out.WriteString(p.value(s)); return nil },
			func(n ast.Node) error { out.WriteString(x.span(source, n, p)); return nil })
		if err != nil {
			panic(err) // of these two, which have none
		}
		return out.String()
	case *ast.Text:
		return p.author(string(n.Value(source))) + lineEnd(n, p)
	case *ast.String:
		return string(n.Value)
	case *ast.CodeSpan:
		return p.code(x.inline(source, n, &pen{author: same, value: same, soft: " "}))
	case *ast.Emphasis:
		mark := p.emphasis
		if n.Level == 2 {
			mark = p.bold
		}
		return mark + x.inline(source, n, p) + mark
	case *ast.Link:
		words, address := x.inline(source, n, p), string(n.Destination)
		if words == address || gmhtml.IsDangerousURL(n.Destination) {
			return words
		}
		return p.link(words, address)
	case *ast.AutoLink:
		return string(n.URL(source))
	case *ast.RawHTML:
		return ""
	}
	return x.inline(source, n, p) // an image is its words
}

func lineEnd(n *ast.Text, p *pen) string {
	switch {
	case n.HardLineBreak():
		return p.hard
	case n.SoftLineBreak():
		return p.soft
	}
	return ""
}

// unescaped resolves Markdown's escapes and entities.
func unescaped(raw string) string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	gmhtml.DefaultWriter.Write(w, []byte(raw))
	w.Flush() // to memory
	return html.UnescapeString(b.String())
}
