//go:build !unix

package frame

import "os"

// lockFolder keeps nobody out: folders have no locks here.
func lockFolder(dir string) (*os.File, error) { return os.Open(dir) }

// syncDir does nothing: the file system keeps names of its own accord.
func syncDir(string) error { return nil }
