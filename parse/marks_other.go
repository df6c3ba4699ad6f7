//go:build !amd64

package parse

var quickMarks = false

func markBlocks(*byte, int, int32, *int32, *int32) (nquotes, nnewlines int) {
	panic("parse: no quick marks")
}
