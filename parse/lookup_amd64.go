package parse

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// quickLookups is whether the processor has what findCodes needs.
var quickLookups = cpu.X86.HasAVX2

// hashTexts is [texts.hash] of n views. It reads at most the eight bytes where a
// text of as many begins and those where it ends.
//
//go:noescape
func hashTexts(views *view, n int, block, extra unsafe.Pointer, hashes, slots *uint64, mask uint64)

// findCodes is [slots.find] of n hashes. It returns how many have no code.
//
//go:noescape
func findCodes(hashes *uint64, n int, slots *uint64, mask uint64, codes *int32, news *uint8) int
