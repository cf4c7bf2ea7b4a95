package dev.wwts.convert.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.Kit;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A filled skeleton is the file that the exporter writes. */
class SkeletonTest {
  private static final String INDEX =
      """
      {"tensors": {"data/0": {"name": "a.weight", "dtype": "F32", "shape": [2]}}, "unused": ["b"]}
      """;

  @TempDir private Path folder;

  @Test
  void theKitsWeightsMakeTheExportersFile() throws IOException {
    Path exported = Kit.mobileNet();
    Path weights = Kit.folder().resolve("weights/mobilenetv2_100_imagenet.safetensors");
    Path skeleton = folder.resolve("mobilenetv2_100.skeleton");
    Kit.python(
        "models/skeleton.py",
        exported.toString(),
        "--like",
        weights.toString(),
        "--out",
        skeleton.toString());
    assertThat(Files.size(skeleton)).as("without weights").isLessThan(300_000);

    Map<String, byte[]> expected = ModelFiles.entries(exported);
    Map<String, byte[]> extra = new LinkedHashMap<>();
    expected.forEach(
        (name, bytes) -> {
          if (name.startsWith("model/extra/")) {
            extra.put(name.substring("model/extra/".length()), bytes);
          }
        });
    Path out = folder.resolve("filled.pt");
    Skeleton.fill(skeleton, weights, extra, out);
    Map<String, byte[]> filled = ModelFiles.entries(out);
    assertThat(filled).hasSameSizeAs(expected);
    expected.forEach((name, bytes) -> assertThat(filled.get(name)).as(name).isEqualTo(bytes));
    try (Recognizer recognizer = Recognizer.load(out)) {
      assertThat(recognizer.verify().passed()).isTrue();
    }
  }

  private Path skeleton() {
    Map<String, byte[]> entries = new HashMap<>();
    entries.put("model/extra/skeleton.json", INDEX.getBytes(StandardCharsets.UTF_8));
    return ModelFiles.zip(folder.resolve("small.skeleton"), entries);
  }

  private Path weights(String name, String type, int shape, int bytes) throws IOException {
    String header =
        "{\"%s\": {\"dtype\": \"%s\", \"shape\": [%d], \"data_offsets\": [0, %d]}}"
            .formatted(name, type, shape, bytes);
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    return Files.write(folder.resolve("small.safetensors"), file.array());
  }

  @Test
  void tensorsOfAnotherNetworkAreNamed() throws IOException {
    assertRefused(
        weights("c", "F32", 2, 8), "is of another network: without a.weight (1) with c (1).");
    assertRefused(weights("b", "F32", 2, 8), "is of another network: without a.weight (1).");
    assertRefused(weights("a.weight", "F32", 3, 12), "with another a.weight (1).");
    assertRefused(weights("a.weight", "I64", 2, 16), "with another a.weight (1).");
  }

  private void assertRefused(Path weights, String words) {
    Path out = folder.resolve("none.pt");
    Path skeleton = skeleton();
    ModelException e =
        catchThrowableOfType(
            ModelException.class, () -> Skeleton.fill(skeleton, weights, Map.of(), out));
    assertThat(e).hasMessageContaining(words);
    assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED);
    assertThat(out).doesNotExist();
  }

  /** What is filled in is checked as any file is: this one holds no network. */
  @Test
  void whatComesOutIsChecked() throws IOException {
    Path out = folder.resolve("none.pt");
    Path weights = weights("a.weight", "BF16", 2, 4);
    Path skeleton = skeleton();
    ModelException e =
        catchThrowableOfType(
            ModelException.class, () -> Skeleton.fill(skeleton, weights, Map.of(), out));
    assertThat(e.reason()).isEqualTo(Reason.NOT_A_MODEL);
    assertThat(e).as("of the file that was asked for").hasMessageStartingWith(out.toString());
    assertThat(out).doesNotExist();
  }
}
