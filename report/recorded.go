package report

import (
	"bytes"
	"fmt"
	"io"

	"github.com/yuin/goldmark/ast"

	"logbook/frame"
)

// A fenced block "output" after a cell records what the cell's table was. It
// is the notebook's own test, and no part of the page.

// takeRecordings gives each cell the recorded output that follows it, and
// takes these blocks out of the document.
func (n *Notebook) takeRecordings() error {
	rest := n.nodes[:0:0]
	for i, node := range n.nodes {
		fence, ok := node.(*ast.FencedCodeBlock)
		if !ok || string(fence.Language(n.source)) != "output" {
			rest = append(rest, node)
			continue
		}
		var cell *Cell
		if i > 0 {
			cell = n.cellOf(n.nodes[i-1])
		}
		if cell == nil || !cell.computed() {
			at := fence.Info.Segment
			return n.errorAt(n.source, at.Start, at.Len(), "an output without a cell that has a table before it", "it follows the cell whose table it records")
		}
		cell.recorded = fence
	}
	n.nodes = rest
	return nil
}

// Recorded reports whether the notebook records an output.
func (n *Notebook) Recorded() bool {
	for _, c := range n.Cells {
		if c.recorded != nil {
			return true
		}
	}
	return false
}

// Source returns the notebook as it was read.
func (n *Notebook) Source() []byte { return n.written }

// Rerecorded returns the source of the notebook in which each recorded output
// is what the cell's table is now. The output of a cell that failed is its
// error.
func (r *Result) Rerecorded() ([]byte, error) {
	n := r.Notebook
	names, _ := n.Queries()
	var out bytes.Buffer
	done := 0
	for i, name := range names {
		c := n.Cell(name)
		if c == nil || c.recorded == nil {
			continue
		}
		start, end := n.recordedAt(c)
		out.Write(n.written[done:start])
		if err := r.record(&out, i); err != nil {
			return nil, err
		}
		done = end
	}
	out.Write(n.written[done:])
	return out.Bytes(), nil
}

// recordedAt returns where in the notebook the lines of a cell's output are.
func (n *Notebook) recordedAt(c *Cell) (start, end int) {
	if lines := c.recorded.Lines(); lines.Len() > 0 {
		start, end = lines.At(0).Start, lines.At(lines.Len()-1).Stop
	} else {
		start = c.recorded.Info.Segment.Stop
		start += bytes.IndexByte(n.source[start:], '\n') + 1
		end = start
	}
	front := len(n.written) - len(n.source) // which is in front of all cells
	return start + front, end + front
}

// record writes the answer of query i, as logbook query prints it.
func (r *Result) record(w io.Writer, i int) error {
	var text bytes.Buffer
	if err := r.Errs[i]; err != nil {
		fmt.Fprintf(&text, "failed: %v\n", err)
	} else if err := r.Tables[i].WriteText(&text, frame.TextOptions{Zone: r.Run.Zone, Width: -1, Plain: true}); err != nil {
		return err
	}
	// No text of a log may end the block.
	_, err := w.Write(bytes.ReplaceAll(text.Bytes(), []byte("```"), []byte("'''")))
	return err
}
