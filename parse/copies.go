package parse

import (
	"bufio"
	"bytes"
	"io"
)

// copyHead is the beginning by which copies of a log are suspected.
const copyHead = 4 << 10

// skipCopies marks all but one of the inputs that are the same log: under two
// names, as a copy, compressed. Where one is the beginning of another (a copy
// from when the log was shorter) the longer is read.
//
// A suspicion by the first bytes is checked by reading both to the end of the
// shorter. That takes time, but only for logs that are then not read twice.
func skipCopies(sources []*source) {
	byHead := map[string][]*source{}
	for _, src := range sources {
		if src.err != nil || src.skipped != "" || !src.regular || len(src.head) == 0 {
			continue
		}
		// Logs shorter than a copyHead may be the beginning of a longer one:
		// they are filed under their first line.
		first, _, _ := bytes.Cut(src.head, newline)
		key := string(first)
		for i, other := range byHead[key] {
			short, long := beginning(src, other)
			if short == nil {
				continue
			}
			short.skipped = "the same log as " + long.Name
			byHead[key][i] = long
			src = nil
			break
		}
		if src != nil {
			byHead[key] = append(byHead[key], src)
		}
	}
}

// beginning returns which of two sources is the beginning of the other, or
// nil. If they are equal that is the first.
func beginning(a, b *source) (short, long *source) {
	n := min(len(a.head), len(b.head), copyHead)
	if !bytes.Equal(a.head[:n], b.head[:n]) {
		return nil, nil
	}
	x, err := a.open(nil)
	if err != nil {
		return nil, nil
	}
	defer x.close()
	y, err := b.open(nil)
	if err != nil {
		return nil, nil
	}
	defer y.close()
	switch compare(x, y) {
	case sameText, firstShorter:
		return a, b
	case secondShorter:
		return b, a
	}
	return nil, nil
}

type comparison uint8

const (
	differentText comparison = iota
	sameText
	firstShorter
	secondShorter
)

// compare reads two texts until they differ or one ends. A text that cannot
// be read is different.
func compare(x, y io.Reader) comparison {
	a, b := bufio.NewReaderSize(x, 64<<10), bufio.NewReaderSize(y, 64<<10)
	for {
		_, errA := a.Peek(1)
		_, errB := b.Peek(1)
		switch {
		case errA == io.EOF && errB == io.EOF:
			return sameText
		case errA == io.EOF && errB == nil:
			return firstShorter
		case errA == nil && errB == io.EOF:
			return secondShorter
		case errA != nil || errB != nil:
			return differentText
		}
		n := min(a.Buffered(), b.Buffered())
		p, _ := a.Peek(n) // both are buffered
		q, _ := b.Peek(n)
		if !bytes.Equal(p, q) {
			return differentText
		}
		a.Discard(n) //nolint:errcheck // of what is buffered
		b.Discard(n) //nolint:errcheck // likewise
	}
}
