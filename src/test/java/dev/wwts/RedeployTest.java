package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that is taken down leaves nothing behind: twenty class loaders of wwts, one after
 * the other, over presets that they share, in a process of their own.
 */
class RedeployTest {
  private static final int DEPLOYMENTS = 20;
  private static final int WARM = 5;

  /** Metaspace, JIT and malloc's arenas move by a few MB; a kept model is tens of MB each time. */
  private static final long MOST_GROWTH = 48 << 20;

  @TempDir private static Path folder;

  @Test
  void leavesNoLoaderHookOrThreadBehind() throws Exception {
    Path model = ModelFiles.tiny(folder);
    Path picture = Files.write(folder.resolve("a.png"), TestPictures.png(9, 9, java.awt.Color.RED));
    String classes = Path.of("target", "classes").toAbsolutePath().toString();
    String classPath =
        Arrays.stream(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"))
                    .split(File.pathSeparator, -1))
            .filter(each -> !each.equals(classes))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "-cp",
                classPath,
                Main.class.getName(),
                classes + "/",
                model.toString(),
                picture.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("loaders left: 0", "hooks left: []", "threads left: []");
    long growth = Long.parseLong(output.replaceAll("(?s).*growth: (-?\\d+).*", "$1"));
    assertThat(growth).as("bytes from deployment 5 to 20").isLessThan(MOST_GROWTH);
  }

  /** The process. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      // as the one who shares the presets should: until Java 23 JavaCPP's own thread keeps the
      // first
      // class loader that made JavaCPP start it
      Class.forName("org.bytedeco.javacpp.Pointer");
      List<WeakReference<ClassLoader>> left = new java.util.ArrayList<>();
      long warm = 0;
      for (int i = 1; i <= DEPLOYMENTS; i++) {
        left.add(new WeakReference<>(deploy(args)));
        collect(left);
        if (i == WARM) {
          warm = resident();
        }
      }
      System.out.println("loaders left: " + left.size());
      System.out.println("hooks left: " + hooks());
      System.out.println(
          "threads left: "
              + Thread.getAllStackTraces().keySet().stream()
                  .map(Thread::getName)
                  .filter(name -> name.startsWith("wwts") || name.startsWith("Cleaner-"))
                  .toList());
      System.out.println("growth: " + (resident() - warm));
    }

    /** Loads, answers, drops one recognizer without closing it, closes the other. */
    private static ClassLoader deploy(String[] args) throws Exception {
      try (URLClassLoader loader =
          new URLClassLoader(
              new URL[] {Path.of(args[0]).toUri().toURL()}, Main.class.getClassLoader())) {
        Class<?> type = loader.loadClass("dev.wwts.Recognizer");
        if (type.getClassLoader() != loader) {
          throw new IllegalStateException("The parent has wwts too.");
        }
        for (boolean isClosed : new boolean[] {true, false}) {
          Object recognizer = type.getMethod("load", Path.class).invoke(null, Path.of(args[1]));
          type.getMethod("recognize", Path.class).invoke(recognizer, Path.of(args[2]));
          if (isClosed) {
            type.getMethod("close").invoke(recognizer);
          }
        }
        return loader;
      }
    }

    /** Some collections are needed: the forgotten recognizer's thread has to end in between. */
    private static void collect(List<WeakReference<ClassLoader>> left) throws Exception {
      for (int i = 0; i < 100 && !left.isEmpty(); i++) {
        System.gc();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
          if (thread.getName().equals("wwts-forgotten")) {
            thread.join(100);
          }
        }
        left.removeIf(loader -> loader.get() == null);
      }
    }

    private static List<String> hooks() throws Exception {
      var field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
      field.setAccessible(true);
      Map<?, ?> hooks = (Map<?, ?>) field.get(null);
      return hooks.keySet().stream()
          .map(hook -> ((Thread) hook).getName())
          .filter(name -> name.startsWith("wwts"))
          .toList();
    }

    private static long resident() throws Exception {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }
}
