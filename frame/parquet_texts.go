package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// A textReader reads a column of texts page by page, and hands on the
// dictionary and the codes as they are in the file. (The library's own reader
// would make every row a text, or a copy of the dictionary for every batch.)
type textReader struct {
	pages    file.PageReader
	optional bool
	texts    *array.String // the column chunk's dictionary, nil if it has none

	left   int       // rows of the page that are not read yet
	levels hybrid    // 1 for a text, 0 for null
	coded  bool      // the page has codes, and no plain texts
	codes  hybrid    // if coded
	plain  []byte    // else
	own    *textDict // of a batch that has plain texts
}

var errDamaged = errors.New("damaged page")

func (r *textReader) read(rows int) (arrow.Array, error) {
	codes, levels, n := make([]int32, rows), make([]int16, rows), 0
	r.own = nil
	for row := 0; row < rows; {
		if err := r.nextPage(); err != nil {
			return nil, err
		}
		k := min(rows-row, r.left)
		values, err := r.readLevels(levels[row : row+k])
		if err != nil {
			return nil, err
		}
		if err := r.readCodes(codes[:n], codes[n:n+values]); err != nil {
			return nil, err
		}
		row += k
		r.left -= k
		n += values
	}
	texts := r.texts
	if r.own != nil {
		texts = r.own.array()
		defer texts.Release()
	}
	if texts == nil {
		texts = new(textDict).array() // a chunk of nulls need not have a dictionary
		defer texts.Release()
	}
	if n == rows {
		return codedArray(codes, nil, 0, texts), nil
	}
	valid, err := spread(codes, n, levels)
	if err != nil {
		return nil, err
	}
	return codedArray(codes, valid, rows-n, texts), nil
}

func (r *textReader) skip(rows int) error {
	scratch := make([]int32, min(rows, readRows))
	levels := make([]int16, len(scratch))
	for rows > 0 {
		if err := r.nextPage(); err != nil {
			return err
		}
		if r.left <= rows { // the rest of the page goes unread
			rows -= r.left
			r.left = 0
			continue
		}
		k := min(rows, len(scratch))
		values, err := r.readLevels(levels[:k])
		if err != nil {
			return err
		}
		if err := r.skipCodes(scratch[:values]); err != nil {
			return err
		}
		rows -= k
		r.left -= k
	}
	return nil
}

