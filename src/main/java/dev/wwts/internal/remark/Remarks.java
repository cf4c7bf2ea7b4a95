package dev.wwts.internal.remark;

import dev.wwts.internal.events.Events;
import dev.wwts.internal.text.Printable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is remarked of one model; each is told once, however many lanes say it. */
public final class Remarks {
  private static final Logger LOG = LoggerFactory.getLogger(Remarks.class);

  private final Set<Remark> remarks = new LinkedHashSet<>();
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
    if (!isNew(remark) || !logged) {
      return;
    }
    String sentence = Printable.line(remark.sentence());
    if (remark instanceof Remark.Shortfall) {
      LOG.warn("{}", sentence);
      Events.fellBack(remark.getClass().getSimpleName(), sentence);
    } else {
      LOG.info("{}", sentence);
    }
  }

  private synchronized boolean isNew(Remark remark) {
    return remarks.add(remark);
  }

  /** All so far, in their order. */
  public synchronized List<Remark> list() {
    return List.copyOf(remarks);
  }
}
