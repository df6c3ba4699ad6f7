package fakelog

import (
	"fmt"
	"slices"
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
	Means string // who an agent names, the book of a path; "" for none
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
			name, means, _ := strings.Cut(name, ":")
			v := HostileValue{fieldNamed(name), means, text}
			if v.Field == parse.Agent && means == "" {
				v.Means = whoNames[unknown]
			}
			c.Values = append(c.Values, v)
		case "line":
			c.Lines = append(c.Lines, HostileLine{reasonNamed(name), text})
		default:
			panic("fakelog: hostile.txt: " + line)
		}
	}
	return c
})

// of returns the corpus without lines that are records of a format, as of one that
// has no zone.
func (c *Corpus) of(f parse.Format) *Corpus {
	p, r := f.NewParser(nil), parse.Record{}
	rest := *c
	rest.Lines = slices.DeleteFunc(slices.Clone(c.Lines), func(l HostileLine) bool { return p.Parse(l.Text, &r) == parse.OK })
	return &rest
}

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

// fieldNames are the fields as the corpus has them.
var fieldNames = map[string]parse.Field{
	"user": parse.User, "path": parse.Path, "query": parse.Query, "referer": parse.Referer, "agent": parse.Agent,
}

func fieldNamed(name string) parse.Field {
	f, known := fieldNames[name]
	if !known {
		panic("fakelog: hostile.txt: no field " + name)
	}
	return f
}

// reasonNames are the reasons as the corpus has them.
var reasonNames = map[string]parse.Reason{
	"TooFew": parse.TooFew, "BadTime": parse.BadTime, "BadStatus": parse.BadStatus, "BadSize": parse.BadSize,
	"BadQuote": parse.BadQuote, "BadHost": parse.BadHost, "Binary": parse.Binary,
}

func reasonNamed(name string) parse.Reason {
	r, known := reasonNames[name]
	if !known {
		panic("fakelog: hostile.txt: no reason " + name)
	}
	return r
}
