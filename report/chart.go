package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

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
	Lines  []int          `json:"lines,omitempty"`  // categories that begin with a grid line
	Format string         `json:"format"`           // of values
	Total  bool           `json:"total,omitempty"`  // the tooltip adds up
	Height int            `json:"height,omitempty"` // in pixels, where the number of rows decides it
}

type object = map[string]any

// palette is the order of categories; then other.
var palette = []string{"c-ink", "c-ochre", "c-teal", "c-clay", "c-plum", "c-sky"}

// A plot is a chart's data: series of numbers over one axis.
type plot struct {
	axis   axis
	series []trace
	y      frame.Type
	adds   bool     // values of several categories may be added
	gaps   [][2]int // first and last category of each
	noun   string   // what is counted
}

// A trace is one line, area or kind of column. NaN is no value.
type trace struct {
	name, class string
	values      []float64
}

// An axis is the categories of a plot.
type axis struct {
	labels []string
	unit   unit // of time; "" for words
	times  []time.Time
	place  map[value]int
}

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

// plot draws line, area, column and bar charts.
func (p *pageMaker) plot(f *figure, c *Cell, t *frame.Table, show frame.Show, follows bool) (*spec, error) {
	kind, x, y := show.Kind, channel(show, "x"), channel(show, "y")
	if kind == "bar" { // lies on its side: its categories are y
		x, y = y, x
	}
	pl := p.pivot(c, t, x, y, channel(show, "stack"), channel(show, "ghost"))
	if pl == nil {
		return nil, nil
	}
	if (kind == "area" || kind == "line") && len(pl.axis.labels) < 4 {
		kind = "column" // three points make no line
	}
	if !follows {
		f.Data = p.plotGrid(c, f.Title, pl, channel(show, "stack") != "")
	}
	if _, low := opt(show.Opts, "low"); low {
		f.Class = "low"
	} else if kind == "area" || kind == "line" {
		f.Class = "tall"
	}
	stack := channel(show, "stack") != "" && channel(show, "ghost") == ""
	if u := t.Column(x).Unit; pl.axis.unit != "" && string(pl.axis.unit) != u {
		f.Sub = "shown per " + string(pl.axis.unit)
	}
	if kind == "bar" {
		f.Sub = pl.cut(14)
	}
	p.describe(f, pl, stack)
	return pl.spec(kind, stack, f.Class == "low")
}

// pivot turns a table by (x, stack) into one series for each value of stack.
func (p *pageMaker) pivot(c *Cell, t *frame.Table, x, y, stack, ghost string) *plot {
	xc, yc := t.Column(x), t.Column(y)
	if xc == nil || yc == nil {
		return nil
	}
	pl := &plot{y: yc.Type, noun: strings.ToLower(headOf(y)), adds: c.adds(y)}
	pl.axis = p.axisOf(t, xc, pl.adds)
	index := make(map[string]int)
	seriesOf := func(key string) *trace {
		i, ok := index[key]
		if !ok {
			i = len(pl.series)
			index[key] = i
			pl.series = append(pl.series, trace{name: key, values: pl.nothing()})
		}
		return &pl.series[i]
	}
	sc := t.Column(stack)
	for i := range t.Rows {
		at1, ok := pl.axis.find(at(xc, i), p.formatter.zone)
		if !ok {
			continue
		}
		key := ""
		if sc != nil {
			key = at(sc, i).String()
		}
		s := seriesOf(key)
		switch v := at(yc, i); {
		case !v.known():
		case pl.adds:
			s.values[at1] += v.num
		default:
			s.values[at1] = v.num
		}
	}
	if len(pl.series) == 0 {
		return nil
	}
	pl.order(stack)
	if gc := t.Column(ghost); gc != nil {
		was := trace{name: "before", class: "c-ghost", values: make([]float64, len(pl.axis.labels))}
		for i := range t.Rows {
			if at1, ok := pl.axis.find(at(xc, i), p.formatter.zone); ok {
				was.values[at1] += at(gc, i).num
			}
		}
		pl.series = append([]trace{was}, pl.series...)
	}
	if len(c.Query.Rows) == 0 && pl.adds { // where some requests are left out, silence says nothing
		pl.findGaps()
	}
	return pl
}

// nothing returns the values of a category without a row: zero of what is
// counted, but no value of what is measured.
func (pl *plot) nothing() []float64 {
	values := make([]float64, len(pl.axis.labels))
	if !pl.adds {
		for i := range values {
			values[i] = math.NaN()
		}
	}
	return values
}

