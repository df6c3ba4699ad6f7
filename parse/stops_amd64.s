#include "textflag.h"

// MASK makes a number of the bits that 64 bytes of comparison results are.
#define MASK(low, high, to) \
	VPMOVMSKB low, to    \
	VPMOVMSKB high, R9   \
	SHLQ      $32, R9    \
	ORQ       R9, to

// func stopBlocks(text *byte, blocks int, a, b byte, stops, newlines *byte)
TEXT ·stopBlocks(SB), NOSPLIT, $0-40
	MOVQ         text+0(FP), SI
	MOVQ         blocks+8(FP), CX
	MOVBLZX      a+16(FP), AX
	VMOVQ        AX, X0
	VPBROADCASTB X0, Y0
	MOVBLZX      b+17(FP), AX
	VMOVQ        AX, X1
	VPBROADCASTB X1, Y1
	MOVQ         stops+24(FP), DI
	MOVQ         newlines+32(FP), DX
	MOVQ         $'\n', AX
	VMOVQ        AX, X2
	VPBROADCASTB X2, Y2

block:
	VMOVDQU  (SI), Y3
	VMOVDQU  32(SI), Y4
	VPCMPEQB Y3, Y0, Y5
	VPCMPEQB Y3, Y1, Y6
	VPOR     Y5, Y6, Y5
	VPCMPEQB Y4, Y0, Y6
	VPCMPEQB Y4, Y1, Y7
	VPOR     Y6, Y7, Y6
	MASK(Y5, Y6, R8)
	MOVQ     R8, (DI)
	VPCMPEQB Y3, Y2, Y5
	VPCMPEQB Y4, Y2, Y6
	MASK(Y5, Y6, R8)
	MOVQ     R8, (DX)
	ADDQ     $64, SI
	ADDQ     $8, DI
	ADDQ     $8, DX
	DECQ     CX
	JNZ      block

	VZEROUPPER
	RET
