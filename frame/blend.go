package frame

// A blend is what the rows that are alike have together: a sum, a count, or the
// smallest or largest value.
type blend struct {
	fn   string // sum, count, min or max
	node int    // of the values; -1: none
	cond int    // node of the flag of rows that take part; -1: all

	// Of each row of the window.
	values vector
	counts []uint32 // of sums and counts: how many of the rows take part

	size uint64 // of sums: the bits that some value of the window needs
	more uint64 // of the batch
}

func (b *blend) empty() {
	b.values.empty()
	b.counts, b.size = b.counts[:0], 0
}

// measure finds out how large the batch's values are.
func (b *blend) measure(rows *evaluator) error {
	b.more = 0
	if b.fn != "sum" {
		return nil
	}
	x, err := rows.vector(b.node)
	if err != nil {
		return err
	}
	b.more = x.size()
	return nil
}

// take blends the rows of the batch at hand, which the fold has numbered, into
// the window.
func (b *blend) take(rows *evaluator, f *fold) (err error) {
	var flags []uint8
	if b.cond >= 0 {
		v, err := rows.vector(b.cond)
		if err != nil {
			return err
		}
		flags = v.flags
	}
	if b.fn == "count" {
		b.counts = extended(b.counts, len(f.fresh))
		counts, flags := b.counts, flags[:len(f.of)]
		for row, to := range f.of {
			counts[to] += uint32(flags[row] & yes)
		}
		return nil
	}
	x, err := rows.vector(b.node)
	if err != nil {
		return err
	}
	if b.fn == "sum" {
		b.sum(x, flags, f)
	} else {
		b.extreme(x, f)
	}
	return nil
}

// sum adds up the values.
func (b *blend) sum(x *vector, flags []uint8, f *fold) {
	b.size |= b.more
	b.values.ints, b.counts = extended(b.values.ints, len(f.fresh)), extended(b.counts, len(f.fresh))
	sums, counts, ints := b.values.ints, b.counts, x.ints[:len(f.of)]
	switch {
	case x.nulls == nil && flags == nil:
		for row, to := range f.of {
			sums[to] += ints[row]
			counts[to]++
		}
	case flags == nil:
		nulls := x.nulls[:len(f.of)]
		for row, to := range f.of {
			v, n := ints[row], uint32(1)
			if nulls[row] { // no branch: nobody can guess which values are null
				v, n = 0, 0
			}
			sums[to] += v
			counts[to] += n
		}
	default:
		for row, to := range f.of {
			if flags[row] == yes && !x.null(int32(row)) {
				sums[to] += ints[row]
				counts[to]++
			}
		}
	}
}

// extreme keeps the smallest value, or the largest.
func (b *blend) extreme(x *vector, f *fold) {
	b.values.extend(x, f.fresh)
	last, ints, nulls := b.fn == "max", b.values.ints, b.values.nulls
	if nulls != nil {
		b.extremeOrNull(x, f)
		return
	}
	values := x.ints[:len(f.of)]
	if last {
		for row, to := range f.of {
			ints[to] = max(ints[to], values[row])
		}
		return
	}
	for row, to := range f.of {
		ints[to] = min(ints[to], values[row])
	}
}

func (b *blend) extremeOrNull(x *vector, f *fold) {
	last, ints, nulls := b.fn == "max", b.values.ints, b.values.nulls
	for row, to := range f.of {
		if v := x.ints[row]; !x.null(int32(row)) && (nulls[to] || v != ints[to] && (v > ints[to]) == last) {
			ints[to], nulls[to] = v, false
		}
	}
}

// extended returns s with n zeros more.
func extended[T any](s []T, n int) []T {
	had := len(s)
	if s = s[:cap(s)]; had+n > len(s) {
		s = append(s, make([]T, had+n-len(s))...)
	}
	s = s[:had+n]
	clear(s[had:])
	return s
}
