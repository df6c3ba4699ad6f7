package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"logbook/frame"
)

// A Result is a notebook with its answers: all that a writer of any output
// needs. It is a value; writing it changes nothing. Equal results give equal
// bytes.
type Result struct {
	Notebook *Notebook
	Tables   []*frame.Table // of [Notebook.Queries], in that order
	Errs     []error        // where one is not nil, the cell failed and its table is nil
	Run      Run
}

// WriteHTML writes the result as one file that asks the network for nothing.
func (r *Result) WriteHTML(w io.Writer) error {
	pg, err := r.page()
	if err != nil {
		return err
	}
	return pg.writeHTML(w)
}

// WritePreview writes the result as WriteHTML does, and with what its author
// has besides while at work: a script that asks the server of the page for
// events, and a name for each cell. The version tells this page from the next.
func (r *Result) WritePreview(w io.Writer, version string) error {
	pg, err := r.page()
	if err != nil {
		return err
	}
	pg.preview = version
	return pg.writeHTML(w)
}

// Cells returns the names of the cells that have a table, in the order of the
// notebook.
func (r *Result) Cells() (names []string) {
	for _, c := range r.Notebook.Cells {
		if r.table(c.Name) != nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// table returns the table of a cell, or nil.
func (r *Result) table(cell string) *frame.Table {
	names, _ := r.Notebook.Queries()
	if i := slices.Index(names, cell); i >= 0 && i < len(r.Tables) {
		return r.Tables[i]
	}
	return nil
}

// WriteCell writes the table of one cell as "csv", "parquet" or "arrow". The
// metadata of the latter two hold the notebook and the run.
func (r *Result) WriteCell(w io.Writer, cell, form string) error {
	t := r.table(cell)
	if t == nil {
		return fmt.Errorf("the cell %s has no table", cell)
	}
	if form == "csv" {
		return t.WriteCSV(w, r.Run.Zone)
	}
	doc := r.document()
	run, err := json.Marshal(doc.Run)
	if err != nil {
		return err
	}
	return t.WriteColumns(w, form, map[string]string{"logbook.schema": strconv.Itoa(SchemaVersion), "logbook.cell": cell,
		"logbook.notebook": doc.Notebook.Source, "logbook.run": string(run), "logbook.zone": doc.Zone, "logbook.period": r.Run.Period.Name()})
}

// A Run is what a page must know of the scan behind its tables.
type Run struct {
	Version string // of logbook
	Command string // that makes this page again
	Made    time.Time
	Zone    *time.Location // of all times on the page; nil is UTC

	Site    string    // overrides the notebook's
	Title   string    // overrides the notebook's
	Period  Period    // what the page is about; the zero Period is all that the logs hold
	First   time.Time // earliest record counted; zero if there is none
	Last    time.Time // latest
	Inputs  []Input
	Rejects []Reject
	Probe   func(path string) bool // whether a path is one that only probes ask for; nil: none is
	Sample  float64                // share of the records that were counted; 0 is all of them
	Notes   []string               // what else a reader must know to believe the numbers
}

// An Input is one log and what became of its lines: Lines = Kept + Filtered +
// Rejected + Blank.
type Input struct {
	Name, Format                           string
	Lines, Kept, Filtered, Rejected, Blank int64
	First, Last                            time.Time // zero if there is no record
	Err                                    string    // damage
}

// A Reject is a reason for which lines were no records, with the first of them.
type Reject struct {
	Reason string // "malformed time"
	Count  int64
	File   string
	Line   int64
	Text   string
}
