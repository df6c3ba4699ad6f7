package report

import (
	"io"
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
