// Package templates holds the files a report is made of: the page, its style
// and script, the built-in notebooks and, if the npm step has run, ECharts.
package templates

import (
	"bytes"
	"embed"
	"path"
	"regexp"
	"strings"
)

//go:embed page.html.tmpl
var page string

//go:embed style.css
var style string

//go:embed head.js
var head string

//go:embed script.js
var script string

//go:embed preview.css
var previewStyle string

//go:embed preview.js
var previewScript string

// start is what a notebook to start from has besides a built-in one: the keys
// of front matter, a line of dashes, and how to go on.
//
//go:embed start.txt
var start string

//go:embed notebooks/*.md
var notebooks embed.FS

// dist is a directory and not a file so that a build without the npm step,
// which fills it, has something to embed.
//
//go:embed dist
var dist embed.FS

// Page returns the html/template source of a page.
func Page() string { return page }

// Style returns the stylesheet, for light, dark and print.
func Style() string { return style }

// Script returns the script that makes a page interactive, bare.
func Script() string { return bare(script) }

// Head returns the script that runs before the page is seen, bare.
func Head() string { return bare(head) }

// PreviewStyle returns what the style of a page has besides in a preview.
func PreviewStyle() string { return previewStyle }

// PreviewScript returns the script that a page has besides in a preview.
func PreviewScript() string { return bare(previewScript) }

// bare leaves out of a script what is there for those who read the file:
// comments of their own lines, indents, and the air around signs. Where a
// statement may end, a line still ends. Our scripts are written so that this is
// safe: no text spans lines, no pattern has a quote, no sign stands beside itself
// (a + +b), and no backquoted text is within another.
func bare(script string) string {
	s := indent.ReplaceAllString(comment.ReplaceAllString(script, ""), "")
	return air.ReplaceAllString(s, "$1$2$3$4")
}

var (
	comment = regexp.MustCompile(`(?ms)^\s*/\*.*?\*/\n`)
	indent  = regexp.MustCompile(`(?m)^\s+`)
	air     = regexp.MustCompile("(\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`)|([{,;(])\n|\n([}?:.])| *([^\\w\\s$\"'`]+) *")
)

// ECharts returns the chart library and its version. It is not ok if logbook
// was built without the npm step.
func ECharts() (js []byte, version string, ok bool) {
	js, err := dist.ReadFile("dist/echarts.js")
	if err != nil {
		return nil, "", false
	}
	_, rest, _ := bytes.Cut(js[:min(len(js), 80)], []byte("ECharts "))
	before, _, _ := bytes.Cut(rest, []byte(","))
	return js, string(before), true
}

// Notebook returns a built-in notebook, such as "access".
func Notebook(name string) (source []byte, ok bool) {
	source, err := notebooks.ReadFile("notebooks/" + name + ".md")
	return source, err == nil
}

// Start returns a built-in notebook as a start for one's own: its front matter
// has the other keys too, as comments, and a comment says how to go on.
func Start(name string) []byte {
	source, _ := Notebook(name)
	front, body, _ := strings.Cut(string(source), "\n---\n")
	keys, explanation, _ := strings.Cut(start, "---\n")
	for _, key := range ownKey.FindAllString(front, -1) {
		keys = regexp.MustCompile(`(?m)^# `+key+`.*\n(#  .*\n)*`).ReplaceAllString(keys, "")
	}
	return []byte(front + "\n" + keys + "---\n" + explanation + body)
}

// ownKey finds the keys that a notebook's front matter has.
var ownKey = regexp.MustCompile(`(?m)^[a-z]+:`)

// Notebooks returns the names of the built-in notebooks, sorted.
func Notebooks() []string {
	entries, err := notebooks.ReadDir("notebooks")
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
	}
	return names
}
