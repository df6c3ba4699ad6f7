package frame

import "github.com/apache/arrow/go/v17/arrow"

// A Type is what the cell language knows of a value. Types are known before
// the first batch is read, so that comparing a text with a number is an error
// of the query and not of the data.
type Type uint8

// The types.
const (
	Invalid  Type = iota
	Int           // whole number
	Float         // number that need not be whole, such as a ratio or a mean
	Bytes         // whole number of bytes
	Duration      // whole number of microseconds
	Time          // microseconds since 1970-01-01 UTC
	Text          // UTF-8
	Flag          // true or false
)

var typeNames = [...]string{"invalid", "number", "number", "bytes", "duration", "time", "text", "flag"}

func (t Type) String() string { return typeNames[t] }

// UnitKey is the key of an Arrow field's metadata under which an int64 column
// says that it counts bytes ("bytes") or microseconds ("duration").
const UnitKey = "unit"

// TypeOf returns the type of an Arrow field, or Invalid if the cell language
// cannot read it.
//
//	bool                                     Flag
//	int8 … int64, uint8 … uint64             Int, or Bytes or Duration by its [UnitKey]
//	float32, float64                         Float
//	timestamp[any unit], date32, date64      Time
//	duration[any unit]                       Duration
//	utf8, large_utf8, utf8_view              Text
//	dictionary of these                      Text
//
// The types that a scan makes are read as they are: int8 … int64, float64,
// timestamp[µs], dictionary<int32, utf8>. Others are copied into them first; of
// uint64 what is over 2⁶³-1 is null, and of nanoseconds the microsecond is
// known. Times without a zone are UTC.
func TypeOf(f arrow.Field) Type {
	if f.Type.ID() == arrow.DURATION {
		return Duration
	}
	switch ownType(f.Type).(type) {
	case *arrow.BooleanType:
		return Flag
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type:
		switch unit, _ := f.Metadata.GetValue(UnitKey); unit {
		case "bytes":
			return Bytes
		case "duration":
			return Duration
		}
		return Int
	case *arrow.Float64Type:
		return Float
	case *arrow.TimestampType:
		return Time
	case *arrow.StringType, *arrow.DictionaryType:
		return Text
	}
	return Invalid
}

// ownField returns the field that a column of ours has for another's.
func ownField(f arrow.Field) arrow.Field {
	if f.Type.ID() == arrow.DURATION {
		f.Metadata = arrow.NewMetadata([]string{UnitKey}, []string{Duration.String()})
	}
	f.Type = ownType(f.Type)
	return f
}
