/* The tile of hg_tile_f32.h in assembly, for a core with VFMA: all 32 registers of the unit.
 *
 * Compilers load value by value, which makes 1.5 to 1.7 instructions a multiply-add; VLDM loads
 * several at once: 1.15. Sums are in s0 to s11, by position and lane.
 */
#ifndef HG_TILE_VFP_H
#define HG_TILE_VFP_H

#include "hg_math_f32.h"

/* Sums s(a) to s(d) += s(x) times s(w0) to s(w3). */
#define HG_FMA(sum, x, w) "vfma.f32 s" #sum ", s" #x ", s" #w "\n\t"
#define HG_FMA_LANES(a, b, c, d, x, w0, w1, w2, w3) \
  HG_FMA(a, x, w0) HG_FMA(b, x, w1) HG_FMA(c, x, w2) HG_FMA(d, x, w3)

/* All taps: SEVERAL is the code for 1 << shift of them at a time, FEWER for some of those left
 * in a run, SINGLE for one of the others, STEP leads from a run to the next. `n` is where the sums
 * start, and then a counter. */
#define HG_TILE_LOOPS(SEVERAL, shift, FEWER, mask, SINGLE, STEP) \
  "1:\n\t"                                                       \
  "lsrs %[n], %[run], #" shift                                   \
  "\n\t"                                                         \
  "beq 3f\n"                                                     \
  "2:\n\t"                                                       \
  "subs %[n], #1\n\t" SEVERAL                                    \
  "bne 2b\n"                                                     \
  "3:\n\t" FEWER "ands %[n], %[run], #" mask                     \
  "\n\t"                                                         \
  "beq 5f\n"                                                     \
  "4:\n\t"                                                       \
  "subs %[n], #1\n\t" SINGLE                                     \
  "bne 4b\n"                                                     \
  "5:\n\t"                                                       \
  "subs %[rows], #1\n\t"                                         \
  "beq 6f\n\t" STEP                                              \
  "add %[w], %[weights_step]\n\t"                                \
  "b 1b\n"                                                       \
  "6:\n"

#define HG_COPY(to, from) "vmov.f32 s" #to ", s" #from "\n\t"
#define HG_START "vldmia %[n], {s0-s3}\n\t"
#define HG_START_SECOND HG_COPY(4, 0) HG_COPY(5, 1) HG_COPY(6, 2) HG_COPY(7, 3)
#define HG_START_THIRD HG_COPY(8, 0) HG_COPY(9, 1) HG_COPY(10, 2) HG_COPY(11, 3)

/* One position: eight taps at a time, or four where the network is optimized for size. */
#define HG_TILE_1_WEIGHTS(x0, x1, x2, x3)                                                       \
  "vldmia %[w]!, {s12-s27}\n\t" HG_FMA_LANES(0, 1, 2, 3, x0, 12, 13, 14, 15)                    \
      HG_FMA_LANES(0, 1, 2, 3, x1, 16, 17, 18, 19) HG_FMA_LANES(0, 1, 2, 3, x2, 20, 21, 22, 23) \
          HG_FMA_LANES(0, 1, 2, 3, x3, 24, 25, 26, 27)
#ifdef __OPTIMIZE_SIZE__
#define HG_TILE_1_SHIFT "2"
#define HG_TILE_1_FEWER ""
#define HG_TILE_1_TAPS "vldmia %[x0]!, {s4-s7}\n\t" HG_TILE_1_WEIGHTS(4, 5, 6, 7)
#else
#define HG_TILE_1_SHIFT "3"
#define HG_TILE_1_FEWER \
  "tst %[run], #4\n\t"  \
  "beq 7f\n\t"          \
  "vldmia %[x0]!, {s4-s7}\n\t" HG_TILE_1_WEIGHTS(4, 5, 6, 7) "7:\n\t"
#define HG_TILE_1_TAPS \
  "vldmia %[x0]!, {s4-s11}\n\t" HG_TILE_1_WEIGHTS(4, 5, 6, 7) HG_TILE_1_WEIGHTS(8, 9, 10, 11)
#endif
#define HG_TILE_1_SINGLE    \
  "vldmia %[x0]!, {s4}\n\t" \
  "vldmia %[w]!, {s12-s15}\n\t" HG_FMA_LANES(0, 1, 2, 3, 4, 12, 13, 14, 15)
#define HG_TILE_1_STEP "add %[x0], %[step]\n\t"

/* Two positions: four taps at a time. */
#define HG_TILE_2_TAP(x0, x1, w0, w1, w2, w3) \
  HG_FMA_LANES(0, 1, 2, 3, x0, w0, w1, w2, w3) HG_FMA_LANES(4, 5, 6, 7, x1, w0, w1, w2, w3)
#define HG_TILE_2_FOUR                                                           \
  "vldmia %[x0]!, {s8-s11}\n\t"                                                  \
  "vldmia %[x1]!, {s12-s15}\n\t"                                                 \
  "vldmia %[w]!, {s16-s31}\n\t" HG_TILE_2_TAP(8, 12, 16, 17, 18, 19)             \
      HG_TILE_2_TAP(9, 13, 20, 21, 22, 23) HG_TILE_2_TAP(10, 14, 24, 25, 26, 27) \
          HG_TILE_2_TAP(11, 15, 28, 29, 30, 31)
#define HG_TILE_2_SINGLE     \
  "vldmia %[x0]!, {s8}\n\t"  \
  "vldmia %[x1]!, {s12}\n\t" \
  "vldmia %[w]!, {s16-s19}\n\t" HG_TILE_2_TAP(8, 12, 16, 17, 18, 19)
