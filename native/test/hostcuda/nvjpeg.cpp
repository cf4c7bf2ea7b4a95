// libnvjpeg for machines without a card: libjpeg decodes on the host, the pixels go through a pinned and a device buffer on the stream as
// nvJPEG's coefficients do, so that what is written again or read too early shows. Both buffers are the caller's allocators', and the
// calls named V2 refuse a missing one, as nvJPEG 13 does. Without the flag for interpolation chroma is repeated; without the one for
// strictness damage is passed over. Built without libjpeg (HOSTCUDA_NO_JPEG) it supports no picture.
#include <cuda_runtime_api.h>

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>
#ifndef HOSTCUDA_NO_JPEG
#include <jpeglib.h>
#endif

namespace {
enum Status { kSuccess, kNotInitialized, kInvalid, kBad, kNotSupported, kNoMemory, kFailed, kIncomplete = 10 };
constexpr int kStrict = 4, kInterpolated = 32, kInterleaved = 5, kHybrid = 1;

typedef int (*Malloc)(void *context, void **block, size_t bytes, cudaStream_t stream);
typedef int (*Free)(void *context, void *block, size_t bytes, cudaStream_t stream);
/** As nvjpegDevAllocatorV2_t and nvjpegPinnedAllocatorV2_t. */
struct Allocator {
  Malloc malloc;
  Free free;
  void *context;
};
struct Buffer {
  Allocator allocator;
  void *block = nullptr;
  size_t bytes = 0;

