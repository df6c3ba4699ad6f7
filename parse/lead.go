package parse

// A lead is a text that stands in front of values. Line after line has the same,
// so that a line is not looked through for where it ends, but compared with it in
// a few words.
type lead struct {
	text  string
	words [leadWords]uint64 // the text again, as far as it goes, …
	masks [leadWords]uint64 // … and its part of as many bytes of a line
	rest  string            // what is behind them
}

// shortLead is how much of a lead is compared without a branch, and sight how far
// a line is looked ahead: over a short one, and over a number behind it.
const (
	leadWords = 4
	shortLead = 8 * leadWords
	sight     = shortLead + longNumber
)

// noLead is one that nothing begins with.
var noLead = lead{words: [leadWords]uint64{1}}

func newLead(text string) lead {
	l := lead{text: text, rest: text[min(len(text), shortLead):]}
	var first, mask [shortLead]byte
	for i := range copy(first[:], text) {
		mask[i] = 0xff
	}
	for i := range leadWords {
		l.words[i], l.masks[i] = wordsOf(first[:]).word(8*i), wordsOf(mask[:]).word(8*i)
	}
	return l
}

// differs returns 0 if s begins with the lead, or with the first bytes of one that
// is not short. It does no more than compare, so that it needs no call.
func (l *lead) differs(s *[leadWords]uint64) uint64 {
	return (s[0]&l.masks[0] ^ l.words[0]) | (s[1]&l.masks[1] ^ l.words[1]) | (s[2]&l.masks[2] ^ l.words[2]) | (s[3]&l.masks[3] ^ l.words[3])
}

// leads reports whether the lead stands at b[i].
func (l *lead) leads(b []byte, i int) bool {
	return len(b)-i >= len(l.text) && string(b[i:i+len(l.text)]) == l.text
}
