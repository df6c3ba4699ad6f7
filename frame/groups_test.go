package frame

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestGroupsOfManyKeys checks that each row is in the group that has its key, and
// that no two groups have the same, for any number of keys of few or many values.
func TestGroupsOfManyKeys(t *testing.T) {
	for keys := 1; keys <= 6; keys++ {
		for _, values := range []int32{3, 2000} {
			rnd := rand.New(rand.NewPCG(uint64(keys), uint64(values)))
			g := newGroups(&groupsPlan{keys: make([]int, keys)}, nil)
			for range 5 {
				numbers := make([][]int32, keys)
				for k := range numbers {
					numbers[k] = make([]int32, 3000)
					for i := range numbers[k] {
						numbers[k][i] = rnd.Int32N(values) + 1
					}
				}
				for i, group := range g.of(numbers, 3000) {
					var want []int32
					for k := range numbers {
						want = append(want, numbers[k][i])
					}
					if got := g.key(group, nil); !slices.Equal(got, want) {
						t.Fatalf("%d keys of %d values: row %d is in the group of %v, want %v", keys, values, i, got, want)
					}
				}
			}
			seen := map[[6]int32]bool{}
			for group := 1; group < g.n; group++ {
				var key [6]int32
				copy(key[:], g.key(int32(group), nil))
				if seen[key] {
					t.Fatalf("%d keys of %d values: two groups of %v", keys, values, key)
				}
				seen[key] = true
			}
		}
	}
}
