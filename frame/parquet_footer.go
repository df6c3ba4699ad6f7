package frame

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/apache/thrift/lib/go/thrift"
)

// amendFooter corrects the footer that the library writes, in the two points
// where it knows less than the format can say:
//
//   - A row group that is in order of time says so (sorting_columns), so that
//     an engine can stop early or merge files without sorting. sorted has one
//     entry a row group, timeColumn is the column's position.
//   - It claims that every column has 0 distinct values, having counted none.
//     A planner might believe that, so the claim goes.
//
// The footer is Thrift: a struct of numbered fields, which is copied field by
// field. The library's own types for it are internal.
func amendFooter(footer []byte, timeColumn int, sorted []bool) ([]byte, error) {
	const tail = 8 // length of the struct, "PAR1"
	if len(footer) < tail {
		return nil, fmt.Errorf("%d bytes are no footer", len(footer))
	}
	in, out := thrift.NewTMemoryBuffer(), thrift.NewTMemoryBuffer()
	in.Buffer.Write(footer[:len(footer)-tail])
	c := footerCopier{
		in:         thrift.NewTCompactProtocolConf(in, nil),
		out:        thrift.NewTCompactProtocolConf(out, nil),
		timeColumn: timeColumn,
		sorted:     sorted,
	}
	c.copyStruct(fileMetaData)
	if c.err != nil {
		return nil, c.err
	}
	fixed := out.Bytes()
	fixed = binary.LittleEndian.AppendUint32(fixed, uint32(len(fixed)))
	return append(fixed, "PAR1"...), nil
}

// A footerCopier copies Thrift from in to out. err is the first error.
type footerCopier struct {
	in, out    *thrift.TCompactProtocol
	err        error
	timeColumn int
	sorted     []bool // of the row groups to come
}

// A footerStruct is one of the structs of parquet.thrift that need a change,
// or lead to one.
type footerStruct int

const (
	otherStruct footerStruct = iota
	fileMetaData
	rowGroup
	columnChunk
	columnMetaData
	statistics
)

type footerField struct {
	of footerStruct
	id int16
}

var (
	structOf = map[footerField]footerStruct{
		{fileMetaData, 4}:    rowGroup,
		{rowGroup, 1}:        columnChunk,
		{columnChunk, 3}:     columnMetaData,
		{columnMetaData, 12}: statistics,
	}
	sortingColumns = footerField{rowGroup, 4}
	distinctCount  = footerField{statistics, 4}
)

var noContext = context.Background() // the protocol asks for one and, in memory, does not use it

func (c *footerCopier) check(err error) bool {
	if c.err == nil {
		c.err = err
	}
	return c.err == nil
}

func (c *footerCopier) copyStruct(kind footerStruct) {
	_, err := c.in.ReadStructBegin(noContext)
	if !c.check(err) || !c.check(c.out.WriteStructBegin(noContext, "")) {
		return
	}
	before := int16(0)
	for {
		_, typ, id, err := c.in.ReadFieldBegin(noContext)
		if !c.check(err) {
			return
		}
		if kind == rowGroup && before < sortingColumns.id && (typ == thrift.STOP || id > sortingColumns.id) {
			c.writeSorted()
		}
		if typ == thrift.STOP {
			break
		}
		before = id
		field := footerField{kind, id}
		if field == distinctCount {
			c.check(c.in.Skip(noContext, typ))
			continue
		}
		c.check(c.out.WriteFieldBegin(noContext, "", typ, id))
		c.copyValue(typ, structOf[field])
		c.check(c.out.WriteFieldEnd(noContext))
		if !c.check(c.in.ReadFieldEnd(noContext)) {
			return
		}
	}
	c.check(c.out.WriteFieldStop(noContext))
	c.check(c.out.WriteStructEnd(noContext))
	c.check(c.in.ReadStructEnd(noContext))
}

func (c *footerCopier) copyValue(typ thrift.TType, kind footerStruct) {
	switch typ {
	case thrift.BOOL:
		v, err := c.in.ReadBool(noContext)
		c.check(err)
		c.check(c.out.WriteBool(noContext, v))
	case thrift.BYTE:
		v, err := c.in.ReadByte(noContext)
		c.check(err)
		c.check(c.out.WriteByte(noContext, v))
	case thrift.I16:
		v, err := c.in.ReadI16(noContext)
		c.check(err)
		c.check(c.out.WriteI16(noContext, v))
	case thrift.I32:
		v, err := c.in.ReadI32(noContext)
		c.check(err)
		c.check(c.out.WriteI32(noContext, v))
	case thrift.I64:
		v, err := c.in.ReadI64(noContext)
		c.check(err)
		c.check(c.out.WriteI64(noContext, v))
	case thrift.STRING:
		v, err := c.in.ReadBinary(noContext)
		c.check(err)
		c.check(c.out.WriteBinary(noContext, v))
	case thrift.STRUCT:
		c.copyStruct(kind)
	case thrift.LIST:
		elem, n, err := c.in.ReadListBegin(noContext)
		c.check(err)
		c.check(c.out.WriteListBegin(noContext, elem, n))
		for i := 0; i < n && c.err == nil; i++ {
			c.copyValue(elem, kind)
		}
		c.check(c.in.ReadListEnd(noContext))
	default:
		c.check(fmt.Errorf("unexpected Thrift type %s", typ))
	}
}

// writeSorted writes the field sorting_columns, [{column, ascending, nulls
// last}], if the row group is sorted.
func (c *footerCopier) writeSorted() {
	if len(c.sorted) == 0 {
		return
	}
	sorted := c.sorted[0]
	c.sorted = c.sorted[1:]
	if !sorted {
		return
	}
	c.check(c.out.WriteFieldBegin(noContext, "", thrift.LIST, sortingColumns.id))
	c.check(c.out.WriteListBegin(noContext, thrift.STRUCT, 1))
	c.check(c.out.WriteStructBegin(noContext, ""))
	c.check(c.out.WriteFieldBegin(noContext, "", thrift.I32, 1))
	c.check(c.out.WriteI32(noContext, int32(c.timeColumn)))
	for id := int16(2); id <= 3; id++ { // descending, nulls_first
		c.check(c.out.WriteFieldBegin(noContext, "", thrift.BOOL, id))
		c.check(c.out.WriteBool(noContext, false))
	}
	c.check(c.out.WriteFieldStop(noContext))
	c.check(c.out.WriteStructEnd(noContext))
}
