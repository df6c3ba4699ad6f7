package parse

import "bytes"

// A jsonParser reads a line as steps from value to value. What stands between
// two values, brackets and keys, is nearly always what stood there in a line
// before: the parser remembers these texts as ways from step to step, compares
// first, and only what it has not met does it take apart. What it has learnt
// makes no difference but to speed.
type jsonParser struct {
	keyed
	format     *jsonFormat
	start, end *jsonStep // before and behind the object of a line
	slashes    slashes   // of the line at hand
	text       Parser    // nil if all lines are JSON
}

// A jsonStep is a value at one place of the lines.
type jsonStep struct {
	edge  *jsonEdge // that leads to it; nil if nobody reads the value
	key   string    // of what nobody reads
	class jsonClass // if it is a string, the way to it ends with its quote
	place *jsonPlace
	ways  []jsonWay // to what has followed it
	last  int       // of the ways: the one that was taken last
}

type jsonWay struct {
	text string // from behind a value up to the next
	to   *jsonStep
}

// A jsonPlace is an object or an array that is looked into.
type jsonPlace struct {
	node   *jsonNode // its keys; nil for an array
	edge   *jsonEdge // that leads to it, and to an array's elements
	outer  *jsonPlace
	inner  []*jsonPlace
	values []*jsonStep
	unread int // values that nobody reads
}

// What a parser remembers is bounded, for clients can send header fields of any
// name: so many ways from a step, of so many bytes, and so many values at a
// place that nobody reads. All others of those are one.
const (
	maxWays   = 16
	maxWay    = 256
	maxUnread = 32
)

func newJSONParser(f *jsonFormat) *jsonParser {
	line := &jsonPlace{edge: &jsonEdge{object: f.root}}
	p := &jsonParser{format: f, start: &jsonStep{place: line}, end: &jsonStep{class: jsonString}}
	if f.text != nil {
		p.text = f.text.NewParser(nil)
	}
	return p
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
	*r = noRecord
	p.filled = 0
	p.slashes = unknownSlashes
	i := skipSpace(line, 0)
	if line[i] != '{' {
		if p.text != nil {
			return p.text.Parse(line, r)
		}
		if i = p.onConsole(line, r); i < 0 {
			return BadJSON
		}
	}
	for at := p.start; ; {
		if at, i = p.next(line, i, at); i < 0 {
			return BadJSON
		}
		if at == p.end {
			break
		}
		var reason Reason
		if i, reason = p.value(line, i, at, r); reason != OK {
			return reason
		}
	}
	if skipSpace(line, i) != len(line) {
		return BadJSON
	}
	if p.filled&p.format.need != p.format.need {
		return TooFew
	}
	return OK
}

// onConsole reads the time of "2023/09/04 15:19:51.756\tINFO\tname\ttext\t{…}"
// and returns where the object begins, -1 if that is no such line.
func (p *jsonParser) onConsole(line []byte, r *Record) int {
	at := bytes.Index(line, []byte("\t{"))
	if !p.format.console || at < 0 {
		return -1
	}
	when, _, _ := bytes.Cut(line, tab)
	var ok bool
	if r.Time, r.Offset, ok = p.anyTime(when); !ok {
		return -1
	}
	p.filled = slotTime
	return at + 1
}

// next goes from behind a value, at b[i], to the next one. The index is -1 if
// that is no JSON.
func (p *jsonParser) next(b []byte, i int, at *jsonStep) (*jsonStep, int) {
	n := at.last
	for range at.ways {
		w := &at.ways[n]
		end := i + len(w.text)
		if end <= len(b) && string(b[i:end]) == w.text && (w.to.class == jsonString || end < len(b) && w.to.class == jsonClasses[b[end]]) {
			at.last = n
			return w.to, end
		}
		if n++; n == len(at.ways) {
			n = 0
		}
	}
	to, end := p.explore(b, i, at)
	if end >= 0 && end-i <= maxWay && len(at.ways) < maxWays {
		at.last = len(at.ways)
		at.ways = append(at.ways, jsonWay{string(b[i:end]), to})
	}
	return to, end
}

// value reads the value at b[i], or skips it, and returns the index behind it.
func (p *jsonParser) value(b []byte, i int, at *jsonStep, r *Record) (int, Reason) {
	if at.class == jsonString {
		end, plain := p.slashes.stringEnd(b, i)
		switch {
		case end < 0:
			return i, BadJSON
		case at.edge == nil:
			return end + 1, OK
		}
		field := b[i:end]
		if !plain {
			field = p.scratch.unescapeJSON(field)
		}
		return end + 1, p.fill(at.edge, field, r)
	}
	if at.class != jsonWord {
		end := p.slashes.skipJSON(b, i)
		return end, reasonIf(end < 0, BadJSON)
	}
	end := jsonWordEnd(b, i)
	if at.edge == nil || end-i == 4 && string(b[i:end]) == "null" {
		return end, OK
	}
	return end, p.fill(at.edge, b[i:end], r)
}

