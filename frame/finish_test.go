package frame

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// groupedRows makes the table that grouping would have made: lines of keys and
// aggregates, "-" being null and a series having no place.
func groupedRows(t testing.TB, c *checkedQuery, zone *time.Location, lines string) *Table {
	t.Helper()
	table := &Table{Name: c.name}
	for _, k := range c.keys {
		table.Columns = append(table.Columns, Column{Name: k.name, Type: k.typ, Unit: k.unit, Key: true})
	}
	for _, a := range c.aggs {
		table.Columns = append(table.Columns, Column{Name: a.column, Type: a.typ})
	}
	for _, line := range strings.FieldsFunc(lines, func(r rune) bool { return r == '\n' || r == ';' }) {
		fields := strings.Fields(line)
		if len(fields) != len(table.Columns) {
			t.Fatalf("%q has %d fields, want %d", line, len(fields), len(table.Columns))
		}
		for i, field := range fields {
			c := &table.Columns[i]
			c.appendNull(table.Rows)
			c.put(table.Rows, readValue(t, c.Type, field, zone))
		}
		table.Rows++
	}
	return table
}

func readValue(t testing.TB, typ Type, text string, zone *time.Location) value {
	t.Helper()
	v := value{typ: typ, text: text}
	switch {
	case text == "-":
		return value{}
	case typ == Time:
		at, ok := parseTime(text, zone)
		if !ok {
			t.Fatalf("%q is no time", text)
		}
		v.int = at.UnixMicro()
	case typ == Float:
		v.float, _ = strconv.ParseFloat(text, 64)
	case typ != Text:
		v.int, _ = strconv.ParseInt(text, 10, 64)
	}
	return v
}

// checkFinish checks the result of the steps of a query, as CSV without its
// quotes. The grouped rows are now, then one text for each earlier period.
func checkFinish(t *testing.T, query, want string, lines ...string) {
	t.Helper()
	opts := weeks(t)
	c, err := checkQuery(visits, "cell", parse(t, query), opts)
	if err != nil {
		t.Error(err)
		return
	}
	was := map[string]*Table{}
	for i, text := range lines[1:] {
		was[opts.Periods[i+1].Name] = groupedRows(t, c, opts.Zone, text)
	}
	got, err := c.finish(groupedRows(t, c, opts.Zone, lines[0]), was, opts)
	if err != nil {
		t.Error(err)
		return
	}
	var b strings.Builder
	if err := got.WriteCSV(&b, opts.Zone); err != nil {
		t.Fatal(err)
	}
	if text := strings.TrimSpace(strings.ReplaceAll(b.String(), "\r\n", "\n")); text != strings.ReplaceAll(want, "; ", "\n") {
		t.Errorf("%s of %q is\n%s\nwant\n%s", query, lines, text, strings.ReplaceAll(want, "; ", "\n"))
	}
}

// TestFinish checks each result step on a few rows.
func TestFinish(t *testing.T) {
	check := func(query, want string, lines ...string) { t.Helper(); checkFinish(t, query, want, lines...) }

	// Without a sort: largest first, or by time; ties by keys; nulls last.
	check("count by path", "path,count; c,3; a,1; b,1; ,1", "b 1; - 1; a 1; c 3")
	check("count by day", "day,count; 2026-11-09,1; 2026-11-10,9", "2026-11-10 9; 2026-11-09 1")
	check("sum bytes by path | sort bytes", "path,bytes; b,1; a,3; c,", "a 3; b 1; c -")
	check("sum bytes by path | sort bytes desc, path", "path,bytes; a,3; b,1; c,", "c -; a 3; b 1")
	check("count by path, kind | sort kind, count desc", "path,kind,count; b,x,2; a,x,1; a,y,5", "a x 1; a y 5; b x 2")

	// Limits, and one row for all that they leave out.
	check("count by path | limit 2", "path,count; d,4; c,3", "a 1; b 2; c 3; d 4")
	check("count, max status, avg status by path | limit 1 with other",
		"path,count,max_status,avg_status; c,3,200,200; ,3,500,", "a 1 404 404; b 2 500 450; c 3 200 200")
	check("count by path | limit 5 with other", "path,count; a,1", "a 1")
	check("count, count if status = 404 as lost by path | add rate = lost / count | limit 1 with other",
		"path,count,lost,rate; c,8,2,0.25; ,4,1,0.25", "a 3 1; b 1 0; c 8 2")
	check("count by path | add share = count / sum(count) | limit 1 with other",
		"path,count,share; a,3,0.75; ,1,0.25", "a 3; b 1")

	// Arithmetic, nulls and windows.
	check("count, sum bytes by path | add mean = bytes / count", "path,count,bytes,mean; a,2,3,1.5; b,0,1,", "a 2 3; b 0 1")
	check("count by path, kind | add share = count / sum(count) by path | sort path, kind",
		"path,kind,count,share; a,x,1,0.25; a,y,3,0.75; b,x,5,1", "b x 5; a y 3; a x 1")
	check("count by path | add place = rank(count) | sort place", "path,count,place; c,5,1; a,3,2; b,3,2; d,1,4", "a 3; b 3; c 5; d 1")
	check("count by path, kind | keep kind != none and path ~ \"^a\"", "path,kind,count; ab,x,1", "ab x 1; ab - 1; b x 1")
	check("count by path | keep not (path = a) | keep count in (1, 2)", "path,count; b,2", "a 2; b 2; c 3; - 1")

	// Days that saw nothing, also at the end of summer time.
	check("count by day | fill | limit 3", "day,count; 2026-11-09,0; 2026-11-10,7; 2026-11-11,0", "2026-11-10 7")
	check("count by day, who | fill | limit 3",
		"day,who,count; 2026-11-09,bot,2; 2026-11-09,man,0; 2026-11-10,bot,0", "2026-11-09 bot 2; 2026-11-10 man 1")
	check("count by weekday | keep weekday > 5 | fill | limit 2", "weekday,count; 1,0; 2,0", "6 1")

	// Comparison: rows that came, rows that went, and another query's zero.
	check("count by path | compare previous", "path,count,was,change,delta,is_new; a,6,4,2,0.5,false; b,3,0,3,,true; c,0,2,-2,-1,false",
		"a 6; b 3", "a 4; c 2")
	check("count, avg load by path | compare previous", "path,count,avg_load,was,change,delta,is_new,was.avg_load; a,6,1.5,4,2,0.5,false,3; b,1,2,0,1,,true,",
		"a 6 1.5; b 1 2", "a 4 3")
	check("count by day | compare previous", "day,count,was,change,delta,is_new; 2026-11-09,6,3,3,1,false; 2026-11-10,0,5,-5,-1,false",
		"2026-11-09 6", "2026-11-02 3; 2026-11-03 5")
	check("count by hour | compare usual", "hour,count,was,change,delta,is_new; 2026-11-09T14:00:00+01:00,6,3,3,1,false",
		"2026-11-09T14:00 6", "", "2026-11-02T14:00 2", "2026-10-26T14:00 4")
	check("count by path | compare previous, usual", "path,count,was,change,delta,is_new,was_usual,change_usual,delta_usual,is_new_usual; a,6,4,2,0.5,false,3,3,1,false",
		"a 6", "a 4", "a 2", "a 4")
	check("count if status = 404 as lost, count | compare previous", "lost,count,was,change,delta,is_new,was.count; 1,2,2,-1,-0.5,false,3", "1 2", "2 3")
}

