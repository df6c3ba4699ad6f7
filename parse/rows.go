package parse

import "unsafe"

// values are rows, column by column: text fields as codes of the worker's
// dictionaries, and numbers. Each array that is there has n values or more.
type values struct {
	pool  *pool // whose memory all of it is; nil for what is only lent to a batch
	n     int
	codes [NumFields][]int32 // -1 is null
	nulls [NumFields]int     // among codes

	time     []int64
	offset   []int32
	status   []int32
	bytes    []int64
	received []int64
	duration []int64
	upTime   []int64
	line     []int64 // within the block
}

// rows are the chunk of a block's records at hand, on their way to a batch:
// the texts as views, and as codes once somebody needs them. A chunk is so
// small that it stays in the nearest caches while it is parsed and then read
// again column by column.
//
// Rows yet to come are null in all fields, and None in those numbers that few
// formats have, so that who adds one says only what there is.
type rows struct {
	values
	texts
	fields  []Field
	views   [NumFields]*[chunkRows]view // of fields that nobody reads, all the same
	unread  [chunkRows]view
	filled  fieldSet // of which some row may have a text
	timed   bool     // some row may have a number of those
	coded   [NumFields]bool
	raw     fieldSet                          // of which the texts in the block are as their server wrote them, …
	undo    func(f Field, text []byte) []byte // … and this undoes what it did
	lookups lookups
}

// A fieldSet has a bit for each field.
type fieldSet uint32

func (s fieldSet) has(f Field) bool { return s&(1<<f) != 0 }
func (s *fieldSet) add(f Field)     { *s |= 1 << f }

// chunkRows is how many records a chunk has.
const chunkRows = 256

// texts are what views are of.
type texts struct {
	block []byte
	extra []byte // texts that are not in the block as they are, such as unescaped ones

	waited uint64 // for memory; means nothing
}

// A view is a text as a place in the block. It takes a third of a slice's
// memory, and none of it is a pointer that the garbage collector looks at.
type view struct {
	start int32 // in block, or ^start in extra
	n     int32 // negative for a null
}

// of returns the text of a view of b, nil for a null.
func (v view) of(b []byte) []byte {
	if v.n < 0 {
		return nil
	}
	return b[v.start : v.start+v.n]
}

// viewOf returns the view of a text, which it copies if it is not in the block.
func (t *texts) viewOf(text []byte) view {
	switch {
	case text == nil:
		return view{n: -1}
	case len(text) == 0:
		return view{} // its place may be behind the end of what it is of
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(text))) - uintptr(unsafe.Pointer(unsafe.SliceData(t.block)))
	if at < uintptr(len(t.block)) {
		return view{int32(at), int32(len(text))}
	}
	start := len(t.extra)
	t.extra = append(t.extra, text...)
	return view{^int32(start), int32(len(text))}
}

// words returns the text of a view that is not null.
func (t *texts) words(v view) words {
	text, start := t.block, v.start
	if start < 0 {
		text, start = t.extra, ^start
	}
	return wordsOf(text).part(view{start, v.n})
}

// reset empties the rows and makes room for n of them, of a block.
func (r *rows) reset(n int, fields []Field, block []byte) {
	r.n, r.block, r.extra, r.raw = 0, block, r.extra[:0], 0
	r.coded = [NumFields]bool{}
	if n > len(r.time) {
		r.grow(n, fields)
	}
	for _, f := range r.fields {
		if r.filled.has(f) {
			*r.views[f] = nullViews
		}
	}
	r.filled = 0
	if r.timed {
		r.timed = false
		for _, numbers := range [][]int64{r.received, r.duration, r.upTime} {
			for i := range numbers {
				numbers[i] = None
			}
		}
	}
}

var nullViews = func() (views [chunkRows]view) {
	for i := range views {
		views[i].n = -1
	}
	return views
}()

// cacheLine is how far columns are apart. A row is written to all of them: were
// they apart by their length, a power of two, its places would share a few lines
// of the nearest cache, of which it is the farthest that is put out.
const cacheLine = 64

func (r *rows) grow(n int, fields []Field) {
	r.fields = fields
	for f := range r.views {
		r.views[f] = &r.unread
	}
	views := make([]struct {
		of [chunkRows]view
		_  [cacheLine]byte
	}, len(fields))
	for i, f := range fields {
		r.views[f] = &views[i].of
		r.codes[f] = make([]int32, n)
		r.filled.add(f)
	}
	wide, narrow := make([]int64, 6*(n+cacheLine/8)), make([]int32, 2*(n+cacheLine/4))
	for i, numbers := range []*[]int64{&r.time, &r.bytes, &r.received, &r.duration, &r.upTime, &r.line} {
		*numbers = wide[i*(n+cacheLine/8):][:n:n]
	}
	for i, numbers := range []*[]int32{&r.offset, &r.status} {
		*numbers = narrow[i*(n+cacheLine/4):][:n:n]
	}
	r.timed = true
}

