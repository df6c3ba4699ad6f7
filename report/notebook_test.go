package report

import (
	"strings"
	"testing"

	"logbook/frame"
	"logbook/templates"
)

// TestBuiltIn checks that every built-in notebook parses, and that its cells
// are queries.
func TestBuiltIn(t *testing.T) {
	for _, name := range templates.Notebooks() {
		src, _ := templates.Notebook(name)
		n, err := ParseNotebook(name+".md", src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if names, queries := n.Queries(); len(names) < 5 || len(names) != len(queries) {
			t.Errorf("%s: %d names and %d queries, want as many and more than 5", name, len(names), len(queries))
		}
	}
}

// TestNotebookErrors checks that an error names its place in the file.
func TestNotebookErrors(t *testing.T) {
	const cell = "```logbook total\ncount\n```\n"
	for _, c := range []struct{ src, want string }{
		{"---\ntitle: x\n---\n\n```logbook x\nwhere status >=\n```\n", "a.md:6:"},
		{"---\ntitel: x\n---\n", `unknown field "titel"`},
		{"---\ntitle: x\n", "closing ---"},
		{"---\nlogbook: 2\n---\n", "logbook: 2"},
		{cell + cell, "a.md:4:12: there is a cell total above"},
		{"```logbook Total\ncount\n```\n", "a.md:1:12: a cell needs a name"},
		{"```logbook total wide\ncount\n```\n", `unknown flag "wide"`},
		{cell + "\nA {{ totl.count }} b\n", `a.md:5:6: unknown name "totl" (did you mean total?)`},
		{cell + "\n{{ total.count | words }}\n", `unknown format "words"`},
		{cell + "\n{{ total.count + }}\n", "a.md:5:17:"},
		{cell + "\n{{ if total.count }}\n\nyes\n", "if without its end"},
		{cell + "\nyes {{ if total.count }} no\n", "a.md:5:5: if without its end"},
		{cell + "\n{{ end }}\n", "end without its if"},
		{"---\ntitle: x\n---\n" + cell, "a.md:1:1: the front matter does not say its version (write logbook: 1)"},
		{"---\nlogbook: 1\nzome: UTC\n---\n", `a.md:3:1: unknown field "zome" (did you mean zone?)`},
		{"---\nlogbook: 1\nzone: Europe/Berlim\n---\n", `a.md:3:7: no time zone "Europe/Berlim"`},
		{"---\nlogbook: 1\nperiod: someday\n---\n", `a.md:3:9: "someday" is no period`},
		{"---\nlogbook: 1\nhosts: masc\n---\n", `a.md:3:8: hosts: unknown "masc" (did you mean mask?)`},
		{"---\nlogbook: 1\ncompare: [previous, last yeer]\n---\n", `unknown "last yeer" (did you mean last year?)`},
		{"---\nlogbook: 1\nparams: {min: [1]}\n---\n", `the parameter "min" is no number`},
		{"---\nlogbook: 1\ntitle: a {{ perod.week }}\n---\n", `unknown name "perod" (did you mean period?)`},
		{"---\nlogbook: 1\nparams: {min: 1}\n---\n\n```logbook x\ncount by path\nlimit $mim\n```\n", `a.md:8:7: unknown parameter "$mim" (did you mean min?)`},
		{cell + "\n{{ total.conut }}\n", `a.md:5:10: unknown column "conut" (did you mean count?)`},
		{cell + "\n{{ total.was.count }}\n", "compares with nothing (add compare previous"},
		{cell + "\n{{ total.where(cuont > 1).rows }}\n", `a.md:5:16: unknown name "cuont" (did you mean count?)`},
		{cell + "\n{{ period.weak }}\n", `unknown name "weak" (did you mean week?)`},
		{cell + "\n{{ each b in total }}{{ b.cunt }}{{ end }}\n", `unknown column "cunt" (did you mean count?)`},
		{cell + "\n{{ each b in total.count }}{{ end }}\n", "goes through the rows of a cell"},
		{cell + "\n{{ total.count | pct many }}\n", "pct is followed by nothing or by a number of decimals"},
		{cell + "\nA {{ total.count b\n", "a.md:5:3: {{ without its }}"},
		{cell + "```logbook h\nnumbers\n  totl.count \"x\"\n```\n", `a.md:6:3: unknown name "totl"`},
	} {
		_, err := ParseNotebook("a.md", []byte(c.src))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParseNotebook(%q) = %v, want an error with %q", c.src, err, c.want)
		}
	}
}

// FuzzParseNotebook checks that no source makes the parser or the page panic,
// and that raw HTML of a notebook does not reach the page.
func FuzzParseNotebook(f *testing.F) {
	for _, name := range templates.Notebooks() {
		src, _ := templates.Notebook(name)
		for section := range strings.SplitSeq(string(src), "\n## ") { // a whole notebook takes a minute to be made smaller
			f.Add("## " + section)
		}
	}
	f.Add("{{ if a }}{{ each b in c limit 2 }}{{ b.d | pct 1 }}{{ end }}{{ else }}{{ end }}")
	f.Add("```logbook a\ncount\n```\n{{ a[\"b\"].where(count > 10 %).max(count).rows }}")
	f.Add("---\nlogbook: 1\nsite: a.example\nzone: UTC\nperiod: week\ncompare: [previous, usual]\nlogs: x\nbooks: [/b/{book}/**]\ntitles: {a: A}\nhosts: mask\nparams: {min: 5 %}\n---\n")
	f.Add("---\ntitle: x\n---\n<script>alert(1)</script>\n")
	f.Fuzz(func(t *testing.T, src string) {
		n, err := ParseNotebook("f.md", []byte(src))
		if err != nil {
			return
		}
		names, _ := n.Queries()
		pg, err := (&Result{n, make([]*frame.Table, len(names)), nil, Run{}}).page()
		if err != nil {
			t.Fatal(err)
		}
		h, err := pg.markup()
		if err != nil {
			t.Fatal(err)
		}
		page, err := execute("page", h)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(page), "<script>") {
			t.Error("raw HTML reached the page")
		}
	})
}
