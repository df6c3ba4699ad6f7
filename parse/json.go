package parse

import "strings"

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

	console bool // the object may follow a time and other words, between tabs
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
	slots  slot      // of value
	spare  slot      // value is to be read unless all of these are filled
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
			e.value, e.slots, e.spare, e.leaf = v, v.slots(), v.slots(), true
			if v.rank > 0 {
				e.spare = 1 << 31 // which nothing fills
			}
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

func (f *jsonFormat) NewParser([]byte) Parser { return newJSONParser(f) }

// A keyed reader reads values in any order, under keys.
type keyed struct {
	reader
	filled slot // by this line so far
}

// wants reports whether a value is to be set: not if a better key has filled its
// place. An empty text is none: programs that label their values write all labels.
func (p *keyed) wants(e *jsonEdge, field []byte) bool {
	return len(field) > 0 && e.spare&^p.filled != 0 && !missing(field)
}

// fill sets a value that is wanted.
func (p *keyed) fill(e *jsonEdge, field []byte, r *Record) Reason {
	p.filled |= e.slots
	if e.value.setDigits(field, r) {
		return OK
	}
	reason := p.set(&e.value, field, r)
	switch e.value.kind {
	case kRequest, kTarget: // which may lack any of its parts
		for f := Method; f <= Protocol; f++ {
			if r.Text[f] == nil {
				p.filled &^= 1 << f
			}
		}
	}
	return reason
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
