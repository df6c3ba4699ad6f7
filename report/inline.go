package report

import (
	"bufio"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	gmhtml "github.com/yuin/goldmark/renderer/html"
)

// plain returns the words of a block of prose, without its marks.
func (x *directives) plain(source []byte, b block) string {
	x.scope = b.scope
	var out strings.Builder
	for _, n := range childrenOf(b.node) {
		x.words(&out, source, n)
	}
	return strings.TrimSpace(out.String())
}

func (x *directives) words(out *strings.Builder, source []byte, n ast.Node) {
	switch n := n.(type) {
	case *phrase:
		err := x.expand(n, func(s string) error { out.WriteString(s); return nil },
			func(n ast.Node) error { x.words(out, source, n); return nil })
		if err != nil {
			panic(err) // of these functions, which have none
		}
		return
	case *ast.Text:
		out.WriteString(unescaped(n.Segment.Value(source)))
		if n.SoftLineBreak() || n.HardLineBreak() {
			out.WriteByte(' ')
		}
	case *ast.String:
		out.Write(n.Value)
	}
	for _, c := range childrenOf(n) {
		x.words(out, source, c)
	}
}

// unescaped resolves Markdown's escapes and entities.
func unescaped(raw []byte) string {
	var b strings.Builder
	w := bufio.NewWriter(&b)
	gmhtml.DefaultWriter.Write(w, raw)
	w.Flush() //nolint:errcheck // to memory
	return html.UnescapeString(b.String())
}
