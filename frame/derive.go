package frame

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// checkQueries checks all queries, each after the one that it reads.
func checkQueries(schema *arrow.Schema, names []string, queries []*Query, opts Options) ([]*checkedQuery, error) {
	checked, begun := make([]*checkedQuery, len(queries)), make([]bool, len(queries))
	var check func(i int) error
	check = func(i int) (err error) {
		q := queries[i]
		if checked[i] != nil {
			return nil
		}
		if q.From == "" || q.From == History {
			checked[i], err = checkQuery(schema, names[i], q, opts)
			return err
		}
		begun[i] = true
		from := slices.Index(names, q.From)
		if from < 0 || begun[from] && checked[from] == nil {
			return errFrom(names, i, q, from)
		}
		if err := check(from); err != nil {
			return err
		}
		checked[i], err = checkDerived(names[i], q, checked[from], opts)
		return err
	}
	for i := range queries {
		if err := check(i); err != nil {
			return nil, err
		}
	}
	return checked, nil
}

// errFrom refuses a query i that reads a table which there is not, or which
// waits for its own.
func errFrom(names []string, i int, q *Query, from int) error {
	e := &SyntaxError{Name: names[i], Text: q.text, Offset: q.from.pos, Length: max(1, q.from.end-q.from.pos)}
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" || name == names[i] })
	switch {
	case from >= 0:
		e.Msg, e.Hint = fmt.Sprintf("%q is made of this table itself", q.From), "read the log"
	case len(others) == 0:
		e.Msg, e.Hint = fmt.Sprintf("there is no other table, and so no %q", q.From), "leave from out: a query reads the log"
	default:
		e.Msg, e.Hint = fmt.Sprintf("there is no cell %q", q.From), nearest(q.From, others)
	}
	return e
}

// checkDerived is checkQuery for a query of another's table. Its where and let
// steps speak of that table's columns. Without a group step the rows and their
// order stay as they are; with one they are grouped again.
func checkDerived(name string, q *Query, from *checkedQuery, opts Options) (c *checkedQuery, err error) {
	if q.Group != nil {
		return checkRegrouped(name, q, from, opts)
	}
	defer catch(&err, name, q.text)
	ch := newChecker(arrow.NewSchema(nil, nil), opts)
	c = &checkedQuery{name: name, query: q, from: from}
	for _, col := range from.columns {
		ch.addColumn(0, col, otherName)
		if col.key {
			c.keys = append(c.keys, checkedKey{name: col.name, typ: col.typ, unit: col.unit})
		} else {
			c.aggs = append(c.aggs, from.aggregate(col))
		}
	}
	for _, s := range q.Rows {
		as := ResultStep{Offset: s.Offset, Verb: "keep", Expr: s.Expr}
		if s.Let != "" {
			as.Verb, as.Name = "add", s.Let
		}
		c.result = append(c.result, ch.step(as, c.aggs))
	}
	if i := slices.IndexFunc(q.Result, func(s ResultStep) bool { return s.Verb == "compare" }); i >= 0 {
		ch.failAt(q.Result[i].Offset, len("compare"), "compare after from", "compare in the cell that reads the log")
	}
	c.result, c.columns = append(c.result, ch.steps(q, c.aggs)...), ch.result
	return c, nil
}

// aggregate returns what a column is an aggregate of: a sum of sums is a sum.
// Of a computed column nothing is known but its type.
func (c *checkedQuery) aggregate(col resultColumn) checkedAgg {
	if i := slices.IndexFunc(c.aggs, func(a checkedAgg) bool { return a.column == col.name }); i >= 0 {
		return c.aggs[i]
	}
	return checkedAgg{typ: col.typ, column: col.name}
}

// checkRegrouped checks a query that groups another's table.
func checkRegrouped(name string, q *Query, from *checkedQuery, opts Options) (*checkedQuery, error) {
	var fields []arrow.Field
	for _, col := range from.columns {
		if !col.series {
			fields = append(fields, (&Column{Name: col.name, Type: col.typ}).field())
		}
	}
	ofRows := *q
	ofRows.From = ""
	opts.Periods, opts.Where = nil, nil // the table has seen to them
	plan, err := NewPlan(arrow.NewSchema(fields, nil), []string{name}, []*Query{&ofRows}, opts)
	if err != nil {
		return nil, err
	}
	return &checkedQuery{name: name, query: q, from: from, regroup: plan, columns: plan.cells[0].query.columns}, nil
}

// derive answers a query of another's table.
func (c *checkedQuery) derive(from *Table, opts Options) (*Table, error) {
	if c.regroup == nil {
		return c.finish(from, nil, opts)
	}
	rows := from.Record(memory.DefaultAllocator)
	defer rows.Release()
	p := c.regroup.NewPartial()
	if err := p.Write(rows); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	tables, errs := p.Tables()
	if errs[0] != nil {
		return nil, errs[0]
	}
	tables[0].Notes = slices.Concat(from.Notes, tables[0].Notes)
	return tables[0], nil
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
