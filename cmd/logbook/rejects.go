package main

import (
	"bufio"
	"fmt"

	"logbook/parse"
)

// A rejectFile holds the lines of --rejects, each as
//
//	file:line: reason<TAB>the line, byte for byte
//
// so that cut -f2- gives the lines back. It appears under its name when the
// scan is done.
type rejectFile struct {
	file *output
	w    *bufio.Writer
}

func createRejects(path string) (*rejectFile, error) {
	file, err := createOutput(path, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--rejects: %w", err)
	}
	return &rejectFile{file, bufio.NewWriterSize(file, 1<<16)}, nil
}

// add is a parse.RejectFunc. What goes wrong in writing shows in close.
func (f *rejectFile) add(file string, line int64, reason parse.Reason, text []byte) {
	fmt.Fprintf(f.w, "%s:%d: %s\t", file, line, reason)
	f.w.Write(text)     //nolint:errcheck // a bufio.Writer keeps its first error for Flush
	f.w.WriteByte('\n') //nolint:errcheck // likewise
}

func (f *rejectFile) close() error {
	if err := f.w.Flush(); err != nil {
		return fmt.Errorf("--rejects: %w", err)
	}
	return f.file.close()
}

// abandon removes what was written, unless close has put it in place.
func (f *rejectFile) abandon() { f.file.abandon() }
