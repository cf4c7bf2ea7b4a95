package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGTERM with calls in flight: all that were accepted are answered, and the process ends as one
 * that was asked to. In a process of its own. Under Spring Boot: .ci/published.
 */
class TerminationTest {
  private static final int CALLS = 8;

  /** 128 and SIGTERM's number: the end of who was terminated, not of who crashed. */
  private static final int TERMINATED = 143;

  @TempDir private static Path folder;

  /** Who sees to it that calls end. */
  enum Owner {
    /** Nobody does: the recognizer's own hook. */
    NONE,
    /** A hook of the service's that drains and closes, beside the recognizer's own. */
    HOOK,
    /** The same in place of it. */
    ONLY_HOOK
  }

  @ParameterizedTest
  @EnumSource(Owner.class)
  void everyAcceptedCallIsAnswered(Owner owner) throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "skipped: SIGTERM is sent as on Linux");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.log.org.bytedeco=error",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                ModelFiles.tiny(folder).toString(),
                owner.name())
            .redirectError(errors.toFile())
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).as("%s", Files.readString(errors)).isEqualTo("accepted " + CALLS);
      process.toHandle().destroy();
      out.lines().forEach(lines::add);
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    System.out.println("SIGTERM, owner " + owner + ": " + lines);
    assertThat(Files.readString(errors)).isEmpty();
    assertThat(lines.stream().filter("answered"::equals)).hasSize(CALLS);
    assertThat(lines).contains("still in flight: true").doesNotContain("failed");
    assertThat(process.exitValue()).isEqualTo(TERMINATED);
  }

  /** The process: a model and who owns it. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      Owner owner = Owner.valueOf(args[1]);
      Recognizer recognizer =
          Recognizer.builder(Path.of(args[0])).shutdownHook(owner != Owner.ONLY_HOOK).load();
      CountDownLatch told = new CountDownLatch(CALLS);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> atTheEnd(recognizer, owner, told), "service"));
      Picture large = large();
      for (int i = 0; i < CALLS; i++) {
        new Thread(() -> call(recognizer, large, told)).start();
      }
      while (recognizer.stats().accepted() < CALLS) {
        Thread.onSpinWait();
      }
      System.out.println("accepted " + CALLS);
    }

    private static void call(Recognizer recognizer, Picture picture, CountDownLatch told) {
      try {
        recognizer.answer(picture);
        System.out.println("answered");
      } catch (RuntimeException e) {
        System.out.println("failed: " + e);
      } finally {
        told.countDown();
      }
    }

    private static void atTheEnd(Recognizer recognizer, Owner owner, CountDownLatch told) {
      System.out.println("still in flight: " + (recognizer.stats().answered() < CALLS));
      try {
        if (owner == Owner.NONE) {
          // as the threads of a server, which its own hook waits for
          told.await();
          return;
        }
        System.out.println("drained: " + recognizer.drain(Duration.ofSeconds(30)));
        recognizer.close();
        told.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    /** 6,000 x 6,000 pixels in 35 bytes, which keep decoders and lanes busy for a while. */
    private static Picture large() {
      ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
      gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
      gif.putShort((short) 6_000).putShort((short) 6_000);
      gif.put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6});
      gif.put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'});
      return Picture.of(gif.array());
    }
  }
}
