package report

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"logbook/frame"
)

// answer lays out a cell: its charts, its table, its numbers; or why it has
// none. It has no parts if there is nothing to see.
func (p *pageMaker) answer(c *Cell) (*answer, error) {
	a := &answer{cell: c}
	if c.Hide {
		return a, nil
	}
	if err := p.errs[c.Name]; err != nil {
		return a.with(p.broken(c, err)), nil
	}
	t := p.tables[c.Name]
	if c.computed() {
		if what := p.lacking(c, t); what != "" {
			return a.with(note("These logs do not record " + what + ".")), nil
		}
		if t == nil || t.Rows == 0 {
			return a.with(note("Nothing to show: no request " + p.wanted(c) + ".")), nil
		}
	}
	shows := slices.Clone(c.Query.Show)
	if len(shows) == 0 {
		shows = []frame.Show{{Verb: "table"}}
	}
	for i, show := range shows {
		switch show.Verb {
		case "chart":
			follows := slices.ContainsFunc(shows[i+1:], func(s frame.Show) bool { return s.Verb == "table" })
			f, err := p.figure(c, t, show, follows)
			if err != nil {
				return nil, err
			}
			if f != nil {
				p.charts = p.charts || f.Spec != ""
				a.noted(p, f)
			}
		case "table":
			a.noted(p, p.grid(c, t, show))
		case "numbers":
			a.noted(p, p.headlines(show))
		case "findings":
			a.with(p.find(show))
		}
	}
	if strings.TrimSpace(c.Text) != "" && c.computed() {
		a.with(c)
	}
	return a, nil
}

func (a *answer) with(p part) *answer {
	a.parts = append(a.parts, p)
	return a
}

// noted adds a part and what explains its marks.
func (a *answer) noted(p *pageMaker, of part) {
	a.parts = append(append(a.parts, of), p.footnotes(a.cell, of)...)
}

// lacking says what a cell's logs do not record, if that is why its table is of
// no use: a key without a single value, or a measure of a field that is never
// there.
func (p *pageMaker) lacking(c *Cell, t *frame.Table) string {
	if t == nil || t.Rows == 0 || c.Query.Group == nil {
		return ""
	}
	for _, k := range c.Query.Group.By {
		// Who is unknown has no agent, though others may.
		if what := recorded(k.Name); empty(t.Column(k.Name)) && (!strings.Contains(c.Text, "who ") || p.never()[what]) {
			return what
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

// never returns what no request of all has, as the cells say that leave none out.
func (p *pageMaker) never() map[string]bool {
	what := make(map[string]bool)
	for _, c := range p.notebook.Cells {
		t := p.tables[c.Name]
		if t == nil || t.Rows == 0 || c.Query.Group == nil || len(c.Query.Rows) > 0 {
			continue
		}
		for _, k := range c.Query.Group.By {
			if empty(t.Column(k.Name)) {
				what[recorded(k.Name)] = true
			}
		}
	}
	return what
}

var present = regexp.MustCompile(`\b(site|user|book) != none`)

// wanted says what a cell without rows looks for.
func (p *pageMaker) wanted(c *Cell) string {
	if len(c.Query.Rows) == 0 {
		return "is in this time"
	}
	if m := present.FindStringSubmatch(c.Text); m != nil {
		if m[1] == "site" && p.unknown != nil { // what names no agent names no referrer
			return "says where it came from"
		}
		return map[string]string{"site": "came from another site", "user": "names a user", "book": "is for a book"}[m[1]]
	}
	return "is of this kind"
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
		"network": "addresses", "host": "addresses",
		"country": "countries, which a database of places tells (--geo)", "city": "cities, which a database of places tells (--geo)",
		"asn":   "networks' operators, which a database of networks tells (--geo)",
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
