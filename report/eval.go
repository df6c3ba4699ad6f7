package report

import (
	"regexp"
	"slices"
	"strings"

	"logbook/frame"
)

// The prose speaks the language of the cells: frame parses it. What names and
// paths such as hours.max(count).hour stand for is decided here; frame knows
// nothing of cells.

// eval returns the value of an expression; nothing, if it has none.
func (s *scope) eval(e frame.Expr) value {
	switch e := parted(e).(type) {
	case *frame.Literal:
		return constantOf(e)
	case *frame.Name:
		return s.lookup(e.Name)
	case *frame.Member:
		return s.member(e)
	case *frame.Index:
		return s.index(e)
	case *frame.Call:
		return s.call(e)
	case *frame.Unary:
		x := s.eval(e.X)
		switch {
		case e.Op == "not":
			return truth(!x.truth())
		case x.known():
			x.num, x.text = -x.num, ""
		}
		return x
	case *frame.In:
		x := s.eval(e.X)
		in := slices.ContainsFunc(e.List, func(y frame.Expr) bool { return x.known() && compare("=", x, s.beside(y)) })
		return truth(in != e.Not)
	case *frame.Binary:
		return s.binary(e)
	}
	return value{}
}

// parted takes the last part off a name that holds points: total.count is the
// member count of total.
func parted(e frame.Expr) frame.Expr {
	n, ok := e.(*frame.Name)
	if !ok {
		return e
	}
	i := strings.LastIndexByte(n.Name, '.')
	if i < 0 {
		return e
	}
	return &frame.Member{Offset: n.Offset + i + 1, X: &frame.Name{Offset: n.Offset, Name: n.Name[:i]}, Name: n.Name[i+1:]}
}

// receiver splits a call into what stands before its point and the function:
// per_book and where of per_book.where(…). Of a plain function, of is nil.
func receiver(c *frame.Call) (of frame.Expr, function string) {
	i := strings.LastIndexByte(c.Func, '.')
	if c.Of != nil || i < 0 {
		return c.Of, c.Func
	}
	return &frame.Name{Offset: c.Offset, Name: c.Func[:i]}, c.Func[i+1:]
}

// rootName returns the name at the left end of an expression.
func rootName(e frame.Expr) (string, bool) {
	switch e := e.(type) {
	case *frame.Name:
		root, _, _ := strings.Cut(e.Name, ".")
		return root, true
	case *frame.Member:
		return rootName(e.X)
	case *frame.Index:
		return rootName(e.X)
	case *frame.Call:
		if of, _ := receiver(e); of != nil {
			return rootName(of)
		}
	case *frame.Binary:
		if n, ok := rootName(e.X); ok {
			return n, true
		}
		return rootName(e.Y)
	case *frame.Unary:
		return rootName(e.X)
	}
	return "", false
}

func constantOf(l *frame.Literal) value {
	v := value{typ: l.Type, num: float64(l.Int)}
	switch {
	case l.Type == frame.Text:
		v.text = l.Text
	case l.Type == frame.Time: // a date as written; it is compared with texts only
		v.typ, v.text = frame.Text, l.Text
	case l.Type == frame.Float:
		v.num = l.Float
		if number, percent := strings.CutSuffix(l.Source, "%"); percent {
			v.unit, v.text = "ratio", strings.TrimRight(number, " ")+thin+"%"
		}
	}
	return v
}

// member returns x.name: a name of the page that holds a point, the column of
// the first of some rows, or one of the words rows, first and last. Of
// x.was.name it is what the column was.
func (s *scope) member(e *frame.Member) value {
	if was, ok := parted(e.X).(*frame.Member); ok && was.Name == "was" {
		if r := s.eval(was.X).rows; r != nil {
			return r.earlier().member(e.Name)
		}
	}
	if r := s.eval(e.X).rows; r != nil {
		return r.member(e.Name)
	}
	if n, ok := e.X.(*frame.Name); ok { // period.days and its like are names of their own
		return s.lookup(n.Name + "." + e.Name)
	}
	return value{}
}

// index returns the row whose first key is the given one.
func (s *scope) index(e *frame.Index) value {
	r, key := s.eval(e.X).rows, s.beside(e.Key)
	if r == nil || len(r.table.Columns) == 0 {
		return value{}
	}
	for _, i := range r.index {
		if v := at(&r.table.Columns[0], i); v.known() && compare("=", v, key) {
			return value{rows: &rows{r.table, []int{i}}}
		}
	}
	return value{}
}

// call returns the value of a function: of rows if it stands after a point,
// else of its argument.
func (s *scope) call(e *frame.Call) value {
	of, function := receiver(e)
	if len(e.Args) == 0 {
		return value{}
	}
	arg := e.Args[0]
	if of == nil {
		return apply(function, s.eval(arg))
	}
	r := s.eval(of).rows
	if r == nil {
		return value{}
	}
	switch function {
	case "where":
		kept := &rows{table: r.table}
		for _, i := range r.index {
			if r.scope(s, i).eval(arg).truth() {
				kept.index = append(kept.index, i)
			}
		}
		return value{rows: kept}
	case "by":
		if key, ok := arg.(*frame.Name); ok {
			return value{rows: r.by(key.Name)}
		}
	case "sum", "avg":
		return r.total(s, arg, function == "avg")
	case "max", "min":
		if len(e.Args) == 2 { // history.max(count, 12 weeks)
			return r.greatest(s, arg, s.eval(e.Args[1]))
		}
		return r.extreme(s, arg, function == "min")
	}
	return value{}
}

// apply returns a function of one value.
func apply(function string, x value) value {
	if !x.known() {
		return value{}
	}
	switch function {
	case "abs":
		x.num = max(x.num, -x.num)
	case "lower":
		x.text = strings.ToLower(x.text)
	case "upper":
		x.text = strings.ToUpper(x.text)
	case "length":
		return whole(len(x.text))
	default:
		return value{} // a window of the cells, which prose has not
	}
	return x
}

// beside evaluates what is compared with something: a word that names nothing
// is a text, as in kind = page.
func (s *scope) beside(e frame.Expr) value {
	if n, ok := e.(*frame.Name); ok && !s.knows(n.Name) {
		return value{typ: frame.Text, text: n.Name}
	}
	return s.eval(e)
}

func (s *scope) binary(e *frame.Binary) value {
	x := s.eval(e.X)
	switch e.Op {
	case "and":
		return truth(x.truth() && s.eval(e.Y).truth())
	case "or":
		return truth(x.truth() || s.eval(e.Y).truth())
	case "+", "-", "*", "/":
		y := s.eval(e.Y)
		if !x.known() || !y.known() {
			return value{}
		}
		return arithmetic(e.Op, x, y)
	}
	y := s.beside(e.Y)
	switch {
	case !x.known() || !y.known():
		if e.Op != "!=" && e.Op != "=" {
			return value{}
		}
		return truth((x.known() == y.known()) == (e.Op == "="))
	case e.Op == "~" || e.Op == "!~":
		found, err := regexp.MatchString(y.String(), x.String())
		return truth(err == nil && found == (e.Op == "~"))
	}
	return truth(compare(e.Op, x, y))
}