#define HG_TILE_2_STEP HG_TILE_1_STEP "add %[x1], %[step]\n\t"

/* Three positions: four taps at a time. */
#define HG_TILE_3_TAP(x0, x1, x2, w0, w1, w2, w3) \
  HG_TILE_2_TAP(x0, x1, w0, w1, w2, w3) HG_FMA_LANES(8, 9, 10, 11, x2, w0, w1, w2, w3)
#define HG_TILE_3_FOUR                                                                       \
  "vldmia %[x0]!, {s12-s15}\n\t"                                                             \
  "vldmia %[x1]!, {s16-s19}\n\t"                                                             \
  "vldmia %[x2]!, {s20-s23}\n\t"                                                             \
  "vldmia %[w]!, {s24-s31}\n\t" HG_TILE_3_TAP(12, 16, 20, 24, 25, 26, 27)                    \
      HG_TILE_3_TAP(13, 17, 21, 28, 29, 30, 31) "vldmia %[w]!, {s24-s31}\n\t" HG_TILE_3_TAP( \
          14, 18, 22, 24, 25, 26, 27) HG_TILE_3_TAP(15, 19, 23, 28, 29, 30, 31)
#define HG_TILE_3_SINGLE     \
  "vldmia %[x0]!, {s12}\n\t" \
  "vldmia %[x1]!, {s16}\n\t" \
  "vldmia %[x2]!, {s20}\n\t" \
  "vldmia %[w]!, {s24-s27}\n\t" HG_TILE_3_TAP(12, 16, 20, 24, 25, 26, 27)
#define HG_TILE_3_STEP HG_TILE_2_STEP "add %[x2], %[step]\n\t"

HG_INLINE void hg_tile_vfp(hg_runs_t runs, const float *const x[HG_POSITIONS], int32_t count,
                           const float *weights, const float *start,
                           float sums[HG_POSITIONS][HG_LANES]) {
  static const float zeros[HG_LANES] = {0.0f, 0.0f, 0.0f, 0.0f};
  const float *x0 = x[0];
  const float *x1 = x[1];
  const float *x2 = x[2];
  const float *n = start ? start : zeros; /* where the sums start, then a counter */
  const int32_t step = runs.input_step * (int32_t)sizeof(float);
  const int32_t weights_step = runs.weights_step * (int32_t)sizeof(float);
  int32_t rows = runs.rows;
  register float s0 __asm__("s0");
  register float s1 __asm__("s1");
  register float s2 __asm__("s2");
  register float s3 __asm__("s3");
  register float s4 __asm__("s4");
  register float s5 __asm__("s5");
  register float s6 __asm__("s6");
  register float s7 __asm__("s7");
  register float s8 __asm__("s8");
  register float s9 __asm__("s9");
  register float s10 __asm__("s10");
  register float s11 __asm__("s11");
  if (count == 1) {
    __asm__ volatile(HG_START HG_TILE_LOOPS(HG_TILE_1_TAPS, HG_TILE_1_SHIFT, HG_TILE_1_FEWER, "3",
                                            HG_TILE_1_SINGLE, HG_TILE_1_STEP)
                     : "=t"(s0), "=t"(s1), "=t"(s2),
                       "=t"(s3), [x0] "+r"(x0), [w] "+r"(weights), [n] "+r"(n), [rows] "+r"(rows)
                     : [run] "r"(runs.run), [step] "r"(step), [weights_step] "r"(weights_step)
                     : "cc", "memory", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12",
                       "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23",
                       "s24", "s25", "s26", "s27");
  } else if (count == 2) {
    __asm__ volatile(
        HG_START HG_START_SECOND HG_TILE_LOOPS(HG_TILE_2_FOUR, "2", "", "3", HG_TILE_2_SINGLE,
                                               HG_TILE_2_STEP)
        : "=t"(s0), "=t"(s1), "=t"(s2), "=t"(s3), "=t"(s4), "=t"(s5), "=t"(s6),
          "=t"(s7), [x0] "+r"(x0), [x1] "+r"(x1), [w] "+r"(weights), [n] "+r"(n), [rows] "+r"(rows)
        : [run] "r"(runs.run), [step] "r"(step), [weights_step] "r"(weights_step)
        : "cc", "memory", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18",
          "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30",
          "s31");
  } else {
    __asm__ volatile(
        HG_START HG_START_SECOND HG_START_THIRD HG_TILE_LOOPS(HG_TILE_3_FOUR, "2", "", "3",
                                                              HG_TILE_3_SINGLE, HG_TILE_3_STEP)
        : "=t"(s0), "=t"(s1), "=t"(s2), "=t"(s3), "=t"(s4), "=t"(s5), "=t"(s6), "=t"(s7), "=t"(s8),
          "=t"(s9), "=t"(s10), "=t"(s11), [x0] "+r"(x0), [x1] "+r"(x1), [x2] "+r"(x2),
          [w] "+r"(weights), [n] "+r"(n), [rows] "+r"(rows)
        : [run] "r"(runs.run), [step] "r"(step), [weights_step] "r"(weights_step)
        : "cc", "memory", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21",
          "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31");
  }
  sums[0][0] = s0;
  sums[0][1] = s1;
  sums[0][2] = s2;
  sums[0][3] = s3;
  if (count > 1) {
    sums[1][0] = s4;
    sums[1][1] = s5;
    sums[1][2] = s6;
    sums[1][3] = s7;
  }
  if (count > 2) {
    sums[2][0] = s8;
    sums[2][1] = s9;
    sums[2][2] = s10;
    sums[2][3] = s11;
  }
}

#endif
