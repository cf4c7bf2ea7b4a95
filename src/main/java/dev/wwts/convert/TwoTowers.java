package dev.wwts.convert;

import dev.wwts.convert.ConversionSpec.Texts;
import dev.wwts.convert.folder.FolderModel;
import dev.wwts.convert.folder.FolderModel.Towers;
import dev.wwts.convert.weights.Fitting;
import dev.wwts.internal.model.SelfTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model of pictures and texts on its way to a model file, without labels: both towers and the
 * vocabulary, as models/exporters/chinese_clip.py writes them.
 */
final class TwoTowers {
  private static final String FAMILY = "chinese-clip";
  private static final String MEANING = "where pictures and texts meet";

  /** What the self-test asks; the last one is longer than a text tower reads. */
  private static final List<String> ASKED =
      List.of(
          "红茶",
          "一张猫的图片",
          "这是一杯红茶。",
          "电饭煲 (家用, 4L)",
          "Hello, World! 你好，世界",
          "繁體字與ＦＵＬＬ　ＷＩＤＴＨ",
          "😀👍🏽 café naïve",
          "一只黄色的小狗在绿色的草地上奔跑，后面是一座红色的房子和几棵大树，天上有白云".repeat(2));

  private final FolderModel model;
  private final Towers towers;
  private final String name;
  private final Texts texts;

  TwoTowers(FolderModel model, Towers towers, String name, Texts texts) {
    this.model = model;
    this.towers = towers;
    this.name = name;
    this.texts = texts;
  }

  /** Writes the file, as {@link Conversion#write}. */
  void write(Path out) {
    FilledNetwork network = new FilledNetwork(model.weights(), model.recipe());
    try (FilledTextTower text = new FilledTextTower(model, towers);
        Fitting fitting = towers.imageSkeleton().fit(model.weights(), false)) {
      WholeFile.write(
          out,
          file -> {
            fitting.write(Map.of(), Map.of(), FilledNetwork::bicubic, file);
            ReferenceRun run = network.run(file, 0);
            fitting.write(
                extra(run, text, fitting.parameters()),
                Map.of(FilledTextTower.NETWORK, text.file()),
                FilledNetwork::bicubic,
                file);
          });
    }
  }

  private Map<String, byte[]> extra(ReferenceRun run, FilledTextTower text, long parameters) {
    List<float[]> rows = text.embeddings(ASKED);
    List<float[]> scores = new ArrayList<>();
    run.embeddings().forEach(picture -> scores.add(products(picture, rows)));
    SelfTestEntries plain = run.entries(FilledNetwork.REFERENCE);
    SelfTestEntries test =
        new SelfTestEntries(
            plain.pictures(),
            plain.logits(),
            plain.embeddings(),
            Optional.of(new SelfTest.Texts(ASKED, rows, scores)),
            plain.reference(),
            plain.tolerance());
    ManifestJson manifest =
        new ManifestJson(name, 0, texts, FAMILY, model.recipe())
            .size(parameters + text.parameters())
            .embedding(run.embedding(MEANING).orElseThrow())
            .text(text.fields(), FilledTextTower.TOKENS_READ)
            .selfTest(test);
    Map<String, byte[]> extra = new LinkedHashMap<>();
    extra.put("wwts.json", manifest.bytes());
    extra.put("labels.txt", SelfTestEntries.labels(List.of()));
    extra.put(FilledTextTower.VOCABULARY, towers.vocabulary().getBytes(StandardCharsets.UTF_8));
    extra.putAll(test.entries());
    return extra;
  }

  private static float[] products(float[] picture, List<float[]> texts) {
    float[] products = new float[texts.size()];
    for (int i = 0; i < products.length; i++) {
      double sum = 0;
      for (int k = 0; k < picture.length; k++) {
        sum += (double) picture[k] * texts.get(i)[k];
      }
      products[i] = (float) sum;
    }
    return products;
  }
}
