// What both kernels' launches need of the runtime; for nvcc only.
#pragma once

#include <cuda_runtime.h>

#include "plan.h"

namespace wwts {

/** The runtime's answer as the interface's, its text kept for wwts_last_error. */
inline int cuda_result(cudaError_t error) {
  if (error == cudaSuccess) return succeeded();
  cudaGetLastError();  // the runtime keeps an error until it is asked; the next launch must not find this one
  return failed(static_cast<int>(error), cudaGetErrorString(error));
}

}  // namespace wwts
