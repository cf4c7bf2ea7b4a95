// The functions of CUDA's other libraries and of its driver that must answer something for LibTorch to go on; make.sh makes all
// others, which return 0 and do nothing. Compiled once for each library, with the name of one of these macros.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

namespace {
[[maybe_unused]] void *some() { return std::calloc(1, 64); }
}  // namespace

extern "C" {

// of libcudart (runtime.cpp), by the numbers of its switches and counters
int hostcuda_fails(int which) __attribute__((weak));
int hostcuda_value(int which) __attribute__((weak));
void hostcuda_counts(int which) __attribute__((weak));

#if defined(LIB_libcublas)
int cublasCreate_v2(void **handle) { return *handle = some(), 0; }
int cublasDestroy_v2(void *handle) { return std::free(handle), 0; }
int cublasSetMathMode(void *, int mode) {
  if ((mode & 15) == 3 && hostcuda_counts) hostcuda_counts(11);  // CUBLAS_TF32_TENSOR_OP_MATH; kTf32
  return 0;
}
int cublasGetMathMode(void *, int *mode) { return *mode = 0, 0; }
int cublasGetPointerMode_v2(void *, int *mode) { return *mode = 0, 0; }

#elif defined(LIB_libcublasLt)
size_t cublasLtGetVersion() { return 130100; }
/** As cublasLtMatmulHeuristicResult_t. */
struct Heuristic {
  uint64_t algorithm[8];
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
int cublasLtMatmulAlgoGetHeuristic(void *, void *, void *, void *, void *, void *, void *, int, Heuristic *results, int *n) {
  std::memset(results, 0, sizeof *results);
  return *n = 1, 0;
}
int cublasLtMatmulDescCreate(void **out, int compute, int) {
  if (compute == 77 && hostcuda_counts) hostcuda_counts(11);  // CUBLAS_COMPUTE_32F_FAST_TF32; kTf32
  return *out = some(), 0;
}
int cublasLtMatmulDescDestroy(void *it) { return std::free(it), 0; }
int cublasLtMatmulPreferenceCreate(void **out) { return *out = some(), 0; }
int cublasLtMatmulPreferenceDestroy(void *it) { return std::free(it), 0; }
int cublasLtMatrixLayoutCreate(void **out, int, uint64_t, uint64_t, int64_t) { return *out = some(), 0; }
int cublasLtMatrixLayoutDestroy(void *it) { return std::free(it), 0; }

#elif defined(LIB_libcudnn)
size_t cudnnGetVersion() { return 92500; }
size_t cudnnGetCudartVersion() { return 13000; }
const char *cudnnGetErrorString(int) { return "hostcuda"; }
void cudnnGetLastErrorString(char *text, size_t n) { std::snprintf(text, n, "hostcuda"); }
int cudnnCreate(void **handle) { return *handle = some(), 0; }
int cudnnSetStream(void **handle, void *stream) { return *handle = stream, 0; }
int cudnnCreateTensorDescriptor(void **out) { return *out = some(), 0; }
int cudnnCreateFilterDescriptor(void **out) { return *out = some(), 0; }
int cudnnCreateConvolutionDescriptor(void **out) { return *out = some(), 0; }
int cudnnCreatePoolingDescriptor(void **out) { return *out = some(), 0; }
int cudnnCreateActivationDescriptor(void **out) { return *out = some(), 0; }

// the backend's descriptors keep what they are told; what they are not told is one of everything, and zero
typedef std::map<int, std::vector<char>> Descriptor;
constexpr int kDescriptorType = 15;  // CUDNN_TYPE_BACKEND_DESCRIPTOR
constexpr int kNumericalNote = 11;   // CUDNN_TYPE_NUMERICAL_NOTE
size_t size_of(int type) {
  switch (type) {
    case 0: case 15: case 6: case 3: case 5: return 8;  // handle, descriptor, pointer, int64, double
    default: return 4;
  }
}
int cudnnBackendCreateDescriptor(int kind, Descriptor **out) {
  *out = new Descriptor;
  (**out)[-1] = {static_cast<char>(kind)};
  return 0;
}
int cudnnBackendFinalize(Descriptor *it) {
  const int kind = (*it)[-1][0];
  const bool attention = kind == 19 || kind == 41;  // CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR, .._SDPA_FWD_DESCRIPTOR
  return attention && hostcuda_fails && hostcuda_fails(6) ? 3000 : 0;  // kNoAttention in runtime.cpp; CUDNN_STATUS_NOT_SUPPORTED
}
int cudnnBackendDestroyDescriptor(Descriptor *it) { return delete it, 0; }
int cudnnBackendSetAttribute(Descriptor *it, int name, int type, int64_t n, const void *values) {
  const char *bytes = static_cast<const char *>(values);
  (*it)[name].assign(bytes, bytes + size_of(type) * static_cast<size_t>(n));
  return 0;
}
int cudnnBackendGetAttribute(Descriptor *it, int name, int type, int64_t wanted, int64_t *n, void *values) {
  if (name == 402) {  // CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE
    const int64_t bytes = hostcuda_value ? int64_t{hostcuda_value(7)} << 20 : 0;  // kWorkspace in runtime.cpp
    if (n) *n = 1;
    if (values && wanted > 0) std::memcpy(values, &bytes, sizeof bytes);
    return 0;
  }
  const auto found = it->find(name);
  if (type == kDescriptorType || type == kNumericalNote) {
    if (n) *n = type == kDescriptorType;  // engines without notes: one with a zero for a note would be of tensor cores only
    return 0;
  }
  const std::vector<char> zero(size_of(type));
  const std::vector<char> &kept = found == it->end() ? zero : found->second;
  const int64_t there = static_cast<int64_t>(kept.size() / size_of(type));
  if (n) *n = there;
  if (values && wanted > 0) std::memcpy(values, kept.data(), size_of(type) * static_cast<size_t>(wanted < there ? wanted : there));
  return 0;
}
int hostcuda_cudnn_call(void *stream, bool fused);  // of runtime.cpp
int cudnnBackendExecute(void **handle, Descriptor *, Descriptor *variants) {
  constexpr int kDataPointers = 1001;  // CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS
  constexpr size_t kFused = 5;         // input, weight, bias, what is added, result; a convolution alone has three
  const auto pointers = variants->find(kDataPointers);
  return hostcuda_cudnn_call(*handle, pointers != variants->end() && pointers->second.size() == kFused * sizeof(void *));
}

#elif defined(LIB_libcuda)
int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int *version) { return *version = 13000, 0; }
int cuDeviceGetCount(int *n) { return *n = 1, 0; }
int cuDeviceGet(int *device, int) { return *device = 0, 0; }
int cuCtxGetCurrent(void **context) { return *context = some(), 0; }
int cuGetErrorString(int, const char **text) { return *text = "hostcuda", 0; }
int cuModuleLoadData(void **module, const void *) { return *module = some(), 0; }
int cuModuleGetFunction(void **function, void *, const char *) { return *function = some(), 0; }
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, void *, int, size_t) { return *n = 2, 0; }

