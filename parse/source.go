package parse

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
)

// A compression is how a file's bytes are packed, told by its first bytes and
// never by its name.
type compression uint8

const (
	plain compression = iota
	gzipped
	zstandard
	bzipped
	xzipped
	littleWide // UTF-16, which has to be read from front to end too
	bigWide
)

var magics = [...][]byte{
	gzipped:   {0x1f, 0x8b, 8},
	zstandard: {0x28, 0xb5, 0x2f, 0xfd},
	bzipped:   []byte("BZh"),
	xzipped:   {0xfd, '7', 'z', 'X', 'Z', 0},

	littleWide: {0xff, 0xfe},
	bigWide:    {0xfe, 0xff},
}

func compressionOf(head []byte) compression {
	for c := gzipped; c <= bigWide; c++ {
		if bytes.HasPrefix(head, magics[c]) {
			return c
		}
	}
	if len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18" {
		return zstandard // which may begin with a frame to be skipped, as pzstd's does
	}
	return plain
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// A source is an input that is being read: what it is, and how it is packed.
type source struct {
	Input
	index   int // among the scan's inputs
	size    int64
	packed  compression
	regular bool   // a file whose parts can be read in any order
	head    []byte // the beginning of its text
	headErr error  // damage within the head
	middle  []byte // lines from further on, of a plain file that is larger

	format     Format
	confidence float64
	skipped    string // why it is not read
	stranger   bool   // err is that it is no log

	failing sync.Mutex // of err: workers read parts of one file
	err     error      // what could not be read
}

// fail keeps the first error.
func (src *source) fail(err error) {
	src.failing.Lock()
	defer src.failing.Unlock()
	if src.err == nil {
		src.err = err
	}
}

// sampleSize is how much of a log's text is looked at before it is read. It
// holds more than a thousand usual lines.
const sampleSize = 256 << 10

// look opens a file and takes its head. What it cannot read is in src.err.
func (src *source) look() {
	if src.Path == "" {
		return
	}
	if src.err = src.missing; src.err != nil {
		return
	}
	f, err := os.Open(src.Path)
	if err != nil {
		src.err = unreadable(src.Path, err)
		return
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		src.err = err
		return
	}
	if src.regular = fi.Mode().IsRegular(); !src.regular {
		return // a pipe gives its bytes but once
	}
	src.size = fi.Size()
	text, err := src.unpack(io.LimitReader(f, src.size))
	if err != nil {
		src.err = err
		return
	}
	src.sample(text)
	if src.packed == plain && src.size > 4*sampleSize {
		src.middle = middleLines(f, src.size)
	}
}

// sample takes the head of the source's text. Damage that ends the head is an
// error now if it leaves nothing, else if what it leaves is not recognised.
func (src *source) sample(text io.Reader) {
	var err error
	if src.head, err = readUpTo(text, sampleSize); err == nil {
		return
	}
	src.headErr = src.damage(err, int64(len(src.head)))
	if len(src.head) == 0 {
		src.err = src.headErr
	}
}

// middleLines returns some lines from the quarters of a file, so that its
// format is not decided by how it happens to begin.
func middleLines(f *os.File, size int64) (lines []byte) {
	part := make([]byte, sampleSize/8)
	for quarter := int64(1); quarter < 4; quarter++ {
		n, _ := f.ReadAt(part, size/4*quarter) // an error shows again when the file is read
		first := bytes.IndexByte(part[:n], '\n') + 1
		last := bytes.LastIndexByte(part[:n], '\n') + 1
		lines = append(lines, part[first:max(first, last)]...)
	}
	return lines
}

// readUpTo reads n bytes, or what there is.
func readUpTo(r io.Reader, n int) ([]byte, error) {
	var b bytes.Buffer
	_, err := io.CopyN(&b, r, int64(n))
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b.Bytes(), err
}

