package parse

import "io"

// An Input is one log: a file, or a stream that can be read once.
type Input struct {
	Name string    // for messages, and the value of the field file
	Path string    // of the file; "" for a stream
	R    io.Reader // the stream; nil for a file
}

// Inputs expands the arguments of a command: files, globs with **, directories
// (the logs in them), "-" for stdin. Rotated sets are put in the order of
// time. It fails if an argument names nothing.
func Inputs(args []string, stdin io.Reader) ([]Input, error) { panic("to come") }
