package report

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"logbook/frame"
)

// A page is a result laid out and not yet written: what the outputs have in
// common. Which words, numbers and changes it shows is decided here; a writer
// decides how they look.
type page struct {
	Title, Site, When, Made, Version string
	Lede                             []element // before the first heading
	Sections                         []*section
	Slug                             string // for the names of files
	Inputs                           []Input
	Total                            Input
	Rejects                          []Reject
	Notes, Gaps                      []string
	Command, Notebook, Sum           string // Sum is the notebook's

	prose  *directives
	source []byte // of the notebook, that prose refers to
	charts bool   // there is at least one

	preview string // version of the page; "" if it is none
	sample  float64
}

// A section is a heading and what stands under it.
type section struct {
	ID, Title string
	Blocks    []element
	Failed    bool // a cell of it did

	heading block
	begun   bool // it has prose
}

// An element is a block of the notebook: a *paragraph of prose or an *answer.
type element any

// A paragraph is a block of Markdown that is no cell.
type paragraph struct {
	block
	role string // "lede" before the first heading, "finding" as the first of a section
}

// An answer is what a cell shows.
type answer struct {
	cell  *Cell
	parts []part
	joins bool // it belongs to the answer before it, as a low chart below another does
}

// A part of an answer is a breakage, a note, a *figure, a *grid, the
// headlines, or a *Cell for its query.
type part any

// A note says why a cell has nothing to show.
type note string

// A pageMaker lays out a result.
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
	charts    bool                // one has been laid out
	above     bool                // the cell at hand stands above a low chart, which names the hours for both
	beats     pulse               // once it is asked for
	unknown   map[string][]string // columns of tables that tell nothing, where nobody knows who made a request
	explained []string            // what footnotes have said
	gaps      []string            // times without a log line, as the first chart that sees them says it
}

