package frame

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/zeebo/xxh3"
)

// randomPlan plans a few random queries over the oracle's schema.
func randomPlan(t testing.TB, rng *rand.Rand, opts Options) *Plan {
	t.Helper()
	var queries []*checkedQuery
	for range 1 + rng.IntN(4) {
		q := randomQuery(rng, oracleAggregates)
		if rng.IntN(2) == 0 {
			q.aggs = append(q.aggs, checkedAgg{agg: Agg{Func: "series"}, typ: Int, column: "series", unit: "hour"})
		}
		queries = append(queries, q)
	}
	plan, err := newPlan(oracleSchema(), queries, opts)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func encoded(t testing.TB, p *Partial) []byte {
	t.Helper()
	data, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestPartialBytes checks that a partial's bytes are a function of the set of
// rows: not of their order, their batches, the partials that they were spread
// over, or the order in which those were merged; and that a partial that was
// written and read back goes on as if it had not been.
func TestPartialBytes(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		opts := Options{Zone: time.UTC, MaxGroups: oneOf(rng, 0, 1, 2)} // with 1 and 2 groups have to give way
		plan := randomPlan(t, rng, opts)
		rows := randomHits(rng, rng.IntN(400))
		whole := grouped(t, rng, plan, rows, 1)
		want := encoded(t, whole)
		for _, n := range []int{1, 2, 7} {
			if got := encoded(t, grouped(t, rng, plan, rows, n)); !bytes.Equal(got, want) {
				t.Fatalf("seed %d: %d partials have other bytes (%d) than one (%d)", seed, n, len(got), len(want))
			}
		}
		cut := 0
		if len(rows) > 0 {
			cut = rng.IntN(len(rows))
		}
		left, right := reread(t, grouped(t, rng, plan, rows[:cut], 2)), reread(t, grouped(t, rng, plan, rows[cut:], 3))
		if err := left.Merge(right); err != nil {
			t.Fatal(err)
		}
		if got := encoded(t, left); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: bytes differ after reading back and merging", seed)
		}
		if got := encoded(t, reread(t, left)); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: bytes differ after reading back", seed)
		}
		got, _ := left.Tables()
		all, _ := whole.Tables()
		for i := range all {
			checkTable(t, fmt.Sprintf("seed %d, query %d, read back", seed, i), got[i], all[i])
		}
	}
}

// reread returns what its bytes say of a partial.
func reread(t testing.TB, p *Partial) *Partial {
	t.Helper()
	back := p.plan.NewPartial()
	if err := back.UnmarshalBinary(encoded(t, p)); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestPartialRefuses checks that bytes which are not this plan's are refused:
// one flipped bit anywhere, a cut anywhere, a newer version, another plan.
func TestPartialRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	plan := randomPlan(t, rng, Options{})
	data := encoded(t, grouped(t, rng, plan, randomHits(rng, 50), 1))
	refuses := func(what string, data []byte) {
		t.Helper()
		if err := plan.NewPartial().UnmarshalBinary(data); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	for i := range data {
		damaged := bytes.Clone(data)
		damaged[i] ^= 1 << rng.IntN(8)
		refuses(fmt.Sprintf("a flipped bit in byte %d", i), damaged)
		refuses(fmt.Sprintf("a cut at %d", i), data[:i])
	}
	newer := bytes.Clone(data)
	newer[len(partialMagic)]++
	refuses("a newer version", sealed(newer[:len(newer)-checksumSize]))
	other := randomPlan(t, rng, Options{MaxGroups: 7})
	if err := other.NewPartial().UnmarshalBinary(data); err == nil {
		t.Error("another plan's partial was accepted")
	}
	if err := other.NewPartial().Merge(plan.NewPartial()); err == nil {
		t.Error("another plan's partial was merged")
	}
}

// sealed appends the checksum that makes body a partial's bytes.
func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint64(bytes.Clone(body), xxh3.Hash(body))
}

// FuzzUnmarshal checks that whatever the bytes are, reading them ends without
// a panic and without memory for what is not there, and that what is accepted
// can be grouped, written and read again. The fuzzer's bytes get a header and
// a checksum, or it would never get past those.
func FuzzUnmarshal(f *testing.F) {
	rng := rand.New(rand.NewPCG(4, 4))
	plan := fuzzPlan(f)
	rows := randomHits(rng, 40)
	seed := encoded(f, grouped(f, rng, plan, rows, 1))
	f.Add(seed[headerSize : len(seed)-checksumSize])
	f.Fuzz(func(t *testing.T, body []byte) {
		data := sealed(append(bytes.Clone(seed[:headerSize]), body...))
		p := plan.NewPartial()
		if p.UnmarshalBinary(data) != nil {
			return
		}
		p.Tables()
		once := encoded(t, p)
		if twice := encoded(t, reread(t, p)); !bytes.Equal(once, twice) {
			t.Error("the bytes change when they are read back")
		}
	})
}

// fuzzPlan has one aggregate of every kind.
func fuzzPlan(t testing.TB) *Plan {
	t.Helper()
	var queries []*Query
	for _, text := range []string{
		"count if bot, sum bytes, avg ratio, min host, last note, distinct path, daily distinct host, p50 bytes, top 2 path, series hour by status, host",
		"count by ratio", "sum port",
	} {
		q, err := ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		queries = append(queries, q)
	}
	plan, err := NewPlan(oracleSchema(), []string{"a", "b", "c"}, queries, Options{MaxGroups: 5})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
