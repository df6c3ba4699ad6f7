//go:build unix

package frame

import (
	"errors"
	"os"
	"syscall"
)

// lockFolder keeps other writers out until the file that it returns is closed,
// or the process ends. Where the file system has no locks it does nothing.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(errors.New("another logbook is writing to this dataset; try again when it is done"), f.Close())
	}
	return f, nil
}

// syncDir has the disk keep the names in a folder.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
