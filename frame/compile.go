package frame

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// A program is a set of expressions, compiled. Each node is one operation over
// the vectors of earlier nodes; expressions that are equal are one node, so
// that what several queries ask is computed once a batch.
type program struct {
	schema  *arrow.Schema
	zone    *time.Location
	nodes   []node
	byKey   map[string]int
	entries string // of a lifted program: the text column whose entries are its rows
}

// A node is one operation.
type node struct {
	op     op
	kind   kind // of the result
	args   []int
	column string   // opColumn
	lit    *Literal // opConst
	unit   string   // opTruncate
	regexp *regexp.Regexp
	of     func(text string) bool // opCall
	lifted *program               // opLift: its last node is the result
}

type op uint8

const (
	opColumn   op = iota // a column of the batch
	opConst              // the same value in every row
	opLift               // lifted, of each entry of the text column args[0]
	opTruncate           // a time to its hour, day …
	opFloat              // ints as floats
	opInt                // floats as ints, flags as 0 and 1
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opMatch // regular expression
	opIsNull
	opNot
	opAnd
	opOr
	opAdd
	opSub
	opMul
	opDiv
	opNeg
	opAbs
	opLower
	opUpper
	opLength // of a text, in bytes
	opCall   // a function of a text that is true or false
)

var binaryOps = map[string]op{
	"=": opEq, "!=": opNe, "<": opLt, "<=": opLe, ">": opGt, ">=": opGe,
	"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "and": opAnd, "or": opOr,
}

func newProgram(schema *arrow.Schema, zone *time.Location) *program {
	if zone == nil {
		zone = time.UTC
	}
	return &program{schema: schema, zone: zone, byKey: map[string]int{}}
}

// add appends a node, unless there is one that computes the same, and returns
// its number.
func (p *program) add(key string, n node) int {
	key = fmt.Sprintf("%d %s %v", n.op, key, n.args)
	if i, ok := p.byKey[key]; ok {
		return i
	}
	p.nodes = append(p.nodes, n)
	p.byKey[key] = len(p.nodes) - 1
	return len(p.nodes) - 1
}

// compile adds a resolved expression and returns the node of its result.
func (p *program) compile(e Expr) (int, error) {
	if name, ok := p.liftable(e); ok {
		return p.lift(e, name)
	}
	switch e := e.(type) {
	case *Name:
		return p.compileName(e)
	case *Literal:
		key := fmt.Sprint(e.Type, e.Int, e.Float, e.Text)
		return p.add(key, node{op: opConst, kind: kindOf(e.Type), lit: e}), nil
	case *Unary:
		return p.compileUnary(e)
	case *Binary:
		return p.compileBinary(e)
	case *In:
		return p.compileIn(e)
	case *Call:
		return p.compileCall(e)
	case *given:
		x, err := p.compile(e.Args[0])
		return p.add(e.Func, node{op: opCall, kind: flagKind, args: []int{x}, of: e.of}), err
	}
	return 0, fmt.Errorf("frame: cannot compile %T", e)
}

// liftable reports whether e is computed of one text column alone. It is then
// evaluated once for each text of the column's dictionary.
func (p *program) liftable(e Expr) (column string, ok bool) {
	if _, bare := e.(*Name); bare || p.entries != "" {
		return "", false
	}
	names := columnsOf(p.schema, e)
	if len(names) != 1 {
		return "", false
	}
	fields, _ := p.schema.FieldsByName(names[0])
	return names[0], TypeOf(fields[0]) == Text
}

func (p *program) lift(e Expr, column string) (int, error) {
	lifted := newProgram(p.schema, p.zone)
	lifted.entries = column
	result, err := lifted.compile(e)
	if err != nil {
		return 0, err
	}
	arg, err := p.compileName(&Name{Name: column})
	if err != nil {
		return 0, err
	}
	lifted.nodes = lifted.nodes[:result+1]
	return p.add(e.String(), node{op: opLift, kind: lifted.nodes[result].kind, args: []int{arg}, lifted: lifted}), nil
}

func (p *program) compileName(e *Name) (int, error) {
	if fields, ok := p.schema.FieldsByName(e.Name); ok {
		return p.add(e.Name, node{op: opColumn, kind: kindOf(TypeOf(fields[0])), column: e.Name}), nil
	}
	if !slices.Contains(units, e.Name) {
		return 0, fmt.Errorf("frame: no column %q", e.Name)
	}
	return p.compileUnit(&Name{Name: "time"}, e.Name)
}

// compileUnit adds the truncation of a time.
func (p *program) compileUnit(e Expr, unit string) (int, error) {
	arg, err := p.compile(e)
	if err != nil {
		return 0, err
	}
	return p.add(unit, node{op: opTruncate, kind: intKind, args: []int{arg}, unit: unit}), nil
}

func (p *program) compileUnary(e *Unary) (int, error) {
	x, err := p.compile(e.X)
	if err != nil {
		return 0, err
	}
	if e.Op == "not" {
		return p.add("", node{op: opNot, kind: flagKind, args: []int{x}}), nil
	}
	return p.add("", node{op: opNeg, kind: p.nodes[x].kind, args: []int{x}}), nil
}

