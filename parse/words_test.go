package parse

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestWords checks that texts have equal ends and hashes wherever they lie, and
// that each of their bytes counts: in the ends of those of up to 16 bytes.
func TestWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	memory := make([]byte, 1000)
	for n := range 200 {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte(rng.Uint32())
		}
		copied := memory[rng.IntN(len(memory)-n):][:n]
		copy(copied, text)
		first, last := wordsOf(text).ends()
		if f, l := wordsOf(copied).ends(); f != first || l != last || wordsOf(copied).hash() != wordsOf(text).hash() {
			t.Fatalf("%d bytes have the ends %x and %x and the hash %x, their copy %x and %x and %x", n, first, last, wordsOf(text).hash(), f, l, wordsOf(copied).hash())
		}
		for i := range text {
			copied[i] ^= 1 << rng.IntN(8)
			if f, l := wordsOf(copied).ends(); n <= 16 && f == first && l == last {
				t.Fatalf("%d bytes have the ends of others than byte %d", n, i)
			}
			copied[i] = text[i]
		}
	}
}

// TestTextHash checks that the hashes of texts that differ little are alike no more
// often than by chance, in all their bits, in the lower and in the upper.
func TestTextHash(t *testing.T) {
	const texts = 1 << 15
	for name, text := range map[string]func(i int) string{
		"numbers":   func(i int) string { return fmt.Sprint(i) },
		"addresses": func(i int) string { return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255) },
		"ends": func(i int) string {
			return fmt.Sprintf("%06d/of/a/path/that/is/long/enough/for/a/few/rounds/%06d", i&255, i>>8)
		},
		"middles":  func(i int) string { return fmt.Sprintf("/book/%032b/index.html", i) },
		"one byte": func(i int) string { return string(bytes.Repeat([]byte{byte(i)}, i>>8)) + "!" },
		"two bits": func(i int) string {
			b := make([]byte, 512/8)
			b[i>>3&63] ^= 1 << (i & 7)
			b[i>>12] ^= 1 << (i >> 9 & 7)
			return string(b)
		},
	} {
		seen, whole := map[string]bool{}, map[uint64]bool{}
		low, high := make([]bool, texts), make([]bool, texts)
		lows, highs := 0, 0
		for i := range texts {
			s := text(i)
			if seen[s] {
				continue
			}
			seen[s] = true
			hash := wordsOf([]byte(s)).hash()
			whole[hash] = true
			if l := &low[hash%texts]; !*l {
				*l = true
				lows++
			}
			if h := &high[hash>>(64-15)]; !*h {
				*h = true
				highs++
			}
		}
		n := float64(len(seen))
		if same := len(seen) - len(whole); same > 0 {
			t.Errorf("%s: %d texts have the hash of another, want none", name, same)
		}
		// Of so many slots, n texts leave e^(-n/slots) free.
		want := texts * -math.Expm1(-n/texts)
		for part, used := range map[string]int{"lower": lows, "upper": highs} {
			if d := float64(used) - want; d > 400 || d < -400 {
				t.Errorf("%s: the %s 15 bits have %d values, want about %.0f", name, part, used, want)
			}
		}
	}
}
