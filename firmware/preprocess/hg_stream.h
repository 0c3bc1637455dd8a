/* Where a stream of samples stands: the window that is being filled, gaps, and settling.
 *
 * The window is kept in order and moved down by the hop when the next one begins, instead of a ring
 * that is put in order for every run: the network wants one piece of memory, and between windows
 * that do not overlap nothing moves.
 */
#ifndef HG_STREAM_H
#define HG_STREAM_H

#include "hg_common.h"

typedef struct {
  uint32_t filled;  /* samples in the window */
  uint32_t age;     /* samples since the stream began or went on after a gap */
  uint32_t windows; /* that ran since the stream began */
  uint32_t gaps;    /* since the stream began */
  uint32_t lost;    /* samples in those gaps, as far as known */
  uint32_t ready;   /* 1: the window is full and has not run */
} hg_stream_t;

typedef struct {
  int32_t axes;
  uint32_t window; /* samples */
  uint32_t hop;    /* samples from one window to the next, at most a window */
  uint32_t settle; /* samples until the filter has settled */
} hg_windows_t;

HG_INLINE uint32_t hg_add_saturated(uint32_t a, uint32_t b) {
  return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

HG_INLINE void hg_stream_reset(hg_stream_t *stream) {
  stream->filled = 0;
  stream->age = 0;
  stream->windows = 0;
  stream->gaps = 0;
  stream->lost = 0;
  stream->ready = 0;
}

/* Samples were lost: what was begun is of no use, and the filter starts anew. */
HG_INLINE void hg_stream_gap(hg_stream_t *stream, uint32_t lost) {
  stream->filled = 0;
  stream->age = 0;
  stream->ready = 0;
  stream->gaps = hg_add_saturated(stream->gaps, 1u);
  stream->lost = hg_add_saturated(stream->lost, lost);
}

/* The place of the next sample in the window (samples, axes); begins a new window if need be. */
HG_INLINE float *hg_stream_next(const hg_windows_t *p, hg_stream_t *stream, float *samples) {
  if (stream->filled == p->window) {
    const uint32_t moved = p->hop * (uint32_t)p->axes;
    stream->filled = p->window - p->hop;
    for (uint32_t i = 0; i < stream->filled * (uint32_t)p->axes; ++i) {
      samples[i] = samples[i + moved];
    }
  }
  return samples + stream->filled * (uint32_t)p->axes;
}

/* The sample is in its place; returns 1 when the window is full with it. */
HG_INLINE uint32_t hg_stream_advance(const hg_windows_t *p, hg_stream_t *stream) {
  stream->filled++;
  stream->age = hg_add_saturated(stream->age, 1u);
  stream->ready = stream->filled == p->window ? 1u : 0u;
  return stream->ready;
}

/* 1 if the filter had settled before the first sample of the window. */
HG_INLINE uint32_t hg_stream_settled(const hg_windows_t *p, const hg_stream_t *stream) {
  return stream->age >= hg_add_saturated(p->settle, p->window) ? 1u : 0u;
}

#endif
