package dev.wwts.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipes;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** The kernel's JNI functions, by the processor; skipped where the library was not built. */
class PreprocessPlanTest {
  private static final int SIDE = 32;
  private static final Recipe RECIPE = Recipes.square(SIDE, 40, Interpolation.BILINEAR);

  @Test
  void bothLayoutsAndTypesHoldTheSameCrop() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: " + NativeLibrary.status());
    int width = 123;
    int height = 77;
    try (NativeBuffer buffer = new NativeBuffer()) {
      long address = buffer.reserve(3L * width * height);
      byte[] values = new byte[3 * width * height];
      new Random(1).nextBytes(values);
      at(address, values.length).put(values);
      for (Orientation orientation : Orientation.values()) {
        Pixels pixels = new Pixels(address, width, height, orientation);
        byte[] crop = new byte[3 * SIDE * SIDE];
        float[] planes = new float[3 * SIDE * SIDE];
        run(
            pixels,
            true,
            PreprocessPlan.Output.BYTES,
            crop.length,
            p -> new BytePointer(p).get(crop));
        run(
            pixels,
            false,
            PreprocessPlan.Output.FLOAT32,
            4L * planes.length,
            p -> new FloatPointer(p).get(planes));
        for (int i = 0; i < SIDE * SIDE; i++) {
          for (int c = 0; c < 3; c++) {
            assertThat(Math.round(planes[c * SIDE * SIDE + i] * 255))
                .as("%s, pixel %d, colour %d", orientation, i, c)
                .isEqualTo(crop[3 * i + c] & 0xff);
          }
        }
      }
    }
  }

  /** Java sends them by their place. */
  @Test
  void fieldsAreThoseOfTheHeader() throws IOException {
    String header = Files.readString(Path.of("native/wwts_preprocess.h"));
    String struct = header.substring(header.indexOf("typedef struct wwts_recipe"));
    List<String> names =
        struct
            .substring(0, struct.indexOf("float mean"))
            .replaceAll("(?s)/\\*.*?\\*/", "")
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("int32_t "))
            .flatMap(line -> Stream.of(line.substring(8).replace(";", "").strip().split(", ")))
            .map(name -> name.toUpperCase(Locale.ROOT))
            .toList();
    assertThat(NativePreprocess.Field.values()).extracting(Enum::name).isEqualTo(names);
  }

  @Test
  void aPlanIsKeptWhilePicturesAreAlike() {
    assumeTrue(NativeLibrary.isLoaded(), "skipped: " + NativeLibrary.status());
    try (PreprocessPlan plan = new PreprocessPlan(RECIPE, false, PreprocessPlan.Output.FLOAT16)) {
      assertThat(plan.describe(new Pixels(1, 640, 480, Orientation.TOP_LEFT))).isTrue();
      assertThat(plan.describe(new Pixels(2, 640, 480, Orientation.TOP_LEFT))).isFalse();
      assertThat(plan.describe(new Pixels(2, 640, 480, Orientation.RIGHT_TOP))).isTrue();
      assertThat(plan.tableBytes()).isPositive();
      plan.forget();
      assertThat(plan.describe(new Pixels(2, 640, 480, Orientation.RIGHT_TOP))).isTrue();
    }
  }

  private interface Read {
    void from(Pointer output);
  }

  private static void run(
      Pixels pixels, boolean channelsLast, PreprocessPlan.Output type, long bytes, Read read) {
    try (PreprocessPlan plan = new PreprocessPlan(RECIPE, channelsLast, type);
        BytePointer output = new BytePointer(bytes)) {
      plan.describe(pixels);
      Pointer table = Pointer.malloc(plan.tableBytes() + 16);
      Pointer scratch = Pointer.malloc(plan.scratchBytes() + 16);
      long aligned = (table.address() + 15) & -16L;
      plan.fillTable(aligned);
      plan.runOnHost(
          pixels.address(), aligned, (scratch.address() + 15) & -16L, output.address(), 0);
      Pointer.free(table);
      Pointer.free(scratch);
      read.from(output);
    }
  }

  private static BytePointer at(long address, long bytes) {
    return new BytePointer(new MovingPointer().at(address)).capacity(bytes);
  }
}
