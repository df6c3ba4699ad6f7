package report

import (
	"slices"
	"testing"
	"time"

	"logbook/frame"
)

// TestRuns checks that the labels of a time axis can be told from its runs, in
// zones whose hours are skipped, are had twice, or begin at half past.
func TestRuns(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Skip(err)
		}
		for _, u := range []unit{hours, minutes, days} {
			for _, month := range []time.Month{time.March, time.October} {
				p := &pageMaker{formatter: formatter{loc}, first: time.Date(2026, month, 20, 7, 0, 0, 0, loc)}
				p.last = p.first.AddDate(0, 0, 16)
				if u == minutes {
					p.first = time.Date(2026, month, 24, 22, 0, 0, 0, loc)
					p.last = p.first.Add(20 * time.Hour)
				}
				a := p.axisOf(&frame.Table{}, &frame.Column{Type: frame.Time, Unit: string(u)}, false)
				runs, step := a.runs()
				if got := spelled(t, runs, step); !slices.Equal(got, a.labels) {
					t.Errorf("%s in %s: %d labels from %v, want %d", u, zone, len(got), runs, len(a.labels))
				}
				if u != days && len(runs) > len(a.labels)/6 {
					t.Errorf("%s in %s: %d of %d labels are written", u, zone, len(runs), len(a.labels))
				}
			}
		}
	}
}

// spelled does what the script does.
func spelled(t *testing.T, runs []any, step int) (labels []string) {
	for _, r := range runs {
		switch r := r.(type) {
		case string:
			labels = append(labels, r)
		case int:
			for range r {
				last := labels[len(labels)-1]
				at := len(last) - len("15:04")
				clock, err := time.Parse("15:04", last[at:])
				if err != nil {
					t.Fatal(err)
				}
				labels = append(labels, last[:at]+clock.Add(time.Duration(step)*time.Minute).Format("15:04"))
			}
		}
	}
	return labels
}
