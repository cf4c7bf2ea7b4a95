package dev.wwts;

import static java.util.stream.Collectors.joining;

import dev.wwts.internal.network.TestModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Model files for tests, made on the spot: three classes, 8 x 8 pixels, the answer is the strongest
 * channel.
 */
public final class ModelFiles {
  /** A manifest that fits the tiny network. */
  public static final String MANIFEST =
      """
      {"format": 1, "name": "tiny", "family": "test", "size": "small", "dtype": "float32",
       "input": {"width": 8, "height": 8, "color": "RGB", "alpha": "drop", "orientation": "exif",
                 "resize": {"rule": "shorter-side", "size": 8}, "interpolation": "bilinear", "antialias": true,
                 "crop": "center", "crop_rounding": "half-even", "mean": [0, 0, 0], "std": [1, 1, 1]},
       "output": {"classes": 3, "activation": "softmax", "threshold": 0.0}}
      """;

  /** Labels that fit it. */
  public static final String LABELS = "红\n绿\n蓝\n";

  private ModelFiles() {}

  /** A good model. */
  public static Path tiny(Path folder) {
    return write(folder, "m * 10", MANIFEST, LABELS.getBytes(StandardCharsets.UTF_8));
  }

  /** A model of that network, manifest and labels. */
  public static Path write(Path folder, String expression, String manifest, byte[] labels) {
    Path bare = folder.resolve("bare.pt");
    TestModels.write(bare, expression, 1f);
    return complete(bare, folder.resolve("model.pt"), manifest, labels);
  }

  /** A model of a TorchScript file whose network takes and gives what the tiny one does. */
  public static Path of(Path folder, Path bare) {
    return complete(
        bare,
        folder.resolve("of-" + bare.getFileName()),
        MANIFEST,
        LABELS.getBytes(StandardCharsets.UTF_8));
  }

  /** A model that answers every picture with the same logits. */
  public static Path constant(Path folder, float[] logits, String activation) {
    Path bare = folder.resolve("constant.pt");
    TestModels.constant(bare, logits);
    String manifest =
        MANIFEST
            .replace("\"classes\": 3", "\"classes\": " + logits.length)
            .replace("\"softmax\"", "\"" + activation + "\"");
    String labels =
        IntStream.range(0, logits.length).mapToObj(i -> "类" + i + "\n").collect(joining());
    return complete(
        bare, folder.resolve("logits.pt"), manifest, labels.getBytes(StandardCharsets.UTF_8));
  }

  /** A model that answers every picture with the same logits and, behind them, features. */
  public static Path features(Path folder, float[] row, int classes) {
    Path bare = folder.resolve("features.pt");
    TestModels.constant(bare, row);
    String manifest =
        MANIFEST
            .replace("\"classes\": 3", "\"classes\": " + classes)
            .replace("\"format\": 1", "\"format\": 2")
            .replace("\"output\"", embedding(row.length - classes) + ", \"output\"");
    String labels = IntStream.range(0, classes).mapToObj(i -> "类" + i + "\n").collect(joining());
    return complete(
        bare, folder.resolve("embeds.pt"), manifest, labels.getBytes(StandardCharsets.UTF_8));
  }

  /** A model whose features are a picture's mean colour and a half. */
  public static Path colours(Path folder) {
    return write(
        folder,
        "torch.cat([m * 10, m, m[:, :1] * 0 + 0.5], 1)",
        MANIFEST
            .replace("\"format\": 1", "\"format\": 2")
            .replace("\"output\"", embedding(4) + ", \"output\""),
        LABELS.getBytes(StandardCharsets.UTF_8));
  }

  /** The words of {@link #texts}: special ones, and colours. */
  static final List<String> WORDS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "红", "绿", "蓝", "色");

  /** What each stands for: of a picture in that colour alone the features are those of its word. */
  private static final float[][] ROWS = {
    {0, 0, 0, 0},
    {0, 0, 0, 0},
    {0, 0, 0, 0.5f},
    {0, 0, 0, 0},
    {0, 0, 0, 0},
    {1, 0, 0, 0},
    {0, 1, 0, 0},
    {0, 0, 1, 0},
    {0, 0, 0, 0}
  };

  /** A manifest that fits a model of texts. */
  static final String TEXT_MANIFEST =
      MANIFEST
          .replace("\"format\": 1", "\"format\": 2")
          .replace("\"classes\": 3", "\"classes\": 0")
          .replace(
              "\"output\"",
              embedding(4)
                  + """
                  ,
                   "text": {"tokenizer": "bert", "network": "text/network.pt",
                            "vocabulary": "text/vocabulary.txt", "length": 6, "longest_word": 200,
                            "logit_scale": 10.0},
                   "output\"""");

  /** A model that knows texts and has no labels; pictures and texts are their colours. */
  public static Path texts(Path folder) {
    return texts(folder, TEXT_MANIFEST, "y.sum(1)", String.join("\n", WORDS) + "\n");
  }

  /** The same of that manifest, text tower and vocabulary. */
  static Path texts(Path folder, String manifest, String sum, String vocabulary) {
    Path bare = folder.resolve("pictures.pt");
    TestModels.write(bare, "torch.cat([m, m[:, :1] * 0 + 0.5], 1)", 1f);
    Path tower = folder.resolve("words.pt");
    TestModels.words(tower, ROWS, sum);
    Map<String, byte[]> entries = entries(bare);
    String root = entries.keySet().iterator().next().replaceFirst("/.*", "/");
    entries.put(root + "extra/wwts.json", manifest.getBytes(StandardCharsets.UTF_8));
    entries.put(root + "extra/labels.txt", new byte[0]);
    entries.put(root + "extra/text/vocabulary.txt", vocabulary.getBytes(StandardCharsets.UTF_8));
    try {
      entries.put(root + "extra/text/network.pt", Files.readAllBytes(tower));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zip(folder.resolve("texts.pt"), entries);
  }

  /** A manifest's field for so many features. */
  public static String embedding(int length) {
    return "\"embedding\": {\"length\": %d, \"dtype\": \"float32\", \"normalised\": false}"
        .formatted(length);
  }

  private static Path complete(Path bare, Path out, String manifest, byte[] labels) {
    Map<String, byte[]> entries = entries(bare);
    String root = entries.keySet().iterator().next().replaceFirst("/.*", "/");
    entries.put(root + "extra/wwts.json", manifest.getBytes(StandardCharsets.UTF_8));
    entries.put(root + "extra/labels.txt", labels);
    return zip(out, entries);
  }

  /** A model's file with more entries below its {@code extra/}, its manifest changed likewise. */
  public static Path with(Path model, UnaryOperator<String> manifest, Map<String, byte[]> more) {
    Map<String, byte[]> entries = entries(model);
    String root = entries.keySet().iterator().next().replaceFirst("/.*", "/");
    String json = new String(entries.get(root + "extra/wwts.json"), StandardCharsets.UTF_8);
    entries.put(root + "extra/wwts.json", manifest.apply(json).getBytes(StandardCharsets.UTF_8));
    more.forEach((name, bytes) -> entries.put(root + "extra/" + name, bytes));
    return zip(model.resolveSibling("with-" + model.getFileName()), entries);
  }

  /** All entries of a zip. */
  public static Map<String, byte[]> entries(Path file) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A zip of stored entries. */
  public static Path zip(Path file, Map<String, byte[]> entries) {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.getValue().length);
        CRC32 crc = new CRC32();
        crc.update(content.getValue());
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(content.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