// adds reports whether a cell's column may be added up over its rows: counts
// and sums may, percentiles and numbers of different things may not.
func (c *Cell) adds(column string) bool {
	for _, a := range c.Query.Group.Aggs {
		if a.Column() == column {
			return a.Func == "count" || a.Func == "sum"
		}
	}
	return false
}

// order sorts the series and gives them names and colours: status classes by
// number, people and bots always alike, others by their sum; past six the rest
// is one.
func (pl *plot) order(stack string) {
	sum := func(s trace) (n float64) {
		for _, v := range s.values {
			n += v
		}
		return n
	}
	switch stack {
	case "status_class", "status":
		sort.SliceStable(pl.series, func(i, j int) bool { return pl.series[i].name < pl.series[j].name })
	case "who":
		rank := map[string]int{"bot": 0, "person": 1}
		sort.SliceStable(pl.series, func(i, j int) bool {
			a, aok := rank[pl.series[i].name]
			b, bok := rank[pl.series[j].name]
			return aok && (!bok || a < b)
		})
	default:
		sort.SliceStable(pl.series, func(i, j int) bool { return sum(pl.series[i]) > sum(pl.series[j]) })
	}
	if most := len(palette); stack != "status_class" && len(pl.series) > most {
		rest := trace{name: others, class: "c-other", values: make([]float64, len(pl.axis.labels))}
		for _, s := range pl.series[most-1:] {
			for i, v := range s.values {
				rest.values[i] += v
			}
		}
		pl.series = append(slices.Clip(pl.series[:most-1]), rest)
	}
	for i := range pl.series {
		s := &pl.series[i]
		s.name, s.class = named(stack, s.name, s.class, i)
	}
}

func named(stack, name, class string, i int) (string, string) {
	switch {
	case class != "":
		return name, class
	case stack == "who":
		switch name {
		case "bot":
			return "bots", "c-ochre"
		case "person":
			return "people", "c-ink"
		}
		return "unknown", "c-other"
	case stack == "status_class" && name != "" && digit(name[0]):
		words := map[string]string{"1xx": "informational", "2xx": "success", "3xx": "redirect, unchanged", "4xx": "client error", "5xx": "server error"}
		return strings.TrimSpace(name + " " + words[name]), statusClass(int(name[0] - '0'))
	}
	return visible(name), palette[i%len(palette)]
}

// axisOf makes the categories of x: every unit of time from the first line of
// the logs to the last, gaps included, or the texts in the order of the rows.
// If the plot's values add up, a coarser unit is taken where the finer would be
// more points than pixels.
func (p *pageMaker) axisOf(t *frame.Table, x *frame.Column, coarser bool) axis {
	a := axis{place: make(map[value]int)}
	if x.Type != frame.Time {
		for i := range t.Rows {
			v := at(x, i)
			if _, ok := a.place[v]; !ok {
				a.place[v] = len(a.labels)
				a.labels = append(a.labels, visible(p.formatter.value(v)))
			}
		}
		return a
	}
	a.unit = unit(x.Unit)
	first, last := p.first, p.last
	for i := range t.Rows {
		if v := at(x, i); v.known() {
			when := instant(int64(v.num), p.formatter.zone)
			if first.IsZero() || when.Before(first) {
				first = when
			}
			if when.After(last) {
				last = when
			}
		}
	}
	for _, step := range []struct {
		from, to unit
		over     time.Duration
	}{{minutes, hours, 24 * time.Hour}, {hours, days, 62 * 24 * time.Hour}, {days, weeks, 730 * 24 * time.Hour}} {
		if coarser && a.unit == step.from && last.Sub(first) > step.over {
			a.unit = step.to
		}
	}
	for when := a.unit.floor(first.In(p.formatter.zone)); !when.After(last); when = a.unit.add(when, 1) {
		a.place[value{typ: frame.Time, num: float64(when.UnixMicro())}] = len(a.times)
		a.times = append(a.times, when)
		a.labels = append(a.labels, dated(when, string(a.unit), false))
	}
	return a
}

// find returns the category of a value.
func (a *axis) find(v value, zone *time.Location) (int, bool) {
	if a.unit != "" {
		v = value{typ: frame.Time, num: float64(a.unit.floor(instant(int64(v.num), zone)).UnixMicro())}
	}
	i, ok := a.place[v]
	return i, ok
}

