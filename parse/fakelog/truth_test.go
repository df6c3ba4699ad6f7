package fakelog

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/google/go-cmp/cmp"

	"logbook/frame"
	"logbook/parse"
)

// counts is a sink that counts the values of columns.
type counts struct {
	by   map[string]map[string]int64
	zone *time.Location
	sent int64
}

func (c *counts) Write(batch arrow.Record) error {
	for i, f := range batch.Schema().Fields() {
		by := c.by[f.Name]
		if by == nil {
			by = map[string]int64{}
			c.by[f.Name] = by
		}
		for row := range int(batch.NumRows()) {
			switch a := batch.Column(i).(type) {
			case *array.Dictionary:
				if a.IsValid(row) {
					by[a.Dictionary().(*array.String).Value(a.GetValueIndex(row))]++
				}
			case *array.Timestamp:
				by[time.UnixMicro(int64(a.Value(row))).In(c.zone).Format(time.DateOnly)]++
			case *array.Int64:
				if a.IsValid(row) {
					c.sent += a.Value(row)
				}
			default:
				by[a.ValueStr(row)]++
			}
		}
	}
	return nil
}

// read scans a log and counts what is in it.
func read(t *testing.T, log []byte, format parse.Format, zone *time.Location) (*counts, *parse.Summary) {
	t.Helper()
	c := &counts{by: map[string]map[string]int64{}, zone: zone}
	s := parse.Scanner{Format: format, Ordered: true, Columns: []string{"time", "status", "bytes", "book", "who"}}
	summary, err := s.Scan(context.Background(), []parse.Input{{Name: "fake", R: bytes.NewReader(log)}}, func() frame.Sink { return c })
	if err != nil {
		t.Fatal(err)
	}
	return c, summary
}

// differences compares what a reader has found with the truth.
func differences(t *testing.T, truth *Truth, c *counts, summary *parse.Summary) {
	t.Helper()
	check := func(name string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the truth (-) and what was read (+): %s", name, diff)
		}
	}
	check("lines", summary.Total, truth.Lines)
	check("records", summary.Kept, truth.Records)
	check("rejected", summary.Rejected, truth.Rejected)
	if truth.Format != "ssl-request" { // which has none
		check("status", c.by["status"], truth.Status)
	}
	check("sent", c.sent, truth.Sent)
	check("books", c.by["book"], truth.Books)
	check("days", c.by["time"], truth.Days)
	if truth.Format != "haproxy" { // whose lines do not say which of the captured fields is the agent
		check("who", c.by["who"], truth.Who)
	}
}

// TestTruth checks that what the writer counted is what a reader finds, with
// everything in one log: a zone, malformed lines, hostile texts, events.
func TestTruth(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here: ", err)
	}
	site := Site{Seed: 7, Zone: zone, From: begin.AddDate(0, 0, -3), To: end, Lines: 60_000, Malformed: 5000, Hostile: 3000,
		Events: []Event{event(t, "burst 503 at 2026-11-12T14:00 for 70m"), event(t, "gap at +2d for 7h")}}
	log, truth := write(t, site)
	c, summary := read(t, log, nil, zone)
	differences(t, truth, c, summary)

	rejects := map[string]int64{}
	for reason, n := range summary.Reasons {
		if n > 0 && parse.Reason(reason) > parse.Blank {
			rejects[parse.Reason(reason).String()] = n
		}
	}
	if diff := cmp.Diff(truth.Rejects, rejects); diff != "" {
		t.Errorf("rejects: %s", diff)
	}
	if truth.Bytes != int64(len(log)) || truth.Rejected != 300 || truth.Hostile < 120 || truth.Hostile > 240 {
		t.Errorf("%d bytes of %d, %d malformed lines, want 0.5 %%, %d hostile texts, want about 0.3 %%", truth.Bytes, len(log), truth.Rejected, truth.Hostile)
	}
}

// TestFormats checks that every format tells the truth, malformed lines and
// hostile texts included.
func TestFormats(t *testing.T) {
	for _, f := range parse.Formats() {
		t.Run(f.Name(), func(t *testing.T) {
			site := Site{Seed: 3, From: begin, To: end, Lines: 4000, Malformed: 20_000, Hostile: 20_000, Format: f.Format}
			log, truth := write(t, site)
			c, summary := read(t, log, f.Format, time.UTC)
			differences(t, truth, c, summary)
		})
	}
}

// event parses an event.
func event(t *testing.T, text string) Event {
	t.Helper()
	e, err := ParseEvent(text, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
