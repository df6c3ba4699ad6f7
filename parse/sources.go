package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
)

// sources looks at the inputs before any is read: how each is packed, which
// format it has, and whether it is a log that another input has too.
func (s *Scanner) sources(inputs []Input) []*source {
	sources := make([]*source, len(inputs))
	var group errgroup.Group
	group.SetLimit(s.Jobs)
	for i, in := range inputs {
		src := &source{Input: in, index: i}
		sources[i] = src
		group.Go(func() error {
			src.look()
			if src.regular && src.err == nil {
				s.recognise(src, nil)
			}
			return nil // what is wrong with one input is in src.err
		})
	}
	group.Wait() //nolint:errcheck // there is none
	skipStrangers(sources)
	skipCopies(sources)
	return sources
}

// skipStrangers skips what was found in a directory and is no log, as it lies
// beside some. If there is none, the strangers are what the user meant.
func skipStrangers(sources []*source) {
	if !slices.ContainsFunc(sources, func(src *source) bool { return src.err == nil }) {
		return
	}
	for _, src := range sources {
		if src.Found && src.stranger {
			src.skipped, src.err = errors.Unwrap(src.err).Error(), nil
		}
	}
}

// recognise decides on the format of a source whose head is known. What follows
// the head of a stream is rest.
func (s *Scanner) recognise(src *source, rest io.Reader) {
	head := bytes.TrimPrefix(src.head, byteOrderMark)
	if len(head) == 0 {
		src.skipped = "empty"
		return
	}
	if len(src.head) < sampleSize && src.headErr == nil && onlyComments(head) {
		src.skipped = "blank lines and comments only" // IIS begins logs that get no request
		return
	}
	var err error
	whole := len(src.head) < sampleSize
	sample := sampleLines(head, src.middle, whole)
	if s.Format != nil {
		if s.Format.Directive() != "" {
			sample = sampleLines(head, nil, whole)
		}
		src.format, src.confidence = fit(s.Format, sample)
		return
	}
	src.format, src.confidence, err = Recognise(sample)
	if err == nil && src.format.Directive() != "" { // whose lines further on may have other columns
		src.confidence = try(src.format, sampleLines(head, nil, whole)).share()
	}
	if err != nil && src.headErr == nil && len(src.head) >= sampleSize && bytes.IndexByte(head, 0) < 0 {
		src.format, src.confidence, err = src.lookOn(sample, rest, err)
	}
	if err == nil {
		return
	}
	if src.headErr != nil {
		src.err = src.headErr // what is wrong is not the format
		return
	}
	if bytes.IndexByte(head, 0) >= 0 {
		err = errBinary
	}
	src.err, src.stranger = fmt.Errorf("%s: %w", src.Name, err), true
}

// lookedOn is how many times the head's size of text is looked at behind it,
// before a file is said to be no log.
const lookedOn = 64

// lookOn looks for a format behind a head that has none: the beginning may be
// another program's, or one endless line. What it reads of a stream becomes part
// of the head. It returns the error it was given if it finds nothing either.
func (src *source) lookOn(sample [][]byte, rest io.Reader, none error) (Format, float64, error) {
	stream := rest != nil
	if !stream {
		t, err := src.open(nil)
		if err != nil {
			return nil, 0, none
		}
		defer t.close()
		if _, err := io.CopyN(io.Discard, t, int64(len(src.head))); err != nil {
			return nil, 0, none
		}
		rest = t
	}
	columns := slices.DeleteFunc(sample, func(line []byte) bool { return line[0] != '#' })
	for more, i := true, 0; more && i < lookedOn; i++ {
		text, err := readUpTo(rest, sampleSize)
		more = err == nil && len(text) == sampleSize
		if stream {
			src.head = append(src.head, text...)
			if err != nil {
				src.headErr = src.damage(err, int64(len(src.head)))
			}
		}
		_, text, _ = bytes.Cut(text, newline) // the line that began before
		if more {
			text = text[:bytes.LastIndexByte(text, '\n')+1]
		}
		lines := slices.Collect(bytes.Lines(text))
		few := append(slices.Clip(columns), thin(lines)...)
		few = append(few, lines[max(0, len(lines)-64):]...) // what is not bad comes after what is
		if f, share, err := Recognise(few); err == nil {
			return f, share, nil
		}
	}
	return nil, 0, none
}

func onlyComments(text []byte) bool {
	for line := range bytes.Lines(text) {
		if blank(line) == OK {
			return false
		}
	}
	return true
}

var errBinary = errors.New("binary data, not a log")

// sampleMax is how many lines decide on a format.
const sampleMax = 1000

// sampleLines returns some sampleMax lines: the first of the head, since a W3C
// log begins with its columns, all directives, as these may change, and of the
// others some, evenly spread. The
// head's last line is left out if it is not whole, unless it is the only one or
// the head is the whole text, which may lack its last newline.
func sampleLines(head, middle []byte, whole bool) [][]byte {
	lines := slices.Collect(bytes.Lines(head))
	if last := len(lines) - 1; last > 0 && !whole && !bytes.HasSuffix(lines[last], newline) {
		lines = lines[:last]
	}
	lines = slices.AppendSeq(lines, bytes.Lines(middle))
	if len(lines) <= sampleMax {
		return lines
	}
	const first = sampleMax / 10
	sample := lines[:first:first]
	rest, left := lines[first:], sampleMax-first
	for i, line := range rest {
		if line[0] == '#' || i*left/len(rest) != (i+1)*left/len(rest) {
			sample = append(sample, line)
		}
	}
	return sample
}
