/* What support vector classifiers, one against one, have in common: pairs of classes, runs of
 * vectors, and the vote.
 *
 * Pairs (low, high) are in the order (0, 1), (0, 2) ... (1, 2) ...; a decision above zero is for
 * the lower class. hargen/plan/layers/float32/svm.py packs the constants.
 */
#ifndef HG_SVM_F32_H
#define HG_SVM_F32_H

#include "hg_common.h"

#define HG_SVM_MAX_CLASSES 32 /* the partners of a run are the bits of a word */
#define HG_SVM_PAIRS(classes) ((classes) * ((classes) - 1) / 2)

/* Support vectors that follow each other, belong to one class and have dual coefficients that are
 * not zero against the same partners: two words, so that zeros need no flash. */
#define HG_SVM_RUN_WORDS 2
#define HG_SVM_RUN_COUNT(run) ((int32_t)((run)[0] & 0xffffu))
#define HG_SVM_RUN_CLASS(run) ((int32_t)((run)[0] >> 16))
#define HG_SVM_RUN_PARTNERS(run) ((run)[1]) /* bit j: class j */

/* In front of loops over a few values that are to be written out. */
#define HG_SVM_UNROLL _Pragma("GCC unroll 32")

/* Kernel values that are computed before they are used. Coefficients lie by run, by chunk (counted
 * through all runs), by partner. */
#define HG_SVM_CHUNK 16

HG_INLINE int32_t hg_svm_pair(int32_t a, int32_t b, int32_t classes) {
  const int32_t low = a < b ? a : b;
  const int32_t high = a < b ? b : a;
  return low * (2 * classes - low - 1) / 2 + high - low - 1;
}

/* A run, how many of its vectors are left, and the pairs of classes that these have coefficients
 * for. */
typedef struct {
  const uint32_t *next;
  int32_t left;
  int32_t partners;
  uint16_t pairs[HG_SVM_MAX_CLASSES];
} hg_svm_run_t;

/* Field by field: as a whole it would be set by memset. */
HG_INLINE void hg_svm_begin_runs(hg_svm_run_t *run, const uint32_t *runs) {
  run->next = runs;
  run->left = 0;
  run->partners = 0;
}

/* How many of the next `count` vectors belong to one run, which `run` then is. */
HG_INLINE int32_t hg_svm_next_part(hg_svm_run_t *run, int32_t classes, int32_t count) {
  if (run->left == 0) {
    run->left = HG_SVM_RUN_COUNT(run->next);
    run->partners = 0;
    for (int32_t other = 0; other < classes; ++other) {
      if (HG_SVM_RUN_PARTNERS(run->next) >> other & 1u) {
        run->pairs[run->partners++] =
            (uint16_t)hg_svm_pair(HG_SVM_RUN_CLASS(run->next), other, classes);
      }
    }
    run->next += HG_SVM_RUN_WORDS;
  }
  const int32_t part = hg_min_s32(run->left, count);
  run->left -= part;
  return part;
}

/* The class with the most votes, the first of equals; a decision that is not above zero is a vote
 * for the higher class. As onnxruntime has it. */
HG_INLINE uint32_t hg_svm_vote_f32(const float *decisions, int32_t classes) {
  int32_t winner = 0;
  int32_t most = -1;
  HG_UNROLL(1)
  for (int32_t own = 0; own < classes; ++own) {
    int32_t votes = 0;
    HG_UNROLL(1)
    for (int32_t other = 0; other < classes; ++other) {
      if (other != own) {
        votes += (decisions[hg_svm_pair(own, other, classes)] > 0.0f) == (own < other);
      }
    }
    if (votes > most) {
      most = votes;
      winner = own;
    }
  }
  return (uint32_t)winner;
}

#endif
