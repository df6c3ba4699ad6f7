package report

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"logbook/frame"
)

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
