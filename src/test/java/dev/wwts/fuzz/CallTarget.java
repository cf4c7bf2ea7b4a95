package dev.wwts.fuzz;

import dev.wwts.Answer;
import dev.wwts.CallInterruptedException;
import dev.wwts.DeadlineExceededException;
import dev.wwts.ModelSlot;
import dev.wwts.OverloadedException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.Recognizer;
import dev.wwts.RecognizerBuilder;
import dev.wwts.RecognizerClosedException;
import dev.wwts.Stats;
import dev.wwts.TestPictures;
import dev.wwts.WwtsException;
import java.awt.Color;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program of public calls, a byte each with what it says of their arguments: every call has one
 * outcome, its own and a documented one, and what a recognizer counted adds up when it is closed.
 */
public final class CallTarget {
  private static final List<Color> COLOURS = List.of(Color.RED, Color.GREEN, Color.BLUE);
  private static final List<String> LABELS = List.of("红", "绿", "蓝");
  private static final Picture BAD = Picture.of(new byte[] {1, 2, 3});
  private static final int LONGEST = 200;

  private final Path model = ModelTarget.good();
  private final byte[] program;
  private final List<Asked> asked = new ArrayList<>();
  private int at;
  private Recognizer recognizer;
  private boolean isClosed;

  /** A future and the label that it must have. */
  private record Asked(CompletableFuture<Answer> answer, String label) {}

  private CallTarget(byte[] program) {
    this.program = program;
    this.recognizer = open(next());
  }

  /** Jazzer calls it first. */
  public static void fuzzerInitialize() {
    ModelTarget.fuzzerInitialize();
  }

  /** Jazzer's entry. */
  public static void fuzzerTestOneInput(byte[] input) {
    new CallTarget(Arrays.copyOf(input, Math.min(input.length, LONGEST))).run();
  }

  private int next() {
    return at < program.length ? Byte.toUnsignedInt(program[at++]) : 0;
  }

  private void run() {
    try {
      while (at < program.length) {
        int call = next();
        step(call % 16, call / 16);
      }
    } finally {
      end();
    }
  }

  private Recognizer open(int how) {
    RecognizerBuilder builder =
        Recognizer.builder(model)
            .threads(1)
            .lanes(1 + how % 2)
            .decoders(1 + how / 2 % 2)
            .queue(how / 4 % 8)
            .pixelsInFlight(1 << 20)
            .topK(1);
    if (how / 32 % 2 == 1) {
      builder.timeout(Duration.ofNanos(1L << (how / 8)));
    }
    if (how / 64 % 2 == 1) {
      builder.batching(4, Duration.ofMillis(1));
    }
    return builder.load();
  }

  private void step(int call, int which) {
    int colour = which % 3;
    switch (call) {
      case 0, 1 -> expect(LABELS.get(colour), () -> recognizer.answer(picture(colour, which)));
      case 2 -> expect("", () -> recognizer.answer(BAD));
      case 3 -> batch(which);
      case 4, 5, 6 -> ask(colour, which);
      case 7 -> asked.stream().skip(which).limit(1).forEach(it -> it.answer().cancel(true));
      case 8 -> asked.stream().skip(which).limit(1).forEach(CallTarget::await);
      case 9 ->
          expect(
              LABELS.get(colour),
              () -> recognizer.answer(picture(colour, which), Duration.ofNanos(1L << (which * 2))));
      case 10 -> Thread.currentThread().interrupt();
      case 11 -> {
        isClosed = true;
        boolean unused = recognizer.drain(Duration.ofNanos(1L << which));
      }
      case 12 -> {
        end();
        recognizer = open(next());
      }
      case 13 -> look();
      case 14 -> ownMemory(colour);
      default -> slot(colour);
    }
  }

  private static Picture picture(int colour, int which) {
    byte[] png = TestPictures.png(1 + which * 9, 1 + which, COLOURS.get(colour));
    return which % 2 == 0
        ? Picture.of(png)
        : Picture.of(ByteBuffer.allocateDirect(png.length).put(png).flip());
  }

