package frame

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestBuffer checks that a buffer gives back the rows that it was given, in
// their order, as often as it is asked and whatever columns of them, and that
// its batches are those of a producer to a Partial.
func TestBuffer(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 21))
		rows := randomRows(rng, rng.IntN(3000))
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		var b Buffer
		writeRandomly(t, rng, mem, 1+rng.IntN(3), rows, &b)
		names := fieldNames(logSchema)
		for range 3 {
			rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			wanted := names[:rng.IntN(len(names)+1)]
			var got []row
			for batch := range b.Batches(wanted) {
				if have := fieldNames(batch.Schema()); !slices.Equal(have, wanted) {
					t.Fatalf("seed %d: columns %q, want %q", seed, have, wanted)
				}
				got = append(got, rowsOf(batch)...)
			}
			want := make([]row, len(rows))
			for i, r := range rows {
				for _, name := range wanted {
					want[i] = append(want[i], r[logSchema.FieldIndices(name)[0]])
				}
			}
			if len(wanted) > 0 {
				checkRows(t, "buffer", got, want)
			}
		}
		b.Release()
		mem.AssertSize(t, 0)
	}
}

// TestBufferAsks checks that a plan has the same answer from a buffer, asked
// again and again, as from the batches themselves.
func TestBufferAsks(t *testing.T) {
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 22))
		hits := randomHits(rng, 150)
		producer := &batcher{oracleSchema(), rng.IntN(3), map[string][]string{}}
		var b Buffer
		for part := range slices.Chunk(hits, 41) {
			if err := b.Write(producer.batch(t, part)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			plan := randomPlan(t, rng, Options{})
			p := plan.NewPartial()
			for batch := range b.Batches(plan.Columns()) {
				if err := p.Write(batch); err != nil {
					t.Fatal(err)
				}
			}
			got, _ := p.Tables()
			want, _ := grouped(t, rng, plan, hits, 1).Tables()
			for i := range want {
				checkTable(t, "from a buffer", got[i], want[i])
			}
		}
	}
}

// TestBufferBudget checks that buffers share a budget and stop at it, and that
// dictionaries that grow from batch to batch are paid for once, columns
// without a value not at all.
func TestBufferBudget(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 23))
	rows := randomRows(rng, 5000)
	held := func(limit int64, sizes ...int) (*Budget, error) {
		budget := &Budget{Limit: limit}
		rest := rows
		for len(rest) > 0 { // a buffer for each size, of batches of that size
			for _, n := range sizes {
				b, worker := &Buffer{Budget: budget}, newFakeWorker(nil, logSchema)
				for part := range slices.Chunk(rest[:len(rows)/len(sizes)], n) {
					if err := b.Write(worker.batch(part)); err != nil {
						return budget, err
					}
				}
				rest = rest[len(rows)/len(sizes):]
			}
		}
		return budget, nil
	}
	whole, err := held(1<<40, 5000)
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := held(1<<40, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := float64(pieces.Used()), float64(whole.Used()); got > 1.1*want {
		t.Errorf("50 batches take %.0f bytes, one takes %.0f", got, want)
	}
	if _, err := held(whole.Used()/2, 100, 100); !errors.Is(err, ErrBudget) {
		t.Errorf("two buffers in half the memory: %v, want ErrBudget", err)
	}
	null := &Buffer{Budget: &Budget{Limit: 1 << 40}}
	nothing := newFakeWorker(nil, logSchema).batch([]row{make(row, logSchema.NumFields())})
	if err := errors.Join(null.Write(nothing), null.Write(nothing)); err != nil || null.Budget.Used() > 64 {
		t.Errorf("rows without a value take %d bytes: %v", null.Budget.Used(), err)
	}
}

// TestBufferSchema checks that a buffer refuses batches of another schema.
func TestBufferSchema(t *testing.T) {
	var b Buffer
	worker := newFakeWorker(nil, logSchema)
	batch := worker.batch(randomRows(rand.New(rand.NewPCG(1, 1)), 3))
	if err := b.Write(batch); err != nil {
		t.Fatal(err)
	}
	if err := b.Write(only(batch, []string{"host"})); err == nil {
		t.Error("a batch of one column was taken")
	}
	if n := len(slices.Collect(b.Batches(nil))); n != 1 {
		t.Errorf("%d batches, want 1", n)
	}
	var empty Buffer
	if n := len(slices.Collect(empty.Batches([]string{"host"}))); n != 0 {
		t.Errorf("an empty buffer has %d batches", n)
	}
	empty.Release()
}
