package parse

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logbook/frame"
)

// TestRules checks that a user's file goes before the built-in rules, or
// takes their place, as its keys do.
func TestRules(t *testing.T) {
	rules := DefaultRules()
	err := rules.Read("mine.yaml", strings.NewReader(`
books:
  - /handbook/{book}/**
own: [Docs.Example.ORG]
clutter: {names: [status]}
sites: [{site: search, hosts: [google.*]}]
bots: [{name: Our checker, text: ACME}]
browsers: [{name: Acme App, text: AcmeApp/}]
programs: [{name: Acme Library, text: acmelib}]
`))
	if err != nil {
		t.Fatal(err)
	}
	answers := func(field Field, src string) string {
		var all []string
		for _, d := range rules.derivations() {
			if d.source != field || d.flag != nil {
				continue
			}
			out := make([]string, len(d.columns))
			d.texts(src, out)
			all = append(all, out...)
		}
		return strings.Join(all, ", ")
	}
	for _, test := range []struct {
		field     Field
		src, want string
	}{
		{Path, "/book/x/y", ", , , page"},
		{Path, "/handbook/x/y", "x, , , page"},
		{Referer, "https://docs.example.org/", ""},
		{Referer, "https://www.google.de/", "search"},
		{Referer, "https://t.co/x", "x.com"},
		{Agent, "acme/1.0", "bot, Our checker, , "},
		{Agent, "acmeapp/1.0 (compatible; Googlebot/2.1)", "person, Acme App, , "},
		{Agent, "Acmelib", "bot, Our checker, , "}, // bots before programs
		{Agent, "curl/8", "bot, curl, , "},
	} {
		if got := answers(test.field, test.src); got != test.want {
			t.Errorf("%q gives %q, want %q", test.src, got, test.want)
		}
	}
	if !rules.Clutter.matches("/x.css") || rules.Clutter.matches("/robots.txt") || !rules.Clutter.matches("/status/x") || !rules.Clutter.matches("/") {
		t.Error("the user's list of clutter does not take the place of the built-in one")
	}
}

// TestRulesEmpty checks that a file with nothing in it changes nothing.
func TestRulesEmpty(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "{}"} {
		rules := DefaultRules()
		if err := rules.Read("empty.yaml", strings.NewReader(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(DefaultRules(), rules, cmp.AllowUnexported(Book{}, bookElem{})); diff != "" {
			t.Errorf("%q changes the rules: %s", text, diff)
		}
	}
}

// TestRulesErrors checks that what is wrong with a file is said with its name
// and place, and leaves the rules as they were.
func TestRulesErrors(t *testing.T) {
	for text, want := range map[string]string{
		"bokos: [x]":                                                   `mine.yaml: [1:1] unknown field "bokos"`,
		"books: /b/{book}":                                             "mine.yaml: [1:8] ",
		"own: [":                                                       "mine.yaml: [1:6] ",
		"books: [/b/{book]":                                            "mine.yaml: ",
		"books: ['/b/{book']":                                          `mine.yaml: book pattern "/b/{book": { without } in "{book"`,
		"kinds: [{kind: asset}, {kind: script}]":                       `mine.yaml: kinds, entry 2: unknown kind "script", want one of page, asset, download, feed, api, probe, other`,
		"kinds: [{kind: probe, contains: [ab]}]":                       `mine.yaml: kinds, entry 1: contains "ab", which is shorter than 3 bytes`,
		"kinds: [{kind: api, paths: [/api/]}]":                         `mine.yaml: kinds, entry 1: path "/api/" must begin with a slash and not end with one`,
		"kinds: [{kind: api, extensions: [.json]}]":                    `mine.yaml: kinds, entry 1: extension ".json": want letters and digits, without the dot`,
		"kinds: [{kind: api, extension: [json]}]":                      `mine.yaml: [1:21] unknown field "extension"`,
		"sites: [{hosts: [a.example]}]":                                `mine.yaml: sites, entry 1: no site`,
		"own: [x.example]\nbots: [{name: Ab}]":                         `mine.yaml: bots, entry 1: text "ab" is shorter than 3 bytes`,
		"bots: [{text: example}]":                                      `mine.yaml: bots, entry 1: no name`,
		"own: [x.example]\nown: [y.example]":                           "mine.yaml: [2:1] ",
		"clutter: {names: [x], extension: [.y]}":                       `mine.yaml: [1:23] unknown field "extension"`,
		"own: [x.example]\n---\nown: [y.example]\n":                    "mine.yaml: has more than one document",
		"devices: [{name: watch, text: watch}, {name: shoe, text: s}]": `mine.yaml: devices, entry 2: text "s" is shorter than 3 bytes`,
	} {
		rules := DefaultRules()
		err := rules.Read("mine.yaml", strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if len(rules.Own) > 0 || len(rules.Books) != 2 {
			t.Errorf("%q: the rules have changed in spite of %v", text, err)
		}
	}
}

// TestSchema checks that fields and schema agree, that every derivation has
// its columns there and that there are none without one.
func TestSchema(t *testing.T) {
	for _, rules := range []*Rules{nil, {}, DefaultRules(), rulesWithBooks(t, "/{lang}/{book}/{page}.html")} {
		schema, docs := Schema(rules), Fields(rules)
		seen := map[string]bool{}
		for i, f := range schema.Fields() {
			if f.Name != docs[i].Name || frame.TypeOf(f) != docs[i].Type || !f.Nullable || docs[i].Meaning == "" {
				t.Errorf("field %d is %v in the schema and %+v for people", i, f, docs[i])
			}
			if seen[f.Name] {
				t.Errorf("two fields are named %s", f.Name)
			}
			seen[f.Name] = true
			if docs[i].Derived && !seen[docs[i].From] {
				t.Errorf("%s derives from %s, which is not there before it", f.Name, docs[i].From)
			}
		}
		if rules == nil {
			rules = DefaultRules()
		}
		derived := []string{"status_class"}
		for _, d := range rules.derivations() {
			for _, column := range d.columns {
				if i := schema.FieldIndices(column); len(i) != 1 || docs[i[0]].From != recordFields[d.source].Name {
					t.Errorf("%s derives from %s, but the schema does not say so", column, recordFields[d.source].Name)
				}
			}
			derived = append(derived, d.columns...)
		}
		for _, doc := range docs {
			if doc.Derived && !slices.Contains(derived, doc.Name) {
				t.Errorf("nothing computes %s", doc.Name)
			}
		}
	}
	types := map[string]string{}
	for _, f := range Schema(nil).Fields() {
		types[f.Name] = strings.TrimSuffix(f.Type.String()+f.Metadata.String(), "[]")
	}
	for name, want := range map[string]string{
		"host":     "dictionary<values=utf8, indices=int32, ordered=false>",
		"time":     "timestamp[us, tz=UTC]",
		"offset":   "int32",
		"status":   "int32",
		"bytes":    `int64["unit": "bytes"]`,
		"duration": `int64["unit": "duration"]`,
		"line":     "int64",
		"clutter":  "bool",
	} {
		if got := types[name]; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestStatusClass checks all there can be, and some that cannot.
func TestStatusClass(t *testing.T) {
	for status, want := range map[int32]string{0: "0xx", 99: "0xx", 100: "1xx", 204: "2xx", 404: "4xx", 599: "5xx", 999: "9xx", 1000: "", -1: "", None: ""} {
		if got := statusClass(status); got != want {
			t.Errorf("class of %d is %q, want %q", status, got, want)
		}
	}
}
