package fakelog

import (
	"strconv"
	"strings"
	"time"

	"logbook/parse"
)

// A pen writes the requests of a slice as lines, and counts them.
type pen struct {
	*stage
	calendar calendar
	format   parse.Format
	full     bool // the format has more than the fields of Combined
	record   parse.Record
	scratch  []byte   // texts of the record that are made for it
	line     int64    // lines of the log before this one
	buffers  [][]byte // one a server; a first byte keeps the format's header away
	chunks   []Chunk
	tally    *tally

	// Of the chunk under way:
	hour    int   // since 1970-01-01 by the zone's clocks; -1: there is none
	started int64 // time of its first line
	before  int64 // records before it
	begun   []int // where it begins in each of buffers
}

func emptyRecord() parse.Record {
	return parse.Record{Status: parse.None, Bytes: parse.None, Received: parse.None, Duration: parse.None, UpTime: parse.None}
}

func newPen(s *stage) *pen {
	p := &pen{stage: s, calendar: calendar{zone: s.site.zone()}, format: s.site.format(), record: emptyRecord()}
	name := p.format.Name()
	p.full = name != parse.Combined.Name() && name != parse.Common.Name()
	p.scratch = make([]byte, 0, 4096)
	p.buffers = make([][]byte, max(s.site.Servers, 1))
	p.begun = make([]int, len(p.buffers))
	for i := range p.buffers {
		p.buffers[i] = append(make([]byte, 0, sliceLines*280/len(p.buffers)), '\n')
	}
	return p
}

// pen returns a pen for another slice: one whose lines have been taken, if
// there is one. A log is a hundred times as large as what its pens hold.
func (s *stage) pen() *pen {
	p, ok := s.pens.Get().(*pen)
	if !ok {
		p = newPen(s)
	}
	for i, b := range p.buffers {
		p.buffers[i] = b[:1]
	}
	p.chunks, p.tally, p.line, p.hour = p.chunks[:0], newTally(s), 0, -1
	return p
}

// writeAll writes the lines of a slice into chunks, one an hour.
func (p *pen) writeAll(requests []request) {
	for i := range requests {
		r := &requests[i]
		if beat := p.site.Beat; beat > 0 {
			r.at = p.site.from + p.line*beat.Microseconds()
		}
		p.turn(r.at)
		p.write(r)
		p.line++
	}
	p.end()
}

// turn begins a new chunk if the time is in another hour.
func (p *pen) turn(at int64) {
	hour := int(floorDiv(p.calendar.local(at), 3600))
	if hour == p.hour {
		return
	}
	p.end()
	p.hour, p.started, p.before = hour, at, p.tally.records()
	for i, b := range p.buffers {
		p.begun[i] = len(b)
	}
}

// end ends the chunk under way.
func (p *pen) end() {
	if p.hour < 0 {
		return
	}
	p.tally.days[floorDiv(int64(p.hour), 24)] += p.tally.records() - p.before
	c := Chunk{Time: time.UnixMicro(p.started).In(p.calendar.zone), Servers: make([][]byte, len(p.buffers))}
	for i, b := range p.buffers {
		c.Servers[i] = b[p.begun[i]:]
		p.tally.bytes += int64(len(c.Servers[i]))
	}
	p.chunks = append(p.chunks, c)
}

// write writes one line.
func (p *pen) write(r *request) {
	server := 0
	if n := len(p.buffers); n > 1 {
		server = int(scramble(r.visitor) % uint64(n))
	}
	p.tally.lines++
	p.tally.servers[server]++
	if r.role == broken {
		p.writeBroken(r, server)
		return
	}
	p.fill(r)
	p.count(r, p.soil(r))
	p.buffers[server] = p.format.Append(p.buffers[server], &p.record)
}

// writeBroken writes a line of the hostile corpus.
func (p *pen) writeBroken(r *request, server int) {
	l := &p.corpus.Lines[r.visitor%uint64(len(p.corpus.Lines))]
	p.buffers[server] = append(append(p.buffers[server], l.Text...), '\n')
	p.tally.rejected++
	reason := l.Reason
	if p.full {
		reason = parse.OK // as the format may see it
	}
	p.tally.rejects[reason]++
}

