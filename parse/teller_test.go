package parse

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// addsAsParsed checks add against what another parser says, one that reads with
// care, and returns what it says.
func addsAsParsed(t *testing.T, p rowParser, careful Parser, rows *rows, rnd *rand.Rand, line string) bool {
	t.Helper()
	before := strings.Repeat("x", rnd.IntN(3)) + "\n"
	block := []byte(before + line + "\n" + string(inBlock(rnd, line)) + `"}}`)
	rows.reset(chunkRows, allFields, block)
	p.(Parser).Reset()
	added := p.add(block, len(before), len(before)+len(line), 7, rows)
	for f := range rows.views {
		if view := rows.views[f][1]; view.n >= 0 || !added && rows.views[f][0].n >= 0 {
			t.Fatalf("%s left a %s", line, recordFields[f].Name)
		}
	}
	var want Record
	if reason := careful.Parse([]byte(line), &want); added && reason != OK {
		t.Fatalf("%s\n is usual, and %d", line, reason)
	}
	if got := recordOf(rows); added && show(&got) != show(&want) {
		t.Fatalf("%s\n is %s\nnot %s", line, show(&got), show(&want))
	}
	return added
}

var allFields = func() (fields []Field) {
	for f := range NumFields {
		fields = append(fields, f)
	}
	return fields
}()

// recordOf returns the first row as a record.
func recordOf(r *rows) Record {
	rec := Record{Time: r.time[0], Offset: r.offset[0], Status: r.status[0], Bytes: r.bytes[0], Received: r.received[0], Duration: r.duration[0], UpTime: r.upTime[0]}
	for f := range r.views {
		if v := r.views[f][0]; v.n >= 0 {
			rec.Text[f] = r.words(v).bytes()
		}
	}
	return rec
}