  private interface Ask {
    Answer.Recognized ask();
  }

  /** The answer is that of the label, or there is a reason for none. */
  private void expect(String label, Ask call) {
    boolean isInterrupted = Thread.currentThread().isInterrupted();
    try {
      require(label, call.ask());
    } catch (CallInterruptedException e) {
      check(e, isInterrupted && Thread.currentThread().isInterrupted());
    } catch (PictureException e) {
      check(e, label.isEmpty());
    } catch (RecognizerClosedException e) {
      check(e, isClosed);
    } catch (DeadlineExceededException | OverloadedException e) {
      check(e, true);
    } finally {
      Thread.interrupted();
    }
  }

  private static void check(WwtsException e, boolean isRight) {
    Sentences.checked(e);
    if (!isRight) {
      throw new AssertionError("out of place", e);
    }
  }

  private static void require(String label, Answer answer) {
    String told = answer instanceof Answer.Recognized recognized ? recognized.best().label() : "";
    if (!told.equals(label)) {
      throw new AssertionError("'" + told + "' for '" + label + "'");
    }
  }

  private void batch(int which) {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i <= which; i++) {
      pictures.add(i % 4 == 3 ? BAD : picture(i % 3, which));
    }
    expect(
        LABELS.get(0),
        () -> {
          List<Answer> answers = recognizer.answers(pictures);
          for (int i = 0; i <= which; i++) {
            require(i % 4 == 3 ? "" : LABELS.get(i % 3), answers.get(i));
          }
          return (Answer.Recognized) answers.get(0);
        });
  }

  private void ask(int colour, int which) {
    boolean isBad = which == 15;
    asked.add(
        new Asked(
            recognizer.answerAsync(isBad ? BAD : picture(colour, which)),
            isBad ? "" : LABELS.get(colour)));
  }

  private static void await(Asked asked) {
    try {
      require(asked.label(), asked.answer().get(30, TimeUnit.SECONDS));
    } catch (InterruptedException | CancellationException e) {
      // by the program
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof WwtsException refusal)) {
        throw new AssertionError("not documented", e);
      }
      Sentences.checked(refusal);
    } catch (TimeoutException e) {
      throw new AssertionError("never done", e);
    }
  }

  private void look() {
    Stats stats = recognizer.stats();
    if (stats.busyLanes() > stats.lanes()) {
      throw new AssertionError(stats.toString());
    }
    if (!isClosed && recognizer.memory().isPresent()) {
      throw new AssertionError("memory of a card");
    }
    if (recognizer.model().labels().size() != LABELS.size()) {
      throw new AssertionError("labels");
    }
  }

  /** The caller's memory is the caller's again when the call ends, however it does. */
  private void ownMemory(int colour) {
    byte[] png = TestPictures.png(90, 90, COLOURS.get(colour));
    ByteBuffer own = ByteBuffer.allocateDirect(png.length).put(png).flip();
    expect(LABELS.get(colour), () -> recognizer.answer(Picture.of(own)));
    for (int i = 0; i < png.length; i++) {
      own.put(i, (byte) i);
    }
  }

  private void slot(int colour) {
    Thread.interrupted();
    try (ModelSlot slot = ModelSlot.builder(Recognizer.builder(model).threads(1).lanes(1)).open()) {
      CompletableFuture<Answer> before = slot.answerAsync(picture(colour, 1));
      if (slot.swap(model).generation() != 2) {
        throw new AssertionError("generation");
      }
      await(new Asked(before, LABELS.get(colour)));
      expect(LABELS.get(colour), () -> slot.answer(picture(colour, 2)));
    }
  }

  private void end() {
    recognizer.close();
    Thread.interrupted();
    isClosed = false;
    asked.forEach(CallTarget::await);
    asked.clear();
    Stats stats = recognizer.stats();
    if (stats.accepted() != stats.answered() + stats.failed() + stats.late() + stats.abandoned()
        || stats.failed() != 0
        || stats.waiting() != 0
        || stats.busyLanes() != 0
        || stats.busyDecoders() != 0) {
      throw new AssertionError(stats.toString());
    }
  }
}
