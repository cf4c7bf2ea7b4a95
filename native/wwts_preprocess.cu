// The launches. Everything a thread does is in tile.h, where a processor can test it.
#include "launch.h"

namespace wwts {
namespace {

/** This thread's share of a step, and the barrier behind it. */
struct EachAtOnce {
  template <class Step>
  WWTS_HD void operator()(Step step) const {
#if defined(__CUDA_ARCH__)
    step(Thread{static_cast<int>(threadIdx.x), static_cast<int>(threadIdx.y)});
    __syncthreads();
#endif
  }
};

__global__ void __launch_bounds__(kLanes *kWarps)
    resample(const __grid_constant__ Pass pass, const uint8_t *source, int64_t pitch, const uint8_t *table, uint8_t *output) {
  extern __shared__ uint4 shared[];
  const Work work{pass, source, pitch, table, output, reinterpret_cast<uint8_t *>(shared)};
  run_block(work, static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y), EachAtOnce{});
}

}  // namespace
}  // namespace wwts

using namespace wwts;

extern "C" int wwts_launch(const wwts_plan_t *plan, uint64_t source, int64_t pitch, uint64_t table, uint64_t scratch, uint64_t output,
                           int64_t index, void *stream) {
  if (const int code = check_run(plan, source, pitch, table, scratch, output, index)) return code;
  const Plan &p = *plan_of(plan);
  for (int n = 0; n < p.passes; n++) {
    const Work w = work_of(p, n, source, pitch, table, scratch, output, index);
    const dim3 grid(static_cast<unsigned>(tiles(w.pass.columns.count, w.pass.tile_width)),
                    static_cast<unsigned>(tiles(w.pass.rows.count, w.pass.tile_height)));
    resample<<<grid, dim3(kLanes, kWarps), static_cast<size_t>(w.pass.shared_bytes), static_cast<cudaStream_t>(stream)>>>(
        w.pass, w.source, w.pitch, w.table, w.output);
    if (const cudaError_t error = cudaGetLastError()) return cuda_result(error);
  }
  return succeeded();
}

extern "C" int wwts_prepare(void) {
  cudaFuncAttributes attributes;
  return cuda_result(cudaFuncGetAttributes(&attributes, resample));
}
