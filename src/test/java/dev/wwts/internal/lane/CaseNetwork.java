package dev.wwts.internal.lane;

import dev.wwts.Device;
import dev.wwts.Precision;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.settings.Settings;
import dev.wwts.internal.torch.NativeScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A network whose answers are known from Python, run as a lane runs it: {@code m.pt} with its
 * manifest and labels beside it, {@code x.f32} with three inputs after normalisation, {@code y.f32}
 * with their logits.
 */
final class CaseNetwork {
  /** So many inputs have every case. */
  static final int INPUTS = 3;

  private final Path file;
  private final float[] inputs;
  private final float[][] expected;

  private CaseNetwork(Path file, float[] inputs, float[][] expected) {
    this.file = file;
    this.inputs = inputs;
    this.expected = expected;
  }

  static CaseNetwork read(Path folder) {
    float[] logits = floats(folder.resolve("y.f32"));
    int classes = logits.length / INPUTS;
    float[][] rows = new float[INPUTS][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(logits, i * classes, (i + 1) * classes));
    return new CaseNetwork(folder.resolve("m.pt"), floats(folder.resolve("x.f32")), rows);
  }

  private static float[] floats(Path file) {
    try {
      FloatBuffer buffer =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] values = new float[buffer.remaining()];
      buffer.get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loads it onto the processor; the caller closes it. */
  Loaded load(Precision precision, int threads) {
    Engine engine =
        Engine.load(
            Bundle.read(file, null, false),
            List.of(),
            Settings.DEFAULT.device(Device.CPU).precision(precision).threads(threads));
    try {
      return new Loaded(engine, (CpuLane) engine.newLane());
    } catch (Throwable e) {
      engine.close();
      throw e;
    }
  }

  /** The network, loaded. */
  final class Loaded implements AutoCloseable {
    private final Engine engine;
    private final CpuLane lane;

    private Loaded(Engine engine, CpuLane lane) {
      this.engine = engine;
      this.lane = lane;
    }

    Engine engine() {
      return engine;
    }

    /**
     * How far the answers to some inputs in one batch are from Python's: the largest difference of
     * logits, relative to the largest logit of all inputs; not a number if an answer is none.
     */
    double difference(int first, int count) {
      lane.begin(count);
      int each = inputs.length / INPUTS;
      NativeScope.inference(
          () -> {
            Tensor input = lane.begun();
            float[] some = Arrays.copyOfRange(inputs, first * each, (first + count) * each);
            Tensor values = torch.from_blob(new FloatPointer(some), input.sizes().vec().get());
            return input.copy_(values);
          });
      lane.forward(count);
      float[][] rows = lane.logits();
      double largest = 0;
      double difference = 0;
      for (float[] row : expected) {
        for (float logit : row) {
          largest = Math.max(largest, Math.abs(logit));
        }
      }
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < rows[i].length; c++) {
          double d = Math.abs((double) rows[i][c] - expected[first + i][c]);
          difference = Double.isNaN(d) || d > difference ? d : difference;
        }
      }
      return difference / largest;
    }

    @Override
    public void close() {
      lane.close();
      engine.close();
    }
  }
}
