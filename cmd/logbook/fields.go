package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"logbook/parse"
)

type fieldsCmd struct {
	Book  []string `help:"Pattern that names a book; each {name} in it becomes a field." placeholder:"PATTERN" sep:"none"`
	Rules string   `help:"File of your own rules for derived fields." placeholder:"FILE" type:"path"`

	BuiltIn bool `help:"Print the built-in rules instead: what makes a path a probe or an agent a bot, to copy from."`
}

func (c *fieldsCmd) Run(env *environment) error {
	if c.BuiltIn {
		_, err := env.stdout.Write(parse.BuiltInRules())
		return err
	}
	flags := readFlags{Book: c.Book, Rules: c.Rules}
	rules, err := flags.rules()
	if err != nil {
		return usageError(err)
	}
	return printFields(env.stdout, parse.Fields(rules))
}

// printFields lists fields with type, meaning and source.
func printFields(w io.Writer, fields []parse.FieldDoc) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", f.Name, f.Type, f.Meaning, f.From)
	}
	return tw.Flush()
}

type formatsCmd struct{}

func (formatsCmd) Run(env *environment) error {
	for _, f := range parse.Formats() {
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\n\t%s\n", f.Name(), f.About, strings.ReplaceAll(f.Example, "\n", "\n\t")); err != nil {
			return err
		}
	}
	return nil
}
