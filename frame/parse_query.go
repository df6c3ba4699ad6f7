package frame

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The verbs of a query, stage by stage: a step of one stage never follows a
// step of a later one.
var stages = [...][]string{
	{"from"},
	{"where", "let"},
	{"count", "sum", "avg", "min", "max", "first", "last", "distinct", "daily", "p50", "top", "series"},
	{"compare"},
	{"add", "keep", "sort", "limit", "fill"},
	{"chart", "table", "numbers", "findings", "hide"},
}

const (
	fromStage = iota
	rowStage
	groupStage
	compareStage
	resultStage
	showStage
)

// stageOf returns the stage of a verb, or -1.
func stageOf(verb string) int {
	if percentile(verb) > 0 {
		verb = "p50"
	}
	return slices.IndexFunc(stages[:], func(verbs []string) bool { return slices.Contains(verbs, verb) })
}

// percentile returns 95 for "p95", and 0 for what is no percentile.
func percentile(word string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "p"))
	if err != nil || word != "p"+strconv.Itoa(n) || n < 1 || n > 99 {
		return 0
	}
	return n
}

// query parses steps until the end.
func (p *parser) query() *Query {
	q := &Query{}
	var last token // the verb of the step before
	for p.skipPipes(); p.peek().kind != endToken; p.skipPipes() {
		verb := p.verb()
		if last.text != "" {
			p.checkOrder(last, verb)
		}
		last = verb
		p.step(q, verb)
		p.endStep(verb)
	}
	if last.text == "" {
		p.fail(p.peek(), "the query is empty", `begin with a step such as "count by path"`)
	}
	return q
}

// endStep wants the end of a step.
func (p *parser) endStep(verb token) {
	switch t := p.peek(); {
	case t.kind == endToken || t.kind == pipeToken:
	case t.kind == wordToken && !t.quoted && stageOf(t.text) >= 0:
		p.fail(t, "unexpected "+t.String(), `a step begins after "|" or on a new line`)
	default:
		p.unexpected(t, "want "+p.continuations(verb.text))
	}
}

func (p *parser) skipPipes() {
	for p.peek().kind == pipeToken {
		p.i++
	}
}

// verb takes the word that begins a step.
func (p *parser) verb() token {
	t := p.next()
	if t.kind == wordToken && !t.quoted && stageOf(t.text) >= 0 {
		return t
	}
	all := slices.Concat(stages[:]...)
	if t.kind != wordToken {
		p.unexpected(t, "a step begins with one of "+strings.Join(all, ", "))
	}
	if ours, ok := synonyms[strings.ToLower(t.text)]; ok {
		p.fail(t, "unknown step "+t.String(), "write "+ours)
	}
	p.fail(t, "unknown step "+t.String(), nearest(t.text, all))
	return t
}

// synonyms are the words of other languages for our verbs.
var synonyms = map[string]string{
	"select": "count, sum … by the fields you want", "group": "count by path", "order": "sort", "filter": "where", "having": "keep",
	"head": "limit", "take": "limit", "mean": "avg", "average": "avg", "median": "p50", "unique": "distinct", "uniq": "distinct",
	"eval": "let, or add after the group step", "derive": "let, or add after the group step", "stats": "count, sum … by path",
}

// checkOrder refuses a step that stands too late.
func (p *parser) checkOrder(last, verb token) {
	was, is := stageOf(last.text), stageOf(verb.text)
	switch {
	case is == groupStage && was == groupStage:
		p.fail(verb, "a second group step", "join aggregates with a comma: count, sum bytes by path")
	case is == was && (is == fromStage || is == compareStage):
		p.fail(verb, "a second "+verb.text, "a query has at most one")
	case is >= was:
		return
	case verb.text == "where":
		p.fail(verb, "where after "+last.text, "rows are chosen before they are grouped: put where first, or keep to choose rows of the result")
	case verb.text == "let":
		p.fail(verb, "let after "+last.text, "put let before the group step, or write add to compute a column of the result")
	}
	p.fail(verb, verb.text+" after "+last.text, "put "+verb.text+" "+placeOf(is)+"; steps come in the order from, where and let, count …, compare, add keep sort limit fill, chart table …")
}

// placeOf says where a step of that stage stands.
func placeOf(stage int) string {
	switch stage {
	case fromStage:
		return "first"
	case groupStage:
		return "before compare, add, keep, sort, limit and fill"
	case compareStage:
		return "right after the group step"
	}
	return "before chart, table, numbers, findings and hide"
}

// continuations says what may stand where a step could have ended.
func (p *parser) continuations(verb string) string {
	switch stageOf(verb) {
	case groupStage:
		return `",", if, as, by, or the next step after "|" or a new line`
	case rowStage:
		return `an operator such as and, or, =, or the next step after "|" or a new line`
	case showStage:
		return `"," or an option (` + strings.Join(optionWords(), ", ") + `)`
	}
	return `"|" or a new line before the next step`
}

// step parses what follows the verb.
func (p *parser) step(q *Query, verb token) {
	switch stageOf(verb.text) {
	case fromStage:
		q.From = p.name("log, history or the name of a cell").text
		if q.From == "log" {
			q.From = ""
		}
	case rowStage:
		q.Rows = append(q.Rows, p.rowStep(verb))
	case groupStage:
		p.i-- // the verb is the first aggregate's
		q.Group = p.group()
	case showStage:
		q.Show = append(q.Show, p.show(verb))
	default:
		q.Result = append(q.Result, p.resultStep(verb))
	}
}

