@ Sets every register that an exception must keep, asks for one, and counts those that changed.
  .syntax unified
  .cpu cortex-m33
  .fpu fpv5-sp-d16
  .thumb
  .text

@ uint32_t kept_across(volatile uint32_t *register, uint32_t value): writing value raises it
  .global kept_across
  .type kept_across, %function
kept_across:
  push {r4-r11, lr}
  vpush {s16-s31}
  mov r4, r0
  mov r5, r1
  @ s0..s31 = their number; FPSCR rounds to zero
  vmrs r6, fpscr
  orr r6, r6, #0xC00000
  vmsr fpscr, r6
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  mov r6, #\n
  vmov s\n, r6
  .endr
  mov r6, #66
  mov r7, #77
  mov r8, #88
  mov r9, #99
  mov r10, #100
  mov r11, #111
  mov r12, #122
  mov lr, #133
  ldr r3, =0xF80F0000      @ N Z C V Q and GE
  msr apsr_nzcvqg, r3
  mov r0, #10
  mov r1, #11
  mov r2, #12
  mov r3, #13
  str r5, [r4]
  dsb
  isb
  mrs r5, apsr             @ r5 holds nothing that is needed now
  mov r4, #0
  cmp r0, #10
  it ne
  addne r4, r4, #1
  cmp r1, #11
  it ne
  addne r4, r4, #1
  cmp r2, #12
  it ne
  addne r4, r4, #1
  cmp r3, #13
  it ne
  addne r4, r4, #1
  cmp r6, #66
  it ne
  addne r4, r4, #1
  cmp r11, #111
  it ne
  addne r4, r4, #1
  cmp r12, #122
  it ne
  addne r4, r4, #1
  cmp lr, #133
  it ne
  addne r4, r4, #1
  ldr r3, =0xF80F0000
  cmp r5, r3
  it ne
  addne r4, r4, #16
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  vmov r0, s\n
  cmp r0, #\n
  it ne
  addne r4, r4, #256
  .endr
  vmrs r0, fpscr
  and r1, r0, #0xC00000
  cmp r1, #0xC00000
  it ne
  addne r4, r4, #32
  bic r0, r0, #0xC00000
  vmsr fpscr, r0
  mov r0, r4
  vpop {s16-s31}
  pop {r4-r11, pc}
  .ltorg
