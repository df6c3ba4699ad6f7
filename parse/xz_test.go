package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestCutXZ checks that of a small file of xz that is cut anywhere each byte
// counts that is there, and that none is ever taken for whole.
func TestCutXZ(t *testing.T) {
	var text []byte
	for i := range 300 {
		text = fmt.Appendf(text, "%s%d\n", strings.TrimSuffix(goodLine, "\n"), i*i)
	}
	packed := packers[".xz"](t, text)
	last := 0
	for n := len(magics[xzipped]); n < len(packed); n++ {
		if n > 50 && n < len(packed)-50 && n%23 > 0 {
			continue // the ends have many parts, the middle is one
		}
		r, _, err := unpack(bytes.NewReader(packed[:n]))
		var got []byte
		if err == nil {
			got, err = io.ReadAll(r)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(text, got) || len(got) < last {
			t.Fatalf("cut at %d it has %d bytes of text, error %v; a shorter one had %d", n, len(got), err, last)
		}
		if last = len(got); n > 200 && n < len(packed)-100 && last < n {
			t.Errorf("cut at %d of %d it has only %d bytes of text", n, len(packed), last)
		}
	}
	if last != len(text) {
		t.Errorf("without its last byte it has %d bytes of text of %d", last, len(text))
	}
}

// TestDamagedXZ checks that of a file of xz which is damaged in its middle the text
// before that counts, whatever the pieces in which it is read.
func TestDamagedXZ(t *testing.T) {
	var text []byte
	for i := range 3000 {
		text = fmt.Appendf(text, "%s%d\n", strings.TrimSuffix(goodLine, "\n"), i*i)
	}
	packed := packers[".xz"](t, text)
	copy(packed[len(packed)/2:], bytes.Repeat([]byte{0xff}, 100))
	var texts [2][]byte
	for i, in := range []io.Reader{bytes.NewReader(packed), iotest.OneByteReader(bytes.NewReader(packed))} {
		r, _, err := unpack(in)
		if err != nil {
			t.Fatal(err)
		}
		if texts[i], err = io.ReadAll(r); err == nil {
			t.Error("the damage is not told")
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("%d bytes of text, and %d if read byte by byte", len(texts[0]), len(texts[1]))
	}
	if n := len(texts[0]) / 2; n < len(text)/5 || !bytes.HasPrefix(text, texts[0][:n]) {
		t.Errorf("%d bytes of text of %d, or not those that there were", len(texts[0]), len(text))
	}
}
