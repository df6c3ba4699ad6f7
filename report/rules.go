package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"logbook/frame"
)

// The rules of findings. A key (book, page, site, client, status, path not
// found) has n requests now and u before: by default what is usual, the median
// of those of the four periods before that are complete ([Period.against]). Of
// each number the default is given; a findings step may set another.
//
//	floor 50 or 10 %     n−u is a finding if it is at least 50, 10 % of u, and 3·√u (noise)
//	young 100 or 25 %    instead, while fewer than four periods before are complete
//	noise 3              of pages this is 4, of books 6: a reader opens several at a time
//	streak 6 or 20 %     so many periods in one direction, and so much in all
//	burst 20 or 10 times an hour with 20 or more 5xx answers, and ten times the median hour
//	gap 30m or 10 times  a silence longer than that, and than ten times what is usual at its hour
//	join 70 %            a site from which so much of a page's rise came is named with it
//	limit 5              the best five
//
// Against a single period, which is no median, the floor is that of young
// unless it is given. Beyond these:
//
//   - Some keys are never calm, above all crawlers: n−u must also be half as
//     much again as the second largest such distance of the eight periods before.
//     Books are counted by the pages that people open; a crawler has to move by
//     2 % of all requests, and a status that is not 5xx by 1 %; in a single day
//     by 10 % and 5 %.
//   - It is new if it was never there before, gone if n is 0.
//   - In a notebook without one period to speak of (the last 14 days, all
//     time), now is the day on which a key rose most, and usual the other
//     complete days; it has to be twice as much, and n−u twice what it is on
//     any but one of the days that are not beside it.
//   - Candidates are ordered by |n−u| / √(u+25), times 3 for 5xx, 2 for sites
//     and books, 0.2 for probes.
//   - One cause is one line: a site with the page, a book with the page that
//     explains it. What was found in the period before as well is said shortly:
//     again.
type rules struct {
	against  string // usual, previous, last year
	given    string // against, if the step says it
	limit    int
	of       []string
	floor    floor
	young    floor
	noise    float64 // times that of a dimension
	streakOf floor   // periods, and rise
	burst    floor   // answers, and times the median
	gap      gapRule
	joinFrom float64
}

// A floor is what a change must be at least: a number, and a share.
type floor struct{ least, share float64 }

// restless is what makes a key that is never calm a finding.
const restless = 1.5

// rulesOf reads a findings step.
func rulesOf(show frame.Show) rules {
	r := rules{against: "usual", limit: 5, of: kindsOfFindings, floor: floor{50, 0.1}, young: floor{100, 0.25}, noise: 1,
		streakOf: floor{6, 0.2}, burst: floor{20, 10}, gap: usualGaps, joinFrom: 0.7}
	noise := floor{least: 3}
	limit, gap, join := floor{least: 5}, floor{usualGaps.least.Minutes(), usualGaps.times}, floor{share: r.joinFrom}
	for word, to := range map[string]*floor{"limit": &limit, "floor": &r.floor, "young": &r.young, "noise": &noise, "streak": &r.streakOf,
		"burst": &r.burst, "gap": &gap, "join": &join} {
		o, _ := opt(show.Opts, word)
		to.set(o.Args)
	}
	r.limit, r.noise, r.joinFrom = int(limit.least), noise.least/3, join.share
	r.gap = gapRule{time.Duration(gap.least * float64(time.Minute)), gap.share}
	if o, ok := opt(show.Opts, "of"); ok {
		r.of = o.Args
	}
	if o, ok := opt(show.Opts, "against"); ok {
		r.given = strings.Join(o.Args, " ")
		r.against = r.given
	}
	if _, ok := opt(show.Opts, "floor"); !ok && r.against != "usual" {
		r.floor = r.young
	}
	return r
}

// set takes the numbers of an option: "50", "10 %", "10 times", "30m".
func (f *floor) set(args []string) {
	for _, arg := range args {
		l, _ := frame.ParseExpr(strings.TrimSuffix(arg, " times")) // checked when the step was parsed
		switch l, _ := l.(*frame.Literal); {
		case l == nil:
		case strings.HasSuffix(arg, "%"):
			f.share = l.Float
		case strings.HasSuffix(arg, " times"):
			f.share = numberOf(l)
		default:
			f.least = numberOf(l)
		}
	}
}

// numberOf is the number of a literal; a duration is in minutes.
func numberOf(l *frame.Literal) float64 {
	switch l.Type {
	case frame.Duration:
		return (time.Duration(l.Int) * time.Microsecond).Minutes()
	case frame.Int:
		return float64(l.Int)
	}
	return l.Float
}

// checkFindings finds what a findings step names that there is not.
func checkFindings(show frame.Show) error {
	for _, o := range show.Opts {
		switch o.Word {
		case "of":
			for i, kind := range o.Args {
				if !slices.Contains(kindsOfFindings, kind) {
					return &frame.SyntaxError{Offset: o.Places[i], Length: len(kind), Msg: fmt.Sprintf("there are no findings of %q", kind), Hint: frame.Nearest(kind, kindsOfFindings)}
				}
			}
		case "against":
			if what := strings.Join(o.Args, " "); !slices.Contains(comparisons, what) {
				return &frame.SyntaxError{Offset: o.Places[0], Length: len(what), Msg: fmt.Sprintf("nothing can be held against %q", what), Hint: frame.Nearest(what, comparisons)}
			}
		}
	}
	return nil
}
