package fakelog

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Event is something that happens to the site at a time, to be found again
// in a report. It is written as in [ParseEvent].
type Event struct {
	Text string // as it was written

	kind     eventKind
	status   int    // of a burst
	name     string // a book, a crawler, a URL
	at       time.Time
	after    time.Duration // instead of at: since the log's begin
	duration time.Duration // 0: to the end, or as long as such things take
	factor   int           // grow: times as many readers

	from, until int64  // µs, once the log's begin is known
	book        int    // grow: in siteMap.books
	site        uint32 // new-referrer: in stage.sites
	landing     uint32 // new-referrer: the page it links to
	crawler     int    // new-crawler: in stage.crawlers
}

type eventKind uint8

const (
	burst eventKind = iota
	newReferrer
	newCrawler
	gap
	grow
	relaunch
)

// EventGrammar has a line for each kind of event, for help texts.
//
// TIME is 2026-11-12, 2026-11-12T14:00 or 2026-11-12T14:00:30 in the zone of
// the site, with Z or +01:00 after it if it is another zone's, or +2d6h after
// the log's begin. DURATION is a number of w, d, h, m or s, or several: 1h30m.
const EventGrammar = `burst STATUS at TIME for DURATION         two in three answers have this status
new-referrer URL at TIME [for DURATION]   a page links here; readers come, fewer by the hour
new-crawler NAME at TIME [for DURATION]   a program begins to read the site
gap at TIME for DURATION                  no line at all
grow BOOK at TIME [by N]                  the book gets N times as popular in a week; default 4
relaunch at TIME                          pages move; their old addresses redirect`

// An eventSyntax is what the words of an event must be.
type eventSyntax struct {
	name    string
	kind    eventKind
	operand string // what follows the name; "" for nothing
	lasts   bool   // "for" is due
}

var eventKinds = []eventSyntax{
	{"burst", burst, "a status", true},
	{"new-referrer", newReferrer, "a URL", false},
	{"new-crawler", newCrawler, "a name", false},
	{"gap", gap, "", true},
	{"grow", grow, "a book", false},
	{"relaunch", relaunch, "", false},
}

// ParseEvent reads an event of [EventGrammar], with times in zone.
func ParseEvent(text string, zone *time.Location) (Event, error) {
	e := Event{Text: text, factor: 4, book: -1}
	words := strings.Fields(text)
	if err := e.parse(words, zone); err != nil {
		return Event{}, fmt.Errorf("event %q: %w", text, err)
	}
	return e, nil
}

func (e *Event) parse(words []string, zone *time.Location) error {
	if len(words) == 0 {
		return fmt.Errorf("empty, want one of %s", kindNames())
	}
	i := slices.IndexFunc(eventKinds, func(k eventSyntax) bool { return k.name == words[0] })
	if i < 0 {
		return fmt.Errorf("unknown event %q, want one of %s", words[0], kindNames())
	}
	syntax, words := eventKinds[i], words[1:]
	e.kind = syntax.kind
	if syntax.operand != "" {
		if len(words) == 0 || words[0] == "at" {
			return fmt.Errorf("%s needs %s", syntax.name, syntax.operand)
		}
		if err := e.operand(words[0]); err != nil {
			return err
		}
		words = words[1:]
	}
	if err := e.clauses(words, zone); err != nil {
		return err
	}
	switch {
	case !slices.Contains(words, "at"):
		return fmt.Errorf("%s needs a time: at 2026-11-12T14:00", syntax.name)
	case syntax.lasts && e.duration == 0:
		return fmt.Errorf("%s needs a duration: for 70m", syntax.name)
	}
	return nil
}

// clauses reads what follows the operand: pairs of a word and its value.
func (e *Event) clauses(words []string, zone *time.Location) error {
	for ; len(words) > 1; words = words[2:] {
		if err := e.clause(words[0], words[1], zone); err != nil {
			return err
		}
	}
	if len(words) > 0 {
		return fmt.Errorf("nothing follows %q", words[0])
	}
	return nil
}

