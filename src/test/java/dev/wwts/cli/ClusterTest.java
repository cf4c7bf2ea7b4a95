package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.ModelFiles;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of colours on the command line, and the page of them. */
class ClusterTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("cluster", "--model", model()));
    all.addAll(List.of(arguments));
    return Wwts.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
  }

  private String model() {
    return folder.resolve("model.pt").toString();
  }

  @BeforeEach
  void draw() throws IOException {
    ModelFiles.colours(folder);
    Path pictures = Files.createDirectories(folder.resolve("album"));
    Files.write(pictures.resolve("a<b>&\"'.png"), TestPictures.png(40, 20, Color.RED));
    Files.write(pictures.resolve("r 100%.png"), TestPictures.png(9, 9, new Color(240, 0, 0)));
    Files.write(pictures.resolve("蓝.png"), TestPictures.png(9, 9, Color.BLUE));
  }

  @Test
  void alikePicturesAreTold() {
    assertThat(run("--threshold", "0.95", album())).isZero();

    assertThat(out.toString())
        .contains("[RESULT] 2 张相似:", "- " + album() + "/r 100%.png")
        .doesNotContain("蓝.png");
  }

  private String album() {
    return folder.resolve("album").toString();
  }

  @Test
  void aProgramIsToldEveryGroup() {
    assertThat(run("--threshold", "0.95", "--json", album())).isZero();

    assertThat(out.toString()).hasLineCount(2).contains("{\"files\":[\"" + album() + "/蓝.png\"]}");
  }

  @Test
  void thePageStandsAloneAndItsNamesAreTexts() throws IOException {
    Path page = folder.resolve("sheet.html");

    assertThat(run("--threshold", "0.95", "--out", page.toString(), album())).isZero();

    Path other = Files.createFile(folder.resolve("other.html"));
    assertThat(Files.getPosixFilePermissions(page))
        .as("who may read any new file may read it")
        .isEqualTo(Files.getPosixFilePermissions(other));
    String html = Files.readString(page);
    assertThat(html)
        .contains("default-src 'none'", "3 张图片，1 组，1 张单独", "第 1 组 · 2 张", "单独的 · 1 张")
        .contains("<span>a&lt;b&gt;&amp;&quot;&#39;.png</span>")
        .contains("href=\"./album/r%20100%25.png\"", "href=\"./album/a%3Cb%3E&amp;%22&#39;.png\"")
        .doesNotContain("a<b>", "<script", "http://", "https://");
    Matcher image = Pattern.compile("src=\"data:image/jpeg;base64,([^\"]+)\"").matcher(html);
    List<Color> middles = new ArrayList<>();
    while (image.find()) {
      byte[] jpeg = Base64.getDecoder().decode(image.group(1));
      BufferedImage read = ImageIO.read(new ByteArrayInputStream(jpeg));
      assertThat(read.getWidth()).isEqualTo(128);
      assertThat(read.getHeight()).isEqualTo(128);
      middles.add(new Color(read.getRGB(64, 64)));
    }
    // what JPEG makes of plain colours is a few levels off
    assertThat(middles).hasSize(3);
    assertThat(middles.get(0).getRed()).isGreaterThan(200);
    assertThat(middles.get(2).getBlue()).isGreaterThan(200);
  }

  @Test
  void aPictureThatCannotBeReadIsToldAndLeftOut() throws IOException {
    Files.writeString(folder.resolve("album/broken.png"), "no picture");

    assertThat(run("--out", folder.resolve("s.html").toString(), album())).isEqualTo(1);

    assertThat(err.toString()).contains("broken.png");
    assertThat(folder.resolve("s.html")).content().contains("3 张图片");
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    assertThat(run("--threshold", "2", album())).isEqualTo(2);
    assertThat(err.toString()).contains("--threshold is -1 to 1");
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    String[] tooMany = Collections.nCopies(10_001, broken.toString()).toArray(String[]::new);
    assertThat(run(tooMany)).as("before any is looked at").isEqualTo(2);
    assertThat(err.toString()).contains("At most 10,000 pictures are grouped at once");
  }

  @Test
  void thePageIsNotWrittenOverTheModel() throws IOException {
    byte[] before = Files.readAllBytes(folder.resolve("model.pt"));

    assertThat(run("--out", model(), album())).isEqualTo(2);

    assertThat(err.toString()).contains("is the model itself: give --out another name.");
    assertThat(folder.resolve("model.pt")).hasBinaryContent(before);
  }
}
