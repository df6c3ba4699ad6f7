#include "textflag.h"

// func hashTexts(views *view, n int, block, extra unsafe.Pointer, hashes, slots *uint64, mask uint64)
//
// SI, DI, CX  the next view and hash, and how many are left
// BX, R12     the text and its length
// R13         the state
// AX, DX      factors, and then a product's halves
TEXT ·hashTexts(SB), NOSPLIT, $0-56
	MOVQ views+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ block+16(FP), R8
	MOVQ extra+24(FP), R9
	XORQ R8, R9
	MOVQ hashes+32(FP), DI
	MOVQ slots+40(FP), R10
	MOVQ mask+48(FP), R11

text:
	MOVLQSX (SI), BX
	MOVLQZX 4(SI), R12
	MOVQ    BX, AX
	SARQ    $63, AX // all ones if the text is in extra
	XORQ    AX, BX
	ANDQ    R9, AX
	XORQ    R8, AX
	ADDQ    AX, BX
	LEAQ    1(R12*2), R13
	IMULQ   ·hashKeys+0(SB), R13
	CMPQ    R12, $8
	JLT     short
	MOVQ    -8(BX)(R12*1), DX
	SUBQ    $16, R12 // what is left but for the last sixteen
	JLE     first

sixteen:
	MOVQ (BX), AX
	XORQ ·hashKeys+8(SB), AX
	XORQ 8(BX), R13
	MULQ R13
	MOVQ DX, R13
	XORQ AX, R13
	ADDQ $16, BX
	SUBQ $16, R12
	JG   sixteen
	MOVQ 8(BX)(R12*1), DX
	ADDQ R12, BX

first:
	MOVQ (BX), AX

last:
	XORQ      ·hashKeys+16(SB), AX
	XORQ      R13, DX
	MULQ      DX
	XORQ      DX, AX
	MULQ      ·hashKeys+24(SB)
	XORQ      DX, AX
	MOVQ      AX, (DI)
	ANDQ      R11, AX
	PREFETCHT0 (R10)(AX*8) // waits for nothing
	ADDQ      $8, SI
	ADDQ      $8, DI
	DECQ      CX
	JNZ       text
	RET

short:
	CMPQ R12, $4
	JLT  tiny
	MOVL (BX), AX
	MOVL -4(BX)(R12*1), DX
	JMP  last

tiny:
	XORL    AX, AX
	XORL    DX, DX
	TESTQ   R12, R12
	JZ      last
	MOVQ    R12, AX
	SHRQ    $1, AX
	MOVBLZX (BX)(AX*1), AX
	SHLQ    $8, AX
	MOVBLZX (BX), DX
	ORQ     DX, AX
	SHLQ    $8, AX
	MOVBLZX -1(BX)(R12*1), DX
	ORQ     DX, AX
	XORL    DX, DX
	JMP     last

// func findCodes(hashes *uint64, n int, slots *uint64, mask uint64, codes *int32, news *uint8) int
//
// SI, CX, BX   the hashes, how many, and which is at hand
// R8, DX       the slots, and which are looked at
// R9, Y0       the mask: what slots and hashes are not compared in
// R10, R11     the news, and how many
// Y1, Y2, Y3   the hash, and what differs from it in four slots each
// Y5           zeros
TEXT ·findCodes(SB), NOSPLIT, $0-56
	MOVQ         hashes+0(FP), SI
	MOVQ         n+8(FP), CX
	MOVQ         slots+16(FP), R8
	MOVQ         mask+24(FP), R9
	MOVQ         codes+32(FP), DI
	MOVQ         news+40(FP), R10
	VMOVQ        R9, X0
	VPBROADCASTQ X0, Y0
	VPXOR        Y5, Y5, Y5
	XORL         R11, R11
	XORL         BX, BX

hash:
	MOVQ         (SI)(BX*8), DX
	VPBROADCASTQ (SI)(BX*8), Y1
	ANDQ         R9, DX
	ANDQ         $~7, DX

eight:
	VPXOR     (R8)(DX*8), Y1, Y2
	VPXOR     32(R8)(DX*8), Y1, Y3
	VPANDN    Y2, Y0, Y2
	VPANDN    Y3, Y0, Y3
	VPCMPEQQ  Y2, Y5, Y2
	VPCMPEQQ  Y3, Y5, Y3
	VMOVMSKPD Y2, AX
	VMOVMSKPD Y3, R12
	SHLL      $4, R12
	ORL       R12, AX
	JZ        none
	TZCNTL    AX, AX
	ADDQ      AX, DX
	MOVQ      (R8)(DX*8), AX
	ANDQ      R9, AX

code:
	DECL AX
	MOVL AX, (DI)(BX*4)
	MOVB BX, (R10)(R11*1)
	SHRL $31, AX
	ADDQ AX, R11
	INCQ BX
	CMPQ BX, CX
	JLT  hash

	VZEROUPPER
	MOVQ R11, ret+48(FP)
	RET

none:
	VPCMPEQQ  (R8)(DX*8), Y5, Y2
	VPCMPEQQ  32(R8)(DX*8), Y5, Y3
	VPOR      Y2, Y3, Y2
	VPTEST    Y2, Y2
	JNZ       code // AX is zero, which stands for none
	ADDQ      $8, DX
	ANDQ      R9, DX
	JMP       eight
