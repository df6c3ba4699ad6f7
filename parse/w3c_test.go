package parse

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestW3CUsual checks that usual lines tell the rows what Parse tells a record, and
// that those that are not leave no trace.
func TestW3CUsual(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	var rows rows
	for _, f := range []*w3c{iis, cloudFront} {
		header := []byte("#Date: 2026-01-02 03:04:05\n#Fields: " + f.columns)
		p := f.NewParser(header).(*w3cParser)
		usual := 0
		for i := range 3000 {
			r := randomRecord(rnd, [...]func(*rand.Rand, string, int) []byte{mild, hostile}[i%2])
			line := strings.TrimSuffix(string(f.Append([]byte("x"), &r)[1:]), "\n")
			if addsAsParsed(t, p, f.NewParser(header), &rows, rnd, misshaped(rnd, line)) {
				usual++
			}
		}
		if usual < 500 {
			t.Errorf("%s: only %d lines were usual", f.name, usual)
		}
	}
}

// TestW3CUsualReal is TestW3CUsual for real lines.
func TestW3CUsualReal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 18))
	var rows rows
	for file, f := range map[string]*w3c{"lnav-w3c.0.log": iis, "lnav-w3c.2.log": iis, "lnav-w3c.4.log": iis, "lnav-w3c_big.0.log": iis,
		"webreadr-iis.log": iis, "webreadr-cloudfront.log": cloudFront, "crowdsec-aws-cloudfront-logs.log": cloudFront} {
		var directives []byte
		for _, line := range realLog(t, file) {
			if line = bytes.TrimRight(line, "\r"); bytes.HasPrefix(line, []byte("#")) {
				directives = Amend(directives, line)
			}
			addsAsParsed(t, f.NewParser(directives).(*w3cParser), f.NewParser(directives), &rows, rnd, string(line))
		}
	}
}

// misshaped puts something odd into half of the lines.
func misshaped(rnd *rand.Rand, line string) string {
	odd := []string{`"a b"`, `"`, "-", "--", "\t", " ", "x, 192.0.2.7", "1.5", "http://a.b:80/c?d", "[::1]:80", "2026-13-40", "25:61:61", "a++b+++c+", "%2520", "é+é"}
	i := rnd.IntN(len(line))
	j := i + strings.IndexAny(line[i:]+" ", " \t")
	switch rnd.IntN(4) {
	case 0:
		return line[:i] + odd[rnd.IntN(len(odd))] + line[j:]
	case 1:
		i = strings.LastIndexAny(line[:i], " \t") + 1
		return line[:i] + odd[rnd.IntN(len(odd))] + line[max(i, j):]
	}
	return line
}

// TestRawTexts checks that the agents of a scan are those of its lines, whether
// they are told as their server wrote them, or of lines that are parsed, some of
// them in quotes; whether there are few or many, and whatever bytes they have.
func TestRawTexts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(25, 26))
	for _, f := range []*w3c{iis, cloudFront} {
		for _, agents := range []int{3, 3000} {
			var text []byte
			for range 3000 {
				r := randomRecord(rnd, mild)
				r.Text[Agent] = fmt.Appendf(nil, "%s %d+%s", hostile(rnd, "", 4), rnd.IntN(agents), []string{"", "\xff", "\xfe", "é", "++"}[rnd.IntN(5)])
				start := len(text)
				if text = f.Append(text, &r); start > 0 && rnd.IntN(4) == 0 {
					line := strings.TrimSuffix(string(text[start:]), "\n")
					text = append(append(text[:start], misshaped(rnd, line)...), '\n')
				}
			}
			want, _ := expected(f, string(text))
			slices.Sort(want)
			in := writeFile(t, "u_ex.log", text)
			for _, size := range []int{1000, 0} {
				got, _ := scan(t, Scanner{Format: f, Columns: testColumns, Jobs: 2, BlockSize: size}, in)
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Fatalf("%s, %d agents, blocks of %d: %s", f.name, agents, size, cmp.Diff(got, want))
				}
			}
		}
	}
}

// TestUndoPlus checks what is made of plus signs: every other one of a row is a
// space, the first among them.
func TestUndoPlus(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	p := iis.NewParser(nil).(*w3cParser)
	for range 20_000 {
		agent := make([]byte, rnd.IntN(40), 40+rnd.IntN(9))
		for i := range agent {
			agent[i] = "++,*a\x80\xab\x00"[rnd.IntN(8)]
		}
		want := append([]byte{}, agent...)
		for i, c := range agent {
			if c == '+' && (i == 0 || want[i-1] != ' ') {
				want[i] = ' '
			}
		}
		if got := p.undone(Agent, agent); string(got) != string(want) {
			t.Fatalf("%q is %q, want %q", agent, got, want)
		}
		if got := p.undone(Path, agent); string(got) != string(agent) {
			t.Fatalf("the path %q is %q", agent, got)
		}
	}
}
