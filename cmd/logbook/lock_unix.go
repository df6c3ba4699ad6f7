//go:build unix

package main

import (
	"os"
	"syscall"
)

// lock locks a file until it is closed, or the process ends. It reports false
// if another process has it locked, or the file system has no locks.
func lock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
