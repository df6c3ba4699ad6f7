package frame

import (
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A Buffer is a [Sink] that holds the batches written to it, so that they can
// be read again and again. All have the schema of the first.
//
// A text costs the four bytes of its code: of dictionaries that extend each
// other only the longest is held. A column without a value in a batch costs
// nothing.
type Buffer struct {
	Budget *Budget // that the buffer draws on; nil has no bounds

	schema  *arrow.Schema
	rows    []int64 // of each batch
	columns []bufferedColumn
}

// A bufferedColumn is one column of all batches.
type bufferedColumn struct {
	values       []arrow.Array // of each batch; of texts the codes
	dict         follower
	dictionaries []bufferedTexts // in the order of the batches
	none         arrow.Array     // nulls, as many as a batch needed so far
}

// A bufferedTexts is the dictionary of the batches from one on.
type bufferedTexts struct {
	from  int
	texts *array.String
}

// A Budget bounds the memory of the buffers that share it, which may be of
// several goroutines.
type Budget struct {
	Limit int64 // bytes
	used  atomic.Int64
}

// Used returns how many bytes are held.
func (b *Budget) Used() int64 { return b.used.Load() }

// ErrBudget is what [Buffer.Write] returns when what it is to hold does not fit.
var ErrBudget = errors.New("frame: more rows than memory may hold")

// draw takes n bytes.
func (b *Budget) draw(n int64) error {
	if b != nil && b.used.Add(n) > b.Limit {
		return ErrBudget
	}
	return nil
}

// Write holds a batch. After an error the buffer is of no use.
func (b *Buffer) Write(batch arrow.Record) error {
	switch {
	case b.schema == nil:
		b.schema = batch.Schema()
		b.columns = make([]bufferedColumn, b.schema.NumFields())
	case batch.Schema() != b.schema && !batch.Schema().Equal(b.schema):
		return fmt.Errorf("frame: a buffer of %v cannot hold %v", b.schema, batch.Schema())
	}
	size := int64(0)
	for i := range b.columns {
		size += b.columns[i].add(batch.Column(i), len(b.rows))
	}
	b.rows = append(b.rows, batch.NumRows())
	return b.Budget.draw(size)
}

// add holds a batch's column and returns how many bytes that takes.
func (c *bufferedColumn) add(values arrow.Array, batch int) (size int64) {
	if texts, ok := values.(*array.Dictionary); ok {
		size = c.addTexts(texts.Dictionary().(*array.String), batch)
		values = texts.Indices()
	}
	if values.NullN() == values.Len() {
		c.values = append(c.values, c.nulls(values))
		return size
	}
	values.Retain()
	c.values = append(c.values, values)
	return size + sizeOf(values)
}

// addTexts notes the dictionary of a batch, which takes the place of the one
// before if it extends that.
func (c *bufferedColumn) addTexts(texts *array.String, batch int) (size int64) {
	n := len(c.dictionaries)
	if n > 0 && texts == c.dict.values {
		return 0
	}
	generation := c.dict.generation
	c.dict.follow(texts)
	if n > 0 && c.dict.generation == generation {
		last, texts := &c.dictionaries[n-1], c.dict.values
		size = sizeOf(texts) - sizeOf(last.texts)
		texts.Retain()
		last.texts.Release()
		last.texts = texts
		return size
	}
	texts.Retain()
	c.dictionaries = append(c.dictionaries, bufferedTexts{batch, texts})
	return sizeOf(texts)
}

// nulls returns as many nulls as values has, of its type. All columns of a
// buffered column share one array of them.
func (c *bufferedColumn) nulls(values arrow.Array) arrow.Array {
	if c.none == nil || c.none.Len() < values.Len() {
		if c.none != nil {
			c.none.Release()
		}
		c.none = array.MakeArrayOfNull(memory.DefaultAllocator, values.DataType(), values.Len())
	}
	return array.NewSlice(c.none, 0, int64(values.Len()))
}

func sizeOf(values arrow.Array) (size int64) {
	for _, b := range values.Data().Buffers() {
		if b != nil {
			size += int64(b.Len())
		}
	}
	return size
}

// Release gives back what the buffer holds, but not to its budget.
func (b *Buffer) Release() {
	for i := range b.columns {
		b.columns[i].release()
	}
	b.rows, b.columns, b.schema = nil, nil, nil
}

func (c *bufferedColumn) release() {
	for _, values := range c.values {
		values.Release()
	}
	for _, d := range c.dictionaries {
		d.texts.Release()
	}
	if c.dict.values != nil {
		c.dict.values.Release()
	}
	if c.none != nil {
		c.none.Release()
	}
}

// Batches returns the named columns of all batches, in the order in which they
// were written. Dictionaries grow from batch to batch or are new, as with any
// producer; a batch is good until the next. Several goroutines must not read
// one Buffer at a time.
func (b *Buffer) Batches(names []string) iter.Seq[arrow.Record] {
	return func(yield func(arrow.Record) bool) {
		if b.schema == nil {
			return // nothing was written
		}
		fields, columns := make([]arrow.Field, len(names)), make([]*bufferedColumn, len(names))
		for i, name := range names {
			at := b.schema.FieldIndices(name)
			if len(at) != 1 {
				panic("frame: the buffer has no column " + name)
			}
			fields[i], columns[i] = b.schema.Field(at[0]), &b.columns[at[0]]
		}
		schema := arrow.NewSchema(fields, nil)
		values := make([]arrow.Array, len(names))
		for batch, rows := range b.rows {
			for i, c := range columns {
				values[i] = c.at(batch, fields[i].Type)
			}
			record := array.NewRecord(schema, values, rows)
			for _, v := range values {
				v.Release()
			}
			more := yield(record)
			record.Release()
			if !more {
				return
			}
		}
	}
}

// at returns the column of one batch, which the caller releases.
func (c *bufferedColumn) at(batch int, typ arrow.DataType) arrow.Array {
	values := c.values[batch]
	if len(c.dictionaries) == 0 {
		values.Retain()
		return values
	}
	i := 0
	for i+1 < len(c.dictionaries) && c.dictionaries[i+1].from <= batch { // they are few
		i++
	}
	return array.NewDictionaryArray(typ, values, c.dictionaries[i].texts)
}
