//go:build !amd64

package parse

var quickStops = false

func stopBits(*byte, int, int, *[16]byte, *byte, *int32) int { panic("parse: no quick stops") }

func stopPlaces(*byte, int, int, *[16]byte, *int32, *int32) (int, int) {
	panic("parse: no quick stops")
}
