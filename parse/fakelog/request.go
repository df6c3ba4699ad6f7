package fakelog

// A request is one line to be, in numbers: its texts are looked up or made
// when it is written. It holds no pointers, so that the hundred thousand of
// them that wait for their time are nothing to the garbage collector.
type request struct {
	at      int64  // µs
	visitor uint64 // its address, agent and name follow from it
	target  uint32 // in siteMap.targets
	referer uint32 // what it is depends on refererKind
	arg     uint32 // the query's text follows from it
	refArg  uint32 // likewise for the referer's
	status  uint16
	agent   uint16 // in world.agents
	query   queryKind
	refKind queryKind // of the referer
	method  method
	role    role
}

// A role is the part that the sender of a request plays.
type role uint8

const (
	reader role = iota
	robot       // a crawler, or another program that says its name
	scanner
	broken // no request: a line that is no record
	numRoles
)

var roleNames = [numRoles]string{"reader", "crawler", "scanner", "broken"}

// who is what a User-Agent gives away: a classifier sees no more than that.
type who uint8

const (
	person who = iota
	bot
	unknown
	numWho
)

var whoNames = [numWho]string{"person", "bot", "unknown"}

// A method is a request's.
type method uint8

const (
	get method = iota
	head
	post
	put
	del
)

var methodNames = [...][]byte{[]byte("GET"), []byte("HEAD"), []byte("POST"), []byte("PUT"), []byte("DELETE")}

func methodNamed(name string) method {
	for m, text := range methodNames {
		if string(text) == name {
			return method(m)
		}
	}
	panic("fakelog: no method " + name)
}

// A queryKind says how a query is made from its number. As the kind of a
// referer it says the same of an own page's query, or that there is none, or
// that it is another site.
type queryKind uint8

const (
	noQuery queryKind = iota
	searchFor
	suggestFor
	progressOf
	campaign
	clickID
	pageNumber
	version
	injection
	noReferer
	otherSite // in world.sites, and beyond them the new referrers of events
)

// A scene makes the requests of the visits that begin in one slice of time.
type scene struct {
	*stage
	dice
	calendar calendar
	spans    []span
	lines    int
	horizon  int64 // the visit under way ends here: end of the log, or a gap
	out      []request
	cutOff   bool // the visit is over
}

// play fills out with as many requests as the slice has lines: the broken ones,
// then the visits of programs that are due, and people for the rest.
func (g *scene) play(sl *slice) []request {
	g.lines = sl.lines
	g.out = make([]request, 0, sl.lines)
	for range sl.brokenLines {
		at, _ := pick(g.spans, g.lines, &g.dice)
		g.out = append(g.out, request{at: at, role: broken, visitor: g.next()})
	}
	for k := range g.programs {
		p := &g.programs[k]
		first, due := p.due(sl.before, sl.after)
		for n := range due {
			g.program(g.begin(p.event, false), k, first+n)
		}
	}
	for n := sl.before.people / (1000 * readerLines); len(g.out) < g.lines; n++ {
		g.read(g.begin(-1, true), uint64(n))
	}
	return g.out
}

// readerLines is about how many requests a reader's visit makes. A test
// measures it.
const readerLines = 12

// begin draws when a visit begins, most often where most lines are of its sort,
// and while the event is on that brings the visitor; -1: there is none.
func (g *scene) begin(event int, people bool) int64 {
	for {
		at, s := pick(g.spans, g.lines, &g.dice)
		if people != (g.below(1000) < max(int(s.readers), 1)) {
			continue
		}
		g.horizon, g.cutOff = g.site.end(at), false
		if event < 0 {
			return at
		}
		if e := &g.site.events[event]; e.hires(at) {
			g.horizon = min(g.horizon, e.until)
			return at
		}
	}
}

// add sends a request; false says that the visit is over.
func (g *scene) add(r request) bool {
	if g.cutOff || r.at >= g.horizon || len(g.out) == g.lines {
		g.cutOff = true
		return false
	}
	if r.status == 0 {
		r.status = g.targets[r.target].status
	}
	g.out = append(g.out, r)
	return true
}
