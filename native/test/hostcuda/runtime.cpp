// libcudart.so.13 for machines without a card, to test what calls it: memory of the card is the host's, copies copy, kernels do
// nothing. What is queued on a stream runs as late as the interface allows (when something waits for it), so that a result that is
// read too early, or a buffer that is written again too early, is seen. Rules that a real runtime enforces, or that a good caller
// keeps, are checked; breaking one prints "hostcuda: ..." and is counted.
//
//   HOSTCUDA_MEMORY   bytes of the card (default 8 GiB)
//   HOSTCUDA_TRACE=1  each call that the counters below count, on stderr
//   HOSTCUDA_FATAL=N  the Nth launch reads a wrong address: from then on every call fails, as on a card
//
// For tests in the same process: cudaDeviceGetAttribute(&value, kCounters + N, 0) reads counter N (enum Counter), and
// cudaDeviceSetLimit(kCounters + N, times) makes what switch N (enum Switch) names fail so many times;
// kFatal takes the error that the next launch ends with, and with it all that is asked of the card afterwards; kWorkspace the MiB that
// each of cuDNN's engines works in.
#include <cuda_runtime_api.h>
#include <execinfo.h>
#include <sys/mman.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace {

constexpr int kCounters = 100000;
enum Counter {
  kKernels, kGraphLaunches, kDeviceAllocations, kPinnedAllocations, kWaits, kCopies, kPageableCopies, kFaults, kGraphs, kGraphKernels,
  kCudnnCalls, kTf32, kUploadedBytes, kGraphCopies, kOwnKernels, kOwnGraphKernels, kMost
};
std::atomic<int> counters[kMost];
enum Switch { kCaptureFails, kMarksInCaptureFail, kNoMemoryInCapture, kFusedCallsRefused, kFusedCallsSlow, kFatal, kNoAttention, kWorkspace, kMostSwitches };
std::atomic<int> switches[kMostSwitches];
const char *const counter_names[kMost] = {"kernel", "graph launch", "cudaMalloc", "cudaHostAlloc", "wait", "copy", "pageable copy", "fault", "graph", "kernel in a graph",
                                           "cuDNN call", "product that may round to TF32", "uploaded byte", "copy in a graph", "own kernel", "own kernel in a graph"};

const bool tracing = std::getenv("HOSTCUDA_TRACE") != nullptr;
void count(Counter counter, const char *what = "") {
  counters[counter]++;
  if (tracing) std::fprintf(stderr, "hostcuda %s %s\n", counter_names[counter], what);
}

bool fails(Switch which) {
  if (switches[which] <= 0) return false;
  switches[which]--;
  return true;
}

void fault(const std::string &text) {
  counters[kFaults]++;
  std::fprintf(stderr, "hostcuda: %s\n", text.c_str());
  if (tracing) {
    void *frames[40];
    backtrace_symbols_fd(frames, backtrace(frames, 40), 2);
  }
}

thread_local cudaError_t last_error = cudaSuccess;
cudaError_t answer(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

/** What ended all work on the card, found out when something waits for it; no call forgives it. */
std::atomic<int> lost{cudaSuccess};
cudaError_t alive() { return answer(static_cast<cudaError_t>(lost.load())); }

std::recursive_mutex mutex;
using Lock = std::lock_guard<std::recursive_mutex>;

// --- streams, events, graphs

using Work = std::function<void()>;
struct Capture;

struct Operation {
  Work work;
  CUevent_st *waits_for = nullptr;  // with the mark below; the work of another stream comes first
  uint64_t mark = 0;
  const void *begin = nullptr;  // the pinned memory that it reads or writes
  size_t bytes = 0;
};

}  // namespace

struct CUstream_st {
  std::deque<Operation> queue;
  unsigned flags = 0;
  int priority = 0;
  std::shared_ptr<Capture> capture;
};

struct CUevent_st {
  CUstream_st *stream = nullptr;
  uint64_t asked = 0, reached = 0;
  double millis = 0;
  bool timing = true;
  std::weak_ptr<Capture> recorded_in;  // an event recorded inside a capture tells other streams to join it
};

