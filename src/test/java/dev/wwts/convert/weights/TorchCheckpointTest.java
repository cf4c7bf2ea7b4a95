package dev.wwts.convert.weights;

import static dev.wwts.convert.weights.PickledTensors.floats;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of torch.save are read without running anything of them. */
class TorchCheckpointTest {
  private static final long[] TWO_BY_THREE = {2, 3};

  @TempDir private Path folder;

  private Path file(PickledTensors pickle) {
    return ModelFiles.zip(folder.resolve("checkpoint.pth"), pickle.entries());
  }

  /** A state_dict with the notes of versions that state_dict() adds. */
  private static PickledTensors good() {
    return new PickledTensors()
        .dictionary()
        .raw('q', 0, '(')
        .text("module.a.weight")
        .tensor("FloatStorage", floats(1, 2, 3, 4, 5, 6), 4, 0, TWO_BY_THREE, new long[] {3, 1})
        .text("t")
        .tensor("FloatStorage", floats(9, 1, 2, 3, 4, 5, 6), 4, 1, TWO_BY_THREE, new long[] {1, 2})
        .text("n")
        .tensor("LongStorage", new byte[] {7, 0, 0, 0, 0, 0, 0, 0}, 8, 0, new long[0], new long[0])
        .raw('u', '}')
        .text("_metadata")
        .dictionary()
        .raw('s', 'b');
  }

  @Test
  void namesShapesAndViews() throws IOException {
    try (TensorFile read = TensorFile.open(file(good()))) {
      assertThat(read.tensors()).containsOnlyKeys("a.weight", "t", "n");
      assertThat(tensor(read, "a.weight").shape()).containsExactly(2L, 3L);
      assertThat(numbers(read, "a.weight")).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(numbers(read, "t")).as("columns stored as rows").containsExactly(1, 3, 5, 2, 4, 6);
      assertThat(tensor(read, "n").type()).isEqualTo(ElementType.I64);
    }
  }

  private static StoredTensor tensor(TensorFile file, String name) {
    return Objects.requireNonNull(file.tensors().get(name));
  }

  private static float[] numbers(TensorFile file, String name) throws IOException {
    StoredTensor tensor = tensor(file, name);
    float[] numbers = new float[(int) tensor.elements()];
    ByteBuffer.wrap(file.bytes(name, 0, (int) tensor.bytes()))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(numbers);
    return numbers;
  }

  /** What training keeps beside the weights is passed over where it is of plain values. */
  @Test
  void wrappers() {
    PickledTensors pickle =
        new PickledTensors().raw('}', '(').text("epoch").raw('K', 3).text("state_dict").raw('}');
    pickle
        .text("w")
        .tensor("HalfStorage", new byte[] {0, 0x3c}, 2, 0, new long[] {1}, new long[] {1})
        .raw('s')
        .text("best")
        .raw('G', 0, 0, 0, 0, 0, 0, 0, 0, 'u');
    try (TensorFile read = TensorFile.open(file(pickle))) {
      assertThat(read.tensors()).containsOnlyKeys("w");
      assertThat(tensor(read, "w").type()).isEqualTo(ElementType.F16);
    }
  }

  @Test
  void whatIsNoTensorIsNamed() {
    assertThat(refused(new PickledTensors().global("os", "system").text("true").raw(0x85, 'R')))
        .hasMessageContaining("names os.system, which is no tensor");
    assertThat(
            refused(
                new PickledTensors()
                    .raw('}')
                    .text("args")
                    .global("argparse", "Namespace")
                    .raw(')', 0x81, 's')))
        .hasMessageContaining("names argparse.Namespace");
    assertThat(refused(new PickledTensors().raw('}').text("lr").raw('K', 1, 's')))
        .hasMessageContaining("something beside names and tensors");
    assertThat(refused(new PickledTensors().raw('}'))).hasMessageContaining("no names and tensors");
  }

