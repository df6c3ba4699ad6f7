package parse

import "github.com/apache/arrow/go/v17/arrow"

// Rules are what the derived fields follow: book patterns, the lists behind
// clutter and kind, own hosts. The zero value has no books; [DefaultRules]
// has the defaults.
type Rules struct {
	Books []Book // first match wins
	Own   []string
}

// A Book is a pattern over paths, such as "/book/{book}/{chapter}/**".
type Book struct{ Pattern string }

// Schema returns every column that a scan with these rules can give: the
// record's fields and all derived ones. Texts are dictionary<int32, utf8>,
// time is timestamp[µs, UTC], all may be null.
func Schema(rules *Rules) *arrow.Schema { panic("to come") }
