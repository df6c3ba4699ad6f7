package parse

import (
	"encoding/binary"
	"math"

	"github.com/zeebo/xxh3"
)

// A sample is a set of lines that a hash chooses: a line belongs to it or does
// not, whatever else is in the log, and a smaller sample is part of a larger
// one. The hash is of the whole line, so that what one client does comes in as
// by chance; visitors are fewer than their share, and paths too.
type sample struct{ below uint64 } // 0: all lines

func newSample(share float64) sample {
	if share <= 0 || share >= 1 {
		return sample{}
	}
	return sample{max(1, uint64(share*math.MaxUint64))}
}

func (s sample) all() bool { return s.below == 0 }

// holds reports whether a line belongs to the sample.
func (s sample) holds(line []byte) bool { return s.all() || xxh3.Hash(line) < s.below }

// holdsRow is holds for a row of a table, whose line is not there any more: it
// goes by the row's number.
func (s sample) holdsRow(n int64) bool {
	return s.all() || s.holds(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}
