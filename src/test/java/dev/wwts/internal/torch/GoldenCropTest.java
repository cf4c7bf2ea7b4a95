package dev.wwts.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Kit;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.model.Recipes;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.NativeBuffer;
import dev.wwts.internal.pixels.Pixels;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/**
 * Decoding, orientation, resize and crop against Pillow's, level by level, on every picture of the
 * kit.
 */
class GoldenCropTest {
  private static final int SIDE = 224;
  private static final int BYTES = SIDE * SIDE * 3;

  /** The kit's pipeline, but for values 0 to 1 instead of normalised ones. */
  private static final Recipe RECIPE = Recipes.square(SIDE, 256, Interpolation.BILINEAR);

  private record Difference(String file, String kind, int largest, double mean) {}

  @Test
  void cropsEqualPillows() throws Exception {
    List<Difference> differences = differences();

    differences.forEach(
        d ->
            System.out.printf(
                "crop %-36s %-6s largest %3d, mean %.4f%n",
                d.file(), d.kind(), d.largest(), d.mean()));
    assertThat(differences).hasSize(72);
    assertThat(differences)
        .filteredOn(d -> d.kind().equals("exact"))
        .hasSizeGreaterThan(20)
        .allSatisfy(d -> assertThat(d.largest()).isLessThanOrEqualTo(1));
    // ink conversion and chroma upsampling differ between decoders at sharp edges, not on average
    assertThat(differences)
        .filteredOn(d -> !d.kind().equals("exact"))
        .allSatisfy(d -> assertThat(d.mean()).isLessThanOrEqualTo(1));
  }

  private static List<Difference> differences() throws Exception {
    LibTorch.load();
    ByteBuffer golden = Kit.array("golden/crops.npy");
    Map<String, String> comparisons = Kit.comparisons();
    List<Difference> differences = new ArrayList<>();
    List<String> files = Kit.files();
    try (Decoder decoder = new Decoder(Limits.DEFAULT, AlphaMode.DROP);
        NativeBuffer buffer = new NativeBuffer();
        Preprocessor preprocessor =
            NativeScope.inference(() -> new Preprocessor(RECIPE, torch.ScalarType.Float))) {
      for (int i = 0; i < files.size(); i++) {
        String file = files.get(i);
        String kind = comparisons.getOrDefault(file, file.endsWith(".png") ? "exact" : "close");
        if (kind.equals("no")) {
          continue;
        }
        ByteBuffer encoded = ByteBuffer.wrap(Files.readAllBytes(Kit.folder().resolve(file)));
        Pixels pixels = decoder.decode(encoded, buffer, file);
        float[] crop = NativeScope.inference(() -> crop(preprocessor, pixels));
        differences.add(difference(file, kind, crop, golden.slice(i * BYTES, BYTES)));
      }
    }
    return differences;
  }

  private static float[] crop(Preprocessor preprocessor, Pixels pixels) {
    Tensor slot = torch.empty(1, 3, SIDE, SIDE);
    preprocessor.write(pixels, slot);
    float[] values = new float[BYTES];
    slot.data_ptr_float().get(values);
    return values;
  }

  private static Difference difference(
      String file, String kind, float[] crop, ByteBuffer expected) {
    int largest = 0;
    long total = 0;
    for (int at = 0; at < SIDE * SIDE; at++) {
      for (int c = 0; c < 3; c++) {
        int ours = Math.round(crop[c * SIDE * SIDE + at] * 255);
        int difference = Math.abs(ours - (expected.get(3 * at + c) & 0xff));
        largest = Math.max(largest, difference);
        total += difference;
      }
    }
    return new Difference(file, kind, largest, (double) total / BYTES);
  }
}
