package frame

import "encoding/binary"

const (
	ones  = 0x0101_0101_0101_0101 // each byte 1
	highs = 0x80 * ones           // the uppermost bit of each byte
)

// unpack writes the bits of a bitmap, from one on, to bytes: 1 if it is set,
// else 0; the other way round if flip is 1.
func unpack(dst []uint8, bitmap []byte, from int, flip uint8) {
	i := 0
	for ; i < len(dst) && (from+i)&7 != 0; i++ {
		dst[i] = bitmap[(from+i)>>3]>>((from+i)&7)&1 ^ flip
	}
	for ; i+8 <= len(dst); i += 8 {
		binary.LittleEndian.PutUint64(dst[i:], spreadBits(bitmap[(from+i)>>3])^uint64(flip)*ones)
	}
	for ; i < len(dst); i++ {
		dst[i] = bitmap[(from+i)>>3]>>((from+i)&7)&1 ^ flip
	}
}

// spreadBits makes a byte of each bit, the lowest of the lowest.
func spreadBits(b byte) uint64 {
	own := uint64(b) * ones & 0x8040_2010_0804_0201 // each byte has the bit of its number
	return (own + (highs - ones)) & highs >> 7      // and then as its lowest
}
