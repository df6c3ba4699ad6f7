package frame

import (
	"cmp"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// A columnRange is what is known of a column's values without reading them.
// The zero columnRange knows nothing.
type columnRange struct {
	ints                bool // least and greatest are set
	least, greatest     int64
	texts               bool // first and last are set; no text is less or greater
	first, last         string
	someNull, someValue bool // only good if counted
	counted             bool
}

// mayHold reports whether a filter may keep a row of a file whose columns have
// these ranges. False is certain.
func mayHold(f *Filter, ranges func(column string) columnRange) bool {
	if f == nil {
		return true
	}
	for _, t := range f.Terms {
		if !mayBeTrue(t.expr, ranges) {
			return false
		}
	}
	return true
}

func mayBeTrue(e Expr, ranges func(string) columnRange) bool {
	switch e := e.(type) {
	case *Binary:
		switch e.Op {
		case "and":
			return mayBeTrue(e.X, ranges) && mayBeTrue(e.Y, ranges)
		case "or":
			return mayBeTrue(e.X, ranges) || mayBeTrue(e.Y, ranges)
		}
		if name, literal, op, ok := comparison(e); ok {
			return ranges(name).mayCompare(op, literal)
		}
	case *In:
		name, ok := e.X.(*Name)
		if !ok || e.Not {
			return true
		}
		for _, item := range e.List {
			literal, ok := item.(*Literal)
			if !ok || ranges(name.Name).mayCompare("=", literal) {
				return true
			}
		}
		return false
	}
	return true
}

// comparison takes "name op literal" apart, or "literal op name" turned round.
func comparison(e *Binary) (name string, literal *Literal, op string, ok bool) {
	if n, ok := e.X.(*Name); ok {
		l, ok := e.Y.(*Literal)
		return n.Name, l, e.Op, ok
	}
	l, ok := e.X.(*Literal)
	if !ok {
		return "", nil, "", false
	}
	n, ok := e.Y.(*Name)
	if !ok {
		return "", nil, "", false
	}
	turned := map[string]string{"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
	return n.Name, l, turned[e.Op], ok
}

// mayCompare reports whether a value of the range may compare so with the
// literal.
func (r columnRange) mayCompare(op string, l *Literal) bool {
	switch l.Type {
	case Invalid: // none
		switch {
		case !r.counted:
			return true
		case op == "=":
			return r.someNull
		case op == "!=":
			return r.someValue
		}
	case Int, Bytes, Duration, Time, Flag:
		if r.ints {
			return mayOrder(op, l.Int, r.least, r.greatest)
		}
		return !r.counted || r.someValue
	case Text:
		if r.texts {
			return mayOrder(op, l.Text, r.first, r.last)
		}
		return !r.counted || r.someValue || op == "!="
	}
	return true
}

// mayOrder reports whether a value between least and greatest may be "op v".
func mayOrder[T cmp.Ordered](op string, v, least, greatest T) bool {
	switch op {
	case "=":
		return least <= v && v <= greatest
	case "<":
		return least < v
	case "<=":
		return least <= v
	case ">":
		return greatest > v
	case ">=":
		return greatest >= v
	}
	return true
}

// MayHold reports whether a row group may have rows that the filter keeps, by
// the file's statistics. False is certain.
func (p *ParquetFile) MayHold(piece int, f *Filter) bool {
	return mayHold(f, func(column string) columnRange { return p.columnRange(piece, column) })
}

// columnRange returns what the statistics say of a column in a row group.
func (p *ParquetFile) columnRange(piece int, column string) (r columnRange) {
	defer func() {
		if recover() != nil { // damaged statistics; reading will tell
			r = columnRange{}
		}
	}()
	at := p.schema.FieldIndices(column)
	if len(at) != 1 {
		return columnRange{}
	}
	chunk, err := p.file.RowGroup(piece).MetaData().ColumnChunk(p.columns[at[0]])
	if err != nil {
		return columnRange{}
	}
	r = chunkRange(chunk)
	r.ints = r.ints && !p.foreign(at[0])
	return r
}

func chunkRange(chunk *metadata.ColumnChunkMetaData) (r columnRange) {
	if set, err := chunk.StatsSet(); err != nil || !set {
		return r
	}
	stats, err := chunk.Statistics()
	if err != nil || stats == nil {
		return r
	}
	// The library does not tell "no nulls" from "nobody has counted".
	if stats.NullCount() > 0 {
		r.counted, r.someNull = true, true
		r.someValue = stats.NullCount() < chunk.NumValues()
	}
	if !stats.HasMinMax() {
		return r
	}
	switch s := stats.(type) {
	case *metadata.Int64Statistics:
		r.ints, r.least, r.greatest = true, s.Min(), s.Max()
	case *metadata.Int32Statistics:
		r.ints, r.least, r.greatest = true, int64(s.Min()), int64(s.Max())
	case *metadata.ByteArrayStatistics:
		// A bound that is missing, because it was too long, reads as "".
		r.first, r.last = string(s.Min()), string(s.Max())
		r.texts = r.last != "" && r.first <= r.last
	}
	return r
}
