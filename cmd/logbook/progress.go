package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// A progress shows on a terminal how much has been read. Elsewhere it does
// nothing.
type progress struct {
	w    io.Writer
	read atomic.Int64
	done chan struct{}
	gone chan struct{}
}

// startProgress starts to show the progress of a reading, ten times a second
// and not before half a second has gone by: what is quicker needs no comfort.
func startProgress(r *reading) *progress {
	p := &progress{w: r.env.stderr, done: make(chan struct{}), gone: make(chan struct{})}
	if r.flags.Quiet || !isTerminal(r.env.stderr) {
		close(p.gone)
		return p
	}
	go p.show()
	return p
}

// add counts bytes that have been read. It is called from any worker.
func (p *progress) add(n int64) { p.read.Add(n) }

// stop ends the display and wipes its line.
func (p *progress) stop() {
	close(p.done)
	<-p.gone
}

func (p *progress) show() {
	defer close(p.gone)
	start := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for shown := false; ; {
		select {
		case <-p.done:
			if shown {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		case now := <-tick.C:
			if now.Sub(start) < time.Second/2 {
				continue
			}
			mb := float64(p.read.Load()) / 1e6
			fmt.Fprintf(p.w, "\r\x1b[Kread %.0f MB, %.0f MB/s", mb, mb/now.Sub(start).Seconds())
			shown = true
		}
	}
}

// isTerminal reports whether w is a terminal.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns how many columns the terminal w has; 0 if it does not say.
func width(w any) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}
