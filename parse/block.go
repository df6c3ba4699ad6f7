package parse

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
)

// maxLine is the length from which a line is rejected as too long: more than
// any server writes. Longer ones are cut off when they are read, so that even
// a file that is one line of many gigabytes needs but this much memory.
const maxLine = 1 << 20

// defaultBlock is small enough for a block to stay in a core's cache while it
// is parsed and then read again column by column.
const defaultBlock = 512 << 10

// A block is a run of whole lines of a source: either its text, or where a
// worker finds it in a plain file.
type block struct {
	source     *source
	index      int           // among the source's blocks
	text       []byte        // nil for a range of a file
	texts      chan<- []byte // where text goes back to; nil for a range
	directives []byte        // in force at the block's start
	numbers    *numbering    // of the source's blocks
	before     <-chan int64  // gives the number of lines before the block, once
	after      chan<- int64  // takes the number of lines up to the block's end
	cut        bool          // the source is damaged, and the last line lacks its end
	seq        int           // of ordered scans: the block's place

	file       *os.File // a range: the lines that begin in [start, end) of file
	start, end int64
	done       func() // called when the file is no longer needed by this block
}

// A numbering adds up the lines of a source's blocks, of which some may be counted
// before those that are before them.
type numbering struct {
	mutex   sync.Mutex
	next    int              // the first block that is not counted
	lines   int64            // before that
	counted map[int]*counted // behind it
}

type counted struct {
	lines int64
	after chan<- int64
}

func newNumbering() *numbering { return &numbering{counted: map[int]*counted{}} }

// tell says how many lines the block has. It waits for nothing, and what follows
// needs not wait for this block to be parsed.
func (b *block) tell(lines int64) {
	n := b.numbers
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.counted[b.index] = &counted{lines, b.after}
	for c := n.counted[n.next]; c != nil; c = n.counted[n.next] {
		delete(n.counted, n.next)
		n.next++
		n.lines += c.lines
		c.after <- n.lines
	}
}

