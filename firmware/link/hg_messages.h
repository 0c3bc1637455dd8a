/* What travels in a frame, byte by byte; docs/protocol.md says what each message means.
 *
 * hargen/link/messages.py says the same in Python and a test holds every size, offset and number
 * equal. All fields are little-endian and naturally aligned: no struct has padding.
 */
#ifndef HG_MESSAGES_H
#define HG_MESSAGES_H

#include <stdint.h>

#define HG_PROTOCOL_VERSION 1u
#define HG_CRC_SIZE 4u
#define HG_BUILD_ID_SIZE 20u
#define HG_UID_SIZE 12u
#define HG_NAME_SIZE 32u
#define HG_FIRMWARE_VERSION_SIZE 16u
#define HG_MAX_BAUDS 8u
#define HG_LINK_SHA256_SIZE 32u
#define HG_LINK_MAX_RANK 4u
#define HG_CHUNK_SIZE 1024u        /* bytes of a layer or of class names in one reply, at most */
#define HG_NO_FAILURE 0xFFFFFFFFu  /* hg_selftest_reply_t.first_failure: all were right */
#define HG_NO_CYCLES 0xFFFFFFFFu   /* in a profile: the layer returned an error */
#define HG_NO_WINDOW 0xFFFFFFFFu   /* in a raw reply: no window got full with these samples */
#define HG_NO_ACTIVITY 0xFFFFFFFFu /* in a live state: no window has run in this stream */
#define HG_READ_WINDOW 0xFFFFFFFFu /* READ_LAYER: the stream's window, in place of a layer */
#define HG_UNSOLICITED 0u          /* sequence number of a frame that answers no request */

/* The second byte of every frame. A reply's type is its request's with the top bit set. */
typedef enum {
  HG_TYPE_HELLO = 0x01,
  HG_TYPE_CLASSES = 0x02,
  HG_TYPE_SET_BAUD = 0x03,
  HG_TYPE_RUN = 0x04,
  HG_TYPE_PROFILE = 0x05,
  HG_TYPE_SELFTEST = 0x06,
  HG_TYPE_READ_LAYER = 0x07,
  HG_TYPE_STATS = 0x08,
  HG_TYPE_RESET = 0x09,
  HG_TYPE_ECHO = 0x0A,
  HG_TYPE_LIVE = 0x0B,
  HG_TYPE_REPLY = 0x80,
  HG_TYPE_LIVE_STATE = 0xFB,
  HG_TYPE_LIVE_SAMPLES = 0xFC,
  HG_TYPE_LIVE_RESULT = 0xFD,
  HG_TYPE_FAULT = 0xFE,
  HG_TYPE_NAK = 0xFF,
} hg_type_t;

/* What a RUN request carries. */
typedef enum {
  HG_STAGE_RAW = 0,    /* a stream of int16 sensor counts: x, y, z of one sample after the other */
  HG_STAGE_WINDOW = 1, /* a preprocessed window in the model's own input type */
  HG_STAGE_INT8 = 2,   /* the int8 network's input; the output is int8 too */
} hg_stage_t;

/* What a LIVE request asks for; nothing of it ends sampling. */
typedef enum {
  HG_LIVE_SEND_RESULTS = 1, /* a LIVE_RESULT for each window */
  HG_LIVE_SEND_SAMPLES = 2, /* the samples too, ahead of the result of the window that they fill */
} hg_live_send_t;

/* Whether the device samples its own sensor. */
typedef enum {
  HG_LIVE_PHASE_UNAVAILABLE = 0, /* it cannot: the text of LIVE_STATE says why */
  HG_LIVE_PHASE_OFF = 1,         /* a LIVE request has ended it */
  HG_LIVE_PHASE_PAUSED = 2,      /* the host has the model to itself, until it was silent a while */
  HG_LIVE_PHASE_RUNNING = 3,
} hg_live_phase_t;

/* What the sensor is doing: the numbers of hg_sensor_status_t. */
typedef enum {
  HG_LIVE_SENSOR_RUNNING = 0,
  HG_LIVE_SENSOR_STARTING = 1,  /* being reset and set up */
  HG_LIVE_SENSOR_BUS = 2,       /* a transfer failed */
  HG_LIVE_SENSOR_WRONG_ID = 3,  /* WHO_AM_I is of another chip */
  HG_LIVE_SENSOR_WAS_RESET = 4, /* it lost its settings, as after a loss of power */
  HG_LIVE_SENSOR_REFUSES = 5,   /* it does not keep its settings */
  HG_LIVE_SENSOR_SILENT = 6,    /* it runs but gives no samples */
} hg_live_sensor_t;

