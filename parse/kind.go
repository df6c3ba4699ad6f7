package parse

import (
	"slices"
	"strings"
	"sync"
)

// matches reports whether a path is clutter: it has no names at all, or one
// of c.Names, or one of c.Extensions. This is the path filter of the pipeline
// that logbook grew from, rule for rule; so, unlike all else that derives from
// a path, it looks at the elements as sent.
func (c *Clutter) matches(path string) bool {
	last, empty := "", true
	for last = range strings.SplitSeq(target(path), "/") {
		if last == "" {
			continue
		}
		if slices.Contains(c.Names, last) {
			return true
		}
		empty = false
	}
	for _, ext := range c.Extensions {
		if strings.HasSuffix(last, ext) {
			return true
		}
	}
	return empty
}

// A kindTable answers all kinds' questions about a path at once. Its numbers
// are indexes of the kinds; the lowest wins.
type kindTable struct {
	kinds    []Kind
	names    map[string]int
	last     map[string]int
	exts     map[string]int
	paths    map[string][]kindPath // by their first elements
	contains *phrases
	texts    []int // kinds of the phrases
	dot      int   // the kind of elements that begin with a dot
}

type kindPath struct {
	path string
	kind int
}

func newKindTable(kinds []Kind) *kindTable {
	t := &kindTable{kinds: kinds, names: map[string]int{}, last: map[string]int{}, exts: map[string]int{}, paths: map[string][]kindPath{}, dot: len(kinds)}
	var texts []string
	for i, k := range slices.Backward(kinds) { // so that the first wins
		for _, name := range k.Names {
			t.names[name] = i
			if name == ".*" {
				t.dot = i
			}
		}
		for _, name := range k.Last {
			t.last[name] = i
		}
		for _, ext := range k.Extensions {
			t.exts[ext] = i
		}
		for _, path := range k.Paths {
			first := firstElem(path)
			t.paths[first] = append(t.paths[first], kindPath{path, i})
		}
		for _, text := range k.Contains {
			texts, t.texts = append(texts, text), append(t.texts, i)
		}
	}
	t.contains = newPhrases(texts)
	return t
}

// kind returns the kind of a path, given also as cleaned and in lower case
// with its extension.
func (t *kindTable) kind(path, clean, ext string) string {
	best := len(t.kinds)
	better := func(kind int, ok bool) {
		if ok && kind < best {
			best = kind
		}
	}
	var last string
	for last = range strings.SplitSeq(strings.TrimPrefix(clean, "/"), "/") {
		kind, ok := t.names[last]
		better(kind, ok)
		better(t.dot, strings.HasPrefix(last, "."))
	}
	kind, ok := t.last[last]
	better(kind, ok)
	if ext != "" {
		kind, ok = t.exts[ext]
		better(kind, ok)
	}
	for _, p := range t.paths[firstElem(clean)] {
		rest, ok := strings.CutPrefix(clean, p.path)
		better(p.kind, ok && (rest == "" || rest[0] == '/'))
	}
	t.contains.each(path, func(phrase int) bool {
		better(t.texts[phrase], true)
		return true
	})
	switch {
	case best < len(t.kinds):
		return t.kinds[best].Kind
	case ext == "" && strings.HasPrefix(target(path), "/"):
		return "page"
	}
	return "other"
}

// Functions returns the functions of texts that queries may use besides those
// of the language: probe(path), whether a path is one that only those ask for
// who look for a way in.
func (r *Rules) Functions() map[string]func(text string) bool {
	table := sync.OnceValue(func() *kindTable { return newKindTable(r.Kinds) })
	return map[string]func(string) bool{"probe": func(path string) bool {
		clean := lowerASCII(cleanPath(path))
		return table().kind(lowerASCII(path), clean, extension(lastElem(clean))) == "probe"
	}}
}

// kindsOf returns the derivation of ext and kind from a path.
func (r *Rules) kindsOf() func(path string, out []string) {
	table := newKindTable(r.Kinds)
	return func(path string, out []string) {
		clean := lowerASCII(cleanPath(path))
		out[0] = extension(lastElem(clean))
		out[1] = table.kind(lowerASCII(path), clean, out[0])
	}
}

// extension returns what follows the last dot of a file's name, if that looks
// as extensions do: up to twelve letters and digits, at least one of them a
// letter, or "php~". "python-2.6" and ".profile" have none.
func extension(file string) string {
	i := strings.LastIndexByte(file, '.')
	if i <= 0 {
		return ""
	}
	ext := file[i+1:]
	letters := 0
	for _, c := range []byte(strings.TrimSuffix(ext, "~")) {
		switch {
		case 'a' <= c && c <= 'z':
			letters++
		case c < '0' || c > '9':
			return ""
		}
	}
	if letters == 0 || len(ext) > 12 {
		return ""
	}
	return ext
}
