package parse

import "strings"

// phrases finds which of many texts a text holds, in one pass over it: what an
// agent is looked through for two thousand names with. At each place the next
// three bytes choose the few phrases that may begin there; an automaton in the
// manner of Aho and Corasick would save those comparisons, but costs megabytes
// of tables where this stays in the fastest cache.
type phrases struct {
	texts []string
	heads [1 << 12]uint16 // by bucketOf their beginning: 1 + the index of a text, or 0
	nexts []uint16        // of each text: 1 + the index of another in its bucket, or 0
}

const phraseMin = 3 // bytes; shorter texts would be found everywhere

// newPhrases takes texts, of which those shorter than phraseMin are not found.
func newPhrases(texts []string) *phrases {
	p := &phrases{texts: texts, nexts: make([]uint16, len(texts))}
	for i, text := range texts {
		if len(text) >= phraseMin {
			b := bucketOf(text)
			p.heads[b], p.nexts[i] = uint16(i+1), p.heads[b]
		}
	}
	return p
}

func bucketOf(s string) uint32 {
	return (uint32(s[0])*0x9e3779 ^ uint32(s[1])*0x85ebca ^ uint32(s[2])*0xc2b2ae) >> 4 & (1<<12 - 1)
}

// each calls found with the index of each phrase in s, from left to right,
// until found returns false.
func (p *phrases) each(s string, found func(phrase int) bool) {
	for at := 0; at+phraseMin <= len(s); at++ {
		for next := p.heads[bucketOf(s[at:])]; next != 0; next = p.nexts[next-1] {
			if strings.HasPrefix(s[at:], p.texts[next-1]) && !found(int(next-1)) {
				return
			}
		}
	}
}

// first returns the lowest index of the phrases in s, or -1.
func (p *phrases) first(s string) int {
	best := -1
	p.each(s, func(phrase int) bool {
		if best < 0 || phrase < best {
			best = phrase
		}
		return best > 0
	})
	return best
}

// lowerASCII returns a text with A to Z in lower case. [strings.ToLower] knows
// more letters, but what it gives can have another length, and places found
// in one text would not be places in the other.
func lowerASCII(s string) string {
	if !strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return s
	}
	lower := []byte(s)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return string(lower)
}
