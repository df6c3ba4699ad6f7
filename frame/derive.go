package frame

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Derive answers a query that is "from CELL": of the table of another query,
// without a look at the log. Its where and let steps speak of that table's
// columns. Without a group step the rows and their order stay as they are;
// with one they are grouped again.
func Derive(name string, q *Query, from *Table, opts Options) (*Table, error) {
	if q.Group != nil {
		return regroup(name, q, from, opts)
	}
	c, err := checkDerived(name, q, from, opts)
	if err != nil {
		return nil, err
	}
	t, err := c.finish(from, nil, opts)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// checkDerived is checkQuery for rows that are grouped already.
func checkDerived(name string, q *Query, from *Table, opts Options) (c *checkedQuery, err error) {
	defer func() {
		if e, ok := errors.AsType[*SyntaxError](err); ok {
			e.Name = name
		}
	}()
	defer catch(&err, q.text)
	ch := newChecker(arrow.NewSchema(nil, nil), opts)
	c = &checkedQuery{name: name, query: q}
	for _, col := range from.Columns {
		ch.addColumn(0, resultColumn{name: col.Name, typ: col.Type, key: col.Key, unit: col.Unit, series: col.Series != nil})
		if col.Key {
			c.keys = append(c.keys, checkedKey{name: col.Name, typ: col.Type, unit: col.Unit})
		} else { // what it was an aggregate of is not known any more
			c.aggs = append(c.aggs, checkedAgg{typ: col.Type, column: col.Name})
		}
	}
	for _, s := range q.Rows {
		as := ResultStep{Offset: s.Offset, Verb: "keep", Expr: s.Expr}
		if s.Let != "" {
			as.Verb, as.Name = "add", s.Let
		}
		c.result = append(c.result, ch.step(as, c.aggs))
	}
	c.result = append(c.result, ch.steps(q, c.aggs)...)
	return c, nil
}

// regroup groups the rows of a table.
func regroup(name string, q *Query, from *Table, opts Options) (*Table, error) {
	rows := from.Record(memory.DefaultAllocator)
	defer rows.Release()
	opts.Periods, opts.Where = nil, nil // the table has seen to them
	plan, err := NewPlan(rows.Schema(), []string{name}, []*Query{q}, opts)
	if err != nil {
		return nil, err
	}
	p := plan.NewPartial()
	if err := p.Write(rows); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tables, errs := p.Tables()
	return tables[0], errs[0]
}

// Record returns the table as a record batch, as [NewParquetWriter] and
// Arrow's writers take it. Units of bytes and durations are in the fields'
// metadata under [UnitKey]; series have no place in it. The caller releases
// it.
func (t *Table) Record(mem memory.Allocator) arrow.Record {
	var fields []arrow.Field
	var columns []arrow.Array
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Series != nil {
			continue
		}
		field := c.field()
		values := c.array(mem, field.Type, t.Rows)
		defer values.Release()
		fields, columns = append(fields, field), append(columns, values)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, int64(t.Rows))
}

func (c *Column) field() arrow.Field {
	f := arrow.Field{Name: c.Name, Nullable: true, Type: arrow.PrimitiveTypes.Int64}
	switch c.Type {
	case Text:
		f.Type = arrow.BinaryTypes.String
	case Float:
		f.Type = arrow.PrimitiveTypes.Float64
	case Flag:
		f.Type = arrow.FixedWidthTypes.Boolean
	case Time:
		f.Type = arrow.FixedWidthTypes.Timestamp_us
	case Bytes, Duration:
		f.Metadata = arrow.NewMetadata([]string{UnitKey}, []string{c.Type.String()})
	}
	return f
}

func (c *Column) array(mem memory.Allocator, typ arrow.DataType, rows int) arrow.Array {
	b := array.NewBuilder(mem, typ)
	defer b.Release()
	b.Reserve(rows)
	for row := range rows {
		v := c.value(row)
		switch b := b.(type) {
		case *array.StringBuilder:
			appendOr(b, v.null(), func() { b.Append(v.text) })
		case *array.Float64Builder:
			appendOr(b, v.null(), func() { b.Append(v.float) })
		case *array.BooleanBuilder:
			appendOr(b, v.null(), func() { b.Append(v.int != 0) })
		case *array.TimestampBuilder:
			appendOr(b, v.null(), func() { b.Append(arrow.Timestamp(v.int)) })
		case *array.Int64Builder:
			appendOr(b, v.null(), func() { b.Append(v.int) })
		}
	}
	return b.NewArray()
}

// appendOr appends a null, or else what value appends.
func appendOr(b array.Builder, null bool, value func()) {
	if null {
		b.AppendNull()
		return
	}
	value()
}
