package report

import (
	"math"
	"strconv"
	"strings"

	"logbook/frame"
)

// columns prepares how each item prints a row.
func (p *pageMaker) columns(t *frame.Table, rows int, items []frame.ShowItem) []tableColumn {
	var out []tableColumn
	measured := false // the first measure is what the author sorted by
	for _, item := range items {
		line, sparks := sparkOf(item)
		if sparks && item.Role == "spark" || item.Expr == nil {
			out = append(out, p.sparkColumn(t, line))
			continue
		}
		name := item.Expr.String()
		head := item.Label
		if head == "" {
			head = headOf(name)
		}
		c := t.Column(name)
		sort := ""
		if c != nil && !c.Key && c.Texts == nil && !measured {
			measured = true
			if falling(t, rows, name) {
				sort = "descending"
			}
		}
		if item.Role == "bar" {
			out = append(out, p.barColumn(t, rows, name, item), p.numberColumn(c, name, head, sort, item))
			continue
		}
		if o, ok := opt(item.Opts, "mark"); ok {
			mark := strings.Join(o.Args, " ")
			if mark == "new" && c != nil {
				out = append(out, markNew(p.textColumn(c, name, head)))
				continue
			}
			out = append(out, tableColumn{skip: true, entry: func(r *tableRow) entry {
				if r.value(name).text == mark {
					return entry{Text: mark}
				}
				return entry{}
			}})
			continue
		}
		if item.Role == "share" {
			if item.Label == "" {
				head = "Share"
			}
			out = append(out, p.shareColumn(t, rows, name, head))
			continue
		}
		if c != nil && (c.Texts != nil || c.Key) && c.Type != frame.Time {
			out = append(out, p.textColumn(c, name, head))
			continue
		}
		if word := p.flagWord(t, name); word != "" {
			out = append(out, flagColumn(name, head, word))
			continue
		}
		out = append(out, p.numberColumn(c, name, head, sort, item))
		if sparks {
			out = append(out, p.sparkColumn(t, line))
		}
	}
	return out
}

func (p *pageMaker) textColumn(c *frame.Column, name, head string) tableColumn {
	class := ""
	if monospaced[name] {
		class = "mono"
	}
	return tableColumn{head: head, entry: func(r *tableRow) entry {
		v := r.value(name)
		switch {
		case r.table.Other && r.i == r.table.Rows-1 && c.Key:
			return entry{Text: "all others", Class: "quiet"}
		case !v.known() && c.Key:
			return entry{Text: "unknown", Class: "quiet"}
		case !v.known():
			return entry{Text: missing, Class: "quiet"}
		case name == "status":
			code := int(v.num)
			return entry{Code: strconv.Itoa(code), Swatch: swatch(statusClass(code / 100)), Text: statusName(code), Class: "code-cell"}
		case name == "status_class" && v.text != "":
			return entry{Swatch: swatch(statusClass(int(v.text[0] - '0'))), Text: v.text}
		case name == "book":
			v.text = p.bookTitle(v.text)
		case v.unit == "weekday" || v.unit == "hour_of_day":
			return entry{Text: p.formatter.value(v), Raw: strconv.Itoa(int(v.num))}
		case v.typ != frame.Text:
			return entry{Text: p.formatter.value(v), Class: class}
		}
		e := entry{Text: visible(v.text), Class: class}
		switch {
		case strings.HasPrefix(v.text, "/"):
			e.Class = "mono" // a path, whatever the column is called
		case class == "" && len(v.text) > 40:
			e.Class = "long"
		}
		return e
	}}
}

func (p *pageMaker) numberColumn(c *frame.Column, name, head, sort string, item frame.ShowItem) tableColumn {
	class := ""
	if c != nil && c.Key { // a day or an hour is what a row is about
		class = "date"
	}
	_, pct := opt(item.Opts, "pct")
	if c != nil && c.Texts != nil {
		return p.textColumn(c, name, head)
	}
	bad := badDirection(item)
	return tableColumn{head: head, class: class, right: class == "", sort: sort, entry: func(r *tableRow) entry {
		if ch, ok := changeIn(r.table, name, r.i); ok {
			return entry{Text: ch.String(), Raw: ch.raw(), Class: ch.class(bad(r))}
		}
		v := r.value(name)
		if !v.known() {
			return entry{Text: missing, Raw: "", Class: "quiet"}
		}
		if pct || v.typ == frame.Float && strings.HasSuffix(name, "share") {
			decimals := 1
			if math.Abs(v.num) >= 0.0995 {
				decimals = 0
			}
			return entry{Text: join(percent(v.num, decimals)), Raw: strconv.FormatFloat(v.num, 'g', 4, 64)}
		}
		if v.typ == frame.Time {
			t := instant(int64(v.num), p.formatter.zone)
			return entry{Text: dated(t, v.unit, false), Raw: t.Format("2006-01-02T15:04:05")}
		}
		if strings.HasPrefix(name, "change") && r.table.Column("was"+name[len("change"):]) != nil {
			return entry{Text: difference(v), Raw: strconv.FormatFloat(v.num, 'f', -1, 64)}
		}
		return measured(v)
	}}
}

// flagWord returns how a column of flags reads that a cell adds under another
// name than that of its function: in "add kind = probe(path)" a path is a probe,
// or nothing to speak of. Other flags are new, or yes. It is empty for what is no flag.
func (p *pageMaker) flagWord(t *frame.Table, name string) string {
	cell, c := p.notebook.Cell(t.Name), t.Column(name)
	switch {
	case c == nil || c.Type != frame.Flag:
		return ""
	case strings.HasPrefix(name, "is_new"):
		return "new"
	case cell == nil:
		return "yes"
	}
	for _, step := range cell.Query.Result {
		if call, ok := step.Expr.(*frame.Call); ok && step.Verb == "add" && step.Name == name && call.Func != name {
			return call.Func
		}
	}
	return "yes"
}

