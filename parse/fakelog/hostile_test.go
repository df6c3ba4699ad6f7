package fakelog

import (
	"bytes"
	"testing"

	"logbook/parse"
)

// TestCorpus checks that the corpus is what it says: each line is rejected for
// its reason, and each value comes back from a record that has it.
func TestCorpus(t *testing.T) {
	c := Hostile()
	if len(c.Lines) < 10 || len(c.Values) < 40 {
		t.Errorf("%d lines and %d values", len(c.Lines), len(c.Values))
	}
	p := parse.Combined.NewParser(nil)
	for _, l := range c.Lines {
		var r parse.Record
		got := p.Parse(l.Text, &r)
		if got != parse.OK && bytes.IndexByte(l.Text, 0) >= 0 {
			got = parse.Binary // as a scan says of a line that is no record
		}
		if got != l.Reason {
			t.Errorf("Parse(%.90q) = %v, want %v", l.Text, got, l.Reason)
		}
	}
	for _, v := range c.Values {
		want := emptyRecord()
		want.Time, want.Status = begin.UnixMicro(), 200
		want.Text[parse.Host], want.Text[parse.Method] = []byte("192.0.2.7"), []byte("GET")
		want.Text[parse.Path], want.Text[parse.Protocol] = []byte("/"), []byte("HTTP/1.1")
		want.Text[v.Field] = v.Text
		line := parse.Combined.Append(nil, &want)
		var got parse.Record
		if reason := p.Parse(line[:len(line)-1], &got); reason != parse.OK {
			t.Errorf("Parse(%.90q) = %v", line, reason)
		} else if string(got.Text[v.Field]) != string(v.Text) {
			t.Errorf("%.90q came back as %.90q", v.Text, got.Text[v.Field])
		}
	}
}
