package parse

import "strings"

// phrases finds which of many texts a text holds, in one pass over it: what an
// agent is looked through for two thousand names with. At each place the next
// three bytes choose the few phrases that may begin there; an automaton in the
// manner of Aho and Corasick would save those comparisons, but costs megabytes
// of tables where this takes one page.
type phrases struct {
	texts   []string
	buckets [1 << 12][]uint16 // indexes of texts, by bucketOf their beginning
}

const phraseMin = 3 // bytes; shorter texts would be found everywhere

func newPhrases(texts []string) *phrases {
	p := &phrases{texts: texts}
	for i, text := range texts {
		if text == "" {
			continue
		}
		b := bucketOf(text)
		p.buckets[b] = append(p.buckets[b], uint16(i))
	}
	return p
}

func bucketOf(s string) uint32 {
	return (uint32(s[0])*0x9e3779 ^ uint32(s[1])*0x85ebca ^ uint32(s[2])*0xc2b2ae) >> 4 & (1<<12 - 1)
}

// each calls found with the index of each phrase in s and the place where it
// begins, from left to right, until found returns false.
func (p *phrases) each(s string, found func(phrase, at int) bool) {
	for at := 0; at+phraseMin <= len(s); at++ {
		for _, i := range p.buckets[bucketOf(s[at:])] {
			if strings.HasPrefix(s[at:], p.texts[i]) && !found(int(i), at) {
				return
			}
		}
	}
}

// first returns the lowest index of the phrases in s, or -1.
func (p *phrases) first(s string) int {
	best := -1
	p.each(s, func(phrase, _ int) bool {
		if best < 0 || phrase < best {
			best = phrase
		}
		return best > 0
	})
	return best
}