/* Why a request was refused, and what hg_nak_t.expected says then. */
typedef enum {
  HG_NAK_CRC = 1,      /* wrong checksum; the next sequence number */
  HG_NAK_FRAME = 2,    /* bad COBS, too short, or a wrong length; the next sequence number */
  HG_NAK_TOO_LONG = 3, /* the largest payload in bytes */
  HG_NAK_VERSION = 4,  /* the device's protocol version */
  HG_NAK_TYPE = 5,     /* unknown request; the highest type known */
  HG_NAK_LENGTH = 6,   /* a payload of the wrong size; the right size */
  HG_NAK_STAGE = 7,    /* the stage is not available; one that is */
  HG_NAK_INDEX = 8,    /* index or offset out of range; the number of valid ones */
  HG_NAK_NO_HELLO = 9, /* no HELLO since the reset; HG_TYPE_HELLO */
  HG_NAK_NO_RUN = 10,  /* a question about the last run when there was none; HG_TYPE_RUN */
  HG_NAK_BAUD = 11,    /* a rate that the device cannot make; one that it can */
  HG_NAK_MODEL = 12,   /* the model returned an error; its hg_status_t */
  HG_NAK_ORDER = 13,   /* samples that are not the stream's next ones; the next one's number */
} hg_nak_reason_t;

/* Bits of hg_hello_reply_t.reset_cause; several may be set. */
typedef enum {
  HG_RESET_POWER = 1,
  HG_RESET_PIN = 2,
  HG_RESET_SOFTWARE = 4,
  HG_RESET_WATCHDOG = 8,
  HG_RESET_LOW_POWER = 16,
  HG_RESET_OPTION_BYTES = 32,
} hg_reset_cause_t;

typedef struct {
  uint8_t version;
  uint8_t type;
  uint16_t sequence;
  uint32_t length; /* bytes of payload between header and checksum */
} hg_header_t;

typedef struct {
  uint32_t size; /* elements */
  uint32_t shape[HG_LINK_MAX_RANK];
  uint32_t rank;
  uint32_t dtype; /* hg_dtype_t */
  float scale;    /* real = scale * (q - zero_point) */
  int32_t zero_point;
} hg_link_tensor_t;

typedef struct {
  uint32_t abi_version;
  uint32_t clock_hz; /* of every count of cycles */
  uint32_t slots;    /* requests that may be on their way at once */
  uint32_t max_payload;
  uint32_t stack_size;
  uint32_t reset_cause;
  uint32_t fallback_ms;  /* after SET_BAUD: time for the first frame at the new rate */
  uint32_t worst_cycles; /* longest inference since the reset; 0 before the first */
  uint32_t bauds[HG_MAX_BAUDS];
  uint8_t firmware_version[HG_FIRMWARE_VERSION_SIZE]; /* text, zero-padded */
  uint8_t build_id[HG_BUILD_ID_SIZE];                 /* GNU build id of the image */
  uint8_t uid[HG_UID_SIZE];                           /* the chip's own number */
  uint8_t model_sha256[HG_LINK_SHA256_SIZE];
  uint8_t preprocessing_sha256[HG_LINK_SHA256_SIZE];
  uint8_t name[HG_NAME_SIZE]; /* text, zero-padded, cut off if longer */
  hg_link_tensor_t input;
  hg_link_tensor_t output;
  uint32_t arena_size;
  uint32_t layer_count;
  uint32_t class_count;
  uint32_t known_answer_count;
} hg_hello_reply_t;

typedef struct {
  uint32_t first; /* class index */
} hg_classes_request_t;

typedef struct {
  uint32_t first;
  uint32_t count; /* names that follow, each ended by a zero byte */
  uint32_t total;
} hg_classes_reply_t;

typedef struct {
  uint32_t baud;
} hg_set_baud_request_t;

typedef struct {
  uint32_t baud; /* the rate that the device's divider gives */
} hg_set_baud_reply_t;

typedef struct {
  uint32_t index; /* the host's number of this window, or of the first sample; returned */
  uint32_t stage; /* hg_stage_t; the window, or the samples, follow */
} hg_run_request_t;

typedef struct {
  uint32_t index;
  uint32_t class_index; /* of the largest output, the first of equal ones; or the vote's winner */
  uint32_t cycles_preprocess;
  uint32_t cycles_inference;
  uint32_t stack_high_water; /* bytes of stack ever used; 0 where the port cannot tell */
  uint32_t output_size;      /* bytes that follow; of a raw reply after the next record */
} hg_run_reply_t;

/* Follows hg_run_reply_t where the stage is raw. Without a window the other fields, and the reply's
 * class_index, are HG_NO_WINDOW too, and there is no output. */
typedef struct {
  uint32_t window;     /* its number in the stream, or HG_NO_WINDOW */
  uint32_t settled;    /* 1: the filter had settled before it began; 0: it had not */
  uint32_t activity;   /* the class after smoothing */
  uint32_t window_crc; /* CRC-32 of what the network saw, as float32 */
} hg_raw_reply_t;

typedef struct {
  uint32_t layer_count; /* uint32_t cycles that follow, one a layer */
} hg_profile_reply_t;

