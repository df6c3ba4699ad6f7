package parse

import (
	"math/big"
	"math/rand/v2"
	"regexp"
	"testing"
)

// TestDecimal checks numbers of all lengths, with what may stand in and around
// them, against exact fractions.
func TestDecimal(t *testing.T) {
	number := regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$`)
	whole := regexp.MustCompile(`^\d{1,19}$`)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		text := digitsAround(rnd, rnd.IntN(18))
		shift := rnd.IntN(12) - 5

		exact, ok := new(big.Rat).SetString(text)
		if ok = ok && number.MatchString(text); ok {
			power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil))
			if shift < 0 {
				power.Inv(power)
			}
			exact.Mul(exact, power)
		}
		var want int64
		if ok {
			n := new(big.Int).Quo(exact.Num(), exact.Denom())
			want, ok = n.Int64(), n.IsInt64()
		}
		// What is in front of the text and behind it must not matter.
		line := []byte("7" + text + "7.7777777777777777")
		if got, good := decimal(line[1:1+len(text)], shift); good != ok || ok && got != want {
			t.Fatalf("decimal(%q, %d) is %d %v, want %d %v", text, shift, got, good, want, ok)
		}

		size, fits := new(big.Int).SetString(text, 10)
		ok = whole.MatchString(text) && fits && size.IsInt64()
		if got, good := count([]byte(text)); good != ok || ok && got != size.Int64() {
			t.Fatalf("count(%q) is %d %v, want %v", text, got, good, ok)
		}
	}
}

// digitsAround returns so many digits, perhaps with a point, a sign, an
// exponent or something else.
func digitsAround(rnd *rand.Rand, n int) string {
	text := make([]byte, n, 40)
	for i := range text {
		text[i] = byte('0' + rnd.IntN(10))
	}
	insert := func(s string) {
		i := rnd.IntN(len(text) + 1)
		text = append(append(append([]byte{}, text[:i]...), s...), text[i:]...)
	}
	switch rnd.IntN(8) {
	case 0, 1, 2:
	case 3:
		insert([]string{"x", "\x00", "\xb0", "-", "/", ":", "..", "e5", "E-3"}[rnd.IntN(9)])
	default:
		insert(".")
	}
	if rnd.IntN(4) == 0 {
		text = append([]byte{"+-"[rnd.IntN(2)]}, text...)
	}
	if rnd.IntN(4) == 0 {
		text = append(text, []string{"e", "e1", "E+7", "e-12", "e999", "e1234", "e+", "e-"}[rnd.IntN(8)]...)
	}
	return string(text)
}