// findGaps finds hours of silence in a log that is busy: no request at all
// where half of the hours have twenty or more.
func (pl *plot) findGaps() {
	if pl.axis.unit != hours && pl.axis.unit != days {
		return
	}
	totals := pl.totals()
	sorted := slices.Sorted(slices.Values(totals))
	if len(sorted) == 0 || sorted[len(sorted)/2] < 20 {
		return
	}
	for i := 0; i < len(totals); i++ {
		start := i
		for i < len(totals) && totals[i] == 0 {
			i++
		}
		if i == start || start == 0 || i == len(totals) { // the ends are the log's, not a gap
			continue
		}
		pl.gaps = append(pl.gaps, [2]int{start, i - 1})
		for s := range pl.series {
			for x := start; x < i; x++ {
				pl.series[s].values[x] = math.NaN()
			}
		}
	}
}

// cut keeps the first n categories, which are the greatest, and says so.
func (pl *plot) cut(n int) string {
	all := len(pl.axis.labels)
	if all <= n {
		return ""
	}
	pl.axis.labels = pl.axis.labels[:n]
	for i := range pl.series {
		pl.series[i].values = pl.series[i].values[:n]
	}
	return fmt.Sprintf("the first %d of %d", n, all)
}

// totals adds up the series.
func (pl *plot) totals() []float64 {
	out := make([]float64, len(pl.axis.labels))
	for _, s := range pl.series {
		if s.class == "c-ghost" {
			continue
		}
		for i, v := range s.values {
			if !math.IsNaN(v) {
				out[i] += v
			}
		}
	}
	return out
}

// describe writes the legend and what the chart shows in words.
func (p *pageMaker) describe(f *figure, pl *plot, stack bool) {
	totals := pl.totals()
	sum, most := 0.0, 0
	for i, v := range totals {
		sum += v
		if v > totals[most] {
			most = i
		}
	}
	f.Label = f.Title + ": "
	if pl.adds {
		f.Label += plain(pl.y, sum) + " in all, "
	}
	f.Label += "most " + plain(pl.y, totals[most]) + " on " + pl.axis.labels[most] + "."
	if pl.axis.unit == "" {
		f.Label = strings.Replace(f.Label, " on ", " for ", 1)
	}
	if len(pl.series) > 1 {
		for _, s := range pl.series {
			n := 0.0
			for _, v := range s.values {
				if !math.IsNaN(v) {
					n += v
				}
			}
			f.Legend = append(f.Legend, legend{swatch(s.class), s.name})
			if pl.adds {
				f.Label += " " + s.name + ": " + plain(pl.y, n) + "."
			}
		}
	}
	if len(pl.gaps) > 0 {
		f.Legend = append(f.Legend, legend{swatch("none"), "no log lines"})
		for _, g := range pl.gaps {
			f.Label += " No log lines from " + pl.axis.labels[g[0]] + " to " + pl.axis.labels[g[1]] + "."
		}
	}
}

// plotGrid is the table behind a plot: one row for each category.
func (p *pageMaker) plotGrid(c *Cell, title string, pl *plot, stack bool) *grid {
	const most = 120 // rows that a reader may want to have in a page
	if len(pl.axis.labels) > most && pl.axis.unit == hours && pl.adds {
		pl = pl.perDay()
		title += ", per day"
	}
	head0 := "Time"
	if pl.axis.unit == "" {
		head0 = headOf(pl.noun)
	}
	g := &grid{ID: c.Name, Caption: title, Heads: []head{{Text: head0}}}
	for _, s := range pl.series {
		name := s.name
		if name == "" {
			name = headOf(pl.noun)
		}
		g.Heads = append(g.Heads, head{Text: strings.ToUpper(name[:1]) + name[1:], Class: "r"})
	}
	sums := stack && len(pl.series) > 1
	if sums {
		g.Heads = append(g.Heads, head{Text: "Total", Class: "r"})
	}
	totals := pl.totals()
	cell := func(v float64) entry {
		if math.IsNaN(v) {
			return entry{Text: missing}
		}
		return measured(value{typ: pl.y, num: v})
	}
	for i, label := range pl.axis.labels {
		first := entry{Text: label}
		if pl.axis.unit != "" {
			first.Raw = pl.axis.times[i].Format("2006-01-02T15:04")
		}
		l := line{Cells: []entry{first}}
		for _, s := range pl.series {
			l.Cells = append(l.Cells, cell(s.values[i]))
		}
		if sums {
			l.Cells = append(l.Cells, cell(totals[i]))
		}
		g.Lines = append(g.Lines, l)
	}
	return g
}

