package parse

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/google/go-cmp/cmp"

	"logbook/frame"
)

// export writes columns of a log to a file, without names all record fields.
func export(t testing.TB, log, path string, open func(io.Writer, *arrow.Schema) (frame.Sink, error), names ...string) {
	t.Helper()
	if len(names) == 0 {
		for _, doc := range slices.Concat(recordFields[:], numberFields) {
			names = append(names, doc.Name)
		}
	}
	var fields []arrow.Field
	all := Schema(nil)
	for _, name := range names {
		fields = append(fields, all.Field(all.FieldIndices(name)[0]))
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	meta := arrow.NewMetadata([]string{RulesKey}, []string{DefaultRules().Fingerprint()})
	sink, err := open(w, arrow.NewSchema(fields, &meta))
	if err != nil {
		t.Fatal(err)
	}
	s := Scanner{Ordered: true, Columns: names}
	if _, err := s.Scan(context.Background(), []Input{{Name: "log", R: strings.NewReader(log)}}, func() frame.Sink { return sink }); err != nil {
		t.Fatal(err)
	}
	if err := sink.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

var tableFormats = map[string]func(io.Writer, *arrow.Schema) (frame.Sink, error){
	"log.parquet": func(w io.Writer, schema *arrow.Schema) (frame.Sink, error) {
		return frame.NewParquetWriter(w, schema, frame.ParquetOptions{RowGroup: 1000})
	},
	"log.arrow": func(w io.Writer, schema *arrow.Schema) (frame.Sink, error) {
		return frame.NewArrowFileWriter(w, schema)
	},
	"log.arrows": func(w io.Writer, schema *arrow.Schema) (frame.Sink, error) {
		return frame.NewArrowStreamWriter(w, schema)
	},
}

// TestTablesAreLogs checks that a scan of what a log was exported to gives the
// rows that a scan of the log gives, derived columns, filters and policies on
// hosts included.
func TestTablesAreLogs(t *testing.T) {
	log := testLog(5000)
	masked := DefaultRules()
	masked.Hosts = MaskHosts
	hashed := DefaultRules()
	hashed.Hosts, hashed.Secret = HashHosts, []byte("secret")
	cases := []struct {
		rules   *Rules
		columns string
		where   string
	}{
		{nil, "time,host,path,status,bytes,agent", ""},
		{nil, "book,chapter,kind,clutter,who,client,status_class,network", ""},
		{nil, "line,query", "status >= 400 and not clutter"},
		{nil, "book", "time >= 2026-11-02 and time < 2026-11-02T01:00"},
		{nil, "status", `book = "b3" and path ~ "c1"`},
		{nil, "status", "bytes = none or bytes > 99000"},
		{nil, "status", "status = 999"},
		{masked, "host,network,time", `host = "10.0.1.0/24"`},
		{hashed, "host,network,time", "status = 200"},
	}
	for name, open := range tableFormats {
		path := filepath.Join(t.TempDir(), name)
		export(t, log, path, open)
		for _, c := range cases {
			s := Scanner{Rules: c.rules, Columns: strings.Split(c.columns, ","), Ordered: true}
			if c.where != "" {
				e, err := frame.ParseExpr(c.where)
				if err != nil {
					t.Fatal(err)
				}
				if s.Filter, err = frame.NewFilter(Schema(c.rules), e, nil); err != nil {
					t.Fatal(err)
				}
			}
			want, logSummary := scan(t, s, Input{Name: "log", R: strings.NewReader(log)})
			got, summary := scan(t, s, Input{Name: path, Path: path})
			if strings.Contains(c.columns, "line") { // a line number in the table
				want, got = withoutLine(want), withoutLine(got)
			}
			if err := summary.Files[0].Err; err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s where %s (-log +table):\n%s", name, c.columns, c.where, diff)
			}
			if summary.Kept != logSummary.Kept || summary.Filtered != logSummary.Filtered {
				t.Errorf("%s: %s where %s: kept %d and filtered %d, of the log %d and %d", name, c.columns, c.where,
					summary.Kept, summary.Filtered, logSummary.Kept, logSummary.Filtered)
			}
			if f, l := summary.Files[0], logSummary.Files[0]; f.First != l.First || f.Last != l.Last {
				t.Errorf("%s: %s where %s: from %d to %d, the log from %d to %d", name, c.columns, c.where, f.First, f.Last, l.First, l.Last)
			}
			s.Ordered, s.Jobs = false, 3
			unordered, _ := scan(t, s, Input{Name: path, Path: path})
			if strings.Contains(c.columns, "line") {
				unordered = withoutLine(unordered)
			}
			slices.Sort(want)
			slices.Sort(unordered)
			if !slices.Equal(want, unordered) {
				t.Errorf("%s: %s where %s: other rows with 3 workers", name, c.columns, c.where)
			}
		}
	}
}

// TestTablesOfDerived checks that a derived column which was exported without
// the text that it derives from is taken as it is, and only by the same rules.
func TestTablesOfDerived(t *testing.T) {
	log := testLog(3000)
	other := DefaultRules()
	other.Own = []string{"elsewhere.example"}
	masked := DefaultRules()
	masked.Hosts = MaskHosts
	for name, open := range tableFormats {
		path := filepath.Join(t.TempDir(), name)
		export(t, log, path, open, "time", "bytes", "book", "chapter", "clutter", "who", "site", "status_class", "network")
		for _, c := range []struct{ columns, where string }{
			{"book,clutter,who,status_class,network,bytes", ""},
			{"book,chapter,bytes", `clutter or book = "b3"`},
			{"clutter", `who = "bot" and bytes > 50000`},
			{"site", "status_class != none"},
		} {
			s := Scanner{Columns: strings.Split(c.columns, ","), Ordered: true}
			if c.where != "" {
				e, err := frame.ParseExpr(c.where)
				if err != nil {
					t.Fatal(err)
				}
				if s.Filter, err = frame.NewFilter(Schema(nil), e, nil); err != nil {
					t.Fatal(err)
				}
			}
			want, _ := scan(t, s, Input{Name: "log", R: strings.NewReader(log)})
			for _, rules := range []*Rules{nil, masked} {
				s.Rules = rules
				got, summary := scan(t, s, Input{Name: path, Path: path})
				if diff := cmp.Diff(want, got); diff != "" || summary.Files[0].Err != nil {
					t.Errorf("%s: %s where %s: error %v (-log +table):\n%s", name, c.columns, c.where, summary.Files[0].Err, diff)
				}
			}
		}
		_, summary := scan(t, Scanner{Columns: []string{"book"}, Rules: other}, Input{Name: path, Path: path})
		if err := summary.Files[0].Err; err == nil || !strings.Contains(err.Error(), "from which book derives, and its book follows other rules") {
			t.Errorf("%s by other rules: error is %v", name, err)
		}
		dropped := DefaultRules()
		dropped.Hosts = DropHosts
		_, summary = scan(t, Scanner{Columns: []string{"network"}, Rules: dropped}, Input{Name: path, Path: path})
		if summary.Files[0].Err == nil {
			t.Errorf("%s: a stored network is shown although hosts are dropped", name)
		}
	}
}

func withoutLine(rows []string) []string {
	var without []string
	for _, row := range rows {
		_, rest, _ := strings.Cut(row, "|")
		without = append(without, rest)
	}
	return without
}

// TestMixedInputs checks that logs and tables can be scanned together, in
// their order.
func TestMixedInputs(t *testing.T) {
	log := testLog(500)
	path := filepath.Join(t.TempDir(), "log.parquet")
	export(t, log, path, tableFormats["log.parquet"])
	s := Scanner{Columns: []string{"time", "path"}, Ordered: true}
	once, _ := scan(t, s, Input{Name: "log", R: strings.NewReader(log)})
	got, summary := scan(t, s, Input{Name: "log", R: strings.NewReader(log)}, Input{Name: path, Path: path}, Input{Name: "again", R: strings.NewReader(log)})
	if want := slices.Repeat(once, 3); !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	if len(summary.Files) != 3 || summary.Kept != 3*int64(len(once)) {
		t.Errorf("%d files and %d records", len(summary.Files), summary.Kept)
	}
}

// TestTableLacksColumn checks that a table which cannot answer says so.
func TestTableLacksColumn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := Schema(nil)
	meta := arrow.NewMetadata([]string{SchemaKey}, []string{"1"})
	w, err := frame.NewParquetWriter(f, arrow.NewSchema([]arrow.Field{all.Field(all.FieldIndices("time")[0])}, &meta), frame.ParquetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := Scanner{Columns: []string{"who"}}
	_, summary := scan(t, s, Input{Name: path, Path: path})
	if err := summary.Files[0].Err; err == nil || !strings.Contains(err.Error(), "without the column agent, from which who derives") {
		t.Errorf("error is %v", err)
	}
}
