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
	p.lines(nil, block)
	added := p.add(block, len(before), []int32{int32(len(before) + len(line))}, 7, rows) == 1
	for f := range rows.views {
		if view := rows.views[f][1]; view.n >= 0 || !added && rows.views[f][0].n >= 0 {
			t.Fatalf("%s left a %s", line, recordFields[f].Name)
		}
	}
	var want Record
	if reason := careful.Parse([]byte(line), &want); added && reason != OK {
		t.Fatalf("%s\n is usual, and %d", line, reason)
	}
	if got := recordOf(rows, 0); added && show(&got) != show(&want) {
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

// recordOf returns a row as a record.
func recordOf(r *rows, i int) Record {
	rec := Record{Time: r.time[i], Offset: r.offset[i], Status: r.status[i], Bytes: r.bytes[i], Received: r.received[i], Duration: r.duration[i], UpTime: r.upTime[i]}
	for f := range r.views {
		if v := r.views[f][i]; v.n >= 0 {
			rec.Text[f] = r.words(v).bytes()
			if r.raw.has(Field(f)) && v.start >= 0 {
				rec.Text[f] = r.undo(Field(f), rec.Text[f])
			}
		}
	}
	return rec
}
