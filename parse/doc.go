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
//     dictionary that the worker keeps, and whatever derives from a text (the
//     book of a path, the browser of an agent) is computed when the text first
//     enters the dictionary, once.
//  5. A block's columns are one Arrow batch, handed to the worker's
//     [logbook/frame.Sink].
//
// Bad lines are data: they are counted by reason, and the first of each reason
// is kept with its file and line.
package parse