// add appends a record. There must be room for it.
func (r *rows) add(rec *Record, line int64) {
	i := r.n
	for _, f := range r.fields {
		if text := rec.Text[f]; text != nil {
			r.filled.add(f)
			r.views[f][i] = r.viewOf(text)
		}
	}
	r.addNumbers(rec, line)
}

// addNumbers appends a record whose texts the rows were told.
func (r *rows) addNumbers(rec *Record, line int64) {
	i := r.n
	r.time[i] = rec.Time
	r.offset[i] = rec.Offset
	r.status[i] = rec.Status
	r.bytes[i] = rec.Bytes
	r.line[i] = line
	if rec.Received != None || rec.Duration != None || rec.UpTime != None {
		r.timed = true
		r.received[i] = rec.Received
		r.duration[i] = rec.Duration
		r.upTime[i] = rec.UpTime
	}
	r.n++
}

// takeBack makes texts of a row to come null again.
func (r *rows) takeBack(told fieldSet, row int) {
	for f := range r.views {
		if told.has(Field(f)) {
			r.views[f][uint8(row)] = view{n: -1}
		}
	}
}

// keep drops all rows but those of the given numbers, which ascend.
func (r *rows) keep(numbers []int32) {
	if len(numbers) == r.n {
		return
	}
	for _, f := range r.fields {
		switch {
		case r.coded[f]:
			pick(r.codes[f], numbers)
			r.nulls[f] = countNulls(r.codes[f][:len(numbers)])
		case r.filled.has(f):
			pick(r.views[f][:], numbers)
		}
	}
	pick(r.time, numbers)
	pick(r.offset, numbers)
	pick(r.status, numbers)
	pick(r.bytes, numbers)
	if r.timed {
		pick(r.received, numbers)
		pick(r.duration, numbers)
		pick(r.upTime, numbers)
	}
	pick(r.line, numbers)
	r.n = len(numbers)
}

func pick[T any](values []T, numbers []int32) {
	for i, n := range numbers {
		values[i] = values[n]
	}
}

// append appends the numbers of rows that a batch needs.
func (v *values) append(r *rows, needs *needs, room int) {
	v.time = extend(v.pool, v.time, r.time[:r.n], needs.numbers[columnTime], room)
	v.offset = extend(v.pool, v.offset, r.offset[:r.n], needs.numbers[columnOffset], room)
	v.status = extend(v.pool, v.status, r.status[:r.n], needs.numbers[columnStatus], room)
	v.bytes = extend(v.pool, v.bytes, r.bytes[:r.n], needs.numbers[columnBytes], room)
	v.received = extend(v.pool, v.received, r.received[:r.n], needs.numbers[columnReceived], room)
	v.duration = extend(v.pool, v.duration, r.duration[:r.n], needs.numbers[columnDuration], room)
	v.upTime = extend(v.pool, v.upTime, r.upTime[:r.n], needs.numbers[columnUpTime], room)
	v.line = extend(v.pool, v.line, r.line[:r.n], needs.numbers[columnLine], room)
	v.n += r.n
}

// clear forgets all values, whose memory is used again unless a batch took it.
func (v *values) clear() {
	v.n, v.nulls = 0, [NumFields]int{}
	for f := range v.codes {
		v.codes[f] = v.codes[f][:0]
	}
	for _, numbers := range []*[]int64{&v.time, &v.bytes, &v.received, &v.duration, &v.upTime, &v.line} {
		*numbers = (*numbers)[:0]
	}
	v.offset, v.status = v.offset[:0], v.status[:0]
}

// extend appends more to values, if that is needed. New values get some room.
func extend[T int32 | int64](p *pool, values, more []T, needed bool, room int) []T {
	if !needed {
		return nil
	}
	if values == nil {
		values = newNumbers[T](p, max(room, len(more)))[:0]
	}
	return append(values, more...)
}

// countNulls counts the codes that stand for no text.
func countNulls(codes []int32) int {
	n := 0
	for _, c := range codes {
		n += int(uint32(c) >> 31)
	}
	return n
}
