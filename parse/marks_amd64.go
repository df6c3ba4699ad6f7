package parse

import "golang.org/x/sys/cpu"

// quickMarks is whether the processor has what markBlocks needs.
var quickMarks = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// markBlocks writes the places of quotes and backslashes, and those of newlines,
// in so many blocks of 64 bytes, each plus base, and says how many there are.
// There is room for as many as there are bytes, and for four more, which it may
// overwrite.
//
//go:noescape
func markBlocks(text *byte, blocks int, base int32, quotes, newlines *int32) (nquotes, nnewlines int)
