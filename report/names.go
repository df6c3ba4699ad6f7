package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"logbook/frame"
)

// What prose may name is checked before a log is read: a misspelt cell or
// column is an error with its place and the nearest that there is.

// pageNames are the names that prose may use besides those of cells.
var pageNames = []string{"site", "zone", "period", "run", "coverage", "history"}

// members are what the names of the page have after their point.
var members = map[string][]string{
	"period":   {"days", "week", "year", "first", "last"},
	"run":      {"lines", "kept", "rejected", "version"},
	"coverage": {"missing"},
}

// A shape is what is known of a value before there is any: rows with certain
// columns or, if nil, one number, text or time.
type shape struct {
	columns []string
	names   []string // other words that may follow the point
}

// A proseChecker knows what each name stands for. Its errors are panics of
// [*frame.SyntaxError], as the parser's are.
type proseChecker struct{ names map[string]*shape }

// checkProse checks all that stands between braces, and what headline numbers
// name.
func (n *Notebook) checkProse() (errs []error) {
	known := proseChecker{names: map[string]*shape{}}
	for _, name := range pageNames {
		known.names[name] = &shape{names: members[name]}
	}
	known.names["history"] = &shape{columns: historyColumns}
	for _, c := range n.Cells {
		known.names[c.Name] = &shape{columns: n.columns(c)}
	}
	for _, c := range n.Cells {
		if err := known.numbers(c); err != nil {
			errs = append(errs, n.inFile(c, err))
		}
	}
	return append(errs, known.blocks(n.nodes)...)
}

// columns returns the columns of a cell, those of a cell that it reads
// included.
func (n *Notebook) columns(c *Cell) []string {
	names := c.Query.Columns()
	if from := n.Cell(c.Query.From); from != nil && from != c {
		names = append(n.columns(from), names...)
	}
	return names
}

// numbers checks a cell's headline numbers.
func (k *proseChecker) numbers(c *Cell) (err error) {
	for _, show := range c.Query.Show {
		for _, item := range show.Items {
			if show.Verb == "numbers" && item.Expr != nil && err == nil {
				_, err = k.shapeOf(item.Expr)
			}
		}
	}
	return err
}

// blocks checks a row of nodes, in which an each makes a name known until its
// end.
func (k *proseChecker) blocks(nodes []ast.Node) (errs []error) {
	scopes := []*proseChecker{k}
	for _, node := range nodes {
		top := scopes[len(scopes)-1]
		p, ok := node.(*passage)
		if !ok {
			errs = append(errs, top.inlines(node)...)
			continue
		}
		inner, err := top.directive(&p.directive)
		switch {
		case err != nil:
			errs = append(errs, err)
			scopes = append(scopes, top)
		case p.verb == "if" || p.verb == "each":
			scopes = append(scopes, inner)
		case p.verb == "end" && len(scopes) > 1:
			scopes = scopes[:len(scopes)-1]
		}
	}
	return errs
}

// inlines checks what is in a block.
func (k *proseChecker) inlines(node ast.Node) (errs []error) {
	for c := node.FirstChild(); c != nil; c = c.NextSibling() {
		inner := k
		if p, ok := c.(*phrase); ok {
			var err error
			if inner, err = k.directive(&p.directive); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		errs = append(errs, inner.inlines(c)...)
	}
	return errs
}

// directive checks one directive and returns what is known within it.
func (k *proseChecker) directive(d *directive) (*proseChecker, error) {
	if d.expr == nil {
		return k, nil
	}
	s, err := k.shapeOf(d.expr)
	if err != nil {
		return k, moved(err, d.at)
	}
	if d.verb != "each" {
		return k, nil
	}
	if s == nil || s.columns == nil {
		return k, d.errorf("", "each goes through the rows of a cell, and this has none")
	}
	return k.with(d.name, s), nil
}

func (k *proseChecker) with(name string, s *shape) *proseChecker {
	names := maps.Clone(k.names)
	names[name] = s
	return &proseChecker{names}
}

// shapeOf returns the shape of an expression's value.
func (k *proseChecker) shapeOf(e frame.Expr) (s *shape, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *frame.SyntaxError:
			err = r
		default:
			panic(r)
		}
	}()
	return k.check(e), nil
}

