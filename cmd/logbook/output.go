package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"logbook/parse"
)

// An output is a file under way: a new one that takes the place of the old one
// only when it is whole. A pipe or a device has no place to take: it is written
// to as it is. One without a file, such as standard output, is not closed.
type output struct {
	io.Writer
	pending *renameio.PendingFile // nil: direct
	direct  *os.File
}

// createOutput begins the file that path will name. Where path is a link, the
// file is the one that it points to.
func createOutput(path string, perm os.FileMode) (*output, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular():
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &output{Writer: file, direct: file}, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	// Of its own accord renameio would write to the system's folder for
	// temporary files, which may be small, and leave things there if killed.
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(perm), renameio.WithTempDir(filepath.Dir(path)))
	if temporary, ok := errors.AsType[*fs.PathError](err); ok {
		err = temporary.Err // nobody has to know the file's first name
	}
	return &output{Writer: file, pending: file}, err
}

// name returns the name of the file as long as it is under way.
func (o *output) name() string {
	if o.direct != nil {
		return o.direct.Name()
	}
	return o.pending.Name()
}

// close completes the file and gives it its name.
func (o *output) close() error {
	switch {
	case o.direct != nil:
		return o.direct.Close()
	case o.pending != nil:
		return o.pending.CloseAtomicallyReplace()
	}
	return nil
}

// abandon removes what close has not completed. After close it does nothing.
func (o *output) abandon() {
	switch {
	case o.pending != nil:
		o.pending.Cleanup() //nolint:errcheck // after a failure that is reported
	case o.direct != nil:
		o.direct.Close() // if it is not closed already
	}
}

// writeOutput calls write with standard output if path is "-", and else with a
// new file that takes the place of the old one only when it is whole.
func writeOutput(env *environment, path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(env.stdout)
	}
	file, err := createOutput(path, 0o644)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer file.abandon()
	err = write(file)
	if err == nil {
		err = file.close()
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok && failed.Path == file.name() {
		err = failed.Err // nobody has to know the file's first name
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// spareLogs returns an error if what a flag writes would take the place of one
// of the logs.
func spareLogs(flag, path string, inputs []parse.Input) error {
	out, err := os.Stat(path)
	if err != nil || !out.Mode().IsRegular() {
		return nil
	}
	for _, in := range inputs {
		if log, err := os.Stat(in.Path); err == nil && os.SameFile(out, log) {
			return usageError(fmt.Errorf("%s %s: this is one of the logs, and would be overwritten", flag, path))
		}
	}
	return nil
}
