package dev.wwts.internal.cuda;

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
import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.cuda.StreamFilter;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Work that was recorded once and is replayed with one launch. What it allocated while recorded
 * stays in a {@link GraphPool}. The steps and their order are those of at::cuda::CUDAGraph
 * (aten/src/ATen/cuda/CUDAGraph.cpp), which the presets lack.
 */
public final class CudaGraph implements AutoCloseable {
  /**
   * LibTorch's allocator allows one capture at a time in a process; and while a stream is captured,
   * nobody may wait for its whole card.
   */
  private static final Object CAPTURING = new Object();

  private final CudaStream stream;
  private final GraphPool pool;
  private final CUgraphExec_st executable = new CUgraphExec_st();
  private boolean closed;

  private CudaGraph(CudaStream stream, GraphPool pool) {
    this.stream = stream;
    this.pool = pool;
    executable.retainReference();
  }

  /**
   * Records what {@code work} queues on a stream, without running it. The same work must have run
   * before, on the same stream and thread, so that nothing is compiled or set up while recording.
   *
   * @param pool the stream's, whose other graphs must not run now
   * @param work must not wait for the stream; what it allocates must live as long as the graph
   * @throws RuntimeException what {@code work} threw, or the runtime's refusal; the stream is
   *     usable again
   */
  public static CudaGraph capture(CudaStream stream, GraphPool pool, Runnable work) {
    synchronized (CAPTURING) {
      stream.await();
      // the graph keeps the address of cuBLAS's workspace: it must be a block of the graph's pool
      stream.clearWorkspaces();
      CudaMemory.emptyCache();
      return stream.with(() -> Scope.of(() -> recorded(stream, pool, work)));
    }
  }

  /** The same for a graph that shares its memory with no other. */
  public static CudaGraph capture(CudaStream stream, Runnable work) {
    return capture(stream, new GraphPool(), work);
  }

  /**
   * Does something that waits for a whole card, while no stream is being captured; captures, and
   * others that do so, wait for it. The work may capture.
   */
  public static void betweenCaptures(Runnable work) {
    synchronized (CAPTURING) {
      work.run();
    }
  }

  /** The same for work that gives something. */
  public static <T> T supplyBetweenCaptures(Supplier<T> work) {
    synchronized (CAPTURING) {
      return work.get();
    }
  }

  private static CudaGraph recorded(CudaStream stream, GraphPool pool, Runnable work) {
    byte device = (byte) stream.device();
    OneStream filter = new OneStream(stream.address());
    pool.enter(device, filter);
    CudaGraph result = new CudaGraph(stream, pool);
    try {
      try {
        result.instantiate(record(stream, device, work));
      } finally {
        pool.leave(device);
        Reference.reachabilityFence(filter);
      }
    } catch (Throwable e) {
      stream.clearWorkspaces();
      result.close();
      cudaGetLastError();
      throw e;
    }
    stream.clearWorkspaces();
    return result;
  }

  private static CUgraph_st record(CudaStream stream, byte device, Runnable work) {
    CUgraph_st graph = new CUgraph_st();
    int code = cudaStreamBeginCapture(stream.raw(), cudaStreamCaptureModeThreadLocal);
    CudaErrors.check(code, "cudaStreamBeginCapture");
    int end = 0;
    boolean done = false;
    try {
      torch_cuda.markCaptureBegin(device);
      try {
        work.run();
        done = true;
      } finally {
        end = cudaStreamEndCapture(stream.raw(), graph);
        torch_cuda.markCaptureEnd(device);
      }
    } finally {
      // whatever happened, the stream must not stay in a capture; the call does nothing after one
      // has ended
      if (!done && end == 0 && graph.isNull()) {
        cudaStreamEndCapture(stream.raw(), graph);
      }
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
    pool.release((byte) stream.device());
    executable.releaseReference();
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