struct CUgraph_st {
  std::vector<Operation> operations;
};

struct CUgraphExec_st : CUgraph_st {};

namespace {

struct Capture {
  CUgraph_st *graph = new CUgraph_st;
  CUstream_st *origin = nullptr;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  pthread_t thread = pthread_self();
  unsigned long long id = 0;
  bool broken = false;
};

std::vector<std::shared_ptr<Capture>> captures;
thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;
CUstream_st legacy;
std::set<CUstream_st *> streams = {&legacy};
std::set<CUevent_st *> events;

/** The stream behind a handle: null, 1 (legacy) and 2 (per thread) are the default one. */
CUstream_st *at(cudaStream_t stream) { return reinterpret_cast<uintptr_t>(stream) <= 2 ? &legacy : stream; }

double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void run_one(CUstream_st *stream);

void reach(CUevent_st *event, uint64_t mark) {
  while (event->reached < mark && event->stream && !event->stream->queue.empty()) run_one(event->stream);
}

void run_one(CUstream_st *stream) {
  Operation next = std::move(stream->queue.front());
  stream->queue.pop_front();
  if (next.waits_for) reach(next.waits_for, next.mark);
  if (next.work) next.work();
}

void drain(CUstream_st *stream) {
  while (!stream->queue.empty()) run_one(stream);
}

void drain_all() {
  for (CUstream_st *stream : streams) drain(stream);
}

/** The error that a launch ends with; 0: none. */
int fatal() {
  static std::atomic<long> launches{std::getenv("HOSTCUDA_FATAL") ? std::atol(std::getenv("HOSTCUDA_FATAL")) : 0};
  if (launches > 0 && --launches == 0) return cudaErrorIllegalAddress;
  return switches[kFatal].exchange(cudaSuccess);
}

/** A launch's work that ends the card's. */
Work failing(int error) {
  return [=] {
    lost = error;
    for (CUstream_st *stream : streams) stream->queue.clear();
  };
}

/** What may not be called while this thread, or in global mode any thread, captures; it spoils the capture. */
cudaError_t unsafe(const char *call) {
  if (const cudaError_t error = alive()) return error;
  for (const auto &capture : captures) {
    const bool mine = pthread_equal(capture->thread, pthread_self());
    const bool forbidden = thread_mode == cudaStreamCaptureModeRelaxed ? false
                           : mine ? capture->mode != cudaStreamCaptureModeRelaxed
                                  : thread_mode == cudaStreamCaptureModeGlobal && capture->mode == cudaStreamCaptureModeGlobal;
    if (forbidden) {
      capture->broken = true;
      fault(std::string(call) + " during a capture");
      return answer(cudaErrorStreamCaptureUnsupported);
    }
  }
  return cudaSuccess;
}

cudaError_t captured_wait(CUstream_st *stream, const char *call) {
  if (const cudaError_t error = alive()) return error;
  if (!stream->capture) return cudaSuccess;
  stream->capture->broken = true;
  fault(std::string(call) + " of a stream that is being captured");
  return answer(cudaErrorStreamCaptureUnsupported);
}

cudaError_t wait_for_device(const char *call) {
  if (const cudaError_t error = alive()) return error;
  if (!captures.empty()) {
    for (const auto &capture : captures) capture->broken = true;
    fault(std::string(call) + " while a stream is being captured");
    return answer(cudaErrorStreamCaptureUnsupported);
  }
  drain_all();
  return alive();
}

cudaError_t queue(CUstream_st *stream, Operation operation) {
  if (const cudaError_t error = alive()) return error;
  if (stream->capture) {
    stream->capture->graph->operations.push_back(std::move(operation));
    return stream->capture->broken ? answer(cudaErrorStreamCaptureInvalidated) : cudaSuccess;
  }
  stream->queue.push_back(std::move(operation));
  return cudaSuccess;
}

// --- memory

struct Block {
  size_t bytes;
  bool pinned;
};
std::map<uintptr_t, Block> blocks;  // by address
size_t used = 0;

size_t capacity() {
  static const size_t bytes = std::getenv("HOSTCUDA_MEMORY") ? std::strtoull(std::getenv("HOSTCUDA_MEMORY"), nullptr, 10) : size_t{8} << 30;
  return bytes;
}

const Block *block_of(const void *address) {
  auto after = blocks.upper_bound(reinterpret_cast<uintptr_t>(address));
  if (after == blocks.begin()) return nullptr;
  --after;
  return reinterpret_cast<uintptr_t>(address) < after->first + after->second.bytes ? &after->second : nullptr;
}

cudaError_t take(void **address, size_t bytes, bool pinned) {
  if (bytes == 0) {
    *address = nullptr;
    return cudaSuccess;
  }
  if (!pinned && used + bytes > capacity()) return answer(cudaErrorMemoryAllocation);
  void *block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED) return answer(cudaErrorMemoryAllocation);
  blocks[reinterpret_cast<uintptr_t>(block)] = {bytes, pinned};
  used += pinned ? 0 : bytes;
  *address = block;
  return cudaSuccess;
}

