package dev.wwts.convert.weights;

import static dev.wwts.convert.weights.PickledTensors.floats;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in several files are read as one, and nothing but what their index says of them. */
class TensorPartsTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";
  private static final String MAP = "'a': '" + ONE + "', 'b': '" + TWO + "', 'c': '" + TWO + "'";

  @TempDir private Path folder;

  @BeforeEach
  void parts() throws IOException {
    part(ONE, new String[] {"a"}, 1);
    part(TWO, new String[] {"b", "c"}, 2, 3);
  }

  private void part(String file, String[] names, float... values) throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < names.length; i++) {
      header.append(
          "%s\"%s\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [%d, %d]}"
              .formatted(i == 0 ? "" : ", ", names[i], 4 * i, 4 * i + 4));
    }
    byte[] json = header.append('}').toString().getBytes(UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(floats(values));
    Files.write(folder.resolve(file), bytes.array());
  }

  private Path index(String map) throws IOException {
    String json = "{\"metadata\": {\"total_size\": 12}, \"weight_map\": {" + map + "}}";
    return Files.writeString(
        folder.resolve("model.safetensors.index.json"), json.replace('\'', '"'));
  }

  @Test
  void tensorsAreReadFromTheirFiles() throws IOException {
    Path index = index(MAP);
    try (TensorFile file = TensorFile.open(index)) {
      assertThat(file.tensors()).containsOnlyKeys("a", "b", "c");
      assertThat(file.bytes("a", 0, 4)).isEqualTo(floats(1));
      assertThat(file.bytes("c", 0, 4)).isEqualTo(floats(3));
      assertThat(file).hasToString(index.toString());
    }
  }

  /** As {@code sha256sum model-*.safetensors | sha256sum} has it. */
  @Test
  void theirDigestIsThatOfAllOfThem() throws IOException {
    String lines =
        Sha256.of(folder.resolve(ONE))
            + "  "
            + ONE
            + "\n"
            + Sha256.of(folder.resolve(TWO))
            + "  "
            + TWO
            + "\n";
    assertThat(PartIndex.sha256(index(MAP))).isEqualTo(Sha256.of(lines.getBytes(UTF_8)));
    assertThat(PartIndex.sha256(folder.resolve(ONE))).isEqualTo(Sha256.of(folder.resolve(ONE)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "|has no weight_map",
        "'a': 1|it names",
        "'a': '../secret.safetensors'|it names '../secret.safetensors'",
        "'a': '/etc/x.safetensors'|it names",
        "'a': '.x.safetensors'|it names",
        "'a': 'model.safetensors.index.json'|it names",
        "'a': 'a\\u0000.safetensors'|it names",
        "'a': '" + ONE + "', 'a': '" + TWO + "'|names something twice",
        "'a': '" + ONE + "', 'b': '" + TWO + "'|does not say that c is in " + TWO,
        "'a': '" + TWO + "', 'b': '" + TWO + "', 'c': '" + TWO + "'|a is not in " + TWO,
        MAP + ", 'd': '" + TWO + "'|d is not in " + TWO,
        "'a': '" + ONE + "', 'b': '" + ONE + "'|b is not in " + ONE,
      })
  void anIndexThatDoesNotFitItsFilesIsRefused(String map, String words) throws IOException {
    Path index = index(map == null ? "" : map);
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> TensorFile.open(index).close());
    assertThat(e).as(map).hasMessageContaining(words);
    assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
    assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300 + folder.toString().length());
  }

  @Test
  void aPartThatIsNotThereIsNamed() throws IOException {
    Path index = index(MAP);
    Files.delete(folder.resolve(TWO));
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> TensorFile.open(index).close());
    assertThat(e).hasMessageContaining("names " + TWO + ", which is not beside it");
  }

  @Test
  void aTensorInTwoFilesIsRefused() throws IOException {
    part(ONE, new String[] {"a", "c"}, 1, 9);
    Path index = index(MAP);
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> TensorFile.open(index).close());
    assertThat(e).hasMessageContaining("does not say that c is in " + ONE);
  }
}
