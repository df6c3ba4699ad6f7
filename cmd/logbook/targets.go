package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"logbook/frame"
	"logbook/parse"
	"logbook/report"
)

// outputFlags say what becomes of an answered notebook.
type outputFlags struct {
	Output []string `short:"o" help:"Where the answer goes; the ending says as what: .html, .txt, .md, .json. Repeat it for several at once. - is standard output; {period} is the period's name, and the folder of such a file is made. Default: report.html." placeholder:"FILE" sep:"none"`
	To     []string `help:"As what: html, txt, md, json; csv, parquet, arrow for a file a cell. With several, -o is a folder." placeholder:"FORM,…" sep:","`
}

// The forms of an answer: those of a whole notebook and those of one cell.
var (
	wholeForms = []string{"html", "txt", "md", "json"}
	cellForms  = []string{"csv", "parquet", "arrow"}
)

// A target is one form of the answer and where it goes.
type target struct {
	form   string
	folder string // is made if it is not there; "" where path says it all
	path   string // of the file, unless each cell has one
}

func (t target) whole() bool { return slices.Contains(wholeForms, t.form) }

// targets reads the flags. Its errors are of wrong use.
func (f *outputFlags) targets(period string) (list []target, err error) {
	for _, form := range f.To {
		if all := slices.Concat(wholeForms, cellForms); !slices.Contains(all, form) {
			return nil, fmt.Errorf("--to: unknown form %q (%s)", form, frame.Nearest(form, all))
		}
	}
	switch {
	case len(f.To) > 0:
		list, err = f.namedForms()
	case len(f.Output) == 0:
		list = []target{{form: "html", path: "report.html"}}
	default:
		list, err = f.byEnding()
	}
	for i := range list {
		if strings.Contains(list[i].path, "{period}") && list[i].folder == "" { // one of many, to be kept somewhere
			list[i].folder = filepath.Dir(list[i].path)
		}
		list[i].path = strings.ReplaceAll(list[i].path, "{period}", period)
		list[i].folder = strings.ReplaceAll(list[i].folder, "{period}", period)
	}
	return list, err
}

// byEnding returns the targets where the endings of files say the forms.
func (f *outputFlags) byEnding() (list []target, err error) {
	for _, path := range f.Output {
		form := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
		switch {
		case path == "-" || form == "": // standard output, a pipe, a device
			form = "html"
		case slices.Contains(cellForms, form):
			return nil, fmt.Errorf("-o %s: a notebook has many cells; --to %s -o FOLDER writes a file for each", path, form)
		case !slices.Contains(wholeForms, form):
			return nil, fmt.Errorf("-o %s: no form has that ending; use .html, .txt, .md or .json, or --to", path)
		}
		list = append(list, target{form: form, path: path})
	}
	return list, nil
}

// namedForms returns the targets where --to says the forms: one that is a
// whole file may go to any, several go to a folder.
func (f *outputFlags) namedForms() (list []target, err error) {
	path := ""
	switch len(f.Output) {
	case 0:
	case 1:
		path = f.Output[0]
	default:
		return nil, errors.New("--to goes with one -o, a file or a folder; without --to, every -o has an ending that says its form")
	}
	one := target{form: f.To[0], path: path}
	if len(f.To) == 1 && one.whole() && !isFolder(path) {
		if path == "" {
			one.path = "report." + one.form
		}
		return []target{one}, nil
	}
	if path == "-" {
		return nil, errors.New("-o -: more than one file cannot go to standard output; give a folder")
	}
	if path == "" {
		path = "report"
	}
	for _, form := range f.To {
		list = append(list, target{form, path, filepath.Join(path, "report."+form)})
	}
	return list, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return strings.HasSuffix(path, "/") || err == nil && info.IsDir()
}

// spareLogs returns an error if a target would take the place of a log.
func (t target) spareLogs(n *report.Notebook, inputs []parse.Input) error {
	if t.whole() {
		return spareLogs("-o", t.path, inputs)
	}
	for _, c := range n.Cells {
		if err := spareLogs("-o", t.cellPath(c.Name), inputs); err != nil {
			return err
		}
	}
	return nil
}

func (t target) cellPath(cell string) string { return filepath.Join(t.folder, cell+"."+t.form) }

// write writes the answer in this form, each file whole or not at all.
func (t target) write(env *environment, r *report.Result) error {
	if t.folder != "" {
		if err := os.MkdirAll(t.folder, 0o777); err != nil {
			return fmt.Errorf("cannot write to %s: %w", t.folder, err)
		}
	}
	switch t.form {
	case "html":
		return writeOutput(env, t.path, r.WriteHTML)
	case "txt":
		return writeOutput(env, t.path, r.WriteText)
	case "md":
		return writeOutput(env, t.path, r.WriteMarkdown)
	case "json":
		return writeOutput(env, t.path, r.WriteJSON)
	}
	for _, cell := range r.Cells() {
		if err := writeOutput(env, t.cellPath(cell), func(w io.Writer) error { return r.WriteCell(w, cell, t.form) }); err != nil {
			return err
		}
	}
	return nil
}

// told says on standard error where the answer is.
func (t target) told(env *environment) {
	switch {
	case !t.whole():
		fmt.Fprintf(env.stderr, "logbook: wrote %s, a file for each cell\n", printable(t.cellPath("*")))
	case t.path != "-":
		fmt.Fprintf(env.stderr, "logbook: wrote %s\n", printable(t.path))
	}
}
