package fakelog

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"
)

var (
	begin = time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)
	end   = begin.AddDate(0, 0, 28)
)

func write(t testing.TB, s Site) ([]byte, *Truth) {
	t.Helper()
	var b bytes.Buffer
	truth, err := s.Write(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), truth
}

// TestWorkers checks that a log does not depend on how many write it.
func TestWorkers(t *testing.T) {
	site := Site{Seed: 1, From: begin, To: end, Lines: 20_000, Jobs: 1}
	want, _ := write(t, site)
	if n := bytes.Count(want, []byte("\n")); n != 20_000 {
		t.Errorf("%d lines, want 20000", n)
	}
	for _, site.Jobs = range []int{2, 7} {
		if got, _ := write(t, site); !bytes.Equal(got, want) {
			t.Errorf("with %d workers the log is another", site.Jobs)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	s := Site{Seed: 42, From: begin, To: end, Lines: 1_000_000}
	b.ReportAllocs()
	for b.Loop() {
		truth, err := s.Write(context.Background(), io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(truth.Bytes)
	}
	b.ReportMetric(float64(s.Lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
