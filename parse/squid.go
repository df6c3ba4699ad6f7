package parse

import "bytes"

// squid is the native format. The time is when the answer was complete, as
// Squid has it. Old versions, and those that were told so, have no media type. Of a
// connection that ended before its request there may be no client.
var squid = lines("squid",
	`{epoch} {milliseconds} {host?} {cache}/{status} {bytes} {method} {url} {user} {-}/{upstream} {type}`,
	`{epoch} {milliseconds} {host?} {cache}/{status} {bytes} {method} {url} {user} {-}/{upstream}`)

// squidResult returns the first part of TCP_MISS:HIER_DIRECT, which Squid's combined
// has behind the fields of Combined; nil if b is something else.
func squidResult(b []byte) []byte {
	result, hierarchy, ok := bytes.Cut(b, colon)
	if !ok || !isConstant(result) || !isConstant(hierarchy) {
		return nil
	}
	for _, prefix := range []string{"TCP_", "UDP_", "NONE", "TAG_"} {
		if bytes.HasPrefix(result, []byte(prefix)) {
			return result
		}
	}
	return nil
}

// isConstant tells capitals and underscores.
func isConstant(b []byte) bool {
	for _, c := range b {
		if c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(b) > 0
}
