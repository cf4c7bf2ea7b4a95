package dev.wwts.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetLastError;
import static org.bytedeco.cuda.global.cudart.cudaGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cudaGraphInstantiateFlagAutoFreeOnLaunch;
import static org.bytedeco.cuda.global.cudart.cudaGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cudaStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeThreadLocal;
import static org.bytedeco.cuda.global.cudart.cudaStreamEndCapture;

import java.lang.ref.Reference;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongPair;
import org.bytedeco.pytorch.cuda.MemPool;
import org.bytedeco.pytorch.cuda.StreamFilter;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Work that was recorded once and is replayed with one launch. What it allocated while recorded
 * stays in a memory pool of its own. The steps and their order are those of at::cuda::CUDAGraph
 * (aten/src/ATen/cuda/CUDAGraph.cpp), which the presets lack.
 */
public final class CudaGraph implements AutoCloseable {
  /** LibTorch's allocator allows one capture at a time in a process. */
  private static final Object CAPTURING = new Object();

  private final CudaStream stream;
  private final LongPair pool;
  private final CUgraphExec_st executable = new CUgraphExec_st();
  private boolean closed;

  private CudaGraph(CudaStream stream, LongPair pool) {
    this.stream = stream;
    this.pool = pool;
    pool.retainReference();
    executable.retainReference();
  }

  /**
   * Records what {@code work} queues on a stream, without running it. The same work must have run
   * before, on the same stream and thread, so that nothing is compiled or set up while recording.
   *
   * @param work must not wait for the stream; what it allocates must live as long as the graph
   * @throws RuntimeException what {@code work} threw, or the runtime's refusal; the stream is
   *     usable again
   */
  public static CudaGraph capture(CudaStream stream, Runnable work) {
    synchronized (CAPTURING) {
      CudaMemory.emptyCache();
      return stream.with(() -> Scope.of(() -> recorded(stream, work)));
    }
  }

  private static CudaGraph recorded(CudaStream stream, Runnable work) {
    byte device = (byte) stream.device();
    stream.await();
    CudaGraph result = new CudaGraph(stream, MemPool.graph_pool_handle(false));
    OneStream filter = new OneStream(stream.address());
    boolean whole = false;
    try {
      torch_cuda.beginAllocateToPool(device, result.pool, filter);
      try {
        result.instantiate(record(stream, device, work));
      } finally {
        torch_cuda.endAllocateToPool(device, result.pool);
      }
      whole = true;
      return result;
    } finally {
      Reference.reachabilityFence(filter);
      if (!whole) {
        result.close();
        cudaGetLastError();
      }
    }
  }

  private static CUgraph_st record(CudaStream stream, byte device, Runnable work) {
    CUgraph_st graph = new CUgraph_st();
    int code = cudaStreamBeginCapture(stream.raw(), cudaStreamCaptureModeThreadLocal);
    CudaErrors.check(code, "cudaStreamBeginCapture");
    torch_cuda.markCaptureBegin(device);
    int end = 0;
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      end = cudaStreamEndCapture(stream.raw(), graph);
      torch_cuda.markCaptureEnd(device);
      if (!done && !graph.isNull()) {
        cudaGraphDestroy(graph);
      }
    }
    CudaErrors.check(end, "cudaStreamEndCapture");
    return graph;
  }

  private void instantiate(CUgraph_st graph) {
    int code = cudaGraphInstantiate(executable, graph, cudaGraphInstantiateFlagAutoFreeOnLaunch);
    cudaGraphDestroy(graph);
    CudaErrors.check(code, "cudaGraphInstantiate");
  }

  /** Queues the recorded work on its stream. */
  public void launch() {
    CudaErrors.check(cudaGraphLaunch(executable, stream.raw()), "cudaGraphLaunch");
  }

  /** Frees it; the stream must be idle, and what the work allocated must be freed before. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!executable.isNull()) {
      cudaGraphExecDestroy(executable);
    }
    CudaMemory.releasePool(stream.device(), pool);
    executable.releaseReference();
    pool.releaseReference();
  }

  /** Lets allocations of one stream into the pool; reachable until the capture has ended. */
  private static final class OneStream extends StreamFilter {
    private final long streamAddress;

    OneStream(long streamAddress) {
      this.streamAddress = streamAddress;
    }

    @Override
    public boolean call(Pointer stream) {
      return (stream == null ? 0 : stream.address()) == streamAddress;
    }
  }
}
