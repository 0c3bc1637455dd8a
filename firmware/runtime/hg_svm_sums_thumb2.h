/* The sum of products of hg_svm_sums.h in assembly: two values a load, four a turn. */
#ifndef HG_SVM_SUMS_THUMB2_H
#define HG_SVM_SUMS_THUMB2_H

#include <stdint.h>

#include "hg_common.h"

#define HG_SVM_TWO_PRODUCTS               \
  "ldrd %[a], %[b], [%[x]], #8\n\t"       \
  "ldrd %[c], %[d], [%[y]], #8\n\t"       \
  "smlal %[low], %[high], %[a], %[c]\n\t" \
  "smlal %[low], %[high], %[b], %[d]\n\t"

HG_INLINE int64_t hg_svm_products_thumb2(const int32_t *x, const int32_t *y, int32_t count,
                                         int64_t sum) {
  uint32_t low = (uint32_t)sum;
  int32_t high = (int32_t)(sum >> 32);
  int32_t n;
  int32_t a;
  int32_t b;
  int32_t c;
  int32_t d;
  __asm__ volatile(
      "lsrs %[n], %[count], #2\n\t"
      "beq 2f\n"
      "1:\n\t"
      "subs %[n], #1\n\t" HG_SVM_TWO_PRODUCTS HG_SVM_TWO_PRODUCTS
      "bne 1b\n"
      "2:\n\t"
      "ands %[n], %[count], #3\n\t"
      "beq 4f\n"
      "3:\n\t"
      "subs %[n], #1\n\t"
      "ldr %[a], [%[x]], #4\n\t"
      "ldr %[c], [%[y]], #4\n\t"
      "smlal %[low], %[high], %[a], %[c]\n\t"
      "bne 3b\n"
      "4:\n"
      : [low] "+r"(low), [high] "+r"(high), [x] "+r"(x), [y] "+r"(y), [n] "=&r"(n), [a] "=&r"(a),
        [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)
      : [count] "r"(count)
      : "cc", "memory");
  return (int64_t)((uint64_t)(uint32_t)high << 32 | low);
}

#endif