cudaError_t release(void *address, bool pinned) {
  if (!address) return cudaSuccess;
  auto found = blocks.find(reinterpret_cast<uintptr_t>(address));
  if (found == blocks.end() || found->second.pinned != pinned) {
    fault("freed what was not allocated");
    return answer(cudaErrorInvalidValue);
  }
  const char *begin = static_cast<const char *>(address), *end = begin + found->second.bytes;
  for (CUstream_st *stream : streams) {
    for (const Operation &operation : stream->queue) {
      const char *touched = static_cast<const char *>(operation.begin);
      if (touched && touched < end && touched + operation.bytes > begin) fault("memory was freed while queued work reads or writes it");
    }
  }
  used -= pinned ? 0 : found->second.bytes;
  munmap(address, found->second.bytes);
  blocks.erase(found);
  return cudaSuccess;
}

bool is_host(const void *address) {
  const Block *block = block_of(address);
  return !block || block->pinned;
}

void count_copy(CUstream_st *stream, bool up, size_t bytes) {
  count(stream->capture ? kGraphCopies : kCopies);
  if (up) counters[kUploadedBytes] += static_cast<int>(bytes);  // wraps: only differences mean anything
}

/** A copy; memory of the host that is not pinned is read at once, and written only after a wait, as the real runtime does. */
cudaError_t copy(void *to, const void *from, size_t bytes, CUstream_st *stream, bool asynchronous) {
  if (bytes == 0) return cudaSuccess;
  count_copy(stream, is_host(from) && !is_host(to), bytes);
  const void *host = is_host(from) ? from : is_host(to) ? to : nullptr;
  if (host && !block_of(host)) {
    if (asynchronous) count(kPageableCopies);
    if (stream->capture) {
      stream->capture->broken = true;
      fault("a copy of memory that is not pinned, in a capture");
      return answer(cudaErrorStreamCaptureUnsupported);
    }
    if (host == from) {
      auto kept = std::make_shared<std::vector<char>>(static_cast<const char *>(from), static_cast<const char *>(from) + bytes);
      return queue(stream, {[=] { std::memcpy(to, kept->data(), bytes); }});
    }
    drain(stream);
    if (const cudaError_t error = alive()) return error;
    std::memcpy(to, from, bytes);
    return cudaSuccess;
  }
  return queue(stream, {[=] { std::memmove(to, from, bytes); }, nullptr, 0, host, bytes});
}

std::map<const void *, std::string> kernels;  // names, by the host's function
std::map<const void *, std::pair<void *, size_t>> symbols;
thread_local int current_device = 0;
thread_local struct {
  dim3 grid, block;
  size_t shared;
  cudaStream_t stream;
} configuration;

/**
 * LibTorch's top-k, as far as its results must be sound: classes 0 .. k - 1 with scores 1/2, 1/4 and so on. Its arguments: input,
 * its classes, k, largest, rows, stride; values, stride; classes, stride. Tensors begin with their address.
 */