// perDay adds up a plot by hour.
func (pl *plot) perDay() *plot {
	out := &plot{y: pl.y, noun: pl.noun, axis: axis{unit: days}}
	day := make([]int, len(pl.axis.times))
	for i, t := range pl.axis.times {
		d := days.floor(t)
		if n := len(out.axis.times); n == 0 || !out.axis.times[n-1].Equal(d) {
			out.axis.times = append(out.axis.times, d)
			out.axis.labels = append(out.axis.labels, dated(d, "day", false))
		}
		day[i] = len(out.axis.times) - 1
	}
	for _, s := range pl.series {
		sum := trace{s.name, s.class, make([]float64, len(out.axis.times))}
		for i, v := range s.values {
			if !math.IsNaN(v) {
				sum.values[day[i]] += v
			}
		}
		out.series = append(out.series, sum)
	}
	return out
}

// spec makes the options of a plot.
func (pl *plot) spec(kind string, stack, low bool) (*spec, error) {
	totals := pl.totals()
	most := 0.0
	if stack || len(pl.series) == 1 {
		most = slices.Max(totals)
	} else {
		for _, s := range pl.series {
			for _, v := range s.values {
				if v > most {
					most = v
				}
			}
		}
	}
	step, end := niceStep(most)
	if pl.y == frame.Int && step < 1 {
		step, end = 1, math.Ceil(most)
	}
	format := formatOf(pl.y)
	s := &spec{Format: format, Total: stack && len(pl.series) > 1}
	s.Ticks, s.Lines = pl.axis.ticks()

	var option object
	var err error
	if kind == "line" || kind == "area" {
		option, err = pl.lines(kind, stack)
	} else {
		option, err = pl.columns(stack)
	}
	if err != nil {
		return nil, err
	}
	category := object{"type": "category", "data": pl.axis.labels, "boundaryGap": kind == "column" || kind == "bar",
		"axisLabel": object{"color": "@muted", "fontSize": 12, "align": "left", "hideOverlap": true},
		"axisTick":  object{"show": false}, "axisLine": object{"lineStyle": object{"color": "@edge"}},
		"splitLine": object{"show": kind != "column" && kind != "bar", "lineStyle": object{"color": "@rule"}}}
	if kind == "column" && len(pl.axis.labels) <= 62 || pl.axis.unit == "" {
		category["axisLabel"].(object)["align"] = "center"
	}
	number := object{"type": "value", "min": 0, "max": end, "interval": step,
		"axisLabel": object{"color": "@muted", "fontSize": 12, "formatter": "@f:" + format},
		"splitLine": object{"lineStyle": object{"color": "@rule"}}}
	if low {
		number["interval"] = end
	}
	grid := object{"left": 52, "right": 10, "top": 20, "bottom": 26}
	if kind == "bar" {
		category["inverse"], number["axisLabel"] = true, object{"show": false}
		category["axisLabel"] = object{"color": "@ink", "width": 190, "overflow": "truncate", "fontSize": 12}
		grid["left"], grid["top"], grid["bottom"] = 200, 4, 4
		s.Height = 26*len(pl.axis.labels) + 8
		option["xAxis"], option["yAxis"] = number, category
		s.Ticks = nil
	} else {
		option["xAxis"], option["yAxis"] = category, number
	}
	option["grid"] = grid
	pointer := object{"type": "line", "lineStyle": object{"color": "@faint", "type": "solid"}}
	if kind == "column" || kind == "bar" {
		pointer = object{"type": "shadow", "shadowStyle": object{"color": "@c-other/15"}}
	}
	option["tooltip"] = object{"trigger": "axis", "axisPointer": pointer}
	pl.addGaps(option)
	s.Option = option
	return s, nil
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

// lines makes the series of line and area charts.
func (pl *plot) lines(kind string, stack bool) (object, error) {
	chart := charts.NewLine()
	for _, s := range pl.series {
		style := []charts.SeriesOpts{
			charts.WithLineChartOpts(opts.LineChart{Symbol: "none", ShowSymbol: opts.Bool(false)}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: "@" + s.class}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: "@" + s.class, Width: 1.5}),
		}
		switch {
		case stack:
			style = append(style,
				charts.WithLineChartOpts(opts.LineChart{Symbol: "none", ShowSymbol: opts.Bool(false), Stack: "all"}),
				charts.WithLineStyleOpts(opts.LineStyle{Width: 0.01, Color: "@" + s.class}),
				charts.WithAreaStyleOpts(opts.AreaStyle{Color: "@" + s.class, Opacity: opts.Float(1)}))
		case s.class != "c-ghost":
			style = append(style, charts.WithAreaStyleOpts(opts.AreaStyle{Color: "@" + s.class + "/9", Opacity: opts.Float(1)}))
		}
		chart.AddSeries(s.name, nil, style...)
	}
	pl.labelPeak(&chart.MultiSeries[len(chart.MultiSeries)-1])
	return pl.finish(chart.MultiSeries, func() object { chart.Validate(); return chart.JSON() })
}

