package report

import (
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"logbook/frame"
)

// spec makes the options of a plot.
func (pl *plot) spec(kind string, stack bool, class string) (*spec, error) {
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
	s := &spec{Format: format, Zeros: pl.adds, Total: stack && len(pl.series) > 1}
	s.Ticks, s.Lines = pl.axis.ticks()

	var option object
	var err error
	if kind == "line" || kind == "area" {
		option, err = pl.lines(stack)
	} else {
		option, err = pl.columns(stack, kind == "bar")
	}
	if err != nil {
		return nil, err
	}
	var names []any
	names, s.Step = pl.axis.runs()
	category := object{"type": "category", "data": names, "boundaryGap": kind == "column" || kind == "bar",
		"axisLabel": object{"color": "@muted", "fontSize": 12, "align": "left", "hideOverlap": true},
		"axisTick":  object{"show": false}, "axisLine": object{"lineStyle": object{"color": "@edge"}},
		"splitLine": object{"show": kind != "column" && kind != "bar", "lineStyle": object{"color": "@rule"}}}
	if kind == "column" && len(pl.axis.labels) <= 62 || pl.axis.unit == "" {
		category["axisLabel"].(object)["align"] = "center"
	}
	number := object{"type": "value", "min": 0, "max": end, "interval": step,
		"axisLabel": object{"color": "@muted", "fontSize": 12, "formatter": "@f:" + compacted(format)},
		"splitLine": object{"lineStyle": object{"color": "@rule"}}}
	if class == "low" {
		number["interval"] = end
	}
	grid := object{"left": 52, "right": 10, "top": 20, "bottom": 26}
	if strings.HasSuffix(class, "above") {
		category["axisLabel"], grid["bottom"] = object{"show": false}, 6
	}
	if kind == "bar" {
		width := pl.axis.width()
		category["inverse"] = true
		category["axisLabel"] = object{"color": "@ink", "width": width, "overflow": "truncate", "fontSize": 12}
		grid["left"], grid["right"], grid["top"] = width+10, 20, 4
		s.Height = 23*len(pl.axis.labels) + 30
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

// compacted returns the format of an axis, where there is no room for long numbers.
func compacted(format string) string {
	if format == "int" || format == "float" {
		return "compact"
	}
	return format
}

// lines makes the series of line and area charts.
func (pl *plot) lines(stack bool) (object, error) {
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
	pl.labelPeak(&chart.MultiSeries[len(chart.MultiSeries)-1], 6)
	return pl.finish(chart.MultiSeries, func() object { chart.Validate(); return chart.JSON() })
}

// columns makes the series of column and bar charts.
func (pl *plot) columns(stack, lying bool) (object, error) {
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
	if !lying && len(pl.axis.labels) > 3 {
		pl.labelPeak(&chart.MultiSeries[len(chart.MultiSeries)-1], 0.1)
	}
	return pl.finish(chart.MultiSeries, func() object { chart.Validate(); return chart.JSON() })
}

// finish puts plain numbers into the series, where go-echarts has an object
// for each, and turns the options into an object that can be changed.
func (pl *plot) finish(series charts.MultiSeries, options func() object) (object, error) {
	for i := range series {
		series[i].Data = pl.fade(pl.numbers(pl.series[i].values))
	}
	o, err := plainObject(options())
	if err != nil {
		return nil, err
	}
	for i, s := range o["series"].([]any) {
		s := s.(object)
		s["emphasis"] = object{"disabled": true}
		switch {
		case s["type"] != "bar":
		case s["stack"] == nil || i == len(series)-1:
			s["barMinWidth"], s["barMaxWidth"] = 2, 48 // an hour of a month is seen, and three days are no walls
		default: // what stands on each other is as wide as the last of them
			delete(s, "barCategoryGap")
		}
	}
	return o, nil
}

// fade draws what was before the period at 55 % of its strength.
func (pl *plot) fade(values []any) []any {
	for i := range values[:min(pl.past, len(values))] {
		values[i] = object{"value": values[i], "itemStyle": object{"opacity": 0.55}}
	}
	return values
}

// numbers returns values as JSON has them; "-" is ECharts' missing value. What
// adds up is never negative: there, a number below zero is so many zeros; unless
// some values are to be faded.
func (pl *plot) numbers(values []float64) []any {
	var out []any
	zeros := 0
	flush := func() {
		switch {
		case zeros == 1:
			out = append(out, 0)
		case zeros > 1:
			out = append(out, -zeros)
		}
		zeros = 0
	}
	for _, v := range values {
		if pl.adds && v == 0 && pl.past == 0 {
			zeros++
			continue
		}
		flush()
		switch {
		case math.IsNaN(v):
			out = append(out, "-")
		case v == math.Trunc(v):
			out = append(out, int64(v))
		default:
			out = append(out, math.Round(v*1e4)/1e4)
		}
	}
	flush()
	return out
}

// labelPeak names the greatest value, the one point of a curve that a reader
// looks for.
func (pl *plot) labelPeak(last *charts.SingleSeries, dot float32) {
	totals := pl.totals()
	most := 0
	for i, v := range totals {
		if v > totals[most] {
			most = i
		}
	}
	for i, v := range totals {
		if v == totals[most] && i != most {
			return // one of several
		}
	}
	align := "center"
	switch n := len(totals); { // at the edges it would be cut
	case most < n/12:
		align = "left"
	case most >= n-n/12-1:
		align = "right"
	}
	charts.WithMarkPointNameCoordItemOpts(opts.MarkPointNameCoordItem{
		Name:       "peak",
		Coordinate: []any{most, totals[most]},
		Value:      "peak " + plain(pl.y, totals[most]),
		Symbol:     "circle", SymbolSize: dot,
		ItemStyle: &opts.ItemStyle{Color: "@ink"},
		Label:     &opts.Label{Show: opts.Bool(true), Position: "top", Align: align, Color: "@ink", FontSize: 12, Formatter: "{c}"},
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
	first["markArea"] = object{"silent": true, "itemStyle": object{"color": "@gap"}, "data": areas}
}
