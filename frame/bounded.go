package frame

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A boundedAllocator refuses single pieces of memory that no file of its size
// needs. The libraries allocate what a file says before they look whether it
// can be true, and a damaged file says gigabytes.
type boundedAllocator struct {
	memory.Allocator
	most int
}

// boundedBy returns an allocator for reading a file of so many bytes.
func boundedBy(fileSize int64) memory.Allocator {
	return boundedAllocator{memory.DefaultAllocator, int(64<<20 + min(1024*fileSize, 4<<30))}
}

func (a boundedAllocator) check(size int) {
	if size > a.most || size < 0 {
		panic(fmt.Errorf("damaged: it asks for %d bytes of memory", size))
	}
}

func (a boundedAllocator) Allocate(size int) []byte {
	a.check(size)
	return a.Allocator.Allocate(size)
}

func (a boundedAllocator) Reallocate(size int, b []byte) []byte {
	a.check(size)
	return a.Allocator.Reallocate(size, b)
}
