package dev.wwts.internal.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.nvjpeg.nvjpegDevAllocatorV2_t;
import org.bytedeco.cuda.nvjpeg.tDevFreeV2;
import org.bytedeco.cuda.nvjpeg.tDevMallocV2;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.global.torch_cuda;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LibTorch's allocator for nvJPEG: what it takes of a card counts towards the budget, and growing
 * waits for nobody, which cudaMalloc would. Made once, for the process: JavaCPP has few slots for
 * functions that C calls. Nothing may be thrown through nvJPEG's C, which would end the process.
 */
final class CardAllocator {
  private static final Logger LOG = LoggerFactory.getLogger(CardAllocator.class);
  private static final int INVALID_VALUE = 1;
  private static final int OUT_OF_MEMORY = 2;

  private static final Take TAKE = new Take();
  private static final Give GIVE = new Give();
  private static final nvjpegDevAllocatorV2_t FUNCTIONS = functions();

  private CardAllocator() {}

  private static nvjpegDevAllocatorV2_t functions() {
    TAKE.retainReference();
    GIVE.retainReference();
    nvjpegDevAllocatorV2_t functions = new nvjpegDevAllocatorV2_t();
    functions.dev_malloc(TAKE).dev_free(GIVE).dev_ctx(null);
    functions.retainReference();
    return functions;
  }

  static nvjpegDevAllocatorV2_t get() {
    return FUNCTIONS;
  }

  private static final class Take extends tDevMallocV2 {
    @Override
    @SuppressWarnings("rawtypes")
    public int call(Pointer context, PointerPointer block, long bytes, CUstream_st stream) {
      try {
        ((PointerPointer<?>) block)
            .put(0, torch_cuda.getAllocator().raw_alloc_with_stream(bytes, stream));
        return 0;
      } catch (RuntimeException | Error e) {
        LOG.debug("nvJPEG gets no {} bytes.", bytes, e);
        return OUT_OF_MEMORY;
      }
    }
  }

  private static final class Give extends tDevFreeV2 {
    @Override
    public int call(Pointer context, Pointer block, long bytes, CUstream_st stream) {
      try {
        if (block != null && !block.isNull()) {
          torch_cuda.getAllocator().raw_delete(block);
        }
        return 0;
      } catch (RuntimeException | Error e) {
        LOG.warn("LibTorch does not take back what nvJPEG had.", e);
        return INVALID_VALUE;
      }
    }
  }
}
