//go:build !amd64

package parse

var quickStops = false

func stopBlocks(*byte, int, byte, byte, *byte, *byte) { panic("parse: no quick stops") }
