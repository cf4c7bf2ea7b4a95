package dev.wwts.internal.swap;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.SwapException;
import dev.wwts.SwapException.Reason;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last pictures that a slot answered, for the next model to be compared on. */
public final class RecentPictures {
  /** A larger one is not kept: it would take the memory of many. */
  private static final int MOST_BYTES = 4 << 20;

  private final int most;
  private final double share;
  private final Deque<Kept> pictures = new ArrayDeque<>();

  /**
   * Makes one.
   *
   * @param most pictures that are kept; 0: none, and nothing is compared
   * @param share of them whose best class must stay, 0 to 1
   */
  public RecentPictures(int most, double share) {
    this.most = most;
    this.share = share;
  }

  private record Kept(long generation, Picture picture, String label) {}

  /** Takes note of an answer. */
  public void keep(Picture picture, Answer.Recognized answer, long generation) {
    if (most == 0 || bytes(picture) > MOST_BYTES) {
      return;
    }
    Kept kept = new Kept(generation, copy(picture), answer.best().label());
    synchronized (pictures) {
      if (pictures.size() == most) {
        pictures.removeFirst();
      }
      pictures.addLast(kept);
    }
  }

  /** What it takes of the heap to keep it. */
  private static long bytes(Picture picture) {
    if (picture instanceof Picture.Tensor tensor) {
      return (long) Float.BYTES * tensor.values().length;
    }
    return picture instanceof Picture.Bytes bytes ? bytes.bytes().remaining() : 0;
  }

  /** The caller may do with its bytes what it likes after the call. */
  private static Picture copy(Picture picture) {
    if (picture instanceof Picture.Bytes bytes) {
      ByteBuffer copy = ByteBuffer.allocate(bytes.bytes().remaining());
      copy.put(bytes.bytes().duplicate()).flip();
      return new Picture.Bytes(bytes.name(), copy);
    }
    if (picture instanceof Picture.Tensor tensor) {
      return new Picture.Tensor(tensor.name(), tensor.values().clone());
    }
    return picture;
  }

  /**
   * Asks another model what the present one was asked. Pictures that can't be read any more don't
   * count.
   *
   * @return what it answered, to be kept if it takes the place
   * @throws SwapException if it answers too many otherwise
   */
  public List<Answered> compare(Path file, Candidate next, long generation) {
    List<Kept> asked;
    synchronized (pictures) {
      asked = pictures.stream().filter(kept -> kept.generation() == generation).toList();
    }
    List<Answered> answers = new ArrayList<>();
    int same = 0;
    for (Kept kept : asked) {
      try {
        Answer.Recognized answer = next.answer(kept.picture());
        answers.add(new Answered(kept.picture(), answer));
        same += answer.best().label().equals(kept.label()) ? 1 : 0;
      } catch (PictureException e) {
        // a file that has gone, or the next model's own limits
      }
    }
    if (same < share * answers.size()) {
      throw new SwapException(
          Reason.DISAGREES,
          "%s answers %d of the last %d pictures as the model that is there, not at least %.0f %%: if it should, lower the share."
              .formatted(file, same, answers.size(), 100 * share));
    }
    return answers;
  }

  /** A picture and what a model that is not there yet said to it. */
  public record Answered(Picture picture, Answer.Recognized answer) {}

  /** Begins anew with what the model that has taken the place answered. */
  public void replace(List<Answered> answers, long generation) {
    if (most > 0) {
      synchronized (pictures) {
        pictures.clear();
      }
      answers.forEach(each -> keep(each.picture(), each.answer(), generation));
    }
  }
}
