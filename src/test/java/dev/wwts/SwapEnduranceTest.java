package dev.wwts;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 callers while models change: 50 swaps, or as many as the property wwts.swaps says, in a
 * process of its own whose heap is touched in full at the start, so that what grows is not Java's.
 */
class SwapEnduranceTest {
  private static final int CALLERS = 64;

  /**
   * What may still grow after the first swaps, whatever their number: malloc's arenas, which 64
   * threads fill unevenly, and Java's compiled code.
   */
  private static final long MOST_GROWTH_KB = 32 << 10;

  @TempDir private static Path folder;

  @Test
  void noCallFailsOrMixesModelsAndAllOldOnesAreClosed() throws Exception {
    int swaps = Integer.getInteger("wwts.swaps", 50);

    Map<String, Long> end = run(swaps);

    System.out.println(CALLERS + " callers, " + swaps + " swaps: " + end);
    assertThat(end).containsEntry("failed", 0L).containsEntry("mixed", 0L);
    assertThat(end).containsEntry("retired", (long) swaps);
    assertThat(end.getOrDefault("answered", 0L)).isGreaterThan(swaps);
    assertThat(end.getOrDefault("rss.last", 0L) - end.getOrDefault("rss.warm", 0L))
        .isLessThan(MOST_GROWTH_KB);
  }

  private static Map<String, Long> run(int swaps) throws IOException, InterruptedException {
    return SteadyProcess.run(
            192,
            Main.class,
            SlotModels.write(folder, "one", "m * 10", "一"),
            SlotModels.write(folder, "two", "m * 10", "二"),
            swaps)
        .stream()
        .map(line -> line.split(" "))
        .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1])));
  }

  /** The process: two models and the number of swaps. */
  static final class Main {
    private static final List<Picture> BATCH =
        List.of(
            Picture.of(TestPictures.png(8, 8, Color.RED)),
            Picture.of(TestPictures.png(30, 20, Color.BLUE)));

    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong mixed = new AtomicLong();
    private final AtomicLong retired = new AtomicLong();
    private volatile boolean ended;

    private Main() {}

    public static void main(String[] args) throws Exception {
      new Main().run(List.of(Path.of(args[0]), Path.of(args[1])), Integer.parseInt(args[2]));
    }

    private void run(List<Path> models, int swaps) throws Exception {
      SwapListener count =
          new SwapListener() {
            @Override
            public void retired(ModelVersion version) {
              retired.incrementAndGet();
            }
          };
      RecognizerBuilder first = Recognizer.builder(models.get(0)).threads(1).lanes(2);
      ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
      try (ModelSlot slot = ModelSlot.builder(first).listener(count).open()) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          int kind = i % 3;
          running.add(callers.submit(() -> call(slot, kind)));
        }
        for (int i = 1; i <= swaps; i++) {
          slot.swap(models.get(i % 2));
          if (i == Math.min(swaps / 2, 100)) {
            print("rss.warm", SteadyProcess.rss());
          }
        }
        print("rss.last", SteadyProcess.rss());
        ended = true;
        for (Future<?> caller : running) {
          caller.get();
        }
      } finally {
        callers.shutdownNow();
      }
      print("answered", answered.get());
      print("failed", failed.get());
      print("mixed", mixed.get());
      print("retired", retired.get());
    }

    private void call(ModelSlot slot, int kind) {
      while (!ended) {
        try {
          boolean isOne =
              switch (kind) {
                case 0 -> best(slot.answer(BATCH.get(0))).endsWith("红");
                case 1 -> isOneModel(slot.answers(BATCH));
                default -> slot.with(Main::isItsOwn);
              };
          answered.incrementAndGet();
          if (!isOne) {
            mixed.incrementAndGet();
          }
        } catch (RuntimeException e) {
          e.printStackTrace();
          failed.incrementAndGet();
        }
      }
    }

    private static boolean isOneModel(List<Answer> answers) {
      String red = best(answers.get(0));
      String blue = best(answers.get(1));
      return red.endsWith("红") && blue.endsWith("蓝") && red.charAt(0) == blue.charAt(0);
    }

    private static boolean isItsOwn(Recognizer recognizer, ModelVersion version) {
      String word = version.generation() % 2 == 1 ? "一" : "二";
      return isOneModel(recognizer.answers(BATCH))
          && best(recognizer.answer(BATCH.get(1))).equals(word + "蓝")
          && version.file().toString().endsWith(word.equals("一") ? "one.pt" : "two.pt");
    }

    private static String best(Answer answer) {
      return ((Answer.Recognized) answer).best().label();
    }

    private static void print(String name, long value) {
      System.out.println(name + " " + value);
    }
  }
}
