package frame

import (
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
		p.endStep(q, verb)
	}
	if last.text == "" {
		p.fail(p.peek(), "the query is empty", `begin with a step such as "count by path"`)
	}
	return q
}

// endStep wants the end of a step.
func (p *parser) endStep(q *Query, verb token) {
	switch t := p.peek(); {
	case t.kind == endToken || t.kind == pipeToken:
	case t.text == "where" && !t.quoted && stageOf(verb.text) == groupStage:
		p.fail(t, "unexpected "+t.String(), "write where … | count, or count if …")
	case t.kind == wordToken && !t.quoted && stageOf(t.text) >= 0:
		p.fail(t, "unexpected "+t.String(), `a step begins after "|" or on a new line`)
	default:
		p.unexpected(t, p.instead(q, t, verb))
	}
}

// instead says what to write where a step could have ended: for the ways of
// other languages ours, else what could go on.
func (p *parser) instead(q *Query, t, verb token) string {
	grouped := stageOf(verb.text) == groupStage
	switch ours := foreignWords[strings.ToLower(t.text)]; {
	case ours != "" && t.kind == wordToken && !t.quoted:
		return "write " + ours
	case grouped && q.Group.By == nil && t.text == "(":
		return "an aggregate has no parentheses: count, sum bytes"
	case grouped && q.Group.By != nil && (t.text == "as" || t.kind == signToken):
		return "a key is a name: write let x = … before, and by x"
	}
	return "want " + p.continuations(verb.text)
}

// foreignWords are words of other languages that stand where ours have others.
var foreignWords = map[string]string{
	"like": `~ and a regular expression: path ~ "^/api/"`, "contains": `~ and a regular expression: path ~ "api"`,
	"matches": "~", "equals": "=", "is": "= none or != none", "between": "status >= 200 and status < 300",
	"order": "| sort count desc", "having": "| keep count > 5", "group": "by path", "descending": "desc", "ascending": "asc",
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
	p.fail(t, "unknown step "+t.String(), verbHint(t, all))
	return t
}

// verbHint says which verb was meant.
func verbHint(t token, choices []string) string {
	ours, known := synonyms[strings.ToLower(t.text)]
	switch {
	case known:
		return "write " + ours
	case strings.Trim(t.text, "0123456789.") == "p":
		return "percentiles are p1 to p99"
	}
	return nearest(t.text, choices)
}

// synonyms are the words of other languages for our verbs.
var synonyms = map[string]string{
	"select": "count, sum … by the fields you want", "group": "count by path", "order": "sort", "filter": "where", "having": "keep",
	"head": "limit", "take": "limit", "mean": "avg", "average": "avg", "median": "p50", "unique": "distinct", "uniq": "distinct",
	"by":   "it after the aggregates, on their line or on a line that is indented",
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
		if q.from = p.name("log, history or the name of a cell"); q.from.text != "log" {
			q.From = q.from.text
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
		p.fail(t, "unknown aggregate "+t.String(), verbHint(t, stages[groupStage]))
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
		if p.is("-") {
			p.unexpected(p.peek(), "write desc after the column")
		}
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