Work top_k(void **arguments) {
  const uint32_t k = *static_cast<uint32_t *>(arguments[2]), rows = *static_cast<uint32_t *>(arguments[4]);
  float *scores = *static_cast<float **>(arguments[6]);
  int64_t *classes = *static_cast<int64_t **>(arguments[8]);
  return [=] {
    for (uint32_t i = 0; i < k * rows; i++) {
      scores[i] = 1.0f / static_cast<float>(2u << (i % k));
      classes[i] = i % k;
    }
  };
}

cudaError_t launch(const void *function, void **arguments, cudaStream_t handle) {
  Lock lock(mutex);
  CUstream_st *stream = at(handle);
  auto name = kernels.find(function);
  count(stream->capture ? kGraphKernels : kKernels, name == kernels.end() ? "?" : name->second.c_str());
  const bool ranks = name != kernels.end() && name->second.find("gatherTopK") != std::string::npos;
  if (const int error = stream->capture ? 0 : fatal()) return queue(stream, {failing(error)});
  return queue(stream, {ranks ? top_k(arguments) : Work()});
}

cudaError_t begin_capture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  CUstream_st *stream = at(handle);
  if (stream == &legacy) return answer(cudaErrorStreamCaptureUnsupported);
  if (stream->capture) return answer(cudaErrorIllegalState);
  static unsigned long long ids = 0;
  auto capture = std::make_shared<Capture>();
  capture->origin = stream;
  capture->mode = mode;
  capture->id = ++ids;
  stream->capture = capture;
  captures.push_back(capture);
  return cudaSuccess;
}

}  // namespace

extern "C" {

/** For the other libraries, which know no more of switches than their number. */
int hostcuda_fails(int which) { return fails(static_cast<Switch>(which)); }
int hostcuda_value(int which) { return switches[which]; }
void hostcuda_counts(int which) { count(static_cast<Counter>(which)); }

// --- registration and launches

void **__cudaRegisterFatBinary(void *) {
  static void *handle = nullptr;
  return &handle;
}
void __cudaRegisterFatBinaryEnd(void **) {}
void __cudaUnregisterFatBinary(void **) {}
void __cudaRegisterFunction(void **, const char *host, char *, const char *name, int, uint3 *, uint3 *, dim3 *, dim3 *, int *) {
  Lock lock(mutex);
  kernels[host] = name;
}
void __cudaRegisterVar(void **, char *host, char *, const char *, int, size_t size, int, int) {
  Lock lock(mutex);
  symbols[host] = {std::calloc(1, size ? size : 1), size};
}
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, cudaStream_t stream) {
  configuration = {grid, block, shared, stream};
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared, void *stream) {
  *grid = configuration.grid;
  *block = configuration.block;
  *shared = configuration.shared;
  *static_cast<cudaStream_t *>(stream) = configuration.stream;
  return cudaSuccess;
}
cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *function) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void *>(function));
  return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3, dim3, void **arguments, size_t, cudaStream_t stream) { return launch(kernel, arguments, stream); }
cudaError_t cudaLaunchKernel(const void *function, dim3, dim3, void **arguments, size_t, cudaStream_t stream) { return launch(function, arguments, stream); }
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t *config, const void *function, void **arguments) { return launch(function, arguments, config->stream); }
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, const void *) {
  std::memset(attributes, 0, sizeof *attributes);
  attributes->maxThreadsPerBlock = 1024;
  attributes->numRegs = 32;
  attributes->ptxVersion = attributes->binaryVersion = 90;
  attributes->maxDynamicSharedSizeBytes = 48 << 10;
  return cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(const void *, cudaFuncAttribute, int) { return cudaSuccess; }
cudaError_t cudaKernelSetAttributeForDevice(cudaKernel_t, cudaFuncAttribute, int, int) { return cudaSuccess; }
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *, int, size_t, unsigned) {
  *blocks = 2;
  return cudaSuccess;
}
/** What stands in for launches of the project's own kernels. */
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void *data) {
  Lock lock(mutex);
  count(at(stream)->capture ? kOwnGraphKernels : kOwnKernels);
  return queue(at(stream), {[=] { function(data); }});
}
cudaError_t cudaStreamAddCallback(cudaStream_t stream, cudaStreamCallback_t callback, void *data, unsigned) {
  Lock lock(mutex);
  return queue(at(stream), {[=] { callback(stream, cudaSuccess, data); }});
}

