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
//
// # The cell language
//
// A query is a list of steps, each on a line of its own or after a "|". A line
// that is indented deeper than the first, or that follows a comma, continues
// its step. "#" begins a comment.
//
//	query     = [ from ] { row } [ group ] [ compare ] { result } { show } .
//	from      = "from" ( "log" | "history" | CELL ) .
//	row       = "where" expr | "let" NAME "=" expr .
//	group     = agg { "," agg } [ "by" key { "," key } ] .
//	agg       = func [ "if" expr ] [ "as" NAME ] .
//	func      = "count" | ( "sum" | "avg" | "min" | "max" | "first" | "last" | "distinct" ) sum
//	          | "daily" "distinct" sum | "p1" … "p99" sum | "top" INT sum | "series" unit .
//	key       = FIELD | LET | unit | "weekday" | "hour_of_day" .
//	unit      = "minute" | "hour" | "day" | "week" | "month" .
//	compare   = "compare" PERIOD { "," PERIOD } .
//	result    = "add" NAME "=" expr | "keep" expr | "fill"
//	          | "sort" COLUMN [ "asc" | "desc" ] { "," COLUMN [ "asc" | "desc" ] }
//	          | "limit" INT [ "with" "other" ] .
//	show      = "chart" KIND items | "table" items | "numbers" items | "findings" { OPTION } | "hide" .
//	items     = item { ( "," | new indented line ) item } .
//	item      = [ ROLE ] sum [ ">" sum ] { TEXT | option } | "spark" unit | TEXT { option } | option .
//	option    = WORD [ WORD ] [ "if" expr ] .
//
//	expr      = and { "or" and } .
//	and       = not { "and" not } .
//	not       = "not" not | sum [ compared ] .
//	compared  = ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~" ) sum
//	          | [ "not" ] "in" "(" sum { "," sum } ")" .
//	sum       = product { ( "+" | "-" ) product } .
//	product   = sign { ( "*" | "/" ) sign } .
//	sign      = "-" sign | member .
//	member    = operand { "." NAME [ args ] | "[" expr "]" } .
//	operand   = "(" expr ")" | LITERAL | NAME [ args ] .
//	args      = "(" [ expr { "," expr } ] ")" [ "by" ( NAME | "(" NAME { "," NAME } ")" ) ] .
//
// Where a query has parameters, $name stands for the value of one.
//
// A word begins with a letter, a digit or "_" and goes on with these, "-" and
// "."; so a minus wants spaces around it. A name that is a word of the language
// or holds anything else stands in backquotes. Texts stand in " or '; within "
// a backslash escapes " and itself, and is itself before anything else. A word
// that is no field needs no quotes beside a text: kind = page. Literals are
//
//	404  1.5  10 %           numbers; 10 % is 0.1
//	2MB  4KiB                bytes: B kB MB GB TB, KiB MiB GiB TiB
//	1s  500ms  7d  12 weeks  durations: us ms s m h d w, or the words
//	2026-11-09  2026-11-12T14:00  2026-W46  2026-11
//	                         times in the zone of the plan; a week, month or
//	                         day stands for its begin
//	true  false  none
//
// [Query.String] prints a query so that it parses back to itself.
//
// # Types and nulls
//
// Types are checked before the first row: see [Type]. Numbers, bytes and
// ratios compare with each other; a plain number beside a duration wants a
// unit. Plus and minus are of one type, or a time and a duration; "/" always
// gives a plain number. What is divided by zero, or beyond 64 bits, is null.
// Functions of a row are abs(number), lower(text), upper(text), length(text),
// in bytes, and those of [Options.Functions].
//
// Nulls are SQL's. What is computed of a null is null; "and", "or" and "not"
// have three values; where, if and keep take only what is true. Aggregates pass
// nulls over: count counts rows, all others values; of no values the result is
// null, but count and distinct are 0. Nulls are one group of their own. There
// is one difference, made on purpose: x = none and x != none, which SQL would
// call null whatever x is, ask whether x is null.
//
// # Results
//
// A query that is "from" another of its plan reads that one's table and not the
// log. Without a group step it works on the table's rows: where chooses among
// them and let adds a column. With one it groups them again.
//
// A query without a sort has its rows in the order of its keys if the first of
// them is a time, else the largest first by its first number. Rows that a sort
// leaves equal are in the order of their keys, nulls last: the same input gives
// the same table.
//
// In add and keep, sum avg min max and rank of a column are of the whole
// result, or "by" some of its columns: count / sum(count) by book. A limit
// "with other" has one more row for all that it leaves out: sums are added,
// columns of add computed from them, and what cannot be told from the parts, as
// an average or a distinct count, is null.
//
// A query from history sees all that there is before the end of the period, in
// the same pass.
//
// "compare previous" groups an earlier period in the same pass, moves its times
// to where they would be now, and adds for the first number: was, change, delta
// (relative; null if there was nothing) and is_new; for each other number X:
// was.X. Rows that are gone come in with zeros. Columns of a second comparison
// end in its name: was_usual. "usual" is the median of all periods whose names
// begin so.
package frame
