package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"logbook/frame"
	"logbook/templates"
)

type initCmd struct {
	Notebook string `arg:"" help:"What to start from: ${notebooks}."`
	Output   string `short:"o" help:"Where the notebook goes; - is standard output. Default: the notebook's name with .md." placeholder:"FILE"`
	Force    bool   `help:"Write over a file that is there."`
}

func (initCmd) Help() string {
	return `Writes one of the built-in notebooks, with comments and with every key that its
front matter may have, to be changed as you like.

  logbook init weekly -o site.md
  logbook preview site.md access.log*`
}

func (c *initCmd) Run(env *environment) error {
	if names := templates.Notebooks(); !slices.Contains(names, c.Notebook) {
		return usageError(fmt.Errorf("no notebook %q is built in (%s)", c.Notebook, frame.Nearest(c.Notebook, names)))
	}
	path := c.Output
	if path == "" {
		path = c.Notebook + ".md"
	}
	if _, err := os.Lstat(path); path != "-" && !c.Force && !errors.Is(err, fs.ErrNotExist) {
		return usageError(fmt.Errorf("%s is there already; --force writes over it", path))
	}
	err := writeOutput(env, path, func(w io.Writer) error {
		_, err := w.Write(templates.Start(c.Notebook))
		return err
	})
	if err == nil && path != "-" {
		fmt.Fprintf(env.stderr, "logbook: %s written; see it while you change it: logbook preview %[1]s access.log\n", printable(path))
	}
	return err
}
