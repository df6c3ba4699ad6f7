package report

import (
	"errors"
	"strings"

	"logbook/frame"
)

// A piece of a template is a text or a value.
type piece struct {
	text  string
	value *directive
}

// parseTemplate parses a text with values in braces, as a title is one. Only
// values may be in it, and their names must be the page's.
func (n *Notebook) parseTemplate(text string) ([]piece, error) {
	known := proseChecker{names: map[string]*shape{}}
	for _, name := range pageNames {
		known.names[name] = &shape{names: members[name]}
	}
	var pieces []piece
	for text != "" {
		before, rest, found := strings.Cut(text, "{{")
		pieces = append(pieces, piece{text: before})
		if !found {
			break
		}
		inner, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, &frame.SyntaxError{Text: text, Offset: len(before), Length: 2, Msg: "{{ without its }}"}
		}
		braced := "{{" + inner + "}}"
		d, err := parseDirective(braced, 0, n.params)
		if err == nil && d.verb != "value" {
			err = d.errorf("", "only values can stand here")
		}
		if err == nil {
			_, err = known.directive(&d)
		}
		if err != nil {
			err = moved(err, 0)
			if syntax, ok := errors.AsType[*frame.SyntaxError](err); ok {
				syntax.Text = braced
			}
			return nil, err
		}
		pieces, text = append(pieces, piece{value: &d}), after
	}
	return pieces, nil
}

// fill returns the text of a template, with its values.
func (x *directives) fill(pieces []piece, s *scope) string {
	outer := x.scope
	defer func() { x.scope = outer }()
	x.scope = s
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
		if p.value != nil {
			b.WriteString(visible(x.text(p.value)))
		}
	}
	return b.String()
}
