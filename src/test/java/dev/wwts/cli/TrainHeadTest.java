package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import java.awt.Color;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heads of one's own, trained on the default model's embeddings of drawings. */
class TrainHeadTest {
  private static final Path MODEL = Path.of("models", "default.pt");
  private static final List<String> THINGS = List.of("teapot", "camera", "umbrella");
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... arguments) {
    List<String> all = new ArrayList<>(List.of("train-head"));
    for (Object it : arguments) {
      all.add(it.toString());
    }
    return Wwts.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
  }

  /** Each drawing turned a little, so many times. */
  private Path drawings(int each) throws IOException {
    Path drawings = folder.resolve("drawings");
    for (String thing : THINGS) {
      BufferedImage image = ImageIO.read(Path.of("models/samples/" + thing + ".png").toFile());
      Path to = Files.createDirectories(drawings.resolve("我的" + thing));
      for (int i = 0; i < each; i++) {
        BufferedImage turned =
            new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        var graphics = turned.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.drawImage(
            image,
            AffineTransform.getRotateInstance(
                0.1 * (i - each / 2), image.getWidth() / 2.0, image.getHeight() / 2.0),
            null);
        graphics.dispose();
        ImageIO.write(turned, "png", to.resolve(i + ".png").toFile());
      }
    }
    return drawings;
  }

  @Test
  void aFileOfItsOwnNamesThePicturesItWasTrainedOn() throws IOException {
    Path drawings = drawings(5);
    Path made = folder.resolve("mine.pt");

    // of one label alone: the last of the three
    Path others = Files.createDirectories(folder.resolve("others"));
    Files.createDirectory(others.resolve("我的umbrella"));
    Files.copy(
        Path.of("models/samples/umbrella.png"), others.resolve("我的umbrella").resolve("1.png"));

    assertThat(run("--out", made, "--json", "--evaluate", others, drawings))
        .as(err.toString())
        .isZero();

    JsonNode told = JSON.readTree(out.toString());
    assertThat(told.path("labels").asInt()).isEqualTo(3);
    assertThat(told.path("pictures").asInt()).isEqualTo(15);
    assertThat(told.path("heldOut").asInt()).isEqualTo(3);
    assertThat(told.path("evaluated").path("pictures").asInt()).isEqualTo(1);
    assertThat(told.path("evaluated").path("top1").asDouble()).isEqualTo(1);
    // the old head had 707 x 448 weights
    assertThat(Files.size(made)).isLessThan(Files.size(MODEL) - 1_000_000);
    Picture teapot = Picture.of(Path.of("models/samples/teapot.png"));
    try (Recognizer recognizer = Recognizer.load(made);
        Recognizer base = Recognizer.load(MODEL)) {
      assertThat(recognizer.model().name()).isEqualTo("mine");
      assertThat(recognizer.model().labels()).hasSize(3);
      assertThat(recognizer.verify().passed()).as(recognizer.verify().toString()).isTrue();
      assertThat(recognizer.answer(teapot).best().label()).isEqualTo("我的teapot");
      assertThat(recognizer.answer(teapot).best().confidence()).isGreaterThan(0.5);
      float[] ours = recognizer.embed(teapot);
      float[] bases = base.embed(teapot);
      for (int i = 0; i < bases.length; i++) {
        assertThat(ours[i]).isCloseTo(bases[i], within(1e-6f));
      }
    }
    assertThat(Wwts.run(new PrintWriter(out), new PrintWriter(err), "info", made.toString()))
        .isZero();
    assertThat(out.toString()).contains("# mine", "15 pictures of 3 labels", "CC");
  }

  @Test
  void aHeadIsPutOnAHeadAndWhatCannotBeReadIsToldAndLeftOut() throws IOException {
    Path drawings = drawings(3);
    Path one = folder.resolve("one.pt");
    Path again = folder.resolve("again.pt");
    assertThat(run("--out", one, "--balanced", drawings)).as(err.toString()).isZero();
    Files.writeString(drawings.resolve("我的camera/broken.png"), "no picture");

    assertThat(run("--out", again, "--model", one, drawings)).as(err.toString()).isEqualTo(1);

    assertThat(err.toString()).contains("broken.png");
    assertThat(out.toString()).contains("3 类、9 张图片", "留出的 3 张", "自检通过，已写入 " + again);
    assertThat(Files.size(again)).isCloseTo(Files.size(one), within(8192L)); // not one on another
  }

  @Test
  void foldersAndModelsThatDoNotFitAreRefused() throws IOException {
    Path drawings = drawings(1);
    Path made = folder.resolve("mine.pt");

    assertThat(run("--out", made, drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("A head needs two labels");
    assertThat(run("--out", made, folder.resolve("nowhere"))).isEqualTo(2);
    assertThat(err.toString()).contains("is no folder");
    // before any picture is looked at: with one of each they would be too few
    assertThat(run("--out", made, "--name", "a\nb", drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("--name has 1 to 100 characters");
    assertThat(run("--out", made, "--held-out", "1.5", drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("--held-out is above 0 and below 1");
    assertThat(run("--out", made, "--model", ModelFiles.tiny(folder), drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("gives no embeddings that a head can be put on");
    assertThat(run("--out", made, "--model", ModelFiles.colours(folder), drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("has no self-test to hand on");
    // a space of ideographs' width: was trained on, and refused as a label when all was done
    Path goods = folder.resolve("blank");
    Path blank = Files.createDirectories(goods.resolve("\u3000"));
    Files.copy(Path.of("models/samples/umbrella.png"), blank.resolve("1.png"));
    assertThat(run("--out", made, goods)).isEqualTo(2);
    assertThat(err.toString()).contains("blank has a name that can't be seen");
    assertThat(run("--out", folder.resolve("no/mine.pt"), drawings)).isEqualTo(2);
    assertThat(err.toString()).contains("its folder is not there");
    assertThat(made).doesNotExist();
    assertThat(err.toString().lines()).allMatch(it -> it.length() < 320);
  }
}
