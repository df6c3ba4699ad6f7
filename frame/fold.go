package frame

import (
	"math/bits"
	"math/rand/v2"
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
	tellers []teller
	columns []int // nodes of the columns that parts read
	blends  []blend

	keys    []uint64 // of each row of the window
	weights []uint32 // for how many rows it stands
	rows    int      // for which all of them stand
	slots   []int32  // open addressing, by key: the row + 1; 0 is free
	*alike
}

// alike is memory for finding out which rows of a batch are alike; all folds
// share it.
type alike struct {
	told  []uint64 // key of each row: rows that have the same are alike
	of    []int32  // of each row, the row of the window
	fresh []int32  // rows like which the window had none
}

// keySeed is random, so that no log can be made to collide.
var keySeed = rand.Uint64() | 1

// maxWeight is for how many rows a window may stand before it takes another
// batch, so that each row's number fits 32 bits.
const maxWeight = 1 << 30

func (p *Partial) newFold(set facets, parts []*part) *fold {
	f := &fold{set: set, parts: parts, tellers: p.plan.tellers(set), alike: &p.alike}
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
	folded, err := f.take()
	switch {
	case err != nil:
		return err
	case !folded:
		return f.partial.rows.groupAll(f.parts)
	case len(f.keys) >= f.partial.folding.window || f.rows > maxWeight:
		return f.flush()
	}
	return nil
}

// flush shows the window to the parts and begins another.
func (f *fold) flush() error {
	if f.rows == 0 {
		return nil
	}
	f.eval.rows = len(f.keys)
	f.eval.number++
	if err := f.groupAll(f.parts); err != nil {
		return err
	}
	f.keys, f.weights, f.rows = f.keys[:0], f.weights[:0], 0
	clear(f.slots)
	for _, node := range f.columns {
		f.eval.memory[node].out.empty()
	}
	for i := range f.blends {
		f.blends[i].empty()
	}
	return nil
}

// take adds the batch at hand to the window. It is not ok if that cannot be
// done.
func (f *fold) take() (ok bool, err error) {
	if ok, err = f.holdsSums(); err != nil || !ok {
		return false, err
	}
	if ok, err = f.tell(); err != nil || !ok {
		return false, err
	}
	f.number()
	rows := f.partial.rows.eval
	for _, node := range f.columns {
		x, err := rows.vector(node)
		if err != nil {
			return false, err
		}
		f.eval.memory[node].out.extend(x, f.fresh)
	}
	for i := range f.blends {
		if err := f.blends[i].take(rows, f); err != nil {
			return false, err
		}
	}
	f.rows += rows.rows
	return true, nil
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
	clear(f.told)
	same = true
	for i := range f.tellers {
		t := &f.tellers[i]
		if f.rows == 0 {
			t.forget()
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

// number finds for each row of the batch the row of the window that is like it.
func (f *fold) number() {
	f.makeRoom(len(f.told))
	told, of, slots := f.told, f.of[:len(f.told)], f.slots
	had := len(f.keys)
	n, keys, fresh := had, f.keys[:cap(f.keys)], f.fresh[:cap(f.fresh)]
	seed, shift, mask := keySeed, 64-bits.TrailingZeros(uint(len(slots))), uint64(len(slots)-1)
	for row, key := range told {
		i := key * seed >> (shift & 63)
		to := slots[i] - 1
		for to >= 0 && keys[to] != key {
			i = (i + 1) & mask
			to = slots[i] - 1
		}
		if to < 0 {
			keys[n], fresh[n-had], to = key, int32(row), int32(n)
			n++
			slots[i] = int32(n)
		}
		of[row] = to
	}
	f.keys, f.fresh, f.weights = keys[:n], fresh[:n-had], extended(f.weights, n-had)
	weights := f.weights
	for _, to := range of {
		weights[to]++
	}
}

// makeRoom makes room for so many rows more, of the batch and of the window,
// half of the slots free.
func (f *fold) makeRoom(more int) {
	f.of, f.fresh = resize(f.of, more), resize(f.fresh, more)
	f.keys = slices.Grow(f.keys, more)
	if 2*(len(f.keys)+more) <= len(f.slots) {
		return
	}
	f.slots = make([]int32, 1<<bits.Len(uint(2*(len(f.keys)+more))))
	shift, mask := 64-bits.TrailingZeros(uint(len(f.slots))), uint64(len(f.slots)-1)
	for row, key := range f.keys {
		i := key * keySeed >> shift
		for f.slots[i] != 0 {
			i = (i + 1) & mask
		}
		f.slots[i] = int32(row) + 1
	}
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
