package fakelog

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"logbook/parse"
)

// A Corpus is what a log may hold that its readers must survive.
type Corpus struct {
	Values []HostileValue
	Lines  []HostileLine
}

// A HostileValue is a text that a client can send: the record is a good one.
type HostileValue struct {
	Field parse.Field
	Text  []byte
}

// A HostileLine is a line that is no record of a Common or Combined log.
type HostileLine struct {
	Reason parse.Reason // why
	Text   []byte       // without a line end
}

// Hostile returns the hostile corpus, which all callers share and none may
// change. It is read from data/hostile.txt, which says what it holds and why.
var Hostile = sync.OnceValue(func() *Corpus {
	c := &Corpus{}
	for line := range lines("hostile") {
		sort, rest := cut(line)
		name, rest := cut(rest)
		text := hostileText(rest)
		switch sort {
		case "value":
			c.Values = append(c.Values, HostileValue{hostileField(name), text})
		case "line":
			c.Lines = append(c.Lines, HostileLine{reasonNamed(name), text})
		default:
			panic("fakelog: hostile.txt: " + line)
		}
	}
	return c
})

// hostileText reads Go string literals, each perhaps with *N after it.
func hostileText(s string) []byte {
	var text []byte
	for s != "" {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			panic(fmt.Sprintf("fakelog: hostile.txt: %v: %s", err, s))
		}
		part, _ := strconv.Unquote(quoted)
		times := 1
		s = s[len(quoted):]
		if rest, found := strings.CutPrefix(s, "*"); found {
			n, after, _ := strings.Cut(rest, " ")
			times, s = number(n), after
		}
		text = append(text, strings.Repeat(part, times)...)
		s = strings.TrimSpace(s)
	}
	return text
}

func hostileField(name string) parse.Field {
	for f, n := range map[parse.Field]string{
		parse.User: "user", parse.Path: "path", parse.Query: "query",
		parse.Referer: "referer", parse.Agent: "agent",
	} {
		if n == name {
			return f
		}
	}
	panic("fakelog: hostile.txt: no field " + name)
}

// reasonNames are the names of the reasons in the corpus and in a Truth.
var reasonNames = [parse.NumReasons]string{
	parse.TooFew: "TooFew", parse.BadTime: "BadTime", parse.BadStatus: "BadStatus", parse.BadSize: "BadSize",
	parse.BadQuote: "BadQuote", parse.BadHost: "BadHost", parse.BadNumber: "BadNumber",
	parse.BadJSON: "BadJSON", parse.TooLong: "TooLong", parse.Binary: "Binary",
}

func reasonName(r parse.Reason) string {
	if r == parse.OK { // not told apart
		return "any"
	}
	return reasonNames[r]
}

func reasonNamed(name string) parse.Reason {
	for r, n := range reasonNames {
		if n == name {
			return parse.Reason(r)
		}
	}
	panic("fakelog: hostile.txt: no reason " + name)
}
