package dev.wwts.convert.weights;

import static dev.wwts.convert.weights.PickledTensors.floats;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import dev.wwts.convert.weights.Skeleton.Resampling;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A skeleton is filled with the tensors of its network, and with no others. */
class SkeletonTest {
  /** In a pickle of 6 bytes, twice the number of classes stands at 1: BININT2. */
  private static final String INDEX =
      """
      {"tensors": [["data/0", "F32", [2], "a.weight"], ["data/1", "F32", [-1, 2], "head", "old.head"]],
       "derived": [["data/2", "columns", ["table"], "tables/0", [2, 2]],
                   ["data/3", "bicubic", ["places"], [1, 2, 1], [1, 2, 1]]],
       "classes": [[1, 3, 2]], "unused": ["b"], "entries": [["data.pkl", 6], ["tables/0", 6]]}
      """
          .replace("\n", "");

  private static final byte[] REST = {7, 'M', 1, 0, 8, 9, 1, 0, 0, 0, 1, 0};
  private static final Resampling FOURFOLD =
      (grid, before, after, width) -> new float[] {5, 6, 7, 8};

  @TempDir private Path folder;

  private static Skeleton skeleton() throws IOException {
    return Skeleton.read(packed(INDEX, REST));
  }

  private static ByteArrayInputStream packed(String index, byte[] rest) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write((index + "\n").getBytes(UTF_8));
      out.write(rest);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** Tensors of floats, one after the other; {@code shapes} as in the header. */
  private Path weights(String header, float... values) throws IOException {
    byte[] json = header.getBytes(UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(floats(values));
    return Files.write(folder.resolve("small.safetensors"), file.array());
  }

  private static String tensor(String name, String type, String shape, int from, int to) {
    return "\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
        .formatted(name, type, shape, from, to);
  }

  private Path good(String... more) throws IOException {
    String header =
        String.join(
            ", ",
            tensor("a.weight", "F32", "[2]", 0, 8),
            tensor("old.head", "F32", "[3, 2]", 8, 32),
            tensor("table", "F32", "[2, 2]", 32, 48),
            tensor("places", "F32", "[1, 2, 1]", 48, 56),
            tensor("x.num_batches_tracked", "F32", "[]", 56, 60));
    String extra = more.length == 0 ? "" : ", " + String.join(", ", more);
    float[] values = new float[15 + more.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return weights("{" + header + extra + "}", values);
  }

  @Test
  void recordsAreFilled() throws IOException {
    Path out = folder.resolve("out.pt");
    Path nested = Files.write(folder.resolve("nested"), new byte[] {2, 3});
    try (Fitting fitting = skeleton().fit(good(), true)) {
      assertThat(fitting.classes()).isEqualTo(3);
      assertThat(fitting.parameters()).isEqualTo(8);
      fitting.write(Map.of("x", new byte[] {1}), Map.of("y/z.pt", nested), FOURFOLD, out);
    }
    Map<String, byte[]> entries = ModelFiles.entries(out);
    assertThat(entries.get("model/data/0")).isEqualTo(floats(0, 1));
    assertThat(entries.get("model/data/1")).isEqualTo(floats(2, 3, 4, 5, 6, 7));
    assertThat(entries.get("model/data/2"))
        .as("rows 1, 0, 1")
        .isEqualTo(floats(10, 8, 10, 11, 9, 11));
    assertThat(entries.get("model/data/3")).as("first, resized").isEqualTo(floats(12, 5, 6, 7, 8));
    assertThat(entries.get("model/data.pkl")).isEqualTo(new byte[] {7, 'K', 6, 8, 9});
    assertThat(entries.get("model/extra/x")).containsExactly(1);
    assertThat(entries.get("model/extra/y/z.pt")).containsExactly(2, 3);
    assertThat(entries).hasSize(7);
  }

  @Test
  void aNumberBesideTheNetworkIsOne() throws IOException {
    try (Fitting fitting = skeleton().fit(good(tensor("scale", "F32", "[]", 60, 64)), false)) {
      assertThat(fitting.number("scale")).isEqualTo(15);
      assertThatThrownBy(() -> fitting.number("places"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("without places, which is one number");
    }
  }

  /** As torch's Pickler writes numbers. */
  @Test
  void numbersOfClassesTakeTheRoomTheyNeed() {
    assertThat(replaced(127)).containsExactly(7, 'K', -2, 8, 9);
    assertThat(replaced(128)).containsExactly(7, 'M', 0, 1, 8, 9);
    assertThat(replaced(32_768)).containsExactly(7, 'J', 0, 0, 1, 0, 8, 9);
    assertThat(replaced(1 << 30)).containsExactly(7, 0x8a, 8, 0, 0, 0, 128, 0, 0, 0, 0, 8, 9);
  }

  private static byte[] replaced(int classes) {
    byte[] pickle = {7, 'M', 1, 0, 8, 9};
    return ClassCount.replaced(pickle, List.of(new ClassCount(1, 3, 2)), classes);
  }

  @Test
  void tensorsOfAnotherNetworkAreNamed() throws IOException {
    assertRefused(
        weights("{" + tensor("c", "F32", "[1]", 0, 4) + "}", 1),
        "is of another network: without a.weight, head, table (4) with c (1).");
    assertRefused(good(tensor("c", "F32", "[1]", 60, 64)), "is of another network: with c (1).");
    assertRefused(
        weights(
            "{"
                + String.join(
                    ", ",
                    tensor("a.weight", "I32", "[2]", 0, 8),
                    tensor("head", "F32", "[1, 1, 2]", 8, 16),
                    tensor("table", "F32", "[1, 2]", 16, 24),
                    tensor("places", "F32", "[1, 2, 1]", 24, 32))
                + "}",
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8),
        "with another a.weight, head, table (3).");
  }

  private void assertRefused(Path weights, String words) throws IOException {
    Skeleton skeleton = skeleton();
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> skeleton.fit(weights, true).close());
    assertThat(e).hasMessageContaining(words);
    assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED);
  }

  @Test
  void superfluousTensorsAreToldWhereTheyMayBe() throws IOException {
    Path weights = good(tensor("c", "F32", "[1]", 60, 64), tensor("b", "F32", "[1]", 64, 68));
    try (Fitting fitting = skeleton().fit(weights, false)) {
      assertThat(fitting.superfluous()).containsExactly("c");
    }
  }

  @Test
  void whatIsNoSkeletonIsRefused() throws IOException {
    assertThatThrownBy(() -> Skeleton.read(packed("{}".repeat(3), new byte[0])).fit(good(), true))
        .isInstanceOf(ModelException.class);
    assertThatThrownBy(() -> Skeleton.read(packed(INDEX, new byte[3])))
        .hasMessageContaining("cut short");
    assertThatThrownBy(() -> Skeleton.read(new ByteArrayInputStream(new byte[9])))
        .isInstanceOf(IOException.class);
    byte[] tooMuch = new byte[65 << 20];
    assertThatThrownBy(() -> Skeleton.read(packed(INDEX, tooMuch)))
        .hasMessageContaining("no skeleton");
  }
}
