package frame

import (
	"slices"
	"strings"
)

var (
	charts     = []string{"line", "area", "column", "bar", "heatmap", "treemap", "strip"}
	chartRoles = []string{"x", "y", "size", "color", "stack", "ghost", "tick", "share"}
	tableRoles = []string{"bar", "spark", "share"}
)

// An option's words after it, at most. Options of the whole step stand
// anywhere among its items.
var options = map[string]struct {
	args int
	step bool
}{
	"bar": {}, "pct": {}, "bytes": {}, "int": {}, "compact": {}, "duration": {}, "date": {}, "delta": {}, "words": {},
	"spark": {args: 2}, "mark": {args: 1}, "tick": {args: 1}, "bad": {args: 1},
	"show": {args: 1, step: true}, "half": {step: true}, "low": {step: true}, "days": {step: true},
}

// optionWords returns the options, sorted.
func optionWords() []string {
	words := make([]string, 0, len(options))
	for w := range options {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}

func (p *parser) show(verb token) Show {
	s := Show{Offset: verb.pos, Verb: verb.text}
	switch verb.text {
	case "hide":
		return s
	case "findings":
		s.Opts = p.findings()
		return s
	case "chart":
		kind := p.want(wordToken, "", "a kind of chart: "+strings.Join(charts, ", "))
		if !slices.Contains(charts, kind.text) {
			p.fail(kind, "unknown chart "+kind.String(), nearest(kind.text, charts))
		}
		s.Kind = kind.text
	}
	for !p.atStepEnd() {
		p.item(&s)
		if !p.accept(",") && !p.peek().indented {
			break
		}
	}
	if len(s.Items) == 0 {
		p.unexpected(p.peek(), "want what to show: "+showExample(s.Verb))
	}
	return s
}

func showExample(verb string) string {
	switch verb {
	case "chart":
		return "chart column x day, y count"
	case "numbers":
		return `numbers total.count "Requests"`
	}
	return "table path, count"
}

func (p *parser) atStepEnd() bool {
	kind := p.peek().kind
	return kind == pipeToken || kind == endToken
}

// item parses one item, a title or options of the step.
func (p *parser) item(s *Show) {
	t := p.peek()
	switch {
	case t.kind == textToken:
		if s.Title != "" {
			p.fail(t, "a second title", "")
		}
		s.Title = p.next().text
		p.options(s, nil)
	case p.atStepOption(s.Verb):
		p.options(s, nil)
	default:
		item := p.column(s.Verb)
		p.options(s, &item)
		s.Items = append(s.Items, item)
	}
}

// column parses "[ROLE] EXPR [> EXPR] [LABEL]".
func (p *parser) column(verb string) ShowItem {
	item := ShowItem{Offset: p.peek().pos}
	if item.Role = p.role(verb); item.Role == "spark" {
		args := p.arguments(options["spark"].args)
		if args == nil {
			p.unexpected(p.peek(), "want spark day, spark hour or spark 12 weeks")
		}
		item.Opts = []ShowOpt{{Offset: item.Offset, Word: "spark", Args: args}}
		return item
	}
	item.Expr = p.sum()
	if p.accept(">") {
		item.Within = p.sum()
	}
	p.label(&item)
	return item
}

// label takes the item's label, which stands before or after its options.
func (p *parser) label(item *ShowItem) {
	if t := p.peek(); item != nil && item.Label == "" && t.kind == textToken && !t.indented {
		item.Label = p.next().text
	}
}

// role takes the role of an item, if it has one: a word such as bar that
// another word follows. In "share pct" share is a column.
func (p *parser) role(verb string) string {
	roles := tableRoles
	switch verb {
	case "chart":
		roles = chartRoles
	case "numbers":
		return ""
	}
	t, after := p.peek(), p.tokens[min(p.i+1, len(p.tokens)-1)]
	if t.kind != wordToken || t.quoted || !slices.Contains(roles, t.text) || after.kind != wordToken && after.text != "(" {
		return ""
	}
	if _, option := options[after.text]; option && !after.quoted && after.text != "bytes" && after.text != "duration" && verb == "table" {
		return ""
	}
	return p.next().text
}

// atStepOption reports whether an option of the whole step stands alone here,
// and not a column of that name.
func (p *parser) atStepOption(verb string) bool {
	t, after := p.peek(), p.tokens[min(p.i+1, len(p.tokens)-1)]
	o, ok := options[t.text]
	if !ok || !o.step || t.quoted || t.kind != wordToken {
		return false
	}
	if o.args > 0 {
		return after.isNumber()
	}
	return t.text == "half" || verb == "chart"
}

// options parses the options that follow an item or, if item is nil, a title.
func (p *parser) options(s *Show, item *ShowItem) {
	for t := p.peek(); t.kind == wordToken && !t.indented; t = p.peek() {
		o, ok := options[t.text]
		if !ok || t.quoted || item == nil && !o.step {
			p.fail(t, "unknown option "+t.String(), nearest(t.text, optionWords()))
		}
		p.next()
		if o.step && o.args > 0 && !p.peek().isNumber() {
			p.unexpected(p.peek(), "want a number: "+t.text+" 12")
		}
		opt := ShowOpt{Offset: t.pos, Word: t.text, Args: p.arguments(o.args)}
		if o.args > 0 && opt.Args == nil {
			p.unexpected(p.peek(), "want a word after "+t.text)
		}
		if p.accept("if") {
			opt.If = p.expr()
		}
		if o.step {
			s.Opts = append(s.Opts, opt)
		} else {
			item.Opts = append(item.Opts, opt)
		}
		p.label(item)
	}
}

// arguments takes at most n words that are no options.
func (p *parser) arguments(n int) []string {
	var args []string
	for len(args) < n && p.peek().kind == wordToken && !p.peek().indented && !p.is("if") {
		if _, option := options[p.peek().text]; option && len(args) > 0 {
			break
		}
		args = append(args, p.next().text)
	}
	return args
}

// constant takes a literal that is not a text.
func (p *parser) constant() *Literal {
	if t := p.peek(); t.kind != wordToken || t.quoted {
		return nil
	}
	return p.literal()
}
