package parse

import "bytes"

// Amend returns the directives in force after one more directive line: the
// latest line of each keyword (the text up to the colon), one a line. It may
// reuse the memory of directives.
//
// Handing on only the last line would lose the date of a W3C log whose lines
// have none, because #Fields: follows #Date:.
func Amend(directives, line []byte) []byte {
	line = bytes.TrimRight(line, "\r\n")
	keyword, _, _ := bytes.Cut(line, []byte(":"))
	kept := directives[:0]
	for old := range bytes.Lines(directives) {
		if k, _, _ := bytes.Cut(old, []byte(":")); !bytes.Equal(bytes.TrimRight(k, "\n"), keyword) {
			kept = append(kept, old...)
		}
	}
	return append(append(kept, line...), '\n')
}
