package parse

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrUnrecognised is the error, wrapped, of a log that no format fits.
var ErrUnrecognised = errors.New("no known format fits")

// Recognise finds the format of a log by a sample of its lines: some thousand
// from all over the file, in order, the first among them (a W3C log begins
// with what its columns are).
//
// It returns the format that most lines are records of, and the share of those
// lines; blank lines and directives do not count. Of several that fit equally
// well it takes the one that finds the most in a line. Bad lines at the
// beginning, or many of them, do not matter. An error says that no format
// fits any line, shows the first and says what can be done.
func Recognise(sample [][]byte) (Format, float64, error) {
	var best score
	var chosen Format
	choose := func(f Format) {
		s := try(f, sample)
		margin := 0
		l, ok := f.(*layout)
		if _, plain := chosen.(clf); ok && plain && l.fallback != nil {
			margin = s.records / 8 // a few lines that have more than the others do not make it another format
		}
		if s.better(best, margin) {
			best, chosen = s, f
		}
	}
	// Most formats fit none of a few lines and need not see the others.
	few := thin(sample)
	var unlikely []Format
	for _, f := range Formats() {
		if best.whole > 0 && best.whole == best.lines && extendsCombined(f.Format) {
			continue // there is nothing more in any line
		}
		if try(f.Format, few).records > 0 {
			choose(f.Format)
		} else {
			unlikely = append(unlikely, f.Format)
		}
	}
	if best.records*2 <= best.lines {
		for _, f := range unlikely {
			choose(f)
		}
	}
	if chosen == nil {
		return nil, 0, unrecognised(sample)
	}
	if chosen == Common && best.bare < best.records {
		chosen = Combined // both read either, and differ in what they write
	}
	if best.prefixed > 0 {
		chosen = Prefixed(chosen)
	}
	return chosen, best.share(), nil
}

// extendsCombined reports whether a format is Combined with more behind it.
func extendsCombined(f Format) bool {
	l, ok := f.(*layout)
	return ok && l.fallback == Combined && l.first.steps[0].kind == kHost && l != inner
}

// thin returns some sixty lines of a sample, from all over it, and all its
// directives.
func thin(sample [][]byte) [][]byte {
	step := len(sample)/64 + 1
	var few [][]byte
	for i, line := range sample {
		if i%step == 0 || len(line) > 0 && line[0] == '#' {
			few = append(few, line)
		}
	}
	return few
}

// A score says how well a format fits a sample.
type score struct {
	lines    int // that could be records
	records  int
	whole    int // records that were read to the end of their lines
	filled   int // values in all records
	prefixed int // records that had a prefix
	bare     int // records in whose line only the request is quoted
}

func (s score) better(t score, margin int) bool {
	return s.records > t.records || s.records == t.records && s.filled+s.whole > t.filled+t.whole+margin
}

// share returns the share of records among the lines that could be some.
func (s score) share() float64 {
	if s.lines == 0 {
		return 0
	}
	return float64(s.records) / float64(s.lines)
}

func try(f Format, sample [][]byte) score {
	var s score
	var r Record
	p := &prefixedParser{Parser: f.NewParser(nil)}
	for _, line := range sample {
		line = bytes.TrimRight(line, "\r\n")
		switch p.Parse(line, &r) {
		case Blank:
			continue
		case OK:
			s.records++
			s.filled += r.filled()
			if !r.More {
				s.whole++
			}
			if bytes.Count(p.bare, quote) <= 2 {
				s.bare++
			}
		}
		s.lines++
	}
	s.prefixed = p.skipped
	return s
}

// fit returns a format that was asked for, and the share of the sample's lines
// that are records of it. Prefixes are skipped only where there are some, for it
// takes time to look for them; and where the format is the user's own only if
// that makes more lines records, for the words of a prefix could be its own.
func fit(f Format, sample [][]byte) (Format, float64) {
	named, ok := f.(prefixed)
	if ok {
		f = named.Format
	}
	skipping := try(f, sample)
	if ok && skipping.prefixed > 0 {
		return named, skipping.share()
	}
	plain := score{lines: skipping.lines}
	p := f.NewParser(nil)
	for _, line := range sample {
		if p.Parse(bytes.TrimRight(line, "\r\n"), new(Record)) == OK {
			plain.records++
		}
	}
	if !ok && skipping.records > plain.records {
		return Prefixed(f), skipping.share()
	}
	return f, plain.share()
}

// filled counts the values that the record has.
func (r *Record) filled() int {
	n := 0
	for f, t := range r.Text {
		if t != nil && Field(f) != Ident { // hardly ever one: rather another field in its place
			n++
		}
	}
	for _, x := range [...]int64{int64(r.Status), r.Bytes, r.Received, r.Duration, r.UpTime} {
		if x != None {
			n++
		}
	}
	return n
}

// unrecognised is the error of a log that no format fits. It shows its first line
// and how such a one can be described.
func unrecognised(sample [][]byte) error {
	for _, line := range sample {
		if line = bytes.TrimRight(line, "\r\n"); blank(line) != OK {
			continue
		}
		how := describe(line)
		if len(line) > 200 {
			line = append(line[:200:200], "…"...)
		}
		return fmt.Errorf("%w; the first line is %q: give --format %s, or a name that \"logbook formats\" lists", ErrUnrecognised, line, how)
	}
	return fmt.Errorf("%w: there are no lines but blank ones and comments", ErrUnrecognised)
}

// describe says what --format wants for a line that looks like this one.
func describe(line []byte) string {
	date := newClock
	switch first, rest, tabs := bytes.Cut(line, tab); {
	case line[0] == '{':
		return "the keys that it has, such as json:time=ts,host=client.ip,target=url,status=code"
	case tabs && bytes.IndexByte(first, ':') > 0 && bytes.IndexByte(rest, ':') > 0:
		return "the labels that it has, such as ltsv:time=at,host=client,target=url,status=code"
	case len(line) > 10 && date.readDate(line[:10]) && bytes.IndexByte(line, '[') < 0:
		return "the columns of a W3C log, such as '#Fields: date time c-ip cs-method cs-uri-stem sc-status', " +
			"or the LogFormat or log_format string of the server that wrote it"
	}
	return "the LogFormat or log_format string of the server that wrote it, such as '$remote_addr [$time_local] \"$request\" $status'"
}
