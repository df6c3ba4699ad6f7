package frame

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// String returns the query with one step a line. It parses back to an equal
// query.
func (q *Query) String() string {
	var steps []string
	if q.From != "" {
		steps = append(steps, "from "+quoteName(q.From))
	}
	for _, s := range q.Rows {
		if s.Let != "" {
			steps = append(steps, "let "+quoteName(s.Let)+" = "+s.Expr.String())
			continue
		}
		steps = append(steps, "where "+s.Expr.String())
	}
	if q.Group != nil {
		steps = append(steps, q.Group.String())
	}
	for _, s := range q.Result {
		steps = append(steps, s.String())
	}
	for _, s := range q.Show {
		steps = append(steps, s.String())
	}
	if len(steps) == 0 {
		return "from log"
	}
	return strings.Join(steps, "\n")
}

// String returns the group step: "count, sum bytes by path".
func (g *Group) String() string {
	s := commas(g.Aggs, func(a Agg) string { return a.String() })
	if len(g.By) > 0 {
		s += " by " + commas(g.By, func(k Key) string { return quoteName(k.Name) })
	}
	return s
}

// String returns the aggregate: "p95 duration if kind = page as slow".
func (a *Agg) String() string {
	s := a.Func
	switch {
	case a.Func == "p":
		s = "p" + strconv.Itoa(a.N)
	case a.Func == "top":
		s = "top " + strconv.Itoa(a.N)
	case a.Daily:
		s = "daily " + a.Func
	}
	if a.Arg != nil {
		s += " " + operand(a.Arg, sumStrength)
	}
	if a.If != nil {
		s += " if " + a.If.String()
	}
	if a.As != "" {
		s += " as " + quoteName(a.As)
	}
	return s
}

// String returns the step: "sort count desc, path".
func (s *ResultStep) String() string {
	switch s.Verb {
	case "compare":
		return "compare " + commas(s.Compare, func(period string) string {
			words := strings.Fields(period)
			for i, w := range words {
				words[i] = quoteName(w)
			}
			return strings.Join(words, " ")
		})
	case "add":
		return "add " + quoteName(s.Name) + " = " + s.Expr.String()
	case "keep":
		return "keep " + s.Expr.String()
	case "limit":
		if s.Other {
			return fmt.Sprintf("limit %d with other", s.Limit)
		}
		return fmt.Sprintf("limit %d", s.Limit)
	case "sort":
		return "sort " + commas(s.Sort, func(k SortKey) string {
			if k.Desc {
				return quoteName(k.Column) + " desc"
			}
			return quoteName(k.Column)
		})
	}
	return s.Verb
}

// String returns the step: `chart line x hour, y count, "Requests"`.
func (s *Show) String() string {
	var head strings.Builder
	head.WriteString(s.Verb)
	if s.Kind != "" {
		head.WriteString(" " + s.Kind)
	}
	if s.Verb == "findings" {
		for _, o := range s.Opts {
			head.WriteString("\n  " + o.finding())
		}
		return head.String()
	}
	items := make([]string, 0, len(s.Items)+len(s.Opts)+1)
	for _, i := range s.Items {
		items = append(items, i.String())
	}
	if s.Title != "" {
		items = append(items, quote(s.Title))
	}
	for _, o := range s.Opts {
		items = append(items, o.String())
	}
	if s.Verb == "numbers" {
		return head.String() + "\n  " + strings.Join(items, "\n  ")
	}
	return strings.TrimSuffix(head.String()+" "+strings.Join(items, ", "), " ")
}

// String returns the item: `bar count "Hits" tick was`.
func (i *ShowItem) String() string {
	var parts []string
	if i.Expr != nil {
		if i.Role != "" {
			parts = append(parts, i.Role)
		}
		parts = append(parts, i.expr())
	}
	if i.Within != nil {
		parts = append(parts, ">", operand(i.Within, sumStrength))
	}
	if i.Label != "" {
		parts = append(parts, quote(i.Label))
	}
	for _, o := range i.Opts {
		parts = append(parts, o.String())
	}
	return strings.Join(parts, " ")
}

// expr prints the item's expression so that it is not taken for a title, a
// role, an option or the rest of the line before.
func (i *ShowItem) expr() string {
	s := operand(i.Expr, sumStrength)
	n, isName := i.Expr.(*Name)
	role := isName && (slices.Contains(chartRoles, n.Name) || slices.Contains(tableRoles, n.Name))
	option := isName && options[n.Name].step
	switch {
	case s[0] == '"' || s[0] == '-':
		return "(" + s + ")"
	case i.Role == "" && (role && i.Label == "" && len(i.Opts) > 0 || option) && s[0] != '`':
		return "`" + s + "`"
	}
	return s
}

