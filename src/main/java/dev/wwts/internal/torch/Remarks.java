package dev.wwts.internal.torch;

import dev.wwts.internal.events.Events;
import dev.wwts.internal.text.Printable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a model runs and what fell back, a sentence each, for people; told once however many lanes
 * say it.
 */
public final class Remarks {
  private static final Logger LOG = LoggerFactory.getLogger(Remarks.class);

  private final Set<String> sentences = new LinkedHashSet<>();
  private final boolean logged;

  /** Of a model that people use: each is logged. */
  public Remarks() {
    this(true);
  }

  private Remarks(boolean logged) {
    this.logged = logged;
  }

  /** Some that nobody reads. */
  public static Remarks unheard() {
    return new Remarks(false);
  }

  /** Notes how something runs. */
  public void note(String sentence) {
    if (add(sentence) && logged) {
      LOG.info("{}", Printable.line(sentence));
    }
  }

  /** Notes that something does not run as it could. */
  public void warn(String sentence) {
    if (add(sentence) && logged) {
      LOG.warn("{}", Printable.line(sentence));
      Events.fellBack(Printable.line(sentence));
    }
  }

  private synchronized boolean add(String sentence) {
    return sentences.add(Printable.line(sentence));
  }

  public synchronized List<String> list() {
    return List.copyOf(sentences);
  }
}