// columns makes the series of column and bar charts.
func (pl *plot) columns(stack bool) (object, error) {
	chart := charts.NewBar()
	for _, s := range pl.series {
		bar := opts.BarChart{BarCategoryGap: "35%"}
		if len(pl.axis.labels) > 100 {
			bar.BarCategoryGap = "0%"
		}
		if stack {
			bar.Stack = "all"
		}
		chart.AddSeries(s.name, nil, charts.WithBarChartOpts(bar), charts.WithItemStyleOpts(opts.ItemStyle{Color: "@" + s.class}))
	}
	return pl.finish(chart.MultiSeries, func() object { chart.Validate(); return chart.JSON() })
}

// finish puts plain numbers into the series, where go-echarts has an object
// for each, and turns the options into an object that can be changed.
func (pl *plot) finish(series charts.MultiSeries, options func() object) (object, error) {
	for i := range series {
		series[i].Data = numbersOf(pl.series[i].values)
	}
	o, err := plainObject(options())
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"title", "legend", "toolbox", "color"} { // ours are HTML
		delete(o, key)
	}
	for _, s := range o["series"].([]any) {
		s.(object)["emphasis"] = object{"disabled": true}
	}
	return o, nil
}

// numbersOf returns values as JSON has them; "-" is ECharts' missing value.
func numbersOf(values []float64) []any {
	out := make([]any, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v):
			out[i] = "-"
		case v == math.Trunc(v):
			out[i] = int64(v)
		default:
			out[i] = math.Round(v*1e4) / 1e4
		}
	}
	return out
}

// plainObject turns options into the objects that JSON knows.
func plainObject(options object) (object, error) {
	data, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	var o object
	return o, json.Unmarshal(data, &o)
}

// labelPeak names the greatest value, the one point of a curve that a reader
// looks for.
func (pl *plot) labelPeak(last *charts.SingleSeries) {
	totals := pl.totals()
	most := 0
	for i, v := range totals {
		if v > totals[most] {
			most = i
		}
	}
	position := "top"
	switch n := len(totals); { // at the edges it would be cut
	case most < n/12:
		position = "right"
	case most >= n-n/12-1:
		position = "left"
	}
	charts.WithMarkPointNameCoordItemOpts(opts.MarkPointNameCoordItem{
		Name:       "peak",
		Coordinate: []any{pl.axis.labels[most], totals[most]},
		Value:      "peak " + plain(pl.y, totals[most]),
		Symbol:     "circle", SymbolSize: 6,
		ItemStyle: &opts.ItemStyle{Color: "@ink"},
		Label:     &opts.Label{Show: opts.Bool(true), Position: position, Color: "@ink", FontSize: 12, Formatter: "{c}"},
	})(last)
}

// addGaps paints the hours without log lines.
func (pl *plot) addGaps(option object) {
	if len(pl.gaps) == 0 {
		return
	}
	var areas [][2]object
	for _, g := range pl.gaps {
		areas = append(areas, [2]object{{"xAxis": max(g[0]-1, 0)}, {"xAxis": min(g[1]+1, len(pl.axis.labels)-1)}})
	}
	first := option["series"].([]any)[0].(object)
	first["markArea"] = object{"silent": true, "itemStyle": object{"color": "@none"}, "data": areas}
}

// ticks returns the labels of the axis and where its grid lines stand: at the
// starts of days for hours, thinned until about eight are left.
func (a *axis) ticks() (labels map[int]string, lines []int) {
	if a.unit == "" {
		return nil, nil
	}
	starts, layout := a.starts()
	every := (len(starts) + 7) / 8
	labels = make(map[int]string)
	for n, i := range starts {
		if n%max(every, 1) == 0 {
			labels[i] = a.times[i].Format(layout)
		}
	}
	if len(starts) <= 62 {
		return labels, starts
	}
	for i := range labels {
		lines = append(lines, i)
	}
	slices.Sort(lines)
	return labels, lines
}

