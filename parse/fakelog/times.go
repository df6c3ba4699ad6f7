package fakelog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// timeLayouts are the ways to write a time, the exact ones first.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"}

// ParseTime reads a time as [ParseEvent] takes it.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("no such time %q, want 2026-11-12 or 2026-11-12T14:00", text)
}

// ParseDuration reads what time.ParseDuration reads, and d and w for days of
// 24 hours and weeks of seven such days, in front of the smaller units. No
// duration is negative.
func ParseDuration(text string) (time.Duration, error) {
	rest, sum := text, time.Duration(0)
	for _, unit := range []struct {
		name  string
		hours int64
	}{{"w", 7 * 24}, {"d", 24}} {
		n, after, found := strings.Cut(rest, unit.name)
		if !found {
			continue
		}
		count, err := strconv.ParseUint(n, 10, 12)
		if err != nil {
			return 0, fmt.Errorf("no such duration %q, want one such as 70m, 2d or 1d6h", text)
		}
		sum += time.Duration(int64(count)*unit.hours) * time.Hour
		rest = after
	}
	if rest == "" && text != "" {
		return sum, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || d > 100_000*time.Hour {
		return 0, fmt.Errorf("no such duration %q, want one such as 70m, 2d or 1d6h", text)
	}
	return sum + d, nil
}