// fill makes the record of a request.
func (p *pen) fill(r *request) {
	rec, t := &p.record, &p.targets[r.target]
	p.blank()
	rec.Time, rec.Offset = r.at, int32(p.calendar.offset/60)
	p.burst(r)
	rec.Status = int32(r.status)
	rec.Bytes = answerSize(r, t)
	rec.Text[parse.Host] = p.made(p.appendHost(p.scratch, r))
	rec.Text[parse.Method] = methodNames[r.method]
	rec.Text[parse.Path] = t.path
	if r.query != noQuery {
		rec.Text[parse.Query] = p.made(p.appendQuery(p.scratch, r.query, r.arg))
	}
	rec.Text[parse.Protocol] = protocol(r)
	rec.Text[parse.Agent] = p.world.agents[r.agent].text
	if r.refKind != noReferer {
		rec.Text[parse.Referer] = p.made(p.appendReferer(p.scratch, r))
	}
	if t.kind == private && r.status != 401 && r.role == reader {
		rec.Text[parse.User] = authors[r.visitor%uint64(len(authors))]
	}
	if p.full {
		p.fillMore(r, t)
	}
}

// blank empties the record, and scratch with it. What every request sets anew
// may stay: a line has eight of the record's texts, and each that is written
// costs the garbage collector a look.
func (p *pen) blank() {
	p.scratch = p.scratch[:0]
	if p.full || p.site.Hostile > 0 {
		p.record = emptyRecord()
		return
	}
	text := &p.record.Text
	text[parse.User], text[parse.Query], text[parse.Referer] = nil, nil, nil
}

// authors are the users that can log in.
var authors = [...][]byte{[]byte("ada"), []byte("grace"), []byte("barbara"), []byte("edsger"), []byte("radia"), []byte("donald")}

// made gives what was appended to scratch, and keeps it.
func (p *pen) made(scratch []byte) []byte {
	text := scratch[len(p.scratch):len(scratch):len(scratch)]
	p.scratch = scratch
	return text
}

// answerSize is how many bytes a server sends for a body.
func answerSize(r *request, t *target) int64 {
	switch {
	case r.status == 304 || r.status == 204 || r.method == head:
		return parse.None
	case r.status == 206:
		return t.size/8 + int64(scramble(uint64(r.at))%uint64(t.size/2+1))
	case r.status < 300:
		return t.size
	case r.status < 400:
		return 178
	case r.status == 404:
		return 1245
	default:
		return 341 + int64(r.status%7)*11
	}
}

// burst lets two in three answers have the status of a burst that is on.
func (p *pen) burst(r *request) {
	for i := range p.site.events {
		e := &p.site.events[i]
		if e.kind == burst && r.at >= e.from && r.at < e.until && scramble(uint64(r.at)^r.visitor)%3 < 2 {
			r.status = uint16(e.status)
			p.tally.events[i]++
		}
	}
}

var (
	http1  = []byte("HTTP/1.1")
	http10 = []byte("HTTP/1.0")
	http2  = []byte("HTTP/2.0")
)

// protocol is what the sender speaks: browsers HTTP/2, most programs HTTP/1.1.
func protocol(r *request) []byte {
	switch x := scramble(r.visitor) >> 20 % 32; {
	case r.role == reader && x < 29, r.role == robot && x < 8:
		return http2
	case r.role == scanner && x < 6:
		return http10
	}
	return http1
}

// count adds the record to what is known about the log; soiled is the field
// that has a text of the hostile corpus, or none.
func (p *pen) count(r *request, soiled parse.Field) {
	t := p.tally
	t.status[r.status]++
	t.roles[r.role]++
	if soiled != parse.Agent {
		t.who[p.world.agents[r.agent].who]++
	}
	t.sent += max(p.record.Bytes, 0)
	book := p.targets[r.target].book - 1
	if book >= 0 && soiled != parse.Path {
		t.books[book]++
	}
	for i := range p.site.events {
		e := &p.site.events[i]
		if r.at < e.from || r.at >= e.until {
			continue
		}
		switch {
		case e.kind == newReferrer && r.refKind == otherSite && r.referer == e.site,
			e.kind == newCrawler && r.role == robot && r.agent == p.crawlers[e.crawler].agent,
			e.kind == grow && book == e.book,
			e.kind == relaunch && r.status == 301 && p.targets[r.target].status == 200:
			t.events[i]++
		}
	}
}

