package parse

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A pool is the memory of a worker's batches that nobody holds any more, for
// those to come. New memory would have to be zeroed, and each batch would push
// out of the caches what the next one needs there. It is an Arrow allocator:
// memory comes back when the last array that is made of it is released, by
// whatever goroutine. Who forgets to leaves it to the garbage collector.
//
// A nil pool gives new memory and takes none.
type pool struct {
	memory.GoAllocator // to reallocate, which nobody does
	mutex              sync.Mutex
	free               [48][][]byte // of at least 1<<i bytes
}

// Allocate returns memory of so many bytes, with anything in it.
func (p *pool) Allocate(size int) []byte {
	class := bits.Len(uint(max(size, 1) - 1)) // rounded up
	if p != nil {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		if n := len(p.free[class]); n > 0 {
			b := p.free[class][n-1]
			p.free[class] = p.free[class][:n-1]
			return b[:size]
		}
	}
	return make([]byte, size, 1<<class)
}

// Free gives memory back. Nobody may hold it any more.
func (p *pool) Free(b []byte) {
	if p == nil || cap(b) == 0 {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	class := bits.Len(uint(cap(b))) - 1
	p.free[class] = append(p.free[class], b)
}

// buffer returns a buffer of memory that is the pool's again when the buffer is
// released.
func (p *pool) buffer(b []byte) *memory.Buffer {
	if p == nil {
		return memory.NewBufferBytes(b)
	}
	return memory.NewBufferWithAllocator(b, p)
}

// newNumbers returns n numbers, of any value, with the pool's memory.
func newNumbers[T int32 | int64](p *pool, n int) []T {
	var size = int(unsafe.Sizeof(T(0)))
	b := p.Allocate(n * size)
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), cap(b)/size)[:n]
}

// bytesOf returns the memory of numbers.
func bytesOf[T int32 | int64](numbers []T) []byte {
	size := int(unsafe.Sizeof(T(0)))
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(numbers))), cap(numbers)*size)[:len(numbers)*size]
}
