package report

import (
	"math"
	"strings"

	"github.com/rivo/uniseg"
)

// shades are a heat map in characters: the darker, the more.
type shades struct {
	xs, ys []string
	dark   [][]float64 // by y and x, as a share of the greatest
}

func newShades(xs, ys []string, cells [][3]any, most float64) *shades {
	s := &shades{xs: xs, ys: ys, dark: make([][]float64, len(ys))}
	for y := range ys {
		s.dark[y] = make([]float64, len(xs))
	}
	for _, c := range cells {
		if v := c[2].(float64); v > 0 && most > 0 {
			s.dark[c[1].(int)][c[0].(int)] = min(v/most, 1) // rounded for the chart, it may be a little more
		}
	}
	return s
}

// String draws one line for each y; a cell is two characters wide, since a
// character is about twice as high.
func (s *shades) String() string {
	steps := []string{"  ", "··", "░░", "▒▒", "▓▓", "██"}
	widest := 0
	for _, y := range s.ys {
		widest = min(max(widest, uniseg.StringWidth(y)), 20)
	}
	pad := func(s string) string {
		s, _ = cutWidth(s, widest)
		return s + strings.Repeat(" ", widest-uniseg.StringWidth(s)+1)
	}
	across := min(len(s.xs), (columns-5-widest)/2)
	lines := make([]string, 1, 1+len(s.ys))
	lines[0] = pad("")
	for x := 0; x < across; x += 3 {
		head, _ := cutWidth(strings.TrimSuffix(s.xs[x], ":00"), 5)
		lines[0] += head + strings.Repeat(" ", 6-uniseg.StringWidth(head))
	}
	for y, label := range s.ys {
		var line strings.Builder
		line.WriteString(pad(label))
		for _, v := range s.dark[y][:across] {
			line.WriteString(steps[int(math.Ceil(v*5))])
		}
		lines = append(lines, line.String())
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
