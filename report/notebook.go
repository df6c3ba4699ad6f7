package report

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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

	written []byte // as it was read
	source  []byte // with blank lines instead of the front matter
	params  frame.Params
	title   []piece
	nodes   []ast.Node // the top level of the document
	period  Period     // what it is about, once that is known
	twins   []twin
}

// A Cell is a fenced block of the notebook: a query and how to show it.
type Cell struct {
	Name  string // the anchor, the name of the CSV file, the handle in prose
	Text  string // as written
	Line  int    // of the first line of Text in the notebook, 1-based
	Query *frame.Query
	Half  bool // half the width on a wide screen
	Hide  bool

	node     *ast.FencedCodeBlock
	recorded *ast.FencedCodeBlock // its output block; nil if it has none
}

// ParseNotebook parses a notebook. Raw HTML in it is dropped. An error names
// the place: "access.md:41:7: unknown field".
func ParseNotebook(name string, src []byte) (*Notebook, error) { return parseNotebook(name, src, nil) }

func parseNotebook(name string, src []byte, params map[string]string) (*Notebook, error) {
	n := &Notebook{Name: name, written: src}
	body, err := n.parseFront(src)
	if err != nil {
		return nil, err
	}
	errs := []error{n.checkFront(src[:body])}
	n.setParams(params)
	md, prose := markdown()
	prose.params = n.params
	// The front matter becomes blank lines, so that places keep their numbers.
	n.source = append(bytes.Repeat([]byte("\n"), bytes.Count(src[:body], []byte("\n"))), src[body:]...)
	n.nodes = childrenOf(md.Parser().Parse(text.NewReader(n.source)))
	errs = append(errs, n.locate(prose.errs))
	for _, node := range n.nodes {
		errs = append(errs, n.locate([]error{nest(node)}))
		if fence, ok := node.(*ast.FencedCodeBlock); ok {
			if err := n.addCell(fence); err != nil {
				return nil, errors.Join(append(errs, err)...)
			}
		}
	}
	errs = append(errs, n.takeRecordings(), n.locate([]error{checkPassages(n.nodes)}), n.locate(n.checkProse()))
	if n.title, err = n.parseTemplate(n.Front.Title); err != nil {
		errs = append(errs, fmt.Errorf("%s: title: %w", n.Name, err))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	n.addTwins()
	return n, nil
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
	info := string(fence.Info.Value(n.source))
	fail := func(word, msg, hint string) error {
		return n.errorAt(n.source, fence.Info.Segment.Start+strings.LastIndex(info, word), len(word), msg, hint)
	}
	if len(words) < 2 || !cellName.MatchString(words[1]) {
		return fail(words[min(1, len(words)-1)], "a cell needs a name of small letters, digits and _", "write ```logbook by_book")
	}
	c.Name = words[1]
	switch {
	case n.Cell(c.Name) != nil:
		return fail(c.Name, "there is a cell "+c.Name+" above", "")
	case slices.Contains(pageNames, c.Name) || c.Name == "log":
		return fail(c.Name, fmt.Sprintf("%q is a name that the prose knows already", c.Name), "choose another")
	}
	for _, flag := range words[2:] {
		switch flag {
		case "half":
			c.Half = true
		case "hide":
			c.Hide = true
		case "strict":
		default:
			return fail(flag, fmt.Sprintf("unknown flag %q", flag), frame.Nearest(flag, []string{"half", "hide", "strict"}))
		}
	}
	q, err := n.params.ParseQuery(c.Text)
	if err != nil {
		return n.inFile(c, err)
	}
	c.Query = q
	for _, s := range q.Show {
		if err := checkFindings(s); s.Verb == "findings" && err != nil {
			return n.inFile(c, err)
		}
		if err := c.checkDays(s); err != nil {
			return n.inFile(c, err)
		}
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

// locate gives the errors of the prose the name and the text of the notebook.
func (n *Notebook) locate(errs []error) error {
	for i, err := range errs {
		if syntax, ok := errors.AsType[*frame.SyntaxError](err); ok {
			errs[i] = n.errorAt(n.source, syntax.Offset, syntax.Length, syntax.Msg, syntax.Hint)
		}
	}
	return errors.Join(errs...)
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
		names, queries = append(names, t.name), append(queries, t.query)
	}
	return names, queries
}

// computed reports whether the cell has a table of its own; one that only
// shows numbers of others, or findings, has not.
func (c *Cell) computed() bool {
	return c.Query.Group != nil || c.Query.From != "" || len(c.Query.Show) == 0 ||
		slices.ContainsFunc(c.Query.Show, func(s frame.Show) bool { return s.Verb == "table" || s.Verb == "chart" })
}
