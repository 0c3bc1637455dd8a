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

/* Begins a new window if need be; returns how many values the samples that it shares with the last
 * one have. They are to be moved down to its start. */
HG_INLINE uint32_t hg_stream_begin(const hg_windows_t *p, hg_stream_t *stream) {
  if (stream->filled != p->window) {
    return 0;
  }
  stream->filled = p->window - p->hop;
  return stream->filled * (uint32_t)p->axes;
}

/* The place of the next sample in the window (samples, axes); begins a new window if need be. */
HG_INLINE float *hg_stream_next_f32(const hg_windows_t *p, hg_stream_t *stream, float *samples) {
  const uint32_t kept = hg_stream_begin(p, stream);
  for (uint32_t i = 0; i < kept; ++i) {
    samples[i] = samples[i + p->hop * (uint32_t)p->axes];
  }
  return samples + stream->filled * (uint32_t)p->axes;
}

HG_INLINE int32_t *hg_stream_next_s32(const hg_windows_t *p, hg_stream_t *stream,
                                      int32_t *samples) {
  const uint32_t kept = hg_stream_begin(p, stream);
  for (uint32_t i = 0; i < kept; ++i) {
    samples[i] = samples[i + p->hop * (uint32_t)p->axes];
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
