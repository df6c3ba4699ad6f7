package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"logbook/frame"
	"logbook/templates"
)

// A Run is what the page must know of the scan behind its tables.
type Run struct {
	Version string // of logbook
	Command string // that makes this page again
	Made    time.Time
	Zone    *time.Location // of all times on the page; nil is UTC

	Site    string    // overrides the notebook's
	Title   string    // overrides the notebook's
	Period  Period    // what the page is about; the zero Period is all that the logs hold
	First   time.Time // earliest record counted; zero if there is none
	Last    time.Time // latest
	Inputs  []Input
	Rejects []Reject
	Notes   []string // what else a reader must know to believe the numbers
}

// An Input is one log and what became of its lines: Lines = Kept + Filtered +
// Rejected + Blank.
type Input struct {
	Name, Format                           string
	Lines, Kept, Filtered, Rejected, Blank int64
	First, Last                            time.Time // zero if there is no record
	Err                                    string    // damage
}

// A Reject is a reason for which lines were no records, with the first of them.
type Reject struct {
	Reason string // "malformed time"
	Count  int64
	File   string
	Line   int64
	Text   string
}

// WritePage writes a report as one HTML file that needs nothing else. The
// tables and errors are those of [Notebook.Queries], in that order: tables[i]
// is nil if errs[i] is not. Equal arguments give equal bytes.
func WritePage(w io.Writer, n *Notebook, tables []*frame.Table, errs []error, run Run) error {
	if run.Zone == nil {
		run.Zone = time.UTC
	}
	p := &pageMaker{notebook: n, run: run, formatter: formatter{run.Zone}, tables: make(map[string]*frame.Table), errs: make(map[string]error)}
	_, p.prose = markdown()
	p.prose.write = p.formatter
	p.setSpan()
	if !run.Period.All() {
		p.prose.previous = run.Period.Before(1)
	}
	names, _ := n.Queries()
	for i, name := range names {
		if i < len(errs) && errs[i] != nil {
			p.errs[name] = errs[i]
		} else if i < len(tables) {
			p.tables[name] = tables[i]
		}
	}
	pg, err := p.page()
	if err != nil {
		return err
	}
	var out bytes.Buffer // so that a failing template leaves no half page
	if err := pageTemplate.ExecuteTemplate(&out, "page", pg); err != nil {
		return err
	}
	_, err = out.WriteTo(w)
	return err
}

// A pageMaker turns a notebook's tables into a page.
type pageMaker struct {
	notebook  *Notebook
	run       Run
	formatter formatter
	prose     *directives
	tables    map[string]*frame.Table
	errs      map[string]error
	span      Period    // of the page, in its zone
	first     time.Time // of the page's time axes
	last      time.Time
	charts    bool // the page has charts, so it needs ECharts
	failed    bool // the section at hand has a cell that failed
}

// setSpan sets the time that the page is about: its period or, without one,
// the days from the first record to the last.
func (p *pageMaker) setSpan() {
	p.span, p.first, p.last = p.run.Period, p.run.First.In(p.run.Zone), p.run.Last.In(p.run.Zone)
	if !p.span.All() {
		p.first, p.last = p.span.Start.In(p.run.Zone), p.span.End.In(p.run.Zone).Add(-time.Microsecond)
	} else if !p.first.IsZero() {
		start := days.floor(p.first)
		p.span = span(start, days, daysBetween(p.first, p.last)+1)
	}
}

var pageTemplate = template.Must(template.New("").Funcs(template.FuncMap{
	"visible": visible,
	"grouped": grouped,
	"counted": counted,
	"when":    func(t time.Time) string { return t.Format("2 Jan 2006 15:04:05") },
}).Parse(templates.Page()))

// A page is what the template prints.
type page struct {
	Policy                           string
	Title, Site, When, Made, Version string
	Style                            template.CSS
	Scripts                          []template.JS
	NoCharts                         bool // charts were wanted, but ECharts is not built in
	Lede                             []template.HTML
	Sections                         []*section
	Slug                             string
	Inputs                           []Input
	Total                            Input
	Rejects                          []Reject
	Notes                            []string
	Command, Notebook                string
}

// A section is a heading and what stands under it.
type section struct {
	ID, Title string
	Blocks    []template.HTML
	Failed    bool

	begun bool        // its first paragraph has been seen
	half  []*halfCell // cells that wait for their neighbour
}

