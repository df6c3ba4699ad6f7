package fakelog

import (
	"strconv"
	"time"

	"logbook/parse"
)

// Truth is what a log holds, counted by its writer and not by a reader.
type Truth struct {
	Profile string    `json:"profile"`
	Format  string    `json:"format"`
	Seed    uint64    `json:"seed"`
	Zone    string    `json:"zone"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to,omitzero"`

	Lines    int64 `json:"lines"`    // without those that are no lines of a log, such as #Fields
	Records  int64 `json:"records"`  // Lines = Records + Rejected
	Rejected int64 `json:"rejected"` // by a reader of the format
	Hostile  int64 `json:"hostile"`  // records with a text of the hostile corpus
	Bytes    int64 `json:"bytes"`    // of lines with their ends, before compression
	Sent     int64 `json:"sent"`     // the sum of the records' own bytes

	Rejects map[string]int64 `json:"rejects"` // by reason; "any" where that depends on the format
	Status  map[string]int64 `json:"status"`
	Books   map[string]int64 `json:"books"`   // records under the book's directory
	Days    map[string]int64 `json:"days"`    // records, in Zone
	Who     map[string]int64 `json:"who"`     // person, bot, unknown: as far as agents tell, if the format has them
	Roles   map[string]int64 `json:"roles"`   // reader, crawler, scanner: who it really was
	Servers []int64          `json:"servers"` // lines
	Events  []EventTruth     `json:"events"`
}

// EventTruth says when an event was, and how many records show it: those that
// got a burst's status instead of their own, that came by a new link, that a
// new crawler sent, that asked for the growing book, that were redirected by a
// relaunch. A gap has none.
type EventTruth struct {
	Event string    `json:"event"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to,omitzero"`
	Lines int64     `json:"lines"`
}

// tally is the truth about one slice.
type tally struct {
	lines, rejected, bytes, sent int64

	rejects [parse.NumReasons]int64
	status  [600]int64
	books   []int64
	who     [numWho]int64
	values  []int64 // of the hostile corpus
	roles   [numRoles]int64
	servers []int64
	events  []int64
	days    map[int64]int64
}

func (t *tally) records() int64 { return t.lines - t.rejected }

func newTally(s *stage) *tally {
	return &tally{
		books:   make([]int64, len(s.books)),
		servers: make([]int64, max(s.site.Servers, 1)),
		events:  make([]int64, len(s.site.events)),
		values:  make([]int64, len(s.corpus.Values)),
		days:    map[int64]int64{},
	}
}

func (t *tally) add(o *tally) {
	t.lines += o.lines
	t.rejected += o.rejected
	t.bytes += o.bytes
	t.sent += o.sent
	sum(t.rejects[:], o.rejects[:])
	sum(t.status[:], o.status[:])
	sum(t.books, o.books)
	sum(t.who[:], o.who[:])
	sum(t.values, o.values)
	sum(t.roles[:], o.roles[:])
	sum(t.servers, o.servers)
	sum(t.events, o.events)
	for day, n := range o.days {
		t.days[day] += n
	}
}

func sum(to, from []int64) {
	for i, n := range from {
		to[i] += n
	}
}

// truth names what was counted.
func (t *tally) truth(s *stage) *Truth {
	zone := s.site.zone()
	truth := &Truth{
		Profile: s.site.profile(), Format: s.site.format().Name(), Seed: s.site.Seed,
		Zone: zone.String(), From: time.UnixMicro(s.site.from).In(zone),
		Lines: t.lines, Records: t.records(), Rejected: t.rejected,
		Bytes: t.bytes, Sent: t.sent, Servers: t.servers,
		Rejects: map[string]int64{}, Status: map[string]int64{}, Books: map[string]int64{},
		Days: map[string]int64{}, Who: map[string]int64{}, Roles: map[string]int64{}, Events: []EventTruth{},
	}
	if s.site.to != 0 {
		truth.To = time.UnixMicro(s.site.to).In(zone)
	}
	named(truth.Rejects, "any", t.rejects[parse.OK])
	for reason, n := range t.rejects[parse.Blank:] {
		named(truth.Rejects, (parse.Blank + parse.Reason(reason)).String(), n)
	}
	for status, n := range t.status {
		named(truth.Status, strconv.Itoa(status), n)
	}
	for i, n := range t.books {
		named(truth.Books, s.books[i].name, n)
	}
	for who, n := range t.who {
		named(truth.Who, whoNames[who], n)
	}
	for i, n := range t.values {
		truth.Hostile += n
		switch v := &s.corpus.Values[i]; v.Field {
		case parse.Agent:
			named(truth.Who, v.Means, n)
		case parse.Path:
			named(truth.Books, v.Means, n)
		}
	}
	if !s.agents {
		truth.Who = map[string]int64{whoNames[unknown]: t.records()}
	}
	for role, n := range t.roles[:broken] {
		named(truth.Roles, roleNames[role], n)
	}
	for day, n := range t.days {
		named(truth.Days, time.Unix(day*86400, 0).UTC().Format(time.DateOnly), n)
	}
	for i, e := range s.site.events {
		et := EventTruth{Event: e.Text, From: time.UnixMicro(e.from).In(zone), Lines: t.events[i]}
		if e.until != 1<<63-1 {
			et.To = time.UnixMicro(e.until).In(zone)
		}
		truth.Events = append(truth.Events, et)
	}
	return truth
}

func named(m map[string]int64, name string, n int64) {
	if n > 0 && name != "" {
		m[name] += n
	}
}
