package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"logbook/frame"
)

// Small drawings are SVG made here, with presentation attributes and classes
// only: the page's policy allows no style attribute, and they need no script.

// A drawing is a small picture beside numbers: SVG on a page, blocks in text.
type drawing interface {
	HTML() template.HTML
	String() string
}

// A barDrawing is a share of 1, with a tick where tick is not negative.
type barDrawing struct {
	share float64
	class string // of its colour
	tick  float64
}

// A sparkDrawing is the shape of a row's values over time.
type sparkDrawing struct{ values []float64 }

// HTML draws the bar.
func (d barDrawing) HTML() template.HTML { return bar(d.share, d.class, d.tick) }

// String draws the bar.
func (d barDrawing) String() string { return frame.Bar(d.share, 18) }

// HTML draws the line.
func (d sparkDrawing) HTML() template.HTML { return spark(d.values) }

// String draws the line.
func (d sparkDrawing) String() string { return frame.Sparkline(d.values, 14) }

// spark draws a line as wide and high as the stylesheet makes the drawings of
// a table: a page has a hundred of them.
func spark(values []float64) template.HTML {
	if len(values) < 2 {
		return ""
	}
	return template.HTML(`<svg role=none><path d="` + curve(values, 96, 20) + `"/></svg>`)
}

// wave draws a line with a faint area under it, as wide as there is room.
func wave(values []float64, width, height float64) template.HTML {
	if len(values) < 2 {
		return ""
	}
	line := curve(values, width, height)
	return template.HTML(fmt.Sprintf(`<svg class="wave" viewBox="0 0 %s %s" preserveAspectRatio="none" aria-hidden="true"><path class="area" d="%sV%[2]sH0Z"/><path d="%[3]s"/></svg>`,
		coord(width), coord(height), line))
}

// curve writes the path of a line. The widest value reaches the top; zero is
// the bottom, so that lines of one column can be compared in shape and not in
// height.
func curve(values []float64, width, height float64) string {
	values = thinned(values, int(width)/2)
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	if most == 0 {
		most = 1
	}
	const air = 2 // so that the line's width is not cut
	var line strings.Builder
	var x0, y0 int
	for i, v := range values {
		x := int(math.Round(width * float64(i) / float64(len(values)-1)))
		y := int(math.Round(height - air - (height-2*air)*v/most))
		switch sign := " "; {
		case i == 0:
			fmt.Fprintf(&line, "M%d %dl", x, y)
		default:
			if y < y0 { // a minus parts two numbers too
				sign = ""
			}
			if i > 1 {
				line.WriteByte(' ')
			}
			fmt.Fprintf(&line, "%d%s%d", x-x0, sign, y-y0)
		}
		x0, y0 = x, y
	}
	return line.String()
}

// thinned adds up neighbours until there are so many values as a drawing has
// room for.
func thinned(values []float64, most int) []float64 {
	each := (len(values) + most - 1) / most
	if each < 2 {
		return values
	}
	out := make([]float64, 0, most)
	for i := 0; i+each <= len(values); i += each { // what is left over is no whole value
		sum := 0.0
		for _, v := range values[i : i+each] {
			sum += v
		}
		out = append(out, sum)
	}
	return out
}

// bars draws a column for each value, the last in another colour.
func bars(values []float64, width, height float64) template.HTML {
	if len(values) < 2 {
		return ""
	}
	most := max(slices.Max(values), 1e-9)
	step := width / float64(len(values))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="wave" viewBox="0 0 %s %s" preserveAspectRatio="none" aria-hidden="true">`, coord(width), coord(height))
	for i, v := range values {
		class, h := "c-ghost", max(height*v/most, 0.5)
		if i == len(values)-1 {
			class = "c-ink"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, coord(step*float64(i)), coord(height-h), coord(step*0.8), coord(h))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// bar draws a share of 1, with a tick where tick is not negative. Its track is
// the background, its height the stylesheet's: a page has hundreds of them.
func bar(share float64, class string, tick float64) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg role=none>`)
	if class != "" {
		class = " class=" + class
	}
	if share > 0 {
		fmt.Fprintf(&b, `<rect%s width="%s%%"/>`, class, coord(max(share*100, 0.5)))
	}
	if tick >= 0 {
		fmt.Fprintf(&b, `<rect class="tick" x="%s%%" width="2"/>`, coord(min(tick*100, 99.2)))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// A stripPart is one share of a [strip].
type stripPart struct {
	Class, Name, Text string
	Value             float64
}

// strip draws parts of a whole as one bar. The label says the same in words.
func strip(parts []stripPart, label string) template.HTML {
	total := 0.0
	for _, p := range parts {
		total += p.Value
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="strip" viewBox="0 0 1000 14" preserveAspectRatio="none" role="img" aria-label="%s">`, template.HTMLEscapeString(label))
	x := 0.0
	for _, p := range parts {
		if p.Value <= 0 {
			continue
		}
		w := 1000 * p.Value / total
		// The last pixel stays empty, to divide it from its neighbour.
		fmt.Fprintf(&b, `<rect class="%s" x="%s" width="%s" height="14"><title>%s</title></rect>`,
			p.Class, coord(x), coord(max(w-1.3, 0.7)), template.HTMLEscapeString(p.Name+": "+p.Text))
		x += w
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// swatch draws the square that names a colour in a legend.
func swatch(class string) template.HTML {
	return template.HTML(`<svg class=swatch aria-hidden=true><rect class=` + class + ` /></svg>`)
}

// coord writes a coordinate with one decimal at most: half a tenth of a pixel
// is not seen, and a page has thousands of them.
func coord(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
