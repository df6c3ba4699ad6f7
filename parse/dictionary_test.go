package parse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDictionary checks a dictionary against a map: the same text has the same
// code and another text another, in the order in which they come, whether it is
// in the block or beside it, short, long, empty, no UTF-8 or null, and however
// often the table grows.
func TestDictionary(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for name, pool := range map[string]func() string{
		"few": func() string {
			return []string{"GET", "POST", "HEAD", "", "a text of more than 16 bytes", "a text of more than_16 bytes"}[rng.IntN(6)]
		},
		"some":   func() string { return fmt.Sprint(rng.IntN(40)) },
		"many":   func() string { return fmt.Sprintf("/%d/%s", rng.IntN(1000), strings.Repeat("x", rng.IntN(90))) },
		"growth": func() string { return fmt.Sprint(rng.Uint32()) },
		"alike": func() string {
			b := bytes.Repeat([]byte("x"), rng.IntN(140))
			if len(b) > 0 {
				b[rng.IntN(len(b))] = 'y'
			}
			return string(b)
		},
		"bytes": func() string {
			b := make([]byte, rng.IntN(3))
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
			return string(b)
		},
	} {
		d, codes, known := newDictionary(), make([]int32, chunkRows), map[string]int32{}
		for range 300 {
			block := make([]byte, 0, 64<<10)
			var all [][]byte
			for range 1 + rng.IntN(chunkRows) {
				if rng.IntN(5) == 0 {
					all = append(all, nil)
					continue
				}
				text := []byte(pool())
				at := len(block)
				block = append(append(block, text...), ' ')
				if rng.IntN(5) > 0 {
					text = block[at : at+len(text)]
				}
				all = append(all, text)
			}
			r := rows{texts: texts{block: block}}
			views := make([]view, len(all))
			nulls := 0
			for i, text := range all {
				if views[i] = r.viewOf(text); text == nil {
					nulls++
				}
			}
			if got := d.intern(&r, views, codes[:len(views)]); got != nulls {
				t.Fatalf("%s: %d texts are null, want %d", name, got, nulls)
			}
			for i, text := range all {
				if text == nil {
					if codes[i] != -1 {
						t.Fatalf("%s: null has the code %d", name, codes[i])
					}
					continue
				}
				valid := string(bytes.ToValidUTF8(text, []byte("\uFFFD")))
				want, ok := known[valid]
				if !ok {
					want = int32(len(known))
					known[valid] = want
				}
				if codes[i] != want || d.string(want) != valid {
					t.Fatalf("%s: %q has the code %d, want %d, which is of %q", name, text, codes[i], want, d.string(want))
				}
			}
		}
		if d.len() != len(known) {
			t.Errorf("%s: %d texts, want %d", name, d.len(), len(known))
		}
	}
}
