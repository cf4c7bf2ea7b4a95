package dev.wwts.fuzz;

import dev.wwts.internal.model.script.ScriptCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Runs Jazzer on every target, each in a process of its own and for the same part of {@code
 * -Dminutes}. What it found is kept in {@code target/fuzz}; {@code -Dwwts.keep=true} makes the
 * least of it that covers as much the stored corpus.
 */
public final class Fuzz {
  private static final List<Class<?>> TARGETS =
      List.of(PictureTarget.class, ModelTarget.class, CallTarget.class);

  /** The first load takes a while on a busy machine: beyond that an input hangs. */
  private static final int HANGS_SECONDS = 180;

  private static final int LONGEST_INPUT = 16 << 10;

  /** Of TorchScript, beside the operators, which the library lists itself. */
  private static final List<String> SYNTAX =
      List.of(
          "def ",
          "return ",
          "torch.",
          "ops.",
          "self.",
          "if ",
          "else:",
          "for ",
          "while ",
          " in ",
          "List[int]",
          "Optional[Tensor]",
          "Tuple[",
          "Dict[str, ",
          "annotate(",
          "unchecked_cast(",
          "uninitialized(",
          "__torch__.",
          "class ",
          "(Module):",
          "__parameters__",
          "\\x0a  ");

  private Fuzz() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    double minutes = Double.parseDouble(System.getProperty("minutes", "1"));
    boolean keeps = Boolean.getBoolean("wwts.keep");
    long seconds = Math.max(1, Math.round(minutes * 60 / TARGETS.size()));
    List<String> failed = new ArrayList<>();
    for (Class<?> target : TARGETS) {
      Path folder = Path.of("target", "fuzz", target.getSimpleName());
      Path found = Files.createDirectories(folder.resolve("found"));
      Path seeds = write(target, folder.resolve("seeds"));
      if (run(target, folder, "-max_total_time=" + seconds, found, seeds) != 0) {
        failed.add(target.getSimpleName());
      } else if (keeps) {
        Path least = Files.createDirectories(folder.resolve("least"));
        if (run(target, folder, "-merge=1", least, seeds, found) != 0) {
          failed.add(target.getSimpleName() + ", merging");
        }
        store(least, Path.of("src/test/resources/dev/wwts/fuzz", target.getSimpleName() + ".zip"));
      }
    }
    if (!failed.isEmpty()) {
      System.err.println("FAILED: " + failed + "; the inputs are target/fuzz/TARGET/crash-*");
      System.exit(1);
    }
  }

  private static Path write(Class<?> target, Path folder) throws IOException {
    Files.createDirectories(folder);
    int n = 0;
    for (byte[] seed : Seeds.of(target)) {
      Files.write(folder.resolve("seed-" + n++), seed);
    }
    return folder;
  }

  private static int run(Class<?> target, Path folder, String option, Path... corpora)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.wwts.**",
                "--instrumentation_excludes=dev.wwts.fuzz.**",
                "--custom_hook_includes=dev.wwts.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-timeout=" + HANGS_SECONDS,
                "-max_len=" + LONGEST_INPUT,
                "-rss_limit_mb=0",
                "-keep_seed=1",
                "-print_final_stats=1",
                option));
    if (target == ModelTarget.class) {
      command.add("-dict=" + words(folder.resolve("words")));
    }
    for (Path corpus : corpora) {
      command.add(corpus.toString());
    }
    System.out.println(target.getSimpleName() + " " + option);
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** A dictionary: chance alone does not write code that is more than malformed. */
  private static Path words(Path file) throws IOException {
    Stream<String> operators;
    try (InputStream list =
        Objects.requireNonNull(ScriptCheck.class.getResourceAsStream("operators.txt"))) {
      String text = new String(list.readAllBytes(), StandardCharsets.UTF_8);
      operators =
          text.lines()
              .filter(line -> !line.startsWith("#") && !line.startsWith("["))
              .flatMap(line -> Stream.of(line.split(" ")));
    }
    return Files.write(
        file,
        Stream.concat(SYNTAX.stream(), operators.filter(word -> !word.isEmpty()))
            .map(word -> '"' + word + '"')
            .toList());
  }

  private static void store(Path folder, Path zip) throws IOException {
    Files.createDirectories(zip.toAbsolutePath().getParent());
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (Path file : files) {
        ZipEntry entry = new ZipEntry(String.valueOf(file.getFileName()));
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        entries.putNextEntry(entry);
        entries.write(Files.readAllBytes(file));
      }
    }
    System.out.println(files.size() + " inputs in " + zip);
  }
}
