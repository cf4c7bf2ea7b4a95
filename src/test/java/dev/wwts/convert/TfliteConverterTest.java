package dev.wwts.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.Answer;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelInfo;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.Verification;
import dev.wwts.convert.ConversionSpec.Normalization;
import dev.wwts.convert.ConversionSpec.Preprocessing;
import dev.wwts.convert.ConversionSpec.SelfTestSpec;
import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.tflite.TfliteFiles;
import dev.wwts.convert.tflite.TfliteFiles.Scales;
import dev.wwts.convert.tflite.TfliteNetwork;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.Manifest.Embedding;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Interpolation;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a TFLite file to a model file that verifies itself. */
class TfliteConverterTest {
  @TempDir private Path folder;

  private static final Normalization HALF =
      new Normalization(List.of(.5f, .5f, .5f), List.of(.5f, .5f, .5f));

  private static ConversionSpec spec(int labels, Optional<Normalization> normalization) {
    return new ConversionSpec(
        "small",
        IntStream.range(0, labels).mapToObj(i -> "类" + i).toList(),
        new Preprocessing(Optional.empty(), Interpolation.BILINEAR, normalization),
        SelfTestSpec.of(List.of(picture(20, 14), picture(9, 30))),
        new Texts("1", "a test", "CC0-1.0", ""));
  }

  static byte[] picture(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D drawing = image.createGraphics();
    drawing.setPaint(new GradientPaint(0, 0, Color.ORANGE, width, height, Color.BLUE));
    drawing.fillRect(0, 0, width, height);
    drawing.setColor(Color.GREEN);
    drawing.fillOval(width / 4, height / 4, width / 2, height / 3);
    drawing.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return png.toByteArray();
  }

  private Path tflite(int classes) throws IOException {
    return Files.write(folder.resolve("small.tflite"), TfliteFiles.small(classes));
  }

  @Test
  void whatComesOutVerifiesItself() throws IOException {
    Path out = folder.resolve("small.pt");
    TfliteConverter.convert(tflite(5), spec(5, Optional.of(HALF)), out);
    try (Recognizer recognizer = Recognizer.builder(out).load()) {
      Verification verification = recognizer.verify();
      assertThat(verification.passed()).as(verification.toString()).isTrue();
      ModelInfo info = recognizer.model();
      assertThat(info.name()).isEqualTo("small");
      assertThat(info.license()).isEqualTo("CC0-1.0");
      assertThat(recognizer.answer(Picture.of(picture(50, 40))))
          .isInstanceOf(Answer.Recognized.class);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(it -> it.getFileName().toString()))
          .containsExactlyInAnyOrder("small.pt", "small.tflite");
    }
  }

  /** What the last layer reads, as its makers' framework would give it: the means of 6 channels. */
  @Test
  void featuresComeAlong() throws IOException {
    Path out = folder.resolve("small.pt");
    Path file = tflite(5);
    TfliteConverter.convert(file, spec(4, Optional.of(HALF)), out);
    byte[] picture = picture(8, 8);
    try (Recognizer recognizer = Recognizer.load(out)) {
      float[] embedding = recognizer.embed(Picture.of(picture));
      assertThat(embedding).hasSize(6);
      float[] row = TfliteNetwork.read(file, 4).row(pixels(out, picture));
      float[] expected = ReferenceRun.unit(Arrays.copyOfRange(row, 4, 10));
      // the library resizes as Pillow does but for the last rounding: a level of 255 in some pixels
      assertThat(embedding).containsExactly(expected, Offset.offset(2e-3f));
      assertThat(Bundle.describe(out).manifest().embedding())
          .contains(new Embedding(6, "features before the last layer", false));
    }
  }

  private static float[] pixels(Path model, byte[] picture) {
    Recipe recipe = Bundle.describe(model).manifest().input();
    return SelfTestInput.normalized(SelfTestInput.levels(picture, recipe), recipe);
  }

  /** One class more than labels: the first is the background, which nobody asks for. */
  @Test
  void theBackgroundIsLeftOut() throws IOException {
    Path all = folder.resolve("all.pt");
    Path out = folder.resolve("fewer.pt");
    Path file = tflite(5);
    TfliteConverter.convert(file, spec(5, Optional.of(HALF)), all);
    TfliteConverter.convert(file, spec(4, Optional.of(HALF)), out);
    try (Recognizer whole = Recognizer.builder(all).topK(5).load();
        Recognizer fewer = Recognizer.builder(out).topK(4).load()) {
      List<Integer> ranked =
          whole.recognize(picture(50, 40)).stream()
              .map(it -> it.index() - 1)
              .filter(it -> it >= 0)
              .toList();
      assertThat(fewer.recognize(picture(50, 40)).stream().map(it -> it.index()).toList())
          .isEqualTo(ranked);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndLeavesNothing() throws IOException {
    Path file = tflite(5);
    Path out = folder.resolve("out.pt");
    Files.writeString(out, "what was there");
    ModelException labels = refused(file, spec(9, Optional.of(HALF)), out);
    assertThat(labels.reason()).isEqualTo(Reason.BAD_LABELS);
    assertThat(labels).hasMessageContaining("knows 5 classes, but there are 9 labels");
    ModelException input = refused(file, spec(5, Optional.empty()), out);
    assertThat(input.reason()).isEqualTo(Reason.BAD_MANIFEST);
    assertThat(input).hasMessageContaining("give mean and std");
    assertThat(out).hasContent("what was there");
  }

  private static ModelException refused(Path file, ConversionSpec spec, Path out) {
    return catchThrowableOfType(
        ModelException.class, () -> TfliteConverter.convert(file, spec, out));
  }

  /** A scale that TFLite's own checks let pass, and that stands for no picture's values. */
  @Test
  void aScaleOfTheInputThatIsNoneIsRefused() throws IOException {
    Path out = folder.resolve("out.pt");
    for (float scale : new float[] {0, Float.MIN_VALUE, Float.MAX_VALUE}) {
      TfliteFiles file = new TfliteFiles();
      int input = file.tensor(3, Scales.of(scale, 128), 1, 6, 6, 3);
      int output = file.tensor(1, 5);
      file.operator(
          9,
          TfliteFiles.fullyConnected(),
          output,
          input,
          file.floats(TfliteFiles.noise(5 * 108, 1), 5, 108),
          file.floats(new float[5], 5));
      Path tflite = folder.resolve("scale.tflite");
      Files.write(tflite, file.bytes(input, output));
      ModelException refused = refused(tflite, spec(5, Optional.empty()), out);
      assertThat(refused).as("%s", scale).hasMessageStartingWith(tflite + " ");
    }
  }
}
