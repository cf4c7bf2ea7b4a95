package dev.wwts.convert.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.Kit;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers that say the truth are read; all others are refused with one sentence. */
class SafeTensorsTest {
  private static final String GOOD =
      """
      {"__metadata__": {"format": "pt"},
       "a.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
       "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]},
       "none": {"dtype": "F16", "shape": [0, 4], "data_offsets": [26, 26]}}
      """;

  @TempDir private Path folder;

  private Path file(String header, int data) {
    byte[] json = header.strip().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    try {
      return Files.write(folder.resolve("w.safetensors"), bytes.array());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ModelException refused(Path file) {
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> SafeTensors.open(file).close());
    assertThat(e).as("refused").isNotNull();
    assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
    return e;
  }

  @Test
  void tensorsAreWhereTheHeaderSays() {
    try (SafeTensors file = SafeTensors.open(file(GOOD, 26))) {
      long data = 8L + GOOD.strip().getBytes(StandardCharsets.UTF_8).length;
      assertThat(file.tensors())
          .containsOnlyKeys("a.weight", "b", "none")
          .containsEntry("a.weight", new StoredTensor(ElementType.F32, List.of(2L, 3L), data))
          .containsEntry("b", new StoredTensor(ElementType.BF16, List.of(), data + 24));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[0, 24] | [0, 25]       | is not as long as its shape",
        "[2, 3]  | [2, 4]        | is not as long as its shape",
        "[2, 3]  | [2, -3]       | has a size that is none",
        "[2, 3]  | [2, 3.0]      | has a size that is none",
        "[2, 3]  | [4294967296, 4294967296, 4294967296, 6] | is damaged",
        "[24, 26] | [22, 24]     | overlap, or leave gaps",
        "[24, 26] | [26, 28]     | overlap, or leave gaps",
        "[24, 26] | [26, 24]     | is not as long as its shape",
        "\"b\"   | \"a.weight\"  | names something twice",
        "F32     | F4            | of type 'F4', which is not read",
        "\"shape\": [2, 3], | \"shape\": [2, 3], \"x\": 1, | is not as long as its shape"
      })
  void liesAreRefused(String what, String instead, String words) {
    assertThat(GOOD).contains(what);
    assertThat(refused(file(GOOD.replace(what, instead), 26))).hasMessageContaining(words);
  }

  @Test
  void lengthsAreHeldAgainstTheFile() throws IOException {
    assertThat(refused(file(GOOD, 25))).hasMessageContaining("it is cut short");
    assertThat(refused(file(GOOD, 27))).hasMessageContaining("something behind its tensors");
    assertThat(refused(file("[1]", 0)).reason()).isEqualTo(Reason.CORRUPT);
    Path file = Files.write(folder.resolve("long"), new byte[] {-1, -1, -1, -1, -1, -1, -1, 127});
    assertThat(refused(file).reason()).isEqualTo(Reason.NOT_A_MODEL);
    assertThat(refused(Files.write(file, new byte[3])).reason()).isEqualTo(Reason.NOT_A_MODEL);
    assertThatThrownBy(() -> TensorFile.open(folder)).hasMessageContaining("is no file");
  }

  /** The length of a header may look like the beginning of a pickle, or of a zip. */
  @Test
  void whatItIsDoesNotHangOnItsLength() throws IOException {
    for (int length : new int[] {0x280, 0x4b50}) {
      String header = "{%s\"a\": {\"dtype\": \"U8\", \"shape\": [1], \"data_offsets\": [0, 1]}}";
      Path file = file(header.formatted(" ".repeat(length - header.length() + 2)), 1);
      try (TensorFile read = TensorFile.open(file)) {
        assertThat(read.tensors()).containsOnlyKeys("a");
      }
    }
  }

  @Test
  void mutationsAreReadOrRefused() throws IOException {
    byte[] good = Files.readAllBytes(file(GOOD, 26));
    SplittableRandom random = new SplittableRandom(7);
    Path mutated = folder.resolve("mutated");
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = good.clone();
      bytes[random.nextInt(bytes.length - 26)] = (byte) random.nextInt(256);
      Files.write(mutated, bytes);
      try (SafeTensors read = SafeTensors.open(mutated)) {
        assertThat(read.tensors()).hasSizeLessThanOrEqualTo(4);
      } catch (ModelException e) {
        assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
      }
    }
  }

  /** All of binary16 that is exact, its least, its largest, and infinity. */
  @Test
  void floatsOfSixteenBitsAreWidened() {
    assertThat(widened(ElementType.F16, 0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000))
        .containsExactly(1f, -2f, 0x1p-24f, 65504f, Float.POSITIVE_INFINITY, -0f);
    assertThat(widened(ElementType.BF16, 0x3f80, 0xc000)).containsExactly(1f, -2f);
  }

  private static float[] widened(ElementType type, int... bits) {
    float[] values = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] =
          type.next(
              ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits[i]));
    }
    return values;
  }

  @Test
  void theKitsWeightsAreRead() {
    Path weights = Kit.folder().resolve("weights/mobilenetv2_100_imagenet.safetensors");
    try (SafeTensors file = SafeTensors.open(weights)) {
      assertThat(file.tensors()).hasSize(314);
      assertThat(file.tensors())
          .hasEntrySatisfying(
              "conv_stem.weight", it -> assertThat(it.shape()).containsExactly(32L, 3L, 3L, 3L));
    }
  }
}
