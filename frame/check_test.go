package frame

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

func unitOf(unit string) arrow.Metadata { return arrow.MetadataFrom(map[string]string{UnitKey: unit}) }

var dictionary = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// visits is the schema of the tests: a small log.
var visits = arrow.NewSchema([]arrow.Field{
	{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
	{Name: "status", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "bytes", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: unitOf("bytes")},
	{Name: "duration", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: unitOf("duration")},
	{Name: "path", Type: dictionary, Nullable: true},
	{Name: "kind", Type: dictionary, Nullable: true},
	{Name: "who", Type: dictionary, Nullable: true},
	{Name: "clutter", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	{Name: "load", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "raw", Type: arrow.BinaryTypes.Binary},
}, nil)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	return zone
}

// weeks are the options of the tests: a week in Berlin and the one before.
func weeks(t testing.TB) Options {
	zone := berlin(t)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, zone) }
	return Options{Zone: zone, Periods: []Period{
		{Name: "now", Start: day(9), End: day(16)},
		{Name: "previous", Start: day(2), End: day(9)},
		{Name: "usual 1", Start: day(2), End: day(9)},
		{Name: "usual 2", Start: day(-5), End: day(2)},
	}}
}

// TestCheckErrors checks the messages about names and types.
func TestCheckErrors(t *testing.T) {
	data, err := os.ReadFile("testdata/check.txt")
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n---\n") {
		text, want, _ := strings.Cut(c, "\n=>\n")
		_, err := checkQuery(visits, "cell", parse(t, text), weeks(t))
		if err == nil {
			t.Errorf("checkQuery(%q) succeeded, want %s", text, want)
			continue
		}
		if got := err.Error(); got != want {
			t.Errorf("checkQuery(%q):\n%s\nwant\n%s", text, got, want)
		}
	}
}

// TestResolve checks what conditions are after names, lets and constants have
// been resolved.
func TestResolve(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		c, err := checkQuery(visits, "cell", parse(t, text+"\ncount"), weeks(t))
		if err != nil {
			t.Error(err)
			return
		}
		if got := c.where.String(); got != want {
			t.Errorf("%s is resolved to %s, want %s", text, got, want)
		}
	}
	check("where kind = page", `kind = "page"`)
	check("where kind = path", `kind = path`)
	check("where kind in (page, path, 2xx)", `kind in ("page", "path", "2xx")`)
	check("where path = 3d", `path = "3d"`)
	check("where path ~ php", `path ~ "php"`)
	check("where none != kind", `kind != none`)
	check("let x = status / 100\nwhere x > 1", `status / 100 > 1`)
	check("where weekday in (sat, sunday)", `weekday in (6, 7)`)
	check("where time >= this - 11 weeks", `time >= 2026-08-23T22:00:00Z`) // over the end of summer time
	check("where time > this + 1h", `time > 2026-11-09T00:00:00Z`)
	check("where hour < \"2026-11-10\"", `hour < 2026-11-09T23:00:00Z`)
	check("where status = -1 and not clutter", `status = -1 and not clutter`)
	check("where bytes > 2MB", `bytes > 2MB`)
	check("where 404 = status\nwhere load < 10 %", `404 = status and load < 10 %`)
}