/** A call of cuDNN's, by libraries.cpp: one operation of the stream, which computes nothing; a fused one may be refused, or take a while. */
int hostcuda_cudnn_call(cudaStream_t stream, bool fused) {
  constexpr int kNotSupported = 3000;
  Lock lock(mutex);
  if (fused && fails(kFusedCallsRefused)) return kNotSupported;
  count(kCudnnCalls, fused ? "fused" : "");
  Work work;
  if (fused && fails(kFusedCallsSlow)) {
    work = [] {
      for (const double end = now() + 0.1; now() < end;) {
      }
    };
  }
  queue(at(stream), {work});
  return 0;
}

// --- errors and versions

cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}
cudaError_t cudaPeekAtLastError() { return last_error; }
const char *cudaGetErrorName(cudaError_t error) {
  static thread_local char name[32];
  std::snprintf(name, sizeof name, "cudaError %d", static_cast<int>(error));
  return name;
}
const char *cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorECCUncorrectable: return "uncorrectable ECC error encountered";
    case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
    case cudaErrorAssert: return "device-side assert triggered";
    case cudaErrorLaunchFailure: return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported: return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated: return "operation failed due to a previous error during capture";
    default: return cudaGetErrorName(error);
  }
}
cudaError_t cudaRuntimeGetVersion(int *version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int *version) { return cudaRuntimeGetVersion(version); }

// --- the card

cudaError_t cudaGetDeviceCount(int *devices) {
  *devices = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int *device) {
  *device = current_device;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  if (device != 0) return answer(cudaErrorInvalidDevice);
  current_device = device;
  return alive();
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *card, int device) {
  if (device != 0) return answer(cudaErrorInvalidDevice);
  std::memset(card, 0, sizeof *card);
  std::strcpy(card->name, "hostcuda (no card)");
  card->totalGlobalMem = capacity();
  card->major = 9;
  card->multiProcessorCount = 132;
  card->warpSize = 32;
  card->maxThreadsPerBlock = 1024;
  card->maxThreadsPerMultiProcessor = 2048;
  card->maxBlocksPerMultiProcessor = 32;
  card->regsPerBlock = card->regsPerMultiprocessor = 64 << 10;
  card->sharedMemPerBlock = 48 << 10;
  card->sharedMemPerMultiprocessor = card->sharedMemPerBlockOptin = 227 << 10;
  card->l2CacheSize = 50 << 20;
  card->memoryBusWidth = 5120;
  card->totalConstMem = 64 << 10;
  card->concurrentKernels = card->unifiedAddressing = 1;
  card->textureAlignment = 512;
  for (int i = 0; i < 3; i++) {
    card->maxThreadsDim[i] = i == 2 ? 64 : 1024;
    card->maxGridSize[i] = i == 0 ? 0x7fffffff : 65535;
  }
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int) {
  if (attribute >= kCounters && attribute < kCounters + kMost) {
    *value = counters[attribute - kCounters];
    return cudaSuccess;
  }
  switch (static_cast<int>(attribute)) {
    case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
    case cudaDevAttrMultiProcessorCount: *value = 132; break;
    case cudaDevAttrWarpSize: *value = 32; break;
    case cudaDevAttrMaxThreadsPerBlock: *value = 1024; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = 2048; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = 48 << 10; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = 227 << 10; break;
    case cudaDevAttrMaxGridDimX: *value = 0x7fffffff; break;
    default: *value = 0;
  }
  return cudaSuccess;
}
cudaError_t cudaDeviceSetLimit(cudaLimit limit, size_t times) {
  if (limit < kCounters || limit >= kCounters + kMostSwitches) return answer(cudaErrorUnsupportedLimit);
  switches[limit - kCounters] = static_cast<int>(times);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetPCIBusId(char *id, int length, int) {
  std::snprintf(id, static_cast<size_t>(length), "0000:01:00.0");
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}
cudaError_t cudaDeviceCanAccessPeer(int *can, int, int) {
  *can = 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  Lock lock(mutex);
  count(kWaits, "cudaDeviceSynchronize");
  return wait_for_device("cudaDeviceSynchronize");
}
cudaError_t cudaMemGetInfo(size_t *free, size_t *total) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  *total = capacity();
  *free = *total - used;
  return cudaSuccess;
}

