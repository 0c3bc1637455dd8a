/* What a generated model says of itself.
 *
 * One constant hg_info_t a model, in the section .rodata.hg_info, which the linker script keeps:
 * a host finds it in an ELF by section or, by its magic, in a raw image.
 */
#ifndef HG_INFO_H
#define HG_INFO_H

#include <stdint.h>

#define HG_INFO_MAGIC 0x4F464E49u /* "INFO" in memory */
#define HG_ABI_VERSION 1u
#define HG_SHA256_SIZE 32u
#define HG_MAX_RANK 4u

typedef enum {
  HG_DTYPE_FLOAT32 = 0,
  HG_DTYPE_INT8 = 1,
} hg_dtype_t;

/* One end of the network. real = scale * (q - zero_point) for the int8 form of the tensor. */
typedef struct {
  uint32_t size;               /* elements */
  uint32_t shape[HG_MAX_RANK]; /* without the batch dimension; unused trailing entries are 0 */
  uint32_t rank;
  uint32_t dtype; /* hg_dtype_t that run() takes or gives */
  float scale;
  int32_t zero_point;
} hg_tensor_info_t;

/* Where a layer leaves its result: for tests and tools that look at every tensor. */
typedef struct {
  uint32_t offset; /* bytes from the start of the arena */
  uint32_t size;   /* bytes */
} hg_layer_info_t;

typedef struct {
  uint32_t magic;
  uint32_t abi_version;
  uint8_t model_sha256[HG_SHA256_SIZE];
  uint8_t preprocessing_sha256[HG_SHA256_SIZE];
  hg_tensor_info_t input;
  hg_tensor_info_t output;
  uint32_t arena_size; /* bytes */
  uint32_t layer_count;
  const hg_layer_info_t *layers;
  uint32_t class_count;
  const char *const *class_names;
  const char *name;
} hg_info_t;

#endif
