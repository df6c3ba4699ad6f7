package frame

import (
	"math/bits"
	"slices"
)

// A fold is a view in which rows that its parts cannot tell apart are one,
// which stands for all of them: with how many they are, and the sums of what is
// to be summed. To a cell "count by hour, status" two thousand rows look like
// ten.
//
// The rows of batch after batch are collected in a window, and its parts see
// them when that is full: a page that is asked for all the time is one row of
// it. Parts see no other difference to rows of batches, and their states none
// at all.
type fold struct {
	view    // of the window
	set     facets
	parts   []*part
	times   moments
	tellers []teller
	columns []int // nodes of the columns that parts read
	blends  []blend
	window  window
	rows    int // for which those of the window stand
	*alike
}

// alike is memory for finding out which rows of a batch are alike; all folds
// share it.
type alike struct {
	told []uint64 // key of each row: rows that have the same are alike
	chunk
}

// A chunk is the rows of the batch that are collected at a time.
type chunk struct {
	from  int     // the first
	of    []int32 // of each, the row of the window
	fresh []int32 // rows of the batch like which the window had none
}

// maxWeight is for how many rows a window may stand before it takes another
// batch, so that each row's number fits 32 bits.
const maxWeight = 1 << 30

func (p *Partial) newFold(set facets, parts []*part) *fold {
	f := &fold{set: set, parts: parts, alike: &p.alike}
	f.tellers, f.times = p.plan.tellers(set)
	f.view = *p.newView(newFolded(p.rows.eval))
	f.fold = f
	for _, part := range parts {
		for _, i := range part.states {
			s := &p.plan.tables[part.table].states[i]
			if (s.arg >= 0 || s.time >= 0 || f.counts(s)) && f.blendOf(s) == nil {
				f.blends = append(f.blends, f.newBlend(s))
			}
		}
	}
	f.columns = f.columnsRead()
	return f
}

// columnsRead returns the nodes of all columns that parts read, but for what is
// blended.
func (f *fold) columnsRead() (columns []int) {
	plan := f.partial.plan
	known := make([]bool, len(plan.program.nodes))
	var read func(nodes ...int)
	read = func(nodes ...int) {
		for _, i := range nodes {
			if i < 0 || known[i] {
				continue
			}
			known[i] = true
			n := &plan.program.nodes[i]
			if n.op == opColumn {
				columns = append(columns, i)
			}
			read(n.args...)
		}
	}
	for _, part := range f.parts {
		t := plan.tables[part.table]
		read(plan.selections[t.selection].conditions...)
		read(plan.selections[t.selection].time)
		for _, d := range t.keys {
			read(plan.domains[d].node)
		}
		for _, i := range part.states {
			s := &t.states[i]
			if s.cond >= 0 && !f.counts(s) {
				read(s.cond)
			}
			for _, d := range []int{s.domain, s.unit} {
				if d >= 0 {
					read(plan.domains[d].node)
				}
			}
		}
	}
	return columns
}

// tells reports whether rows that differ in some facets are never alike.
func (f *fold) tells(set facets) bool { return f.partial.plan.needed(f.set|set) == f.set }

// write adds the batch at hand. Its rows are folded unless there is too much to
// tell of each, or sums might be too large: then parts see them as they are.
func (f *fold) write() error {
	ok, err := f.holdsSums()
	if err == nil && ok {
		ok, err = f.tell()
	}
	if err != nil {
		return err
	}
	if !ok {
		return f.partial.rows.groupAll(f.parts)
	}
	for from := 0; from < len(f.told); from += chunkRows {
		if err := f.take(from, min(from+chunkRows, len(f.told))); err != nil {
			return err
		}
		if f.window.len() >= f.partial.folding.window || f.rows > maxWeight {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// take adds some rows of the batch at hand to the window.
func (f *fold) take(from, to int) error {
	f.window.number(f.told[from:to], from, &f.chunk)
	rows := f.partial.rows.eval
	for _, node := range f.columns {
		x, err := rows.vector(node)
		if err != nil {
			return err
		}
		f.eval.memory[node].out.extend(x, f.fresh)
	}
	for i := range f.blends {
		if err := f.blends[i].take(rows, &f.chunk); err != nil {
			return err
		}
	}
	f.rows += to - from
	return nil
}

// flush shows the window to the parts and begins another.
func (f *fold) flush() error {
	if f.rows == 0 {
		return nil
	}
	f.eval.rows = f.window.len()
	f.eval.number++
	if err := f.groupAll(f.parts); err != nil {
		return err
	}
	f.rows = 0
	f.window.empty()
	for _, node := range f.columns {
		f.eval.memory[node].out.empty()
	}
	for i := range f.blends {
		f.blends[i].empty()
	}
	return nil
}

// tell writes the keys of the batch's rows. The window has to be another if the
// keys of its rows have another shape.
func (f *fold) tell() (ok bool, err error) {
	width, same, err := f.tellAll()
	if err == nil && !same && f.rows > 0 {
		if err = f.flush(); err == nil {
			width, _, err = f.tellAll()
		}
	}
	return width <= 64, err
}

// tellAll is tell for the window as it is. It returns how many bits the keys
// have, and whether each facet's are where they were.
func (f *fold) tellAll() (width int, same bool, err error) {
	rows := f.partial.rows.eval
	f.told = resize(f.told, rows.rows)
	if f.rows == 0 {
		f.times.known = f.times.known[:0]
	}
	if width, err = f.times.begin(rows, f.told); err != nil {
		return 0, false, err
	}
	same = width <= 64
	for i := range f.tellers {
		t := &f.tellers[i]
		if f.rows == 0 {
			t.width = 0
		}
		need, err := t.tell(rows, f.told, width)
		if err != nil {
			return 0, false, err
		}
		if need > t.width {
			t.width, same = need, false
		}
		width += t.width
	}
	return width, same, nil
}

// newBlend returns what a state reads as its argument, or as the time.
func (f *fold) newBlend(s *statePlan) blend {
	b := blend{fn: s.fn, node: s.arg, cond: -1}
	switch s.fn {
	case "hourly":
		b.fn = "sum"
	case "first":
		b.fn, b.node = "min", s.time
	case "last":
		b.fn, b.node = "max", s.time
	}
	if f.counts(s) {
		b.cond = s.cond
	}
	return b
}

// blendOf returns the blend that newBlend makes for a state; nil if there is none.
func (f *fold) blendOf(s *statePlan) *blend {
	want := f.newBlend(s)
	i := slices.IndexFunc(f.blends, func(b blend) bool { return b.fn == want.fn && b.node == want.node && b.cond == want.cond })
	if i < 0 {
		return nil
	}
	return &f.blends[i]
}

// holdsSums reports whether 64 bits are sure to hold the sums of the window and
// the batch. If not, the window is shown, and it is about the batch alone.
func (f *fold) holdsSums() (ok bool, err error) {
	rows := f.partial.rows.eval
	for i := range f.blends {
		if err := f.blends[i].measure(rows); err != nil {
			return false, err
		}
	}
	tooLarge := func(b blend) bool { return bits.Len64(b.size|b.more)+bits.Len(uint(f.rows+rows.rows)) >= 64 }
	if !slices.ContainsFunc(f.blends, tooLarge) {
		return true, nil
	}
	err = f.flush()
	return !slices.ContainsFunc(f.blends, tooLarge), err
}
