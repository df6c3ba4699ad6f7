package parse

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// skipSpace returns the index of the next byte from i on that is no blank.
func skipSpace(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return skipSpaces(b, i)
}

func skipSpaces(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// slashes is the index of the next backslash of a line, as far as it was read.
// Few strings have one: it is looked for once a line and not once a string.
type slashes int

// unknownSlashes is where every line starts.
const unknownSlashes slashes = -1

// find sets s to the first backslash of b from i on, len(b) if there is none.
func (s *slashes) find(b []byte, i int) {
	n := bytes.IndexByte(b[i:], '\\')
	if n < 0 {
		n = len(b) - i
	}
	*s = slashes(i + n)
}

// stringEnd returns the index of the quote that ends the string whose text
// begins at b[i], -1 if there is none, and whether it has no escapes.
func (s *slashes) stringEnd(b []byte, i int) (end int, plain bool) {
	end = i + firstOf(b[i:], '"')
	if int(*s) < i {
		s.find(b, i)
	}
	plain = end < int(*s) || int(*s) == len(b)
	for end >= int(*s) && int(*s) < len(b) {
		i = min(int(*s)+2, len(b))
		if end < i {
			end = i + firstOf(b[i:], '"')
		}
		s.find(b, i)
	}
	if end == len(b) {
		return -1, plain
	}
	return end, plain
}

// skipJSON returns the index behind the value at b[i], -1 if it does not end.
func (s *slashes) skipJSON(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, _ := s.stringEnd(b, i+1)
			if end < 0 {
				return -1
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return -1 // a value is missing
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return -1
			}
		default:
			i = jsonWordEnd(b, i) - 1
		}
		if i++; depth == 0 {
			return i
		}
	}
	return -1
}

// jsonWordEnd returns the end of a number, true, false or null that begins at b[i].
func jsonWordEnd(b []byte, i int) int {
	for i < len(b) && jsonClasses[b[i]] == jsonWord {
		i++
	}
	return i
}

// numeric are the kinds of value whose texts are numbers.
const numeric = 1<<kStatus | 1<<kSize | 1<<kDecimal | 1<<kSum | 1<<kSpan

// setDigits is set for a text that is a number, if that can be read at a glance.
func (v *value) setDigits(text []byte, r *Record) bool {
	return numeric>>v.kind&1 != 0 && cap(text) >= longNumber && v.setNumber((*[longNumber]byte)(text[:longNumber]), r) == len(text)
}

// longNumber is how many bytes setNumber looks at.
const longNumber = 40

// setNumber is set for the number that b begins with, and returns its length. It
// is 0 if that is no number or an unusual one, which is left to set.
func (v *value) setNumber(b *[longNumber]byte, r *Record) int {
	if v.kind == kStatus {
		return r.setThreeDigits(binary.LittleEndian.Uint32(b[:]))
	}
	n, whole := firstDigits(binary.LittleEndian.Uint64(b[:]))
	if whole == 8 {
		low, more := firstDigits(binary.LittleEndian.Uint64(b[8:]))
		n, whole = n*powers[more]+low, 8+more
	}
	switch after := b[whole&31]; {
	case uint(whole-1) > 14:
		return 0
	case after == '.':
		return v.setFraction(n, whole, b, r)
	case jsonClasses[after] == jsonWord:
		return 0
	case v.kind == kSize:
		*v.number(r) = int64(n)
		return whole
	}
	if !v.setScaled(n, whole, 0, r) {
		return 0
	}
	return whole
}

// setThreeDigits is setNumber for a status.
func (r *Record) setThreeDigits(w uint32) int {
	digits := w&0xff_ffff ^ 0x30_3030
	if (digits|(digits+0x76_7676))&0x80_8080 != 0 || jsonClasses[w>>24] == jsonWord {
		return 0
	}
	r.Status = int32(digits&0xff*100 + digits>>8&0xff*10 + digits>>16)
	return 3
}

// setFraction is setNumber for a number with a point.
func (v *value) setFraction(n uint64, whole int, b *[longNumber]byte, r *Record) int {
	at := whole + 1
	fraction, places := firstDigits(binary.LittleEndian.Uint64(b[at&31:]))
	if places == 8 {
		low, more := firstDigits(binary.LittleEndian.Uint64(b[(at+8)&31:]))
		fraction, places = fraction*powers[more]+low, 8+more
	}
	end := at + places
	if v.kind == kSize || places == 0 || whole+places > surelyFits || jsonClasses[b[end]] == jsonWord || !v.setScaled(n*powers[places]+fraction, whole, places, r) {
		return 0
	}
	return end
}

// setScaled sets a duration, or a time since 1970, to a number of so many digits
// and places behind the point.
func (v *value) setScaled(n uint64, whole, places int, r *Record) bool {
	shift := int(v.shift)
	switch v.kind {
	case kAnyTime:
		µs, ok := scale(n, epochShift(whole)-places)
		if ok = ok && hasYear(µs); ok {
			r.Time, r.Offset = µs, 0
		}
		return ok
	case kSpan, kDecimal:
		if v.part == '.' || v.part == 'p' {
			return false
		}
		if v.part == 't' && places == 0 {
			shift = 3
		}
	case kSum:
	default:
		return false
	}
	µs, ok := scale(n, shift-places)
	if ok {
		*v.number(r) = µs
	}
	return ok
}

// A jsonClass says what a value is, by its first byte.
type jsonClass uint8

const (
	jsonWord jsonClass = iota // a number, true, false or null
	jsonString
	jsonObject
	jsonArray
	jsonBlank // that a value comes
	jsonOther // that none comes
)

var jsonClasses = [256]jsonClass{'"': jsonString, '{': jsonObject, '[': jsonArray, '}': jsonOther, ']': jsonOther, ',': jsonOther, ':': jsonOther,
	' ': jsonBlank, '\t': jsonBlank, '\r': jsonBlank, '\n': jsonBlank}

// unescapeJSON undoes the escapes of a JSON string in scratch memory. What is
// no escape stays as it is; half a surrogate pair becomes U+FFFD. \xHH is none of
// JSON's, but what nginx writes there unless its log_format says escape=json.
func (s *scratch) unescapeJSON(b []byte) []byte {
	out := s.take(len(b))
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 == len(b) {
			out = append(out, b...)
			break
		}
		out = append(out, b[:i]...)
		if c := jsonEscapes[b[i+1]]; c != 0 {
			out, b = append(out, c), b[i+2:]
			continue
		}
		if i+3 < len(b) && b[i+1] == 'x' && isHex(b[i+2]) && isHex(b[i+3]) {
			out, b = append(out, hex(b[i+2])<<4|hex(b[i+3])), b[i+4:]
			continue
		}
		r := hexRune(b[i+1:])
		if r < 0 {
			out, b = append(out, b[i:i+2]...), b[i+2:]
			continue
		}
		if b = b[i+6:]; utf16.IsSurrogate(r) {
			low := rune(-1)
			if len(b) > 1 && b[0] == '\\' {
				low = hexRune(b[1:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				b = b[6:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	*s = (*s)[:len(*s)+len(out)]
	return out
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hexRune reads u and four hexadecimal digits; -1 if they are not there.
func hexRune(b []byte) rune {
	if len(b) < 5 || b[0] != 'u' {
		return -1
	}
	r := rune(0)
	for _, c := range b[1:5] {
		if !isHex(c) {
			return -1
		}
		r = r<<4 | rune(hex(c))
	}
	return r
}

// appendJSONText appends a text as the inside of a JSON string. Bytes that are
// no UTF-8 stay as they are, as nginx writes them.
func appendJSONText(dst []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
