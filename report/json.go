package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"logbook/frame"
)

// SchemaVersion is that of the JSON that [Result.WriteJSON] writes. It grows
// when a field changes its meaning or goes; a new field alone does not.
const SchemaVersion = 1

// A document is a result as JSON has it, but for its cells, which keep their
// order and a line for each row. All times are RFC 3339.
type document struct {
	Schema   int          `json:"schema"`
	Notebook jsonNotebook `json:"notebook"`
	Run      jsonRun      `json:"run"`
	Period   *jsonPeriod  `json:"period"` // null is all that the logs hold
	Site     string       `json:"site"`
	Title    string       `json:"title"`
	Zone     string       `json:"zone"` // of days, weeks and hours
}

type jsonNotebook struct {
	Name   string       `json:"name"`
	Source string       `json:"source"`
	Params frame.Params `json:"params"`
}

type jsonRun struct {
	Version string       `json:"version"`
	Command string       `json:"command"`
	Made    *time.Time   `json:"made"`
	First   *time.Time   `json:"first"`
	Last    *time.Time   `json:"last"`
	Inputs  []jsonInput  `json:"inputs"`
	Rejects []jsonReject `json:"rejects"`
	Notes   []string     `json:"notes"`
}

type jsonInput struct {
	Name     string     `json:"name"`
	Format   string     `json:"format"`
	Lines    int64      `json:"lines"`
	Kept     int64      `json:"kept"`
	Filtered int64      `json:"filtered"`
	Rejected int64      `json:"rejected"`
	Blank    int64      `json:"blank"`
	First    *time.Time `json:"first"`
	Last     *time.Time `json:"last"`
	Err      string     `json:"error"`
}

type jsonReject struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Text   string `json:"text"`
}

type jsonPeriod struct {
	Name  string    `json:"name"` // 2026-W46
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Unit  string    `json:"unit"`
	N     int       `json:"n"` // so many units
}

