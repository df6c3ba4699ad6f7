package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/rogpeppe/go-internal/diff"

	"logbook/report"
	"logbook/templates"
)

// recordedFlags are those that make a notebook its own test.
type recordedFlags struct {
	Check  bool `help:"Write no page, but compare the notebook's output blocks with what its cells answer now; exit with 1 where they differ." xor:"recorded"`
	Update bool `help:"Write no page, but the notebook anew, with what its cells answer now in its output blocks." xor:"recorded"`
}

// settle compares or writes the outputs that a notebook records.
func (f *recordedFlags) settle(env *environment, name string, r *report.Result) error {
	old := r.Notebook.Source()
	fresh, err := r.Rerecorded()
	if err != nil {
		return err
	}
	switch {
	case bytes.Equal(old, fresh):
		return nil
	case f.Update:
		return writeOutput(env, name, func(w io.Writer) error {
			_, err := w.Write(fresh)
			return err
		})
	}
	fmt.Fprint(env.stdout, printable(string(diff.Diff(name, old, name+" (now)", fresh))))
	return fmt.Errorf("%s: its cells do not answer what it records; --update writes what they answer now", name)
}

// allowed checks, before a log is read, that there is something to settle.
func (f *recordedFlags) allowed(name string, n *report.Notebook) error {
	_, builtIn := templates.Notebook(name)
	switch {
	case !f.Check && !f.Update:
		return nil
	case f.Update && builtIn:
		return errors.New("--update: a built-in notebook cannot be written; make one of your own with logbook init")
	case !n.Recorded():
		return fmt.Errorf("%s records no output: put an empty block ```output after a cell, and use --update", n.Name)
	}
	return nil
}