// open opens the source's text.
func (src *source) open(progress func(int64)) (*openSource, error) {
	t := &openSource{source: src, packed: &counter{r: src.R, progress: progress}}
	if src.Path != "" {
		f, err := os.Open(src.Path)
		if err != nil {
			return nil, unreadable(src.Path, err)
		}
		t.file = f
		t.packed.r = f
		if src.regular {
			t.packed.r = io.LimitReader(f, src.size) // a file that grows is read to the length it had
		}
	}
	var err error
	if t.r, err = src.unpack(t.packed); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// An openSource reads a source's text, unpacked.
type openSource struct {
	*source
	file   *os.File // nil if the input is a stream
	packed *counter
	r      io.Reader
}

func (t *openSource) Read(p []byte) (int, error) { return t.r.Read(p) }

func (t *openSource) close() {
	if c, ok := t.r.(*zstdReader); ok {
		c.Close()
	}
	if t.file != nil {
		t.file.Close()
	}
}

// A counter counts the bytes read of a packed file.
type counter struct {
	r        io.Reader
	n        int64
	progress func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.progress != nil {
		c.progress(int64(n))
	}
	return n, err
}

// unpack returns a reader of the source's text. A file may be damaged before
// its first byte.
func (src *source) unpack(r io.Reader) (text io.Reader, err error) {
	text, src.packed, err = unpack(r)
	if err != nil && src.packed != plain {
		err = src.damage(err, 0)
	}
	return text, err
}

// unpack returns a reader of the text that r has packed.
func unpack(r io.Reader) (io.Reader, compression, error) {
	b := bufio.NewReaderSize(r, 256<<10)
	head, err := b.Peek(6)
	if err != nil && err != io.EOF {
		return nil, plain, err
	}
	packed := compressionOf(head)
	switch packed {
	case gzipped:
		return &gzipReader{packed: b}, packed, nil
	case zstandard:
		// One goroutine a file: the others parse.
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxDictionary))
		return &zstdReader{z}, packed, err
	case bzipped:
		return bzip2.NewReader(b), packed, nil
	case xzipped:
		x, err := xz.NewReader(xzPieces{b}, maxDictionary)
		return &xzReader{packed: x}, packed, cutXZ(err)
	case littleWide:
		return &wideReader{r: b, order: binary.LittleEndian}, packed, nil
	case bigWide:
		return &wideReader{r: b, order: binary.BigEndian}, packed, nil
	}
	return b, packed, nil
}

// maxDictionary is how much of its text a packed file may need to have in memory.
const maxDictionary = 1 << 30

type zstdReader struct{ *zstd.Decoder }

// An xzReader says that the data ended too early as other readers do. When its
// decoder finds damage it does not give the text that it was asked for and has so
// far: it is given and asked for little at a time, always as much, so that little is
// lost and how a file is read does not show.
type xzReader struct {
	packed *xz.Reader
	text   []byte // of piece, not read yet
	err    error  // behind that
	piece  [512]byte
}

func (x *xzReader) Read(p []byte) (int, error) {
	for len(x.text) == 0 && len(p) > 0 {
		if x.err != nil {
			return 0, x.err
		}
		n, err := x.packed.Read(x.piece[:])
		x.text, x.err = x.piece[:n], cutXZ(err)
	}
	n := copy(p, x.text)
	x.text = x.text[n:]
	return n, nil
}

// xzPieces hand out packed bytes few at a time.
type xzPieces struct{ packed *bufio.Reader }

func (x xzPieces) Read(p []byte) (int, error) {
	n, err := io.ReadFull(x.packed, p[:min(len(p), 64)])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

func cutXZ(err error) error {
	if errors.Is(err, xz.ErrBuf) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A gzipReader reads gzip's members one after the other. Unlike gzip's own
// reader it knows what is damage and what only follows the data: tapes and
// careless copies leave zeros or junk behind it, which gunzip skips too.
type gzipReader struct {
	packed *bufio.Reader
	member *gzip.Reader
	done   bool
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for !g.done {
		if g.member == nil {
			if err := g.next(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := g.member.Read(p)
		if errors.Is(err, io.EOF) {
			if err = g.next(); n > 0 && err == nil {
				return n, nil
			}
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.EOF
}

// next goes to the next member, if there is one.
func (g *gzipReader) next() (err error) {
	head, _ := g.packed.Peek(len(magics[gzipped]))
	switch {
	case g.member == nil:
		g.member, err = gzip.NewReader(g.packed)
	case compressionOf(head) == gzipped:
		err = g.member.Reset(g.packed)
	default:
		g.done = true
		return nil
	}
	if err == nil {
		g.member.Multistream(false)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// damage names what is wrong with a packed file, and where.
func (src *source) damage(err error, textRead int64) error {
	what := "damaged data"
	if errors.Is(err, io.ErrUnexpectedEOF) {
		what = "the file ends within its compressed data"
		if src.packed == plain {
			what = "the file is shorter than when it was opened"
		}
	}
	return &DamageError{Name: src.Name, At: textRead, What: what, Err: err}
}

// A DamageError says that an input could be read up to a place only.
type DamageError struct {
	Name string
	At   int64 // bytes of text that could be read
	What string
	Err  error
}

// Error names input, damage and place.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s: %s, after %d bytes of text: %v", e.Name, e.What, e.At, e.Err)
}

// Unwrap returns the cause.
func (e *DamageError) Unwrap() error { return e.Err }