// A jsonError says why a cell failed, and where in its text.
type jsonError struct {
	Message string `json:"message"`
	Offset  *int   `json:"offset,omitempty"` // in bytes
	Length  int    `json:"length,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// WriteJSON writes the result with all that is needed to write it again in any
// form, without the logs:
//
//	{"schema": 1, "notebook": {"name", "source", "params"},
//	 "run": {"version", "command", "made", "first", "last", "inputs", "rejects", "notes"},
//	 "period": {"name", "start", "end", "unit", "n"}, "site", "title", "zone",
//	 "cells": {"by_book": {"name", "columns", "rows", "other", "notes"}, "slow": {"error": {"message"}}, …}}
//
// A cell is what [frame.Table.WriteJSON] writes. Names that hold a space, which no
// cell's can, are of tables that the page needs besides, so that another form of
// it can be made without the logs: "total by day" and "total over 12 weeks" are
// behind the lines under headline numbers, "findings on pages" and its like behind
// what moved, "pulse of the log" says when there were lines. They are no part of
// the schema: who reads the file takes cells by the names that they have.
func (r *Result) WriteJSON(w io.Writer) error {
	if !utf8.Valid(r.Notebook.written) {
		return fmt.Errorf("%s is not UTF-8", r.Notebook.Name)
	}
	head, err := json.Marshal(r.document())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(head, []byte("}")))
	b.WriteString(",\n\"cells\": {")
	names, _ := r.Notebook.Queries()
	comma := ""
	for i, name := range names {
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s\n%s: ", comma, key)
		if err := r.cellJSON(&b, i); err != nil {
			return err
		}
		comma = ","
	}
	b.WriteString("}}\n")
	_, err = io.WriteString(w, frame.SeenJSON(b.String()))
	return err
}

func (r *Result) cellJSON(b *bytes.Buffer, i int) error {
	switch {
	case i < len(r.Errs) && r.Errs[i] != nil:
		text, err := json.Marshal(jsonErrorOf(r.Errs[i]))
		fmt.Fprintf(b, `{"error": %s}`, text)
		return err
	case i < len(r.Tables) && r.Tables[i] != nil:
		return r.Tables[i].WriteJSON(b, r.Run.Zone)
	}
	b.WriteString("null")
	return nil
}

func jsonErrorOf(err error) jsonError {
	syntax, ok := errors.AsType[*frame.SyntaxError](err)
	if !ok {
		return jsonError{Message: err.Error()}
	}
	return jsonError{Message: syntax.Msg, Offset: &syntax.Offset, Length: syntax.Length, Hint: syntax.Hint}
}

func (e *jsonError) error(name, text string) error {
	if e.Offset == nil || *e.Offset < 0 || *e.Offset > len(text) {
		return errors.New(e.Message)
	}
	return &frame.SyntaxError{Name: name, Text: text, Offset: *e.Offset, Length: max(e.Length, 1), Msg: e.Message, Hint: e.Hint}
}

func (r *Result) document() *document {
	run := r.Run
	d := &document{Schema: SchemaVersion, Site: run.Site, Title: run.Title, Zone: "UTC",
		Notebook: jsonNotebook{r.Notebook.Name, string(r.Notebook.written), r.Notebook.params},
		Run: jsonRun{Version: run.Version, Command: run.Command, Made: instantOf(run.Made), First: instantOf(run.First), Last: instantOf(run.Last),
			Inputs: []jsonInput{}, Rejects: []jsonReject{}, Notes: append([]string{}, run.Notes...)}}
	if run.Zone != nil {
		d.Zone = run.Zone.String()
	}
	if p := run.Period; !p.All() {
		d.Period = &jsonPeriod{p.Name(), p.Start, p.End, string(p.unit), p.n}
	}
	for _, in := range run.Inputs {
		d.Run.Inputs = append(d.Run.Inputs, jsonInput{in.Name, in.Format, in.Lines, in.Kept, in.Filtered, in.Rejected, in.Blank, instantOf(in.First), instantOf(in.Last), in.Err})
	}
	for _, rej := range run.Rejects {
		d.Run.Rejects = append(d.Run.Rejects, jsonReject(rej))
	}
	return d
}

// instantOf returns a time as JSON has it: in UTC, null if there is none.
func instantOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// ReadResult reads what [Result.WriteJSON] has written, of this schema or an
// older one. It trusts nothing that it reads.
func ReadResult(src io.Reader) (*Result, error) {
	data, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	var in struct {
		document
		Cells map[string]json.RawMessage `json:"cells"`
	}
	err = json.Unmarshal(data, &in)
	switch {
	case in.Schema > SchemaVersion:
		return nil, fmt.Errorf("schema %d is newer than this logbook knows, which is %d: use a newer logbook", in.Schema, SchemaVersion)
	case err != nil:
		return nil, jsonPlace(data, err)
	case in.Schema < 1:
		return nil, errors.New(`no "schema": this is no result that logbook has written with --to json`)
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone %q is not known here", in.Zone)
	}
	r := &Result{}
	if r.Notebook, err = parseNotebook(in.Notebook.Name, []byte(in.Notebook.Source), in.Notebook.Params); err != nil {
		return nil, fmt.Errorf("its notebook: %w", err)
	}
	if r.Run, err = in.run(zone); err != nil {
		return nil, err
	}
	r.Notebook = r.Notebook.About(r.Run.Period)
	names, _ := r.Notebook.Queries()
	for _, name := range names {
		t, failed, err := readCell(in.Cells[name], r.Notebook.Cell(name), zone)
		if err != nil {
			return nil, fmt.Errorf("cell %s: %w", name, err)
		}
		r.Tables, r.Errs = append(r.Tables, t), append(r.Errs, failed)
	}
	return r, nil
}

// jsonPlace says at what line the JSON is damaged.
func jsonPlace(data []byte, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		text := bytes.TrimRight(data, "\n") // an end that comes too early is on the last line
		line := bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")) + 1
		return fmt.Errorf("line %d: damaged JSON: %w", line, err)
	}
	return fmt.Errorf("damaged: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func readCell(data json.RawMessage, c *Cell, zone *time.Location) (t *frame.Table, failed, err error) {
	if len(data) == 0 || string(data) == "null" {
		return nil, nil, nil
	}
	var in struct {
		Error *jsonError `json:"error"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, nil, err
	}
	if in.Error != nil {
		name, text := "", ""
		if c != nil {
			name, text = c.Name, c.Text
		}
		return nil, in.Error.error(name, text), nil
	}
	t, err = frame.ParseTable(data, zone)
	if err == nil && c != nil {
		t.Show = c.Query.Show
	}
	return t, nil, err
}

func (d *document) run(zone *time.Location) (Run, error) {
	timeOf := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return t.In(zone)
	}
	run := Run{Version: d.Run.Version, Command: d.Run.Command, Made: timeOf(d.Run.Made), Zone: zone, Site: d.Site, Title: d.Title,
		First: timeOf(d.Run.First), Last: timeOf(d.Run.Last), Notes: d.Run.Notes}
	for _, in := range d.Run.Inputs {
		run.Inputs = append(run.Inputs, Input{in.Name, in.Format, in.Lines, in.Kept, in.Filtered, in.Rejected, in.Blank, timeOf(in.First), timeOf(in.Last), in.Err})
	}
	for _, rej := range d.Run.Rejects {
		run.Rejects = append(run.Rejects, Reject(rej))
	}
	if d.Period == nil {
		return run, nil
	}
	p, err := d.Period.period(zone)
	run.Period = p
	return run, err
}

// period checks that the period is so many units of the calendar.
func (p *jsonPeriod) period(zone *time.Location) (Period, error) {
	u := unit(p.Unit)
	switch u {
	case hours, days, weeks, months, years:
		if p.N >= 1 && p.N <= 10_000 {
			if out := span(p.Start.In(zone), u, p.N); out.End.Equal(p.End) {
				return out, nil
			}
		}
	}
	return Period{}, fmt.Errorf("the period %q is none: it does not last %d %s", p.Name, p.N, p.Unit)
}
