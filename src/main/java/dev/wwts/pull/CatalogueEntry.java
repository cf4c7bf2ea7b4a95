package dev.wwts.pull;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wwts.internal.model.Manifest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One model of the catalogue: where its file is fetched from, what the file must be, and what is
 * made of it.
 *
 * @param name what {@code wwts pull} is told, lower-case letters, digits and hyphens
 * @param version of what is made of the file; another one is fetched again
 * @param shows what it recognises
 * @param kind what the file is
 * @param license SPDX identifier
 * @param attribution whom to name
 * @param file what is fetched
 * @param labels the resource with a line for each class
 * @param input pixels to the network's input
 * @param selfTest what the reference answers
 */
public record CatalogueEntry(
    String name,
    String version,
    Shows shows,
    Kind kind,
    String license,
    String attribution,
    SourceFile file,
    String labels,
    Input input,
    @JsonProperty("selftest") SelfTest selfTest) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,30}");

  /** Checks what a typing error would spoil. */
  public CatalogueEntry {
    require(isName(name), name, "is no name of a model");
    require(!version.isBlank() && !license.isBlank(), name, "needs a version and a license");
  }

  /** Whether a model can be called that; such a text is no path. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * What a model recognises, in Chinese and in English.
   *
   * @param zh Chinese
   * @param en English
   * @param classes how many
   */
  public record Shows(String zh, String en, int classes) {}

  /** What a fetched file is. */
  public enum Kind {
    /** A TensorFlow Lite file, converted here. */
    @JsonProperty("tflite")
    TFLITE;

    /** As manifests say it. */
    String family() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The file that is fetched. Its digest is its identity: who serves it does not matter.
   *
   * @param name its file name
   * @param bytes its exact size
   * @param sha256 its digest, 64 hexadecimal digits
   * @param sources where it is, tried in this order; https only
   */
  public record SourceFile(String name, long bytes, String sha256, List<URI> sources) {
    /** Checks them. */
    public SourceFile {
      sources = List.copyOf(sources);
      require(name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}"), name, "is no plain file name");
      require(bytes > 0 && bytes <= PinnedFile.MOST, name, "has an impossible size");
      require(sha256.matches("[0-9a-f]{64}"), name, "needs the SHA-256 in 64 small digits");
      require(!sources.isEmpty(), name, "needs a source");
      for (URI source : sources) {
        require(
            "https".equals(source.getScheme()) && source.getPath().endsWith("/" + name),
            name,
            "needs https addresses that end in its name");
      }
    }

    /** Without where it is. */
    PinnedFile pinned() {
      return new PinnedFile(name, bytes, sha256);
    }
  }

  /**
   * Pixels to the network's input, bilinear and antialiased; its size is the file's.
   *
   * @param resize the shorter side before the middle is cropped
   * @param mean subtracted from pixel / 255, red, green, blue
   * @param std divides the difference
   */
  public record Input(int resize, List<Float> mean, List<Float> std) {
    /** Copies the lists. */
    public Input {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }
  }

  /**
   * The self-test that the model gets.
   *
   * @param pictures resources, PNG files
   * @param logits the resource of little-endian float32, pictures x classes
   * @param reference the software that computed them
   */
  public record SelfTest(List<String> pictures, String logits, String reference) {
    /** Copies the list. */
    public SelfTest {
      pictures = List.copyOf(pictures);
    }
  }

  /** What the manifest of the finished model says of its source; it tells the model's state too. */
  String provenance() {
    return "%s (SHA-256 %s)".formatted(file.sources.get(0), file.sha256);
  }

  /** Whether that is the manifest of what is made of the file by this version. */
  boolean made(Manifest manifest) {
    return manifest.version().equals(version) && manifest.source().equals(provenance());
  }

  private static void require(boolean isRight, String name, String rule) {
    if (!isRight) {
      throw new IllegalArgumentException("The catalogue's '" + name + "' " + rule + ".");
    }
  }
}