// starts returns the categories that may carry a label, and how it is written.
func (a *axis) starts() (at []int, layout string) {
	n := len(a.times)
	long := n > 0 && a.times[n-1].Sub(a.times[0]) > 45*24*time.Hour
	pick := func(ok func(time.Time) bool) {
		for i, t := range a.times {
			if ok(t) {
				at = append(at, i)
			}
		}
	}
	all := func(time.Time) bool { return true }
	switch {
	case a.unit == months:
		layout = "Jan 2006"
		pick(all)
	case a.unit == weeks || a.unit == days && long:
		layout = "2 Jan"
		pick(func(t time.Time) bool { return a.unit == weeks || t.Weekday() == time.Monday })
	case a.unit == days:
		layout = "Mon 2"
		pick(all)
	case a.unit == hours && n > 40:
		layout = "Mon 2"
		if long {
			layout = "2 Jan"
		}
		pick(func(t time.Time) bool { return t.Hour() == 0 })
	case a.unit == hours:
		layout = "Mon 15:04"
		pick(func(t time.Time) bool { return n <= 8 || t.Hour()%3 == 0 })
	default:
		layout = "15:04"
		pick(func(t time.Time) bool { return n <= 8 || t.Minute()%15 == 0 })
	}
	return at, layout
}

// heatmap draws a value by two keys, in six steps that each hold as many cells.
func (p *pageMaker) heatmap(f *figure, c *Cell, t *frame.Table, show frame.Show, follows bool) (*spec, error) {
	x, y := t.Column(channel(show, "x")), t.Column(channel(show, "y"))
	measure := channel(show, "color")
	if measure == "" {
		measure = "count"
	}
	v := t.Column(measure)
	if x == nil || y == nil || v == nil || t.Rows == 0 {
		return nil, nil
	}
	xs, ys := p.scale(t, x), p.scale(t, y)
	var cells [][3]any
	var values []float64
	most := 0
	for i := range t.Rows {
		value := at(v, i)
		if !value.known() {
			continue
		}
		cells = append(cells, [3]any{xs.place[at(x, i)], ys.place[at(y, i)], math.Round(value.num*1e4) / 1e4})
		values = append(values, value.num)
		if value.num > at(v, most).num {
			most = i
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	if !follows {
		f.Data = matrix(c, f.Title, headOf(y.Name), xs, ys, cells, v.Type)
	}
	sorted := slices.Sorted(slices.Values(values))
	format := formatOf(v.Type)
	write := func(v1 float64) string {
		if v.Type == frame.Float {
			return join(percent(v1, 1))
		}
		return plain(v.Type, v1)
	}
	if v.Type == frame.Float {
		format = "pct"
	}
	f.Class, f.Ramp = "tall", &[2]string{write(sorted[0]), write(sorted[len(sorted)-1])}
	f.Label = fmt.Sprintf("%s: most, %s, on %s at %s.", f.Title, f.Ramp[1], p.formatter.value(at(y, most)), p.formatter.value(at(x, most)))

	chart := charts.NewHeatMap()
	chart.SetGlobalOptions(charts.WithVisualMapOpts(opts.VisualMap{Type: "piecewise", Show: opts.Bool(false)}))
	chart.AddSeries(f.Title, nil)
	chart.MultiSeries[0].Data = cells
	chart.Validate()
	option, err := plainObject(chart.JSON())
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"title", "legend", "toolbox", "color"} {
		delete(option, key)
	}
	option["visualMap"] = object{"type": "piecewise", "show": false, "dimension": 2, "pieces": quantiles(sorted)}
	series := option["series"].([]any)[0].(object)
	series["itemStyle"] = object{"borderColor": "@paper", "borderWidth": 2, "borderRadius": 3}
	series["emphasis"] = object{"itemStyle": object{"borderColor": "@ink", "borderWidth": 1}}
	label := object{"color": "@muted", "fontSize": 12}
	option["xAxis"] = object{"type": "category", "data": xs.labels, "axisLine": object{"show": false}, "axisTick": object{"show": false}, "axisLabel": label}
	option["yAxis"] = object{"type": "category", "data": ys.labels, "inverse": true, "axisLine": object{"show": false}, "axisTick": object{"show": false}, "axisLabel": label}
	option["grid"] = object{"left": 52, "right": 4, "top": 4, "bottom": 26}
	if y.Texts != nil {
		option["grid"].(object)["left"] = 130
		label["width"], label["overflow"] = 122, "truncate"
	}
	option["tooltip"] = object{"trigger": "item"}
	s := &spec{Option: option, Format: format}
	if x.Unit == "hour_of_day" {
		s.Ticks = make(map[int]string)
		for h := 0; h < 24; h += 2 {
			s.Ticks[h] = fmt.Sprintf("%02d", h)
		}
	}
	return s, nil
}

// matrix is the table behind a heat map, laid out like it.
func matrix(c *Cell, title, head0 string, xs, ys axis, cells [][3]any, typ frame.Type) *grid {
	g := &grid{ID: c.Name, Caption: title, Heads: []head{{Text: head0}}}
	for _, x := range xs.labels {
		g.Heads = append(g.Heads, head{Text: strings.TrimSuffix(x, ":00"), Class: "r"})
	}
	g.Lines = make([]line, len(ys.labels))
	for i, y := range ys.labels {
		g.Lines[i].Cells = make([]entry, 1+len(xs.labels))
		g.Lines[i].Cells[0].Text = y
	}
	for _, cell := range cells {
		v := value{typ: typ, num: cell[2].(float64)}
		e := measured(v)
		if typ == frame.Float {
			e.Text = join(percent(v.num, 1))
		}
		g.Lines[cell[1].(int)].Cells[1+cell[0].(int)] = e
	}
	return g
}

// scale makes the categories of a heat map's side: all hours, all weekdays, or
// the texts in the order of the rows.
func (p *pageMaker) scale(t *frame.Table, c *frame.Column) axis {
	a := axis{place: make(map[value]int)}
	add := func(v value, label string) {
		if _, ok := a.place[v]; !ok {
			a.place[v] = len(a.labels)
			a.labels = append(a.labels, label)
		}
	}
	switch c.Unit {
	case "hour_of_day":
		for h := range 24 {
			add(value{typ: c.Type, num: float64(h), unit: c.Unit}, fmt.Sprintf("%02d:00", h))
		}
	case "weekday":
		for d := 1; d <= 7; d++ {
			add(value{typ: c.Type, num: float64(d), unit: c.Unit}, weekdays[d][:3])
		}
	}
	for i := range t.Rows {
		v := at(c, i)
		label := visible(p.formatter.value(v))
		if c.Name == "book" {
			label = p.bookTitle(v.text)
		}
		add(v, label)
	}
	return a
}

// quantiles returns six pieces of a visual map with as many values in each, as
// far as equal values allow.
func quantiles(sorted []float64) []object {
	var pieces []object
	below := math.Inf(-1)
	for i := range 6 {
		end := sorted[max(len(sorted)*(i+1)/6-1, 0)]
		if end <= below {
			continue
		}
		piece := object{"lte": end, "color": "@q" + strconv.Itoa(i)}
		if !math.IsInf(below, -1) {
			piece["gt"] = below
		}
		pieces = append(pieces, piece)
		below = end
	}
	return pieces
}

// treemap draws one level within another, sized by a measure.
func (p *pageMaker) treemap(f *figure, t *frame.Table, show frame.Show) (*spec, error) {
	var outer, inner, measure string
	for _, item := range show.Items {
		switch {
		case item.Role == "size":
			measure = item.Expr.String()
		case item.Within != nil:
			outer, inner = item.Expr.String(), item.Within.String()
		}
	}
	oc, ic, mc := t.Column(outer), t.Column(inner), t.Column(measure)
	if oc == nil || mc == nil || t.Rows == 0 {
		return nil, nil
	}
	nodes := p.tree(t, oc, ic, mc)
	if len(nodes) < 2 && len(nodes[0].Children) < 2 {
		return nil, nil // one rectangle says nothing
	}
	f.Class = "tree"
	f.Sub = "area = " + strings.ToLower(headOf(measure)) + "; click to enter"
	total := 0
	for _, n := range nodes {
		total += n.Value
	}
	f.Label = fmt.Sprintf("%s: %s is the largest with %s of %s %s.", f.Title, nodes[0].Name, plain(mc.Type, float64(nodes[0].Value)), plain(mc.Type, float64(total)), strings.ToLower(headOf(measure)))

	chart := charts.NewTreeMap()
	chart.AddSeries("all", nodes,
		charts.WithTreeMapOpts(opts.TreeMapChart{Roam: opts.Bool(false), Left: "0", Right: "0", Top: "0", Bottom: "26"}))
	chart.Validate()
	option, err := plainObject(chart.JSON())
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"title", "legend", "toolbox", "color"} {
		delete(option, key)
	}
	series := option["series"].([]any)[0].(object)
	for key, v := range (object{"nodeClick": "zoomToNode", "childrenVisibleMin": 400, "animationDurationUpdate": 0,
		"left": 0, "right": 0, "top": 0, "bottom": 26,
		"breadcrumb": object{"left": 0, "bottom": 0, "height": 20, "itemStyle": object{"color": "@wash", "borderColor": "@rule", "textStyle": object{"color": "@ink"}}},
		"label":      object{"color": "@on-q", "fontSize": 12, "position": []int{6, 6}, "lineHeight": 16, "overflow": "truncate", "formatter": "@f:node"},
		"upperLabel": object{"show": true, "height": 22, "color": "@ink", "fontWeight": 600, "fontSize": 12, "padding": []int{0, 2}, "overflow": "truncate", "formatter": "{b}"},
		"itemStyle":  object{"color": "@q1", "borderColor": "@paper", "borderWidth": 1, "gapWidth": 1},
		"levels":     []object{{"upperLabel": object{"show": false}, "itemStyle": object{"borderColor": "@paper", "borderWidth": 0, "gapWidth": 6}}, {"itemStyle": object{"color": "@q1", "borderColor": "@paper", "borderWidth": 1, "gapWidth": 1}}, {"itemStyle": object{"borderColor": "@paper", "borderWidth": 1, "gapWidth": 1}}}}) {
		series[key] = v
	}
	shade(series["data"].([]any))
	option["tooltip"] = object{"trigger": "item"}
	return &spec{Option: option, Format: formatOf(mc.Type)}, nil
}

