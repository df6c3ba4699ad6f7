package parse

import (
	"bytes"
	"fmt"
)

// sources looks at the inputs before any is read: how each is packed, which
// format it has, and whether it is a log that another input has too.
func (s *Scanner) sources(inputs []Input) []*source {
	sources := make([]*source, len(inputs))
	for i, in := range inputs {
		src := &source{Input: in, index: i}
		sources[i] = src
		src.look()
		if src.regular && src.err == nil {
			s.recognise(src)
		}
	}
	skipCopies(sources)
	return sources
}

// recognise decides on the format of a source whose head is known.
func (s *Scanner) recognise(src *source) {
	head := bytes.TrimPrefix(src.head, byteOrderMark)
	if len(head) == 0 {
		src.skipped = "empty"
		return
	}
	src.format, src.confidence = s.Format, 1
	if s.Format == nil {
		src.format, src.confidence = recogniseFormat(head)
	}
	if src.format != nil {
		return
	}
	src.confidence = 0
	err := &FormatError{Name: src.Name, Line: firstLine(head), Binary: bytes.IndexByte(head, 0) >= 0}
	if src.Found {
		src.skipped = err.what()
		return
	}
	src.err = err
}

func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(text, newline)
	return string(bytes.TrimRight(line[:min(len(line), exampleSize)], "\r"))
}

// A FormatError says that an input is in no known format.
type FormatError struct {
	Name   string
	Line   string // its first line, at most 200 bytes of it; not to be printed unguarded
	Binary bool   // it has NUL bytes
}

// Error names the input.
func (e *FormatError) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.what()) }

func (e *FormatError) what() string {
	if e.Binary {
		return "binary data, not a log"
	}
	return "not in a known log format"
}

// recogniseFormat tells Common from Combined.
func recogniseFormat(head []byte) (Format, float64) {
	p := Combined.NewParser(nil)
	var r Record
	combined, common, lines := 0, 0, 0
	for line := range bytes.Lines(head) {
		if len(line) == 0 || line[len(line)-1] != '\n' && lines > 0 {
			break // cut by the sample's end
		}
		switch reason := p.Parse(bytes.TrimRight(line, "\r\n"), &r); {
		case reason == Blank:
			continue
		case reason == OK && r.Text[Agent] == nil && r.Text[Referer] == nil && bytes.Count(line, []byte{'"'}) < 4:
			common++
		case reason == OK:
			combined++
		}
		lines++
	}
	switch {
	case common == 0 && combined == 0:
		return nil, 0
	case common > combined:
		return Common, float64(common+combined) / float64(lines)
	}
	return Combined, float64(common+combined) / float64(lines)
}
