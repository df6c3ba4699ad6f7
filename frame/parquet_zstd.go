package frame

import (
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// zstdCodec takes the place of the Parquet library's own, which makes an
// encoder, with all its tables, for every page.
type zstdCodec struct{ compress.Codec }

var zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // only of options that contradict each other
	}
	return e
})

// zstdDecoder refuses pages larger than any writer makes them: a few bytes can
// stand for many gigabytes.
var zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		panic(err)
	}
	return d
})

// Decode panics on damaged pages, as the library's other codecs do.
func (zstdCodec) Decode(dst, src []byte) []byte {
	text, err := zstdDecoder().DecodeAll(src, dst[:0])
	if err != nil {
		panic(err)
	}
	return text
}

func (zstdCodec) Encode(dst, src []byte) []byte { return zstdEncoder().EncodeAll(src, dst[:0]) }

func (c zstdCodec) EncodeLevel(dst, src []byte, _ int) []byte { return c.Encode(dst, src) }

func init() {
	own, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic(err)
	}
	compress.RegisterCodec(compress.Codecs.Zstd, zstdCodec{own})
}
