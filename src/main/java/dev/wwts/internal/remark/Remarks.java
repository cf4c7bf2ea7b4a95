package dev.wwts.internal.remark;

import dev.wwts.internal.events.Events;
import dev.wwts.internal.text.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is remarked of one model; each is told once, however many lanes say it. */
public final class Remarks {
  private static final Logger LOG = LoggerFactory.getLogger(Remarks.class);

  /** By sentence: a set of records would keep their class loader (see {@code Readout.Best}). */
  private final Map<String, Remark> remarks = new LinkedHashMap<>();

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

  /** Takes one; a shortfall is logged as a warning, and an event. */
  public void add(Remark remark) {
    String sentence = Printable.line(remark.sentence());
    if (!isNew(sentence, remark) || !logged) {
      return;
    }
    if (remark instanceof Remark.Shortfall) {
      LOG.warn("{}", sentence);
      Events.fellBack(remark.getClass().getSimpleName(), sentence);
    } else {
      LOG.info("{}", sentence);
    }
  }

  private synchronized boolean isNew(String sentence, Remark remark) {
    return remarks.putIfAbsent(sentence, remark) == null;
  }

  /** All so far, in their order. */
  public synchronized List<Remark> list() {
    return List.copyOf(remarks.values());
  }
}
