package parse

import "unsafe"

// values are rows, column by column: text fields as codes of the worker's
// dictionaries, and numbers. Each array that is there has n values or more.
type values struct {
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
type rows struct {
	values
	block   []byte // that the views are of
	extra   []byte // what follows it: texts that are not in the block as they are, such as unescaped ones
	views   [NumFields][]view
	coded   [NumFields]bool
	lookups lookups
}

// chunkRows is how many records a chunk has.
const chunkRows = 256

// A view is a text as a place in the block. It takes a third of a slice's
// memory, and none of it is a pointer that the garbage collector looks at.
type view struct {
	start int32 // in block, or ^start in extra
	n     int32 // negative for a null
}

// viewOf returns the view of a text, which it copies if it is not in the block.
func (r *rows) viewOf(text []byte) view {
	if text == nil {
		return view{n: -1}
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(text))) - uintptr(unsafe.Pointer(unsafe.SliceData(r.block)))
	if at < uintptr(len(r.block)) {
		return view{int32(at), int32(len(text))}
	}
	start := len(r.extra)
	r.extra = append(r.extra, text...)
	return view{^int32(start), int32(len(text))}
}

// words returns the text of a view that is not null. It is good until reset.
func (r *rows) words(v view) words {
	text, start := r.block, v.start
	if start < 0 {
		text, start = r.extra, ^start
	}
	return words{unsafe.Add(unsafe.Pointer(unsafe.SliceData(text)), start), int(v.n)}
}

// reset empties the rows and makes room for n of them, of a block.
func (r *rows) reset(n int, fields []Field, block []byte) {
	r.n, r.block, r.extra = 0, block, r.extra[:0]
	r.coded = [NumFields]bool{}
	if n <= len(r.time) {
		return
	}
	for _, f := range fields {
		r.views[f] = make([]view, n)
		r.codes[f] = make([]int32, n)
	}
	r.time, r.bytes, r.received = make([]int64, n), make([]int64, n), make([]int64, n)
	r.duration, r.upTime, r.line = make([]int64, n), make([]int64, n), make([]int64, n)
	r.offset, r.status = make([]int32, n), make([]int32, n)
}

// add appends a record. There must be room for it.
func (r *rows) add(rec *Record, fields []Field, line int64) {
	i := r.n
	for _, f := range fields {
		r.views[f][i] = r.viewOf(rec.Text[f])
	}
	r.time[i] = rec.Time
	r.offset[i] = rec.Offset
	r.status[i] = rec.Status
	r.bytes[i] = rec.Bytes
	r.received[i] = rec.Received
	r.duration[i] = rec.Duration
	r.upTime[i] = rec.UpTime
	r.line[i] = line
	r.n++
}

// keep drops all rows but those of the given numbers, which ascend.
func (r *rows) keep(numbers []int32, fields []Field) {
	if len(numbers) == r.n {
		return
	}
	for _, f := range fields {
		pick(r.views[f], numbers)
		if r.coded[f] {
			pick(r.codes[f], numbers)
			r.nulls[f] = countNulls(r.codes[f][:len(numbers)])
		}
	}
	pick(r.time, numbers)
	pick(r.offset, numbers)
	pick(r.status, numbers)
	pick(r.bytes, numbers)
	pick(r.received, numbers)
	pick(r.duration, numbers)
	pick(r.upTime, numbers)
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
	v.time = extend(v.time, r.time[:r.n], needs.numbers[columnTime], room)
	v.offset = extend(v.offset, r.offset[:r.n], needs.numbers[columnOffset], room)
	v.status = extend(v.status, r.status[:r.n], needs.numbers[columnStatus], room)
	v.bytes = extend(v.bytes, r.bytes[:r.n], needs.numbers[columnBytes], room)
	v.received = extend(v.received, r.received[:r.n], needs.numbers[columnReceived], room)
	v.duration = extend(v.duration, r.duration[:r.n], needs.numbers[columnDuration], room)
	v.upTime = extend(v.upTime, r.upTime[:r.n], needs.numbers[columnUpTime], room)
	v.line = extend(v.line, r.line[:r.n], needs.numbers[columnLine], room)
	v.n += r.n
}

// extend appends more to values, if that is needed. New values get some room.
func extend[T any](values, more []T, needed bool, room int) []T {
	if !needed {
		return nil
	}
	if values == nil {
		values = make([]T, 0, max(room, len(more)))
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
