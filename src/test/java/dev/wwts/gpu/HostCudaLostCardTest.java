package dev.wwts.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wwts.CliProcess;
import dev.wwts.Picture;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An error after which a card refuses everything, in a process of its own, as it is of no more use
 * to other tests; see {@link HostCudaCase}.
 */
class HostCudaLostCardTest extends HostCudaCase {
  private static final String RESTART =
      "DeviceException The GPU cuda:0 failed (%s, CUDA error %d) and does nothing more in this process: restart the process.";

  @ParameterizedTest
  @CsvSource({
    "700, an illegal memory access was encountered",
    "710, device-side assert triggered",
    "719, unspecified launch failure",
    "214, uncorrectable ECC error encountered",
  })
  void everyCallSaysThatTheProcessMustBeRestarted(int code, String words) throws Exception {
    String refusal = RESTART.formatted(words, code);

    assertThat(lines("calls", code))
        .containsExactly(
            "first " + refusal,
            "again " + refusal,
            "asked of the card meanwhile: 0",
            "batch " + refusal,
            "memory " + refusal,
            "another recognizer " + refusal,
            "closed",
            "after close " + refusal,
            "load " + refusal,
            "end");
  }

  @Test
  void callsOfOtherThreadsEndToo() throws Exception {
    String refusal = RESTART.formatted("an illegal memory access was encountered", 700);

    assertThat(lines("threads", 700))
        .filteredOn(line -> line.startsWith("thread"))
        .hasSize(8)
        .allMatch(line -> line.equals("thread " + refusal));
  }

  @Test
  void loadsEndToo() throws Exception {
    String refusal = RESTART.formatted("unspecified launch failure", 719);

    assertThat(lines("load", 719)).containsExactly("load " + refusal, "load " + refusal, "end");
  }

  @Test
  void theCommandLineSaysSoAndEndsWithTwo() throws Exception {
    Path picture = Files.write(folder.resolve("p.jpg"), TestPictures.jpeg(64, 64));
    String[] pictures = new String[50];
    java.util.Arrays.fill(pictures, picture.toString());
    List<String> arguments = new ArrayList<>(List.of("recognize", "--device", "cuda"));
    arguments.addAll(List.of("--model", model.toString()));
    arguments.addAll(List.of(pictures));
    // some of the launches are the load's
    for (int launch : new int[] {1, 60, 120}) {
      CliProcess run =
          CliProcess.run(
              Map.of("HOSTCUDA_FATAL", String.valueOf(launch)),
              Redirect.PIPE,
              arguments.toArray(String[]::new));

      assertThat(run.err()).contains("restart the process.").doesNotContain("\tat ");
      assertThat(run.code()).isEqualTo(2);
    }
  }

  @Test
  void theLedgerSaysSoToo() throws Exception {
    // at the load, in the runs, in the search for the largest batch
    for (int launch : new int[] {1, 60, 100}) {
      CliProcess run =
          CliProcess.run(
              Map.of("HOSTCUDA_FATAL", String.valueOf(launch)),
              Redirect.PIPE,
              "vram",
              "--device",
              "cuda",
              "--model",
              model.toString(),
              "--out",
              folder.resolve("vram" + launch).toString());

      assertThat(run.err()).contains("restart the process.").doesNotContain("\tat ");
      assertThat(run.code()).isNotZero();
    }
  }

  private static List<String> lines(String what, int code) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-Dwwts.native=" + System.getProperty("wwts.native", ""),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                what,
                model.toString(),
                String.valueOf(code))
            .redirectError(Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out.lines().toList();
  }

  /** The process. */
  static final class Main {
    private static final byte[] PICTURE = TestPictures.jpeg(64, 64);

    private Main() {}

    public static void main(String[] args) throws Exception {
      model = Path.of(args[1]);
      long code = Long.parseLong(args[2]);
      switch (args[0]) {
        case "calls" -> calls(code);
        case "threads" -> threads(code);
        default -> {
          on(CUDA).load().close();
          HostCuda.Refusal.FATAL.next(code);
          System.out.println("load " + said(() -> on(CUDA).load()));
          System.out.println("load " + said(() -> on(CUDA).load()));
        }
      }
      System.out.println("end");
    }

    private static void calls(long code) {
      Recognizer recognizer = on(CUDA).lanes(2).load();
      Recognizer other = on(CUDA).cudaGraphs(false).load();
      HostCuda.Refusal.FATAL.next(code);
      System.out.println("first " + said(() -> recognizer.recognize(PICTURE)));
      int asked = asked();
      System.out.println("again " + said(() -> recognizer.recognize(PICTURE)));
      System.out.println("asked of the card meanwhile: " + (asked() - asked));
      List<Picture> batch = Collections.nCopies(3, Picture.of(PICTURE));
      System.out.println("batch " + said(() -> recognizer.answers(batch)));
      System.out.println("memory " + said(recognizer::memory));
      System.out.println("another recognizer " + said(() -> other.recognize(PICTURE)));
      recognizer.close();
      other.close();
      recognizer.close();
      System.out.println("closed");
      System.out.println("after close " + said(() -> recognizer.recognize(PICTURE)));
      System.out.println("load " + said(() -> on(CUDA).load()));
    }

    private static int asked() {
      return HostCuda.Count.WAITS.read()
          + HostCuda.Count.GRAPH_LAUNCHES.read()
          + HostCuda.Count.COPIES.read();
    }

    /** More callers than lanes, so that some wait for one. */
    private static void threads(long code) throws Exception {
      ExecutorService callers = Executors.newFixedThreadPool(8);
      try (Recognizer recognizer = on(CUDA).lanes(4).load()) {
        Callable<String> calls =
            () ->
                said(
                    () -> {
                      while (true) {
                        recognizer.recognize(PICTURE);
                      }
                    });
        List<Future<String>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          all.add(callers.submit(calls));
        }
        HostCuda.Refusal.FATAL.next(code);
        for (Future<String> one : all) {
          System.out.println("thread " + one.get());
        }
      } finally {
        callers.shutdown();
      }
    }

    private static String said(Callable<?> call) {
      try {
        return "nothing: " + call.call();
      } catch (Exception e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
      }
    }
  }
}
