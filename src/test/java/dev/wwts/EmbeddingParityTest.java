package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.model.SelfTest;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings in Java beside Python's, of exported files; skipped where there is no Python. */
class EmbeddingParityTest {
  private static final int SIDE = 96;

  @TempDir private Path folder;
  private final List<String> pictures = new ArrayList<>();

  /** Of the network's size, so that nothing is resized: Pillow and LibTorch round otherwise. */
  @BeforeEach
  void drawPictures() throws IOException {
    Random random = new Random(17);
    for (int i = 0; i < 4; i++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int at = 0; at < SIDE * SIDE; at++) {
        Color colour = Color.getHSBColor(random.nextInt(4) / 4f, 0.7f, (at % 97) / 97f);
        image.setRGB(at % SIDE, at / SIDE, colour.getRGB());
      }
      Path file = folder.resolve(i + ".png");
      ImageIO.write(image, "png", file.toFile());
      pictures.add(file.toString());
    }
  }

  private Path exported(String arch) throws IOException {
    Path labels = Files.writeString(folder.resolve("labels.txt"), "一\n二\n三\n四\n五\n");
    Path out = folder.resolve(arch + ".pt");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("models/export.py", "timm", "--arch", arch, "--random", "--embedding"));
    command.addAll(List.of("--labels", labels.toString(), "--out", out.toString()));
    command.addAll(List.of("--resize", SIDE + "x" + SIDE, "--crop", String.valueOf(SIDE)));
    if (arch.contains("vit")) {
      command.addAll(List.of("--arg", "img_size=" + SIDE));
    }
    pictures.forEach(picture -> command.addAll(List.of("--picture", picture)));
    Kit.python(command.toArray(String[]::new));
    return out;
  }

  @Test
  void tinyNetworksGivePythonsNumbers() throws IOException {
    for (String arch : List.of("test_resnet", "test_vit", "test_convnext")) {
      same(exported(arch), 1e-5);
    }
  }

  @Test
  void theKitsMobileNetGivesPythonsNumbers() throws IOException {
    Path out = folder.resolve("mobilenet.pt");
    Path crop = folder.resolve("crop.png");
    BufferedImage photo = ImageIO.read(Path.of(pictures.get(0)).toFile());
    BufferedImage image = new BufferedImage(224, 224, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().drawImage(photo, 0, 0, 224, 224, null);
    ImageIO.write(image, "png", crop.toFile());
    Kit.python(
        "models/export.py timm --arch mobilenetv2_100 --arg pad_type=same --checkpoint %s --mean 0.5 0.5 0.5 --std 0.5 0.5 0.5 --resize 224 --crop 224 --interpolation bilinear --embedding --picture %s --out %s"
            .formatted(
                Kit.folder().resolve("weights/mobilenetv2_100_imagenet.safetensors"), crop, out)
            .split(" "));
    same(out, 1e-5);
  }

  private static void same(Path model, double most) {
    SelfTest test = Bundle.describe(model).selfTest().orElseThrow();
    try (Recognizer recognizer = Recognizer.load(model)) {
      Verification verification = recognizer.verify();
      assertThat(verification.passed()).as(verification.toString()).isTrue();
      assertThat(verification.embeddingCosine()).isGreaterThan(1 - 1e-5);
      List<Picture> all = test.pictures().stream().map(Picture::of).toList();
      List<Answer> batch = recognizer.embeddings(all);
      for (int i = 0; i < all.size(); i++) {
        near(recognizer.embed(all.get(i)), test.embeddings().get(i), most);
        near(((Answer.Embedded) batch.get(i)).vector(), test.embeddings().get(i), most);
      }
    }
    try (Recognizer half = Recognizer.builder(model).precision(Precision.BF16).load()) {
      Verification verification = half.verify();
      assertThat(verification.passed()).as(verification.toString()).isTrue();
      assertThat(verification.embeddingCosine()).isGreaterThanOrEqualTo(0.999);
    }
  }

  private static void near(float[] actual, float[] expected, double most) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(most));
    }
  }
}
