/*
 * Decoded pixels to a network's input, in one or two launches: resize, crop, normalise, convert, lay out.
 *
 *   1. wwts_plan        from a picture's size and a model's recipe: what will be computed. Host, no allocation.
 *   2. wwts_fill_table  the filter weights, into memory of the caller (pinned, for the copy to the card).
 *   3. wwts_launch      on a stream, with addresses on the card; or wwts_run_on_host, the same work by the processor.
 *
 * The pixels of the crop are Pillow's, bit for bit. A plan and its table depend on the size and the orientation of a
 * picture, not on its pixels: keep them while pictures of one size follow each other.
 *
 * Functions return 0 or an error: a positive number is a cudaError_t, a negative one of WWTS_ERROR_*. They throw nothing
 * and may be called by any thread; wwts_last_error() is the calling thread's.
 */
#ifndef WWTS_PREPROCESS_H
#define WWTS_PREPROCESS_H

#include <stdint.h>

#if defined(__GNUC__)
#define WWTS_API __attribute__((visibility("default")))
#else
#define WWTS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define WWTS_ABI_VERSION 2          /* 1: without rankings, wwts_rank.h */
#define WWTS_MAX_SIDE (1 << 20)   /* pixels, of a source */
#define WWTS_MAX_OUTPUT 4096      /* pixels, of a crop */

enum {
  WWTS_OK = 0,
  WWTS_ERROR_ARGUMENT = -1, /* a value out of range, a null address, no plan at the address of a plan */
  WWTS_ERROR_MEMORY = -2    /* only wwts_run_on_host allocates */
};

enum { WWTS_RULE_SHORTER_SIDE = 0, WWTS_RULE_EXACT = 1 };
enum { WWTS_BILINEAR = 0, WWTS_BICUBIC = 1 };
enum { WWTS_CROP_HALF_EVEN = 0, WWTS_CROP_FLOOR = 1 };
enum { WWTS_NCHW = 0, WWTS_NHWC = 1 };
enum { WWTS_FLOAT32 = 0, WWTS_FLOAT16 = 1, WWTS_BFLOAT16 = 2, WWTS_UINT8 = 3 /* the crop, not normalised */ };

/* A picture as its decoder left it: 3 bytes a pixel, rows from top to bottom. */
typedef struct wwts_picture {
  int32_t width, height; /* as stored, 1 .. WWTS_MAX_SIDE */
  int32_t orientation;   /* EXIF, 1 .. 8: how the stored picture has to be turned; 1 to leave it */
  int32_t bgr;           /* 1: blue comes first */
} wwts_picture;

/* What a network wants; models/FORMAT.md explains the values. */
typedef struct wwts_recipe {
  int32_t width, height;               /* of the crop, 1 .. WWTS_MAX_OUTPUT */
  int32_t rule;                        /* WWTS_RULE_* */
  int32_t resize_width, resize_height; /* shorter side: its length, in resize_width; exact: both */
  int32_t interpolation;               /* WWTS_BILINEAR, WWTS_BICUBIC */
  int32_t crop_rounding;               /* WWTS_CROP_* */
  int32_t bgr;                         /* 1: the network sees blue first */
  int32_t layout;                      /* WWTS_NCHW, WWTS_NHWC */
  int32_t dtype;                       /* WWTS_FLOAT32 ... */
  float mean[3], std[3];               /* in the network's order of colours */
} wwts_recipe;

#define WWTS_PLAN_BYTES 768
typedef struct wwts_plan_t {
  int64_t opaque[WWTS_PLAN_BYTES / 8];
} wwts_plan_t;

/* The part of the stored picture that is read; the rest need not be uploaded. */
typedef struct wwts_region {
  int32_t x, y, width, height;
} wwts_region;

WWTS_API int wwts_plan(const wwts_picture *picture, const wwts_recipe *recipe, wwts_plan_t *plan);

/* Sizes in bytes; -1 if there is no plan at the address. Scratch is 0 when one launch does. */
WWTS_API int64_t wwts_table_bytes(const wwts_plan_t *plan);
WWTS_API int64_t wwts_scratch_bytes(const wwts_plan_t *plan);
WWTS_API int64_t wwts_output_bytes(const wwts_plan_t *plan); /* of one picture of a batch */
WWTS_API int wwts_launches(const wwts_plan_t *plan);
WWTS_API int wwts_source_region(const wwts_plan_t *plan, wwts_region *region);

/* table: host memory, aligned to 16. */
WWTS_API int wwts_fill_table(const wwts_plan_t *plan, void *table, int64_t bytes);

/*
 * Queues the work on a stream of the current device; allocates nothing, waits for nothing, may be captured in a graph
 * (after wwts_prepare). All addresses are on the card.
 *   source   where pixel (0, 0) of the whole stored picture lies, or would lie if more than wwts_source_region had been
 *            uploaded; any alignment. Aligned words of 4 bytes are read whole when one byte of them is in the region.
 *   pitch    bytes from one stored row to the next, at least 3 * the width of the region
 *   table    a copy of the filled table, aligned to 16
 *   scratch  wwts_scratch_bytes, aligned to 16; may be 0 when that is 0
 *   output   the batch's first element, aligned to its type; this picture becomes number index of the batch
 */
WWTS_API int wwts_launch(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch,
                         uint64_t output, int64_t index, void *stream);

/* The same with addresses on the host; no byte outside the region is read. */
WWTS_API int wwts_run_on_host(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch,
                              uint64_t output, int64_t index);

/* Loads the kernel onto the current device: once before a capture, and to learn whether the card can run it. */
WWTS_API int wwts_prepare(void);

WWTS_API int wwts_abi_version(void);
WWTS_API const char *wwts_last_error(void); /* of this thread; "" after a success */

#ifdef __cplusplus
}
#endif
#endif