func (p *program) compileBinary(e *Binary) (int, error) {
	x, err := p.compile(e.X)
	if err != nil {
		return 0, err
	}
	if givesNone(e.Y) {
		return p.not(p.add("", node{op: opIsNull, kind: flagKind, args: []int{x}}), e.Op == "!="), nil
	}
	if e.Op == "~" || e.Op == "!~" {
		re, err := regexp.Compile(e.Y.(*Literal).Text)
		if err != nil {
			return 0, err
		}
		return p.not(p.add(re.String(), node{op: opMatch, kind: flagKind, args: []int{x}, regexp: re}), e.Op == "!~"), nil
	}
	y, err := p.compile(e.Y)
	if err != nil {
		return 0, err
	}
	return p.binary(binaryOps[e.Op], x, y), nil
}

func (p *program) not(x int, really bool) int {
	if !really {
		return x
	}
	return p.add("", node{op: opNot, kind: flagKind, args: []int{x}})
}

// binary adds an operation on two vectors, of one kind unless op is and or or.
func (p *program) binary(o op, x, y int) int {
	if kx, ky := p.nodes[x].kind, p.nodes[y].kind; kx != ky || o == opDiv {
		x, y = p.as(x, floatKind), p.as(y, floatKind)
	}
	n := node{op: o, kind: flagKind, args: []int{x, y}}
	if o >= opAdd && o <= opDiv {
		n.kind = p.nodes[x].kind
	} else if p.nodes[x].kind == flagKind && o != opAnd && o != opOr {
		n.args = []int{p.as(x, intKind), p.as(y, intKind)}
	}
	return p.add("", n)
}

// as adds the conversion of a number or flag to another kind, if need be.
func (p *program) as(x int, k kind) int {
	switch have := p.nodes[x].kind; {
	case have == k || have == textKind || k == textKind || k == flagKind:
		return x
	case k == floatKind:
		return p.add("", node{op: opFloat, kind: floatKind, args: []int{p.as(x, intKind)}})
	}
	return p.add("", node{op: opInt, kind: intKind, args: []int{x}})
}

// compileIn makes "x in (a, b)" of "x = a or x = b", which gives nulls the
// meaning that they have there.
func (p *program) compileIn(e *In) (int, error) {
	result := -1
	for _, item := range e.List {
		equal, err := p.compileBinary(&Binary{Op: "=", X: e.X, Y: item})
		if err != nil {
			return 0, err
		}
		if result >= 0 {
			equal = p.binary(opOr, result, equal)
		}
		result = equal
	}
	return p.not(result, e.Not), nil
}

func (p *program) compileCall(e *Call) (int, error) {
	if len(e.Args) != 1 {
		return 0, fmt.Errorf("frame: cannot compile %s", e)
	}
	x, err := p.compile(e.Args[0])
	if err != nil {
		return 0, err
	}
	switch e.Func {
	case "abs":
		return p.add("", node{op: opAbs, kind: p.nodes[x].kind, args: []int{x}}), nil
	case "lower":
		return p.add("", node{op: opLower, kind: textKind, args: []int{x}}), nil
	case "upper":
		return p.add("", node{op: opUpper, kind: textKind, args: []int{x}}), nil
	case "length":
		return p.add("", node{op: opLength, kind: intKind, args: []int{x}}), nil
	}
	return 0, fmt.Errorf("frame: cannot compile %s", e)
}

// columns returns the columns that the program reads, in the schema's order.
func (p *program) columns() []string {
	var names []string
	for _, f := range p.schema.Fields() {
		if slices.ContainsFunc(p.nodes, func(n node) bool { return n.op == opColumn && n.column == f.Name }) {
			names = append(names, f.Name)
		}
	}
	return names
}

// conjuncts returns the parts of a condition that must all hold.
func conjuncts(e Expr) []Expr {
	if b, ok := e.(*Binary); ok && b.Op == "and" {
		return append(conjuncts(b.X), conjuncts(b.Y)...)
	}
	if e == nil {
		return nil
	}
	return []Expr{e}
}

// columnsOf returns the columns that the expressions read, sorted.
func columnsOf(schema *arrow.Schema, exprs ...Expr) []string {
	var names []string
	var walk func(Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case *Name:
			if schema.HasField(e.Name) {
				names = append(names, e.Name)
			} else {
				names = append(names, "time") // a truncation of it
			}
		case *Unary:
			walk(e.X)
		case *Binary:
			walk(e.X)
			walk(e.Y)
		case *In:
			walk(e.X)
			for _, item := range e.List {
				walk(item)
			}
		case *given:
			walk(e.Call)
		case *Call:
			for _, arg := range e.Args {
				walk(arg)
			}
		}
	}
	for _, e := range exprs {
		walk(e)
	}
	slices.SortFunc(names, strings.Compare)
	return slices.Compact(names)
}
