package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"logbook/frame"
)

// A change is a number and what it was in an earlier period. How changes are
// written is decided here and nowhere else: tables, headline numbers and prose
// all ask a change for its text.
//
//	▲ 10 %     ▼ 2.6 %      from 2 % on, with a decimal below 10 %
//	≈ +1.2 %                below: nothing that a reader should follow up
//	×14                     more than ten times as much
//	new, gone               there was nothing, there is nothing
//	▲ 0.5 pp                shares differ in percentage points
//	–                       both sides are below 30, or one is not known
//	▲ 10 %†                 hours are missing on one side: of those that both have
type change struct {
	now, was value
	partial  bool
}

const (
	fewest = 30   // below this on both sides a relative change is noise
	calm   = 0.02 // relative changes below this are no change
	manyX  = 10   // above this a factor says more than a percentage
)

// kind says which of the forms a change has.
func (c change) kind() string {
	switch now, was := c.now.num, c.was.num; {
	case !c.now.known() || !c.was.known():
		return "unknown"
	case c.now.unit == "ratio":
		if math.Abs(now-was) < 0.0005 {
			return "calm"
		}
		return "points"
	case c.now.typ == frame.Int && now < fewest && was < fewest || now == was && now == 0:
		return "unknown"
	case was == 0:
		return "new"
	case now == 0:
		return "gone"
	case now/was > manyX:
		return "times"
	case math.Abs(now-was)/math.Abs(was) < calm:
		return "calm"
	}
	return "relative"
}

// relative is the change as a share of what was.
func (c change) relative() float64 { return (c.now.num - c.was.num) / math.Abs(c.was.num) }

// String writes the change for a table or under a headline number.
func (c change) String() string {
	text := c.text()
	if kind := c.kind(); c.partial && kind != "unknown" && kind != "new" && kind != "gone" {
		text += "†"
	}
	return text
}

func (c change) text() string {
	switch kind := c.kind(); kind {
	case "unknown":
		return missing
	case "times":
		return "×" + fixed(c.now.num/c.was.num, 0)
	case "calm":
		return "≈ " + c.signed()
	case "points", "relative":
		return c.arrow() + " " + strings.TrimLeft(c.signed(), "+−")
	default: // new, gone
		return kind
	}
}

// signed writes a relative change, or one in points, with its sign.
func (c change) signed() string {
	if c.now.unit == "ratio" {
		return plus(c.now.num-c.was.num) + fixed(100*math.Abs(c.now.num-c.was.num), 1) + thin + "pp"
	}
	return plus(c.relative()) + portion(math.Abs(c.relative()))
}

// portion writes a relative change without its sign: "7.2 %", "25 %".
func portion(share float64) string {
	decimals := 0
	if share < 0.0995 {
		decimals = 1
	}
	return fixed(100*share, decimals) + thin + "%"
}

func plus(v float64) string {
	if v < 0 {
		return "−"
	}
	return "+"
}

func (c change) arrow() string {
	if c.now.num < c.was.num {
		return "▼"
	}
	return "▲"
}

// on writes the change with the period that it is on: "▲ 10 % on W45".
func (c change) on(previous Period) string {
	switch c.kind() {
	case "unknown", "new", "gone":
		return c.String()
	case "times":
		return c.String() + " of " + previous.inShort()
	}
	return c.String() + " on " + previous.inShort()
}

// words writes the change for a sentence: "10 % more than the week before".
func (c change) words(before string) string {
	switch c.kind() {
	case "unknown":
		return "with nothing to compare it with"
	case "new":
		return "after none in " + before
	case "gone":
		return "after " + plain(c.was.typ, c.was.num) + " in " + before
	case "times":
		return fixed(c.now.num/c.was.num, 0) + " times as many as " + before
	case "calm":
		return "about as many as " + before
	}
	more := map[bool]string{true: "more than ", false: "less than "}[c.now.num > c.was.num]
	return strings.TrimLeft(c.signed(), "+−") + " " + more + before
}

// class is how a change is coloured. Only where a direction is bad has it a
// colour: traffic that grows is not good by itself.
func (c change) class(bad string) string {
	switch kind := c.kind(); {
	case kind == "unknown" || kind == "calm":
		return "quiet"
	case bad == "up" && c.now.num > c.was.num, bad == "down" && c.now.num < c.was.num:
		return "bad"
	}
	return ""
}

// raw is what sorting and CSV use.
func (c change) raw() string {
	if !c.now.known() || !c.was.known() || c.was.num == 0 && c.now.unit != "ratio" {
		return ""
	}
	v := c.relative()
	if c.now.unit == "ratio" {
		v = c.now.num - c.was.num
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// difference writes "+3,259" or "−61", as a column of changes does.
func difference(v value) string {
	text := plain(v.typ, v.num)
	if v.num > 0 {
		return "+" + text
	}
	return text
}

// compared returns the column that a comparison's was, change and delta speak
// of, with the names that end in suffix: the one number of which the table has
// no was of its own name.
func compared(t *frame.Table, suffix string) *frame.Column {
	if t.Column("was"+suffix) == nil {
		return nil
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Name == "was"+suffix {
			return nil
		}
		if !c.Key && c.Texts == nil && c.Series == nil && t.Column("was"+suffix+"."+c.Name) == nil {
			return c
		}
	}
	return nil
}

// changeIn returns the change that a column named delta or delta_usual stands
// for in row i; ok is false for any other column.
func changeIn(t *frame.Table, name string, i int) (c change, ok bool) {
	suffix, ok := strings.CutPrefix(name, "delta")
	if !ok || suffix != "" && suffix[0] != '_' {
		return c, false
	}
	now := compared(t, suffix)
	if now == nil {
		return c, false
	}
	c = change{now: at(now, i), was: at(t.Column("was"+suffix), i)}
	if isPartial(t) {
		c = change{at(t.Column(both+now.Name), i), at(t.Column("was"+suffix+"."+both+now.Name), i), true}
	}
	return c, true
}

// both begins the names of counts in the hours that all periods have, where
// some are missing.
const both = "both."

func isPartial(t *frame.Table) bool {
	return slices.ContainsFunc(t.Columns, func(c frame.Column) bool { return strings.HasPrefix(c.Name, both) })
}

// common returns a table of the numbers in the hours that all periods have,
// under their own names: the table itself, if no hours are missing.
func common(t *frame.Table) *frame.Table {
	if !isPartial(t) {
		return t
	}
	out := &frame.Table{Name: t.Name, Rows: t.Rows, Other: t.Other}
	for _, c := range t.Columns {
		name, ok := strings.CutPrefix(c.Name, both)
		if ok || c.Key {
			c.Name = name
			out.Columns = append(out.Columns, c)
		}
	}
	return out
}

// earlier returns a table of what the numbers were: the same rows, and under
// each number's name what it was. It is nil if the table compares with nothing.
func earlier(t *frame.Table) *frame.Table {
	main := compared(t, "")
	if main == nil {
		return nil
	}
	out := &frame.Table{Name: t.Name, Rows: t.Rows, Other: t.Other}
	for _, c := range t.Columns {
		was := t.Column("was." + c.Name)
		if c.Name == main.Name {
			was = t.Column("was")
		}
		switch {
		case c.Key:
			out.Columns = append(out.Columns, c)
		case was != nil:
			then := *was
			then.Name = c.Name
			out.Columns = append(out.Columns, then)
		}
	}
	return out
}
