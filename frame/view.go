package frame

// A view is the batch at hand as some parts of a plan see it. What they ask of
// it is computed once, and when the first of them asks.
type view struct {
	partial  *Partial
	eval     *evaluator
	all      []int32    // 0, 1, 2 …
	selected []selected // of each selection
	numbered []numbered // of each domain
	fold     *fold      // that made the rows of many; nil: they are the batch's
}

// selected are the rows of a selection.
type selected struct {
	batch int
	rows  []int32
}

// numbered are the numbers of a domain's values in the rows of a selection.
type numbered struct {
	batch, selection int
	numbers          []int32
	all              []int32 // of all rows of a batch, if somebody asked for them
	allOf            int     // the batch
}

func (p *Partial) newView(ev *evaluator) *view {
	v := &view{partial: p, eval: ev}
	v.forget()
	return v
}

// forget drops what was computed of the batch at hand.
func (v *view) forget() {
	v.selected = make([]selected, len(v.partial.plan.selections))
	v.numbered = make([]numbered, len(v.partial.plan.domains))
}

func (v *view) groupAll(parts []*part) error {
	for _, part := range parts {
		if err := v.group(part); err != nil {
			return err
		}
	}
	return nil
}

// group does one part of the plan.
func (v *view) group(part *part) error {
	t := v.partial.tables[part.table]
	rows, err := v.selection(t.plan.selection)
	if err != nil || len(rows) == 0 {
		return err
	}
	keys := t.scratch.keys[:0]
	for _, d := range t.plan.keys {
		numbers, err := v.numbers(d, t.plan.selection)
		if err != nil {
			return err
		}
		keys = append(keys, numbers)
	}
	t.scratch.keys = keys
	in := input{rows: rows}
	if v.fold != nil {
		in.weights = v.fold.window.weights()
	}
	if t.loose != nil {
		err = v.groupLoose(t, keys, &in)
	} else {
		in.groups = t.of(keys, len(rows))
		err = t.update(v, part, &in)
	}
	if err != nil {
		return err
	}
	if t.seen += len(rows); t.isCrowded() {
		t.loosen()
	}
	t.limit()
	return nil
}

// selection returns the rows of a selection.
func (v *view) selection(i int) ([]int32, error) {
	have := &v.selected[i]
	if have.batch == v.eval.number {
		return have.rows, nil
	}
	s := &v.partial.plan.selections[i]
	rows, err := v.outer(s)
	if err != nil {
		return nil, err
	}
	dst := have.rows
	if s.time >= 0 || len(s.conditions) > 0 {
		dst = resize(dst, len(rows))
	}
	if s.time >= 0 && s.within < 0 {
		times, err := v.eval.vector(s.time)
		if err != nil {
			return nil, err
		}
		rows = within(dst, rows, times, s.period)
	}
	for _, node := range s.rest {
		flags, err := v.eval.vector(node)
		if err != nil {
			return nil, err
		}
		rows = keep(dst, rows, flags.flags)
	}
	*have = selected{v.eval.number, rows}
	return rows, nil
}

// outer returns the rows among which those of a selection are.
func (v *view) outer(s *selectionPlan) ([]int32, error) {
	if s.within >= 0 {
		return v.selection(s.within)
	}
	v.all = allRows(v.all, max(len(v.all), v.eval.rows))
	return v.all[:v.eval.rows], nil
}

// within copies to dst the rows whose time is in a period.
func within(dst, rows []int32, times *vector, period Period) []int32 {
	start, end := period.Start.UnixMicro(), period.End.UnixMicro()
	n := 0
	for _, row := range rows {
		dst[n] = row
		if t := times.ints[row]; t >= start && t < end && !times.null(row) {
			n++
		}
	}
	return dst[:n]
}

// numbers returns the numbers of a domain's values in the rows of a selection.
func (v *view) numbers(domain, selection int) ([]int32, error) {
	n := &v.numbered[domain]
	rows, err := v.selection(selection)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == v.eval.rows && n.allOf == v.eval.number:
		return n.all, nil
	case len(rows) == v.eval.rows:
		n.all = resize(n.all, len(rows))
		err = v.numberRows(domain, rows, n.all)
		n.allOf = v.eval.number
		return n.all, err
	case n.batch == v.eval.number && n.selection == selection:
		return n.numbers, nil
	}
	n.numbers = resize(n.numbers, len(rows))
	err = v.numberRows(domain, rows, n.numbers)
	n.batch, n.selection = v.eval.number, selection
	return n.numbers, err
}

// numberRows writes to out the numbers of a domain's values in some rows. What
// is known of all rows need not be looked up.
func (v *view) numberRows(domain int, rows, out []int32) error {
	if n := &v.numbered[domain]; n.allOf == v.eval.number {
		for i, row := range rows {
			out[i] = n.all[row]
		}
		return nil
	}
	values, err := v.eval.vector(v.partial.plan.domains[domain].node)
	if err != nil {
		return err
	}
	v.partial.domains[domain].numbers(values, rows, out)
	return nil
}

// arguments reads what a state needs of the batch into in. shared is set if
// in's rows are all rows of the table's selection: then other tables may have
// asked for the same numbers.
func (v *view) arguments(t *groups, s *statePlan, in *input, shared bool) (err error) {
	in.cond, in.counts = nil, nil
	if s.arg >= 0 || v.counts(s) {
		if err := v.argument(s, in); err != nil {
			return err
		}
	}
	if s.cond >= 0 && s.fn == "count" && !v.counts(s) {
		flags, err := v.eval.vector(s.cond)
		if err != nil {
			return err
		}
		in.cond = flags.flags
	}
	switch {
	case s.time < 0:
	case v.fold != nil:
		in.time = &v.fold.blendOf(s).values
	default:
		if in.time, err = v.eval.vector(s.time); err != nil {
			return err
		}
	}
	if s.domain >= 0 {
		if in.numbers, err = v.numbersOf(t, s.domain, in, shared, &t.scratch.numbers); err != nil {
			return err
		}
	}
	if s.unit >= 0 {
		in.units, err = v.numbersOf(t, s.unit, in, shared, &t.scratch.units)
	}
	return err
}

// counts reports whether the rows for which a state's condition holds have been
// counted when they were folded.
func (v *view) counts(s *statePlan) bool {
	return v.fold != nil && s.cond >= 0 && !v.fold.tells(s.told)
}

// argument reads the numbers that a state adds or compares.
func (v *view) argument(s *statePlan, in *input) (err error) {
	if v.fold != nil {
		b := v.fold.blendOf(s)
		in.arg, in.counts = &b.values, b.counts
		return nil
	}
	in.arg, err = v.eval.vector(s.arg)
	return err
}

func (v *view) numbersOf(t *groups, domain int, in *input, shared bool, scratch *[]int32) ([]int32, error) {
	if shared {
		return v.numbers(domain, t.plan.selection)
	}
	*scratch = resize(*scratch, len(in.rows))
	return *scratch, v.numberRows(domain, in.rows, *scratch)
}