func (p *parser) rowStep(verb token) RowStep {
	s := RowStep{Offset: verb.pos}
	if verb.text == "let" {
		s.Let = p.name("a new name").text
		p.want(signToken, "=", `"="`)
	}
	s.Expr = p.expr()
	return s
}

// group parses "AGG, AGG … by KEY, KEY …".
func (p *parser) group() *Group {
	p.noBy = true
	defer func() { p.noBy = false }()
	g := &Group{Offset: p.peek().pos, Aggs: []Agg{p.agg()}}
	for p.accept(",") {
		g.Aggs = append(g.Aggs, p.agg())
	}
	if !p.accept("by") {
		return g
	}
	for {
		key := p.name("a field to group by")
		g.By = append(g.By, Key{Offset: key.pos, Name: key.text})
		if !p.accept(",") {
			return g
		}
	}
}

// agg parses "FUNC [ARG] [if EXPR] [as NAME]".
func (p *parser) agg() Agg {
	t := p.next()
	if t.kind != wordToken || stageOf(t.text) != groupStage {
		p.fail(t, "unknown aggregate "+t.String(), nearest(t.text, stages[groupStage]))
	}
	a := Agg{Offset: t.pos, Func: t.text, N: percentile(t.text)}
	switch {
	case a.N > 0:
		a.Func = "p"
	case a.Func == "top":
		a.N = p.count("how many: top 3 path")
	case a.Func == "daily":
		a.Daily, a.Func = true, p.want(wordToken, "distinct", "distinct").text
	}
	if a.Func != "count" {
		a.Arg = p.sum()
	}
	if p.accept("if") {
		a.If = p.expr()
	}
	if p.accept("as") {
		a.As = p.name("a name for the column").text
	}
	return a
}

// count takes a whole number from 1.
func (p *parser) count(what string) int {
	t := p.want(wordToken, "", what)
	n, err := strconv.Atoi(t.text)
	if err != nil || n < 1 || n > 1<<30 || t.quoted {
		p.fail(t, t.String()+" is no count", "want "+what)
	}
	return n
}

func (p *parser) resultStep(verb token) ResultStep {
	s := ResultStep{Offset: verb.pos, Verb: verb.text}
	switch verb.text {
	case "compare":
		s.Compare = p.periods()
	case "add":
		s.Name = p.name("a new name").text
		p.want(signToken, "=", `"="`)
		s.Expr = p.expr()
	case "keep":
		s.Expr = p.expr()
	case "sort":
		s.Sort = p.sortKeys()
	case "limit":
		s.Limit = p.count("how many: limit 20")
		if p.accept("with") {
			p.want(wordToken, "other", "other")
			s.Other = true
		}
	}
	return s
}

// periods parses "previous, last year".
func (p *parser) periods() []string {
	var list []string
	for {
		words := []string{p.name("previous, usual or another period").text}
		for p.peek().kind == wordToken {
			words = append(words, p.name("a period").text)
		}
		list = append(list, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
		if !p.accept(",") {
			return list
		}
	}
}

func (p *parser) sortKeys() []SortKey {
	var keys []SortKey
	for {
		column := p.name("a column to sort by")
		k := SortKey{Offset: column.pos, Column: column.text}
		if k.Desc = p.accept("desc"); !k.Desc {
			p.accept("asc")
		}
		keys = append(keys, k)
		if !p.accept(",") {
			return keys
		}
	}
}

// Show steps.

var (
	charts     = []string{"line", "area", "column", "bar", "heatmap", "treemap", "strip"}
	chartRoles = []string{"x", "y", "size", "color", "stack", "ghost", "tick", "share"}
	tableRoles = []string{"bar", "spark", "share"}
	findings   = []string{"limit", "of", "against", "floor", "empty"}
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
		item.Opts = []ShowOpt{{Word: "spark", Args: args}}
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
		opt := ShowOpt{Word: t.text, Args: p.arguments(o.args)}
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

// findings parses "limit 5 of books, pages against usual floor 50 or 10 %".
func (p *parser) findings() []ShowOpt {
	var opts []ShowOpt
	for !p.atStepEnd() {
		t := p.want(wordToken, "", "one of "+strings.Join(findings, ", "))
		if !slices.Contains(findings, t.text) {
			p.fail(t, "unknown option "+t.String(), nearest(t.text, findings))
		}
		opts = append(opts, ShowOpt{Word: t.text, Args: p.findingArguments(t)})
	}
	return opts
}

func (p *parser) findingArguments(option token) []string {
	var args []string
	for !p.atStepEnd() && !slices.ContainsFunc(findings, p.is) {
		if p.accept(",") {
			continue
		}
		if l := p.constant(); l != nil {
			args = append(args, l.Source)
			continue
		}
		t := p.next()
		if t.kind == signToken {
			p.unexpected(t, "want words")
		}
		args = append(args, t.text)
	}
	if len(args) == 0 {
		p.fail(option, fmt.Sprintf("nothing after %q", option.text), "")
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
