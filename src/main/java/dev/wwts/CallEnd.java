package dev.wwts;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a call ended, or that it was not accepted.
 *
 * @param model the model's name
 * @param outcome how it ended
 * @param pictures how many it asked about; 0 where it asked about texts
 * @param waiting nanoseconds that it waited for a decoder and a lane
 * @param total nanoseconds since it was accepted; 0 for one that was not
 * @param answers in the pictures' or texts' order, with what the stages took; empty where it was
 *     not answered
 * @param failure why it was not answered; a picture that can't be read is an answer
 */
public record CallEnd(
    String model,
    Outcome outcome,
    int pictures,
    long waiting,
    long total,
    List<Answer> answers,
    Optional<Throwable> failure) {
  /** Copies the list. */
  public CallEnd {
    answers = List.copyOf(answers);
  }

  /** How a call may end. */
  public enum Outcome {
    /** Answered, or its picture was refused. */
    ANSWERED,
    /** Not accepted, as too many wait, or not begun in the time that it may wait. */
    OVERLOADED,
    /** Its deadline passed. */
    LATE,
    /** Its caller was interrupted, or cancelled it. */
    ABANDONED,
    /** Not accepted, as the recognizer is closed. */
    CLOSED,
    /** Its device, its model or the memory failed. */
    FAILED;

    /** As figures and events name it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
