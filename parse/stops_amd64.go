package parse

// stopBlocks writes a bit for each byte of so many blocks of 64 that is a or b,
// and one for each that is a newline.
//
//go:noescape
func stopBlocks(text *byte, blocks int, a, b byte, stops, newlines *byte)
