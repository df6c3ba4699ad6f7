package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"logbook/frame"
)

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
	if all := len(ys.labels); all > mostBands {
		ys = ys.heaviest(t, y, mostBands)
		f.Sub = fmt.Sprintf("the first %d of %d", mostBands, all)
	}
	var cells [][3]any
	var values []float64
	most := -1
	for i := range t.Rows {
		value := at(v, i)
		place, drawn := ys.place[at(y, i)]
		if !value.known() || !drawn {
			continue
		}
		cells = append(cells, [3]any{xs.place[at(x, i)], place, math.Round(value.num*1e4) / 1e4})
		values = append(values, value.num)
		if most < 0 || value.num > at(v, most).num {
			most = i
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	if measured := c.aggregates(measure); !measured || c.adds(measure) { // of what is counted, nothing is none
		cells = withNone(cells, len(xs.labels), len(ys.labels))
	}
	if !follows {
		f.Data = matrix(c, titled(f.Title, f.Sub), headOf(y.Name), xs, ys, cells, v.Type)
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
	f.Shades = newShades(xs.labels, ys.labels, cells, sorted[len(sorted)-1])
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
	pieces := append([]object{{"lte": 0, "color": "@none"}}, quantiles(sorted)...)
	option["visualMap"] = object{"type": "piecewise", "show": false, "dimension": 2, "pieces": pieces}
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

// withNone adds the cells that no row names, with nothing in them.
func withNone(cells [][3]any, width, height int) [][3]any {
	known := make(map[[2]any]bool)
	for _, c := range cells {
		known[[2]any{c[0], c[1]}] = true
	}
	for y := range height {
		for x := range width {
			if !known[[2]any{x, y}] {
				cells = append(cells, [3]any{x, y, 0.0})
			}
		}
	}
	return cells
}

// matrix is the table behind a heat map, laid out like it.
func matrix(c *Cell, title, head0 string, xs, ys axis, cells [][3]any, typ frame.Type) *grid {
	g := &grid{ID: c.Name, Caption: title, Heads: []head{{Text: head0}}}
	for _, x := range xs.labels {
		g.Heads = append(g.Heads, head{Text: strings.TrimSuffix(x, ":00"), Right: true})
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

// mostBands is how many categories a heat map has at its side.
const mostBands = 30

// heaviest returns the n categories of a column that have the most of the first
// thing that the table counts or measures, in the order that they have.
func (a axis) heaviest(t *frame.Table, c *frame.Column, n int) axis {
	weights := make([]float64, len(a.labels))
	if i := slices.IndexFunc(t.Columns, func(c frame.Column) bool { return !c.Key && c.Texts == nil }); i >= 0 {
		for row := range t.Rows {
			if v := at(&t.Columns[i], row); v.known() {
				weights[a.place[at(c, row)]] += v.num
			}
		}
	}
	order := make([]int, len(a.labels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(weights[j], weights[i]) })
	slices.Sort(order[:n])
	out := axis{place: make(map[value]int)}
	for v, place := range a.place {
		if i, kept := slices.BinarySearch(order[:n], place); kept {
			out.place[v] = i
		}
	}
	for _, place := range order[:n] {
		out.labels = append(out.labels, a.labels[place])
	}
	return out
}

// quantiles returns six pieces of a visual map with as many values in each, as
// far as equal values allow.
func quantiles(sorted []float64) []object {
	var pieces []object
	below := 0.0 // what is nothing has a colour of its own
	for i := range 6 {
		end := sorted[max(len(sorted)*(i+1)/6-1, 0)]
		if end <= below {
			continue
		}
		pieces = append(pieces, object{"gt": below, "lte": end, "color": "@q" + strconv.Itoa(i)})
		below = end
	}
	return pieces
}
