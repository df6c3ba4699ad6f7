package frame

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A textColumn is a column of texts with a dictionary of its own: the texts of
// this row group, valid UTF-8, in the order in which they first appear.
type textColumn struct {
	validity
	codes []int32  // into texts, of the rows that are not null
	texts []string // the dictionary
	code  map[string]int32
	bytes int

	sources []*textSource // dictionaries of batches, latest first
}

// A textSource is a dictionary of the batches that are coming in, such as a
// worker of a scan has one, and the codes of its texts in this row group.
type textSource struct {
	texts *array.String // retained
	codes []int32       // code+1 of each text; 0 as long as the row group has not met it
}

// maxSources is how many dictionaries a column remembers. Two dictionaries of
// a worker are rarely alive at once, so it is a number of workers.
const maxSources = 64

func (c *textColumn) canHold(t arrow.DataType) bool {
	return TypeOf(arrow.Field{Type: t}) == Text
}

func (c *textColumn) nulls() *validity { return &c.validity }
func (c *textColumn) textBytes() int   { return c.bytes }

func (c *textColumn) clear() {
	c.validity.clear()
	c.codes, c.texts, c.bytes = c.codes[:0], nil, 0
	clear(c.code)
	for _, s := range c.sources {
		clear(s.codes)
	}
}

func (c *textColumn) release() {
	for _, s := range c.sources {
		s.texts.Release()
	}
	c.sources = nil
}

func (c *textColumn) append(values arrow.Array, from, to int) {
	if d, ok := values.(*array.Dictionary); ok {
		c.appendCodes(d, from, to)
		return
	}
	c.validity.append(values, from, to)
	texts := values.(*array.String)
	for i := from; i < to; i++ {
		if texts.IsValid(i) {
			c.codes = append(c.codes, c.codeOf(texts.Value(i)))
		}
	}
}

// appendCodes translates codes of a batch's dictionary to codes of this row
// group. A text is looked up when the row group meets it first in that
// dictionary, and never again.
func (c *textColumn) appendCodes(d *array.Dictionary, from, to int) {
	texts := d.Dictionary().(*array.String)
	if d.NullN() == d.Len() {
		c.appendRun(false, to-from)
		return
	}
	if texts.NullN() > 0 { // no producer of ours, but Arrow allows it
		c.appendNullable(d, texts, from, to)
		return
	}
	c.validity.append(d, from, to)
	if len(c.sources) == 0 && 8*(to-from) < texts.Len() {
		c.appendFew(d, texts, from, to)
		return
	}
	source := c.source(texts)
	codes := d.Indices().(*array.Int32).Int32Values()
	valid := d.NullN() == 0
	for i := from; i < to; i++ {
		if !valid && d.IsNull(i) {
			continue
		}
		code := source.codes[codes[i]]
		if code == 0 {
			code = c.codeOf(texts.Value(int(codes[i]))) + 1
			source.codes[codes[i]] = code
		}
		c.codes = append(c.codes, code-1)
	}
}

// appendFew appends few codes of a large dictionary, for which it does not pay
// to remember anything: in a dataset many columns share a scan's dictionaries.
func (c *textColumn) appendFew(d *array.Dictionary, texts *array.String, from, to int) {
	codes := d.Indices().(*array.Int32).Int32Values()
	for i := from; i < to; i++ {
		if d.IsValid(i) {
			c.codes = append(c.codes, c.codeOf(texts.Value(int(codes[i]))))
		}
	}
}

// appendNullable appends codes of a dictionary one of whose texts is null.
func (c *textColumn) appendNullable(d *array.Dictionary, texts *array.String, from, to int) {
	for i := from; i < to; i++ {
		ok := d.IsValid(i) && texts.IsValid(d.GetValueIndex(i))
		c.appendRun(ok, 1)
		if ok {
			c.codes = append(c.codes, c.codeOf(texts.Value(d.GetValueIndex(i))))
		}
	}
}

// codeOf returns the text's code in this row group. Bytes that are no UTF-8
// become U+FFFD, since every reader may rely on its texts being valid.
func (c *textColumn) codeOf(text string) int32 {
	if code, ok := c.code[text]; ok {
		return code
	}
	if !utf8.ValidString(text) {
		return c.codeOf(strings.ToValidUTF8(text, "\uFFFD"))
	}
	if c.code == nil {
		c.code = make(map[string]int32)
	}
	code := int32(len(c.texts))
	text = strings.Clone(text)
	c.texts = append(c.texts, text)
	c.code[text] = code
	c.bytes += len(text)
	return code
}

// source returns what is known of a batch's dictionary: it may be one that has
// grown since, and then only its new texts are unknown, or one of before.
func (c *textColumn) source(texts *array.String) *textSource {
	at := len(c.sources)
	for i, s := range c.sources {
		if grownFrom(s.texts, texts) || grownFrom(texts, s.texts) {
			at = i
			break
		}
	}
	if at == len(c.sources) {
		if len(c.sources) < maxSources {
			c.sources = append(c.sources, nil)
		} else {
			at--
			c.sources[at].texts.Release()
		}
		texts.Retain()
		c.sources[at] = &textSource{texts: texts}
	}
	s := c.sources[at]
	copy(c.sources[1:at+1], c.sources[:at])
	c.sources[0] = s
	if texts.Len() > s.texts.Len() {
		texts.Retain()
		s.texts.Release()
		s.texts = texts
	}
	if n := texts.Len() - len(s.codes); n > 0 {
		s.codes = append(s.codes, make([]int32, n)...)
	}
	return s
}

// grownFrom reports whether the dictionary b begins with the texts of a. Where
// b shares memory with a, as dictionaries of one worker do, that costs
// nothing, since bytes.Equal looks at the addresses first.
func grownFrom(a, b *array.String) bool {
	n := a.Len()
	if n == 0 || n > b.Len() {
		return n == b.Len()
	}
	ends, texts := a.ValueOffsets(), a.ValueBytes()
	return len(texts) <= len(b.ValueBytes()) &&
		bytes.Equal(arrow.Int32Traits.CastToBytes(ends), arrow.Int32Traits.CastToBytes(b.ValueOffsets()[:n+1])) &&
		bytes.Equal(texts, b.ValueBytes()[:len(texts)])
}
