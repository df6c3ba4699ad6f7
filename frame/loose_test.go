package frame

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// pairsQuery counts by two random keys, by units or not, and takes all groups or
// the first.
func pairsQuery(rng *rand.Rand) *checkedQuery {
	q := randomQuery(rng, oracleAggregates)
	for len(q.keys) != 2 {
		q = randomQuery(rng, oracleAggregates)
	}
	q.aggs = []checkedAgg{{agg: Agg{Func: "count"}, typ: Int, column: "count"}}
	if rng.IntN(2) == 0 {
		q.aggs = append(q.aggs, checkedAgg{agg: Agg{Func: "series"}, typ: Int, column: "series", unit: oneOf(rng, "hour", "day")})
	}
	if rng.IntN(2) == 0 {
		most := []SortKey{{Column: "count", Desc: rng.IntN(4) > 0}}
		q.result = []checkedStep{{ResultStep: ResultStep{Verb: "sort", Sort: most}}, {ResultStep: ResultStep{Verb: "limit", Limit: 1 + rng.IntN(20)}}}
	}
	return q
}

// TestLooseDoesNotShow checks that a partial's bytes and tables are the same
// whether its tables are loosened, and when, or not; also if one is merged that
// was, and one that was not. With few groups allowed some have to give way.
func TestLooseDoesNotShow(t *testing.T) {
	loosened := 0
	for seed := range uint64(60) {
		plan := func(from int) *Plan { // of the same queries
			rng := rand.New(rand.NewPCG(seed, 15))
			queries := []*checkedQuery{pairsQuery(rng), pairsQuery(rng), randomQuery(rng, oracleAggregates)}
			plan, err := newPlan(oracleSchema(), queries, Options{Zone: time.UTC, MaxGroups: oneOf(rng, 0, 0, 1, 4)})
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range plan.tables {
				if table.loosens > 0 {
					table.loosens = from
				}
			}
			return plan
		}
		rng := rand.New(rand.NewPCG(seed, 16))
		rows := randomHits(rng, rng.IntN(300))
		cut := rng.IntN(len(rows) + 1)
		whole := grouped(t, rng, plan(0), rows, 1)
		want := encoded(t, whole)
		early, late := plan(1), plan(1+rng.IntN(40))
		check := func(what string, p *Partial) {
			t.Helper()
			for _, table := range p.tables {
				if table.loose != nil {
					loosened++
				}
			}
			if got := encoded(t, p); !bytes.Equal(got, want) {
				t.Fatalf("seed %d: %s: %d bytes, want %d, or others", seed, what, len(got), len(want))
			}
			got, _ := p.Tables()
			all, _ := whole.Tables()
			for i := range all {
				if seed%8 == 0 || got[i].Rows <= 20 { // go-cmp is slow
					checkTable(t, fmt.Sprintf("seed %d, query %d, %s", seed, i, what), got[i], all[i])
				}
			}
			if again := encoded(t, p); !bytes.Equal(again, want) {
				t.Fatalf("seed %d: %s: bytes differ after tables were made", seed, what)
			}
		}
		check("loosened", grouped(t, rng, early, rows, 1))
		check("loosened late, several", grouped(t, rng, late, rows, 3))
		for _, plans := range [][2]*Plan{{plan(0), early}, {early, plan(0)}, {late, early}} {
			left, right := grouped(t, rng, plans[0], rows[:cut], 2), grouped(t, rng, plans[1], rows[cut:], 2)
			if rng.IntN(2) == 0 {
				right = reread(t, right)
			}
			if err := left.Merge(right); err != nil {
				t.Fatal(err)
			}
			check("merged", left)
		}
	}
	if loosened < 250 {
		t.Errorf("only %d tables were loose", loosened)
	}
}

// TestRun checks that what is packed comes out again, be it written in order or
// merged of two runs, and that a run knows its length.
func TestRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	for range 300 {
		type place struct {
			pair uint64
			unit int32
		}
		want := map[place]uint64{}
		var tallies [2]tally
		for i := range rng.IntN(400) {
			spread := oneOf[int32](rng, 1, 3, 200, 1<<20, 1<<30)
			p := place{pairOf(rng.Int32N(spread), rng.Int32N(spread)), rng.Int32N(3) * rng.Int32N(spread)}
			n := 1 + rng.Uint64N(oneOf[uint64](rng, 1, 3, 300, 1<<33))
			want[p] += n
			tallies[i%2].push(p.pair, p.unit, int64(n))
		}
		both := merged(tallies[0].settled(), tallies[1].settled())
		last, n := place{}, 0
		pairs := map[uint64]bool{}
		for c := both.reader(); c.next(); n++ {
			p := place{c.pair, c.unit}
			if c.n != want[p] || n > 0 && (p.pair < last.pair || p.pair == last.pair && p.unit <= last.unit) {
				t.Fatalf("%v comes %d times, want %d; before it was %v", p, c.n, want[p], last)
			}
			last, pairs[p.pair] = p, true
		}
		if n != len(want) || both.n != n || both.pairs != len(pairs) {
			t.Fatalf("%d counts of %d pairs; the run has %d of %d, want %d", both.n, both.pairs, n, len(pairs), len(want))
		}
	}
}
