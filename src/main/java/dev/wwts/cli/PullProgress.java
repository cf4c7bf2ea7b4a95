package dev.wwts.cli;

import dev.wwts.internal.text.Printable;
import dev.wwts.pull.PullListener;
import java.io.PrintWriter;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Sentences on standard output, a bar on standard error while bytes come. */
final class PullProgress implements PullListener, AutoCloseable {
  /** Less is here before a bar is seen. */
  private static final long LEAST = 1_000_000;

  private final String task;
  private final PrintWriter out;
  private @Nullable ProgressBar bar;

  PullProgress(String task, PrintWriter out) {
    this.task = task;
    this.out = out;
  }

  @Override
  public void say(String sentence) {
    close();
    out.println(Printable.line(sentence));
    out.flush();
  }

  @Override
  public void arrived(long bytes, long of) {
    if (of < LEAST) {
      return;
    }
    ProgressBar shown = bar;
    if (shown == null) {
      shown =
          new ProgressBarBuilder()
              .setInitialMax(of)
              .setTaskName(task)
              .setUnit(" MB", 1_000_000)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
      bar = shown;
    }
    shown.stepTo(bytes);
    if (bytes == of) {
      close();
    }
  }

  /** Ends the bar; the next bytes begin another. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
