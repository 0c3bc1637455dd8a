/* Symbols that the linker script defines: their addresses are what counts. */
#ifndef HG_LINKER_H
#define HG_LINKER_H

#include <stdint.h>

extern uint32_t _sidata[]; /* the first values of .data, in flash */
extern uint32_t _sdata[];
extern uint32_t _edata[];
extern uint32_t _sbss[];
extern uint32_t _ebss[];
extern uint32_t _sstack[]; /* the stack's lowest word */
extern uint32_t _estack[]; /* the word above its highest */
extern const uint8_t _build_id_note[];

/* What unused stack is filled with at reset. */
#define HG_STACK_PAINT 0xC5C5C5C5u

#endif
