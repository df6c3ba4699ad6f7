package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestDatasetTellsLogsApart checks that a dataset holds what a query of all the
// logs counts, whichever order and runs they were added in: where logs begin
// alike for many kilobytes, where one is an older copy of another or another
// one packed, and where sizes are equal.
func TestDatasetTellsLogsApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	rounds := 5
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		dir := t.TempDir()
		logs := alikeLogs(t, rng, dir)
		dataset := filepath.Join(dir, "site")
		for n := 0; n < len(logs); {
			some := 1 + rng.IntN(len(logs)-n)
			export := append([]string{"export", "-q", "-o", dataset, "--partition", []string{"day", "book"}[round%2]}, logs[n:n+some]...)
			logbook(t, export...)
			if rng.IntN(2) == 0 {
				logbook(t, export...)
			}
			n += some
		}
		const query = "count by path"
		want := logbook(t, append([]string{"query", "-q", "--csv", query}, logs...)...)
		if got := logbook(t, "query", "-q", "--csv", query, dataset); got != want {
			t.Fatalf("round %d: of %q the dataset has\n%s\nwant\n%s", round, logs, got, want)
		}
	}
}

// alikeLogs writes logs that share much, and returns their names in any order.
func alikeLogs(t *testing.T, rng *rand.Rand, dir string) (names []string) {
	t.Helper()
	lines := 0
	more := func(text []byte, n int) []byte { // lines of one length, none of which was there before
		text = bytes.Clone(text)
		for range n {
			lines++
			text = fmt.Appendf(text, "192.0.2.1 - - [03/Nov/2026:10:%02d:%02d +0000] \"GET /book/b%d/%05d HTTP/1.1\" 200 5 \"-\" \"-\"\n", lines/60%60, lines%60, lines%3, lines)
		}
		return text
	}
	head := more(nil, rng.IntN(120)) // up to 10 KiB
	texts := [][]byte{more(head, 5), more(head, 5), more(head, 40)}
	texts = append(texts, more(texts[0], 3), more(texts[2], 1), head, texts[1])
	texts = append(texts, texts[2][:len(texts[2])-len(more(nil, 7))])
	for i, text := range texts {
		if len(text) == 0 {
			continue
		}
		name := filepath.Join(dir, fmt.Sprintf("log%c", 'a'+i))
		if rng.IntN(3) == 0 {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			z.Write(text) //nolint:errcheck // a Buffer takes all
			z.Close()
			text, name = packed.Bytes(), name+".gz"
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}
