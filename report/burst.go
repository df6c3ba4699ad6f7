package report

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"logbook/frame"
)

// A burst is some hours full of 5xx answers.
type burstOf struct {
	from, to time.Time // minutes with such answers
	byStatus map[string]float64
}

func (b *burstOf) most() (status string, n float64) {
	for _, s := range slices.Sorted(maps.Keys(b.byStatus)) {
		if b.byStatus[s] > n {
			status, n = s, b.byStatus[s]
		}
	}
	return status, n
}

// findBursts finds the bursts of the period.
func (p *pageMaker) findBursts(rule floor) []*burstOf {
	t := p.tables[findingsName("bursts")]
	if p.first.IsZero() {
		return nil
	}
	perHour := make(map[int64]float64)
	for i := range rowsOf(t) {
		for when, n := range seriesOf(t, i) {
			perHour[hours.floor(instant(when, p.run.Zone)).UnixMicro()] += float64(n)
		}
	}
	var list []*burstOf
	var hour time.Time
	counts := make([]float64, 0, len(perHour))
	for at := hours.floor(p.first); !at.After(p.last); at = hours.add(at, 1) {
		counts = append(counts, perHour[at.UnixMicro()])
	}
	least := max(rule.least, rule.share*median(counts))
	for at := hours.floor(p.first); !at.After(p.last); at = hours.add(at, 1) {
		if perHour[at.UnixMicro()] < least {
			continue
		}
		if len(list) == 0 || !hours.add(hour, 1).Equal(at) {
			list = append(list, &burstOf{byStatus: make(map[string]float64)})
		}
		hour = at
		list[len(list)-1].addHour(t, at, p.run.Zone)
	}
	return list
}

// addHour adds the answers of an hour, and of the part of the hours beside it
// that belongs to it.
func (b *burstOf) addHour(t *frame.Table, hour time.Time, zone *time.Location) {
	end := hours.add(hour, 1)
	for i := range rowsOf(t) {
		status := at(t.Column("status"), i).String()
		for when, n := range seriesOf(t, i) {
			minute := instant(when, zone)
			if n == 0 || minute.Before(hour) || !minute.Before(end) {
				continue
			}
			b.byStatus[status] += float64(n)
			if b.from.IsZero() || minute.Before(b.from) {
				b.from = minute
			}
			if after := minutes.add(minute, 1); after.After(b.to) {
				b.to = after
			}
		}
	}
}

// burstStatus returns the statuses that bursts are of.
func (p *pageMaker) burstStatus(rule floor) map[string]bool {
	of := make(map[string]bool)
	for _, b := range p.findBursts(rule) {
		status, _ := b.most()
		of[status] = true
	}
	return of
}

// bursts writes the bursts of the period.
func (p *pageMaker) bursts(tl *timeline) (list []finding) {
	if !slices.Contains(tl.of, "status") {
		return nil
	}
	for _, b := range p.findBursts(tl.burst) {
		status, n := b.most()
		code, _ := strconv.Atoi(status)
		f := finding{Number: grouped(int64(n)), Class: "bad", score: n / math.Sqrt(25) * 3}
		f.Words = []fragment{said("answers with status "), {Text: strings.TrimSpace(status + " " + statusName(code)), Link: p.cellBy("status")},
			said(" on %s", p.spanText(b.from, b.to))}
		if tl.periodic && p.noneBefore(tl, status) {
			f.Words = append(f.Words, said(", none %s", tl.before(len(tl.steps)-1)))
		}
		f.Words = append(f.Words, said("."))
		list = append(list, f)
	}
	return list
}

// noneBefore reports whether there was no answer of a status in what the
// period is held against.
func (p *pageMaker) noneBefore(tl *timeline, status string) bool {
	t := p.tables[findingsName("status")]
	for i := range rowsOf(t) {
		if at(t.Column("status"), i).String() == status {
			return tl.none(tl.values(t, i), len(tl.steps)-1)
		}
	}
	return false
}

// spanText writes "Thursday 12 November 14:00–15:10".
func (p *pageMaker) spanText(from, to time.Time) string {
	from, to = from.In(p.run.Zone), to.In(p.run.Zone)
	first, second := from.Format("Monday 2 January, 15:04"), to.Format("15:04")
	if days.floor(from) != days.floor(to) {
		second = " " + to.Format("Monday 2 January, 15:04")
		first += " "
	}
	return first + "–" + second
}
