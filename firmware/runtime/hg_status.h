/* Status codes that every function of the runtime and of a generated model returns. */
#ifndef HG_STATUS_H
#define HG_STATUS_H

typedef enum {
  HG_OK = 0,
  HG_MORE = 1,            /* push_sample: the window is not full yet */
  HG_READY = 2,           /* push_sample: a result is ready */
  HG_ERROR_ARGUMENT = -1, /* a null pointer, or an index out of range */
  HG_ERROR_ARENA = -2,    /* the arena is too small or not aligned */
  HG_ERROR_STATE = -3,    /* the context was not initialized */
} hg_status_t;

#endif