// String returns the option: "spark 12 weeks".
func (o *ShowOpt) String() string {
	var s strings.Builder
	s.WriteString(o.Word)
	for _, a := range o.Args {
		if wordLength(a) < len(a) || a == "if" || a == "" {
			a = "`" + a + "`"
		}
		s.WriteString(" " + a)
	}
	if o.If != nil {
		s.WriteString(" if " + o.If.String())
	}
	return s.String()
}

// finding prints an option of findings: "floor 50 or 10 %", "of books, pages".
func (o *ShowOpt) finding() string {
	i := slices.IndexFunc(findings, func(f findingOption) bool { return f.word == o.Word })
	if i >= 0 && findings[i].takes != nil {
		return o.Word + " " + strings.Join(o.Args, " or ")
	}
	return o.Word + " " + commas(o.Args, quoteWord)
}

// The strengths of operators, loosest first.
const (
	orStrength = iota
	andStrength
	notStrength
	comparisonStrength
	sumStrength
	productStrength
	signStrength
	memberStrength
	operandStrength
)

func strength(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		switch e.Op {
		case "or":
			return orStrength
		case "and":
			return andStrength
		case "+", "-":
			return sumStrength
		case "*", "/":
			return productStrength
		}
		return comparisonStrength
	case *In:
		return comparisonStrength
	case *Unary:
		if e.Op == "not" {
			return notStrength
		}
		return signStrength
	}
	return operandStrength
}

// operand prints e, in parentheses if it binds looser than its place wants.
func operand(e Expr, want int) string {
	if strength(e) < want {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func (e *Name) String() string    { return quoteName(e.Name) }
func (e *Literal) String() string { return e.Source }
func (e *Unary) String() string {
	if e.Op == "not" {
		return "not " + operand(e.X, notStrength)
	}
	return "-" + operand(e.X, signStrength)
}

func (e *Binary) String() string {
	s := strength(e)
	left := s
	if s == comparisonStrength { // comparisons do not chain
		left++
	}
	return operand(e.X, left) + " " + e.Op + " " + operand(e.Y, s+1)
}

func (e *In) String() string {
	op := " in ("
	if e.Not {
		op = " not in ("
	}
	return operand(e.X, sumStrength) + op + commas(e.List, func(x Expr) string { return operand(x, sumStrength) }) + ")"
}

func (e *Call) String() string {
	s := quoteName(e.Func) + "(" + commas(e.Args, Expr.String) + ")"
	if e.Of != nil {
		s = receiver(e.Of) + "." + s
	}
	switch len(e.By) {
	case 0:
		return s
	case 1:
		return s + " by " + quoteName(e.By[0])
	}
	return s + " by (" + commas(e.By, quoteName) + ")"
}

func (e *Member) String() string { return receiver(e.X) + "." + quoteName(e.Name) }
func (e *Index) String() string {
	if n, ok := e.X.(*Name); ok {
		return n.String() + "[" + e.Key.String() + "]"
	}
	return receiver(e.X) + "[" + e.Key.String() + "]"
}

// receiver prints what stands before a point. A name or a literal would run
// together with what follows, and a window's keys too.
func receiver(e Expr) string {
	switch e := e.(type) {
	case *Member, *Index:
		return e.String()
	case *Call:
		if e.By == nil {
			return e.String()
		}
	}
	return "(" + e.String() + ")"
}

// quoteName prints a name, in backquotes if it would not be read as one.
func quoteName(s string) string {
	p := parser{tokens: []token{{kind: wordToken, text: s}, {}}}
	if s != "" && wordLength(s) == len(s) && !slices.Contains(reserved, s) && p.literal() == nil {
		return s
	}
	return "`" + s + "`"
}

// quoteWord prints an argument of a findings option.
func quoteWord(s string) string {
	if wordLength(s) == len(s) && s != "" && !slices.Contains(findingWords(), s) {
		return s
	}
	return quote(s)
}

// words scans text, or returns nothing if it cannot.
func words(text string) (tokens []token) {
	var err error
	defer catch(&err, "", text)
	return scanTokens(text, nil)
}

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote prints a text as scanner.quoted reads it.
func quote(s string) string { return `"` + quotes.Replace(s) + `"` }

func commas[T any](list []T, print func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = print(x)
	}
	return strings.Join(parts, ", ")
}