// nextPage goes on to the next page that has rows, if the last one is read.
func (r *textReader) nextPage() error {
	for r.left == 0 {
		if !r.pages.Next() {
			if err := r.pages.Err(); err != nil {
				return err
			}
			return errShort
		}
		var err error
		switch page := r.pages.Page().(type) {
		case *file.DictionaryPage:
			err = r.setDictionary(page)
		case *file.DataPageV1:
			err = r.setPageV1(page)
		case *file.DataPageV2:
			levels := int(page.DefinitionLevelByteLen())
			if page.RepetitionLevelByteLen() != 0 || levels > len(page.Data()) {
				return errDamaged
			}
			err = r.setPage(page, page.Data()[:levels], page.Data()[levels:])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *textReader) setPageV1(page *file.DataPageV1) error {
	data := page.Data()
	if !r.optional {
		return r.setPage(page, nil, data)
	}
	if page.DefinitionLevelEncoding() != parquet.Encodings.RLE {
		return fmt.Errorf("levels have unknown encoding %s", page.DefinitionLevelEncoding())
	}
	if len(data) < 4 {
		return errDamaged
	}
	n := binary.LittleEndian.Uint32(data)
	if uint64(n) > uint64(len(data)-4) {
		return errDamaged
	}
	return r.setPage(page, data[4:4+n], data[4+n:])
}

func (r *textReader) setPage(page file.Page, levels, data []byte) error {
	r.left = int(page.NumValues())
	r.levels = hybrid{data: levels, width: 1}
	switch parquet.Encoding(page.Encoding()) {
	case parquet.Encodings.RLEDict, parquet.Encodings.PlainDict:
		r.coded = true
		if len(data) == 0 { // a page of nulls
			r.codes = hybrid{}
			return nil
		}
		if data[0] > 32 {
			return errDamaged
		}
		r.codes = hybrid{data: data[1:], width: int(data[0])}
	case parquet.Encodings.Plain:
		r.coded, r.plain = false, data
	default:
		return fmt.Errorf("unknown encoding %s", page.Encoding())
	}
	return nil
}

func (r *textReader) setDictionary(page *file.DictionaryPage) error {
	data := page.Data()
	if r.texts != nil || int(page.NumValues()) > len(data)/4 {
		return errDamaged
	}
	ends := make([]int32, 1, page.NumValues()+1)
	texts := make([]byte, 0, len(data))
	for range page.NumValues() {
		text, rest, ok := cutPlain(data)
		if !ok {
			return errDamaged
		}
		if !utf8.Valid(text) {
			text = []byte(strings.ToValidUTF8(string(text), "\uFFFD"))
		}
		texts = append(texts, text...)
		ends = append(ends, int32(len(texts)))
		data = rest
	}
	r.texts = textArray(texts, ends)
	return nil
}

// cutPlain cuts the first text off plain ones: its length in 4 bytes, itself.
func cutPlain(data []byte) (text, rest []byte, ok bool) {
	if len(data) < 4 {
		return nil, nil, false
	}
	n := binary.LittleEndian.Uint32(data)
	if uint64(n) > uint64(len(data)-4) {
		return nil, nil, false
	}
	return data[4 : 4+n], data[4+n:], true
}

func textArray(texts []byte, ends []int32) *array.String {
	data := array.NewData(arrow.BinaryTypes.String, len(ends)-1, []*memory.Buffer{
		nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(ends)), memory.NewBufferBytes(texts),
	}, nil, 0, 0)
	defer data.Release()
	return array.NewStringData(data)
}

func (r *textReader) readLevels(levels []int16) (values int, err error) {
	if !r.optional {
		for i := range levels {
			levels[i] = 1
		}
		return len(levels), nil
	}
	var block [512]int32
	for len(levels) > 0 {
		k := min(len(levels), len(block))
		if !r.levels.read(block[:k]) {
			return 0, errDamaged
		}
		for i, level := range block[:k] {
			levels[i] = int16(level)
			values += int(level)
		}
		levels = levels[k:]
	}
	return values, nil
}

// readCodes fills in the next codes of a batch that has the codes before.
func (r *textReader) readCodes(before, codes []int32) error {
	if r.coded {
		if !r.codes.read(codes) {
			return errDamaged
		}
		for _, code := range codes {
			if r.texts == nil || uint32(code) >= uint32(r.texts.Len()) {
				return errDamaged
			}
		}
		if r.own != nil {
			r.own.translate(codes, r.texts)
		}
		return nil
	}
	if r.own == nil { // the batch goes over to plain texts here
		r.own = &textDict{}
		r.own.translate(before, r.texts)
	}
	for i := range codes {
		text, rest, ok := cutPlain(r.plain)
		if !ok {
			return errDamaged
		}
		codes[i] = r.own.code(text)
		r.plain = rest
	}
	return nil
}

func (r *textReader) skipCodes(scratch []int32) error {
	if r.coded {
		if !r.codes.read(scratch) {
			return errDamaged
		}
		return nil
	}
	for range scratch {
		_, rest, ok := cutPlain(r.plain)
		if !ok {
			return errDamaged
		}
		r.plain = rest
	}
	return nil
}

// A textDict makes a dictionary of the texts of one batch.
type textDict struct {
	codes map[string]int32
	texts []byte
	ends  []int32
}

func (d *textDict) code(text []byte) int32 {
	if code, ok := d.codes[string(text)]; ok {
		return code
	}
	if !utf8.Valid(text) {
		return d.code([]byte(strings.ToValidUTF8(string(text), "\uFFFD")))
	}
	if d.codes == nil {
		d.codes = map[string]int32{}
	}
	code := int32(len(d.ends))
	d.texts = append(d.texts, text...)
	d.ends = append(d.ends, int32(len(d.texts)))
	d.codes[string(text)] = code
	return code
}

// translate replaces codes of another dictionary by codes of d.
func (d *textDict) translate(codes []int32, texts *array.String) {
	for i, code := range codes {
		codes[i] = d.code([]byte(texts.Value(int(code))))
	}
}

func (d *textDict) array() *array.String {
	return textArray(d.texts, append([]int32{0}, d.ends...))
}

// A hybrid reads numbers of few bits in Parquet's mixture of runs and packed
// groups of eight.
type hybrid struct {
	data  []byte
	width int // bits of a number

	run    int // numbers left of a run of value
	value  int32
	packed int // numbers left of a packed stretch
	bits   uint64
	nbits  int // bits of the stretch that are loaded but not used
}

// read fills dst, and reports whether there was enough.
func (h *hybrid) read(dst []int32) bool {
	for len(dst) > 0 {
		switch {
		case h.run > 0:
			k := min(h.run, len(dst))
			for i := range dst[:k] {
				dst[i] = h.value
			}
			h.run -= k
			dst = dst[k:]
		case h.packed > 0:
			k := min(h.packed, len(dst))
			if !h.unpack(dst[:k]) {
				return false
			}
			h.packed -= k
			dst = dst[k:]
		default:
			if !h.next() {
				return false
			}
		}
	}
	return true
}

// next reads the head of a run or a packed stretch.
func (h *hybrid) next() bool {
	h.bits, h.nbits = 0, 0
	head, n := binary.Uvarint(h.data)
	if n <= 0 || head>>1 == 0 || head>>1 > math.MaxInt32/8 {
		return false
	}
	h.data = h.data[n:]
	if head&1 == 1 {
		h.packed = int(head>>1) * 8
		return true
	}
	size := (h.width + 7) / 8
	if len(h.data) < size {
		return false
	}
	h.value = 0
	for i, b := range h.data[:size] {
		h.value |= int32(b) << (8 * i)
	}
	h.data = h.data[size:]
	h.run = int(head >> 1)
	return true
}

// unpack reads numbers of the packed stretch, lowest bits first. The stretch
// may be cut short at the end of the data, after the last number in use.
func (h *hybrid) unpack(dst []int32) bool {
	width, mask := h.width, uint64(1)<<h.width-1
	bits, nbits, data := h.bits, h.nbits, h.data
	for i := range dst {
		for nbits < width {
			if len(data) == 0 {
				return false
			}
			bits |= uint64(data[0]) << nbits
			nbits += 8
			data = data[1:]
		}
		dst[i] = int32(bits & mask)
		bits >>= width
		nbits -= width
	}
	h.bits, h.nbits, h.data = bits, nbits, data
	return true
}
