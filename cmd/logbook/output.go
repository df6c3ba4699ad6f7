package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"logbook/parse"
)

// An output is a file under way: a new one that takes the place of the old one
// only when it is whole. A pipe or a device has no place to take: it is written
// to as it is. One without a file, such as standard output, is not closed.
type output struct {
	io.Writer
	file *os.File
	path string // whose place it takes; "": direct
	name string // until then, beside path; "": none, on Linux
}

// createOutput begins the file that path will name. Where path is a link, the
// file is the one that it points to. It removes what earlier runs have left
// that were killed on their way to the same path.
func createOutput(path string, perm os.FileMode) (*output, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, errors.New("it is a folder")
	case err == nil && !info.Mode().IsRegular():
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &output{Writer: file, file: file}, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	sweep(path)
	o := &output{path: path}
	if o.file, err = createUnnamed(filepath.Dir(path), perm); err != nil {
		err = o.createNamed(perm)
	}
	o.Writer = o.file
	if temporary, ok := errors.AsType[*fs.PathError](err); ok {
		err = temporary.Err // nobody has to know the file's first name
	}
	return o, err
}

// createNamed begins the file under a temporary name, and locks it for as long
// as it is under way, so that [sweep] spares it.
func (o *output) createNamed(perm os.FileMode) error {
	return o.claim(func(name string) (err error) {
		if o.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm); err != nil {
			return err
		}
		lock(o.file) // a file system without locks has no sweep either
		mine, err := o.file.Stat()
		if named, missing := os.Lstat(name); err == nil && (missing != nil || !os.SameFile(mine, named)) {
			err = fs.ErrExist // another process swept it before it was locked
		}
		if err != nil {
			o.file.Close()
		}
		return err
	})
}

// claim gives the file the first temporary name that take does not find taken.
func (o *output) claim(take func(name string) error) error {
	for _, name := range temporaryNames(o.path) {
		err := take(name)
		if err == nil {
			o.name = name
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return errors.New("several other processes are writing it")
}

// temporaryNames are the names that a file may have while it is under way:
// hidden, and few, so that the next run knows where to look for what one that
// was killed has left. Names end at 255 bytes.
func temporaryNames(path string) (names [8]string) {
	dir, base := filepath.Split(path)
	for i := range names {
		names[i] = filepath.Join(dir, fmt.Sprintf(".%s.%d.logbook", base[:min(len(base), 240)], i))
	}
	return names
}

// sweep removes the temporary files of path that nobody has a lock on: the
// process that wrote them has ended, and not of its own accord.
func sweep(path string) {
	for _, name := range temporaryNames(path) {
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if lock(file) {
			os.Remove(name) // if it cannot be, the next run tries again
		}
		file.Close()
	}
}

// close completes the file and gives it its name.
func (o *output) close() error {
	if o.path == "" {
		if o.file == nil {
			return nil
		}
		return o.file.Close()
	}
	if err := o.file.Sync(); err != nil {
		return err
	}
	if o.name == "" {
		lock(o.file)
		if err := o.claim(func(name string) error { return giveName(o.file, name) }); err != nil {
			return err
		}
	}
	if runtime.GOOS == "windows" { // where an open file keeps its name; elsewhere it keeps the lock until it has its own
		if err := o.file.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(o.name, o.path); err != nil {
		return err
	}
	o.name = ""
	o.abandon()
	return nil
}

// abandon removes what close has not completed. After close it does nothing.
func (o *output) abandon() {
	if o.file == nil {
		return
	}
	o.file.Close() // if it is not closed already; after a failure that is reported
	if o.name != "" {
		os.Remove(o.name) // likewise
		o.name = ""
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
	if failed, ok := errors.AsType[*fs.PathError](err); ok && failed.Path == file.file.Name() {
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