#elif defined(LIB_libnvrtc)
int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, 0; }
int nvrtcGetNumSupportedArchs(int *n) { return *n = 1, 0; }
int nvrtcGetSupportedArchs(int *archs) { return *archs = 90, 0; }
int nvrtcCreateProgram(void **program, const char *, const char *, int, const char *const *, const char *const *) { return *program = some(), 0; }
int nvrtcDestroyProgram(void **program) { return std::free(*program), *program = nullptr, 0; }
int nvrtcGetPTXSize(void *, size_t *n) { return *n = 1, 0; }
int nvrtcGetCUBINSize(void *, size_t *n) { return *n = 1, 0; }
int nvrtcGetPTX(void *, char *text) { return *text = 0, 0; }
int nvrtcGetCUBIN(void *, char *text) { return *text = 0, 0; }
int nvrtcGetProgramLogSize(void *, size_t *n) { return *n = 1, 0; }
int nvrtcGetProgramLog(void *, char *text) { return *text = 0, 0; }
const char *nvrtcGetErrorString(int) { return "hostcuda"; }

#elif defined(LIB_libnvidia_ml)
int nvmlSystemGetDriverVersion(char *version, unsigned n) { return std::snprintf(version, n, "580.0"), 0; }
int nvmlDeviceGetHandleByPciBusId_v2(const char *, void **device) {
  static int card;
  return *device = &card, 0;
}
/** As nvmlProcessInfo_t. */
struct Process {
  unsigned pid;
  unsigned long long bytes;
  unsigned instance, compute;
};
int nvmlDeviceGetComputeRunningProcesses_v3(void *, unsigned *n, Process *processes) {
  if (*n < 2) return *n = 2, 7;
  processes[0] = {1, 5 << 20, ~0u, ~0u};
  processes[1] = {0, 300 << 20, ~0u, ~0u};
  std::FILE *self = std::fopen("/proc/self/stat", "r");
  if (self) {
    if (std::fscanf(self, "%u", &processes[1].pid) != 1) processes[1].pid = 0;
    std::fclose(self);
  }
  return *n = 2, 0;
}
int nvmlDeviceGetCurrentClocksEventReasons(void *, unsigned long long *reasons) { return *reasons = 0x40, 0; }  // hardware, hot
/** As nvmlMemory_t. */
struct Memory {
  unsigned long long total, free, used;
};
int nvmlDeviceGetMemoryInfo(void *, Memory *memory) { return *memory = {8ull << 30, 7ull << 30, 1ull << 30}, 0; }
#endif
}