func (p *pageMaker) page() (*page, error) {
	front := p.notebook.Front
	pg := &page{Title: or(p.run.Title, front.Title, "Access report"), Site: or(p.run.Site, front.Site),
		Version: p.run.Version, Command: p.run.Command, Notebook: p.notebook.Name,
		Inputs: p.run.Inputs, Rejects: p.run.Rejects, Notes: p.run.Notes, Style: template.CSS(templates.Style())}
	if !p.run.Made.IsZero() {
		pg.Made = p.run.Made.In(p.run.Zone).Format("Mon 2 Jan 2006 15:04")
	}
	pg.When = p.when()
	pg.Slug = slug(or(pg.Site, "logbook") + "-" + strings.TrimSuffix(p.notebook.Name, ".md"))
	for _, in := range p.run.Inputs {
		pg.Total.Lines += in.Lines
		pg.Total.Kept += in.Kept
		pg.Total.Filtered += in.Filtered
		pg.Total.Rejected += in.Rejected
	}
	if err := p.body(pg); err != nil {
		return nil, err
	}
	echarts, _, ok := templates.ECharts()
	pg.NoCharts = p.charts && !ok
	if p.charts && ok {
		pg.Scripts = append(pg.Scripts, template.JS(echarts))
	}
	pg.Scripts = append(pg.Scripts, template.JS(templates.Script()))
	pg.Policy = policy(pg)
	return pg, nil
}

func or(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// when says what time the page is about.
func (p *pageMaker) when() string {
	if p.first.IsZero() {
		return p.run.Zone.String()
	}
	parts := []string{p.span.String()}
	if n := p.span.Days(); n > 1 {
		parts = append(parts, counted(int64(n), "day"))
	}
	return strings.Join(append(parts, p.run.Zone.String()), " · ")
}

// policy allows the page's own scripts and style, by their hashes, and nothing
// else: no request, no other script, no inline style.
func policy(pg *page) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	var scripts strings.Builder
	for _, s := range pg.Scripts {
		scripts.WriteString(hash(string(s)))
	}
	return "default-src 'none'; script-src" + scripts.String() + "; style-src" + hash(string(pg.Style)) + "; base-uri 'none'; form-action 'none'"
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(s string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
}

// body lays out the notebook: what stands before the first heading, then one
// section for each heading of the second level.
func (p *pageMaker) body(pg *page) error {
	scope := &scope{names: p.names()}
	current := &section{}
	ids := make(map[string]bool)
	close := func() {
		p.flush(current)
		current.Failed, p.failed = p.failed, false
		if current.ID == "" {
			pg.Lede = current.Blocks
		}
	}
	for _, b := range unfold(p.notebook.nodes, scope) {
		if h, ok := b.node.(*ast.Heading); ok && h.Level <= 2 {
			title, err := p.prose.html(p.notebook.source, b, true)
			if err != nil {
				return err
			}
			close()
			current = &section{Title: textOf(title)}
			current.ID = unique(ids, or(slug(current.Title), "section"))
			pg.Sections = append(pg.Sections, current)
			continue
		}
		if err := p.block(current, b); err != nil {
			return err
		}
	}
	close()
	return nil
}

// names are the values that prose can use besides cells.
func (p *pageMaker) names() map[string]value {
	text := func(s string) value { return value{typ: frame.Text, text: s} }
	names := map[string]value{
		"site": text(or(p.run.Site, p.notebook.Front.Site, "this site")),
		"zone": text(p.run.Zone.String()),
	}
	if first, last := p.first, p.last; !first.IsZero() {
		year, week := first.ISOWeek()
		names["period.days"] = whole(p.span.Days())
		names["period.week"], names["period.year"] = whole(week), text(fmt.Sprint(year))
		names["period.first"] = value{typ: frame.Time, num: float64(first.UnixMicro()), unit: "day"}
		names["period.last"] = value{typ: frame.Time, num: float64(last.UnixMicro()), unit: "day"}
	}
	for name, t := range p.tables {
		if t != nil {
			names[name] = value{rows: allRows(t)}
		}
	}
	return names
}

var tag = regexp.MustCompile(`<[^>]*>`)

// textOf returns the text of HTML of ours, unescaped.
func textOf(h template.HTML) string {
	s := tag.ReplaceAllString(string(h), "")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&quot;", `"`, "&#39;", "'", "&amp;", "&").Replace(s)
}

func unique(seen map[string]bool, id string) string {
	name := id
	for n := 2; seen[name]; n++ {
		name = fmt.Sprintf("%s-%d", id, n)
	}
	seen[name] = true
	return name
}

// block adds one block of the notebook to a section.
func (p *pageMaker) block(s *section, b block) error {
	if fence, ok := b.node.(*ast.FencedCodeBlock); ok {
		for _, c := range p.notebook.Cells {
			if c.node == fence {
				return p.cell(s, c)
			}
		}
	}
	p.flush(s)
	paragraph := b.node.Kind() == ast.KindParagraph
	h, err := p.prose.html(p.notebook.source, b, paragraph)
	if err != nil || h == "" {
		return err
	}
	switch {
	case paragraph && s.ID == "":
		h = `<p class="lede">` + h + `</p>`
	case paragraph && !s.begun:
		h = `<p class="finding">` + h + `</p>`
	case paragraph:
		h = `<div class="prose"><p>` + h + `</p></div>`
	default:
		h = `<div class="prose">` + h + `</div>`
	}
	s.begun = true
	s.Blocks = append(s.Blocks, h)
	return nil
}

func (p *pageMaker) execute(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	err := pageTemplate.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// bookTitle returns the name by which readers know a book.
func (p *pageMaker) bookTitle(book string) string {
	return visible(or(p.notebook.Front.Titles[book], book))
}
