package report

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"

	"logbook/frame"
)

// Front is the front matter. Every field but the version is optional; flags of
// the command go before it.
type Front struct {
	Logbook int               `yaml:"logbook"` // version of the format, 1
	Title   string            `yaml:"title"`   // may hold values: Week {{ period.week }}
	Site    string            `yaml:"site"`
	Zone    string            `yaml:"zone"`
	Period  string            `yaml:"period"`
	Compare any               `yaml:"compare"`
	Logs    any               `yaml:"logs"`
	Format  string            `yaml:"format"`
	Books   []string          `yaml:"books"`
	Titles  map[string]string `yaml:"titles"` // names of books, as readers know them
	Own     []string          `yaml:"own"`
	Hosts   string            `yaml:"hosts"` // keep, mask, hash or drop
	Bots    string            `yaml:"bots"`  // default, none, or a file of rules
	Params  map[string]any    `yaml:"params"`
}

// version is the only format of notebooks that there is.
const version = 1

// parseFront reads the front matter and returns where the body starts. A file
// without any is a notebook of the first version that leaves all to the flags.
func (n *Notebook) parseFront(src []byte) (body int, err error) {
	if !bytes.HasPrefix(src, []byte("---\n")) {
		return 0, nil
	}
	end := bytes.Index(src[3:], []byte("\n---\n")) + 3
	if end < 3 {
		return 0, n.errorAt(src, 0, 3, "front matter without its closing ---", "")
	}
	err = yaml.UnmarshalWithOptions(src[4:end+1], &n.Front, yaml.Strict())
	if err != nil {
		return 0, n.yamlError(src, err)
	}
	return end + 5, nil
}

// errorAt is an error in the notebook's text, as it is in a cell's.
func (n *Notebook) errorAt(src []byte, offset, length int, msg, hint string) error {
	return &frame.SyntaxError{Name: n.Name, Text: string(src), Offset: offset, Length: length, Msg: msg, Hint: hint}
}

// yamlError moves an error of the YAML parser to its place in the notebook.
func (n *Notebook) yamlError(src []byte, err error) error {
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("%s: front matter: %w", n.Name, err)
	}
	t := at.GetToken()
	offset, line := 0, t.Position.Line // one line more than in the YAML, counted from 0
	for range line {
		offset += bytes.IndexByte(src[offset:], '\n') + 1
	}
	offset += len(string([]rune(firstLine(src[offset:]))[:max(0, t.Position.Column-1)]))
	msg, hint := at.GetMessage(), ""
	if unknown, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
		msg, hint = fmt.Sprintf("unknown field %q", unknown.Token.Value), frame.Nearest(unknown.Token.Value, frontKeys())
	}
	return n.errorAt(src, offset, len(strings.TrimSpace(t.Value)), msg, hint)
}

func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return string(line)
}

// frontKeys returns the keys of the front matter in their order.
func frontKeys() []string {
	var keys []string
	for f := range reflect.TypeFor[Front]().Fields() {
		keys = append(keys, f.Tag.Get("yaml"))
	}
	return keys
}

// checkFront finds what the types of the values do not show.
func (n *Notebook) checkFront(front []byte) error {
	if len(front) == 0 {
		return nil
	}
	f := &n.Front
	fail := func(key, msg, hint string) error {
		offset, length := 0, 3
		if at := regexp.MustCompile(`(?m)^` + key + `:\s*`).FindIndex(front); at != nil {
			offset, length = at[1], len(firstLine(front[at[1]:]))
		}
		return n.errorAt(front, offset, length, msg, hint)
	}
	oneOf := func(key, value string, choices ...string) error {
		if value == "" || slices.Contains(choices, value) {
			return nil
		}
		return fail(key, fmt.Sprintf("%s: unknown %q", key, value), frame.Nearest(value, choices))
	}
	errs := []error{oneOf("hosts", f.Hosts, "keep", "mask", "hash", "drop")}
	switch {
	case f.Logbook == 0:
		errs = append(errs, fail("logbook", "the front matter does not say its version", "write logbook: 1"))
	case f.Logbook != version:
		errs = append(errs, fail("logbook", fmt.Sprintf("logbook: %d is a format that this version does not know", f.Logbook), "it knows 1"))
	}
	if _, err := time.LoadLocation(f.Zone); err != nil {
		errs = append(errs, fail("zone", fmt.Sprintf("no time zone %q", f.Zone), "zones have names such as UTC or Europe/Berlin"))
	}
	if _, err := ParsePeriod(f.Period, time.Unix(0, 0), time.UTC); err != nil {
		errs = append(errs, fail("period", err.Error(), ""))
	}
	if _, err := list(f.Logs); err != nil {
		errs = append(errs, fail("logs", "logs: "+err.Error(), ""))
	}
	names, err := list(f.Compare)
	if err != nil {
		errs = append(errs, fail("compare", "compare: "+err.Error(), ""))
	}
	for _, name := range names {
		errs = append(errs, oneOf("compare", name, append([]string{"none"}, comparisons...)...))
	}
	for _, name := range slices.Sorted(maps.Keys(f.Params)) {
		if _, err := paramText(f.Params[name]); err != nil || !paramName.MatchString(name) {
			errs = append(errs, fail("params", fmt.Sprintf("the parameter %q is no number or text with a name of letters, digits and _", name), ""))
		}
	}
	return errors.Join(errs...)
}

var paramName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// list reads a value that may be one text or a list of them.
func list(value any) ([]string, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			text, ok := v[i].(string)
			if !ok {
				return nil, fmt.Errorf("%v is no text", v[i])
			}
			texts[i] = text
		}
		return texts, nil
	}
	return nil, errors.New("want a text or a list of texts")
}

// paramText returns the value of a parameter as a cell would write it.
func paramText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool, int64, uint64:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("%v is no number or text", value)
}

// With returns the notebook with other values of its parameters. A name that
// is none of them is an error.
func (n *Notebook) With(params map[string]string) (*Notebook, error) {
	if len(params) == 0 {
		return n, nil
	}
	known := slices.Sorted(maps.Keys(n.Front.Params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		switch {
		case len(known) == 0:
			return nil, fmt.Errorf("%s has no parameter %q: it has none", n.Name, name)
		case !slices.Contains(known, name):
			return nil, fmt.Errorf("%s has no parameter %q (%s)", n.Name, name, frame.Nearest(name, known))
		}
	}
	return parseNotebook(n.Name, n.written, params)
}

// setParams takes the values of the parameters from the front matter, and
// those that are given from there.
func (n *Notebook) setParams(given map[string]string) {
	n.params = make(frame.Params, len(n.Front.Params))
	for name, v := range n.Front.Params {
		n.params[name], _ = paramText(v) // checked
	}
	maps.Copy(n.params, given)
}

// LogsToRead returns the files and globs that the notebook names for itself.
func (n *Notebook) LogsToRead() ([]string, error) { return list(n.Front.Logs) }

// Comparisons returns what the notebook compares its period with, in its front
// matter, its cells and its findings: previous, usual, last year, each once.
func (n *Notebook) Comparisons() ([]string, error) {
	names, err := list(n.Front.Compare)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "none" })
	for _, c := range n.Cells {
		for _, s := range c.Query.Result {
			names = append(names, s.Compare...)
		}
		for _, show := range c.Query.Show {
			if against := rulesOf(show).given; against != "" {
				names = append(names, against)
			}
		}
	}
	return once(names), nil
}

// once returns the names without repetitions, in their order.
func once(names []string) []string {
	var list []string
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
