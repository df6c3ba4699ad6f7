package frame

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A partitionKey says which column a partition is of and how Hive's layout
// names it. A key must not have the name of a column in the files.
type partitionKey struct {
	name, column string
	days         int64 // of a time: how many days a value stands for, counted from a Monday
}

var partitionKeys = map[string]partitionKey{
	"day":  {name: "dt", column: "time", days: 1},
	"week": {name: "week", column: "time", days: 7},
	"book": {name: "book", column: "book"},
	"site": {name: "site", column: "site"},
}

// noPartition is how Hive and all who follow it call null.
const noPartition = "__HIVE_DEFAULT_PARTITION__"

// split returns the folders of a column's rows, in order of first appearance,
// and the rows of each.
func (k partitionKey) split(column arrow.Array) (folders []string, rowsOf map[string][]int32) {
	rowsOf = map[string][]int32{}
	names := map[int64]string{} // by code or by days
	for i := range column.Len() {
		key := int64(-1 << 62)
		if column.IsValid(i) {
			key = k.value(column, i)
		}
		folder, ok := names[key]
		if !ok {
			folder = k.folder(column, i)
			names[key] = folder
			if rowsOf[folder] == nil {
				folders = append(folders, folder)
			}
		}
		rowsOf[folder] = append(rowsOf[folder], int32(i))
	}
	return folders, rowsOf
}

const µsOfDay = 24 * 60 * 60 * 1_000_000

// value returns what tells partitions apart within a batch.
func (k partitionKey) value(column arrow.Array, i int) int64 {
	switch c := column.(type) {
	case *array.Timestamp:
		days := floorDiv(int64(c.Value(i)), µsOfDay)
		if k.days == 7 { // 1970-01-01 was a Thursday
			days = floorDiv(days+3, 7)*7 - 3
		}
		return days
	case *array.Dictionary:
		return int64(c.GetValueIndex(i))
	}
	panic(fmt.Sprintf("a column of type %s is no partition", column.DataType()))
}

func floorDiv(a, b int64) int64 {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}

func (k partitionKey) folder(column arrow.Array, i int) string {
	value := noPartition
	if column.IsValid(i) {
		switch c := column.(type) {
		case *array.Timestamp:
			value = time.UnixMicro(k.value(column, i) * µsOfDay).UTC().Format(time.DateOnly)
		case *array.Dictionary:
			value = escapePartition(c.Dictionary().(*array.String).Value(c.GetValueIndex(i)))
		}
	}
	return k.name + "=" + value
}

// escapePartition makes a folder's name of a text, as Hive and Spark do: what
// is special in ASCII becomes %XX, and all beyond it stays, since they take %XX
// for a character and not for a byte. A text that cannot name a folder goes
// with null: the empty one, one too long, and one with characters beyond ASCII
// that do not show, such as those that turn the direction of writing.
func escapePartition(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD") // as it would be in a file
	var name strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && r != ' ':
			name.WriteString(url.QueryEscape(string(r)))
		case r == ' ':
			name.WriteString("%20")
		case unicode.IsPrint(r):
			name.WriteRune(r)
		default:
			return noPartition
		}
	}
	escaped := name.String()
	if escaped == "" || len(escaped) > 200 { // names of files end at 255 bytes
		return noPartition
	}
	if strings.Trim(escaped, ".") == "" {
		return strings.ReplaceAll(escaped, ".", "%2E")
	}
	return escaped
}

func unescapePartition(name string) (text string, null bool) {
	if name == noPartition {
		return "", true
	}
	text, err := url.PathUnescape(name)
	if err != nil {
		return name, false
	}
	return text, false
}
