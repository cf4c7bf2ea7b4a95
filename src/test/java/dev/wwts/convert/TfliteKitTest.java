package dev.wwts.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.Kit;
import dev.wwts.Recognition;
import dev.wwts.Recognizer;
import dev.wwts.convert.ConversionSpec.Normalization;
import dev.wwts.convert.ConversionSpec.Preprocessing;
import dev.wwts.convert.ConversionSpec.SelfTestSpec;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.tflite.TfliteFiles;
import dev.wwts.convert.tflite.TfliteNetwork;
import dev.wwts.internal.model.Recipe.Resize;
import dev.wwts.internal.network.Network;
import dev.wwts.internal.network.TestModels;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.torch.NativeScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Public files, against what Python answered with the same weights. */
class TfliteKitTest {
  private static final int SIDE = 224;
  private static final int CLASSES = 1000;

  /** Logits reach 20; float32 on another processor differs by about 1e-5. */
  private static final double LOGITS = 1e-3;

  /** One of so many pictures is enough where only the network is compared. */
  private static final int EACH = 7;

  @TempDir private Path folder;

  private static Path source(String name) {
    return Kit.folder().resolve("sources/mobilenet_v2_1.0_224_" + name + "quant.tflite");
  }

  private Path converted(String name, int classes) {
    List<Float> half = List.of(.5f, .5f, .5f);
    Path out = folder.resolve("converted.pt");
    TfliteConverter.convert(
        source(name),
        new ConversionSpec(
            "kit",
            IntStream.range(0, classes).mapToObj(i -> "类" + i).toList(),
            new Preprocessing(
                Optional.of(new Resize.ShorterSide(256)),
                Interpolation.BILINEAR,
                Optional.of(new Normalization(half, half))),
            SelfTestSpec.of(
                List.of(
                    TfliteConverterTest.picture(300, 200), TfliteConverterTest.picture(97, 161))),
            new Texts("", "google-coral/edgetpu", "Apache-2.0", "")),
        out);
    return out;
  }

  /** The crops are the reference's own, so only the network is compared. */
  @Test
  void logitsAreThoseOfTheDecodedWeights() {
    ByteBuffer crops = Kit.array("golden/crops.npy");
    FloatBuffer logits = Kit.array("golden/logits.npy").asFloatBuffer();
    TfliteNetwork evaluated = TfliteNetwork.read(source(""), CLASSES);
    double most = 0;
    double mostEvaluated = 0;
    try (Network network =
        TestModels.network(converted("", CLASSES), torch.ScalarType.Float, false)) {
      for (int i = 0; i < Kit.files().size(); i++) {
        float[] expected = new float[CLASSES];
        logits.get(expected);
        float[] pixels = new float[SIDE * SIDE * 3];
        for (int p = 0; p < pixels.length; p++) {
          pixels[p] = (Byte.toUnsignedInt(crops.get()) / 255f - .5f) / .5f;
        }
        if (i % EACH == 0) {
          most = Math.max(most, difference(answer(network, pixels), expected));
          mostEvaluated = Math.max(mostEvaluated, difference(evaluated.row(pixels), expected));
        }
      }
    }
    System.out.printf(
        "largest logit difference %.2g, evaluated in Java %.2g%n", most, mostEvaluated);
    assertThat(most).isLessThan(LOGITS);
    assertThat(mostEvaluated).isLessThan(LOGITS);
  }

  private static double difference(float[] row, float[] expected) {
    return ReferenceRun.difference(row, expected, 0, expected.length);
  }

  private static float[] answer(Network network, float[] pixels) {
    return NativeScope.inference(
        () -> {
          Tensor picture = torch.tensor(pixels).view(1, SIDE, SIDE, 3).permute(0, 3, 1, 2);
          float[] logits = new float[CLASSES];
          network.forward(picture.contiguous()).contiguous().data_ptr_float().get(logits);
          return logits;
        });
  }

  @Test
  void answersAreThoseOfPython() {
    FloatBuffer logits = Kit.array("golden/logits.npy").asFloatBuffer();
    Map<String, String> comparisons = Kit.comparisons();
    int equal = 0;
    int compared = 0;
    try (Recognizer recognizer = Recognizer.load(converted("", CLASSES))) {
      assertThat(recognizer.verify().passed()).as(recognizer.verify().toString()).isTrue();
      for (String file : Kit.files()) {
        float[] row = new float[CLASSES];
        logits.get(row);
        if (!"no".equals(comparisons.get(file))) {
          List<Recognition> answer = recognizer.recognize(Kit.folder().resolve(file));
          compared++;
          equal += answer.get(0).index() == best(row) ? 1 : 0;
        }
      }
    }
    System.out.printf("top-1 equal on %d of %d pictures%n", equal, compared);
    assertThat(equal).isEqualTo(compared);
  }

  private static int best(float[] row) {
    return IntStream.range(0, row.length).reduce((a, b) -> row[b] > row[a] ? b : a).orElseThrow();
  }

  /** Their classes are the labels' lines; another reading of the files gives the same logits. */
  @ParameterizedTest
  @CsvSource({"inat_bird_, 965", "inat_insect_, 1022"})
  void naturalistsFilesAreConverted(String name, int classes) throws IOException {
    Path labels = Kit.folder().resolve("sources/" + name + "labels.txt");
    assertThat(Files.readAllLines(labels)).hasSize(classes);
    try (Recognizer recognizer = Recognizer.load(converted(name, classes))) {
      assertThat(recognizer.verify().passed()).as(recognizer.verify().toString()).isTrue();
    }
    float[] pixels = TfliteFiles.noise(SIDE * SIDE * 3, 11);
    ByteBuffer bytes =
        ByteBuffer.allocate(pixels.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(pixels);
    Path input = Files.write(folder.resolve("input.f32"), bytes.array());
    Path output = folder.resolve("logits.f32");
    Kit.python(
        "models/tests/tflite_reference.py",
        source(name).toString(),
        input.toString(),
        output.toString());
    float[] expected = new float[classes];
    ByteBuffer.wrap(Files.readAllBytes(output))
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(expected);
    float[] row = TfliteNetwork.read(source(name), classes).row(pixels);
    assertThat(row).as("1,280 features behind them").hasSize(classes + 1280);
    double difference = difference(row, expected);
    System.out.printf("%s largest logit difference from Python %.2g%n", name, difference);
    assertThat(difference).isLessThan(LOGITS);
  }
}
