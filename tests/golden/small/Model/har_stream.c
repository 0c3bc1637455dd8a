/* har: from the sensor's counts to windows. Written by hargen 0.1.0; see har.h. */
#include <string.h>

#include "har.h"
#include "hg_counts_f32.h"
#include "hg_gravity_f32.h"
#include "hg_quantize_product_s8.h"

static const hg_counts_f32_t counts_parameters = {
    .axes = HAR_AXES,
    .source = {0, 1, 2},
    .scale = {0.0011956f, 0.0011956f, 0.0011956f},
};

static const hg_windows_t windows_parameters = {
    .axes = HAR_AXES,
    .window = HAR_WINDOW,
    .hop = HAR_HOP,
    .settle = 239,
};

/* butterworth-highpass of order 4, 0.208 Hz. */
static const hg_sections_f32_t filter_parameters = {
    .axes = HAR_AXES,
    .sections = 2,
    .initial = HG_INITIAL_SETTLED_OR_ONE,
};

static const hg_section_f32_t sections[] = {
    {
        .b = {0.9364276f, 2.3703413e-05f, 2.3703413e-05f},
        .a = {0.0403817f, 0.0024833868f},
        .settled = {-0.9268828f, 0.00036173157f},
    },
    {
        .b = {1.0f, -2.531281e-05f, -2.531281e-05f},
        .a = {0.090961665f, 0.0024002704f},
        .settled = {-0.009645451f, -8.91438e-06f},
    },
};

/* One sample, in place. begins: the filter starts with it. */
static inline void condition(har_stream_t *stream, uint32_t begins, float *sample) {
  float dynamic[HAR_AXES];
  if (begins) {
    hg_sections_start_f32(&filter_parameters, sections, sample, stream->filter);
  }
  hg_sections_f32(&filter_parameters, sections, sample, stream->filter, dynamic);
  hg_rotate_gravity_f32(sample, dynamic, sample);
}

hg_status_t har_add_sample(har_context_t *context, const int16_t counts[3]) {
  if (context == NULL || counts == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  if (context->arena == NULL) {
    return HG_ERROR_STATE;
  }
  har_stream_t *stream = &context->stream;
  float *sample = hg_stream_next_f32(&windows_parameters, &stream->position, stream->samples);
  hg_counts_f32(&counts_parameters, counts, sample);
  condition(stream, stream->position.age == 0u, sample);
  if (!hg_stream_advance(&windows_parameters, &stream->position)) {
    return HG_MORE;
  }
  return HG_READY;
}

hg_status_t har_run_window(har_context_t *context) {
  if (context == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  if (context->arena == NULL || !context->stream.position.ready) {
    return HG_ERROR_STATE;
  }
  har_stream_t *stream = &context->stream;
  har_set_input(context, stream->samples);
  for (size_t layer = 0; layer < HAR_LAYER_COUNT; ++layer) {
    har_run_layer(context, layer);
  }
  stream->position.ready = 0;
  stream->position.windows++;
  stream->activity = har_class(context);
  return HG_OK;
}

hg_status_t har_push_sample(har_context_t *context, const int16_t counts[3]) {
  const hg_status_t status = har_add_sample(context, counts);
  if (status != HG_READY) {
    return status;
  }
  const hg_status_t run = har_run_window(context);
  return run == HG_OK ? HG_READY : run;
}

const float *har_window(const har_context_t *context) {
  return context == NULL ? NULL : context->stream.samples;
}

hg_status_t har_get_window_s8(const har_context_t *context, int8_t window[HAR_INPUT_SIZE]) {
  if (context == NULL || window == NULL) {
    return HG_ERROR_ARGUMENT;
  }
  hg_quantize_product_s8(context->stream.samples, HAR_INPUT_SIZE, 0.125f, 8.0f, 0.0f, -5, window);
  return HG_OK;
}

uint32_t har_activity(const har_context_t *context) {
  return context == NULL ? HAR_CLASS_COUNT : context->stream.activity;
}

uint32_t har_settled(const har_context_t *context) {
  return context == NULL ? 0u : hg_stream_settled(&windows_parameters, &context->stream.position);
}

static void forget(har_stream_t *stream) {
  stream->activity = HAR_CLASS_COUNT;
}

void har_reset_stream(har_context_t *context) {
  if (context != NULL) {
    hg_stream_reset(&context->stream.position);
    forget(&context->stream);
  }
}

void har_gap(har_context_t *context, uint32_t lost) {
  if (context != NULL) {
    hg_stream_gap(&context->stream.position, lost);
    forget(&context->stream);
  }
}