func kindNames() string {
	var names []string
	for _, k := range eventKinds {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

func (e *Event) operand(word string) error {
	e.name = word
	if e.kind != burst {
		return nil
	}
	status, err := strconv.Atoi(word)
	if err != nil || status < 100 || status > 599 {
		return fmt.Errorf("no such status %q, want 100 to 599", word)
	}
	e.status = status
	return nil
}

// clause reads one of "at TIME", "for DURATION", "by N".
func (e *Event) clause(word, value string, zone *time.Location) (err error) {
	switch {
	case word == "at" && strings.HasPrefix(value, "+"):
		e.after, err = ParseDuration(value[1:])
		return err
	case word == "at":
		e.at, err = ParseTime(value, zone)
		return err
	case word == "for" && (e.kind == grow || e.kind == relaunch):
		return fmt.Errorf("it lasts: no %q", "for "+value)
	case word == "for":
		e.duration, err = ParseDuration(value)
		if err == nil && e.duration == 0 {
			return fmt.Errorf("a duration of %q is none", value)
		}
		return err
	case word == "by" && e.kind == grow:
		e.factor, err = strconv.Atoi(value)
		if err != nil || e.factor < 1 || e.factor > 100 {
			return fmt.Errorf("by %q: want a number from 1 to 100", value)
		}
		return nil
	}
	return fmt.Errorf("unexpected %q", word)
}

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

// crawlerShare is how many lines a new crawler asks for, in percent of those
// that all other programs do.
const crawlerShare = 40

// settle finds out when the event is in a log, and checks what it names.
func (e *Event) settle(s *stage) error {
	at := e.at
	if at.IsZero() {
		at = time.UnixMicro(s.site.from).Add(e.after)
	}
	e.from, e.until = at.UnixMicro(), math.MaxInt64
	if e.duration == 0 && e.kind == newReferrer {
		e.duration = 48 * time.Hour
	}
	if e.duration > 0 {
		e.until = e.from + e.duration.Microseconds()
	}
	switch to := s.site.to; {
	case e.from < s.site.from:
		return fmt.Errorf("event %q: before the log begins, at %s", e.Text, time.UnixMicro(s.site.from).In(s.site.zone()).Format(time.RFC3339))
	case to != 0 && e.from >= to:
		return fmt.Errorf("event %q: after the log ends, at %s", e.Text, time.UnixMicro(to).In(s.site.zone()).Format(time.RFC3339))
	case e.kind == gap && s.site.Beat > 0:
		return fmt.Errorf("event %q: a log with even steps of time has no gaps", e.Text)
	}
	return e.cast(s)
}

// cast finds whom and what the event is about on the stage, or puts it there.
func (e *Event) cast(s *stage) error {
	switch e.kind {
	case grow:
		e.book = slices.IndexFunc(s.books, func(b bookPages) bool { return b.name == e.name })
		if e.book < 0 {
			return fmt.Errorf("event %q: no book %q, want one of %s", e.Text, e.name, bookNames(s.books))
		}
	case newReferrer:
		url := e.name
		if !strings.Contains(url, "://") {
			url = "https://" + url + "/"
		}
		e.site = uint32(len(s.referrers))
		s.referrers = append(s.referrers, referrer{kind: "link", url: url})
		e.landing = s.blog[int(e.site)%len(s.blog)]
	case newCrawler:
		e.crawler = s.hire(e.name)
	}
	return nil
}

func bookNames(books []bookPages) string {
	var names []string
	for _, b := range books {
		names = append(names, b.name)
	}
	return strings.Join(names, ", ")
}

// visitors says how many readers more than usual a new referrer brings, in
// percent: 80 at first, then fewer.
func (e *Event) visitors(at int64) int {
	left := (e.until - at) / second
	all := max((e.until-e.from)/second, 1)
	return int(80 * left / all)
}

// popular says how many times as popular as before a growing book is.
func (e *Event) popular(at int64, weight int) int {
	const week = 7 * 24 * 3600
	since := min((at-e.from)/second, week)
	if since <= 0 {
		return weight
	}
	return weight + int(int64(weight)*int64(e.factor-1)*since/week)
}
