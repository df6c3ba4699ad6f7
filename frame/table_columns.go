package frame

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// WriteColumns writes the table's typed columns for other programs: as
// "parquet", as "arrow", which is a file, or as "arrows", a stream. meta becomes
// the metadata of the file. Series are left out.
func (t *Table) WriteColumns(w io.Writer, format string, meta map[string]string) error {
	keys := slices.Sorted(maps.Keys(meta))
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = meta[key]
	}
	metadata := arrow.NewMetadata(keys, values)
	plain := t.Record(memory.DefaultAllocator)
	defer plain.Release()
	batch := array.NewRecord(arrow.NewSchema(plain.Schema().Fields(), &metadata), plain.Columns(), plain.NumRows())
	defer batch.Release()
	var sink interface {
		Sink
		io.Closer
	}
	var err error
	switch format {
	case "parquet":
		sink, err = NewParquetWriter(w, batch.Schema(), ParquetOptions{Jobs: 1})
	case "arrow":
		sink, err = NewArrowFileWriter(w, batch.Schema())
	case "arrows":
		sink, err = NewArrowStreamWriter(w, batch.Schema())
	default:
		return fmt.Errorf("unknown format %q, want one of parquet, arrow, arrows", format)
	}
	if err != nil {
		return err
	}
	return errors.Join(sink.Write(batch), sink.Close())
}
