package report

import (
	"html/template"

	"logbook/frame"
)

// A headline is one of the numbers at the top.
type headline struct {
	Label, Value, Unit, Aside string
	Class                     string // of the aside
	Exact                     string // the value in full, if Value is rounded
	Daily                     []float64
	Past                      bool // Daily are of the time before, the last of them now
}

// Spark draws the headline's days, or what was before.
func (h headline) Spark() template.HTML {
	if h.Past {
		return bars(h.Daily, 120, 34)
	}
	return wave(h.Daily, 120, 34)
}

// headlines evaluates a numbers step.
func (p *pageMaker) headlines(show frame.Show) []headline {
	names := p.names()
	var out []headline
	for _, item := range show.Items {
		if item.Expr == nil {
			continue
		}
		e := item.Expr
		v := (&scope{names: names}).eval(e)
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
			h.Exact = plain(v.typ, v.num)
		}
		line, _ := sparkOf(item)
		daily := p.daily(e, line)
		h.Past = line.n > 0
		if !v.known() {
			daily = nil
		}
		h.Aside = p.aside(e, v, len(daily), names)
		if _, ok := opt(item.Opts, "delta"); ok {
			ch := changeOf(e, &scope{names: names})
			h.Aside, h.Class = ch.on(p.prose.previous), ch.class(badDirection(item)(&tableRow{}))
		}
		h.Daily = daily
		out = append(out, h)
	}
	return out
}

// daily evaluates a headline's expression for each day: a cell of one row is
// replaced by its twin, and the mean of a cell by day is that cell.
func (p *pageMaker) daily(e frame.Expr, line sparkline) []float64 {
	if call, ok := e.(*frame.Call); ok && len(call.Args) > 0 { // daily.avg(hosts)
		of, function := receiver(call)
		r := (&scope{names: p.names()}).eval(of).rows
		if r == nil || function != "avg" {
			return nil
		}
		return p.perDay(r.table, call.Args[0], nil)
	}
	root, ok := rootName(e)
	t := p.tables[line.twin(root)]
	switch {
	case !ok || t == nil:
		return nil
	case line.n > 0:
		return p.before(t, e, root, line)
	}
	return p.perDay(t, e, &root)
}

// before evaluates e for each of the last units of time.
func (p *pageMaker) before(t *frame.Table, e frame.Expr, root string, line sparkline) []float64 {
	values := make(map[int64]float64)
	for i := range t.Rows {
		s := &scope{names: map[string]value{root: {rows: &rows{t, []int{i}}}}}
		values[int64(at(t.Column(line.unit), i).num)] = s.eval(e).num
	}
	return p.lastSteps(unit(line.unit), line.n, values)
}

// perDay evaluates e for each day between the first and the last; a day without
// a row is zero. With a root, the day's row stands for the cell of that name.
func (p *pageMaker) perDay(t *frame.Table, e frame.Expr, root *string) []float64 {
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
		out[x] += s.eval(e).num
	}
	return out
}

// aside says a headline number once more in other terms: a day, or of what.
func (p *pageMaker) aside(e frame.Expr, v value, n int, names map[string]value) string {
	if op, ok := e.(*frame.Binary); ok && v.unit == "ratio" {
		if part := (&scope{names: names}).eval(op.X); part.known() {
			if part.typ != frame.Int {
				return plain(part.typ, part.num)
			}
			return counted(int64(part.num), "request")
		}
	}
	if _, ok := e.(*frame.Call); ok && n > 1 {
		return "mean of " + counted(int64(n), "day")
	}
	m, ok := parted(e).(*frame.Member)
	if !ok || n < 2 {
		return ""
	}
	root, _ := rootName(m)
	if c := p.notebook.Cell(root); c != nil && c.adds(m.Name) && v.num >= float64(n) {
		return plain(v.typ, v.num/float64(n)) + " a day"
	}
	return ""
}
