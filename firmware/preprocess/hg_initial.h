/* How a stream begins. */
#ifndef HG_INITIAL_H
#define HG_INITIAL_H

typedef enum {
  HG_INITIAL_SETTLED,        /* as if the sensor had always read the first sample */
  HG_INITIAL_SETTLED_OR_ONE, /* the same, but as if it had read 1 where the first sample is 0 */
  HG_INITIAL_ZERO,           /* as if it had always read 0 */
} hg_initial_t;

#endif
