package frame

import (
	"fmt"
	"slices"
)

// maxFilled bounds the rows that fill makes.
const maxFilled = 1_000_000

// fill adds a row of zeros for every time that has none, for each combination
// of the other keys: over the whole period if there is one, else from the first
// time to the last. Days of 23 and 25 hours have as many rows.
func (r *draft) fill() error {
	key := slices.IndexFunc(r.query.keys, func(k checkedKey) bool { return k.unit != "" })
	times := r.times(&r.columns[key], r.query.keys[key].unit)
	others := slices.Delete(r.keyNames(), key, key+1)
	combinations := r.distinct(others)
	if n := len(times) * len(combinations); n > maxFilled {
		return fmt.Errorf("%s: fill would make %d rows, at most are %d", r.name, n, maxFilled)
	}
	index := r.index()
	for _, t := range times {
		for _, like := range combinations {
			var id []byte
			for i := range r.query.keys {
				v := r.columns[i].value(like)
				if i == key {
					v = t
				}
				id = v.appendKey(id)
			}
			if _, ok := index[string(id)]; ok {
				continue
			}
			row := r.appendZero()
			for i := range r.query.keys {
				r.columns[i].put(row, r.columns[i].value(like))
			}
			r.columns[key].put(row, t)
			r.rows = append(r.rows, row)
		}
	}
	return nil
}

// distinct returns one row for each combination of the columns' values.
func (r *draft) distinct(columns []string) []int {
	seen := map[string]bool{}
	var rows []int
	for _, row := range r.rows {
		if key := r.keyOf(columns, row); !seen[key] {
			seen[key] = true
			rows = append(rows, row)
		}
	}
	return rows
}

// times returns all values that a key of time can have.
func (r *draft) times(c *Column, unit string) []value {
	switch unit {
	case "weekday":
		return integers(1, 7)
	case "hour_of_day":
		return integers(0, 23)
	}
	first, last, ok := r.span(c)
	if !ok {
		return nil
	}
	var times []value
	for at := first; at < last && len(times) <= maxFilled; {
		s := spanOf(unit, r.timeOf(at))
		if n := len(times); n == 0 || times[n-1].int != s.value { // a day of two offsets is two spans
			times = append(times, value{typ: Time, int: s.value})
		}
		at = s.end
	}
	return times
}

// span returns the first µs to fill and the one after the last.
func (r *draft) span(c *Column) (first, last int64, ok bool) {
	if p := r.opts.Periods; len(p) > 0 && !p[0].Start.IsZero() && !p[0].End.IsZero() {
		return p[0].Start.UnixMicro(), p[0].End.UnixMicro(), true
	}
	for _, row := range r.rows {
		if c.Null(row) {
			continue
		}
		if !ok {
			first, last = c.Ints[row], c.Ints[row]
		}
		first, last, ok = min(first, c.Ints[row]), max(last, c.Ints[row]), true
	}
	return first, last + 1, ok
}

func integers(from, to int64) []value {
	var list []value
	for i := from; i <= to; i++ {
		list = append(list, value{typ: Int, int: i})
	}
	return list
}
