package parse

import (
	"bytes"
	"encoding/binary"
)

// This file has what the text formats share: blanks, hosts, escapes, requests.

func isBlank(b byte) bool { return b == ' ' || b == '\t' }
func isDigit(b byte) bool { return b-'0' <= 9 }

func skipBlanks(b []byte, i int) int {
	for i < len(b) && isBlank(b[i]) {
		i++
	}
	return i
}

// null returns nil for "-", by which most formats say that there is no value.
func null(text []byte) []byte {
	if len(text) == 1 && text[0] == '-' {
		return nil
	}
	return text
}

// The classes of bytes in a host.
const (
	hostDigit = 1 << iota // digits and dots
	hostOther             // all else that names, IPv6 and unix:/sockets have
	hostBad               // what no host has
)

var hostBytes = func() (class [256]byte) {
	for b := range class {
		switch {
		case b >= '0' && b <= '9' || b == '.':
			class[b] = hostDigit
		case b <= ' ' || b == 0x7f || bytes.IndexByte([]byte(`"'<>{}(),;=#\^`+"`"), byte(b)) >= 0:
			class[b] = hostBad
		default:
			class[b] = hostOther
		}
	}
	return class
}()

// hostClasses returns the or of the classes of a host's bytes.
func hostClasses(host []byte) (seen byte) {
	for _, c := range host {
		seen |= hostBytes[c]
	}
	return seen
}

// cleanHost returns a client's name or address without brackets and port, nil
// for "-". seen is the or of the classes of its bytes.
func cleanHost(host []byte, seen byte) ([]byte, bool) {
	switch {
	case seen == hostDigit:
		return host, isFullAddress(host) || isAddress(host)
	case seen&hostBad != 0 || len(host) == 0:
		return nil, false
	case host[0] == '[' && len(host) > 2 && host[len(host)-1] == ']':
		inner := host[1 : len(host)-1]
		return inner, bytes.Count(inner, colon) > 1 && !bytes.ContainsAny(inner, "[]")
	}
	if bare := withoutPort(host); len(bare) < len(host) {
		return cleanHost(bare, hostClasses(bare))
	}
	return null(host), host[0] != '['
}

// withoutPort cuts the port off host:port and [host]:port. An IPv6 address
// without brackets has none.
func withoutPort(host []byte) []byte {
	i := len(host)
	for i > 0 && isDigit(host[i-1]) {
		i--
	}
	if i > 1 && i < len(host) && host[i-1] == ':' && (host[0] == '[' && host[i-2] == ']' || bytes.IndexByte(host, ':') == i-1) {
		return host[:i-1]
	}
	return host
}

// isClient reports whether a text is a client of any kind, as it is. Those of which
// more is to be told are not: with a port, in brackets, none at all.
func isClient(text []byte) bool {
	if isFullAddress(text) {
		return true
	}
	if seen := hostClasses(text); seen&hostOther == 0 || seen&hostBad != 0 || len(text) < 2 || text[0] == '[' {
		return false
	}
	colon := bytes.IndexByte(text, ':')
	return colon < 0 || bytes.IndexByte(text[colon+1:], ':') >= 0
}

// scratch is memory for texts whose escapes were undone. Texts stay where they
// are when it grows, because it then goes on in a new piece. Pieces become
// larger until one is enough for a block.
type scratch []byte

const scratchPiece, scratchMax = 64 << 10, 1 << 20

// take returns room for n bytes, empty.
func (s *scratch) take(n int) []byte {
	if cap(*s)-len(*s) < n {
		*s = make([]byte, 0, max(n, scratchPiece, min(2*cap(*s), scratchMax)))
	}
	return (*s)[len(*s) : len(*s) : len(*s)+n]
}

