package dev.wwts.convert.tflite;

import static dev.wwts.convert.tflite.TfliteFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.tflite.TfliteFiles.Options;
import dev.wwts.convert.tflite.TfliteFiles.Scales;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the bytes are: a network that was checked, or a ModelException with one sentence. */
class HostileTfliteTest {
  private static final int MUTATIONS = 10_000;

  @Test
  void mutationsAreReadOrRefused() {
    byte[] good = TfliteFiles.small(5);
    SplittableRandom random = new SplittableRandom(20261126);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = good.clone();
      int changes = 1 + random.nextInt(3);
      for (int c = 0; c < changes; c++) {
        mutate(bytes, random);
      }
      read += isRead(bytes) ? 1 : 0;
    }
    System.out.printf("%d of %d mutations were read%n", read, MUTATIONS);
    assertThat(read).isBetween(1, MUTATIONS - 1);
  }

  /** A byte, or a length or offset. */
  private static void mutate(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length - 4);
    int[] values = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x10000, random.nextInt(), 1};
    int value = values[random.nextInt(values.length)];
    int width = random.nextBoolean() ? 1 : 4;
    for (int i = 0; i < width; i++) {
      bytes[at + i] = (byte) (value >> (8 * i));
    }
  }

  private static boolean isRead(byte[] bytes) {
    try {
      // what is read can be computed, too
      TfliteNetwork network = TfliteReader.read(bytes, "mutated.tflite");
      if (network.height() * network.width() <= 4096) {
        new Evaluation(network).run(new float[network.height() * network.width() * 3]);
        network.script();
      }
      return true;
    } catch (ModelException e) {
      assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
      return false;
    }
  }

  @Test
  void beginningsAreRefused() {
    byte[] good = TfliteFiles.small(5);
    int read = 0;
    for (int length = 0; length < good.length; length += 7) {
      read += isRead(Arrays.copyOf(good, length)) ? 1 : 0;
    }
    assertThat(read).isZero();
  }

  /** A vector that claims 2^31 tables, floats or bytes takes no memory before it is refused. */
  @Test
  void claimsTakeNoMemory() {
    byte[] good = TfliteFiles.small(5);
    for (int at = 8; at < good.length - 4; at += 4) {
      byte[] bytes = good.clone();
      bytes[at + 3] = 0x3f;
      isRead(bytes);
    }
  }

  @Test
  void otherFilesAreNamed() {
    assertThatThrownBy(
            () -> TfliteReader.read("PK\3\4 a zip".getBytes(StandardCharsets.UTF_8), "a.tflite"))
        .isInstanceOf(ModelException.class)
        .hasMessage("a.tflite is no TFLite file (TFL3).");
    ModelException missing =
        catchThrowableOfType(
            ModelException.class, () -> TfliteNetwork.read(Path.of("none.tflite"), 3));
    assertThat(missing.reason()).isEqualTo(Reason.UNREADABLE);
  }

  /** The operator is named, whichever it is. */
  @ParameterizedTest
  @CsvSource({"12, L2_POOL_2D", "39, TRANSPOSE", "50, LOG_SOFTMAX", "77, SHAPE", "200, number 200"})
  void operatorsThatAreNotConverted(int code, String name) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 4, 4, 3);
    int output = file.tensor(1, 4, 4, 3);
    file.operator(code, null, output, input);
    assertUnsupported(file.bytes(input, output), "has the operator " + name);
  }

  @Test
  void whatIsNotConvertedOfKnownOperators() {
    TfliteFiles tanh = new TfliteFiles();
    int input = tanh.tensor(1, 4, 4, 3);
    int output = tanh.tensor(1, 4, 4, 3);
    tanh.operator(0, TfliteFiles.add(4), output, input, input);
    assertUnsupported(tanh.bytes(input, output), "the activation TANH");

    TfliteFiles mean = new TfliteFiles();
    input = mean.tensor(1, 4, 4, 3);
    output = mean.tensor(1, 4, 4, 1);
    mean.operator(40, TfliteFiles.mean(true), output, input, mean.integers(3));
    assertUnsupported(mean.bytes(input, output), "MEAN over the dimensions [3]");

    TfliteFiles far = new TfliteFiles();
    input = far.tensor(1, 4, 4, 3);
    output = far.tensor(1, 1, 1, 3);
    far.operator(1, TfliteFiles.pool(true, 4, 1 << 30, 1 << 30), output, input);
    assertUnsupported(far.bytes(input, output), "AVERAGE_POOL_2D of 1073741824 values");

    TfliteFiles rows = new TfliteFiles();
    input = rows.tensor(1, 4, 4, 3);
    output = rows.tensor(1, 8, 4, 3);
    rows.operator(2, TfliteFiles.concatenation(1, 0), output, input, input);
    assertUnsupported(rows.bytes(input, output), "CONCATENATION to [1, 8, 4, 3] along 1");

    TfliteFiles places = new TfliteFiles();
    input = places.tensor(1, 4, 4, 3);
    output = places.tensor(1, 4, 4, 3);
    int map = places.floats(noise(16, 1), 1, 4, 4, 1);
    places.operator(18, TfliteFiles.mul(0), output, input, map);
    assertUnsupported(places.bytes(input, output), "MUL of [1, 4, 4, 3] and [1, 4, 4, 1]");

    TfliteFiles grey = new TfliteFiles();
    input = grey.tensor(1, 4, 4, 1);
    output = grey.tensor(1, 4, 4, 1);
    grey.operator(6, new Options(46), output, input);
    assertUnsupported(grey.bytes(input, output), "takes [1, 4, 4, 1]");
  }

  private static void assertUnsupported(byte[] bytes, String words) {
    ModelException e =
        catchThrowableOfType(ModelException.class, () -> TfliteReader.read(bytes, "other.tflite"));
    assertThat(e).hasMessageContaining(words);
    assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED);
  }

  /** Many layers that share the bytes of one weight would take much more memory than the file. */
  @Test
  void sharedWeightsAreNotDecodedOverAndOver() {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 1, 1, 3);
    int kernel =
        file.constant(TfliteFiles.UINT8, Scales.of(1, 0), new byte[9 * 1024], 3, 32, 32, 3);
    int last = input;
    for (int i = 0; i < 20; i++) {
      int next = file.tensor(1, 1, 1, 3);
      file.operator(3, TfliteFiles.convolution(true, 1, 1, 0), next, last, kernel, -1);
      last = next;
    }
    byte[] bytes = file.bytes(input, last);
    assertThatThrownBy(() -> TfliteReader.read(bytes, "shared.tflite"))
        .hasMessageContaining("reads the same weights over and over");
  }

  /** A few kilobytes that ask for hours, or for gigabytes. */
  @Test
  void whatCostsTooMuchIsRefused() {
    TfliteFiles hours = new TfliteFiles();
    int input = hours.tensor(1, 1024, 1024, 3);
    int last = input;
    for (int i = 0; i < 2000; i++) {
      int next = hours.tensor(1, 1024, 1024, 3);
      hours.operator(0, TfliteFiles.add(0), next, last, last);
      last = next;
    }
    assertUnsupported(hours.bytes(input, last), "operations on numbers");

    TfliteFiles wide = new TfliteFiles();
    input = wide.tensor(1, 1024, 1024, 3);
    int[] kept = new int[20];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = wide.tensor(1, 1024, 1024, 3);
      wide.operator(0, TfliteFiles.add(0), kept[i], input, input);
    }
    last = input;
    for (int each : kept) {
      int next = wide.tensor(1, 1024, 1024, 3);
      wide.operator(0, TfliteFiles.add(0), next, last, each);
      last = next;
    }
    assertUnsupported(wide.bytes(input, last), "values at once");
  }
}
