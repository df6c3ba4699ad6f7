package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
)

// A Period is the half-open span of time [Start, End) that a notebook is
// about. The zero Period is all time.
type Period struct {
	Start, End time.Time
	unit       unit // what it is one of, or a number of
	n          int  // how many units
}

// A unit is what a period is counted in. Days, weeks, months and years are of
// the calendar: a day of the zone may have 23 or 25 hours.
type unit string

const (
	minutes unit = "minute"
	hours   unit = "hour"
	days    unit = "day"
	weeks   unit = "week" // ISO 8601, from Monday
	months  unit = "month"
	years   unit = "year"
)

// Periods lists what ParsePeriod understands, for help and messages.
const Periods = "all, last 14 days (or hours, weeks), last-week, 2026-W46, 2026-11, 2026-11-09, 2026, 2026-11-02..2026-11-15"

var (
	lastPeriod = regexp.MustCompile(`^last (\d+) (hour|day|week)s?$`)
	isoWeek    = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)
)

// ParsePeriod reads a period as front matter and --period write it. now and
// the zone decide what "last 14 days" are: the complete ones before now. Both
// ends of a range of days belong to it.
func ParsePeriod(text string, now time.Time, zone *time.Location) (Period, error) {
	text = strings.TrimSpace(text)
	now = now.In(zone)
	if m := lastPeriod.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n == 0 || n > 10_000 {
			return Period{}, fmt.Errorf("%q is no period: from 1 to 10,000 can be counted back", text)
		}
		end := unit(m[2]).floor(now)
		return span(unit(m[2]).add(end, -n), unit(m[2]), n), nil
	}
	if m := isoWeek.FindStringSubmatch(text); m != nil {
		return parseWeek(text, m[1], m[2], zone)
	}
	if from, to, ok := strings.Cut(text, ".."); ok {
		return parseRange(text, from, to, zone)
	}
	switch text {
	case "", "all":
		return Period{}, nil
	case "week", "last-week", "last week":
		return span(weeks.add(weeks.floor(now), -1), weeks, 1), nil
	}
	for _, form := range []struct {
		layout string
		unit   unit
	}{{"2006-01-02", days}, {"2006-01", months}, {"2006", years}} {
		if start, err := time.ParseInLocation(form.layout, text, zone); err == nil {
			return span(start, form.unit, 1), nil
		}
	}
	return Period{}, fmt.Errorf("%q is no period; write one of: %s", text, Periods)
}

// parseWeek reads an ISO week. The fourth of January is always in the first.
func parseWeek(text, year, week string, zone *time.Location) (Period, error) {
	y, _ := strconv.Atoi(year) // digits, by the expression
	w, _ := strconv.Atoi(week)
	first := weeks.floor(time.Date(y, time.January, 4, 0, 0, 0, 0, zone))
	start := weeks.add(first, w-1)
	if gotYear, gotWeek := start.ISOWeek(); gotYear != y || gotWeek != w {
		return Period{}, fmt.Errorf("%q is no period: %d has no week %d", text, y, w)
	}
	return span(start, weeks, 1), nil
}

func parseRange(text, from, to string, zone *time.Location) (Period, error) {
	start, err := time.ParseInLocation("2006-01-02", strings.TrimSpace(from), zone)
	if err != nil {
		return Period{}, fmt.Errorf("%q is no period: %q is no day", text, from)
	}
	last, err := time.ParseInLocation("2006-01-02", strings.TrimSpace(to), zone)
	if err != nil {
		return Period{}, fmt.Errorf("%q is no period: %q is no day", text, to)
	}
	n := daysBetween(start, last) + 1
	if n < 1 {
		return Period{}, fmt.Errorf("%q is no period: it ends before it begins", text)
	}
	return span(start, days, n), nil
}

func span(start time.Time, u unit, n int) Period {
	return Period{Start: start, End: u.add(start, n), unit: u, n: n}
}

