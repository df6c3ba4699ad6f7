// Package report turns notebooks and tables into pages.
//
// A notebook is Markdown with cells: fenced blocks that hold a query and how to
// show its result. [ParseNotebook] parses it, [Notebook.Queries] says what must
// be computed, and a [Result] holds the notebook with the finished tables, for its
// methods to write: [Result.WriteHTML] makes one file that asks the network for
// nothing.
//
//	n, err := report.ParseNotebook("access.md", source)
//	names, queries := n.Queries()
//	… plan, scan, partial.Tables() …
//	err = (&report.Result{Notebook: n, Tables: tables, Errs: errs, Run: run}).WriteHTML(w)
//
// The package knows nothing of logs. Whatever text its tables hold was written
// by a stranger: it reaches a page as text, escaped by html/template, or in
// inert JSON, and never as Markdown, markup or script.
package report