// --- memory

cudaError_t cudaMalloc(void **address, size_t bytes) {
  Lock lock(mutex);
  if (const cudaError_t error = unsafe("cudaMalloc")) return error;
  count(kDeviceAllocations);
  for (const auto &capture : captures) {
    if (pthread_equal(capture->thread, pthread_self()) && fails(kNoMemoryInCapture)) return answer(cudaErrorMemoryAllocation);
  }
  return take(address, bytes, false);
}
cudaError_t cudaFree(void *address) {
  Lock lock(mutex);
  if (!address) return cudaSuccess;
  if (const cudaError_t error = unsafe("cudaFree")) return error;
  for (CUstream_st *stream : streams) {
    if (!stream->capture) drain(stream);  // it waits for the card
  }
  return release(address, false);
}
cudaError_t cudaHostAlloc(void **address, size_t bytes, unsigned) {
  Lock lock(mutex);
  if (const cudaError_t error = unsafe("cudaHostAlloc")) return error;
  count(kPinnedAllocations);
  return take(address, bytes, true);
}
cudaError_t cudaMallocHost(void **address, size_t bytes) { return cudaHostAlloc(address, bytes, cudaHostAllocDefault); }
cudaError_t cudaFreeHost(void *address) {
  Lock lock(mutex);
  if (const cudaError_t error = unsafe("cudaFreeHost")) return error;
  return release(address, true);
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *address) {
  Lock lock(mutex);
  const Block *block = block_of(address);
  std::memset(attributes, 0, sizeof *attributes);
  attributes->type = !block ? cudaMemoryTypeUnregistered : block->pinned ? cudaMemoryTypeHost : cudaMemoryTypeDevice;
  attributes->hostPointer = block && !block->pinned ? nullptr : const_cast<void *>(address);
  attributes->devicePointer = block ? const_cast<void *>(address) : nullptr;
  attributes->device = block ? 0 : -2;
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  Lock lock(mutex);
  return copy(to, from, bytes, at(stream), true);
}
cudaError_t cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t rows, cudaMemcpyKind,
                              cudaStream_t handle) {
  Lock lock(mutex);
  CUstream_st *stream = at(handle);
  if (width > to_pitch || width > from_pitch) return answer(cudaErrorInvalidPitchValue);
  if (width == 0 || rows == 0) return cudaSuccess;
  const bool up = is_host(from) && !is_host(to);
  if (const void *host = up ? from : is_host(to) ? to : nullptr; host && !block_of(host)) return answer(cudaErrorNotSupported);  // nobody asks
  count_copy(stream, up, width * rows);
  const auto work = [=] {
    for (size_t row = 0; row < rows; row++) {
      std::memcpy(static_cast<char *>(to) + row * to_pitch, static_cast<const char *>(from) + row * from_pitch, width);
    }
  };
  return queue(stream, {work, nullptr, 0, up ? from : to, (rows - 1) * (up ? from_pitch : to_pitch) + width});
}
/** From memory that is not pinned it returns when that is read: the card's part of it is the default stream's, for which others need not wait. */
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind) {
  Lock lock(mutex);
  if (const cudaError_t error = unsafe("cudaMemcpy")) return error;
  count(kWaits, "cudaMemcpy");
  drain(&legacy);
  if (const cudaError_t error = copy(to, from, bytes, &legacy, false)) return error;
  if (is_host(to) || !is_host(from) || block_of(from)) drain(&legacy);
  return alive();
}
cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream) {
  Lock lock(mutex);
  return queue(at(stream), {[=] { std::memset(to, value, bytes); }});
}
cudaError_t cudaMemset(void *to, int value, size_t bytes) { return cudaMemsetAsync(to, value, bytes, nullptr); }
cudaError_t cudaGetSymbolAddress(void **address, const void *symbol) {
  Lock lock(mutex);
  *address = symbols[symbol].first;
  return cudaSuccess;
}
cudaError_t cudaMemcpyToSymbol(const void *symbol, const void *from, size_t bytes, size_t offset, cudaMemcpyKind) {
  Lock lock(mutex);
  std::memcpy(static_cast<char *>(symbols[symbol].first) + offset, from, bytes);
  return cudaSuccess;
}

