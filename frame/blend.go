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
func (b *blend) measure(rows *evaluator) (err error) {
	if b.fn == "sum" {
		b.more, err = rows.size(b.node)
	}
	return err
}

// take blends rows of the batch at hand into the window.
func (b *blend) take(rows *evaluator, c *chunk) error {
	var flags []uint8
	if b.cond >= 0 {
		v, err := rows.vector(b.cond)
		if err != nil {
			return err
		}
		flags = v.flags[c.from:][:len(c.of)]
	}
	if b.fn == "count" {
		b.counts = extended(b.counts, len(c.fresh))
		counts := b.counts
		for i, to := range c.of {
			counts[to] += uint32(flags[i] & yes)
		}
		return nil
	}
	x, err := rows.vector(b.node)
	if err != nil {
		return err
	}
	if b.fn == "sum" {
		b.sum(x, flags, c)
	} else {
		b.extreme(x, c)
	}
	return nil
}

// sum adds up the values.
func (b *blend) sum(x *vector, flags []uint8, c *chunk) {
	b.size |= b.more
	b.values.ints, b.counts = extended(b.values.ints, len(c.fresh)), extended(b.counts, len(c.fresh))
	sums, ints, nulls := b.values.ints, x.ints[c.from:][:len(c.of)], c.nulls(x)
	counts := b.counts[:len(sums)]
	switch {
	case nulls == nil && flags == nil:
		for i, to := range c.of {
			sums[to] += ints[i]
			counts[to]++
		}
	case flags == nil:
		null := bytesOf(nulls)[:len(c.of)]
		for i, to := range c.of { // no branch: nobody can guess which values are null
			some := 1 - int64(null[i])
			sums[to] += ints[i] & -some
			counts[to] += uint32(some)
		}
	default:
		for i, to := range c.of {
			if flags[i] == yes && (nulls == nil || !nulls[i]) {
				sums[to] += ints[i]
				counts[to]++
			}
		}
	}
}

// nulls returns which of the chunk's values are null; nil if none is.
func (c *chunk) nulls(x *vector) []bool {
	if x.nulls == nil {
		return nil
	}
	return x.nulls[c.from:][:len(c.of)]
}

// extreme keeps the smallest value, or the largest.
func (b *blend) extreme(x *vector, c *chunk) {
	b.values.extend(x, c.fresh)
	values, ints := x.ints[c.from:][:len(c.of)], b.values.ints
	switch {
	case b.values.nulls != nil:
		b.extremeOrNull(values, c.nulls(x), c)
	case b.fn == "max":
		for i, to := range c.of {
			ints[to] = max(ints[to], values[i])
		}
	default:
		for i, to := range c.of {
			ints[to] = min(ints[to], values[i])
		}
	}
}

func (b *blend) extremeOrNull(values []int64, nulls []bool, c *chunk) {
	last, ints, none := b.fn == "max", b.values.ints, b.values.nulls
	for i, to := range c.of {
		if v := values[i]; (nulls == nil || !nulls[i]) && (none[to] || v != ints[to] && (v > ints[to]) == last) {
			ints[to], none[to] = v, false
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
