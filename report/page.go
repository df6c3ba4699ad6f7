package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
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
	scripts := ""
	for _, s := range pg.Scripts {
		scripts += hash(string(s))
	}
	return "default-src 'none'; script-src" + scripts + "; style-src" + hash(string(pg.Style)) + "; base-uri 'none'; form-action 'none'"
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

// A halfCell is a cell that may stand beside another.
type halfCell struct{ html template.HTML }

// flush ends a row of cells of half width.
func (p *pageMaker) flush(s *section) {
	switch len(s.half) {
	case 0:
		return
	case 1:
		s.Blocks = append(s.Blocks, s.half[0].html)
	default:
		h := template.HTML(`<div class="half">`)
		for _, c := range s.half {
			h += `<div>` + c.html + `</div>`
		}
		s.Blocks = append(s.Blocks, h+`</div>`)
	}
	s.half = nil
}

// cell adds what a cell shows.
func (p *pageMaker) cell(s *section, c *Cell) error {
	if c.Hide {
		return nil
	}
	h, err := p.show(c)
	if err != nil {
		return err
	}
	if h == "" {
		return nil
	}
	if c.Half {
		if s.half = append(s.half, &halfCell{h}); len(s.half) == 2 {
			p.flush(s)
		}
		return nil
	}
	p.flush(s)
	s.Blocks = append(s.Blocks, h)
	return nil
}

// show prints a cell: its charts, its table, its numbers; or why it has none.
func (p *pageMaker) show(c *Cell) (template.HTML, error) {
	if err := p.errs[c.Name]; err != nil {
		p.failed = true
		return p.execute("broken", p.broken(c, err))
	}
	t := p.tables[c.Name]
	if c.computed() {
		if what := lacking(c, t); what != "" {
			return p.execute("note", "These logs do not record "+what+".")
		}
		if t == nil || t.Rows == 0 {
			return p.execute("note", "Nothing to show: no request is of this kind.")
		}
	}
	shows := slices.Clone(c.Query.Show)
	if len(shows) == 0 {
		shows = []frame.Show{{Verb: "table"}}
	}
	var out template.HTML
	for i, show := range shows {
		var h template.HTML
		var err error
		switch show.Verb {
		case "chart":
			follows := slices.ContainsFunc(shows[i+1:], func(s frame.Show) bool { return s.Verb == "table" })
			h, err = p.chart(c, t, show, follows)
		case "table":
			h, err = p.execute("table", p.grid(c, t, show))
		case "numbers":
			h, err = p.execute("numbers", p.headlines(show))
		}
		if err != nil {
			return "", err
		}
		out += h
	}
	if strings.TrimSpace(c.Text) != "" && c.computed() {
		h, err := p.execute("query", c)
		if err != nil {
			return "", err
		}
		out += h
	}
	return out, nil
}

func (p *pageMaker) chart(c *Cell, t *frame.Table, show frame.Show, follows bool) (template.HTML, error) {
	f, err := p.figure(c, t, show, follows)
	if err != nil || f == nil {
		return "", err
	}
	p.charts = p.charts || f.Spec != ""
	return p.execute("figure", f)
}

