package dev.wwts.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wwts.ModelException;
import dev.wwts.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Pulls with a small file, a patience of moments, and a tiny model in place of a conversion. */
abstract class PullCase {
  static final byte[] FILE = new byte[300_000];

  static {
    new Random(1).nextBytes(FILE);
  }

  /** For servers that are too slow; any other may be as slow as a busy machine makes it. */
  static final Patience SHORT =
      new Patience(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofMillis(200), 100_000);

  static final Duration LONG = Duration.ofMinutes(1);
  static final Patience PATIENT = new Patience(LONG, LONG, LONG, 0);

  @TempDir Path temporary;
  final List<String> said = new ArrayList<>();

  Path models() {
    return temporary.resolve("data").resolve("models");
  }

  ModelFolder folder() {
    return new ModelFolder(models());
  }

  static CatalogueEntry entry(String version) {
    return new CatalogueEntry(
        "tiny",
        version,
        new CatalogueEntry.Shows("颜色", "colours", 3),
        CatalogueEntry.Kind.TFLITE,
        "Apache-2.0",
        "nobody",
        new CatalogueEntry.SourceFile(
            "tiny.tflite",
            FILE.length,
            sha256(FILE),
            List.of(URI.create("https://models.invalid/some/where/tiny.tflite"))),
        "labels/none.txt",
        new CatalogueEntry.Input(8, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
        new CatalogueEntry.SelfTest(List.of(), "none.f32", "nothing"));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** In place of the converter: a model that says what it was made of. */
  private void make(CatalogueEntry entry, Path source, Path out) {
    assertThat(source).hasBinaryContent(FILE);
    write(entry.version(), entry.provenance(), out);
  }

  /** A tiny model that says what it was made of. */
  void write(String version, String source, Path out) {
    try {
      String manifest =
          ModelFiles.MANIFEST.replace(
              "\"size\":",
              "\"version\": \"%s\", \"source\": \"%s\", \"size\":".formatted(version, source));
      Path model =
          ModelFiles.write(
              temporary, "m", manifest, ModelFiles.LABELS.getBytes(StandardCharsets.UTF_8));
      Files.move(model, out, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps what is said. */
  PullListener listener() {
    return new PullListener() {
      @Override
      public void say(String sentence) {
        said.add(sentence);
      }

      @Override
      public void arrived(long bytes, long of) {
        assertThat(bytes).isBetween(1L, of);
      }
    };
  }

  Puller puller(Patience patience) {
    return new Puller(folder(), this::make, patience, listener());
  }

  boolean pull(Sources sources) {
    return puller(PATIENT).pull(entry("1"), sources, model -> {});
  }

  boolean pull(StandIn server) {
    return pull(new Sources.Base(server.address()));
  }

  /** What is refused, in one sentence of a length that is read. */
  String refusal(StandIn server, Patience patience) {
    return refusal(new Sources.Base(server.address()), patience);
  }

  String refusal(Sources sources, Patience patience) {
    ModelException refused =
        catchThrowableOfType(
            ModelException.class, () -> puller(patience).pull(entry("1"), sources, model -> {}));
    assertThat(refused.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("java.", "null");
    assertThat(models().resolve("tiny.pt")).doesNotExist();
    return String.valueOf(refused.getMessage());
  }

  String refusal(StandIn server) {
    return refusal(server, PATIENT);
  }

  Path part() {
    return models().resolve(".tiny.tflite.part");
  }

  /** An earlier try's beginning of the file. */
  void begun(byte[] bytes) {
    try {
      Files.createDirectories(models());
      Files.write(part(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> files() {
    try (Stream<Path> files = Files.list(models())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
