package parse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestDictionary checks a dictionary against a map: the same text has the same
// code and another text another, in the order in which they come, whether it is
// in the block or beside it, short, long, empty, no UTF-8 or null, and however
// often the table grows; on this machine's quick way and on the one that all have.
func TestDictionary(t *testing.T) {
	defer func(quick bool) { quickLookups = quick }(quickLookups)
	for _, quick := range []bool{quickLookups, false} {
		quickLookups = quick
		testDictionary(t)
	}
}

func testDictionary(t *testing.T) {
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

// TestTextHashes checks that a text has one hash, alone and among others, in the block
// and beside it, on this machine's quick way and on the one that all have.
func TestTextHashes(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	r := rows{texts: texts{block: make([]byte, 1<<16), extra: make([]byte, 1<<16)}}
	for i := range r.block {
		r.block[i], r.extra[i] = byte(rng.Uint32()), byte(rng.Uint32())
	}
	var views [chunkRows]view
	for i := range views {
		n := rng.IntN(i + 1)
		views[i] = view{int32(rng.IntN(len(r.block) - n)), int32(n)}
		if rng.IntN(2) == 0 {
			views[i].start = ^views[i].start
		}
	}
	views[0], views[1] = view{int32(len(r.block)) - 9, 9}, view{^int32(len(r.extra) - 3), 3}
	var hashes [chunkRows]uint64
	r.hash(views[:], hashes[:], make(slots, 64))
	for i, v := range views {
		if want := r.words(v).hash(); hashes[i] != want {
			t.Fatalf("the hash of %d bytes is %x, want %x", v.n, hashes[i], want)
		}
	}
}

// TestSlots checks a hash table against a map, with hashes that fill whole lines,
// the last ones too.
func TestSlots(t *testing.T) {
	defer func(quick bool) { quickLookups = quick }(quickLookups)
	rng := rand.New(rand.NewPCG(9, 9))
	for _, quick := range []bool{quickLookups, false} {
		quickLookups = quick
		for range 300 {
			s, known := make(slots, 64), map[uint64]int32{}
			var hashes [chunkRows]uint64
			for i := range hashes {
				hashes[i] = rng.Uint64()&^0x3f | uint64(rng.IntN(1+rng.IntN(63))) ^ 0x3f
				if code, free := s.look(hashes[i]); code < 0 && len(known) < 48 {
					known[hashes[i]] = int32(len(known))
					s.put(hashes[i], free, known[hashes[i]])
				}
			}
			var codes [chunkRows]int32
			var room [chunkRows]uint8
			news := s.find(hashes[:], codes[:], &room)
			for i, hash := range hashes {
				code, ok := known[hash]
				if !ok {
					code = -1
				}
				if codes[i] != code || slices.Contains(news, uint8(i)) == ok {
					t.Fatalf("the code of %x is %d, want %d", hash, codes[i], code)
				}
			}
		}
	}
}

// TestLexicon checks that dictionaries which share a lexicon agree, whoever meets a
// text first and however often it is widened meanwhile: each text has one code, and
// the code is of that text. It is a test for the race detector too.
func TestLexicon(t *testing.T) {
	defer func(quick bool) { quickLookups = quick }(quickLookups)
	for _, quick := range []bool{quickLookups, false} {
		quickLookups = quick
		lexicon, known := newLexicon(), sync.Map{}
		var workers sync.WaitGroup
		for w := range sharers {
			workers.Go(func() { meetTexts(t, lexicon.dictionary(), &known, uint64(w)) })
		}
		workers.Wait()
		all, distinct := lexicon.dictionary(), 0
		known.Range(func(text, code any) bool {
			distinct++
			if got := all.string(code.(int32)); got != text {
				t.Errorf("the code %d of %q is of %q", code, text, got)
			}
			return !t.Failed()
		})
		if all.len() != distinct || distinct < 10_000 {
			t.Errorf("the lexicon has %d texts, want %d", all.len(), distinct)
		}
	}
}

// meetTexts has a dictionary meet texts that others meet too, and checks that they
// have the codes that those were given.
func meetTexts(t *testing.T, d *dictionary, known *sync.Map, seed uint64) {
	rng := rand.New(rand.NewPCG(10, seed))
	for round := range 200 {
		var texts []string
		var views []view
		var r rows
		for range 1 + rng.IntN(chunkRows) {
			text := fmt.Sprintf("/%d/%s", rng.IntN(2+100*round), strings.Repeat("x", rng.IntN(9)))
			views = append(views, view{int32(len(r.block)), int32(len(text))})
			r.block = append(r.block, text...)
			texts = append(texts, text)
		}
		codes := make([]int32, len(views))
		d.intern(&r, views, codes)
		d.refresh()
		for i, text := range texts {
			if got := d.string(codes[i]); got != text {
				t.Errorf("the code %d of %q is of %q", codes[i], text, got)
				return
			}
			if code, _ := known.LoadOrStore(text, codes[i]); code != codes[i] {
				t.Errorf("%q has the codes %d and %d", text, code, codes[i])
				return
			}
		}
	}
}
