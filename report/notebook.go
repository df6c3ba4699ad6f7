package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"logbook/frame"
)

// A Notebook is a report as its author wrote it: front matter, prose and cells.
// It is immutable once parsed.
type Notebook struct {
	Name  string // file name, for messages: "access.md"
	Front Front
	Cells []*Cell

	source []byte
	nodes  []ast.Node // the top level of the document
	twins  []twin
}

// Front is the front matter. Every field is optional.
type Front struct {
	Logbook int               `yaml:"logbook"` // version of the format, 1
	Title   string            `yaml:"title"`
	Site    string            `yaml:"site"`
	Zone    string            `yaml:"zone"`
	Period  string            `yaml:"period"`
	Compare any               `yaml:"compare"`
	Logs    any               `yaml:"logs"`
	Format  string            `yaml:"format"`
	Books   []string          `yaml:"books"`
	Titles  map[string]string `yaml:"titles"` // names of books, as readers know them
	Own     []string          `yaml:"own"`
	Hosts   string            `yaml:"hosts"`
	Bots    string            `yaml:"bots"`
	Params  map[string]any    `yaml:"params"`
}

// A Cell is a fenced block of the notebook: a query and how to show it.
type Cell struct {
	Name  string // the anchor, the name of the CSV file, the handle in prose
	Text  string // as written
	Line  int    // of the first line of Text in the notebook, 1-based
	Query *frame.Query
	Half  bool // half the width on a wide screen
	Hide  bool

	node *ast.FencedCodeBlock
}

// A twin is a query that the notebook needs without saying so: another cell's
// aggregates, day by day, for the lines under its headline numbers.
type twin struct {
	of    string
	query *frame.Query
}

func twinName(cell string) string { return cell + " by day" }

// ParseNotebook parses a notebook. Raw HTML in it is dropped. An error names
// the place: "access.md:41:7: unknown field".
func ParseNotebook(name string, src []byte) (*Notebook, error) {
	n := &Notebook{Name: name, source: src}
	body, err := n.parseFront()
	if err != nil {
		return nil, err
	}
	md, prose := markdown()
	// The front matter becomes blank lines, so that places keep their numbers.
	n.source = append(bytes.Repeat([]byte("\n"), bytes.Count(src[:body], []byte("\n"))), src[body:]...)
	n.nodes = childrenOf(md.Parser().Parse(text.NewReader(n.source)))
	errs := prose.errs
	for _, node := range n.nodes {
		if err := nest(node); err != nil {
			errs = append(errs, err)
		}
		if fence, ok := node.(*ast.FencedCodeBlock); ok {
			if err := n.addCell(fence); err != nil {
				return nil, err
			}
		}
	}
	errs = append(errs, checkPassages(n.nodes), n.checkNames())
	if err := errors.Join(errs...); err != nil {
		return nil, n.locate(errs)
	}
	n.addSparks()
	return n, nil
}

// parseFront reads the front matter and returns where the body starts.
func (n *Notebook) parseFront() (body int, err error) {
	if !bytes.HasPrefix(n.source, []byte("---\n")) {
		return 0, nil
	}
	end := bytes.Index(n.source, []byte("\n---\n"))
	if end < 0 {
		return 0, fmt.Errorf("%s:1:1: front matter without its closing ---", n.Name)
	}
	if err := yaml.UnmarshalWithOptions(n.source[4:end+1], &n.Front, yaml.Strict()); err != nil {
		return 0, fmt.Errorf("%s: front matter: %w", n.Name, err)
	}
	if n.Front.Logbook > 1 {
		return 0, fmt.Errorf("%s: front matter: logbook: %d is a format that this version does not know", n.Name, n.Front.Logbook)
	}
	return end + 5, nil
}

var cellName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (n *Notebook) addCell(fence *ast.FencedCodeBlock) error {
	if fence.Info == nil {
		return nil
	}
	words := strings.Fields(string(fence.Info.Value(n.source)))
	if len(words) == 0 || words[0] != "logbook" {
		return nil // shown as code
	}
	start := fence.Info.Segment.Stop
	if fence.Lines().Len() > 0 {
		start = fence.Lines().At(0).Start
	}
	c := &Cell{Text: string(fence.Lines().Value(n.source)), Line: bytes.Count(n.source[:start], []byte("\n")) + 1, node: fence}
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d:1: %s", n.Name, c.Line-1, fmt.Sprintf(format, args...))
	}
	if len(words) < 2 || !cellName.MatchString(words[1]) {
		return fail("a cell needs a name of small letters, digits and _: ```logbook by_book")
	}
	c.Name = words[1]
	if n.Cell(c.Name) != nil {
		return fail("there is a cell %s above", c.Name)
	}
	for _, flag := range words[2:] {
		switch flag {
		case "half":
			c.Half = true
		case "hide":
			c.Hide = true
		case "strict":
		default:
			return fail("unknown flag %q, want one of half, hide, strict", flag)
		}
	}
	q, err := frame.ParseQuery(c.Text)
	if err != nil {
		return n.inFile(c, err)
	}
	c.Query = q
	for _, s := range q.Show {
		c.Hide = c.Hide || s.Verb == "hide"
		for _, o := range s.Opts {
			c.Half = c.Half || o.Word == "half"
		}
	}
	n.Cells = append(n.Cells, c)
	return nil
}

// InFile moves the error of a cell's query, as [frame.NewPlan] gives it, from
// its place in the cell to its place in the notebook: "access.md:41:7: …".
// Other errors it returns as they are.
func (n *Notebook) InFile(err error) error {
	if syntax, ok := errors.AsType[*frame.SyntaxError](err); ok {
		if c := n.Cell(syntax.Name); c != nil {
			return n.inFile(c, err)
		}
	}
	return err
}

