package report

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"logbook/frame"
)

// palette is the order of categories; then other.
var palette = []string{"c-ink", "c-ochre", "c-teal", "c-clay", "c-plum", "c-sky"}

// A plot is a chart's data: series of numbers over one axis.
type plot struct {
	axis   axis
	series []trace
	y      frame.Type
	adds   bool     // values of several categories may be added
	gaps   [][2]int // first and last category of each
	past   int      // categories before the period
	all    int      // categories before there was a cut
	noun   string   // what is counted
}

// A trace is one line, area or kind of column. NaN is no value.
type trace struct {
	name, class string
	values      []float64
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
	cut := ""
	if pl.axis.unit == "" {
		cut = pl.cut(mostRows)
	}
	if !follows {
		f.Data = p.plotGrid(c, titled(f.Title, cut), pl, channel(show, "stack") != "")
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
		f.Sub = pl.cut(12)
	}
	p.describe(f, pl)
	if pl.axis.unit != "" {
		f.Shape = pl.totals()
	}
	if p.above && kind != "bar" {
		f.Class += " above"
	}
	if _, ok := opt(show.Opts, "days"); ok && pl.axis.unit != "" && pl.adds {
		f.Days = p.dayTotals(t, pl, show)
	}
	if kind == "column" && !p.run.Period.All() {
		for _, at := range pl.axis.times {
			if at.Before(p.first) {
				pl.past++
			}
		}
	}
	p.noteGaps(pl)
	return pl.spec(kind, stack, f.Class)
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
		place, ok := pl.axis.find(at(xc, i), p.formatter.zone)
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
			s.values[place] += v.num
		default:
			s.values[place] = v.num
		}
	}
	if len(pl.series) == 0 {
		return nil
	}
	pl.order(stack)
	if gc := t.Column(ghost); gc != nil {
		this, before := p.run.Period.names()
		for i := range pl.series {
			pl.series[i].name = or(pl.series[i].name, this)
		}
		was := trace{name: before, class: "c-ghost", values: make([]float64, len(pl.axis.labels))}
		for i := range t.Rows {
			if place, ok := pl.axis.find(at(xc, i), p.formatter.zone); ok {
				was.values[place] += at(gc, i).num
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
// and sums may, percentiles and numbers of different things may not, nor what
// is known of another cell's table only by name.
func (c *Cell) adds(column string) bool {
	if c.Query.Group == nil {
		return false
	}
	for _, a := range c.Query.Group.Aggs {
		if a.Column() == column {
			return a.Func == "count" || a.Func == "sum"
		}
	}
	return false
}

// aggregates reports whether a cell's column is one that it counts or measures,
// and not computed from others.
func (c *Cell) aggregates(column string) bool {
	return slices.ContainsFunc(c.Query.Group.Aggs, func(a frame.Agg) bool { return a.Column() == column })
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
		sort.SliceStable(pl.series, func(i, j int) bool {
			a, b := pl.series[i], pl.series[j]
			return a.name != other && (b.name == other || sum(a) > sum(b))
		})
	}
	if most := len(palette); stack != "status_class" && len(pl.series) > most {
		rest := trace{name: other, values: make([]float64, len(pl.axis.labels))}
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
	if len(pl.series) == 1 && pl.series[0].class == "c-other" { // grey is for what is beside others
		pl.series[0].class = palette[0]
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
	case stack == "status_class" && name != "" && name[0] >= '0' && name[0] <= '9':
		words := map[string]string{"1xx": "informational", "2xx": "success", "3xx": "redirect, unchanged", "4xx": "client error", "5xx": "server error"}
		return strings.TrimSpace(name + " " + words[name]), statusClass(int(name[0] - '0'))
	case name == other:
		return name, "c-other"
	case stack == "kind":
		plurals := map[string]string{"page": "pages", "asset": "styles, scripts, images", "download": "downloads", "feed": "feeds", "probe": "probes"}
		name = or(plurals[name], name)
	}
	return visible(name), palette[i%len(palette)]
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
		if i == start || start == 0 || i == len(totals) || pl.usual(totals, start, i) < 10 { // the ends are the log's, not a gap
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

// usual returns how much the busiest of the categories from start to end has at
// other times: at the same hours of other days, on the same days of other weeks.
func (pl *plot) usual(totals []float64, start, end int) float64 {
	round := 24
	if pl.axis.unit == days {
		round = 7
	}
	most := 0.0
	for i := start; i < end; i++ {
		var same []float64
		for x := i % round; x < len(totals); x += round {
			if x < start || x >= end {
				same = append(same, totals[x])
			}
		}
		if len(same) < 3 {
			return math.Inf(1) // too short a log to tell
		}
		slices.Sort(same)
		most = max(most, same[len(same)/2])
	}
	return most
}

// mostRows is how many rows of a chart's table a reader may want to have in a
// page. A query's own outputs have them all.
const mostRows = 120

// cut keeps the first n categories, which are the greatest, and says so.
func (pl *plot) cut(n int) string {
	pl.all = max(pl.all, len(pl.axis.labels))
	if pl.all <= n {
		return ""
	}
	if n < len(pl.axis.labels) {
		pl.axis.labels = pl.axis.labels[:n]
		for i := range pl.series {
			pl.series[i].values = pl.series[i].values[:n]
		}
	}
	return fmt.Sprintf("the first %d of %d", n, pl.all)
}

// titled adds to a title what is to be said of it, if anything.
func titled(title, what string) string {
	if what == "" {
		return title
	}
	return title + ", " + what
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
func (p *pageMaker) describe(f *figure, pl *plot) {
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
		series := slices.Clone(pl.series)
		if series[0].class == "c-ghost" { // it is drawn first, so that it lies below, and read last
			series = append(series[1:], series[0])
		}
		for _, s := range series {
			n := 0.0
			for _, v := range s.values {
				if !math.IsNaN(v) {
					n += v
				}
			}
			f.Legend = append(f.Legend, legend{swatch(s.class), s.name})
			if n := len(f.Legend); s.name == "people" && n > 1 { // readers first, though bots lie below them
				f.Legend[n-1], f.Legend[n-2] = f.Legend[n-2], f.Legend[n-1]
			}
			if pl.adds {
				f.Label += " " + or(s.name, pl.noun) + ": " + plain(pl.y, n) + "."
			}
		}
	}
	if len(pl.gaps) > 0 {
		f.Legend = append(f.Legend, legend{swatch("gap"), "no log lines"})
		for _, g := range pl.gaps {
			f.Label += " No log lines from " + pl.axis.labels[g[0]] + " to " + pl.axis.labels[g[1]] + "."
		}
	}
}

// noteGaps keeps the gaps for the foot of the page, if no chart has seen any.
func (p *pageMaker) noteGaps(pl *plot) {
	if len(p.gaps) > 0 {
		return
	}
	for _, g := range pl.gaps {
		first, end := pl.axis.times[g[0]], pl.axis.unit.add(pl.axis.times[g[1]], 1)
		until := dated(end, string(hours), false)
		if end.YearDay() == first.YearDay() {
			until = end.Format("15:04")
		}
		p.gaps = append(p.gaps, dated(first, string(hours), false)+" to "+until)
	}
}

// plotGrid is the table behind a plot: one row for each category.
func (p *pageMaker) plotGrid(c *Cell, title string, pl *plot, stack bool) *grid {
	for _, coarser := range []unit{days, weeks, months} {
		if len(pl.axis.times) > mostRows && pl.adds {
			pl = pl.per(coarser)
			title += ", per " + string(coarser)
		}
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
		g.Heads = append(g.Heads, head{Text: capital(name), Right: true})
	}
	sums := stack && len(pl.series) > 1
	if sums {
		g.Heads = append(g.Heads, head{Text: "Total", Right: true})
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
			first.Raw = strings.TrimSuffix(pl.axis.times[i].Format("2006-01-02T15:04"), "T00:00")
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

// per adds up a plot by a coarser unit.
func (pl *plot) per(u unit) *plot {
	out := &plot{y: pl.y, noun: pl.noun, adds: true, axis: axis{unit: u}}
	place := make([]int, len(pl.axis.times))
	for i, t := range pl.axis.times {
		begin := u.floor(t)
		if n := len(out.axis.times); n == 0 || !out.axis.times[n-1].Equal(begin) {
			out.axis.times = append(out.axis.times, begin)
			out.axis.labels = append(out.axis.labels, dated(begin, string(u), false))
		}
		place[i] = len(out.axis.times) - 1
	}
	for _, s := range pl.series {
		sum := trace{s.name, s.class, make([]float64, len(out.axis.times))}
		for i, v := range s.values {
			if !math.IsNaN(v) {
				sum.values[place[i]] += v
			}
		}
		out.series = append(out.series, sum)
	}
	return out
}

// other is the name of what is too little to have a name of its own.
const other = "other"
