package parse

import "bytes"

// A jsonParser reads a line as steps from value to value. What stands between
// two values, brackets and keys, is nearly always what stood there in a line
// before: the parser remembers these texts as ways from step to step, compares
// first, and only what it has not met does it take apart. What it has learnt
// makes no difference but to speed.
type jsonParser struct {
	keyedTeller
	format     *jsonFormat
	start, end *jsonStep // before and behind the object of a line
	slashes    slashes   // of the line at hand
	stops      stops     // of the block at hand
	text       Parser    // nil if all lines are JSON
}

// A jsonStep is a value at one place of the lines.
type jsonStep struct {
	class jsonClass
	way   *jsonWay  // that was taken last from it
	edge  *jsonEdge // that leads to it; unread if nobody reads the value
	ways  []*jsonWay
	key   string // of what nobody reads
	place *jsonPlace
}

// A jsonWay is what stands between two values.
type jsonWay struct {
	lead            // if it leads to a string, it ends with its quote
	look  int       // where the byte is that tells the class …
	class jsonClass // … of what it leads to
	to    *jsonStep
}

// noWay is what a step has before one is taken: nothing begins with it.
var noWay = &jsonWay{lead: noLead}

// unread leads to the values that nobody reads.
var unread = new(jsonEdge)

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
	p := &jsonParser{format: f, start: &jsonStep{place: line, way: noWay}, end: &jsonStep{class: jsonOther}}
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

// Parse implements [Parser]. It reads any line with care; what is usual goes
// another way, see add.
func (p *jsonParser) Parse(line []byte, r *Record) Reason {
	if reason := blank(line); reason != OK {
		return reason
	}
	*r = noRecord
	p.filled = 0
	i := skipSpace(line, 0)
	if line[i] != '{' {
		if p.text != nil {
			return p.text.Parse(line, r)
		}
		if i = p.onConsole(line, r); i < 0 {
			return BadJSON
		}
	}
	p.slashes.find(line, i)
	for at := p.start; ; {
		if at, i = p.next(line, i, at); i < 0 {
			return BadJSON
		}
		var field []byte
		switch at.class {
		case jsonString:
			end := 0
			if field, end = p.escaped(line, i); end < 0 {
				return BadJSON
			}
			i = end + 1
		case jsonWord:
			end := jsonWordEnd(line, i)
			if field, i = line[i:end], end; string(field) == "null" {
				continue
			}
		case jsonOther:
			return p.atEnd(line[i:])
		default:
			if i = p.slashes.skipJSON(line, i); i < 0 {
				return BadJSON
			}
			continue
		}
		if e := at.edge; p.wants(e, field) {
			if reason := p.fill(e, field, r); reason != OK {
				return reason
			}
		}
	}
}

// atEnd says whether a line is a record, which nothing but blanks may follow.
func (p *jsonParser) atEnd(rest []byte) Reason {
	switch {
	case skipSpace(rest, 0) != len(rest):
		return BadJSON
	case p.filled&p.format.need != p.format.need:
		return TooFew
	}
	return OK
}

// escaped reads the string that begins at b[i] and may have escapes, and returns
// the index of its closing quote, -1 if it has none.
func (p *jsonParser) escaped(b []byte, i int) (field []byte, end int) {
	if i > len(b) {
		return nil, -1
	}
	end, plain := p.slashes.stringEnd(b, i)
	if end < 0 {
		return nil, -1
	}
	if field = b[i:end]; !plain {
		field = p.scratch.unescapeJSON(field)
	}
	return field, end
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

// leads reports whether the way begins at b[i], and such a value follows as it
// leads to.
func (w *jsonWay) leads(b []byte, i int) bool {
	return len(b)-i > w.look && jsonClasses[b[i+w.look]] == w.class && w.lead.leads(b, i)
}

// newWay returns the way that is a text.
func newWay(text []byte, to *jsonStep) *jsonWay {
	w := &jsonWay{lead: newLead(string(text)), look: len(text), class: to.class, to: to}
	if to.class == jsonString || to.class == jsonOther {
		w.look--
	}
	return w
}

// next goes from behind a value, at b[i], to the next one, by any way. The index
// is -1 if that is no JSON.
func (p *jsonParser) next(b []byte, i int, at *jsonStep) (*jsonStep, int) {
	if i > len(b) {
		return nil, -1
	}
	for _, w := range at.ways {
		if w.leads(b, i) {
			at.way = w
			return w.to, i + len(w.text)
		}
	}
	to, end := p.explore(b, i, at)
	if end >= 0 && end-i <= maxWay && len(at.ways) < maxWays {
		at.way = newWay(b[i:end], to)
		at.ways = append(at.ways, at.way)
	}
	return to, end
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
		case (c == ',' || c == '}') && at.node != nil:
			return nil, at, i // a variable that was empty, in a log_format that has it without quotes
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
	key, end := p.escaped(b, i+1)
	if end < 0 {
		return nil, nil, -1
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
	if e == nil || !e.leaf {
		e = unread
	}
	v := at.known(e, key, class)
	if v == nil && e == unread && at.unread >= maxUnread {
		key = nil
		v = at.known(e, key, class)
	}
	if v == nil {
		v = &jsonStep{edge: e, class: class, place: at, way: noWay}
		if e == unread {
			v.key = string(key)
			at.unread++
		}
		at.values = append(at.values, v)
	}
	return v
}

func (at *jsonPlace) known(e *jsonEdge, key []byte, class jsonClass) *jsonStep {
	for _, v := range at.values {
		if v.class == class && v.edge == e && (e != unread || v.key == string(key)) {
			return v
		}
	}
	return nil
}
