package parse

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// A wideReader reads UTF-16 as UTF-8: what PowerShell makes of a log that is
// redirected into a file. Half of a surrogate pair, or of a unit, is U+FFFD.
type wideReader struct {
	r     io.Reader
	order binary.ByteOrder
	in    []byte // read, and not yet decoded
	out   []byte // decoded, and not yet given
	err   error
}

func (w *wideReader) Read(p []byte) (int, error) {
	for len(w.out) == 0 && w.err == nil {
		w.fill()
	}
	if len(w.out) == 0 {
		return 0, w.err
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// fill reads more and decodes it, but for what may go on in the next bytes.
func (w *wideReader) fill() {
	if w.in == nil {
		w.in = make([]byte, 0, 64<<10)
	}
	n, err := w.r.Read(w.in[len(w.in):cap(w.in)])
	w.in, w.err = w.in[:len(w.in)+n], err
	ended := errors.Is(err, io.EOF)
	b, out := w.in, w.out[:0]
	for len(b) >= 4 || ended && len(b) >= 2 {
		r, size := rune(w.order.Uint16(b)), 2
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if len(b) >= 4 {
				low = rune(w.order.Uint16(b[2:]))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				size = 4
			}
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	if ended && len(b) > 0 {
		out, b = utf8.AppendRune(out, utf8.RuneError), nil
	}
	w.in, w.out = append(w.in[:0], b...), out
}
