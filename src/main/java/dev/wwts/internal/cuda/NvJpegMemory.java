package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaHostAlloc;
import static org.bytedeco.cuda.global.cudart.cudaHostAllocDefault;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.nvjpeg.nvjpegDevAllocatorV2_t;
import org.bytedeco.cuda.nvjpeg.nvjpegPinnedAllocatorV2_t;
import org.bytedeco.cuda.nvjpeg.tDevFreeV2;
import org.bytedeco.cuda.nvjpeg.tDevMallocV2;
import org.bytedeco.cuda.nvjpeg.tPinnedFreeV2;
import org.bytedeco.cuda.nvjpeg.tPinnedMallocV2;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.global.torch_cuda;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where nvJPEG has its memory from. A card's is LibTorch's allocator's: it counts towards the
 * budget, and growing waits for nobody, which cudaMalloc would. The host's is page-locked; nvJPEG
 * has an allocator of its own for it, but takes both from its caller or none. Made once, for the
 * process: JavaCPP has few slots for functions that C calls. Nothing may be thrown through nvJPEG's
 * C, which would end the process.
 */
final class NvJpegMemory {
  private static final Logger LOG = LoggerFactory.getLogger(NvJpegMemory.class);
  private static final int INVALID_VALUE = 1;

  // fields, as JavaCPP holds functions weakly
  private static final CardTake CARD_TAKE = kept(new CardTake());
  private static final CardGive CARD_GIVE = kept(new CardGive());
  private static final nvjpegDevAllocatorV2_t CARD =
      kept(new nvjpegDevAllocatorV2_t().dev_malloc(CARD_TAKE).dev_free(CARD_GIVE).dev_ctx(null));
  private static final HostTake HOST_TAKE = kept(new HostTake());
  private static final HostGive HOST_GIVE = kept(new HostGive());
  private static final nvjpegPinnedAllocatorV2_t HOST =
      kept(
          new nvjpegPinnedAllocatorV2_t()
              .pinned_malloc(HOST_TAKE)
              .pinned_free(HOST_GIVE)
              .pinned_ctx(null));

  private NvJpegMemory() {}

  private static <P extends Pointer> P kept(P pointer) {
    pointer.retainReference();
    return pointer;
  }

  static nvjpegDevAllocatorV2_t card() {
    return CARD;
  }

  static nvjpegPinnedAllocatorV2_t host() {
    return HOST;
  }

  private static int taken(long bytes, Runnable take) {
    try {
      take.run();
      return 0;
    } catch (RuntimeException | Error e) {
      LOG.debug("nvJPEG gets no {} bytes.", bytes, e);
      return CudaErrors.OUT_OF_MEMORY;
    }
  }

  private static int given(Pointer block, Runnable give) {
    try {
      if (block != null && !block.isNull()) {
        give.run();
      }
      return 0;
    } catch (RuntimeException | Error e) {
      LOG.warn("What nvJPEG had is not taken back.", e);
      return INVALID_VALUE;
    }
  }

  private static final class CardTake extends tDevMallocV2 {
    @Override
    @SuppressWarnings("rawtypes")
    public int call(Pointer context, PointerPointer block, long bytes, CUstream_st stream) {
      return taken(
          bytes,
          () -> {
            Pointer fresh = torch_cuda.getAllocator().raw_alloc_with_stream(bytes, stream);
            ((PointerPointer<?>) block).put(0, fresh);
          });
    }
  }

  private static final class CardGive extends tDevFreeV2 {
    @Override
    public int call(Pointer context, Pointer block, long bytes, CUstream_st stream) {
      return given(block, () -> torch_cuda.getAllocator().raw_delete(block));
    }
  }

  private static final class HostTake extends tPinnedMallocV2 {
    @Override
    @SuppressWarnings("rawtypes")
    public int call(Pointer context, PointerPointer block, long bytes, CUstream_st stream) {
      return taken(
          bytes,
          () ->
              CudaErrors.check(cudaHostAlloc(block, bytes, cudaHostAllocDefault), "cudaHostAlloc"));
    }
  }

  private static final class HostGive extends tPinnedFreeV2 {
    @Override
    public int call(Pointer context, Pointer block, long bytes, CUstream_st stream) {
      return given(block, () -> CudaErrors.check(cudaFreeHost(block), "cudaFreeHost"));
    }
  }
}
