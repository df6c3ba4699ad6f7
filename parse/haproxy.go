package parse

import "bytes"

// haproxy is option httplog or httpslog, with the header fields that a frontend
// captures from requests and answers, from one of them, or from none, or option httplog
// clf. A client that has no address, as on a socket, is "-". The time
// is in the zone of the proxy, which its log does not say: it is taken for UTC.
var haproxy = func() *layout {
	const (
		begin = `{hostport?} [{time:%d/%b/%Y:%H:%M:%S.%L}] {-} {upstream} {-}/{-}/{-}/{upmilliseconds}/{milliseconds} {status} {bytes+} {-} {-} {-} {-} {-} `
		tls   = ` {-}/{-}/{-}/{-}/{-} {vhost}/{tls}/{cipher}`
	)
	var texts []string
	for _, end := range []string{``, tls, `…`} {
		for _, request := range []string{`{{captured}} {{-}} "{request}"`, `{{captured}} "{request}"`, `"{request}"`} {
			texts = append(texts, begin+request+end)
		}
	}
	texts = append(texts, `{host} - - [{time}] "{request}" {status} {bytes} "" "" {-} {-} "{-}" "{-}" "{upstream}" {-} {-} {-} {upmilliseconds} {milliseconds} …`)
	return escapedLines("haproxy", escapeHash, texts...)
}()

// setCaptured looks through captured header fields, whose names the log does
// not have, for what cannot be anything else: a URL is the referer, and a name
// with a version is the agent.
func (p *reader) setCaptured(b []byte, r *Record) {
	for more := true; more; {
		var one []byte
		one, b, more = bytes.Cut(b, []byte("|"))
		i := bytes.IndexByte(one, '/')
		switch {
		case bytes.HasPrefix(one, []byte("http://")) || bytes.HasPrefix(one, []byte("https://")):
			r.Text[Referer] = p.unescape(one, escapeHash, true)
		case i > 0 && i+1 < len(one) && isDigit(one[i+1]) && r.Text[Agent] == nil:
			r.Text[Agent] = p.unescape(one, escapeHash, true)
		}
	}
}
