package parse

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
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
	var err error
	sample := sampleLines(head)
	if s.Format != nil {
		src.format = s.Format
		src.confidence = try(s.Format, sample).share()
		return
	}
	if src.format, src.confidence, err = Recognise(sample); err == nil {
		return
	}
	if bytes.IndexByte(head, 0) >= 0 {
		err = errBinary
	}
	if src.Found {
		src.skipped = err.Error()
		return
	}
	src.err = fmt.Errorf("%s: %w", src.Name, err)
}

var errBinary = errors.New("binary data, not a log")

// sampleMax is how many lines decide on a format.
const sampleMax = 1000

// sampleLines returns up to sampleMax lines of a log's head, evenly spread.
// The last is left out if it is not whole, unless it is the only one.
func sampleLines(head []byte) [][]byte {
	lines := slices.Collect(bytes.Lines(head))
	if last := len(lines) - 1; last > 0 && !bytes.HasSuffix(lines[last], newline) {
		lines = lines[:last]
	}
	if len(lines) <= sampleMax {
		return lines
	}
	// The first lines are all there, since a W3C log begins with its columns.
	sample := lines[: sampleMax/10 : sampleMax/10]
	for i := range sampleMax * 9 / 10 {
		sample = append(sample, lines[sampleMax/10+i*(len(lines)-sampleMax/10)/(sampleMax*9/10)])
	}
	return sample
}
