package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual threads that call are not pinned: with one carrier thread another virtual thread goes on
 * while they wait. On a Java that has them, in a process of its own.
 */
class VirtualThreadTest {
  private static final int LEAST_JAVA = 21;

  @TempDir private static Path folder;

  @Test
  void whoCallsWithHugePicturesLetsOthersGoOn() throws Exception {
    Optional<Path> home = newerJava();
    assumeTrue(home.isPresent(), "skipped: no Java with virtual threads is here");
    CliProcess process =
        CliProcess.main(
            home.orElseThrow(),
            List.of(
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
            Main.class,
            ModelFiles.tiny(folder).toString());

    assertThat(process.code()).as(process.err()).isZero();
    System.out.print(process.out());
    assertThat(process.out()).contains("both were under way: true", "answered: 2");
  }

  private static Optional<Path> newerJava() throws IOException {
    if (Runtime.version().feature() >= LEAST_JAVA) {
      return Optional.of(Path.of(System.getProperty("java.home")));
    }
    Path all = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(all)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(all)) {
      return homes.filter(VirtualThreadTest::isNewer).findFirst();
    }
  }

  private static boolean isNewer(Path home) {
    try (Stream<String> lines = Files.lines(home.resolve("release"))) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("\\D*(\\d+).*", "$1"))
          .anyMatch(version -> Integer.parseInt(version) >= LEAST_JAVA);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** The process. Java 17 compiles it: what it lacks is found by name. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      byte[] huge = huge();
      try (Recognizer recognizer = Recognizer.builder(Path.of(args[0])).decoders(3).load()) {
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(2);
        Runnable call =
            () -> {
              begun.countDown();
              recognizer.recognize(huge);
              answered.incrementAndGet();
            };
        Thread first = virtual(call);
        Thread second = virtual(call);
        AtomicInteger before = new AtomicInteger(2);
        Thread third =
            virtual(
                () -> {
                  try {
                    begun.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  before.set(answered.get());
                });
        third.join();
        System.out.println("both were under way: " + (before.get() == 0));
        first.join();
        second.join();
        System.out.println("answered: " + answered);
      }
    }

    private static Thread virtual(Runnable work) throws ReflectiveOperationException {
      Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
      return (Thread) start.invoke(null, work);
    }

    /** 10,000 x 10,000 pixels in 35 bytes. */
    private static byte[] huge() {
      ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
      gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
      gif.putShort((short) 10_000).putShort((short) 10_000);
      gif.put(new byte[] {(byte) 0x80, 0, 0, 1, 2, 3, 4, 5, 6});
      gif.put(new byte[] {',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';'});
      return gif.array();
    }
  }
}
