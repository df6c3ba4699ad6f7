package parse

// squid is the native format. The time is when the answer was complete, as
// Squid has it. Old versions, and those that were told so, have no media type. Of a
// connection that ended before its request there may be no client.
var squid = lines("squid",
	`{epoch} {milliseconds} {host?} {cache}/{status} {bytes} {method} {url} {user} {-}/{upstream} {type}`,
	`{epoch} {milliseconds} {host?} {cache}/{status} {bytes} {method} {url} {user} {-}/{upstream}`)