func flagColumn(name, head, word string) tableColumn {
	return tableColumn{head: head, entry: func(r *tableRow) entry {
		if r.value(name).truth() {
			return entry{Text: word}
		}
		return entry{Text: missing, Class: "quiet"}
	}}
}

// badDirection returns which direction of a change is bad in a row: "up" with
// "bad up" or, where it holds for some rows only, "bad up if status >= 500".
func badDirection(item frame.ShowItem) func(r *tableRow) string {
	o, ok := opt(item.Opts, "bad")
	if !ok || len(o.Args) == 0 {
		return func(*tableRow) string { return "" }
	}
	return func(r *tableRow) string {
		if o.If != nil && !(&rows{table: r.table}).scope(nil, r.i).eval(o.If).truth() {
			return ""
		}
		return o.Args[0]
	}
}

// measured writes a number. It comes with its raw value unless the script can
// tell that from the text.
func measured(v value) entry {
	e := entry{Text: plain(v.typ, v.num)}
	if v.typ == frame.Bytes || v.typ == frame.Duration || v.num != math.Trunc(v.num) {
		e.Raw = strconv.FormatFloat(v.num, 'f', -1, 64)
	}
	return e
}

func (p *pageMaker) barColumn(t *frame.Table, rows int, name string, item frame.ShowItem) tableColumn {
	most := greatest(t, rows, name)
	tick := ""
	if o, ok := opt(item.Opts, "tick"); ok && len(o.Args) > 0 {
		tick = o.Args[0]
		most = max(most, greatest(t, rows, tick))
	}
	return tableColumn{class: "bar", entry: func(r *tableRow) entry {
		at := -1.0
		if v := r.value(tick); tick != "" && v.known() && most > 0 {
			at = v.num / most
		}
		class := "" // ink
		if who := r.value("who"); who.text == "bot" {
			class = "c-ochre"
		}
		share := 0.0
		if most > 0 {
			share = min(r.value(name).num/most, 1)
		}
		return entry{Drawing: barDrawing{share, class, at}}
	}}
}

// greatest returns the greatest value of the rows; the row of all others does
// not count, or it would make every other bar short.
func greatest(t *frame.Table, rows int, name string) float64 {
	most := 0.0
	for i := range rows {
		if t.Other && i == t.Rows-1 {
			continue
		}
		most = max(most, at(t.Column(name), i).num)
	}
	return most
}

func (p *pageMaker) shareColumn(t *frame.Table, rows int, name, head string) tableColumn {
	total := 0.0
	for i := range rows {
		total += at(t.Column(name), i).num
	}
	return tableColumn{head: head, right: true, entry: func(r *tableRow) entry {
		if total == 0 {
			return entry{Text: missing}
		}
		share := r.value(name).num / total
		return entry{Text: join(percent(share, 1)), Raw: strconv.FormatFloat(share, 'g', 4, 64)}
	}}
}

// markNew puts a mark on what there was not in the period that the table
// compares with.
func markNew(col tableColumn) tableColumn {
	inner := col.entry
	col.entry = func(r *tableRow) entry {
		e := inner(r)
		if r.value("is_new").truth() {
			e.Pill = "new"
		}
		return e
	}
	return col
}

func noColumn() tableColumn {
	return tableColumn{skip: true, entry: func(*tableRow) entry { return entry{} }}
}

// sparkColumn draws each row's requests by unit of time: of the period, or of
// the time before, which is another query's table.
func (p *pageMaker) sparkColumn(t *frame.Table, line sparkline) tableColumn {
	if line.n > 0 {
		return p.pastColumn(t, line)
	}
	c := t.Column(seriesColumn)
	if c == nil || len(c.Axis) < 2 {
		return noColumn()
	}
	return tableColumn{head: counted(int64(len(c.Axis)), line.unit), class: "spark", entry: func(r *tableRow) entry {
		s := r.table.Column(seriesColumn)
		if s.Series[r.i] == nil || r.child {
			return entry{}
		}
		values := make([]float64, len(s.Axis))
		for x, n := range s.Series[r.i] {
			values[x] = float64(n)
		}
		return entry{Drawing: sparkDrawing{values}}
	}}
}

// pastColumn is sparkColumn for the time before.
func (p *pageMaker) pastColumn(t *frame.Table, line sparkline) tableColumn {
	past := p.tables[line.twin(t.Name)]
	if past == nil {
		return noColumn()
	}
	rows := make(map[string]int, past.Rows)
	for i := range past.Rows {
		rows[keyText(past, past, i)] = i
	}
	return tableColumn{head: counted(int64(line.n), line.unit), class: "spark", entry: func(r *tableRow) entry {
		i, ok := rows[keyText(r.table, past, r.i)]
		if !ok || r.child {
			return entry{}
		}
		values := make(map[int64]float64)
		for when, n := range seriesOf(past, i) {
			values[when] = float64(n)
		}
		return entry{Drawing: sparkDrawing{p.lastSteps(unit(line.unit), line.n, values)}}
	}}
}

// keyText joins the keys of a row, as another table has them.
func keyText(t, like *frame.Table, i int) string {
	var b strings.Builder
	for _, c := range like.Columns {
		if c.Key {
			v := at(t.Column(c.Name), i)
			b.WriteString(v.String() + "\x00" + strconv.FormatFloat(v.num, 'g', -1, 64) + "\x00")
		}
	}
	return b.String()
}
