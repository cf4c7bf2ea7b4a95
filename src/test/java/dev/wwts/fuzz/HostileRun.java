package dev.wwts.fuzz;

import dev.wwts.Answer;
import dev.wwts.DeadlineExceededException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.TestPictures;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * A million calls of 64 callers, with ten thousand damaged pictures and model files among them, in
 * one process: how each ended, and what the process is as large as before and after.
 */
public final class HostileRun {
  private static final int CALLERS = 64;
  private static final long WARM = 20_000;

  /** After each the process's size is told: a leak grows with the calls, a heap's holes do not. */
  private static final int PARTS = 4;

  private static final List<Color> COLOURS = List.of(Color.RED, Color.GREEN, Color.BLUE);
  private static final List<String> LABELS = List.of("红", "绿", "蓝");

  private final long calls = Long.getLong("wwts.calls", 1_000_000);
  private final long hostile = Long.getLong("wwts.hostile", 10_000);
  private long seed;
  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final List<byte[]> pictures = Seeds.pictures();
  private final List<byte[]> models = Seeds.models(ModelTarget.good());
  private final List<Picture> good = new ArrayList<>();

  private HostileRun() {
    for (Color colour : COLOURS) {
      good.add(Picture.of(TestPictures.png(16, 9, colour)));
      good.add(Picture.of(TestPictures.png(64, 48, colour)));
    }
  }

  public static void main(String[] args) throws Exception {
    new HostileRun().run();
  }

  private void run() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    long start = System.nanoTime();
    try (Recognizer recognizer =
        Recognizer.builder(ModelTarget.good()).threads(1).lanes(2).queue(CALLERS).load()) {
      all(callers, recognizer, WARM, hostile * WARM / calls);
      String sizes = "Before: " + size();
      outcomes.clear();
      for (int part = 1; part <= PARTS; part++) {
        all(callers, recognizer, calls / PARTS, hostile / PARTS);
        sizes += "; after %,d: %s".formatted(part * calls / PARTS, size());
      }
      long seconds = (System.nanoTime() - start) / 1_000_000_000L;
      System.out.printf("%,d calls and %,d hostile inputs: %,d s%n%n", calls, hostile, seconds);
      System.out.printf("| what | outcome | times |%n| --- | --- | ---: |%n");
      outcomes.forEach((name, times) -> System.out.printf("| %s | %,d |%n", name, times.sum()));
      System.out.printf("%n%s.%n%s%n", sizes, recognizer.stats());
    } finally {
      callers.shutdownNow();
    }
    if (wrong.get() > 0) {
      System.out.println("FAILED: " + wrong + " answers were wrong or none.");
      System.exit(1);
    }
  }

  private void all(ExecutorService callers, Recognizer recognizer, long wanted, long bad)
      throws Exception {
    begun.set(0);
    long every = Math.max(1, wanted / Math.max(1, bad));
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random random = new Random(seed++);
      Path file = ModelTarget.good().resolveSibling("hostile-" + i + ".pt");
      running.add(
          callers.submit(
              () -> {
                long turn = begun.getAndIncrement();
                while (turn < wanted) {
                  call(recognizer, random);
                  if (turn % every == 0) {
                    hostile(recognizer, random, file);
                  }
                  turn = begun.getAndIncrement();
                }
                return Files.deleteIfExists(file);
              }));
    }
    for (Future<?> caller : running) {
      caller.get();
    }
  }

  private void call(Recognizer recognizer, Random random) {
    int which = random.nextInt(good.size());
    Picture picture = good.get(which);
    String label = LABELS.get(which / 2);
    String kind = "call";
    String outcome;
    try {
      switch (random.nextInt(100)) {
        case 0 -> {
          kind = "call with a deadline of 1 ms";
          outcome = told(recognizer.answer(picture, Duration.ofMillis(1)), label);
        }
        case 1 -> {
          kind = "call that is cancelled";
          CompletableFuture<Answer> asked = recognizer.answerAsync(picture);
          outcome = asked.cancel(true) ? "cancelled" : told(asked.join(), label);
        }
        default -> outcome = told(recognizer.answer(picture), label);
      }
    } catch (DeadlineExceededException e) {
      outcome = e.getClass().getSimpleName();
    } catch (RuntimeException | Error e) {
      outcome = unforeseen(e);
    }
    count(kind, outcome);
  }

  private String told(Answer answer, String label) {
    boolean isRight =
        answer instanceof Answer.Recognized recognized && recognized.best().label().equals(label);
    if (!isRight) {
      wrong.incrementAndGet();
    }
    return isRight ? "answered" : "answered wrongly";
  }

  private void hostile(Recognizer recognizer, Random random, Path file) throws IOException {
    boolean isPicture = random.nextBoolean();
    String outcome;
    try {
      if (isPicture) {
        recognizer.answer(Picture.of(Damage.of(pictures, random)));
        outcome = "answered";
      } else {
        outcome = ModelTarget.outcome(ModelTarget.write(Damage.of(models, random), file));
      }
    } catch (PictureException e) {
      Sentences.checked(e);
      outcome = "PictureException " + e.reason();
    } catch (RuntimeException | Error e) {
      outcome = unforeseen(e);
    }
    count(isPicture ? "damaged picture" : "damaged model file", outcome);
  }

  private String unforeseen(Throwable error) {
    wrong.incrementAndGet();
    error.printStackTrace();
    return "unforeseen: " + error.getClass().getSimpleName();
  }

  private void count(String what, String outcome) {
    outcomes.computeIfAbsent(what + " | " + outcome, name -> new LongAdder()).increment();
  }

  private static String size() throws IOException {
    System.gc();
    Runtime java = Runtime.getRuntime();
    long rss =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElse(0);
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return "RSS %,d MiB, heap %,d MiB, %d threads"
          .formatted(rss >> 10, (java.totalMemory() - java.freeMemory()) >> 20, tasks.count());
    }
  }
}
