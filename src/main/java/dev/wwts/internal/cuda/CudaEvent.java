package dev.wwts.internal.cuda;

import static org.bytedeco.cuda.global.cudart.cudaEventCreate;
import static org.bytedeco.cuda.global.cudart.cudaEventDestroy;
import static org.bytedeco.cuda.global.cudart.cudaEventElapsedTime;
import static org.bytedeco.cuda.global.cudart.cudaEventRecord;
import static org.bytedeco.cuda.global.cudart.cudaEventRecordExternal;
import static org.bytedeco.cuda.global.cudart.cudaEventRecordWithFlags;
import static org.bytedeco.cuda.global.cudart.cudaEventSynchronize;

import org.bytedeco.cuda.cudart.CUevent_st;

/** A mark on a stream that tells when the work before it was done. */
public final class CudaEvent implements AutoCloseable {
  private static final double NANOS_PER_MILLI = 1e6;

  private final CUevent_st event = new CUevent_st();
  private final float[] millis = new float[1];
  private boolean closed;

  /** Creates one on the calling thread's current card. */
  public CudaEvent() {
    event.retainReference();
    CudaErrors.check(cudaEventCreate(event), "cudaEventCreate");
  }

  /** Sets the mark behind what is queued on the stream. */
  public void record(CudaStream stream) {
    CudaErrors.check(cudaEventRecord(event, stream.raw()), "cudaEventRecord");
  }

  /** The same inside a capture: each replay of the graph sets the mark anew. */
  public void recordInGraph(CudaStream stream) {
    int code = cudaEventRecordWithFlags(event, stream.raw(), cudaEventRecordExternal);
    CudaErrors.check(code, "cudaEventRecordWithFlags");
  }

  /** Waits for the mark; returns at once if it was never set. */
  public void await() {
    CudaErrors.check(cudaEventSynchronize(event), "cudaEventSynchronize");
  }

  /**
   * Nanoseconds from {@code start} to this mark; both must have been reached. The clock's grain is
   * half a microsecond.
   */
  public long nanosSince(CudaEvent start) {
    int code = cudaEventElapsedTime(millis, start.event, event);
    CudaErrors.check(code, "cudaEventElapsedTime");
    return Math.round(millis[0] * NANOS_PER_MILLI);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cudaEventDestroy(event);
      event.releaseReference();
    }
  }
}
