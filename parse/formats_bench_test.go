package parse

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// BenchmarkFormats parses what each format writes of plain records, on one
// core.
func BenchmarkFormats(b *testing.B) {
	for _, f := range Formats() {
		b.Run(f.Name(), func(b *testing.B) {
			rnd := rand.New(rand.NewPCG(5, 6))
			var text []byte
			for range 1000 {
				r := randomRecord(rnd, mild)
				text = f.Append(text, &r)
			}
			benchmarkLines(b, f, text)
		})
	}
}

// BenchmarkRealLogs parses the two real logs whose lines are longest.
func BenchmarkRealLogs(b *testing.B) {
	for _, c := range []struct {
		file   string
		format Format
	}{{"lnav-w3c_big.0.log", iis}, {"lnav-caddy_log.1.log", caddy}, {"crowdsec-traefik_json.log", traefikJSON}} {
		b.Run(c.file, func(b *testing.B) {
			text := bytes.Join(realLog(b, c.file), []byte("\n"))
			benchmarkLines(b, c.format, append(text, '\n'))
		})
	}
}

func benchmarkLines(b *testing.B, f Format, text []byte) {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	p := f.NewParser(nil)
	var r Record
	records := 0
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, line := range lines {
			if p.Parse(line, &r) == OK {
				records++
			}
		}
		p.Reset()
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds()/1e6, "Mlines/s")
}
