package fakelog

// A budget is how many lines each sort of visitor has had by some time, in
// thousandths of a line. A nil list stands for zeros.
type budget struct {
	people, programs int64
	hired            []int64 // of crawlers that events have brought, by event
}

// with returns the budget after a span. It goes by the lines that are planned,
// so that a slice knows its own budget without waiting for those before.
func (b *budget) with(s *Site, sp span) *budget {
	people := int64(sp.lines) * int64(sp.readers)
	programs := int64(sp.lines)*1000 - people
	var hired []int
	for i := range s.events {
		if s.events[i].hires(sp.start) {
			hired = append(hired, i)
		}
	}
	each := programs * crawlerShare / int64(100+crawlerShare*len(hired))
	after := &budget{b.people + people, b.programs + programs - each*int64(len(hired)), b.hired}
	if len(hired) > 0 {
		after.hired = make([]int64, len(s.events))
		copy(after.hired, b.hired)
		for _, i := range hired {
			after.hired[i] += each
		}
	}
	return after
}

// hires says whether a new crawler's event is on.
func (e *Event) hires(at int64) bool { return e.kind == newCrawler && at >= e.from && at < e.until }

// A program comes by whenever its share of the lines is due, and not by chance:
// a crawler has a schedule.
type program struct {
	weight, all int64 // its share of the lines of programs: weight of all
	visitLines  int64 // mean requests of a visit
	phase       int64 // of its first visit: less than the cost of one
	event       int   // that has brought it, and whose budget it spends; -1: it was always there
}

// visitLines is about how many requests a visit of each sort makes. A test
// measures them.
var visitLines = map[string]int{"search": 16, "ai": 41, "seo": 19, "feed": 1, "monitor": 1, "preview": 1, "tool": 3}

const (
	scanLines  = 10 // the same of scanners
	scanWeight = 8  // their lines, in percent of the crawlers'
)

// plan makes the schedule of all programs.
func (s *stage) plan() {
	for _, c := range s.crawlers {
		s.programs = append(s.programs, program{weight: int64(c.weight) * 100, visitLines: int64(visitLines[c.does]), event: -1})
	}
	for i := range s.site.events {
		if e := &s.site.events[i]; e.kind == newCrawler {
			s.programs[e.crawler].weight, s.programs[e.crawler].event = 0, i
		}
	}
	all := totalWeight(s.programs)
	scanners := all * scanWeight / 100
	all += scanners
	agents := s.world.agents[s.world.firstScanner:][:s.world.scanners]
	agentWeights := weigh(len(agents), func(i int) int { return agents[i].weight })
	for _, a := range agents {
		weight := scanners * int64(a.weight) / int64(agentWeights[len(agents)-1])
		s.programs = append(s.programs, program{weight: weight, visitLines: scanLines, event: -1})
	}
	for k := range s.programs {
		p := &s.programs[k]
		p.all = all
		if p.event >= 0 {
			p.weight, p.all = 1, 1 // the whole of a budget of its own
		}
		p.phase = int64(mix(s.site.Seed, 'p'+uint64(k)) % uint64(p.visit()))
	}
}

func totalWeight(programs []program) (sum int64) {
	for _, p := range programs {
		sum += p.weight
	}
	return sum
}

// visit is what a visit costs.
func (p *program) visit() int64 { return p.all * p.visitLines * 1000 }

// due gives the visits between two budgets: the number of the first, and how
// many.
func (p *program) due(before, after *budget) (first, n int) {
	had, has := before.programs, after.programs
	if p.event >= 0 {
		had, has = before.ofHired(p.event), after.ofHired(p.event)
	}
	first = int((had*p.weight + p.phase) / p.visit())
	return first, int((has*p.weight+p.phase)/p.visit()) - first
}

func (b *budget) ofHired(event int) int64 {
	if b.hired == nil {
		return 0
	}
	return b.hired[event]
}
