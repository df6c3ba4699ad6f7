package frame

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestOverflow checks against numbers of any size that arithmetic of rows and
// of results is exact, or null where 64 bits cannot hold it.
func TestOverflow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	edges := []int64{0, 1, -1, 2, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64, math.MaxInt64 / 2, 3_037_000_500}
	pick := func() int64 {
		if rng.IntN(2) == 0 {
			return edges[rng.IntN(len(edges))]
		}
		return int64(rng.Uint64()) >> rng.IntN(64)
	}
	exact := map[string]func(z, x, y *big.Int) *big.Int{"+": (*big.Int).Add, "-": (*big.Int).Sub, "*": (*big.Int).Mul}
	const rows = 5000
	x, y := &vector{ints: make([]int64, rows)}, &vector{ints: make([]int64, rows)}
	for i := range rows {
		x.ints[i], y.ints[i] = pick(), pick()
	}
	for op, of := range exact {
		var m nodeMemory
		m.arithmetic(&node{op: binaryOps[op], kind: intKind}, x, y, rows)
		nulls := 0
		for i := range rows {
			a, b := x.ints[i], y.ints[i]
			want := of(new(big.Int), big.NewInt(a), big.NewInt(b))
			of := arithmeticOf(op, value{typ: Int, int: a}, value{typ: Int, int: b})
			if !want.IsInt64() {
				nulls++
				if !m.out.null(int32(i)) || !of.null() {
					t.Fatalf("%d %s %d = %v is not null: %v in a row, %v in a result", a, op, b, want, m.out.ints[i], of.int)
				}
				continue
			}
			if m.out.null(int32(i)) || m.out.ints[i] != want.Int64() || of.null() || of.int != want.Int64() {
				t.Fatalf("%d %s %d = %d in a row, %d in a result, want %v", a, op, b, m.out.ints[i], of.int, want)
			}
		}
		if nulls == 0 || nulls == rows {
			t.Errorf("%s: %d of %d overflow", op, nulls, rows)
		}
	}
}
