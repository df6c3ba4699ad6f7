package fakelog

import (
	"strings"
	"testing"
	"time"
)

// TestParseEvent checks what the grammar takes.
func TestParseEvent(t *testing.T) {
	zone := time.FixedZone("", 3600)
	check := func(text, at string, duration time.Duration) {
		t.Helper()
		e, err := ParseEvent(text, zone)
		if err != nil {
			t.Error(err)
			return
		}
		got := e.after.String()
		if !e.at.IsZero() {
			got = e.at.UTC().Format(time.RFC3339)
		}
		if got != at || e.duration != duration || e.Text != text {
			t.Errorf("%q is at %s for %s, want %s for %s", text, got, e.duration, at, duration)
		}
	}
	check("burst 503 at 2026-11-12T14:00 for 70m", "2026-11-12T13:00:00Z", 70*time.Minute)
	check("burst 503 at 2026-11-12T14:00:30Z for 1d6h", "2026-11-12T14:00:30Z", 30*time.Hour)
	check("burst 404 for 2w at 2026-11-12", "2026-11-11T23:00:00Z", 14*24*time.Hour)
	check("gap at +2d6h30m for 90s", "54h30m0s", 90*time.Second)
	check("grow python-2.6 at +0s by 9", "0s", 0)
	check("new-referrer lobste.rs at 2026-11-12T14:00+05:30", "2026-11-12T08:30:00Z", 0)
	check("new-crawler CuriousBot at +1w", "168h0m0s", 0)
	check("relaunch  at   2026-11-12", "2026-11-11T23:00:00Z", 0)
	check("grow nonprog at +3w by 3 for 7w", "504h0m0s", 7*7*24*time.Hour)
}

// TestEventErrors checks that what the grammar does not take is explained.
func TestEventErrors(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := ParseEvent(text, time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseEvent(%q): %v, want %q", text, err, want)
		}
	}
	check("", "want one of burst, new-referrer, new-crawler, gap, grow, relaunch")
	check("bust 503", `unknown event "bust", want one of`)
	check("burst at +1d for 1h", "burst needs a status")
	check("burst 99 at +1d for 1h", `no such status "99"`)
	check("burst x at +1d for 1h", `no such status "x"`)
	check("burst 503 at +1d", "burst needs a duration")
	check("burst 503 for 1h", "burst needs a time")
	check("burst 503 at noon for 1h", `no such time "noon"`)
	check("burst 503 at +1x for 1h", `no such duration "1x"`)
	check("burst 503 at +1d for 0m", `a duration of "0m" is none`)
	check("burst 503 at +1d for -3h", `no such duration "-3h"`)
	check("burst 503 at +1d for", `nothing follows "for"`)
	check("gap 503 at +1d for 1h", `unexpected "503"`)
	check("gap at +1d by 4", `unexpected "by"`)
	check("grow x at +1d by 0", `by "0": want a number`)
	check("relaunch at +1d for 1h", "it lasts")
	check("gap at +1d for 1h for 2h", `a second "for"`)
	check("grow by 4 at +1d", "grow needs a book")
}

// TestEventCaret checks that an error points at the word that is wrong.
func TestEventCaret(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := ParseEvent(text, time.UTC)
		if _, got, _ := strings.Cut(err.Error(), "\n\t"); got != want {
			t.Errorf("ParseEvent(%q) shows\n\t%s\nwant\n\t%s", text, got, want)
		}
	}
	check("bust 503", "bust 503\n\t^~~~")
	check("burst  5O3 at +1d for 1h", "burst 5O3 at +1d for 1h\n\t      ^~~")
	check("gap at übermorgen for 1h", "gap at übermorgen for 1h\n\t       ^~~~~~~~~~")
	check("burst 503 at +1d", "burst 503 at +1d\n\t                 ^")
	check("burst 503 at", "burst 503 at\n\t             ^")
	check("gap at +1d upto 2d", "gap at +1d upto 2d\n\t           ^~~~")
}

// FuzzParseEvent checks that a text is either an event that lies in time, or an
// error that names the text.
func FuzzParseEvent(f *testing.F) {
	for line := range strings.Lines(EventGrammar) {
		f.Add(line)
	}
	f.Add("burst 503 at 2026-11-12T14:00 for 70m")
	f.Add("gap at +2d6h30m for 1w2d")
	f.Add("grow x at 2026-11-12T14:00:00+05:30 by 100")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEvent(text, time.UTC)
		switch {
		case err != nil && !strings.HasPrefix(err.Error(), "event "):
			t.Errorf("ParseEvent(%q): %v", text, err)
		case err != nil:
		case e.Text != text || e.duration < 0 || e.after < 0 || e.factor < 1:
			t.Errorf("ParseEvent(%q) = %+v", text, e)
		}
	})
}
