// Package frame groups Arrow record batches.
//
// It is the small dataframe layer of logbook: it knows expressions, a cell
// language, aggregates and tables, and nothing of logs, books or pages.
//
// A query goes through five steps:
//
//  1. [ParseQuery] turns the text of a cell into a [Query], a syntax tree.
//  2. [NewPlan] checks one or more queries against a schema, decides which
//     columns they read and which rows none of them wants, and compiles them.
//  3. A [Partial] is the running state of all queries of a plan. It is a
//     [Sink]: one goroutine writes record batches to it.
//  4. Partials merge. Merging is associative and commutative and exact, so
//     that cores, files, days and machines may each have a partial of their
//     own and the answer never shows it.
//  5. [Partial.Tables] finishes each query into a [Table]: computed columns,
//     sorting, limits, comparison.
//
// Text columns are dictionaries (int32 indices over UTF-8), and whatever is
// computed from a text is computed once per distinct text, not once per row.
package frame
