package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"logbook/templates"
)

var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"visible": visible,
	"wrapped": wrapped,
	"attr":    attr,
	"joined":  func(words []string) string { return strings.Join(words, " ") },
	"percent": func(part, whole int64) string { return join(percent(float64(part)/float64(max(whole, 1)), 2)) },
	"grouped": grouped,
	"counted": counted,
	"when":    func(t time.Time) string { return t.Format("2 Jan 2006 15:04:05") },
}).Parse(templates.Page()))

// An htmlPage is what the template prints.
type htmlPage struct {
	*page
	Lede     []template.HTML
	Sections []htmlSection
	Policy   string
	Style    template.CSS
	Head     template.JS
	ECharts  template.HTML // a text until the script has it run
	Scripts  []template.JS
	NoCharts bool   // charts were wanted, but ECharts is not built in
	Preview  string // version; "" if the page is none
	Sample   string // share of the records that were counted; "" if all were
}

type htmlSection struct {
	*section
	Blocks []template.HTML
}

// writeHTML writes the page as one file.
func (pg *page) writeHTML(w io.Writer) error {
	h, err := pg.markup()
	if err != nil {
		return err
	}
	h.Style, h.Head = template.CSS(templates.Style()), template.JS(templates.Head())
	echarts, _, ok := templates.ECharts()
	h.NoCharts = pg.charts && !ok
	if pg.charts && ok {
		h.ECharts = template.HTML(echarts)
	}
	h.Scripts = []template.JS{template.JS(templates.Script())}
	if h.Preview != "" {
		h.Style += template.CSS(templates.PreviewStyle())
		h.Scripts = append(h.Scripts, template.JS(templates.PreviewScript()))
	}
	h.Policy = policy(h)
	out, err := execute("page", h) // whole, so that a failing template leaves no half page
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, string(out))
	return err
}

// markup returns the page without its style and its scripts.
func (pg *page) markup() (*htmlPage, error) {
	h := &htmlPage{page: pg, Preview: pg.preview}
	if pg.sample > 0 {
		h.Sample = join(strconv.FormatFloat(100*pg.sample, 'g', 3, 64), "%")
	}
	var err error
	if h.Lede, err = pg.html(pg.Lede); err != nil {
		return nil, err
	}
	for _, s := range pg.Sections {
		blocks, err := pg.html(s.Blocks)
		if err != nil {
			return nil, err
		}
		h.Sections = append(h.Sections, htmlSection{s, blocks})
	}
	return h, nil
}

// html writes blocks; cells of half width that follow each other stand in pairs.
func (pg *page) html(blocks []element) (out []template.HTML, err error) {
	var left template.HTML // half a row that waits for the other
	flush := func() {
		if left != "" {
			out = append(out, left)
			left = ""
		}
	}
	var queries template.HTML // of the answers that are joined
	for _, b := range blocks {
		var h, query template.HTML
		half := false
		switch b := b.(type) {
		case *paragraph:
			h, err = pg.paragraphHTML(b)
		case *answer:
			half = b.cell.Half
			if h, query, err = b.html(); pg.preview != "" && h != "" {
				h = template.HTML(`<div id="cell-`+b.cell.Name+`" data-cell>`) + h + `</div>`
			}
			if b.joins && len(out) > 0 {
				last := &out[len(out)-1]
				*last = template.HTML(strings.TrimSuffix(string(*last), string(queries))) + h + queries + query
				queries += query
				continue
			}
			queries = query
			h += query
		}
		switch {
		case err != nil:
			return nil, err
		case half && left == "":
			left = h
			continue
		case half:
			h, left = `<div class="half"><div>`+left+`</div><div>`+h+`</div></div>`, ""
		}
		flush()
		out = append(out, h)
	}
	flush()
	return out, nil
}

func (pg *page) paragraphHTML(p *paragraph) (template.HTML, error) {
	inside := p.node.Kind() == ast.KindParagraph
	h, err := pg.prose.html(pg.source, p.block, inside)
	switch {
	case err != nil:
		return "", err
	case inside && p.role != "":
		return template.HTML(`<p class="`+p.role+`">`) + h + `</p>`, nil
	case inside:
		return `<div class="prose"><p>` + h + `</p></div>`, nil
	}
	return `<div class="prose">` + h + `</div>`, nil
}

// html writes what the cell shows, and its query apart, so that an answer that
// joins this one can come between.
func (a *answer) html() (out, query template.HTML, err error) {
	for _, part := range a.parts {
		name := ""
		switch part.(type) {
		case note:
			name = "note"
		case footnote:
			name = "footnote"
		case breakage:
			name = "broken"
		case *figure:
			name = "figure"
		case *grid:
			name = "table"
		case []headline:
			name = "numbers"
		case *box:
			name = "moved"
		case *Cell:
			name = "query"
		}
		h, err := execute(name, part)
		if err != nil {
			return "", "", err
		}
		if name == "query" {
			query += h
		} else {
			out += h
		}
	}
	return out, query, nil
}

// attr writes an attribute, if it has a value, and without quotes where HTML
// needs none: a page has thousands.
func attr(name, value string) template.HTMLAttr {
	switch {
	case value == "":
		return ""
	case bareValue.MatchString(value):
		return template.HTMLAttr(" " + name + "=" + value)
	}
	return template.HTMLAttr(" " + name + `="` + template.HTMLEscapeString(value) + `"`)
}

var bareValue = regexp.MustCompile(`^[\w.:%-]+$`)

// wrapped writes a visible text with places where a line may end: after the signs that
// divide an address, so that no name in it is torn.
func wrapped(s string) any {
	if len(s) < 24 || !strings.Contains(s, "/") {
		return s
	}
	var b strings.Builder
	for i, part := range strings.SplitAfter(s, "/") {
		if i > 1 && part != "" {
			b.WriteString("<wbr>")
		}
		b.WriteString(template.HTMLEscapeString(part))
	}
	return template.HTML(b.String())
}

func execute(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	err := pageTemplate.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// policy allows the page's own scripts and style, by their hashes, and nothing
// else: no request but a preview's for events, no other script, no inline style.
func policy(pg *htmlPage) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	var scripts strings.Builder
	scripts.WriteString(hash(string(pg.Head)))
	for _, s := range pg.Scripts {
		scripts.WriteString(hash(string(s)))
	}
	if pg.ECharts != "" {
		scripts.WriteString(hash(string(pg.ECharts)))
	}
	connect := ""
	if pg.Preview != "" {
		connect = "; connect-src 'self'" // for the events
	}
	return "default-src 'none'; script-src" + scripts.String() + "; style-src" + hash(string(pg.Style)) + connect + "; base-uri 'none'; form-action 'none'"
}
