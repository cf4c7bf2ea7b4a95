package dev.wwts.internal.lane;

import dev.wwts.internal.cuda.CudaStream;
import dev.wwts.internal.cuda.PreprocessPlan;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.CudaSetup;
import org.bytedeco.pytorch.global.torch;

/**
 * Preprocessing with the kernel of our own: one launch a picture, Pillow's crop bit for bit,
 * nothing allocated on the heap.
 */
final class FusedPreprocessor implements CudaPreprocessor {
  private static final long SOURCE_GRAIN = 8L << 20;
  private static final long TABLE_GRAIN = 64L << 10;

  private final CudaStream stream;
  private final PreprocessPlan plan;
  private final DeviceBuffer source;
  private final DeviceBuffer table;
  private final DeviceBuffer scratch;

  FusedPreprocessor(CudaSetup setup, CudaStream stream) {
    Recipe recipe = setup.bundle().manifest().input();
    this.stream = stream;
    this.plan = new PreprocessPlan(recipe, setup.channelsLast(), output(setup.type()));
    this.source = new DeviceBuffer(setup, stream, SOURCE_GRAIN);
    this.table = new DeviceBuffer(setup, stream, TABLE_GRAIN);
    this.scratch = new DeviceBuffer(setup, stream, SOURCE_GRAIN);
  }

  private static PreprocessPlan.Output output(torch.ScalarType type) {
    return switch (type) {
      case Half -> PreprocessPlan.Output.FLOAT16;
      case BFloat16 -> PreprocessPlan.Output.BFLOAT16;
      default -> PreprocessPlan.Output.FLOAT32;
    };
  }

  /**
   * Where pixels lie on the card before they are preprocessed; for those that are decoded there.
   */
  DeviceBuffer source() {
    return source;
  }

  @Override
  public void write(Pixels pixels, Staging staging, CudaBatch batch, int slot, SlotClock clock) {
    try {
      if (!pixels.onCard()) {
        clock.start.record(stream);
      }
      boolean otherTable = plan.describe(pixels);
      long weights = table.reserve(plan.tableBytes());
      if (otherTable) {
        long pinned = staging.table().reserve(plan.tableBytes());
        plan.fillTable(pinned);
        stream.upload(weights, pinned, plan.tableBytes());
      }
      long rows = 0;
      if (!pixels.onCard()) {
        rows = source.reserve(plan.sourceBytes());
        plan.upload(pixels, rows, stream);
      }
      staging.uploading(stream);
      clock.uploaded.record(stream);
      long own = plan.scratchBytes() > 0 ? scratch.reserve(plan.scratchBytes()) : 0;
      if (pixels.onCard()) {
        plan.launch(pixels, weights, own, batch.inputAddress(), slot, stream);
      } else {
        plan.launch(rows, weights, own, batch.inputAddress(), slot, stream);
      }
      clock.ready.record(stream);
    } catch (RuntimeException | Error e) {
      plan.forget();
      throw e;
    }
  }

  @Override
  public void close() {
    plan.close();
    source.close();
    table.close();
    scratch.close();
  }
}
