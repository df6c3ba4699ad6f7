package parse

import "golang.org/x/sys/cpu"

// quickStops is whether the processor has what stopBlocks needs.
var quickStops = cpu.X86.HasAVX2

// stopBlocks writes a bit for each byte of so many blocks of 64 that is a or b,
// and one for each that is a newline.
//
//go:noescape
func stopBlocks(text *byte, blocks int, a, b byte, stops, newlines *byte)
