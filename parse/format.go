package parse

// A Format knows how one kind of log writes a record.
//
// A Format is immutable and shared by all workers; what changes while lines
// are parsed (the header of a W3C log, scratch memory) is in the [Parser] that
// NewParser makes, one for each worker and block.
type Format interface {
	// Name is how users name the format: "combined", "caddy", "w3c".
	Name() string

	// Directive is the beginning of the lines that change the meaning of those
	// that follow ("#" of W3C logs, which have #Fields: and #Date:), or "". A
	// file of a format with directives is cut into blocks by one goroutine,
	// which hands each block the directives in force at its start: it amends
	// them with each directive line it passes, see [Amend]. The parser sees the
	// directives inside a block itself, and calls them Blank.
	Directive() string

	// NewParser returns a parser that starts under the given directives, nil
	// for none.
	NewParser(directives []byte) Parser

	// Append writes a record as a line with its newline (and its directive
	// first, if dst is empty and the format has some); Parse reads it back to an
	// equal record as far as the format has the fields.
	Append(dst []byte, r *Record) []byte
}

// A Parser parses lines of one format. It is used by one goroutine.
type Parser interface {
	// Parse fills r from a line without its line end. Texts of r are views of
	// line, or of memory that belongs to the parser and stays good until Reset.
	// A reason other than OK means that the line is rejected, and r is garbage.
	Parse(line []byte, r *Record) Reason

	// Reset lets the parser use its scratch memory again: no view that Parse
	// gave is in use any more. The caller resets it once a block.
	Reset()
}

// A Reason says why a line was not counted as a record.
type Reason uint8

// The reasons. A line that is blank or a comment is not a record of any
// format and is counted as Blank, apart from the rejected and from the total.
const (
	OK        Reason = iota
	Blank            // empty line, or a directive such as #Fields
	TooFew           // fewer fields than the format has
	BadTime          // no such time: 31 June, hour 25, no zone where one is due
	BadStatus        // not a number of three digits
	BadSize          // not a number, or negative, or over 2⁶³-1
	BadQuote         // a quoted field without its end, or something between fields
	BadHost          // no client where one is due
	BadNumber        // another field that should be a number is not
	BadJSON          // not a JSON object
	TooLong          // longer than 1 MiB
	Binary           // NUL bytes, in a line that is no record for other reasons too
	Cut              // cut off where the file's compressed data is damaged
	NumReasons
)
