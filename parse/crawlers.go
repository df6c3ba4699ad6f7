package parse

import (
	"embed"
	"encoding/json"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// dist holds crawlers.json if the build made it; see rules/dist/README.md.
//
//go:embed rules/dist
var dist embed.FS

// Crawlers returns how many patterns of the maintained list of crawlers this
// build has; 0 if it was built without npm and knows the bots of its own rules
// only.
func Crawlers() int { return newCrawlerList(embeddedCrawlers(), nil).patterns }

func embeddedCrawlers() []byte {
	data, _ := dist.ReadFile("rules/dist/crawlers.json") // nil if the build did not make it
	return data
}

// A crawlerList finds the patterns of crawler-user-agents. Nearly all of them
// are plain texts and the rest have a text that must be there, so that a
// regular expression runs only where it is likely to match.
type crawlerList struct {
	patterns int
	exps     []*regexp.Regexp // of the texts; nil if the text is all of it
	texts    *phrases
}

// newCrawlerList reads a list of the package's shape, of which only the
// patterns count, without some. They are JavaScript's; what Go cannot compile,
// or what has no text to look for, is left out too, which a test keeps an eye
// on.
func newCrawlerList(data []byte, without []string) *crawlerList {
	var entries []struct{ Pattern string }
	if len(data) > 0 {
		// The list is made by our own build; a broken one is like none.
		_ = json.Unmarshal(data, &entries)
	}
	var texts []string
	list := &crawlerList{}
	for _, e := range entries {
		if slices.Contains(without, e.Pattern) {
			continue
		}
		tree, err := syntax.Parse(e.Pattern, syntax.Perl)
		if err != nil {
			continue
		}
		needed := neededTexts(tree)
		if len(needed) == 0 {
			continue
		}
		var exp *regexp.Regexp
		if tree.Op != syntax.OpLiteral {
			if exp, err = regexp.Compile(e.Pattern); err != nil {
				continue
			}
		}
		list.patterns++
		for _, text := range needed {
			texts, list.exps = append(texts, text), append(list.exps, exp)
		}
	}
	list.texts = newPhrases(texts)
	return list
}

// neededTexts returns texts of which at least one is in all that an
// expression matches; none if it does not tell.
func neededTexts(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		if text := string(tree.Rune); tree.Flags&syntax.FoldCase == 0 && len(text) >= phraseMin {
			return []string{text}
		}
	case syntax.OpCapture:
		return neededTexts(tree.Sub[0])
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			texts := neededTexts(sub)
			if texts == nil {
				return nil
			}
			all = append(all, texts...)
		}
		return all
	case syntax.OpConcat:
		var best []string
		for _, sub := range tree.Sub {
			if texts := neededTexts(sub); len(texts) == 1 && (best == nil || len(texts[0]) > len(best[0])) {
				best = texts
			}
		}
		return best
	}
	return nil
}

// name returns what the first pattern of the list that matches an agent finds
// there, which mostly is the bot's name; "" if none does.
func (l *crawlerList) name(agent string) string {
	best, match := len(l.exps), ""
	l.texts.each(agent, func(text int) bool {
		if text >= best {
			return true
		}
		found := l.texts.texts[text]
		if exp := l.exps[text]; exp != nil {
			if found = exp.FindString(agent); found == "" {
				return true
			}
		}
		best, match = text, found
		return true
	})
	if match == "" {
		return ""
	}
	name, _, _ := strings.Cut(match, "(")
	name = strings.Trim(name, ` /;:,()[]"'+-_.`)
	if name == "" || strings.ContainsAny(name, "/;:@") { // an address, or more
		return botName(agent, 0)
	}
	return name
}
