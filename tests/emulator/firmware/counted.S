@ Routines whose instructions are counted by hand; test_counting.py has the sums.
  .syntax unified
  .cpu cortex-m33
  .thumb
  .text

@ counted(n): 7n + 7 instructions
  .global counted
  .type counted, %function
counted:
  push {r4, lr}
  movs r1, #0
  ldr r2, =0x12345678
1:
  adds r1, r1, #1
  cmp r1, #3
  ite lt
  addlt r2, r2, #1
  subge r2, r2, #1
  subs r0, r0, #1
  bne 1b
  bl leaf
  pop {r4, pc}
  .ltorg
leaf:
  nop
  bx lr

@ recursive(n): 5n + 4 instructions for the outermost call
  .global recursive
  .type recursive, %function
recursive:
  cbz r0, 1f
  push {r4, lr}
  subs r0, r0, #1
  bl recursive
  pop {r4, pc}
1:
  nop
  nop
  bx lr

@ tail_calling(n): 3 instructions and those of counted(n)
  .global tail_calling
  .type tail_calling, %function
tail_calling:
  nop
  nop
  b.w counted

@ loop_at_entry(n): its first instruction is the head of its loop: 2n + 1 instructions
  .global loop_at_entry
  .type loop_at_entry, %function
loop_at_entry:
  subs r0, r0, #1
  bne loop_at_entry
  bx lr

@ cycles_of_nops(address of CYCCNT): differences over 0, 10 and 20 nops, packed
  .global cycles_of_nops
  .type cycles_of_nops, %function
cycles_of_nops:
  push {r4, lr}
  ldr r1, [r0]
  ldr r2, [r0]
  .rept 10
  nop
  .endr
  ldr r3, [r0]
  .rept 20
  nop
  .endr
  ldr r4, [r0]
  subs r4, r4, r3
  subs r3, r3, r2
  subs r2, r2, r1
  orr r0, r2, r3, lsl #8
  orr r0, r0, r4, lsl #16
  pop {r4, pc}

@ cycles_in_it_block(address of CYCCNT): both reads are conditional
  .global cycles_in_it_block
  .type cycles_in_it_block, %function
cycles_in_it_block:
  cmp r0, #0
  itt ne
  ldrne r1, [r0]
  ldrne r2, [r0]
  subs r0, r2, r1
  bx lr

@ cycles_pair(address of CYCCNT): reads it and its neighbour with one instruction; returns how far
@ a plain read right after it is from it
  .global cycles_pair
  .type cycles_pair, %function
cycles_pair:
  subs r0, r0, #4
  ldrd r1, r2, [r0]
  ldr r3, [r0, #4]
  subs r0, r3, r2
  bx lr