// tree makes the nodes of a tree map, the greatest first.
func (p *pageMaker) tree(t *frame.Table, oc, ic, mc *frame.Column) []opts.TreeMapNode {
	var nodes []opts.TreeMapNode
	place := make(map[string]int)
	for i := range t.Rows {
		book, size := at(oc, i), at(mc, i)
		if !book.known() || size.num <= 0 {
			continue
		}
		n, ok := place[book.text]
		if !ok {
			n = len(nodes)
			place[book.text] = n
			nodes = append(nodes, opts.TreeMapNode{Name: p.bookTitle(book.text)})
		}
		nodes[n].Value += int(size.num)
		if ic != nil {
			label := "(front)"
			if chapter := at(ic, i); chapter.known() && chapter.text != "" {
				label = visible(chapter.text)
			}
			nodes[n].Children = append(nodes[n].Children, opts.TreeMapNode{Name: label, Value: int(size.num)})
		}
	}
	bySize := func(a, b opts.TreeMapNode) int { return b.Value - a.Value }
	slices.SortStableFunc(nodes, bySize)
	for i := range nodes {
		slices.SortStableFunc(nodes[i].Children, bySize)
	}
	nodes = firstNodes(nodes)
	for i := range nodes {
		nodes[i].Children = firstNodes(nodes[i].Children)
	}
	return nodes
}

