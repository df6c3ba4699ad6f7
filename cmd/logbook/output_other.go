//go:build !linux

package main

import (
	"errors"
	"os"
)

// createUnnamed is of Linux only: elsewhere a file that is under way has a name.
func createUnnamed(string, os.FileMode) (*os.File, error) { return nil, errors.ErrUnsupported }

func giveName(*os.File, string) error { return errors.ErrUnsupported }