// inFile is InFile for a cell that is known.
func (n *Notebook) inFile(c *Cell, err error) error {
	var syntax *frame.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("%s:%d: %w", n.Name, c.Line, err)
	}
	lines := bytes.SplitAfterN(n.source, []byte("\n"), c.Line)
	moved := *syntax
	moved.Name, moved.Text = n.Name, string(n.source)
	moved.Offset = min(moved.Offset, len(strings.TrimRight(c.Text, "\n"))) // an end that comes too early is on the last line
	moved.Offset += len(n.source) - len(lines[len(lines)-1])
	return &moved
}

// locate turns the offsets of errors into lines and columns.
func (n *Notebook) locate(errs []error) error {
	var out []error
	for _, err := range errs {
		if p, ok := errors.AsType[*placed](err); ok {
			line := bytes.Count(n.source[:p.offset], []byte("\n")) + 1
			column := p.offset - bytes.LastIndexByte(n.source[:p.offset], '\n')
			err = fmt.Errorf("%s:%d:%d: %w", n.Name, line, column, p.error)
		}
		out = append(out, err)
	}
	return errors.Join(out...)
}

// Cell returns the cell with that name, or nil.
func (n *Notebook) Cell(name string) *Cell {
	for _, c := range n.Cells {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// cellOf returns the cell that a node of the document is, or nil.
func (n *Notebook) cellOf(node ast.Node) *Cell {
	for _, c := range n.Cells {
		if node == ast.Node(c.node) {
			return c
		}
	}
	return nil
}

// Queries returns what a plan must compute: the cells that read the log or
// another cell, and those that the page needs besides. A [Result] has their
// tables in the same order.
func (n *Notebook) Queries() (names []string, queries []*frame.Query) {
	for _, c := range n.Cells {
		if c.computed() {
			names, queries = append(names, c.Name), append(queries, c.Query)
		}
	}
	for _, t := range n.twins {
		names, queries = append(names, twinName(t.of)), append(queries, t.query)
	}
	return names, queries
}

// computed reports whether the cell has a table of its own; one that only
// shows numbers of others has not.
func (c *Cell) computed() bool { return c.Query.Group != nil || c.Query.From != "" }

// addSparks adds to the queries what small lines draw: a series to a cell whose
// table has a spark column, a twin for each cell that a headline number reads.
func (n *Notebook) addSparks() {
	for _, c := range n.Cells {
		for _, show := range c.Query.Show {
			for _, item := range show.Items {
				unit, ok := sparkUnit(item)
				switch {
				case !ok:
				case show.Verb == "numbers":
					n.addTwin(item)
				case c.Query.Group != nil:
					c.addSeries(unit)
				}
			}
		}
	}
}

// sparkUnit returns the unit of an item's spark: "day" of "spark day", "week"
// of "spark 12 weeks".
func sparkUnit(item frame.ShowItem) (unit string, ok bool) {
	if item.Role == "spark" && item.Expr != nil {
		return strings.TrimSuffix(item.Expr.String(), "s"), true
	}
	for _, o := range item.Opts {
		if o.Word == "spark" && len(o.Args) > 0 {
			return strings.TrimSuffix(o.Args[len(o.Args)-1], "s"), true
		}
	}
	return "", false
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

// addTwin adds the day-by-day query of every cell that a headline number reads,
// unless the cell is by day already.
func (n *Notebook) addTwin(item frame.ShowItem) {
	for _, c := range n.Cells {
		g := c.Query.Group
		if g == nil || len(g.By) > 0 || !regexp.MustCompile(`\b`+c.Name+`\.`).MatchString(item.Expr.String()) {
			continue
		}
		if slices.ContainsFunc(n.twins, func(t twin) bool { return t.of == c.Name }) {
			continue
		}
		q := *c.Query
		q.Group = &frame.Group{Aggs: g.Aggs, By: []frame.Key{{Name: "day"}}}
		q.Result, q.Show = nil, nil
		for _, step := range c.Query.Result {
			if step.Verb == "add" {
				q.Result = append(q.Result, step)
			}
		}
		n.twins = append(n.twins, twin{c.Name, &q})
	}
}

// pageNames are the names that prose may use besides those of cells.
var pageNames = []string{"site", "zone", "period", "run", "coverage", "history"}

// checkNames reports names in prose that nothing has, with the nearest that
// something has.
func (n *Notebook) checkNames() error {
	known := slices.Clone(pageNames)
	for _, c := range n.Cells {
		known = append(known, c.Name)
	}
	var errs []error
	loops := make(map[string]bool)
	check := func(d *directive) {
		if d.verb == "each" {
			loops[d.name] = true
		}
		root, ok := rootName(d.expr)
		if ok && !loops[root] && root[0] != '$' && !slices.Contains(known, root) {
			errs = append(errs, &placed{d.offset, fmt.Errorf("unknown name %q, want a cell or one of %s", root, strings.Join(known, ", "))})
		}
	}
	for _, node := range n.nodes {
		err := ast.Walk(node, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				switch d := node.(type) {
				case *phrase:
					check(&d.directive)
				case *passage:
					check(&d.directive)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs[0]
}

// rootName returns the name at the left end of an expression.
func rootName(e expr) (string, bool) {
	switch e := e.(type) {
	case name:
		return e.name, true
	case member:
		return rootName(e.of)
	case method:
		return rootName(e.of)
	case operator:
		if n, ok := rootName(e.x); ok {
			return n, true
		}
		return rootName(e.y)
	case not:
		return rootName(e.x)
	}
	return "", false
}