// explore is next where no way is known.
func (p *jsonParser) explore(b []byte, i int, from *jsonStep) (to *jsonStep, end int) {
	at := from.place
	if from == p.start {
		to, at, i = p.enter(b, i, at.edge, nil, at)
	}
	for to == nil && i >= 0 && at.outer != nil {
		i = skipSpace(b, i)
		switch {
		case i == len(b):
			return nil, -1
		case b[i] == at.closing():
			at, i = at.outer, i+1
		case b[i] != ',':
			return nil, -1
		case at.node == nil:
			// Of an array the first element is read, which is all that the
			// header fields of requests have in practice.
			i = p.slashes.skipJSON(b, skipSpace(b, i+1))
		default:
			var e *jsonEdge
			var key []byte
			if e, key, i = p.key(b, skipSpace(b, i+1), at.node); i >= 0 {
				to, at, i = p.enter(b, i, e, key, at)
			}
		}
	}
	if to == nil && i >= 0 {
		to = p.end
	}
	return to, i
}

// enter goes from a key to its value at b[i], or to the first value within
// that. Where there is none, such as in {}, the step is nil, and it is behind
// a value of the place.
func (p *jsonParser) enter(b []byte, i int, e *jsonEdge, key []byte, at *jsonPlace) (*jsonStep, *jsonPlace, int) {
	for i < len(b) {
		switch c := b[i]; {
		case c == '{' && e != nil && e.object != nil:
			at = at.within(e, e.object)
			if i = skipSpace(b, i+1); i < len(b) && b[i] == '}' {
				return nil, at.outer, i + 1
			}
			if e, key, i = p.key(b, i, at.node); i < 0 {
				return nil, at, -1
			}
		case c == '[' && e != nil && at.node != nil:
			at = at.within(e, nil)
			if i = skipSpace(b, i+1); i < len(b) && b[i] == ']' {
				return nil, at.outer, i + 1
			}
		case c == '"':
			return at.value(e, key, jsonString), at, i + 1
		case jsonClasses[c] == jsonOther:
			return nil, at, -1
		default:
			return at.value(e, key, jsonClasses[c]), at, i
		}
	}
	return nil, at, -1
}

// key reads the key at b[i], and returns the index of its value, -1 if there is
// no key.
func (p *jsonParser) key(b []byte, i int, n *jsonNode) (e *jsonEdge, key []byte, value int) {
	if i >= len(b) || b[i] != '"' {
		return nil, nil, -1
	}
	end, plain := p.slashes.stringEnd(b, i+1)
	if end < 0 {
		return nil, nil, -1
	}
	key = b[i+1 : end]
	if !plain {
		key = p.scratch.unescapeJSON(key)
	}
	if i = skipSpace(b, end+1); i >= len(b) || b[i] != ':' {
		return nil, nil, -1
	}
	return n.find(key), key, skipSpace(b, i+1)
}

// closing returns the bracket that ends a place.
func (at *jsonPlace) closing() byte {
	if at.node == nil {
		return ']'
	}
	return '}'
}

// within returns the place that an edge leads to; the node is nil for an array.
func (at *jsonPlace) within(e *jsonEdge, n *jsonNode) *jsonPlace {
	for _, in := range at.inner {
		if in.edge == e && in.node == n {
			return in
		}
	}
	in := &jsonPlace{node: n, edge: e, outer: at}
	at.inner = append(at.inner, in)
	return in
}

// value returns the step that stands for the values of a class under a key.
func (at *jsonPlace) value(e *jsonEdge, key []byte, class jsonClass) *jsonStep {
	if e != nil && !e.leaf {
		e = nil
	}
	v := at.known(e, key, class)
	if v == nil && e == nil && at.unread >= maxUnread {
		key = nil
		v = at.known(e, key, class)
	}
	if v == nil {
		v = &jsonStep{edge: e, class: class, place: at}
		if e == nil {
			v.key = string(key)
			at.unread++
		}
		at.values = append(at.values, v)
	}
	return v
}

func (at *jsonPlace) known(e *jsonEdge, key []byte, class jsonClass) *jsonStep {
	for _, v := range at.values {
		if v.class == class && v.edge == e && (e != nil || v.key == string(key)) {
			return v
		}
	}
	return nil
}
