package frame

// A Table is the finished result of a query: one row a group. It is small
// beside the log and immutable once [Partial.Tables] has returned it.
type Table struct {
	Name    string
	Columns []Column
	Rows    int
	Other   bool     // the last row stands for all rows that a limit or max_groups left out
	Notes   []string // what a reader must know to trust the numbers: "distinct host is approximate (±0.8 %)"
	Show    []Show   // the query's show steps
}

// A Column is one column of a [Table]. Exactly one of Ints, Floats, Texts and
// Series is set, by its type.
type Column struct {
	Name   string
	Type   Type
	Key    bool      // a group key; else an aggregate or a computed column
	Unit   string    // of a Time or Int key that truncates time: "hour", "day", "week", "month", "weekday", …
	Ints   []int64   // Int, Bytes, Duration (µs), Time (µs), Flag (0 or 1)
	Floats []float64 // Float
	Texts  []string  // Text
	Nulls  []bool    // nil when no value is null
	Series [][]int64 // of a series aggregate (its Type is Int): per row one count for each time in Axis
	Axis   []int64   // µs, every Unit from the first to the last that any row has, gaps included
}

// Null reports whether the value in row i is null.
func (c *Column) Null(i int) bool { return c.Nulls != nil && c.Nulls[i] }

// Column returns the column with that name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}