// floor returns the beginning of the unit that holds t, in t's zone.
func (u unit) floor(t time.Time) time.Time {
	y, m, d := t.Date()
	switch u {
	case minutes:
		return t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case hours:
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	case weeks:
		d -= (int(t.Weekday()) + 6) % 7
	case months:
		d = 1
	case years:
		m, d = time.January, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// add moves t by n units of the calendar: never by 24 hours, since days that
// change the clock have 23 or 25.
func (u unit) add(t time.Time, n int) time.Time {
	switch u {
	case minutes:
		return t.Add(time.Duration(n) * time.Minute)
	case hours:
		return t.Add(time.Duration(n) * time.Hour)
	case weeks:
		return t.AddDate(0, 0, 7*n)
	case months:
		return t.AddDate(0, n, 0)
	case years:
		return t.AddDate(n, 0, 0)
	}
	return t.AddDate(0, 0, n)
}

// daysBetween counts the days of the calendar from a to b.
func daysBetween(a, b time.Time) int {
	utc := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(utc(b).Sub(utc(a)) / (24 * time.Hour))
}

// All reports whether p is all time.
func (p Period) All() bool { return p.Start.IsZero() && p.End.IsZero() }

// Days returns how many days of the calendar p touches; 0 for all time.
func (p Period) Days() int {
	if p.All() {
		return 0
	}
	return daysBetween(p.Start, p.End.Add(-time.Nanosecond)) + 1
}

// Before returns the i-th period of the same length before p.
func (p Period) Before(i int) Period {
	return span(p.unit.add(p.Start, -i*p.n), p.unit, p.n)
}

// LastYear returns the same period a year ago: for weeks the week of the same
// number, or 52 weeks ago where the year before has no such week; for others
// the same dates.
func (p Period) LastYear() Period {
	if p.unit != weeks {
		return span(years.add(p.Start, -1), p.unit, p.n)
	}
	year, week := p.Start.ISOWeek()
	same, err := parseWeek("", strconv.Itoa(year-1), fmt.Sprintf("%02d", week), p.Start.Location())
	if err != nil {
		return p.Before(52 / p.n)
	}
	return span(same.Start, weeks, p.n)
}

// UsualOf is how many periods before make what is usual.
const UsualOf = 4

// alike returns the i-th period before p that what is usual is made of. A day
// is held against its own weekday: a Saturday says little about a Sunday.
func (p Period) alike(i int) Period {
	if p.unit == days && p.n == 1 {
		i *= 7
	}
	return p.Before(i)
}

// against returns the periods that p is held against under a name: the last
// before, four alike, the same of the year before. Comparison and findings both
// ask here. It is empty for any other name.
func (p Period) against(name string) []Period {
	switch name {
	case "previous":
		return []Period{p.Before(1)}
	case "usual":
		list := make([]Period, UsualOf)
		for i := range list {
			list[i] = p.alike(i + 1)
		}
		return list
	case "last year":
		return []Period{p.LastYear()}
	}
	return nil
}

// comparisons are the names that against knows.
var comparisons = []string{"previous", "usual", "last year"}

// Compared returns p and the periods that comparison with the given names
// (previous, usual, last year) needs, as one pass over the logs groups them:
// p itself first.
func (p Period) Compared(with []string) ([]frame.Period, error) {
	periods := []frame.Period{{Name: "now", Start: p.Start, End: p.End}}
	if p.All() && len(with) > 0 {
		return nil, fmt.Errorf("all time has nothing before it to compare with; give a period: %s", Periods)
	}
	for _, name := range with {
		list := p.against(name)
		if len(list) == 0 {
			return nil, fmt.Errorf("compare: %q is none of %s", name, strings.Join(comparisons, ", "))
		}
		for i, q := range list {
			group := name
			if len(list) > 1 {
				group = fmt.Sprintf("%s %d", name, i+1)
			}
			periods = append(periods, frame.Period{Name: group, Start: q.Start, End: q.End})
		}
	}
	return periods, nil
}

// Name returns p as a word for file names: 2026-W46, 2026-11, 2026-11-09, or
// first and last day.
func (p Period) Name() string {
	last := p.End.Add(-time.Nanosecond)
	switch {
	case p.All():
		return "all"
	case p.unit == weeks && p.n == 1:
		year, week := p.Start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case p.unit == years && p.n == 1:
		return p.Start.Format("2006")
	case p.unit == months && p.n == 1:
		return p.Start.Format("2006-01")
	case p.unit == hours:
		return p.Start.Format("2006-01-02T15") + "-" + p.End.Format("2006-01-02T15")
	case p.Days() == 1:
		return p.Start.Format("2006-01-02")
	}
	return p.Start.Format("2006-01-02") + "-" + last.Format("2006-01-02")
}

// String returns p in words: "Monday 2 to Sunday 15 November 2026".
func (p Period) String() string {
	if p.All() {
		return "all time"
	}
	last := p.End.Add(-time.Nanosecond)
	switch {
	case p.unit == hours:
		return p.Start.Format("Monday 2 January 15:04") + " to " + p.End.Format("Monday 2 January 2006 15:04")
	case p.Days() == 1:
		return p.Start.Format("Monday 2 January 2006")
	case p.Start.Year() != last.Year():
		return p.Start.Format("Monday 2 January 2006") + " to " + last.Format("Monday 2 January 2006")
	case p.Start.Month() != last.Month():
		return p.Start.Format("Monday 2 January") + " to " + last.Format("Monday 2 January 2006")
	}
	return p.Start.Format("Monday 2") + " to " + last.Format("Monday 2 January 2006")
}

// inShort names a period where there is little room: "W45", "5 Nov".
func (p Period) inShort() string {
	switch {
	case p.unit == weeks && p.n == 1:
		_, week := p.Start.ISOWeek()
		return "W" + strconv.Itoa(week)
	case p.unit == months && p.n == 1:
		return p.Start.Format("January")
	case p.unit == years && p.n == 1:
		return p.Start.Format("2006")
	case p.unit == days && p.n == 1:
		return p.Start.Format("2 Jan")
	}
	return "before"
}

// names are what a chart calls p and what was before it.
func (p Period) names() (this, before string) {
	if p.n == 1 {
		return "this " + string(p.unit), string(p.unit) + " before"
	}
	return "now", "before"
}

// inWords names a period that ends where the one begins that is spoken of:
// "the week before", "the 14 days before".
func (p Period) inWords() string {
	if p.n == 1 {
		return "the " + string(p.unit) + " before"
	}
	return "the " + strconv.Itoa(p.n) + " " + string(p.unit) + "s before"
}