  @Test
  void whatLibTorchWouldTrustIsChecked() {
    assertThat(refused(one(3, 0, new long[] {3}, new long[] {1})))
        .hasMessageContaining("has 12 bytes, which it has not");
    assertThat(refused(one(2, 0, new long[] {3}, new long[] {1})))
        .hasMessageContaining("reaches beyond its storage");
    assertThat(refused(one(2, 1, new long[] {2}, new long[] {1})))
        .hasMessageContaining("reaches beyond its storage");
    assertThat(refused(one(2, 0, new long[] {1 << 20, 1 << 20}, new long[] {0, 0})))
        .hasMessageContaining("repeats its elements");
    assertThat(refused(new PickledTensors().raw('}', 'r', 0xff, 0xff, 0xff, 0x40)))
        .hasMessageContaining("memo index");
    assertThat(refused(new PickledTensors().raw(']', 'q', 0, 'h', 0, 'a')))
        .as("a list in itself")
        .isNotNull();
  }

  /** LibTorch negates such a tensor's numbers as it reads them. */
  @Test
  void aNegatedViewIsRefused() {
    PickledTensors pickle = one(2, 0, new long[] {2}, new long[] {1}).text("c");
    pickle.beginning("FloatStorage", "0", 2, 0, new long[] {2}, new long[] {1});
    pickle.raw('}').text("neg").raw(0x88, 's', 't', 'R', 's');
    assertThat(refused(pickle)).hasMessageContaining("other sign");
  }

  @Test
  void aPickleThatWouldFillTheHeapIsRefused() {
    PickledTensors pickle = new PickledTensors();
    for (int i = 0; i < 9 << 20; i++) {
      pickle.raw(']');
    }
    assertThat(refused(pickle)).hasMessageContaining("has more than");
  }

  private static PickledTensors one(long count, long offset, long[] sizes, long[] strides) {
    PickledTensors pickle = new PickledTensors().raw('}').text("a");
    pickle.tensor("FloatStorage", floats(1, 2), 4, 0, new long[] {2}, new long[] {1}).raw('s');
    return pickle.text("b").tensorOf("FloatStorage", "0", count, offset, sizes, strides).raw('s');
  }

  private ModelException refused(PickledTensors pickle) {
    Path file = file(pickle);
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> TensorFile.open(file).close());
    assertThat(e).hasMessageStartingWith(file.toString());
    assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300);
    return e;
  }

  @Test
  void otherFilesAreToldApart() throws IOException {
    Path old =
        Files.write(
            folder.resolve("old.pth"),
            "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j".getBytes(ISO_8859_1));
    assertThat(catchThrowableOfType(ModelException.class, () -> TensorFile.open(old)))
        .hasMessageContaining("before 1.6")
        .hasMessageContaining("torch.save(");
    Path script = ModelFiles.tiny(folder);
    assertThat(catchThrowableOfType(ModelException.class, () -> TensorFile.open(script)))
        .hasMessageContaining("is a TorchScript model, no checkpoint");
    Path zip = ModelFiles.zip(folder.resolve("x.zip"), Map.of("a/b", new byte[1]));
    assertThat(catchThrowableOfType(ModelException.class, () -> TensorFile.open(zip)).reason())
        .isEqualTo(Reason.NOT_A_MODEL);
  }

  @Test
  void mutationsAreReadOrRefused() throws IOException {
    Map<String, byte[]> entries = good().entries();
    byte[] pickle = Objects.requireNonNull(entries.get("archive/data.pkl"));
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = pickle.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      entries.put("archive/data.pkl", bytes);
      Path mutated = ModelFiles.zip(folder.resolve("mutated.pth"), entries);
      try (TensorFile read = TensorFile.open(mutated)) {
        for (String name : List.copyOf(read.tensors().keySet())) {
          StoredTensor tensor = tensor(read, name);
          assertThat(read.bytes(name, 0, (int) tensor.bytes())).hasSize((int) tensor.bytes());
        }
      } catch (ModelException e) {
        assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
      }
    }
  }
}
