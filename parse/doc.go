// Package parse reads access logs into Arrow record batches.
//
// One line's way, in the order of the code:
//
//  1. An [Input] is a file, a compressed file or a stream. It is cut into
//     blocks of whole lines: of a plain file each worker reads its own ranges,
//     a compressed one is inflated by one goroutine and parsed by others.
//  2. A [Format] splits a line into a [Record], whose texts are views of the
//     line. Nothing is copied, nothing allocated.
//  3. The plan's filter drops the records that no query wants, before their
//     other columns are made.
//  4. The wanted fields are appended to columns. Texts become codes of a
//     dictionary that a few workers share, and whatever derives from a text (the
//     book of a path, the browser of an agent) is computed when a worker's row
//     first has it, once.
//  5. A block's columns are one Arrow batch, handed to the worker's
//     [logbook/frame.Sink].
//
// Bad lines are data: they are counted by reason, and the first of each reason
// is kept with its file and line. For each file and for the whole
//
//	total = kept + filtered + rejected
//
// where blank lines, comments and directives are no part of the total. A scan
// whose counts do not add up panics.
//
// What is odd in a log has one meaning each:
//
//   - A line ends with LF or CRLF; the last may lack it. A byte order mark at
//     the beginning of a file is skipped; one of UTF-16 has the file read as that.
//   - A line of more than 1 MiB is one rejection, and no more of it is held.
//   - Control characters and NUL are part of the text in which they stand.
//     Invalid UTF-8 is as sent in a Record; in a column each run of it is one
//     U+FFFD, or on request each byte is \xHH.
//   - A file that grows while it is read is read to the length it had. The cut
//     last line of damaged compressed data is rejected, not guessed at.
//   - A log that is given twice, under two names, as a copy or compressed, or
//     of which one input has the beginning only, is read once.
//
// Memory is bounded by workers and columns, not by the log: see lexicon.go.
package parse
