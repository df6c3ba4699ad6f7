package fakelog

import (
	"fmt"
	"math"
	"strconv"

	"logbook/parse"
)

// The profile seed: every line stands for itself, as its table says.

// seedScript gives slices of the lines of the profile seed. Only the times of
// a slice's first line has to be known before it can be written, so the waits
// between lines are drawn twice: here to add them up, and by the pen.
func (s *stage) seedScript() func() *slice {
	at, left := s.site.from, s.site.Lines
	n := uint64(0)
	return func() *slice {
		if s.site.Lines > 0 && left == 0 {
			return nil
		}
		sl := &slice{lines: sliceLines, start: at, until: math.MaxInt64}
		if s.site.Lines > 0 {
			sl.lines = int(min(left, sliceLines))
			left -= int64(sl.lines)
		}
		waits := seedWaits(s.site, n)
		for range sl.lines {
			at += waits()
		}
		n++
		return sl
	}
}

// seedWaits gives the time from each line of a slice to the next: half a
// minute to five, or always the same.
func seedWaits(s *Site, slice uint64) func() int64 {
	d := dice(mix(mix(s.Seed, 't'), slice))
	return func() int64 {
		if s.Beat > 0 {
			return s.Beat.Microseconds()
		}
		return second * d.between(30, 300)
	}
}

// writeSeed writes a slice of the profile seed.
func (p *pen) writeSeed(sl *slice) {
	d := dice(mix(p.site.Seed, uint64(sl.number)))
	waits := seedWaits(p.site, uint64(sl.number))
	at := sl.start
	for range sl.lines {
		p.turn(at)
		p.writeSeedLine(at, &d)
		at += waits()
		p.line++
	}
	p.end()
}

func (p *pen) writeSeedLine(at int64, d *dice) {
	rec := &p.record
	p.blank()
	rec.Time, rec.Offset = at, int32(p.calendar.offset/60)
	rec.Text[parse.Host] = p.made(appendIPv4(p.scratch, d))
	rec.Text[parse.Method] = methodNames[[...]method{get, post, del, put}[seedMethods.pick(d)]]
	rec.Text[parse.Path] = seedPaths[d.below(len(seedPaths))]
	if string(rec.Text[parse.Path]) == "/apps/cart.jsp" {
		rec.Text[parse.Query] = p.made(strconv.AppendInt(append(p.scratch, "appID="...), d.between(1000, 9999), 10))
	}
	rec.Text[parse.Protocol] = http10
	rec.Status = [...]int32{200, 404, 500, 301}[seedStatus.pick(d)]
	rec.Bytes = 5000 + normal(d)*50>>16
	rec.Text[parse.Referer] = p.made(p.appendSeedReferer(p.scratch, d))
	rec.Text[parse.Agent] = seedAgents[seedBrowsers.pick(d)][d.below(4)]
	p.buffers[0] = p.format.Append(p.buffers[0], rec)

	p.tally.lines++
	p.tally.servers[0]++
	p.tally.status[rec.Status]++
	p.tally.who[person]++
	p.tally.roles[reader]++
	p.tally.sent += rec.Bytes
}

// normal draws from the normal distribution, in units of 1<<16: the sum of
// twelve even numbers is close to it, and has a deviation of one.
func normal(d *dice) int64 {
	sum := int64(0)
	for range 3 {
		for r, i := d.next(), 0; i < 4; r, i = r>>16, i+1 {
			sum += int64(r & 0xffff)
		}
	}
	return sum - 6*0xffff
}

func (p *pen) appendSeedReferer(dst []byte, d *dice) []byte {
	words := p.world.words
	dst = append(append(dst, "http://www."...), words[d.below(60)]...)
	dst = append(append(dst, words[d.below(60)]...), []string{".com/", ".org/", ".net/", ".info/"}[d.below(4)]...)
	for range d.below(3) {
		dst = append(append(dst, words[d.below(60)]...), '/')
	}
	return append(append(dst, []string{"index", "home", "search", "about", "post"}[d.below(5)]...), []string{".html", ".php", "/", ".jsp"}[d.below(4)]...)
}

// The seed's shares, in percent.
var (
	seedMethods  = weights{60, 70, 80, 100}
	seedStatus   = weights{90, 94, 96, 100}
	seedBrowsers = weights{50, 80, 90, 95, 100}
)

var seedPaths = [...][]byte{
	[]byte("/list"), []byte("/wp-content"), []byte("/wp-admin"), []byte("/explore"),
	[]byte("/search/tag/list"), []byte("/app/main/posts"), []byte("/posts/posts/explore"), []byte("/apps/cart.jsp"),
}

// seedAgents are four of each browser: Firefox, Chrome, Safari, Internet
// Explorer and Opera, as they were then.
var seedAgents = func() (agents [5][4][]byte) {
	systems := [4]string{"Windows NT 6.1", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_8_5", "Windows NT 5.1"}
	for i, system := range systems {
		agents[0][i] = fmt.Appendf(nil, "Mozilla/5.0 (%s; rv:%d.0) Gecko/20100101 Firefox/%d.0", system, 24+i, 24+i)
		agents[1][i] = fmt.Appendf(nil, "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.1500.95 Safari/537.36", system, 28+i)
		agents[2][i] = fmt.Appendf(nil, "Mozilla/5.0 (%s) AppleWebKit/536.30.1 (KHTML, like Gecko) Version/6.0.%d Safari/536.30.1", system, 2+i)
		agents[3][i] = fmt.Appendf(nil, "Mozilla/5.0 (compatible; MSIE %d.0; Windows NT 6.%d; Trident/5.0)", 7+i, i%2)
		agents[4][i] = fmt.Appendf(nil, "Opera/9.80 (%s) Presto/2.12.388 Version/12.1%d", system, i)
	}
	return agents
}()
