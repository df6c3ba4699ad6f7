package frame

import (
	"math/rand/v2"
	"testing"
	"time"
)

// awkward are zones that change their clocks at midnight, by half an hour, by
// a day, or live on quarters of an hour.
var awkward = []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kathmandu",
	"America/St_Johns", "Pacific/Apia", "Africa/Cairo", "America/Havana"}

// TestTruncate checks truncations against the calendar, over decades of times
// many of which are close to a change of the clocks: a truncated time has the
// same date, hour or minute as the time itself, nothing of it comes before, and
// remembering spans makes no difference.
func TestTruncate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for _, name := range awkward {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Skipf("no zone %s on this machine", name)
		}
		for _, unit := range units {
			remembering := truncation{unit: unit, zone: zone}
			for range 2000 {
				at := time.UnixMicro(rng.Int64N(60*366*24*hour) - 10*366*24*hour).In(zone)
				if _, change := at.ZoneBounds(); !change.IsZero() && rng.IntN(2) == 0 {
					at = change.Add(time.Duration(rng.Int64N(int64(50*time.Hour))) - 25*time.Hour).In(zone)
				}
				var got [1]int64
				remembering.apply(got[:], &vector{ints: []int64{at.UnixMicro()}})
				checkTruncated(t, unit, time.UnixMicro(at.UnixMicro()).In(zone), got[0])
			}
		}
	}
}

func checkTruncated(t *testing.T, unit string, at time.Time, got int64) {
	t.Helper()
	start := time.UnixMicro(got).In(at.Location())
	before := start.Add(-time.Microsecond)
	day := func(t time.Time) [3]int { y, m, d := t.Date(); return [3]int{y, int(m), d} }
	ok := true
	switch unit {
	case "weekday":
		ok = got == int64((at.Weekday()+6)%7)+1
	case "hour_of_day":
		ok = got == int64(at.Hour())
	case "minute", "hour":
		// By the offset of at, the wall clock stands at a full minute or hour,
		// not after at and less than one before it.
		length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour}[unit]
		_, offset := at.Zone()
		wall := time.UnixMicro(got).UTC().Add(time.Duration(offset) * time.Second)
		ok = wall.Equal(wall.Truncate(length)) && !start.After(at) && at.Sub(start) < length
	case "day":
		ok = !start.After(at) && day(start) == day(at) && day(before) != day(at)
	case "week":
		ok = !start.After(at) && start.Weekday() == time.Monday && before.Weekday() != time.Monday && at.Sub(start) < 7*25*time.Hour
	case "month":
		ok = !start.After(at) && start.Month() == at.Month() && start.Year() == at.Year() && before.Month() != at.Month()
	}
	if !ok {
		t.Errorf("%s of %s is %s (%d)", unit, at, start, got)
	}
}

// TestClocksGoBack checks that the hour which comes twice is two hours, and
// that the day has 25 of them.
func TestClocksGoBack(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	midnight := time.Date(2026, 10, 25, 0, 0, 0, 0, berlin)
	hours, days := map[int64]bool{}, map[int64]bool{}
	for at := midnight; at.Day() == 25; at = at.Add(10 * time.Minute) {
		hours[spanOf("hour", at).value] = true
		days[spanOf("day", at).value] = true
	}
	if len(hours) != 25 || len(days) != 1 {
		t.Errorf("the day has %d hours and is %d days, want 25 and 1", len(hours), len(days))
	}
}
