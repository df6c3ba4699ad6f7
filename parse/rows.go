package parse

// rows are the records of a block, field by field: views of the block's
// texts, and numbers. Only fields that the scan reads are there, and each
// array has n values.
type rows struct {
	n     int
	texts [NumFields][][]byte
	codes [NumFields][]int32 // of texts in the worker's dictionaries, where coded
	coded [NumFields]bool
	nulls [NumFields]int // among codes

	time     []int64
	offset   []int32
	status   []int32
	bytes    []int64
	received []int64
	duration []int64
	upTime   []int64
	line     []int64
}

// reset empties the rows and makes room for n of them.
func (r *rows) reset(n int, fields []Field) {
	r.n = 0
	r.coded = [NumFields]bool{}
	if n <= len(r.time) {
		return
	}
	n += n / 4
	for _, f := range fields {
		r.texts[f] = make([][]byte, n)
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
		r.texts[f][i] = rec.Text[f]
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
		pick(r.texts[f], numbers)
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

// countNulls counts the codes that stand for no text.
func countNulls(codes []int32) int {
	n := 0
	for _, c := range codes {
		n += int(uint32(c) >> 31)
	}
	return n
}
