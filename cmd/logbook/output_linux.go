package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// createUnnamed begins a file in a folder that has no name there, so that
// nothing is left of it when the process is killed. Some file systems cannot.
func createUnnamed(dir string, perm os.FileMode) (*os.File, error) {
	file, err := os.OpenFile(dir, os.O_WRONLY|unix.O_TMPFILE, perm)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(openName(file)); err != nil { // no /proc, and so no way to give it a name
		file.Close()
		return nil, err
	}
	return file, nil
}

// giveName gives an unnamed file its first name.
func giveName(file *os.File, name string) error {
	err := unix.Linkat(unix.AT_FDCWD, openName(file), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.LinkError{Op: "link", Old: file.Name(), New: name, Err: err}
	}
	return nil
}

// openName is a path to an open file, whether it has a name or not.
func openName(file *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", file.Fd()) }
