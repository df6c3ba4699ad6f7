package parse

import "golang.org/x/sys/cpu"

// quickStops is whether the processor has what stopBits and stopPlaces need.
var quickStops = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// stopBits writes a bit for each of the first n bytes of a text, whole blocks,
// that is of a set, and the places of the newlines among them, of which it returns
// how many there are. The first byte's place is from. Behind the places, one is
// written that is none.
//
//go:noescape
func stopBits(text *byte, n, from int, set *[16]byte, bits *byte, ends *int32) (lines int)

// stopPlaces is stopBits, but writes the places of those of the set too, with room
// for four more.
//
//go:noescape
func stopPlaces(text *byte, n, from int, set *[16]byte, places, ends *int32) (stops, lines int)
