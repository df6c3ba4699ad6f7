package main

import (
	"bytes"
	"context"
	"io"
	"time"
)

// A pace lets lines through at a steady rate, from its first line on. It keeps
// to the clock and not to the length of its sleeps, so that it neither drifts
// nor falls behind at rates of many lines a millisecond.
type pace struct {
	ctx   context.Context
	beat  time.Duration // from line to line
	began time.Time
	lines int64 // let through so far
}

// write writes each line of text when its time has come.
func (p *pace) write(w io.Writer, text []byte) error {
	if p.began.IsZero() {
		p.began = time.Now()
	}
	for len(text) > 0 {
		due := int64(time.Since(p.began)/p.beat) + 1 - p.lines
		if due <= 0 {
			next := p.began.Add(time.Duration(p.lines) * p.beat)
			if err := p.sleep(max(time.Until(next), time.Millisecond)); err != nil {
				return err
			}
			continue
		}
		end := 0
		for ; due > 0 && end < len(text); due-- {
			end += bytes.IndexByte(text[end:], '\n') + 1
			p.lines++
		}
		if _, err := w.Write(text[:end]); err != nil {
			return err
		}
		text = text[end:]
	}
	return nil
}

func (p *pace) sleep(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}
