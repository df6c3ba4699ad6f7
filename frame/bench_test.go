package frame

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

const benchBatchRows = 4500 // what a block of half a megabyte of log has

// benchBatches returns batches as a scan makes them, which share one
// dictionary of paths and one of hosts.
func benchBatches(rows, paths int) []arrow.Record {
	rng := rand.New(rand.NewPCG(9, 9))
	texts := func(format string, n int) arrow.Array {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		defer b.Release()
		for i := range n {
			b.Append(fmt.Sprintf(format, i))
		}
		return b.NewArray()
	}
	pathTexts, hostTexts := texts("/book/chapter/%d.html", paths), texts("10.1.2.%d", paths/2+1)
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us},
		{Name: "path", Type: codedText},
		{Name: "host", Type: codedText},
		{Name: "status", Type: arrow.PrimitiveTypes.Int32},
		{Name: "bytes", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	var batches []arrow.Record
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for done := 0; done < rows; done += benchBatchRows {
		n := min(benchBatchRows, rows-done)
		times, path, host, status, size := make([]int64, n), make([]int32, n), make([]int32, n), make([]int32, n), make([]int64, n)
		for i := range n {
			now += rng.Int64N(200_000)
			times[i] = now
			path[i], host[i] = int32(rng.ExpFloat64()*float64(paths)/8)%int32(paths), rng.Int32N(int32(paths/2+1))
			status[i], size[i] = []int32{200, 200, 200, 304, 404}[rng.IntN(5)], rng.Int64N(50_000)
		}
		batches = append(batches, array.NewRecord(schema, []arrow.Array{
			numbers(arrow.FixedWidthTypes.Timestamp_us, arrow.Int64Traits.CastToBytes(times), n),
			array.NewDictionaryArray(codedText, numbers(arrow.PrimitiveTypes.Int32, arrow.Int32Traits.CastToBytes(path), n), pathTexts),
			array.NewDictionaryArray(codedText, numbers(arrow.PrimitiveTypes.Int32, arrow.Int32Traits.CastToBytes(host), n), hostTexts),
			numbers(arrow.PrimitiveTypes.Int32, arrow.Int32Traits.CastToBytes(status), n),
			numbers(arrow.PrimitiveTypes.Int64, arrow.Int64Traits.CastToBytes(size), n),
		}, int64(n)))
	}
	return batches
}

func numbers(t arrow.DataType, values []byte, n int) arrow.Array {
	return array.MakeFromData(array.NewData(t, n, []*memory.Buffer{nil, memory.NewBufferBytes(values)}, nil, 0, 0))
}

func benchPlan(b *testing.B, batches []arrow.Record, texts ...string) *Plan {
	b.Helper()
	var queries []*Query
	for _, text := range texts {
		q, err := ParseQuery(text)
		if err != nil {
			b.Fatal(err)
		}
		queries = append(queries, q)
	}
	plan, err := NewPlan(batches[0].Schema(), texts, queries, Options{})
	if err != nil {
		b.Fatal(err)
	}
	return plan
}

// group writes the batches to two partials at once, as two workers would, and
// merges them.
func group(b *testing.B, plan *Plan, batches []arrow.Record) *Partial {
	partials := []*Partial{plan.NewPartial(), plan.NewPartial()}
	var wait sync.WaitGroup
	for i, p := range partials {
		wait.Go(func() {
			for j := i; j < len(batches); j += len(partials) {
				if err := p.Write(batches[j]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := partials[0].Merge(partials[1]); err != nil {
		b.Fatal(err)
	}
	return partials[0]
}

// BenchmarkGroup groups a stream of ten million rows in memory, on two cores.
func BenchmarkGroup(b *testing.B) {
	const rows = 10_000_000
	batches := benchBatches(rows, 20_000)
	for _, queries := range [][]string{
		{"count by path"},
		{"count by path", "count, sum bytes by path"},
		{"count by status"},
		{"count by hour"},
		{"count, sum bytes by path, status"},
		{"where status >= 400 | count by path"},
		{"where path ~ \"7\" | count by status"},
		{"distinct host by hour"},
		{"top 1 host by path"},
		{"p95 bytes by status"},
	} {
		b.Run(fmt.Sprint(queries), func(b *testing.B) {
			plan := benchPlan(b, batches, queries...)
			b.ReportAllocs()
			for b.Loop() {
				group(b, plan, batches)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkSecondCell shows what a second query costs that has the first one's
// keys: ns/op of both over that of one.
func BenchmarkSecondCell(b *testing.B) {
	batches := benchBatches(1_000_000, 20_000)
	one := "where path ~ \"[0-6]\" and status != 304 | count, sum bytes by path, hour"
	two := "where path ~ \"[0-6]\" and status != 304 | count by path, hour | sort count desc | limit 5"
	for _, queries := range [][]string{{one}, {one, two}} {
		b.Run(fmt.Sprint(len(queries)), func(b *testing.B) {
			plan := benchPlan(b, batches, queries...)
			for b.Loop() {
				p := plan.NewPartial()
				for _, batch := range batches {
					if err := p.Write(batch); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkMerge merges a thousand partials of a thousand groups each.
func BenchmarkMerge(b *testing.B) {
	const partials = 1000
	batches := benchBatches(partials*4500, 2400)
	plan := benchPlan(b, batches, "count, sum bytes by path")
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		parts := make([]*Partial, partials)
		for i := range parts {
			parts[i] = plan.NewPartial()
			if err := parts[i].Write(batches[i]); err != nil {
				b.Fatal(err)
			}
		}
		groups := parts[0].tables[0].n - 1
		b.StartTimer()
		for _, p := range parts[1:] {
			if err := parts[0].Merge(p); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(groups), "groups")
	}
}
