/* Counts instructions and estimated cycles in Unicorn's block callback.
 *
 * Unicorn calls hg_block at the first instruction of every basic block, before it runs. What a
 * block costs is looked up in a table that the board's process fills when it first meets the block,
 * so that a block costs a few nanoseconds. The callback also stops the emulator when something is
 * due, and notes what each call of a counted function took. counter.py holds the same structures
 * and the same logic in Python, for where there is no compiler; a test holds the two equal.
 *
 * Built by hook_build.py with the host's compiler; needs no header of Unicorn.
 */
#include <stdint.h>

enum { HG_REGISTER_LR = 10, HG_REGISTER_SP = 12 }; /* unicorn's numbers: UC_ARM_REG_LR, _SP */

enum { HG_STOP_DEADLINE = 1, HG_STOP_FPU = 2, HG_STOP_RUNS_FULL = 3 };

enum { HG_BLOCK_USES_FPU = 1, HG_BLOCK_IS_COUNTED = 2 };

typedef struct {
  uint16_t size; /* bytes; 0 where the block is not known yet */
  uint16_t instructions;
  uint16_t cycles;
  uint16_t flags;
} hg_block_t;

typedef struct {
  uint64_t instructions;
  uint64_t cycles;
} hg_run_t;

typedef struct {
  /* running totals; cycles is the board's clock, which also advances while the core sleeps */
  uint64_t cycles;
  uint64_t instructions;
  uint64_t blocks;
  uint64_t deadline; /* stop before the first block that would start at or after it */

  /* the block that runs */
  uint64_t start_cycles; /* cycles when it began */
  uint32_t start;
  uint32_t end;

  uint32_t taken_branch; /* cycles that a jump costs on top of its instruction */
  uint32_t fpu_off;
  uint32_t stop_reason;
  uint32_t exception_depth;

  /* the call that is counted: of a function whose first block has HG_BLOCK_IS_COUNTED */
  uint32_t run_active;
  uint32_t run_return;
  uint32_t run_sp;
  uint32_t run_depth;
  uint32_t runs_count;
  uint64_t run_instructions; /* totals at its first instruction, less what was put aside before */
  uint64_t run_cycles;
  uint64_t aside_instructions; /* spent in interrupt handlers while a run was active */
  uint64_t aside_cycles;
  uint64_t runs_capacity;
  hg_run_t *runs;

  hg_block_t *table; /* one entry a halfword of the memory from table_base */
  uint64_t table_base;
  uint64_t table_size;  /* bytes of that memory */
  hg_block_t elsewhere; /* the block last learned outside the table */

  int (*stop)(void *engine);                               /* uc_emu_stop */
  int (*read_register)(void *engine, int id, void *value); /* uc_reg_read */
  void (*learn)(uint32_t start, uint32_t size);            /* fills the block's entry */
} hg_counter_t;

/* Compared with the size of the Python structure when the library is loaded. */
uint32_t hg_counter_size(void);
void hg_block(void *engine, uint64_t address, uint32_t size, void *user);

uint32_t hg_counter_size(void) {
  return (uint32_t)sizeof(hg_counter_t);
}

static void hg_stop(hg_counter_t *c, void *engine, uint32_t reason) {
  c->stop_reason = reason;
  c->stop(engine);
}

static uint32_t hg_register(const hg_counter_t *c, void *engine, int id) {
  uint32_t value = 0;
  c->read_register(engine, id, &value);
  return value;
}

static const hg_block_t *hg_find(hg_counter_t *c, uint32_t start, uint32_t size) {
  const uint64_t offset = start - c->table_base;
  hg_block_t *block = offset < c->table_size ? &c->table[offset / 2u] : &c->elsewhere;
  if (block->size != size || block == &c->elsewhere) {
    c->learn(start, size);
  }
  return block;
}

static void hg_run_end(hg_counter_t *c) {
  hg_run_t *run = &c->runs[c->runs_count++];
  run->instructions = c->instructions - c->aside_instructions - c->run_instructions;
  run->cycles = c->cycles - c->aside_cycles - c->run_cycles;
  c->run_active = 0;
}

static void hg_run_begin(hg_counter_t *c, void *engine) {
  c->run_return = hg_register(c, engine, HG_REGISTER_LR) & ~1u;
  c->run_sp = hg_register(c, engine, HG_REGISTER_SP);
  c->run_depth = c->exception_depth;
  c->run_instructions = c->instructions - c->aside_instructions;
  c->run_cycles = c->cycles - c->aside_cycles;
  c->run_active = 1;
}

void hg_block(void *engine, uint64_t address, uint32_t size, void *user) {
  hg_counter_t *c = user;
  const uint32_t start = (uint32_t)address;
  if (c->cycles >= c->deadline) {
    hg_stop(c, engine, HG_STOP_DEADLINE);
    return;
  }
  const hg_block_t *block = hg_find(c, start, size);
  if (c->fpu_off && (block->flags & HG_BLOCK_USES_FPU)) {
    hg_stop(c, engine, HG_STOP_FPU);
    return;
  }
  if (c->run_active && start == c->run_return && c->exception_depth == c->run_depth &&
      hg_register(c, engine, HG_REGISTER_SP) == c->run_sp) {
    hg_run_end(c);
  }
  if ((block->flags & HG_BLOCK_IS_COUNTED) && !c->run_active) {
    if (c->runs_count == c->runs_capacity) {
      hg_stop(c, engine, HG_STOP_RUNS_FULL);
      return;
    }
    hg_run_begin(c, engine);
  }
  c->blocks++;
  c->start_cycles = c->cycles;
  c->instructions += block->instructions;
  c->cycles += block->cycles + (start == c->end ? 0u : c->taken_branch);
  c->start = start;
  c->end = start + size;
}
