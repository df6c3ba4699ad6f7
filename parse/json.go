package parse

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonFormat is a log of one JSON object a line, read with a mapping from
// keys to values of a record.
//
// The reader looks only where the mapping points. What nobody reads is skipped
// by its brackets and quotes and not checked: a broken number in a field that
// no column comes from is nobody's loss, and checking it would cost half the
// speed.
type jsonFormat struct {
	name string
	root *jsonNode
	keys []jsonKey // what Append writes: the best key for each place of a record, in order
	need slot      // a line that does not fill all of these is another program's
	text *layout   // for the lines that are no JSON; nil if there are none
}

// A jsonKey is a line of a mapping: request.headers.Referer[] is the first
// text of an array within an object within an object.
type jsonKey struct {
	path string
	value
}

// A jsonNode is an object that is looked into: its keys, by their length.
type jsonNode struct{ edges [32][]jsonEdge }

type jsonEdge struct {
	key    string
	value  value
	leaf   bool      // value is to be read
	object *jsonNode // to look into; nil for a leaf
}

func newJSON(name string, need slot, keys ...jsonKey) *jsonFormat {
	f := &jsonFormat{name: name, root: newKeys(keys), need: need}
	var written slot
	for _, k := range keys {
		if k.rank > 0 && k.slots()&written == 0 {
			written |= k.slots()
			f.keys = append(f.keys, k)
		}
	}
	return f
}

// newKeys makes the nodes that lead to the keys. Of two values for one key the
// first is read. A dotted path is also a key with dots, as some programs write.
func newKeys(keys []jsonKey) *jsonNode {
	root := new(jsonNode)
	for _, k := range keys {
		path := strings.TrimSuffix(k.path, "[]")
		root.add(strings.Split(path, "."), k.value)
		root.add([]string{path}, k.value)
	}
	return root
}

// find returns the edge of a key, nil if nothing under it is read.
func (n *jsonNode) find(key []byte) *jsonEdge {
	edges := n.edges[len(key)&31]
	for i := range edges {
		if edges[i].key == string(key) {
			return &edges[i]
		}
	}
	return nil
}

func (n *jsonNode) add(path []string, v value) {
	e := n.find([]byte(path[0]))
	if e == nil {
		at := len(path[0]) & 31
		n.edges[at] = append(n.edges[at], jsonEdge{key: path[0]})
		e = &n.edges[at][len(n.edges[at])-1]
	}
	if len(path) == 1 {
		if !e.leaf {
			e.value, e.leaf = v, true
		}
		return
	}
	if e.object == nil {
		e.object = new(jsonNode)
	}
	e.object.add(path[1:], v)
}

func (f *jsonFormat) Name() string      { return f.name }
func (f *jsonFormat) Directive() string { return "" }

func (f *jsonFormat) NewParser([]byte) Parser {
	p := &jsonParser{format: f}
	if f.text != nil {
		p.text = f.text.NewParser(nil)
	}
	return p
}

// A keyed reader reads values in any order, under keys.
type keyed struct {
	reader
	filled slot // by this line so far
}

type jsonParser struct {
	keyed
	format *jsonFormat
	text   Parser
}

// Reset implements [Parser].
func (p *jsonParser) Reset() {
	p.reader.Reset()
	if p.text != nil {
		p.text.Reset()
	}
}

// Parse implements [Parser].
func (p *jsonParser) Parse(line []byte, r *Record) Reason {
	if reason := blank(line); reason != OK {
		return reason
	}
	i := skipSpace(line, 0)
	if line[i] != '{' {
		if p.text != nil {
			return p.text.Parse(line, r)
		}
		return BadJSON
	}
	*r = noRecord
	p.filled = 0
	i, reason := p.object(line, i+1, p.format.root, r)
	if reason != OK {
		return reason
	}
	if skipSpace(line, i) != len(line) {
		return BadJSON
	}
	if p.filled&p.format.need != p.format.need {
		return TooFew
	}
	return OK
}

