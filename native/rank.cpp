// Rankings, short of the launch: checks, and the same work done by the processor.
#include "rank.h"

#include "plan.h"

namespace wwts {
namespace {

/** Runs the threads of a block one after the other; returning from a step is the barrier. */
struct EachInTurn {
  template <class Step>
  void operator()(Step step) const {
    for (int thread = 0; thread < kRankThreads; thread++) step(thread);
  }
};

template <int dtype>
void rank_rows(const wwts_ranking &ranking) {
  RankShared shared;
  for (int row = 0; row < ranking.rows; row++) RankedRow<dtype>{ranking, row, shared}.run(EachInTurn{});
}

}  // namespace

int check_ranking(const wwts_ranking *ranking) {
  if (!ranking) return failed(WWTS_ERROR_ARGUMENT, "an address is null");
  const wwts_ranking &r = *ranking;
  if (!r.logits || !r.indices || !r.scores) return failed(WWTS_ERROR_ARGUMENT, "an address is null");
  if (r.dtype != WWTS_FLOAT32 && r.dtype != WWTS_FLOAT16 && r.dtype != WWTS_BFLOAT16) return failed(WWTS_ERROR_ARGUMENT, "the dtype is unknown");
  if (r.activation < WWTS_SOFTMAX || r.activation > WWTS_NO_ACTIVATION) return failed(WWTS_ERROR_ARGUMENT, "the activation is unknown");
  if (r.rows < 1) return failed(WWTS_ERROR_ARGUMENT, "there is no row");
  if (r.classes < 1 || r.classes > WWTS_RANK_MAX_CLASSES) return failed(WWTS_ERROR_ARGUMENT, "the classes are not 1 to 100000");
  if (r.k < 1 || r.k > WWTS_RANK_MAX_K || r.k > r.classes) return failed(WWTS_ERROR_ARGUMENT, "k is not 1 to 128, at most the classes");
  if (r.row_stride < 0 || r.class_stride < 0) return failed(WWTS_ERROR_ARGUMENT, "a stride is negative");
  if (r.logits % (r.dtype == WWTS_FLOAT32 ? 4 : 2) || r.indices % 8 || r.scores % 4) return failed(WWTS_ERROR_ARGUMENT, "an address is not aligned to its type");
  return WWTS_OK;
}

}  // namespace wwts

using namespace wwts;

extern "C" int wwts_rank_on_host(const wwts_ranking *ranking) {
  if (const int code = check_ranking(ranking)) return code;
  switch (ranking->dtype) {
    case WWTS_FLOAT32: rank_rows<WWTS_FLOAT32>(*ranking); break;
    case WWTS_FLOAT16: rank_rows<WWTS_FLOAT16>(*ranking); break;
    default: rank_rows<WWTS_BFLOAT16>(*ranking); break;
  }
  return succeeded();
}