func (p *pageMaker) execute(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	err := pageTemplate.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// lacking says what a cell's logs do not record, if that is why its table is of
// no use: a key without a single value, or a measure of a field that is never
// there.
func lacking(c *Cell, t *frame.Table) string {
	if t == nil || t.Rows == 0 || c.Query.Group == nil {
		return ""
	}
	for _, k := range c.Query.Group.By {
		if empty(t.Column(k.Name)) {
			return recorded(k.Name)
		}
	}
	for _, a := range c.Query.Group.Aggs {
		field, ok := a.Arg.(*frame.Name)
		if ok && a.If == nil && a.Func != "top" && empty(t.Column(a.Column())) {
			return recorded(field.Name)
		}
	}
	return ""
}

// empty reports whether a column has no value at all.
func empty(c *frame.Column) bool {
	return c != nil && c.Nulls != nil && !slices.Contains(c.Nulls, false)
}

// recorded is what a log records in a field, in words.
func recorded(field string) string {
	words := map[string]string{
		"agent": "user agents", "client": "user agents", "os": "user agents", "device": "user agents",
		"referer": "referrers", "site": "referrers", "user": "users", "vhost": "virtual hosts",
		"duration": "how long an answer took", "upstream_time": "how long a backend took", "upstream": "backends",
		"cache": "what a cache did", "tls": "versions of TLS", "cipher": "ciphers of TLS", "type": "media types",
	}
	return or(words[field], field)
}

// A breakage is what stands in the place of a cell that failed.
type breakage struct {
	Place, Line, Caret, Message string
	Indent                      string // as wide as Place
}

func (p *pageMaker) broken(c *Cell, err error) breakage {
	b := breakage{Place: fmt.Sprintf("%s:%d", p.notebook.Name, c.Line), Message: err.Error()}
	var syntax *frame.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset > len(c.Text) {
		return b
	}
	before := c.Text[:syntax.Offset]
	start := strings.LastIndexByte(before, '\n') + 1
	b.Place = fmt.Sprintf("%s:%d", p.notebook.Name, c.Line+strings.Count(before, "\n"))
	b.Line, _, _ = strings.Cut(c.Text[start:], "\n")
	b.Caret = strings.Repeat(" ", syntax.Offset-start) + "^" + strings.Repeat("~", max(syntax.Length-1, 0))
	b.Indent = strings.Repeat(" ", len(b.Place))
	b.Message = syntax.Msg
	if syntax.Hint != "" {
		b.Message += " (" + syntax.Hint + ")"
	}
	return b
}

// bookTitle returns the name by which readers know a book.
func (p *pageMaker) bookTitle(book string) string {
	return visible(or(p.notebook.Front.Titles[book], book))
}

// A headline is one of the numbers at the top.
type headline struct {
	Label, Value, Unit, Aside string
	Spark                     template.HTML
}

// headlines evaluates a numbers step.
func (p *pageMaker) headlines(show frame.Show) []headline {
	names := p.names()
	var out []headline
	for _, item := range show.Items {
		if item.Expr == nil {
			continue
		}
		e, err := parseExpr(item.Expr.String())
		if err != nil {
			continue
		}
		v := e.eval(&scope{names: names})
		h := headline{Label: item.Label, Value: missing}
		switch {
		case !v.known():
		case v.unit == "ratio":
			decimals := 1
			if v.num >= 0.0995 {
				decimals = 0
			}
			h.Value, h.Unit = percent(v.num, decimals)
		case v.typ == frame.Bytes:
			h.Value, h.Unit = size(v.num)
		case v.typ == frame.Duration:
			h.Value = elapsed(v.num)
		default:
			h.Value, h.Unit = compact(v.num)
		}
		daily := p.daily(e)
		h.Aside = p.aside(e, v, len(daily), names)
		h.Spark = spark(daily, 120, 34, true)
		out = append(out, h)
	}
	return out
}

// daily evaluates a headline's expression for each day: a cell of one row is
// replaced by its twin, and the mean of a cell by day is that cell.
func (p *pageMaker) daily(e expr) []float64 {
	if m, ok := e.(method); ok && m.name == "avg" { // daily.avg(hosts)
		r := m.of.eval(&scope{names: p.names()}).rows
		if r == nil {
			return nil
		}
		return p.perDay(r.table, m.args[0], nil)
	}
	root, ok := rootName(e)
	if !ok || p.tables[twinName(root)] == nil {
		return nil
	}
	return p.perDay(p.tables[twinName(root)], e, &root)
}

// perDay evaluates e for each day between the first and the last; a day without
// a row is zero. With a root, the day's row stands for the cell of that name.
func (p *pageMaker) perDay(t *frame.Table, e expr, root *string) []float64 {
	day := t.Column("day")
	if day == nil || t.Rows == 0 {
		return nil
	}
	a := p.axisOf(t, day, false)
	out := make([]float64, len(a.labels))
	for i := range t.Rows {
		x, ok := a.find(at(day, i), p.formatter.zone)
		if !ok {
			continue
		}
		s := (&rows{table: t}).scope(nil, i)
		if root != nil {
			s = &scope{names: map[string]value{*root: {rows: &rows{t, []int{i}}}}}
		}
		out[x] += e.eval(s).num
	}
	return out
}

// aside says a headline number once more in other terms: a day, or of what.
func (p *pageMaker) aside(e expr, v value, n int, names map[string]value) string {
	if op, ok := e.(operator); ok && v.unit == "ratio" {
		if part := op.x.eval(&scope{names: names}); part.known() {
			return plain(part.typ, part.num) + " requests"
		}
	}
	if _, ok := e.(method); ok && n > 1 {
		return "mean of " + counted(int64(n), "day")
	}
	m, ok := e.(member)
	if !ok || n < 2 {
		return ""
	}
	root, _ := rootName(m)
	if c := p.notebook.Cell(root); c != nil && c.adds(m.field) && v.num >= float64(n) {
		return plain(v.typ, v.num/float64(n)) + " a day"
	}
	return ""
}
