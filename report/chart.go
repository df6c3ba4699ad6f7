package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"logbook/frame"
)

// A chart is built as go-echarts options, merged with the few that its types
// lack, and put into the page as inert JSON: colours as tokens ("@c-ink"),
// formats by name. Our script draws it. go-echarts' own renderers write options
// unescaped into a script and are never called: what they would run is what a
// stranger has written into a log.

// A figure is a chart as the page prints it.
type figure struct {
	ID, Title, Sub string
	Class          string // of its height
	Label          string // what the chart shows, in words and numbers
	Legend         []legend
	Ramp           *[2]string // least and greatest of a heat map
	Shape          []float64  // of all that a plot over time counts
	Shades         *shades    // of a heat map
	Days           *dayRow    // above the hours
	Spec           template.JS
	Strip          template.HTML
	Data           *grid // its numbers, folded by the script; nil if a table follows
	Table          string
}

type legend struct {
	Swatch template.HTML
	Text   string
}

// A spec is what the script needs of a chart.
type spec struct {
	Option any            `json:"option"`
	Ticks  map[int]string `json:"ticks,omitempty"`  // labels of the x axis, by category
	Wide   int            `json:"wide,omitempty"`   // pixels that the widest of them takes
	Lines  []int          `json:"lines,omitempty"`  // categories that begin with a grid line
	Step   int            `json:"step,omitempty"`   // in minutes, of categories that are counted
	Zeros  bool           `json:"zeros,omitempty"`  // a number below zero is so many zeros
	Format string         `json:"format"`           // of values
	Total  bool           `json:"total,omitempty"`  // the tooltip adds up
	Height int            `json:"height,omitempty"` // in pixels, where the number of rows decides it
}

type object = map[string]any

// channel returns the expression of a chart's channel: count of "y count".
func channel(show frame.Show, role string) string {
	for _, item := range show.Items {
		if item.Role == role && item.Expr != nil {
			return item.Expr.String()
		}
	}
	return ""
}

// figure draws the chart step of a cell. It is nil if there is nothing to draw.
func (p *pageMaker) figure(c *Cell, t *frame.Table, show frame.Show, follows bool) (*figure, error) {
	f := &figure{ID: c.Name + "-chart", Title: show.Title, Table: c.Name}
	if f.Title == "" {
		f.Title = headOf(c.Name)
	}
	var s *spec
	var err error
	switch show.Kind {
	case "heatmap":
		s, err = p.heatmap(f, c, t, show, follows)
	case "treemap":
		s, err = p.treemap(f, t, show)
	case "strip":
		p.strip(f, t, show)
		return f, nil
	default:
		s, err = p.plot(f, c, t, show, follows)
	}
	if err != nil || s == nil {
		return nil, err
	}
	// Marshal escapes <, > and &, so the text cannot end its element.
	for _, label := range s.Ticks {
		s.Wide = max(s.Wide, 7*len(label)+16)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("chart of %s: %w", c.Name, err)
	}
	f.Spec = template.JS(data)
	if !follows && f.Data == nil {
		f.Data = p.grid(c, t, frame.Show{})
		f.Data.Caption = f.Title
	}
	return f, nil
}

func formatOf(t frame.Type) string {
	switch t {
	case frame.Bytes:
		return "bytes"
	case frame.Duration:
		return "duration"
	case frame.Float:
		return "float"
	}
	return "int"
}

// plainObject turns options into the objects that JSON knows, without those
// parts that go-echarts always writes and that are HTML here.
func plainObject(options object) (object, error) {
	data, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, err
	}
	for _, key := range []string{"title", "legend", "toolbox", "color"} {
		delete(o, key)
	}
	return o, nil
}

// strip draws the shares of a whole.
func (p *pageMaker) strip(f *figure, t *frame.Table, show frame.Show) {
	key, measure := "", channel(show, "share")
	for _, item := range show.Items {
		if item.Role != "share" && item.Expr != nil {
			key = item.Expr.String()
		}
	}
	kc, mc := t.Column(key), t.Column(measure)
	if kc == nil || mc == nil {
		return
	}
	total := 0.0
	for i := range t.Rows {
		total += at(mc, i).num
	}
	if total == 0 {
		return
	}
	var parts []stripPart
	var words []string
	for i := range t.Rows {
		name, class := named(key, at(kc, i).String(), "", i)
		share := join(percent(at(mc, i).num/total, 1))
		parts = append(parts, stripPart{Class: class, Name: name, Text: share, Value: at(mc, i).num})
		words = append(words, name+" "+share)
		f.Legend = append(f.Legend, legend{swatch(class), name + " " + share})
	}
	f.Label = f.Title + ": " + strings.Join(words, ", ") + "."
	f.Strip = strip(parts, f.Label)
}
