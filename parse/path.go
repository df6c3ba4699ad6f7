package parse

import (
	"strings"
	"unicode/utf8"
)

// target returns the path of a request target as RFC 3986 sees it: without
// the scheme and host of an absolute target (as proxies are asked), without
// the parameters of its last element (;jsessionid=…) and without a fragment,
// which no client should send and some do.
func target(path string) string {
	if !strings.HasPrefix(path, "/") {
		if _, rest, ok := strings.Cut(path, "://"); ok {
			i := strings.IndexByte(rest, '/')
			if i < 0 {
				return ""
			}
			path = rest[i:]
		}
	}
	if i := strings.IndexByte(path, '#'); i >= 0 {
		path = path[:i]
	}
	if i := strings.IndexByte(path, ';'); i >= 0 {
		last := strings.LastIndexByte(path, '/') + 1
		if i = strings.IndexByte(path[last:], ';'); i >= 0 {
			path = path[:last+i]
		}
	}
	return path
}

// cleanPath returns the path that a server would look for: the target with
// each element percent-decoded, empty elements and dot segments resolved, and
// no slash at the end. "/a//b/", "/a/./b" and "/x/../a/b" are "/a/b", and the
// root is "". An element stays as sent if decoding it would give a slash, a
// control character or invalid UTF-8. It is "" also for what is no path ("*",
// "example.org:443").
//
// The result is a view of path if nothing had to be changed, as in almost
// every request.
func cleanPath(path string) string {
	path = target(path)
	if !strings.HasPrefix(path, "/") {
		return ""
	}
	if !strings.Contains(path, "%") && !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return strings.TrimSuffix(path, "/")
	}
	var clean []byte
	for elem := range strings.SplitSeq(path[1:], "/") {
		switch elem = decodeElem(elem); elem {
		case "", ".":
		case "..":
			if i := strings.LastIndexByte(string(clean), '/'); i >= 0 {
				clean = clean[:i]
			}
		default:
			clean = append(append(clean, '/'), elem...)
		}
	}
	return string(clean)
}

// decodeElem undoes percent-encoding where the result is still one readable
// element; "100%" and "a%2Fb" stay as they are.
func decodeElem(elem string) string {
	if !strings.Contains(elem, "%") {
		return elem
	}
	decoded := make([]byte, 0, len(elem))
	for i := 0; i < len(elem); i++ {
		c := elem[i]
		if c == '%' && i+2 < len(elem) && isHex(elem[i+1]) && isHex(elem[i+2]) {
			c = hex(elem[i+1])<<4 | hex(elem[i+2])
			if c < ' ' || c == 0x7f || c == '/' {
				return elem
			}
			i += 2
		}
		decoded = append(decoded, c)
	}
	if !utf8.Valid(decoded) {
		return elem
	}
	return string(decoded)
}

// lastElem returns what follows the last slash.
func lastElem(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// firstElem returns what stands between the first slash of a clean path and
// the second.
func firstElem(path string) string {
	elem, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return elem
}