// object reads an object from behind its brace to behind its end.
func (p *jsonParser) object(b []byte, i int, n *jsonNode, r *Record) (int, Reason) {
	i = skipSpace(b, i)
	if i < len(b) && b[i] == '}' {
		return i + 1, OK
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return i, BadJSON
		}
		end, plain := jsonStringEnd(b, i+1)
		if end < 0 {
			return i, BadJSON
		}
		key := b[i+1 : end]
		if !plain {
			key = p.scratch.unescapeJSON(key)
		}
		if i = skipSpace(b, end+1); i >= len(b) || b[i] != ':' {
			return i, BadJSON
		}
		i = skipSpace(b, i+1)
		if e := n.find(key); e == nil {
			if i = skipJSON(b, i); i < 0 {
				return i, BadJSON
			}
		} else {
			var reason Reason
			if i, reason = p.member(b, i, e, r); reason != OK {
				return i, reason
			}
		}
		if i = skipSpace(b, i); i >= len(b) || b[i] != ',' {
			if i < len(b) && b[i] == '}' {
				return i + 1, OK
			}
			return i, BadJSON
		}
		i = skipSpace(b, i+1)
	}
}

// member reads the value at b[i] that an edge leads to.
func (p *jsonParser) member(b []byte, i int, e *jsonEdge, r *Record) (int, Reason) {
	if i >= len(b) {
		return i, BadJSON
	}
	switch b[i] {
	case '"':
		end, plain := jsonStringEnd(b, i+1)
		if end < 0 {
			return i, BadJSON
		}
		if !e.leaf {
			return end + 1, OK
		}
		field := b[i+1 : end]
		if !plain {
			field = p.scratch.unescapeJSON(field)
		}
		return end + 1, p.fill(&e.value, field, r)
	case '{':
		if e.object != nil {
			return p.object(b, i+1, e.object, r)
		}
	case '[':
		return p.array(b, i, e, r)
	}
	end := skipJSON(b, i)
	if end < 0 {
		return i, BadJSON
	}
	if !e.leaf || b[i] == '{' || end-i == 4 && string(b[i:end]) == "null" {
		return end, OK
	}
	return end, p.fill(&e.value, b[i:end], r)
}

// array reads the first element of an array, which is all that the header
// fields of requests have in practice, and skips the others.
func (p *jsonParser) array(b []byte, i int, e *jsonEdge, r *Record) (int, Reason) {
	i = skipSpace(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, OK
	}
	for first := true; ; first = false {
		if i >= len(b) {
			return i, BadJSON
		}
		if first && b[i] != '[' {
			var reason Reason
			if i, reason = p.member(b, i, e, r); reason != OK {
				return i, reason
			}
		} else if i = skipJSON(b, i); i < 0 {
			return i, BadJSON
		}
		if i = skipSpace(b, i); i >= len(b) || b[i] != ',' {
			if i < len(b) && b[i] == ']' {
				return i + 1, OK
			}
			return i, BadJSON
		}
		i = skipSpace(b, i+1)
	}
}

// fill sets a value unless a better key has filled its place. An empty text is
// none: programs that label their values write all labels.
func (p *keyed) fill(v *value, field []byte, r *Record) Reason {
	if len(field) == 0 || missing(field) || v.rank == 0 && v.slots()&^p.filled == 0 {
		return OK
	}
	p.filled |= v.slots()
	reason := p.set(v, field, r)
	switch v.kind {
	case kRequest, kTarget: // which may lack any of its parts
		for f := Method; f <= Protocol; f++ {
			if r.Text[f] == nil {
				p.filled &^= 1 << f
			}
		}
	}
	return reason
}

// skipSpace returns the index of the next byte from i on that is no blank.
func skipSpace(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// jsonStringEnd returns the index of the quote that ends the string whose text
// begins at b[i], -1 if there is none, and whether it has no escapes. It looks
// at eight bytes at a time: most strings are too short for bytes.IndexByte to
// pay, and two calls of it, for the quote and for escapes, took half the time
// of a line.
func jsonStringEnd(b []byte, i int) (end int, plain bool) {
	const ones, highs = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	plain = true
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quotes, slashes := w^'"'*ones, w^'\\'*ones
		found := ((quotes-ones)&^quotes | (slashes-ones)&^slashes) & highs
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) / 8
		if b[i] == '"' {
			return i, plain
		}
		plain = false
		i += 2
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i, plain
		case '\\':
			plain = false
			i++
		}
	}
	return -1, false
}

