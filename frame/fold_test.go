package frame

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// randomFoldings are terms on which all rows are folded that can be, or some, or none.
func randomFoldings(rng *rand.Rand) foldings {
	cost := func() float64 { return oneOf(rng, 0.0, 0, 1, 5, 20) }
	return foldings{after: oneOf[int64](rng, 0, 0, 100, math.MaxInt64), again: oneOf[int64](rng, 1, 16), window: oneOf(rng, 1, 10, 100, maxWindow), many: rng.IntN(20), row: cost(), facet: cost(), blend: cost(), fewer: cost()}
}

// derive makes bot of path, and tiny of status.
func derive(row hit) {
	path, _ := row["path"].(string)
	row["bot"] = len(path)%2 == 1
	delete(row, "tiny")
	if status, ok := row["status"].(int64); ok {
		row["tiny"] = status / 100
	}
}

// TestFoldsDoNotShow checks that a partial's bytes are the same whether it has
// seen rows as they are or those that are alike as one. Sums may be too large
// for 64 bits, times may be none, groups have to give way, and columns may be
// derived from others, said or not.
func TestFoldsDoNotShow(t *testing.T) {
	folded, spanning := 0, 0 // folds, and windows of several batches
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		zone, err := time.LoadLocation(oneOf(rng, "UTC", "Europe/Berlin", "Australia/Lord_Howe"))
		if err != nil {
			t.Fatal(err)
		}
		derived := oneOf(rng, nil, map[string]string{"bot": "path", "tiny": "status"})
		plan := randomPlan(t, rng, Options{Zone: zone, MaxGroups: oneOf(rng, 0, 0, 1), Derived: derived})
		var rows []hit
		for kinds := randomHits(rng, 12); len(rows) < 400; {
			row := maps.Clone(oneOf(rng, kinds...))
			row["bytes"] = rng.Int64N(100)
			derive(row)
			switch rng.IntN(40) {
			case 0:
				delete(row, "time")
			case 1:
				row["bytes"] = oneOf[int64](rng, math.MaxInt64, math.MinInt64, -1)
			case 2:
				row["port"] = int64(-1)
			}
			rows = append(rows, row)
		}
		never, always := plan.NewPartial(), plan.NewPartial()
		never.folding.after = math.MaxInt64
		always.folding = foldings{again: oneOf[int64](rng, 1, 16), window: oneOf(rng, 1, 10, 100, maxWindow), many: rng.IntN(20)}
		b := &batcher{oracleSchema(), rng.IntN(3), map[string][]string{}}
		for len(rows) > 0 {
			n := 1 + rng.IntN(min(len(rows), 64))
			batch := b.batch(t, rows[:n])
			for _, p := range []*Partial{never, always} {
				if err := p.Write(batch); err != nil {
					t.Fatal(err)
				}
			}
			folded += len(always.folds)
			for _, f := range always.folds {
				if f.rows > n {
					spanning++
				}
			}
			rows = rows[n:]
		}
		if !bytes.Equal(encoded(t, never), encoded(t, always)) {
			t.Fatalf("seed %d: folds show", seed)
		}
	}
	if folded < 1000 || spanning < 1000 {
		t.Errorf("only %d folds, and %d windows of several batches", folded, spanning)
	}
}
