package dev.wwts.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.Gallery;
import dev.wwts.ModelFiles;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gallery of colours on the command line. */
class GalleryCommandTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private Path goods;

  private Run run(String command, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("gallery", command));
    arguments.addAll(List.of("--model", folder.resolve("model.pt").toString()));
    if (!List.of(more).contains("--gallery")) {
      arguments.addAll(List.of("--gallery", folder.resolve("gallery").toString()));
    }
    arguments.addAll(List.of(more));
    return Run.of(arguments);
  }

  private static Path write(Path file, int red, int green, int blue) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, TestPictures.png(9, 9, new Color(red, green, blue)));
  }

  @BeforeEach
  void write() throws IOException {
    ModelFiles.colours(folder);
    goods = folder.resolve("goods");
    write(goods.resolve("红茶/1.png"), 255, 0, 0);
    write(goods.resolve("红茶/2.png"), 230, 0, 0);
    write(goods.resolve("蓝莓/1.png"), 0, 0, 255);
    write(goods.resolve("蓝莓/2.png"), 0, 0, 230);
  }

  @Test
  void recognisesWhatWasAddedUntilItIsRemoved() {
    Path red = goods.resolve("红茶/1.png");
    Run added = run("add", "--label", "茶", red);
    assertThat(added.err()).isEmpty();
    assertThat(added.code()).isZero();
    assertThat(added.out()).contains("[INFO] 已添加: " + red + "（标签 茶，编号 1）");
    run("add", "--label", "莓", goods.resolve("蓝莓"));

    assertThat(run("list").out()).contains("- 茶（编号 1，" + red + "）", "- 莓（编号 2，").hasLineCount(3);
    assertThat(run("recognize", red).out())
        .contains("[INFO] 正在处理图像: " + red, "[RESULT] 识别结果: 茶 (相似度: 1.00，最近的样例: 1)");

    assertThat(run("remove", "--label", "茶").out()).contains("已删除 1 个样例");
    assertThat(run("remove", "--label", "茶").code()).isEqualTo(1);
    assertThat(run("recognize", "--json", red).json(0).get("label").asText()).isEqualTo("莓");
    assertThat(run("remove", "--id", "2,3").code()).isZero();
    assertThat(run("remove", "--id", "2").code()).isEqualTo(1);
    assertThat(run("recognize", red).out()).endsWith("[RESULT] 未识别" + System.lineSeparator());
  }

  @Test
  void takesFoldersAsLabelsAndTellsProgramsInJson() throws IOException {
    Files.write(goods.resolve("红茶/broken.png"), new byte[] {1, 2, 3});

    Run added = run("add", "--json", goods);

    assertThat(added.code()).isEqualTo(1);
    assertThat(added.json(0).get("label").asText()).isEqualTo("红茶");
    assertThat(added.json(1).get("id").asInt()).isEqualTo(2);
    assertThat(added.json(2).at("/error/type").asText()).isEqualTo("UNSUPPORTED_FORMAT");
    assertThat(added.out()).hasLineCount(5);

    JsonNode found = run("search", "--json", "--top", "3", goods.resolve("蓝莓/2.png")).json(0);
    assertThat(found.get("results")).hasSize(3);
    assertThat(found.at("/results/0/label").asText()).isEqualTo("蓝莓");
    assertThat(found.at("/results/0/metadata/file").asText()).endsWith("2.png");
    assertThat(found.at("/results/2/label").asText()).isEqualTo("红茶");

    JsonNode group = run("duplicates", "--json", "--threshold", "0.99").json(1);
    assertThat(group.at("/examples/1/label").asText()).isEqualTo("蓝莓");
  }

  @Test
  void whatIsUnlikeEverythingIsNotRecognisedOnceItIsCalibrated() throws IOException {
    run("add", goods);
    Path green = write(folder.resolve("green.png"), 0, 255, 0);

    JsonNode calibration = run("calibrate", "--json").json(0);

    assertThat(calibration.get("recognized").asDouble()).isEqualTo(1);
    assertThat(calibration.get("refused").asDouble()).isEqualTo(1);
    assertThat(run("recognize", green).out()).contains("[RESULT] 未识别（最接近: ");
    JsonNode answer = run("recognize", "--json", green).json(0);
    assertThat(answer.get("recognized").asBoolean()).isFalse();
    assertThat(answer.get("similarity").asDouble())
        .isLessThan(calibration.get("threshold").asDouble());
  }

  @Test
  void countsWhatIsRecognisedOfKnownLabelsAndRefusedOfOthers() throws IOException {
    run("add", goods);
    run("calibrate");
    Path asked = folder.resolve("asked");
    write(asked.resolve("红茶/1.png"), 240, 0, 0);
    write(asked.resolve("红茶/wrong.png"), 0, 0, 240);
    write(asked.resolve("绿茶/1.png"), 0, 255, 0);

    Run run = run("evaluate", "--json", asked);

    assertThat(run.code()).isZero();
    assertThat(run.json(0))
        .isEqualTo(
            JSON.readTree(
                "{\"known\":2,\"foreign\":1,\"top1\":0.5,\"nearest\":0.5,\"recognized\":0.5,\"refused\":1.0,\"auroc\":1.0}"));
    assertThat(run("evaluate", asked).out())
        .contains("已有标签的 2 张: top-1 50.0%（只看最近的样例: 50.0%），达到阈值且正确 50.0%")
        .contains("其他标签的 1 张: 未识别 100.0%", "AUROC: 1.000");
    assertThat(run("evaluate", asked.resolve("红茶/1.png")).err()).contains("is no folder");
  }

  /** As a server has it; who only asks need not wait until that ends. */
  @Test
  void whatOthersHaveOpenIsReadAsItIs() {
    run("add", "--label", "茶", goods.resolve("红茶"));
    Path red = goods.resolve("红茶/1.png");
    try (Recognizer recognizer = Recognizer.load(folder.resolve("model.pt"));
        Gallery gallery = Gallery.open(folder.resolve("gallery"), recognizer)) {
      gallery.add("莓", Picture.of(goods.resolve("蓝莓/1.png")));
      assertThat(run("list").out()).contains("- 茶", "- 莓").hasLineCount(3);
      assertThat(run("recognize", red).out()).contains("识别结果: 茶");
      assertThat(run("search", goods.resolve("蓝莓/2.png")).out()).contains("莓");
      assertThat(run("evaluate", goods).code()).isZero();
      assertThat(run("duplicates").code()).isZero();
      Run refused = run("add", "--label", "茶", red);
      assertThat(refused.code()).isNotZero();
      assertThat(refused.err()).contains("is open for changes in this process already");
      assertThat(run("calibrate").code()).isNotZero();
      assertThat(gallery.size()).isEqualTo(3);
    }
    assertThat(run("remove", "--label", "莓").code()).isZero();
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(run("list").err()).contains("There is no gallery", "wwts gallery add");
    assertThat(folder.resolve("gallery")).doesNotExist();
    assertThat(run("add", goods.resolve("红茶/1.png")).err()).contains("--label");
    assertThat(run("add", folder.resolve("gone"), "--label", "x").code()).isEqualTo(1);
    assertThat(run("remove").err()).contains("--id or --label");
    assertThat(run("search", "--top", "0", goods.resolve("红茶")).code()).isEqualTo(2);
  }

  @Test
  void aGalleryIsRebuiltForAnotherModelFromItsPictures() throws IOException {
    run("add", goods);
    Files.delete(goods.resolve("蓝莓/2.png"));
    Path other = folder.resolve("other.pt");
    Files.move(
        ModelFiles.with(folder.resolve("model.pt"), it -> it.replace("tiny", "other"), Map.of()),
        other);
    Files.move(other, folder.resolve("model.pt"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(run("list").err()).contains("wwts gallery rebuild");
    Path to = folder.resolve("new");

    Run rebuilt = run("rebuild", "--to", to);

    assertThat(rebuilt.code()).isEqualTo(1);
    assertThat(rebuilt.out()).contains("[WARN] 没有图片，未转入: 蓝莓（编号 4").hasLineCount(1);
    assertThat(run("list", "--gallery", to).out())
        .contains("红茶（编号 1", "红茶（编号 2", "蓝莓（编号 3")
        .hasLineCount(3);
    assertThat(run("rebuild", "--to", to).err()).contains("holds a gallery already");
  }
}
