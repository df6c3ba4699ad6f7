//go:build !amd64

package parse

import "unsafe"

var quickLookups = false

func hashTexts(*view, int, unsafe.Pointer, unsafe.Pointer, *uint64, *uint64, uint64) {
	panic("parse: no quick look-ups")
}

func findCodes(*uint64, int, *uint64, uint64, *int32, *uint8) int {
	panic("parse: no quick look-ups")
}
