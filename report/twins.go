package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"

	"logbook/frame"
)

// A twin is a query that the notebook needs without saying so: another cell's
// numbers day by day, or week by week as far as the logs reach, for small lines
// and bars; what findings look at.
type twin struct {
	name  string
	query *frame.Query
}

// About returns the notebook for a period. What it needs of the time before
// depends on how long the period is.
func (n *Notebook) About(p Period) *Notebook {
	about := *n
	about.period, about.twins = p, nil
	about.addTwins()
	return &about
}

func (n *Notebook) addTwins() {
	for _, c := range n.Cells {
		for _, show := range c.Query.Show {
			for _, item := range show.Items {
				s, ok := sparkOf(item)
				switch {
				case !ok:
				case show.Verb == "numbers":
					n.addNumbers(item, s)
				case c.Query.Group == nil:
				case s.n > 0:
					n.addHistory(c, s)
				default:
					c.addSeries(s.unit)
				}
			}
			if show.Verb == "findings" {
				n.addFindings()
			}
		}
	}
	if n.names("history") {
		n.addTwin(historyName, n.history(n.period.step(), 0, nil, frame.Group{
			Aggs: []frame.Agg{{Func: "count"}, {Func: "sum", Arg: &frame.Name{Name: "bytes"}}}, By: []frame.Key{{Name: string(n.period.step())}}}))
	}
	names, _ := n.Comparisons() // checked
	if len(names) > 0 && !n.period.All() || n.names("coverage") {
		n.addPulse()
	}
}

// Presence returns the name of the query that says which hours have lines, for
// [frame.Options]; it is empty if the notebook compares nothing.
func (n *Notebook) Presence() string {
	if slices.ContainsFunc(n.twins, func(t twin) bool { return t.name == pulseName }) {
		return pulseName
	}
	return ""
}

func (n *Notebook) addTwin(name string, q *frame.Query) {
	if !slices.ContainsFunc(n.twins, func(t twin) bool { return t.name == name }) {
		n.twins = append(n.twins, twin{name, q})
	}
}

// A sparkline is what "spark day" and "spark 12 weeks" ask for: of the period
// day by day, or of the last 12 weeks.
type sparkline struct {
	n    int // 0: the period
	unit string
}

// twin names the query behind the sparkline of a cell.
func (s sparkline) twin(cell string) string {
	if s.n > 0 {
		return fmt.Sprintf("%s over %d %ss", cell, s.n, s.unit)
	}
	return cell + " by " + s.unit
}

// sparkOf returns the sparkline of an item.
func sparkOf(item frame.ShowItem) (s sparkline, ok bool) {
	if item.Role == "spark" && item.Expr != nil {
		return sparkline{unit: strings.TrimSuffix(item.Expr.String(), "s")}, true
	}
	o, ok := opt(item.Opts, "spark")
	if !ok || len(o.Args) == 0 {
		return s, false
	}
	s.unit = strings.TrimSuffix(o.Args[len(o.Args)-1], "s")
	s.n, _ = strconv.Atoi(o.Args[0]) // no number: none is given
	return s, true
}

// addNumbers adds the query by unit of time of every cell that a headline
// number reads, unless the cell has keys of its own.
func (n *Notebook) addNumbers(item frame.ShowItem, s sparkline) {
	for _, c := range n.Cells {
		g := c.Query.Group
		if g == nil || len(g.By) > 0 || !regexp.MustCompile(`\b`+c.Name+`\.`).MatchString(item.Expr.String()) {
			continue
		}
		group := frame.Group{Aggs: g.Aggs, By: []frame.Key{{Name: s.unit}}}
		q := &frame.Query{Rows: c.Query.Rows, Group: &group}
		if s.n > 0 {
			q = n.history(unit(s.unit), s.n, c.Query.Rows, group)
		}
		for _, step := range c.Query.Result {
			if step.Verb == "add" {
				q.Result = append(q.Result, step)
			}
		}
		n.addTwin(s.twin(c.Name), q)
	}
}

// addHistory adds the counts of a cell's rows by unit of time.
func (n *Notebook) addHistory(c *Cell, s sparkline) {
	n.addTwin(s.twin(c.Name), n.history(unit(s.unit), s.n, c.Query.Rows, frame.Group{
		Aggs: []frame.Agg{{Func: "series", Arg: &frame.Name{Name: s.unit}, As: seriesColumn}}, By: c.Query.Group.By}))
}

// history returns a query of what the logs hold of the last steps until the
// end of the period; of all, if steps is 0 or the period is all time.
func (n *Notebook) history(u unit, steps int, where []frame.RowStep, g frame.Group) *frame.Query {
	q := &frame.Query{From: frame.History, Group: &g}
	if steps > 0 && !n.period.All() {
		q.Rows = append(q.Rows, since(n.period.first(u, steps)))
	}
	q.Rows = append(q.Rows, where...)
	return q
}

// since keeps what is not before a time.
func since(t time.Time) frame.RowStep {
	text := t.UTC().Format("2006-01-02T15:04:05Z")
	return frame.RowStep{Expr: &frame.Binary{Op: ">=", X: &frame.Name{Name: "time"}, Y: &frame.Literal{Source: text, Text: text, Type: frame.Time}}}
}

// seriesColumn is the name of the column behind a table's sparks.
const seriesColumn = "per_unit"

func (c *Cell) addSeries(unit string) {
	for _, a := range c.Query.Group.Aggs {
		if a.As == seriesColumn {
			return
		}
	}
	c.Query.Group.Aggs = append(c.Query.Group.Aggs, frame.Agg{Func: "series", Arg: &frame.Name{Name: unit}, As: seriesColumn})
}

// names reports whether the prose speaks of a name of the page.
func (n *Notebook) names(name string) bool {
	found := false
	for _, node := range n.nodes {
		ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) { //nolint:errcheck // it has none
			switch d := node.(type) {
			case *phrase:
				found = found || mentions(d.expr, name)
			case *passage:
				found = found || mentions(d.expr, name)
			}
			return ast.WalkContinue, nil
		})
	}
	return found
}

func mentions(e frame.Expr, name string) bool {
	return e != nil && regexp.MustCompile(`\b`+name+`\b`).MatchString(e.String())
}

const historyName = "all history"

// historyColumns are what a unit of the history has.
var historyColumns = []string{"count", "bytes"}

// step is the unit in which a period is compared with what was before: one
// like itself, or what it is counted in.
func (p Period) step() unit {
	if p.All() || p.unit == "" {
		return days
	}
	return p.unit
}

// first returns when the last steps units until the end of the period begin.
func (p Period) first(u unit, steps int) time.Time {
	last := u.floor(p.End.Add(-time.Microsecond))
	return u.add(last, 1-steps)
}

// lastSteps returns the values of a column by time for the last steps units of
// the page, the earliest first, without those before the logs begin.
func (p *pageMaker) lastSteps(u unit, steps int, values map[int64]float64) []float64 {
	start := p.span.first(u, steps)
	var out []float64
	for i := range steps {
		at := u.add(start, i)
		v, ok := values[at.UnixMicro()]
		if ok || out != nil {
			out = append(out, v)
		}
	}
	return out
}
