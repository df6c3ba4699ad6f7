package report

import (
	"strings"
	"testing"
	"time"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine:", err)
	}
	return zone
}

// TestParsePeriod checks spans, names and words, as of Monday 16 November 2026.
func TestParsePeriod(t *testing.T) {
	zone := berlin(t)
	now := time.Date(2026, 11, 16, 6, 10, 0, 0, zone)
	for _, c := range []struct{ text, start, end, name, words string }{
		{"last 14 days", "2026-11-02T00", "2026-11-16T00", "2026-11-02-2026-11-15", "Monday 2 to Sunday 15 November 2026"},
		{"last 1 day", "2026-11-15T00", "2026-11-16T00", "2026-11-15", "Sunday 15 November 2026"},
		{"last 3 hours", "2026-11-16T03", "2026-11-16T06", "2026-11-16T03-2026-11-16T06", "Monday 16 November 03:00 to Monday 16 November 2026 06:00"},
		{"last 2 weeks", "2026-11-02T00", "2026-11-16T00", "2026-11-02-2026-11-15", "Monday 2 to Sunday 15 November 2026"},
		{"week", "2026-11-09T00", "2026-11-16T00", "2026-W46", "Monday 9 to Sunday 15 November 2026"},
		{"2026-W46", "2026-11-09T00", "2026-11-16T00", "2026-W46", "Monday 9 to Sunday 15 November 2026"},
		{"2026-W53", "2026-12-28T00", "2027-01-04T00", "2026-W53", "Monday 28 December 2026 to Sunday 3 January 2027"},
		{"2026-11", "2026-11-01T00", "2026-12-01T00", "2026-11", "Sunday 1 to Monday 30 November 2026"},
		{"2026", "2026-01-01T00", "2027-01-01T00", "2026", "Thursday 1 January to Thursday 31 December 2026"},
		{"2026-11-02..2026-11-15", "2026-11-02T00", "2026-11-16T00", "2026-11-02-2026-11-15", "Monday 2 to Sunday 15 November 2026"},
	} {
		p, err := ParsePeriod(c.text, now, zone)
		if err != nil {
			t.Errorf("ParsePeriod(%q): %v", c.text, err)
			continue
		}
		const layout = "2006-01-02T15"
		if p.Start.Format(layout) != c.start || p.End.Format(layout) != c.end || p.Name() != c.name || p.String() != c.words {
			t.Errorf("ParsePeriod(%q) = %s to %s, %q, %q, want %s to %s, %q, %q", c.text,
				p.Start.Format(layout), p.End.Format(layout), p.Name(), p.String(), c.start, c.end, c.name, c.words)
		}
	}
	for _, text := range []string{"2025-W53", "2026-W00", "yesterday", "last 0 days", "2026-13", "2026-11-15..2026-11-02", "last 3 moons"} {
		if p, err := ParsePeriod(text, now, zone); err == nil {
			t.Errorf("ParsePeriod(%q) = %v, want an error", text, p)
		}
	}
}

// TestPeriodLength checks that the weeks in which the clock changes have 167
// and 169 hours, and that the week before each ends where it begins.
func TestPeriodLength(t *testing.T) {
	zone := berlin(t)
	for week, want := range map[string]time.Duration{"2026-W13": 167, "2026-W43": 169, "2026-W46": 168} {
		p, err := ParsePeriod(week, time.Time{}, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.End.Sub(p.Start); got != want*time.Hour {
			t.Errorf("%s has %v, want %v", week, got, want*time.Hour)
		}
		if before := p.Before(1); !before.End.Equal(p.Start) {
			t.Errorf("the week before %s ends at %v, want %v", week, before.End, p.Start)
		}
	}
}

// TestCompared checks the periods of each comparison, across a year with 53
// weeks.
func TestCompared(t *testing.T) {
	zone := berlin(t)
	p, err := ParsePeriod("2026-W53", time.Time{}, zone)
	if err != nil {
		t.Fatal(err)
	}
	periods, err := p.Compared([]string{"previous", "usual", "last year"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"now 12-28", "previous 12-21", "usual 1 12-21", "usual 2 12-14", "usual 3 12-07", "usual 4 11-30", "last year 12-29"}
	for i, q := range periods {
		if got := q.Name + q.Start.Format(" 01-02"); got != want[i] {
			t.Errorf("period %d is %s, want %s", i, got, want[i])
		}
	}
	if len(periods) != len(want) {
		t.Errorf("%d periods, want %d", len(periods), len(want))
	}
	if _, err := (Period{}).Compared([]string{"previous"}); err == nil {
		t.Error("all time can be compared, want an error")
	}
}

// TestUsualOfADay checks that a day is compared with the same weekday of the
// four weeks before, across a change of the clock, and that longer spans of
// days are compared with the spans before.
func TestUsualOfADay(t *testing.T) {
	zone := berlin(t)
	for text, want := range map[string]string{
		"2026-11-09":             "11-02 10-26 10-19 10-12",
		"2026-11-09..2026-11-10": "11-07 11-05 11-03 11-01",
	} {
		p, err := ParsePeriod(text, time.Now(), zone)
		if err != nil {
			t.Fatal(err)
		}
		periods, err := p.Compared([]string{"usual"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, q := range periods[1:] {
			got = append(got, q.Start.Format("01-02"))
			if q.Start.Hour() != 0 {
				t.Errorf("%s: %v is not the beginning of a day", text, q.Start)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is compared with %v, want %s", text, got, want)
		}
	}
}