// skipJSON returns the index behind the value at b[i], -1 if it does not end.
func skipJSON(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, _ := jsonStringEnd(b, i+1)
			if end < 0 {
				return -1
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return -1 // a value is missing
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return -1
			}
		default: // a number, true, false or null
			for i+1 < len(b) && !jsonStop[b[i+1]] {
				i++
			}
		}
		if i++; depth == 0 {
			return i
		}
	}
	return -1
}

// jsonStop are the bytes that end a number or a word.
var jsonStop = [256]bool{',': true, '}': true, ']': true, '{': true, '[': true, ':': true, '"': true, ' ': true, '\t': true, '\r': true, '\n': true}

// unescapeJSON undoes the escapes of a JSON string in scratch memory. What is
// no escape stays as it is; half a surrogate pair becomes U+FFFD.
func (s *scratch) unescapeJSON(b []byte) []byte {
	out := s.take(len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c != '\\' || i+1 == len(b) {
			out = append(out, c)
			continue
		}
		i++
		if at := strings.IndexByte(`"\/bfnrt`, b[i]); at >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[at])
			continue
		}
		r := hexRune(b[i:])
		if r < 0 {
			out = append(out, '\\', b[i])
			continue
		}
		if i += 4; utf16.IsSurrogate(r) {
			low := rune(-1)
			if i+2 < len(b) && b[i+1] == '\\' {
				low = hexRune(b[i+2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

// hexRune reads u and four hexadecimal digits; -1 if they are not there.
func hexRune(b []byte) rune {
	if len(b) < 5 || b[0] != 'u' {
		return -1
	}
	r := rune(0)
	for _, c := range b[1:5] {
		if !isHex(c) {
			return -1
		}
		r = r<<4 | rune(hex(c))
	}
	return r
}

// appendJSONText appends a text as the inside of a JSON string. Bytes that are
// no UTF-8 stay as they are, as nginx writes them.
func appendJSONText(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// Append writes an object with the keys that the record fills.
func (f *jsonFormat) Append(dst []byte, r *Record) []byte {
	var open []string // the objects around the last key
	first := true
	dst = append(dst, '{')
	for i := range f.keys {
		k := &f.keys[i]
		var buf [64]byte
		text := k.value.append(buf[:0], r)
		if len(text) == 0 {
			continue
		}
		path := strings.Split(strings.TrimSuffix(k.path, "[]"), ".")
		dst, open = enter(dst, open, path[:len(path)-1], &first)
		dst = append(append(append(dst, '"'), path[len(path)-1]...), `":`...)
		if array := strings.HasSuffix(k.path, "[]"); array {
			dst = append(appendJSONValue(append(dst, '['), &k.value, text), ']')
		} else {
			dst = appendJSONValue(dst, &k.value, text)
		}
	}
	for range open {
		dst = append(dst, '}')
	}
	return append(dst, "}\n"...)
}

// enter closes objects and opens others until those of path are open, and
// writes the comma before the next member.
func enter(dst []byte, open, path []string, first *bool) ([]byte, []string) {
	same := 0
	for same < len(open) && same < len(path) && open[same] == path[same] {
		same++
	}
	for range open[same:] {
		dst = append(dst, '}')
	}
	if !*first {
		dst = append(dst, ',')
	}
	for _, name := range path[same:] {
		dst = append(append(append(dst, '"'), name...), `":{`...)
	}
	*first = false
	return dst, path
}

// appendJSONValue writes numbers bare and texts in quotes.
func appendJSONValue(dst []byte, v *value, text []byte) []byte {
	switch v.kind {
	case kStatus, kSize, kDecimal, kSpan, kEpoch:
		for v.kind == kStatus && len(text) > 1 && text[0] == '0' {
			text = text[1:] // 000 is no number of JSON
		}
		return append(dst, text...)
	}
	return append(appendJSONText(append(dst, '"'), string(text)), '"')
}
