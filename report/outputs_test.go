package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"logbook/templates"
)

// TestTextWidth checks that text is never wider than 72 columns and never holds
// what a terminal would obey, whatever the log says.
func TestTextWidth(t *testing.T) {
	for _, name := range templates.Notebooks() {
		var b strings.Builder
		if err := hostileResult(t, notebook(t, name, "")).WriteText(&b); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if w := uniseg.StringWidth(line); w > columns {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
				t.Errorf("%s: a control character: %q", name, line)
			}
		}
	}
}

var active = regexp.MustCompile(`<(?:a|img|script|svg|style|del|b|title)\b|javascript:[^<]*"`)

// TestMarkdownHostile checks that nothing of a log becomes a link, an image, a
// mention or markup when GitHub's Markdown is read, even with raw HTML on: all
// that is not ordinary words stands in code.
func TestMarkdownHostile(t *testing.T) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	code := regexp.MustCompile(`(?s)<code.*?</code>`)
	for _, name := range templates.Notebooks() {
		var b, page bytes.Buffer
		if err := hostileResult(t, notebook(t, name, "")).WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		if err := md.Convert(b.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		rest := code.ReplaceAllString(page.String(), "")
		if m := active.FindString(rest); m != "" || strings.Contains(rest, "@c-ink") || strings.Contains(rest, "&lt;") {
			i := max(strings.Index(rest, m), 0)
			t.Errorf("%s: %q is active in %q", name, m, rest[max(0, i-100):min(len(rest), i+100)])
		}
	}
}

// TestMarkdownOpening checks that a value at the start of a line is no list, no
// heading and no rule.
func TestMarkdownOpening(t *testing.T) {
	for _, c := range []string{"- a", "+ a", "* a", "1. a", "12) a", "# a", "### a", "---", "===", "> a", "```", "~~~"} {
		var b bytes.Buffer
		if err := goldmark.Convert([]byte("first\n\n"+markdownText{}.paragraph("x\n"+c, 0)), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "<"); got != 4 {
			t.Errorf("%q gives %s", c, b.String())
		}
	}
}

// TestTextProse checks that text says in words what a page marks up.
func TestTextProse(t *testing.T) {
	n := notebook(t, "a", "# One *two* `x<y`\n\nA **bold** [link](https://example.org) and\n`code` &amp; [bad](javascript:alert).\n\n"+
		"- first\n- second that is\n  long\n\n1. one\n2. two\n\n> said\n\n```sh\nls -l\n```\n\n| a | b |\n|---|--:|\n| 1 | 22 |\n")
	var text, md strings.Builder
	r := &Result{Notebook: n}
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	want := "ONE TWO X<Y\n\nA bold link (https://example.org) and code & bad.\n\n- first\n- second that is long\n\n1. one\n2. two\n\n> said\n\n    ls -l\n\n  a   b\n  1  22\n"
	if !strings.Contains(text.String(), want) {
		t.Errorf("text is\n%s\nwant in it\n%s", text.String(), want)
	}
	if err := r.WriteMarkdown(&md); err != nil {
		t.Fatal(err)
	}
	want = "## One *two* `x<y`\n\nA **bold** [link](<https://example.org>) and\n`code` &amp; bad.\n\n- first\n- second that is\n  long\n\n1. one\n2. two\n\n> said\n\n```text\nls -l\n```\n\n| a | b |\n|---|---:|\n| 1 | 22 |\n"
	if !strings.Contains(md.String(), want) {
		t.Errorf("Markdown is\n%s\nwant in it\n%s", md.String(), want)
	}
}