// --- streams

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int priority) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  *stream = new CUstream_st;
  (*stream)->flags = flags;
  (*stream)->priority = priority;
  streams.insert(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) { return cudaStreamCreateWithPriority(stream, flags, 0); }
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  Lock lock(mutex);
  drain(stream);
  streams.erase(stream);
  delete stream;
  return alive();
}
cudaError_t cudaStreamGetPriority(cudaStream_t stream, int *priority) {
  *priority = at(stream)->priority;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  Lock lock(mutex);
  count(kWaits, "cudaStreamSynchronize");
  if (const cudaError_t error = captured_wait(at(stream), "cudaStreamSynchronize")) return error;
  drain(at(stream));
  return alive();
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  Lock lock(mutex);
  if (const cudaError_t error = captured_wait(at(stream), "cudaStreamQuery")) return error;
  drain(at(stream));
  return alive();
}
cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  Lock lock(mutex);
  CUstream_st *stream = at(handle);
  if (auto capture = event->recorded_in.lock()) {
    if (!stream->capture) stream->capture = capture;  // forks into the capture
    return cudaSuccess;
  }
  if (stream->capture) {
    stream->capture->broken = true;
    fault("a captured stream waits for an event from outside its capture");
    return answer(cudaErrorStreamCaptureIsolation);
  }
  return queue(stream, {nullptr, event, event->asked});
}

// --- events

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  *event = new CUevent_st;
  (*event)->timing = !(flags & cudaEventDisableTiming);
  events.insert(*event);
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t *event) { return cudaEventCreateWithFlags(event, 0); }
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  Lock lock(mutex);
  if (events.erase(event) == 0) {
    fault("an event was destroyed twice");
    return answer(cudaErrorInvalidResourceHandle);
  }
  reach(event, event->asked);
  delete event;
  return alive();
}
cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t handle, unsigned flags) {
  Lock lock(mutex);
  CUstream_st *stream = at(handle);
  if (stream->capture && !(flags & cudaEventRecordExternal)) {
    event->recorded_in = stream->capture;
    return cudaSuccess;
  }
  if (!stream->capture) event->recorded_in.reset();
  if (stream->capture) {
    if (fails(kMarksInCaptureFail)) {
      stream->capture->broken = true;
      return answer(cudaErrorStreamCaptureUnsupported);
    }
    // a node of the graph: each launch sets the mark anew
    return queue(stream, {[event] {
                   event->millis = now();
                   event->reached = ++event->asked;
                 }});
  }
  event->stream = stream;
  const uint64_t mark = ++event->asked;
  return queue(stream, {[event, mark] {
                 event->millis = now();
                 if (event->reached < mark) event->reached = mark;
               }});
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) { return cudaEventRecordWithFlags(event, stream, 0); }
cudaError_t cudaEventQuery(cudaEvent_t event) {
  Lock lock(mutex);
  if (const cudaError_t error = unsafe("cudaEventQuery")) return error;
  reach(event, event->asked);
  return alive();
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  Lock lock(mutex);
  count(kWaits, "cudaEventSynchronize");
  if (event->recorded_in.lock()) {
    fault("cudaEventSynchronize of an event that is being captured");
    return answer(cudaErrorCapturedEvent);
  }
  reach(event, event->asked);
  return alive();
}
cudaError_t cudaEventElapsedTime(float *millis, cudaEvent_t start, cudaEvent_t end) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  if (!start->timing || !end->timing || start->reached == 0 || end->reached == 0) {
    fault("elapsed time of events that were never recorded");
    return answer(cudaErrorInvalidResourceHandle);
  }
  if (start->reached < start->asked || end->reached < end->asked) {
    fault("elapsed time of events that were not waited for");
    return answer(cudaErrorNotReady);
  }
  *millis = static_cast<float>(end->millis - start->millis);
  return cudaSuccess;
}

