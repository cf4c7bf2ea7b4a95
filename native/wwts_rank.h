/*
 * Logits to the k best classes of each row, in one launch: widening to float32, activation, top-k, and the way to the host, as the
 * results may lie in pinned memory.
 *
 * The order depends on the logits alone and is the same on every card and processor: a NaN comes before all numbers, the greater
 * logit before the smaller, and of equal ones (0 equals -0, a NaN every NaN) the lower class. Activations do not change it.
 *
 * The scores are float32. Softmax is exp(x - greatest) / sum, sigmoid 1 / (1 + exp(-x)): within 2e-5 of the exact value, relatively,
 * or 1e-37. One NaN or +infinity, or nothing but -infinity, makes all scores of a softmax NaN. No score is greater than the one
 * before it.
 *
 * Sums are made in a fixed order: two runs on one machine give the same bits.
 */
#ifndef WWTS_RANK_H
#define WWTS_RANK_H

#include "wwts_preprocess.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WWTS_RANK_MAX_CLASSES 100000
#define WWTS_RANK_MAX_K 128

enum { WWTS_SOFTMAX = 0, WWTS_SIGMOID = 1, WWTS_NO_ACTIVATION = 2 };

typedef struct wwts_ranking {
  uint64_t logits;      /* the first one */
  int64_t row_stride;   /* elements from one row to the next, from 0 */
  int64_t class_stride; /* elements from one class to the next, from 0 */
  int32_t dtype;        /* WWTS_FLOAT32, WWTS_FLOAT16, WWTS_BFLOAT16 */
  int32_t activation;   /* WWTS_SOFTMAX ... */
  int32_t rows;         /* from 1 */
  int32_t classes;      /* 1 .. WWTS_RANK_MAX_CLASSES */
  int32_t k;            /* 1 .. WWTS_RANK_MAX_K, at most classes */
  uint64_t indices;     /* int64_t[rows][k] */
  uint64_t scores;      /* float[rows][k] */
} wwts_ranking;

/*
 * Queues the work on a stream of the current device; allocates nothing, waits for nothing, may be captured in a graph (after
 * wwts_rank_prepare). The logits are on the card, the results there or in pinned memory, where they can be read after a wait.
 */
WWTS_API int wwts_rank(const wwts_ranking *ranking, void *stream);

/* The same with addresses on the host. */
WWTS_API int wwts_rank_on_host(const wwts_ranking *ranking);

/* Loads the kernel onto the current device: once before a capture, and to learn whether the card can run it. */
WWTS_API int wwts_rank_prepare(void);

#ifdef __cplusplus
}
#endif
#endif
