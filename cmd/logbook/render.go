package main

import (
	"fmt"
	"os"

	"logbook/report"
)

type renderCmd struct {
	File string `arg:"" name:"run.json" help:"What logbook report has written with -o run.json; - for standard input."`

	outputFlags
}

func (renderCmd) Help() string {
	return `Writes an answered notebook once more in another form. No log is read: run.json
holds the notebook, its cells and how they were made, and the page that comes of
it is the same, byte for byte.

  logbook report -o run.json access.log
  logbook render run.json -o report.html -o report.txt
  logbook render run.json --to csv,parquet -o cells`
}

func (c *renderCmd) Run(env *environment) error {
	result, err := c.read(env)
	if err != nil {
		return err
	}
	targets, err := c.targets(result.Run.Period.Name())
	if err != nil {
		return usageError(err)
	}
	for _, t := range targets {
		if err := t.write(env, result); err != nil {
			return err
		}
		t.told(env)
	}
	return resultError(result)
}

func (c *renderCmd) read(env *environment) (*report.Result, error) {
	in := env.stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, unreadable(err)
		}
		defer file.Close()
		in = file
	}
	result, err := report.ReadResult(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return result, nil
}