func unknownName(offset int, what, name string, choices []string) {
	panic(&frame.SyntaxError{Offset: offset, Length: len(name), Msg: fmt.Sprintf("unknown %s %q", what, name), Hint: frame.Nearest(name, choices)})
}

func (k *proseChecker) check(e frame.Expr) *shape {
	switch e := parted(e).(type) {
	case *frame.Name:
		s, ok := k.names[e.Name]
		if !ok {
			unknownName(e.Offset, "name", e.Name, slices.Sorted(maps.Keys(k.names)))
		}
		return s
	case *frame.Member:
		return k.member(e)
	case *frame.Index:
		k.beside(e.Key)
		return k.check(e.X)
	case *frame.Call:
		return k.call(e)
	case *frame.Unary:
		k.check(e.X)
	case *frame.In:
		k.check(e.X)
		for _, item := range e.List {
			k.beside(item)
		}
	case *frame.Binary:
		k.check(e.X)
		if strings.Contains("and or + - * /", e.Op) {
			k.check(e.Y)
		} else {
			k.beside(e.Y)
		}
	}
	return nil
}

// beside checks what is compared with something: an unknown word is a text.
func (k *proseChecker) beside(e frame.Expr) {
	if n, ok := e.(*frame.Name); !ok || strings.Contains(n.Name, ".") {
		k.check(e)
	}
}

// rowWords may follow the point after rows.
var rowWords = []string{"rows", "first", "last", "was"}

func (k *proseChecker) member(e *frame.Member) *shape {
	of := k.check(e.X)
	switch {
	case of == nil:
		panic(&frame.SyntaxError{Offset: e.Offset, Length: len(e.Name), Msg: fmt.Sprintf("%s has no %q: it is one value", e.X, e.Name)})
	case of.columns == nil:
		if !slices.Contains(of.names, e.Name) {
			unknownName(e.Offset, "name", e.Name, of.names)
		}
		return nil
	case slices.Contains(of.columns, e.Name) && e.Name != "was":
		return nil
	case e.Name == "first" || e.Name == "last" || e.Name == "was":
		if e.Name == "was" && !slices.Contains(of.columns, "was") {
			panic(&frame.SyntaxError{Offset: e.Offset, Length: len(e.Name), Msg: fmt.Sprintf("%s compares with nothing", e.X), Hint: "add compare previous to it"})
		}
		return of
	case e.Name != "rows":
		unknownName(e.Offset, "column", e.Name, slices.Concat(of.columns, rowWords))
	}
	return nil
}

// rowFunctions may follow the point after rows; the others are of one value.
var rowFunctions = []string{"where", "by", "sum", "avg", "max", "min"}

func (k *proseChecker) call(e *frame.Call) *shape {
	of, function := receiver(e)
	fail := func(msg, hint string) {
		panic(&frame.SyntaxError{Offset: e.Offset, Length: len(e.Func), Msg: msg, Hint: hint})
	}
	if of == nil {
		if plain := []string{"abs", "length", "lower", "upper"}; !slices.Contains(plain, function) {
			fail(fmt.Sprintf("unknown function %q", function), frame.Nearest(function, plain))
		}
		for _, arg := range e.Args {
			k.check(arg)
		}
		return nil
	}
	s := k.check(of)
	history := s == k.names["history"] && function == "max" && len(e.Args) == 2
	switch {
	case s == nil || s.columns == nil:
		fail(fmt.Sprintf("%s has no rows", of), "")
	case !slices.Contains(rowFunctions, function):
		fail(fmt.Sprintf("unknown function %q", function), frame.Nearest(function, rowFunctions))
	case len(e.Args) != 1 && !history:
		fail(function+" wants one argument", "")
	case e.By != nil:
		fail(function+" has no by here", "")
	}
	inner := k
	for _, column := range s.columns {
		inner = inner.with(column, nil)
	}
	inner.check(e.Args[0])
	switch {
	case function == "sum" || function == "avg" || history:
		return nil
	case function == "by":
		if _, ok := e.Args[0].(*frame.Name); !ok {
			fail("by wants a column", "")
		}
	}
	return s
}
