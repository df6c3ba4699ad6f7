package parse

import "bytes"

// usual parses a line of the form that nearly all lines have:
//
//	192.0.2.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 612 "-" "agent"
//
// with or without the last two fields, single blanks, and nothing escaped. It
// reports whether the line is of it. If not, the record is as it was, and the
// line is to be read with care. It says nothing else than that would.
func (p *clfParser) usual(line []byte, r *Record) bool {
	host := addressEnd(line)
	clock := host + len(" - - [")
	request := clock + len(`17/May/2015:10:05:03 +0000] "`)
	if host == 0 || len(line) < request || string(line[host:clock]) != " - - [" || string(line[request-3:request]) != `] "` {
		return false
	}
	requestEnd := request + bytes.IndexByte(line[request:], '"')
	size := requestEnd + len(`" 200 `)
	if requestEnd < request || size >= len(line) {
		return false
	}
	status, ok := statusBetweenBlanks(line[requestEnd+1 : size])
	if !ok {
		return false
	}
	sent, digits := sixteenDigits(line[size:])
	referer, agent, ok := usualPair(line[size+digits:])
	if !ok || digits == 0 {
		return false
	}
	µs, offset, ok := p.clf.parse(line[clock : request-3])
	if !ok {
		return false
	}
	r.Time, r.Offset, r.Status, r.Bytes = µs, offset, status, int64(sent)
	r.Text[Host], r.Text[Referer], r.Text[Agent] = line[:host], referer, agent
	splitRequest(line[request:requestEnd], r)
	return true
}

// statusBetweenBlanks parses " 200 ".
func statusBetweenBlanks(b []byte) (status int32, ok bool) {
	b0, b1, b2 := b[1]-'0', b[2]-'0', b[3]-'0'
	return int32(b0)*100 + int32(b1)*10 + int32(b2), b[0] == ' ' && b[4] == ' ' && max(b0, b1, b2) <= 9
}

// usualPair parses ` "referer" "agent"`, or nothing, to the line's end. Without
// a quote in either there is nothing to decide.
func usualPair(b []byte) (referer, agent []byte, ok bool) {
	last := len(b) - 1
	if last < 0 {
		return nil, nil, true
	}
	if last < len(` "" "`) || b[0] != ' ' || b[1] != '"' || b[last] != '"' {
		return nil, nil, false
	}
	b = b[2:last]
	n := 1
	if b[0] != '-' || b[1] != '"' {
		if n = bytes.IndexByte(b, '"'); n < 0 {
			return nil, nil, false
		}
	}
	referer, b = b[:n], b[n:]
	if len(b) < 3 || string(b[:3]) != `" "` || bytes.IndexByte(b[3:], '"') >= 0 {
		return nil, nil, false
	}
	return null(referer), null(b[3:]), true
}