typedef struct {
  uint32_t count; /* known answers in the image */
  uint32_t failures;
  uint32_t first_failure; /* its index, or HG_NO_FAILURE */
  uint32_t first_offset;  /* of the first wrong byte in that output */
  int32_t expected;
  int32_t actual;
  uint32_t worst_cycles;
} hg_selftest_reply_t;

typedef struct {
  uint32_t index;  /* of the layer, or HG_READ_WINDOW */
  uint32_t offset; /* bytes from the start of the layer's result */
} hg_read_layer_request_t;

typedef struct {
  uint32_t index;
  uint32_t offset;
  uint32_t size; /* bytes of the layer's whole result; those from offset follow, up to a chunk */
} hg_read_layer_reply_t;

typedef struct {
  uint32_t frames; /* good ones */
  uint32_t crc_errors;
  uint32_t frame_errors;
  uint32_t naks;
  uint32_t repeats; /* requests answered from the kept replies */
  uint32_t runs;
  uint32_t worst_cycles;
  uint32_t stack_high_water;
  uint32_t uart_overruns;
  uint32_t uart_noise;     /* framing and noise errors */
  uint32_t ring_overflows; /* bytes dropped because the ring was full */
} hg_stats_reply_t;

typedef struct {
  uint32_t send; /* hg_live_send_t bits; 0 ends sampling */
} hg_live_request_t;

/* The reply to LIVE, and a frame of its own whenever something of the first row changes. */
typedef struct {
  uint32_t phase;       /* hg_live_phase_t */
  uint32_t send;        /* hg_live_send_t bits in force */
  uint32_t sensor;      /* hg_live_sensor_t */
  uint32_t stream;      /* number of the stream of samples: sampling began, or began anew */
  uint32_t time_ms;     /* since the reset */
  uint32_t resume_ms;   /* silence of the host that ends a pause */
  uint32_t nominal_mhz; /* samples in 1000 s that the model was trained for */
  uint32_t rate_mhz;    /* and that the sensor gives by the board's clock */
  float mg_per_count;
  uint32_t window;   /* samples */
  uint32_t hop;      /* samples from one window to the next */
  uint32_t activity; /* the class after smoothing, or HG_NO_ACTIVITY */
  /* Totals of all streams since the reset. */
  uint32_t samples;
  uint32_t lost;       /* samples known to be missing */
  uint32_t gaps;       /* places where they are missing */
  uint32_t overruns;   /* the sensor's FIFO was found full */
  uint32_t bad_words;  /* of the FIFO; counted in lost too */
  uint32_t bus_errors; /* transfers that failed */
  uint32_t resets;     /* times that the sensor was found reset or silent */
  uint32_t wrong_ids;  /* times that WHO_AM_I was of another chip */
  uint32_t bus_error;  /* of the last transfer that failed, in the port's own numbers */
  uint32_t identity;   /* WHO_AM_I as it was last read */
  uint32_t text_size;  /* bytes of text that follow: what is wrong, for people */
} hg_live_state_t;

typedef struct {
  uint32_t stream;
  uint32_t first; /* number of the first sample in its stream, where lost ones count too */
  uint32_t lost;  /* samples that are missing right before it */
  uint32_t count; /* samples that follow: x, y and z of each as int16, none missing between them */
} hg_live_samples_t;

typedef struct {
  uint32_t stream;
  uint32_t window;      /* its number in the stream */
  uint32_t last_sample; /* number of its last sample in the stream, where lost ones count too */
  uint32_t time_ms;     /* since the reset */
  uint32_t class_index;
  uint32_t activity; /* the class after smoothing */
  uint32_t settled;  /* 1: the filter had settled before it began; 0: it had not */
  uint32_t sensor;   /* hg_live_sensor_t */
  uint32_t rate_mhz;
  uint32_t lost;              /* samples missing in the stream so far ... */
  uint32_t gaps;              /* ... at so many places */
  uint32_t cycles_preprocess; /* of all samples since the result before */
  uint32_t cycles_inference;
  uint32_t window_crc;  /* CRC-32 of what the network saw, as float32 */
  uint32_t output_size; /* bytes of output that follow, in the model's own type */
} hg_live_result_t;

typedef struct {
  uint32_t reason; /* hg_nak_reason_t */
  uint32_t expected;
} hg_nak_t;

/* The registers of a crash: Armv8-M Architecture Reference Manual, B3 (exceptions), D1.2. */
typedef struct {
  uint32_t exception; /* IPSR: 3 HardFault, 16 and up an interrupt without a handler */
  uint32_t cfsr;
  uint32_t hfsr;
  uint32_t mmfar;
  uint32_t bfar;
  uint32_t r[4];
  uint32_t r12;
  uint32_t lr;
  uint32_t pc;
  uint32_t xpsr;
  uint32_t sp; /* before the exception */
  uint32_t exc_return;
} hg_fault_t;

#endif
