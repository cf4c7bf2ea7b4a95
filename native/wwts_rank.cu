// The launch of a ranking: a block a row. Everything a thread does is in rank.h, where a processor can test it.
#include "launch.h"
#include "rank.h"

namespace wwts {
namespace {

/** This thread's share of a step, and the barrier behind it. */
struct EachAtOnce {
  template <class Step>
  WWTS_HD void operator()(Step step) const {
#if defined(__CUDA_ARCH__)
    step(static_cast<int>(threadIdx.x));
    __syncthreads();
#endif
  }
};

template <int dtype>
__global__ void __launch_bounds__(kRankThreads) rank_row(const __grid_constant__ wwts_ranking ranking) {
  __shared__ RankShared shared;
  RankedRow<dtype>{ranking, static_cast<int>(blockIdx.x), shared}.run(EachAtOnce{});
}

}  // namespace
}  // namespace wwts

using namespace wwts;

extern "C" int wwts_rank(const wwts_ranking *ranking, void *stream) {
  if (const int code = check_ranking(ranking)) return code;
  const unsigned rows = static_cast<unsigned>(ranking->rows);
  const cudaStream_t on = static_cast<cudaStream_t>(stream);
  switch (ranking->dtype) {
    case WWTS_FLOAT32: rank_row<WWTS_FLOAT32><<<rows, kRankThreads, 0, on>>>(*ranking); break;
    case WWTS_FLOAT16: rank_row<WWTS_FLOAT16><<<rows, kRankThreads, 0, on>>>(*ranking); break;
    default: rank_row<WWTS_BFLOAT16><<<rows, kRankThreads, 0, on>>>(*ranking); break;
  }
  return cuda_result(cudaGetLastError());
}

extern "C" int wwts_rank_prepare(void) {
  cudaFuncAttributes attributes;
  for (const auto kernel : {rank_row<WWTS_FLOAT32>, rank_row<WWTS_FLOAT16>, rank_row<WWTS_BFLOAT16>}) {
    if (const cudaError_t error = cudaFuncGetAttributes(&attributes, kernel)) return cuda_result(error);
  }
  return succeeded();
}