  void drop(cudaStream_t stream) {
    if (block) allocator.free(allocator.context, block, bytes, stream);
    block = nullptr;
    bytes = 0;
  }
  int reserve(size_t wanted, cudaStream_t stream) {
    if (bytes >= wanted) return kSuccess;
    drop(stream);
    if (allocator.malloc(allocator.context, &block, wanted, stream)) return block = nullptr, kNoMemory;
    return bytes = wanted, kSuccess;
  }
};
struct Handle {
  int flags;
};
struct Stream {
  const unsigned char *bytes = nullptr;
  size_t n = 0;
  int width = 0, height = 0;
};
struct Params {
  int format = 0;
};
struct State {
  Buffer *pinned = nullptr;
  Buffer *device = nullptr;
  int width = 0, height = 0;
};
/** As nvjpegImage_t. */
struct Image {
  unsigned char *channel[4];
  size_t pitch[4];
};

#ifndef HOSTCUDA_NO_JPEG
struct Errors {
  jpeg_error_mgr manager;
  std::jmp_buf out;
};
void leave(j_common_ptr info) { std::longjmp(reinterpret_cast<Errors *>(info->err)->out, 1); }
void quiet(j_common_ptr) {}

/** Decodes to RGB, or only reads the header where there is no room. */
int decode(const Stream &stream, int flags, int *width, int *height, unsigned char *rgb) {
  jpeg_decompress_struct info;
  Errors errors;
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = leave;
  errors.manager.output_message = quiet;
  jpeg_create_decompress(&info);
  if (setjmp(errors.out)) {
    jpeg_destroy_decompress(&info);
    return kBad;
  }
  jpeg_mem_src(&info, stream.bytes, stream.n);
  jpeg_read_header(&info, TRUE);
  *width = static_cast<int>(info.image_width);
  *height = static_cast<int>(info.image_height);
  if (rgb) {
    info.out_color_space = JCS_RGB;
    info.do_fancy_upsampling = flags & kInterpolated ? TRUE : FALSE;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      unsigned char *row = rgb + size_t{3} * info.output_width * info.output_scanline;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  const bool damaged = errors.manager.num_warnings > 0;
  jpeg_destroy_decompress(&info);
  return damaged && flags & kStrict ? kBad : kSuccess;
}
#else
int decode(const Stream &, int, int *, int *, unsigned char *) { return kNotSupported; }
#endif

struct Rows {
  const unsigned char *from;
  unsigned char *to;
  size_t bytes, pitch;
  int rows;
};
void copy(void *data) {
  const Rows *r = static_cast<const Rows *>(data);
  for (int y = 0; y < r->rows; y++) std::memcpy(r->to + y * r->pitch, r->from + y * r->bytes, r->bytes);
  delete r;
}

int create(const Allocator *allocator, Buffer **buffer) {
  if (!allocator) return kInvalid;
  return *buffer = new Buffer{*allocator}, kSuccess;
}
int destroy(Buffer *it) {
  it->drop(nullptr);
  return delete it, kSuccess;
}
}  // namespace

extern "C" {
int nvjpegGetProperty(int part, int *value) { return *value = part == 0 ? 13 : 0, kSuccess; }

int nvjpegCreateExV2(int backend, Allocator *device, Allocator *pinned, unsigned flags, Handle **handle) {
  if (backend != kHybrid || !device || !pinned) return kInvalid;
  return *handle = new Handle{static_cast<int>(flags)}, kSuccess;
}
int nvjpegDestroy(Handle *it) { return delete it, kSuccess; }
int nvjpegDecoderCreate(Handle *, int, int **decoder) { return *decoder = new int(0), kSuccess; }
int nvjpegDecoderDestroy(int *it) { return delete it, kSuccess; }
int nvjpegDecoderStateCreate(Handle *, int *, State **state) { return *state = new State, kSuccess; }
int nvjpegJpegStateDestroy(State *it) { return delete it, kSuccess; }
int nvjpegJpegStreamCreate(Handle *, Stream **stream) { return *stream = new Stream, kSuccess; }
int nvjpegJpegStreamDestroy(Stream *it) { return delete it, kSuccess; }
int nvjpegDecodeParamsCreate(Handle *, Params **params) { return *params = new Params, kSuccess; }
int nvjpegDecodeParamsDestroy(Params *it) { return delete it, kSuccess; }
int nvjpegDecodeParamsSetOutputFormat(Params *params, int format) { return params->format = format, kSuccess; }
int nvjpegBufferPinnedCreateV2(Handle *, Allocator *allocator, Buffer **buffer) { return create(allocator, buffer); }
int nvjpegBufferPinnedDestroy(Buffer *it) { return destroy(it); }
int nvjpegBufferDeviceCreateV2(Handle *, Allocator *allocator, Buffer **buffer) { return create(allocator, buffer); }
int nvjpegBufferDeviceDestroy(Buffer *it) { return destroy(it); }
int nvjpegStateAttachPinnedBuffer(State *state, Buffer *buffer) { return state->pinned = buffer, kSuccess; }
int nvjpegStateAttachDeviceBuffer(State *state, Buffer *buffer) { return state->device = buffer, kSuccess; }

int nvjpegJpegStreamParse(Handle *handle, const unsigned char *bytes, size_t n, int, int, Stream *stream) {
  stream->bytes = bytes;
  stream->n = n;
  return decode(*stream, handle->flags & ~kStrict, &stream->width, &stream->height, nullptr);
}
int nvjpegJpegStreamGetFrameDimensions(Stream *stream, unsigned *width, unsigned *height) {
  *width = static_cast<unsigned>(stream->width);
  *height = static_cast<unsigned>(stream->height);
  return kSuccess;
}
int nvjpegDecoderJpegSupported(int *, Stream *, Params *params, int *no) { return *no = params->format != kInterleaved, kSuccess; }

int nvjpegDecodeJpegHost(Handle *handle, int *, State *state, Params *, Stream *stream) {
  const size_t bytes = size_t{3} * static_cast<size_t>(stream->width) * static_cast<size_t>(stream->height);
  if (const int code = state->pinned->reserve(bytes, nullptr)) return code;
  return decode(*stream, handle->flags, &state->width, &state->height, static_cast<unsigned char *>(state->pinned->block));
}

int nvjpegDecodeJpegTransferToDevice(Handle *, int *, State *state, Stream *, cudaStream_t stream) {
  const size_t bytes = size_t{3} * static_cast<size_t>(state->width) * static_cast<size_t>(state->height);
  if (const int code = state->device->reserve(bytes, stream)) return code;
  return cudaMemcpyAsync(state->device->block, state->pinned->block, bytes, cudaMemcpyHostToDevice, stream) == cudaSuccess ? kSuccess : kFailed;
}

int nvjpegDecodeJpegDevice(Handle *, int *, State *state, Image *image, cudaStream_t stream) {
  Rows *rows = new Rows{static_cast<unsigned char *>(state->device->block), image->channel[0], size_t{3} * static_cast<size_t>(state->width),
                        image->pitch[0], state->height};
  return cudaLaunchHostFunc(stream, copy, rows) == cudaSuccess ? kSuccess : kFailed;
}
}
