package frame

import (
	"fmt"
	"slices"
	"strings"
)

// A findings step is words with what they set, in any order:
//
//	findings limit 5 of books, pages against usual floor 50 or 10 %
//
// Of what kinds findings are, and what the numbers mean, the reader of the step
// knows; which there are and what they look like is decided here.
var findings = []findingOption{
	{word: "limit", example: "limit 5", takes: []quantity{number}, whole: true, least: 1},
	{word: "of", example: "of books, pages"},
	{word: "against", example: "against usual"},
	{word: "floor", example: "floor 50 or 10 %", takes: []quantity{number, share}},
	{word: "young", example: "young 100 or 25 %", takes: []quantity{number, share}},
	{word: "noise", example: "noise 3", takes: []quantity{number}},
	{word: "streak", example: "streak 6 or 20 %", takes: []quantity{number, share}, whole: true, least: 2, greatest: 12},
	{word: "burst", example: "burst 20 or 10 times", takes: []quantity{number, times}, least: 1},
	{word: "gap", example: "gap 30m or 10 times", takes: []quantity{length, times}, least: 1},
	{word: "join", example: "join 70 %", takes: []quantity{share}, most: 1},
	{word: "empty", example: `empty "A quiet week."`},
}

// A findingOption is a word of a findings step.
type findingOption struct {
	word     string
	example  string     // of the option, for messages
	takes    []quantity // any of them, each once; none: words
	whole    bool       // numbers are
	least    float64    // of numbers, times and lengths in minutes
	greatest float64    // of numbers; 0: any. Findings look back twelve periods
	most     float64    // of shares; 0: any
}

// A quantity is a kind of number, as its unit tells it.
type quantity string

const (
	number quantity = "a number"     // 50
	share  quantity = "a percentage" // 10 %
	length quantity = "a duration"   // 30m
	times  quantity = "a factor"     // 10 times
)

// findingWords returns the words that a findings step may have.
func findingWords() (words []string) {
	for _, o := range findings {
		words = append(words, o.word)
	}
	return words
}

// findings parses the options of a findings step.
func (p *parser) findings() []ShowOpt {
	var opts []ShowOpt
	for !p.atStepEnd() {
		t := p.want(wordToken, "", "one of "+strings.Join(findingWords(), ", "))
		i := slices.IndexFunc(findings, func(o findingOption) bool { return o.word == t.text })
		switch {
		case i < 0:
			p.fail(t, "unknown option "+t.String(), nearest(t.text, findingWords()))
		case slices.ContainsFunc(opts, func(o ShowOpt) bool { return o.Word == t.text }):
			p.fail(t, fmt.Sprintf("a second %q", t.text), "")
		}
		opt := ShowOpt{Offset: t.pos, Word: t.text}
		if p.atFindingEnd() {
			p.fail(t, fmt.Sprintf("nothing after %q", t.text), "write "+findings[i].example)
		}
		if findings[i].takes == nil {
			p.findingTexts(&opt)
		} else {
			p.findingNumbers(&opt, findings[i])
		}
		opts = append(opts, opt)
	}
	return opts
}

// atFindingEnd reports whether the words after an option have ended.
func (p *parser) atFindingEnd() bool {
	return p.atStepEnd() || p.peek().kind == wordToken && !p.peek().quoted && slices.Contains(findingWords(), p.peek().text)
}

// findingTexts takes words and texts, commas between them or not.
func (p *parser) findingTexts(opt *ShowOpt) {
	for !p.atFindingEnd() {
		if p.accept(",") {
			continue
		}
		t := p.next()
		if t.kind == signToken {
			p.unexpected(t, "want words")
		}
		opt.Args, opt.Places = append(opt.Args, t.text), append(opt.Places, t.pos)
	}
}

// findingNumbers takes the numbers of an option: "50 or 10 %".
func (p *parser) findingNumbers(opt *ShowOpt, o findingOption) {
	var had []quantity
	for first := true; !p.atFindingEnd(); first = false {
		if !first && (p.accept("or") || p.accept(",")) && !p.atFindingEnd() {
			continue
		}
		t := p.peek()
		l := p.constant()
		if l == nil {
			p.fail(t, fmt.Sprintf("%s: %s is no number", o.word, t), "write "+o.example)
		}
		text, q := l.Source, l.quantity()
		if q == number && p.accept("times") {
			text, q = text+" times", times
		}
		switch {
		case !slices.Contains(o.takes, q) || slices.Contains(had, q):
			p.fail(t, fmt.Sprintf("%s: %q is not wanted here", o.word, text), "write "+o.example)
		case q != share && l.amount() < o.least, q == number && o.greatest > 0 && l.amount() > o.greatest,
			q == share && o.most > 0 && (l.Float <= 0 || l.Float > o.most):
			p.fail(t, fmt.Sprintf("%s: %s is out of bounds", o.word, text), "write "+o.example)
		case q == number && o.whole && l.Type != Int:
			p.fail(t, fmt.Sprintf("%s: %s is no whole number", o.word, text), "write "+o.example)
		}
		had = append(had, q)
		opt.Args, opt.Places = append(opt.Args, text), append(opt.Places, t.pos)
	}
}

// quantity tells by the unit what kind of number a literal is; it is empty for
// what is none.
func (l *Literal) quantity() quantity {
	switch {
	case l.Type == Duration:
		return length
	case l.Type == Float && strings.HasSuffix(l.Source, "%"):
		return share
	case l.Type == Int || l.Type == Float:
		return number
	}
	return ""
}

// amount is the number of a literal; of a duration, in minutes.
func (l *Literal) amount() float64 {
	switch l.Type {
	case Duration:
		return float64(l.Int) / 60e6
	case Int:
		return float64(l.Int)
	}
	return l.Float
}
