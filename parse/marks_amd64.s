#include "textflag.h"

// TAKE stores the place of the lowest bit of a mask, and clears that bit. Of an
// empty mask it stores something that the next place will overwrite.
#define TAKE(mask, to) \
	TZCNTQ mask, R13 \
	ADDL   BX, R13   \
	MOVL   R13, to   \
	BLSRQ  mask, mask

// func markBlocks(text *byte, blocks int, base int32, quotes, newlines *int32) (nquotes, nnewlines int)
TEXT ·markBlocks(SB), NOSPLIT, $0-56
	MOVQ         text+0(FP), SI
	MOVQ         blocks+8(FP), CX
	MOVL         base+16(FP), BX
	MOVQ         quotes+24(FP), DI
	MOVQ         newlines+32(FP), DX
	MOVQ         $'"', AX
	VMOVQ        AX, X0
	VPBROADCASTB X0, Y0
	MOVQ         $'\\', AX
	VMOVQ        AX, X1
	VPBROADCASTB X1, Y1
	MOVQ         $'\n', AX
	VMOVQ        AX, X2
	VPBROADCASTB X2, Y2

block:
	VMOVDQU   (SI), Y3
	VMOVDQU   32(SI), Y4
	VPCMPEQB  Y3, Y0, Y5
	VPCMPEQB  Y3, Y1, Y6
	VPOR      Y5, Y6, Y5
	VPMOVMSKB Y5, R8
	VPCMPEQB  Y4, Y0, Y5
	VPCMPEQB  Y4, Y1, Y6
	VPOR      Y5, Y6, Y5
	VPMOVMSKB Y5, R9
	SHLQ      $32, R9
	ORQ       R9, R8       // quotes
	VPCMPEQB  Y3, Y2, Y5
	VPMOVMSKB Y5, R10
	VPCMPEQB  Y4, Y2, Y5
	VPMOVMSKB Y5, R11
	SHLQ      $32, R11
	ORQ       R11, R10     // newlines

	POPCNTQ R8, R12
	LEAQ    (DI)(R12*4), R12

fourQuotes:
	TAKE(R8, (DI))
	TAKE(R8, 4(DI))
	TAKE(R8, 8(DI))
	TAKE(R8, 12(DI))
	ADDQ  $16, DI
	TESTQ R8, R8
	JNZ   fourQuotes
	MOVQ  R12, DI

	POPCNTQ R10, R12
	LEAQ    (DX)(R12*4), R12

aNewline:
	TAKE(R10, (DX))
	ADDQ  $4, DX
	TESTQ R10, R10
	JNZ   aNewline
	MOVQ  R12, DX

	ADDL $64, BX
	ADDQ $64, SI
	DECQ CX
	JNZ  block

	VZEROUPPER
	SUBQ quotes+24(FP), DI
	SHRQ $2, DI
	MOVQ DI, nquotes+40(FP)
	SUBQ newlines+32(FP), DX
	SHRQ $2, DX
	MOVQ DX, nnewlines+48(FP)
	RET
