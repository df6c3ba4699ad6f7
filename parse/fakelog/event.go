package fakelog

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
	weight, all int    // grow: of the book when it does not grow, and of all books
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
grow BOOK at TIME [by N] [for DURATION]   the book gets N times as popular, and stays so; default 4, in 1w
relaunch at TIME                          pages move; their old addresses redirect`

// An eventSyntax is what the words of an event must be.
type eventSyntax struct {
	name    string
	kind    eventKind
	operand string // what follows the name; "" for nothing
	lasts   lasts
}

// lasts says whether an event has a "for".
type lasts uint8

const (
	due lasts = iota
	optional
	never
)

var eventKinds = []eventSyntax{
	{"burst", burst, "a status", due},
	{"new-referrer", newReferrer, "a URL", optional},
	{"new-crawler", newCrawler, "a name", optional},
	{"gap", gap, "", due},
	{"grow", grow, "a book", optional},
	{"relaunch", relaunch, "", never},
}

// ParseEvent reads an event of [EventGrammar], with times in zone. An error
// shows the event and points at the word that is wrong.
func ParseEvent(text string, zone *time.Location) (Event, error) {
	p := eventParser{
		event: Event{Text: text, factor: 4, book: -1},
		words: strings.Fields(text),
		zone:  zone,
	}
	if err := p.parse(); err != nil {
		return Event{}, err
	}
	return p.event, nil
}

// An eventParser reads an event word by word.
type eventParser struct {
	event Event
	words []string
	next  int // in words
	zone  *time.Location
}

// fail points at the word before the next one, or behind all words.
func (p *eventParser) fail(format string, args ...any) error {
	n := min(p.next-1, len(p.words))
	before := strings.Join(append(slices.Clone(p.words[:n]), ""), " ")
	mark := "^"
	if n < len(p.words) {
		mark += strings.Repeat("~", max(utf8.RuneCountInString(p.words[n])-1, 0))
	}
	return fmt.Errorf("event %q: %s\n\t%s\n\t%s", p.event.Text, fmt.Sprintf(format, args...),
		strings.Join(p.words, " "), strings.Repeat(" ", utf8.RuneCountInString(before))+mark)
}

// word gives the next word; "" at the end.
func (p *eventParser) word() string {
	p.next++
	if p.next > len(p.words) {
		return ""
	}
	return p.words[p.next-1]
}

func (p *eventParser) parse() error {
	name := p.word()
	i := slices.IndexFunc(eventKinds, func(k eventSyntax) bool { return k.name == name })
	switch {
	case name == "":
		return p.fail("empty, want one of %s", kindNames())
	case i < 0:
		return p.fail("unknown event %q, want one of %s", name, kindNames())
	}
	syntax := eventKinds[i]
	p.event.kind = syntax.kind
	if syntax.operand != "" {
		if err := p.operand(syntax); err != nil {
			return err
		}
	}
	for p.next < len(p.words) {
		if err := p.clause(p.word(), syntax); err != nil {
			return err
		}
	}
	p.next++
	switch {
	case !slices.Contains(p.words, "at"):
		return p.fail("%s needs a time: at 2026-11-12T14:00", name)
	case syntax.lasts == due && p.event.duration == 0:
		return p.fail("%s needs a duration: for 70m", name)
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

func (p *eventParser) operand(syntax eventSyntax) (err error) {
	e := &p.event
	e.name = p.word()
	if e.name == "" || slices.Contains(clauseWords, e.name) {
		return p.fail("%s needs %s", syntax.name, syntax.operand)
	}
	if e.kind == burst {
		e.status, err = strconv.Atoi(e.name)
		if err != nil || e.status < 100 || e.status > 599 {
			return p.fail("no such status %q, want 100 to 599", e.name)
		}
	}
	return nil
}

var clauseWords = []string{"at", "for", "by"}

// clause reads what follows a word: "at TIME", "for DURATION", "by N".
func (p *eventParser) clause(word string, syntax eventSyntax) (err error) {
	e := &p.event
	switch {
	case !slices.Contains(clauseWords, word), word == "by" && e.kind != grow:
		return p.fail("unexpected %q", word)
	case word == "for" && syntax.lasts == never:
		return p.fail("it lasts: no %q", word)
	case slices.Contains(p.words[:p.next-1], word):
		return p.fail("a second %q", word)
	}
	value := p.word()
	after, relative := strings.CutPrefix(value, "+")
	switch {
	case value == "":
		return p.fail("nothing follows %q", word)
	case word == "at" && relative:
		e.after, err = ParseDuration(after)
	case word == "at":
		e.at, err = ParseTime(value, p.zone)
	case word == "for":
		if e.duration, err = ParseDuration(value); err == nil && e.duration == 0 {
			err = fmt.Errorf("a duration of %q is none", value)
		}
	case word == "by":
		if e.factor, err = strconv.Atoi(value); err != nil || e.factor < 1 || e.factor > 100 {
			err = fmt.Errorf("by %q: want a number from 1 to 100", value)
		}
	}
	if err != nil {
		return p.fail("%v", err)
	}
	return nil
}

// crawlerShare is how many lines a new crawler asks for, in percent of those
// that all other programs do.
const crawlerShare = 40

// usually is how long events last, or take, that do not say it.
var usually = map[eventKind]time.Duration{newReferrer: 48 * time.Hour, grow: 7 * 24 * time.Hour}

// settle finds out when the event is in a log, and checks what it names.
func (e *Event) settle(s *stage) error {
	at := e.at
	if at.IsZero() {
		at = time.UnixMicro(s.site.from).Add(e.after)
	}
	e.from, e.until = at.UnixMicro(), math.MaxInt64
	if usual, ok := usually[e.kind]; ok && e.duration == 0 {
		e.duration = usual
	}
	if e.duration > 0 && e.kind != grow {
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
		e.weight, e.all = s.bookWeight(e.book), 0
		for i := range s.books {
			e.all += s.bookWeight(i)
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

// popular is the weight of a growing book.
func (e *Event) popular(at int64) int {
	ramp := e.duration.Microseconds() / second
	since := min((at-e.from)/second, ramp)
	if since <= 0 {
		return e.weight
	}
	return e.weight + int(int64(e.weight)*int64(e.factor-1)*since/max(ramp, 1))
}
