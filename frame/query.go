package frame

// ParseQuery parses the text of one cell. The error is a [*SyntaxError].
// Names are not resolved: [NewPlan] does that, since only it knows the fields.
func ParseQuery(text string) (*Query, error) { panic("to come") }

// ParseExpr parses an expression by itself, as in a flag.
func ParseExpr(text string) (Expr, error) { panic("to come") }

// String returns text that parses back to an equal query.
func (q *Query) String() string { panic("to come") }

// A SyntaxError is an error in the text of a query, be it of grammar, of
// names or of types.
type SyntaxError struct {
	Name   string // of the query or file; may be empty
	Text   string // the whole query
	Offset int    // byte offset of the error in Text
	Length int    // of what is underlined; at least 1
	Msg    string // what is wrong: `unknown field "stauts"`
	Hint   string // what would be right: `did you mean status?`, `want one of …`
}

// Error names the place by line and column (both 1-based), shows the line with
// a caret under the place, and the hint:
//
//	1:7: unknown field "stauts" (did you mean status?)
//		where stauts >= 400
//		      ^~~~~~
func (e *SyntaxError) Error() string { panic("to come") }

func (e *Name) String() string    { panic("to come") }
func (e *Literal) String() string { panic("to come") }
func (e *Unary) String() string   { panic("to come") }
func (e *Binary) String() string  { panic("to come") }
func (e *In) String() string      { panic("to come") }
func (e *Call) String() string    { panic("to come") }