// page lays out the result.
func (r *Result) page() (*page, error) {
	run := r.Run
	if run.Zone == nil {
		run.Zone = time.UTC
	}
	p := &pageMaker{notebook: r.Notebook, run: run, formatter: formatter{run.Zone}, tables: make(map[string]*frame.Table), errs: make(map[string]error)}
	_, p.prose = markdown()
	p.prose.write = p.formatter
	p.setSpan()
	if !run.Period.All() {
		p.prose.previous = run.Period.Before(1)
	}
	names, _ := r.Notebook.Queries()
	for i, name := range names {
		if i < len(r.Errs) && r.Errs[i] != nil {
			p.errs[name] = r.Errs[i]
		} else if i < len(r.Tables) {
			p.tables[name] = r.Tables[i]
		}
	}
	if p.anonymous() {
		p.unknow()
	}
	pg := p.head()
	return pg, p.body(pg)
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

// head lays out all but the notebook's blocks.
func (p *pageMaker) head() *page {
	front := p.notebook.Front
	pg := &page{Title: or(p.run.Title, p.prose.fill(p.notebook.title, &scope{names: p.names()}), "Access report"), Site: or(p.run.Site, front.Site), When: p.when(),
		Version: p.run.Version, Command: p.run.Command, Notebook: p.notebook.Name,
		Rejects: p.run.Rejects, Notes: slices.Clip(p.run.Notes), sample: p.run.Sample, prose: p.prose, source: p.notebook.source, Sum: fmt.Sprintf("%x", sha256.Sum256(p.notebook.written))}
	if !p.run.Made.IsZero() {
		pg.Made = p.run.Made.In(p.run.Zone).Format("Mon 2 Jan 2006 15:04")
	}
	pg.Slug = slug(or(pg.Site, "logbook") + "-" + strings.TrimSuffix(p.notebook.Name, ".md"))
	for _, in := range p.run.Inputs {
		in.First, in.Last = in.First.In(p.run.Zone), in.Last.In(p.run.Zone)
		pg.Inputs = append(pg.Inputs, in)
		pg.Total.Lines += in.Lines
		pg.Total.Kept += in.Kept
		pg.Total.Filtered += in.Filtered
		pg.Total.Rejected += in.Rejected
	}
	return pg
}

// body lays out the notebook: what stands before the first heading, then one
// section for each heading of the second level.
func (p *pageMaker) body(pg *page) error {
	lede := &section{}
	current := lede
	ids := make(map[string]bool)
	blocks := unfold(p.notebook.nodes, &scope{names: p.names()})
	for i, b := range blocks {
		if h, ok := b.node.(*ast.Heading); ok && h.Level <= 2 {
			title := p.prose.plain(p.notebook.source, b)
			current = &section{heading: b, Title: title, ID: unique(ids, or(slug(title), "section"))}
			pg.Sections = append(pg.Sections, current)
			continue
		}
		joins := p.above
		p.above = i+1 < len(blocks) && !p.lowChart(b) && p.lowChart(blocks[i+1])
		if err := p.block(current, b, joins); err != nil {
			return err
		}
	}
	pg.Gaps = p.gaps
	pg.Lede, pg.charts = lede.Blocks, p.charts
	pg.tellApart(ids)
	return nil
}

// tellApart gives tables other ids where a section has the same: #hosts is the
// section, though its cell is called hosts too.
func (pg *page) tellApart(sections map[string]bool) {
	apart := func(g *grid) {
		if g != nil && sections[g.ID] {
			g.ID += "-table"
		}
	}
	blocks := slices.Clip(pg.Lede)
	for _, s := range pg.Sections {
		blocks = append(blocks, s.Blocks...)
	}
	for _, b := range blocks {
		a, _ := b.(*answer)
		if a == nil {
			continue
		}
		for _, part := range a.parts {
			switch part := part.(type) {
			case *grid:
				apart(part)
			case *figure:
				apart(part.Data)
			}
		}
	}
}

// lowChart reports whether a block is a cell that draws a low chart: one that
// goes with the chart above it, on the same axis.
func (p *pageMaker) lowChart(b block) bool {
	c := p.notebook.cellOf(b.node)
	return c != nil && !c.Half && slices.ContainsFunc(c.Query.Show, func(s frame.Show) bool {
		_, low := opt(s.Opts, "low")
		return low
	})
}

// block adds one block of the notebook to a section.
func (p *pageMaker) block(s *section, b block, joins bool) error {
	if c := p.notebook.cellOf(b.node); c != nil {
		a, err := p.answer(c)
		if err != nil || len(a.parts) == 0 || s.says(a.parts[0]) {
			return err
		}
		a.joins = joins
		s.Blocks = append(s.Blocks, a)
		s.Failed = s.Failed || p.errs[c.Name] != nil
		return nil
	}
	text := &paragraph{block: b}
	switch {
	case b.node.Kind() != ast.KindParagraph:
	case p.prose.plain(p.notebook.source, b) == "": // an if has left all of it out
		return nil
	case s.ID == "":
		text.role = "lede"
	case !s.begun:
		text.role = "finding"
	}
	s.begun = true
	s.Blocks = append(s.Blocks, text)
	return nil
}

// says reports whether the section's last answer is the same note: once is
// enough.
func (s *section) says(p part) bool {
	if n := len(s.Blocks); n > 0 {
		last, ok := s.Blocks[n-1].(*answer)
		_, isNote := p.(note)
		return ok && isNote && last.parts[0] == p
	}
	return false
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

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(s string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
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
	names[frame.History] = names[historyName]
	if r := names[historyName].rows; r != nil { // the first step may be in part before the logs begin
		begin := float64(p.run.First.Add(-time.Hour).UnixMicro())
		step := r.table.Column(string(p.notebook.period.step()))
		r.index = slices.DeleteFunc(r.index, func(i int) bool { return at(step, i).num < begin })
	}
	if pulse := p.pulse(); len(pulse) > 0 {
		start, end := p.covers()
		gaps := pulse.gaps(start, end)
		names["coverage"] = value{typ: frame.Float, num: covered(gaps, start, end), unit: "ratio"}
		names["coverage.missing"] = value{typ: frame.Duration, num: float64(missingIn(gaps, start, end).Round(time.Minute).Microseconds())}
	}
	names["run.version"] = text(p.run.Version)
	names["run.lines"], names["run.kept"], names["run.rejected"] = whole(0), whole(0), whole(0)
	for _, in := range p.run.Inputs {
		for name, n := range map[string]int64{"run.lines": in.Lines, "run.kept": in.Kept, "run.rejected": in.Rejected} {
			names[name] = whole(int(n) + int(names[name].num))
		}
	}
	return names
}

func unique(seen map[string]bool, id string) string {
	name := id
	for n := 2; seen[name]; n++ {
		name = fmt.Sprintf("%s-%d", id, n)
	}
	seen[name] = true
	return name
}

// bookTitle returns the name by which readers know a book.
func (p *pageMaker) bookTitle(book string) string {
	return visible(or(p.notebook.Front.Titles[book], book))
}
