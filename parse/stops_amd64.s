#include "textflag.h"

// Both functions look at 64 bytes in a turn, those at (SI)(R10*1): R10 is their
// place in the text. Y0 is the set as a table, Y1 newlines.

// BEGIN takes what both functions are given.
#define BEGIN \
	MOVQ           text+0(FP), SI  \
	MOVQ           from+16(FP), R10 \
	MOVQ           n+8(FP), CX     \
	SUBQ           R10, SI         \
	ADDQ           R10, CX         \
	MOVQ           set+24(FP), AX  \
	VBROADCASTI128 (AX), Y0        \
	MOVL           $'\n', AX       \
	VMOVD          AX, X1          \
	VPBROADCASTB   X1, Y1          \
	MOVQ           ends+40(FP), DX \
	XORL           R11, R11

// MASK makes a number of the bits that 64 bytes of comparison results are.
#define MASK(to) \
	VPMOVMSKB Y4, to \
	VPMOVMSKB Y5, R9 \
	SHLQ      $32, R9 \
	ORQ       R9, to

// STOPS takes 64 bytes into Y2 and Y3 and tells in R8 which are of the set: those
// that stand at their place of the table. Text that is far ahead is sent for, as
// the machine by itself does not look over the end of a page.
#define STOPS \
	PREFETCHT0 1024(SI)(R10*1) \
	VMOVDQU  (SI)(R10*1), Y2   \
	VMOVDQU  32(SI)(R10*1), Y3 \
	VPSHUFB  Y2, Y0, Y4        \
	VPSHUFB  Y3, Y0, Y5        \
	VPCMPEQB Y2, Y4, Y4        \
	VPCMPEQB Y3, Y5, Y5        \
	MASK(R8)

// NEWLINES tells in R8 which of them are newlines.
#define NEWLINES \
	VPCMPEQB Y2, Y1, Y4 \
	VPCMPEQB Y3, Y1, Y5 \
	MASK(R8)

// PLACE writes the place of the first bit of R8, and takes it away: the zero flag
// is that it was the last. If there is none, what it writes is nothing.
#define PLACE(to) \
	TZCNTQ R8, R9  \
	ADDQ   R10, R9 \
	MOVL   R9, to  \
	BLSRQ  R8, R8

// FIRST is PLACE for the end of a line, which it counts in R11, if there is one,
// without a branch. 64 bytes seldom have more.
#define FIRST \
	TZCNTQ R8, R9             \
	ADDQ   R10, R9            \
	MOVL   R9, (DX)(R11*4)    \
	CMPQ   R8, $1             \
	SBBQ   $-1, R11           \
	BLSRQ  R8, R8

// func stopBits(text *byte, n, from int, set *[16]byte, bits *byte, ends *int32) (lines int)
TEXT ·stopBits(SB), NOSPLIT, $0-56
	BEGIN
	MOVQ bits+32(FP), DI

block:
	STOPS
	MOVQ R8, (DI)
	NEWLINES
	FIRST
	JZ   next

more:
	PLACE((DX)(R11*4))
	LEAQ 1(R11), R11
	JNZ  more

next:
	ADDQ $8, DI
	ADDQ $64, R10
	CMPQ R10, CX
	JLT  block
	VZEROUPPER
	MOVQ R11, lines+48(FP)
	RET

// func stopPlaces(text *byte, n, from int, set *[16]byte, places, ends *int32) (stops, lines int)
TEXT ·stopPlaces(SB), NOSPLIT, $0-64
	BEGIN
	MOVQ places+32(FP), DI

block:
	STOPS
	POPCNTQ R8, R12
	PLACE(0(DI))
	PLACE(4(DI))
	PLACE(8(DI))
	PLACE(12(DI))
	LEAQ    (DI)(R12*4), R12
	JZ      placed
	ADDQ    $16, DI

many:
	PLACE(0(DI))
	LEAQ 4(DI), DI
	JNZ  many

placed:
	MOVQ R12, DI
	NEWLINES
	FIRST
	JZ   next

more:
	PLACE((DX)(R11*4))
	LEAQ 1(R11), R11
	JNZ  more

next:
	ADDQ $64, R10
	CMPQ R10, CX
	JLT  block
	VZEROUPPER
	SUBQ places+32(FP), DI
	SHRQ $2, DI
	MOVQ DI, stops+48(FP)
	MOVQ R11, lines+56(FP)
	RET