// --- captures and graphs

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode *mode) {
  std::swap(*mode, thread_mode);
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) { return begin_capture(stream, mode); }
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus *status) {
  Lock lock(mutex);
  const auto &capture = at(stream)->capture;
  *status = !capture ? cudaStreamCaptureStatusNone : capture->broken ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus *status, unsigned long long *id, cudaGraph_t *graph,
                                     const cudaGraphNode_t **dependencies, const cudaGraphEdgeData **edges, size_t *n) {
  Lock lock(mutex);
  const auto &capture = at(stream)->capture;
  cudaStreamIsCapturing(stream, status);
  if (id) *id = capture ? capture->id : 0;
  if (graph) *graph = capture ? capture->graph : nullptr;
  if (dependencies) *dependencies = nullptr;
  if (edges) *edges = nullptr;
  if (n) *n = 0;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t *graph) {
  Lock lock(mutex);
  CUstream_st *stream = at(handle);
  *graph = nullptr;
  auto capture = stream->capture;
  if (!capture) return answer(cudaErrorIllegalState);
  if (capture->origin != stream) return answer(cudaErrorStreamCaptureUnmatched);
  if (capture->mode != cudaStreamCaptureModeRelaxed && !pthread_equal(capture->thread, pthread_self())) return answer(cudaErrorStreamCaptureWrongThread);
  for (CUstream_st *other : streams) {
    if (other->capture == capture) other->capture.reset();
  }
  std::erase(captures, capture);
  if (capture->broken || fails(kCaptureFails)) {
    delete capture->graph;
    return answer(cudaErrorStreamCaptureInvalidated);
  }
  *graph = capture->graph;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long) {
  Lock lock(mutex);
  if (const cudaError_t error = alive()) return error;
  count(kGraphs);
  *executable = new CUgraphExec_st{*graph};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *executable, cudaGraph_t graph, unsigned long long flags) {
  return cudaGraphInstantiate(executable, graph, flags);
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  Lock lock(mutex);
  count(kGraphLaunches);
  if (const int error = fatal()) return queue(at(stream), {failing(error)});
  for (const Operation &operation : executable->operations) queue(at(stream), operation);
  return alive();
}
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *, size_t *nodes) {
  *nodes = graph->operations.size();
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return alive();
}

// --- the driver's functions that LibTorch asks the runtime for

static int nothing() { return 0; }
static int primary_context(int, unsigned *flags, int *active) {
  *flags = 0;
  *active = 1;
  return 0;
}
static int error_string(int, const char **text) {
  *text = "hostcuda";
  return 0;
}
cudaError_t cudaGetDriverEntryPointByVersion(const char *name, void **function, unsigned, unsigned long long, cudaDriverEntryPointQueryResult *status) {
  const std::string asked = name;
  *function = asked == "cuDevicePrimaryCtxGetState" ? reinterpret_cast<void *>(primary_context)
              : asked == "cuGetErrorString"         ? reinterpret_cast<void *>(error_string)
                                                    : reinterpret_cast<void *>(nothing);
  if (status) *status = cudaDriverEntryPointSuccess;
  return cudaSuccess;
}
}