// first waits until it is known how many lines are before the block. It may be
// asked once.
func (b *block) first(ctx context.Context) (lines int64, err error) {
	select {
	case lines = <-b.before:
		return lines, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// A feed reads sources into blocks for the workers.
type feed struct {
	blockSize int
	texts     chan []byte // memory for texts, nil where none was made yet: so many may be on their way
	progress  func(int64)
}

func newFeed(blockSize, texts int, progress func(int64)) *feed {
	f := &feed{blockSize: blockSize, texts: make(chan []byte, texts), progress: progress}
	for range texts {
		f.texts <- nil
	}
	return f
}

// memory waits for memory for a text: for a block, and a line of maxLine that
// begins at its end.
func (f *feed) memory(ctx context.Context) ([]byte, error) {
	select {
	case text := <-f.texts:
		if text == nil {
			text = make([]byte, 0, f.blockSize+maxLine+64<<10)
		}
		return text[:0], nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ranges sends the blocks of a plain file: they are but places in it, and the
// workers read them.
func (f *feed) ranges(ctx context.Context, src *source, out chan<- *block) error {
	file, err := os.Open(src.Path)
	if err != nil {
		src.fail(err)
		return nil
	}
	defer file.Close()
	var reading sync.WaitGroup
	defer reading.Wait()
	numbers, before := newNumbering(), make(chan int64, 1)
	before <- 0
	for i, start := 0, int64(0); start < src.size; i++ {
		after := make(chan int64, 1)
		end := min(start+int64(f.blockSize), src.size)
		reading.Add(1)
		b := &block{source: src, index: i, numbers: numbers, before: before, after: after, file: file, start: start, end: end, done: reading.Done}
		select {
		case out <- b:
		case <-ctx.Done():
			reading.Done()
			return ctx.Err()
		}
		before, start = after, end
	}
	return nil
}

// readAlign is what the place of a read in a file is a multiple of, as that of
// a buffer in memory is. From one byte beside it the kernel copies at a quarter
// of the speed.
const readAlign = 64

// load reads the lines that begin in the block's range, whole, into buf. What
// it returns may be a larger buf.
func (b *block) load(buf []byte) (lines, grown []byte, err error) {
	from := max(b.start-1, 0) &^ (readAlign - 1)
	buf = room(buf[:0], int(b.end-from))
	buf, err = readAt(b.file, buf, from, b.end)
	lines = buf
	if b.start > 0 {
		// The first line begins behind the first newline from start-1 on.
		lines = lines[min(int(b.start-1-from), len(lines)):]
		i := bytes.IndexByte(lines, '\n')
		if i < 0 {
			return nil, buf, err
		}
		lines = lines[i+1:]
	}
	skip := len(buf) - len(lines)
	last := bytes.LastIndexByte(lines, '\n') + 1 + skip // where the last line begins
	for at := b.end; err == nil && last < len(buf) && at < b.source.size; {
		// The last line goes on behind the range.
		if len(buf)-last > maxLine {
			buf = buf[:last+maxLine+1]
			break
		}
		next := min(at+16<<10, b.source.size)
		old := len(buf)
		buf = room(buf, int(next-at))
		buf, err = readAt(b.file, buf, at, next)
		at = next
		if i := bytes.IndexByte(buf[old:], '\n'); i >= 0 {
			buf = buf[:old+i+1]
			break
		}
	}
	return buf[skip:], buf, err
}

// room returns b with a capacity for n bytes more.
func room(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	return append(make([]byte, 0, len(b)+n+64<<10), b...)
}

// readAt appends the file's bytes [from, to) to buf, which has room for them.
func readAt(f *os.File, buf []byte, from, to int64) ([]byte, error) {
	n, err := f.ReadAt(buf[len(buf):len(buf)+int(to-from)], from)
	if err == io.EOF && int64(n) < to-from {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF {
		err = nil
	}
	return buf[:len(buf)+n], err
}

// stream sends the blocks of a text that must be read from front to end:
// compressed files, pipes, and formats with directives. Damage goes into
// src.err; what was read before it counts. What can be left to the workers is,
// as a compressed file is read as fast as this goroutine inflates it.
func (f *feed) stream(ctx context.Context, src *source, t io.Reader, out chan<- *block) error {
	c := cutter{r: t, size: f.blockSize}
	directive := []byte(src.format.Directive())
	var directives []byte
	numbers, before := newNumbering(), make(chan int64, 1)
	before <- 0
	for i := 0; ; i++ {
		buf, err := f.memory(ctx)
		if err != nil {
			return err
		}
		text, err := c.next(buf)
		if i == 0 {
			text = bytes.TrimPrefix(text, byteOrderMark)
		}
		after := make(chan int64, 1)
		b := &block{source: src, index: i, text: text, texts: f.texts, directives: bytes.Clone(directives), numbers: numbers, before: before, after: after}
		if err != nil && !errors.Is(err, io.EOF) {
			src.fail(src.damage(err, c.read))
			b.cut = true
		}
		before = after
		if len(directive) > 0 {
			directives = amendAll(directives, directive, text)
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return nil
		}
	}
}

// amendAll amends the directives with those among the lines of text, of which
// there are few.
func amendAll(directives, directive, text []byte) []byte {
	for len(text) > 0 {
		if bytes.HasPrefix(text, directive) {
			line, _, _ := bytes.Cut(text, newline)
			directives = Amend(directives, line)
		}
		i := bytes.Index(text, append(newline[:1:1], directive...))
		if i < 0 {
			break
		}
		text = text[i+1:]
	}
	return directives
}

// lineEnds appends the ends of the lines of text, without their newlines; the
// last may lack it.
func lineEnds(ends []int32, text []byte) []int32 {
	for at := 0; at < len(text); {
		n := bytes.IndexByte(text[at:], '\n')
		if n < 0 {
			n = len(text) - at
		}
		ends = append(ends, int32(at+n))
		at += n + 1
	}
	return ends
}

var newline = []byte{'\n'}

// A cutter cuts a text into blocks of whole lines.
type cutter struct {
	r    io.Reader
	size int
	tail []byte // the begun line behind the last block
	skip bool   // the tail is of a line that is too long: what follows of it is dropped
	read int64
	err  error
}

// readSize is how much is read at a time: so little that what has just been
// inflated is still in the nearest cache when its checksum is made.
const readSize = 8 << 10

// next reads the next block into buf, which has room for a block and a line.
// The error, io.EOF at the end, comes with the last block.
func (c *cutter) next(buf []byte) ([]byte, error) {
	buf = append(buf, c.tail...)
	end := 0 // of the last whole line
	for c.err == nil && (len(buf) < c.size || end == 0) {
		old := len(buf)
		n, err := c.r.Read(buf[old:min(old+readSize, cap(buf))])
		c.read += int64(n)
		c.err = err
		buf = buf[:old+n]
		if c.skip {
			i := bytes.IndexByte(buf[old:], '\n')
			if i < 0 {
				buf = buf[:old]
				continue
			}
			c.skip = false
			buf = append(buf[:old], buf[old+i:]...)
		}
		if i := bytes.LastIndexByte(buf[old:], '\n'); i >= 0 {
			end = old + i + 1
		}
		if len(buf)-end > maxLine {
			buf = buf[:end+maxLine+1]
			c.skip = true
		}
	}
	if c.err != nil {
		return buf, c.err
	}
	c.tail = append(c.tail[:0], buf[end:]...)
	return buf[:end], nil
}