// TestFillSummerTime checks that a day whose clock is put back has 25 hours.
func TestFillSummerTime(t *testing.T) {
	opts := Options{Zone: berlin(t)}
	c, err := checkQuery(visits, "cell", parse(t, "count by hour | fill"), opts)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.finish(groupedRows(t, c, opts.Zone, "2026-10-25T00:00 1; 2026-10-25T23:00 1"), nil, opts)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 25 {
		t.Errorf("the day has %d hours, want 25", got.Rows)
	}
}

// TestFirstFew checks that sorting just the head gives the head of sorting all.
func TestFirstFew(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := random.IntN(60)
		rows := random.Perm(n)
		few := random.IntN(n + 1)
		got := firstFew(rows, few, func(a, b int) int { return a - b })
		if len(got) != n {
			t.Fatalf("%d rows of %d", len(got), n)
		}
		for i := range few {
			if got[i] != i {
				t.Fatalf("row %d of the first %d of %d is %d", i, few, n, got[i])
			}
		}
	}
}

// TestSortRows checks that sorting by prefixes is sorting by values: ints,
// floats and texts, either way, with nulls, and with values at the ends of
// their types.
func TestSortRows(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	columns := []*Column{
		{Type: Int, Ints: []int64{math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, -1, 0, 1, 7, 7, 0}},
		{Type: Float, Floats: []float64{math.Inf(-1), -1.5, math.Copysign(0, -1), 0, 1e-300, 1.5, math.MaxFloat64, math.Inf(1), 0}},
		{Type: Text, Texts: []string{"", "a", "a\x00", "abcdefgh", "abcdefghi", "abcdefgz", "\xff\xff\xff\xff\xff\xff\xff\xff\xff", "b", ""}},
	}
	for _, c := range columns {
		c.Nulls = make([]bool, 9)
		c.Nulls[8] = true
		for _, desc := range []bool{false, true} {
			order := func(a, b int) int { return cmp.Or(compareCells(c, a, b, desc), cmp.Compare(a, b)) }
			want := random.Perm(9)
			got := slices.Clone(want)
			slices.SortFunc(want, order)
			sortRows(got, []*Column{c}, []bool{desc}, order)
			if !slices.Equal(got, want) {
				t.Errorf("%v, descending %v: %v, want %v", c.Type, desc, got, want)
			}
		}
	}
}

// TestOtherKeepsTotals checks that nothing is lost when groups are left out, by
// a limit, by the engine or by both.
func TestOtherKeepsTotals(t *testing.T) {
	batch := randomBatch(rand.New(rand.NewPCG(7, 8)), 500)
	defer batch.Release()
	for _, maxGroups := range []int{1, 3, 1000} {
		for _, limit := range []string{"", " | limit 1 with other", " | limit 4 with other", " | limit 100 with other"} {
			text := "count, sum bytes by path | add share = count / sum(count)" + limit
			plan, err := NewPlan(visits, []string{text}, []*Query{parse(t, text)}, Options{MaxGroups: maxGroups})
			if err != nil {
				t.Fatal(err)
			}
			table := answer(t, plan, []arrow.Record{batch})
			count, share := int64(0), 0.0
			for row := range table.Rows {
				count += table.Column("count").Ints[row]
				share += table.Column("share").value(row).number()
			}
			if count != 500 {
				t.Errorf("%s of at most %d groups counts %d rows, want 500", text, maxGroups, count)
			}
			if math.Abs(share-1) > 1e-9 {
				t.Errorf("%s of at most %d groups has shares of %v together, want 1", text, maxGroups, share)
			}
		}
	}
}