// firstNodes puts all nodes but the greatest into one: more than a dozen cannot
// be told apart.
func firstNodes(nodes []opts.TreeMapNode) []opts.TreeMapNode {
	const most = 12
	if len(nodes) <= most {
		return nodes
	}
	rest := opts.TreeMapNode{Name: others}
	for _, n := range nodes[most-1:] {
		rest.Value += n.Value
	}
	return append(nodes[:most-1], rest)
}

const others = "others"

// shade makes the largest chapter of each book darker, so that the eye has
// somewhere to go.
func shade(nodes []any) {
	for _, n := range nodes {
		kids, _ := n.(object)["children"].([]any)
		for i, k := range kids {
			switch kid := k.(object); {
			case kid["name"] == others:
				kid["itemStyle"] = object{"color": "@q0"}
			case i == 0 && len(kids) > 1:
				kid["itemStyle"] = object{"color": "@q2"}
			}
		}
	}
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
	var parts []part
	var words []string
	for i := range t.Rows {
		name, class := named(key, at(kc, i).String(), "", i)
		share := join(percent(at(mc, i).num/total, 1))
		parts = append(parts, part{Class: class, Name: name, Text: share, Value: at(mc, i).num})
		words = append(words, name+" "+share)
		f.Legend = append(f.Legend, legend{swatch(class), name + " " + share})
	}
	f.Label = f.Title + ": " + strings.Join(words, ", ") + "."
	f.Strip = strip(parts, f.Label)
}
