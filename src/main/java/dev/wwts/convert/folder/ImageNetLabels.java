package dev.wwts.convert.folder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** ImageNet's 1,000 classes in Chinese: models/labels/imagenet-zh.txt. */
final class ImageNetLabels {
  private static final String FILE = "/dev/wwts/pull/labels/imagenet-zh.txt";

  /** Published lists differ in a few of the names. */
  private static final double AGREEING = 0.9;

  private ImageNetLabels() {}

  /** Label, WordNet's id, English name. */
  private static List<String[]> rows() {
    try (InputStream in = ImageNetLabels.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new FileNotFoundException(FILE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("The labels of ImageNet can't be read", e);
    }
  }

  static List<String> all() {
    return rows().stream().map(row -> row[0]).toList();
  }

  /**
   * The Chinese labels where the names are the English ones of ImageNet's classes, or their ids, in
   * their order; else the names. They agree as far as the first comma ("tench, Tinca tinca").
   */
  static List<String> inChinese(List<String> names) {
    List<String[]> rows = rows();
    if (names.size() != rows.size()) {
      return names;
    }
    int agreeing = 0;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).split(",", -1)[0].strip();
      String folded = name.toLowerCase(Locale.ROOT);
      agreeing +=
          folded.equals(rows.get(i)[2].toLowerCase(Locale.ROOT)) || name.equals(rows.get(i)[1])
              ? 1
              : 0;
    }
    return agreeing >= AGREEING * rows.size() ? all() : names;
  }
}