// soil puts a text of the hostile corpus into some records, and says into which
// field.
func (p *pen) soil(r *request) parse.Field {
	if p.site.Hostile == 0 {
		return parse.NumFields
	}
	d := dice(mix(uint64(r.at), r.visitor))
	if int64(d.below(1e6)) >= p.site.Hostile {
		return parse.NumFields
	}
	i := d.below(len(p.corpus.Values))
	v := &p.corpus.Values[i]
	p.record.Text[v.Field] = v.Text
	p.tally.values[i]++
	return v.Field
}

// appendHost writes the address of a visitor.
func (p *pen) appendHost(dst []byte, r *request) []byte {
	d := dice(r.visitor)
	if r.role == robot {
		network, n := p.crawlers[r.visitor>>8].network, r.visitor&0xff
		dst = append(dst, network...)
		if strings.Contains(network, ":") {
			return strconv.AppendUint(append(dst, "::"...), n, 16)
		}
		return strconv.AppendUint(append(dst, '.'), n, 10)
	}
	if r.role == reader && d.percent(27) {
		return p.appendIPv6(dst, &d)
	}
	return appendIPv4(dst, &d)
}

// appendIPv6 writes an address whose second half is another one every day, as
// that of computers is which care for privacy.
func (p *pen) appendIPv6(dst []byte, d *dice) []byte {
	dst = append(dst, "2001:db8"...)
	for i := range 6 {
		if i == 2 {
			*d = dice(mix(uint64(*d), uint64(p.hour/24)))
		}
		dst = append(dst, ':')
		dst = strconv.AppendUint(dst, d.next()&0xffff|1, 16)
	}
	return dst
}

// appendIPv4 writes an address of the public internet.
func appendIPv4(dst []byte, d *dice) []byte {
	first := 1 + d.below(223)
	for first == 10 || first == 127 || first == 169 || first == 172 || first == 192 {
		first = 1 + d.below(223)
	}
	x := d.next()
	dst = strconv.AppendUint(dst, uint64(first), 10)
	for range 3 {
		dst = append(dst, '.')
		dst = strconv.AppendUint(dst, x&0xff, 10)
		x >>= 8
	}
	return dst
}

// appendReferer writes where a request says it comes from.
func (p *pen) appendReferer(dst []byte, r *request) []byte {
	if r.refKind != otherSite {
		dst = append(append(dst, "https://"...), p.site.host()...)
		dst = append(dst, p.targets[r.referer].path...)
		if r.refKind != noQuery {
			dst = p.appendQuery(append(dst, '?'), r.refKind, r.refArg)
		}
		return dst
	}
	site := &p.referrers[r.referer]
	if site.kind != "query" && site.kind != "many" {
		return append(dst, site.url...)
	}
	d := dice(r.refArg)
	before, after, _ := strings.Cut(site.url, "{")
	dst = append(dst, before...)
	switch after[0] {
	case 'q':
		dst = p.appendWords(dst, &d)
	case 'n':
		dst = strconv.AppendUint(dst, uint64(1_000_000+linked(&d)*7919), 10)
	case 'x':
		dst = appendID(dst, uint64(linked(&d)))
	}
	return append(dst, after[len("q}"):]...)
}

// linked draws which of a site's thousands of pages with a link it was: the
// few that many follow are drawn more often.
func linked(d *dice) int { return d.below(1 + d.below(1+d.below(2500))) }

// appendID writes six letters or digits.
func appendID(dst []byte, n uint64) []byte {
	n = scramble(n + 1)
	for range 6 {
		dst = append(dst, "0123456789abcdefghijklmnopqrstuvwxyz"[n%36])
		n /= 36
	}
	return dst
}