// unescape undoes \" \\ \xHH and, if control is set, \b \n \r \t \v. A
// backslash before anything else stands for itself.
func (s *scratch) unescape(text []byte, control bool) []byte {
	first := bytes.IndexByte(text, '\\')
	if first < 0 {
		return null(text)
	}
	out := append(s.take(len(text)), text[:first]...)
	for i := first; i < len(text); i++ {
		b := text[i]
		if b != '\\' || i+1 == len(text) {
			out = append(out, b)
			continue
		}
		next := text[i+1]
		switch c := controls[next]; {
		case next == '"' || next == '\\':
			b = next
			i++
		case next == 'x' && i+3 < len(text) && isHex(text[i+2]) && isHex(text[i+3]):
			b = hex(text[i+2])<<4 | hex(text[i+3])
			i += 3
		case control && c != 0:
			b = c
			i++
		}
		out = append(out, b)
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

var controls = [256]byte{'b': '\b', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

func isHex(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }

func hex(b byte) byte {
	if isDigit(b) {
		return b - '0'
	}
	return b | 0x20 - 'a' + 10
}

// methodBytes are those of which a method may consist. RFC 9110 allows more;
// no server knows a method of them, but the first bytes of other protocols
// (SSH-2.0, Gh0st) would pass.
var methodBytes = func() (ok [256]bool) {
	for b := range ok {
		ok[b] = b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '-' || b == '_'
	}
	return ok
}()

const methodMax = 24 // longer than any registered method: UPDATEREDIRECTREF has 17

var slash = []byte("/")

// splitRequest splits a request line into method, path, query and protocol,
// and scheme and virtual host if its target is absolute and the record has
// none yet. What a broken request does not have stays as it is.
func splitRequest(req []byte, r *Record) {
	i := 0
	if len(req) > 4 && string(req[:4]) == "GET " {
		i = 3
	}
	for i < len(req) && methodBytes[req[i]] {
		i++
	}
	switch {
	case len(req) > 0 && req[0] == '/':
		i = 0 // a target without a method
	case i == 0 || i > methodMax || i < len(req) && req[i] != ' ' || req[0] == '-':
		return
	default:
		r.Text[Method] = req[:i]
	}
	target := trimEnd(req[i:])
	if n := protocolStart(target); n >= 0 {
		r.Text[Protocol] = target[n:]
		target = trimEnd(target[:n])
	}
	for len(target) > 0 && target[0] == ' ' {
		target = target[1:]
	}
	if len(target) > 0 {
		splitTarget(target, r)
	}
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// protocolStart returns the index of the last word of a request if that is a
// protocol: HTTP/1.1, HTTP/2, RTSP/1.0. Else it returns -1.
func protocolStart(req []byte) int {
	n := len(req)
	if n > 9 && string(req[n-9:n-3]) == " HTTP/" && isDigit(req[n-3]) && req[n-2] == '.' && isDigit(req[n-1]) {
		return n - 8
	}
	start := bytes.LastIndexByte(req, ' ') + 1
	word := req[start:]
	i := 0
	for i < len(word) && word[i] >= 'A' && word[i] <= 'Z' {
		i++
	}
	if start == 0 || i == 0 || i > 8 || len(word) < i+2 || len(word) > i+6 || word[i] != '/' {
		return -1
	}
	for _, b := range word[i+1:] {
		if !isDigit(b) && b != '.' {
			return -1
		}
	}
	return start
}

// splitTarget splits a request's target into path and query.
func splitTarget(target []byte, r *Record) {
	if target[0] != '/' {
		target = splitAbsolute(target, r)
	}
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		r.Text[Query] = target[i+1:]
		target = target[:i]
	}
	if len(target) == 0 {
		target = slash // "http://host?q" asks for "/"
	}
	r.Text[Path] = target
}

// splitAbsolute takes "http://host:port" off a target.
func splitAbsolute(target []byte, r *Record) []byte {
	i := bytes.Index(target, []byte("://"))
	if i <= 0 || i > len("https") {
		return target
	}
	for _, b := range target[:i] {
		if b|0x20 < 'a' || b|0x20 > 'z' {
			return target
		}
	}
	scheme, rest := target[:i], target[i+3:]
	end := bytes.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	if r.Text[Scheme] == nil {
		r.Text[Scheme] = scheme
	}
	if r.Text[VHost] == nil && end > 0 {
		r.Text[VHost] = hostOnly(rest[:end])
	}
	return rest[end:]
}

// hostOnly returns a host without the port and the brackets around it.
func hostOnly(host []byte) []byte {
	host = withoutPort(host)
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	return host
}

// appendWord writes an unquoted field.
func appendWord(dst, text []byte) []byte {
	if text == nil {
		return append(dst, '-')
	}
	return append(dst, text...)
}

// appendUser writes a user's name, which stands unquoted before a bracket.
func appendUser(dst, user []byte) []byte {
	switch {
	case user == nil:
		return append(dst, '-')
	case len(user) == 0:
		return append(dst, `""`...)
	}
	for i, b := range user {
		// What would end the name, or be lost at its ends.
		if b == '[' || b == '-' && (i == 0 || user[i-1] == ' ') || b == ' ' && (i == 0 || i == len(user)-1) {
			dst = appendHex(dst, b)
		} else {
			dst = appendEscaped(dst, user[i:i+1], false)
		}
	}
	return dst
}

// appendText writes what stands between quotes.
func appendText(dst, text []byte) []byte {
	switch {
	case text == nil:
		return append(dst, '-')
	case len(text) == 1 && text[0] == '-':
		return append(dst, `\x2d`...)
	}
	return appendEscaped(dst, text, true)
}

// appendRequest writes the request line that [splitRequest] splits.
func appendRequest(dst []byte, r *Record) []byte {
	if r.Text[Method] == nil && r.Text[Path] == nil && r.Text[Protocol] == nil {
		return append(dst, '-')
	}
	space := len(dst)
	dst = appendEscaped(dst, r.Text[Method], true)
	if r.Text[Path] != nil || r.Text[Query] != nil {
		if len(dst) > space {
			dst = append(dst, ' ')
		}
		dst = appendEscaped(dst, r.Text[Path], true)
		if r.Text[Query] != nil {
			dst = append(dst, '?')
			dst = appendEscaped(dst, r.Text[Query], true)
		}
	}
	if r.Text[Protocol] != nil {
		dst = append(dst, ' ')
		dst = appendEscaped(dst, r.Text[Protocol], true)
	}
	return dst
}

// appendEscaped writes text so that unescape reads it back: control bytes, the
// quote, the backslash and all beyond ASCII as escapes.
func appendEscaped(dst, text []byte, control bool) []byte {
	for {
		n := plainBytes(text)
		dst = append(dst, text[:n]...)
		if n == len(text) {
			return dst
		}
		switch b := text[n]; {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case control && b == '\n':
			dst = append(dst, `\n`...)
		case control && b == '\t':
			dst = append(dst, `\t`...)
		default:
			dst = appendHex(dst, b)
		}
		text = text[n+1:]
	}
}

// plainBytes returns how many bytes there are before the first that has to be
// escaped. It looks at eight at a time: for who writes a log, most have not.
func plainBytes(text []byte) (n int) {
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		quotes, slashes, deletes := w^'"'*ones, w^'\\'*ones, w^0x7f*ones
		if (w|(w-' '*ones)|(quotes-ones)&^quotes|(slashes-ones)&^slashes|(deletes-ones)&^deletes)&highs != 0 {
			break
		}
	}
	for n < len(text) && text[n] >= ' ' && text[n] < 0x7f && text[n] != '"' && text[n] != '\\' {
		n++
	}
	return n
}

func appendHex(dst []byte, b byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'x', digits[b>>4], digits[b&15])
}
