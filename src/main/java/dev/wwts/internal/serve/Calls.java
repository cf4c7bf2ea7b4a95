package dev.wwts.internal.serve;

import dev.wwts.Answer;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.head.Head;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of calls. */
final class Calls {
  private Calls() {}

  /** Asks what pictures are, or what they are like. */
  static final class Answers extends Call<List<Answer>> {
    private final Head<? extends Answer> head;

    Answers(Course course, Head<? extends Answer> head, List<Picture> pictures, long timeout) {
      super(course, pictures, timeout);
      this.head = head;
    }

    /** What makes its answers. */
    Head<? extends Answer> head() {
      return head;
    }

    @Override
    List<Answer> on(LaneRunner lane) {
      return lane.answers(this);
    }

    @Override
    List<Answer> answers(@Nullable List<Answer> result) {
      return result == null ? List.of() : result;
    }

    @Override
    List<Answer> withoutPictures() {
      List<Answer> answers = new ArrayList<>(pictures().size());
      for (int i = 0; i < pictures().size(); i++) {
        answers.add(new Answer.Refused(refusal(i)));
      }
      return answers;
    }
  }

  /** Asks what texts are like. */
  static final class Texts extends Call<List<Answer>> {
    private final int[][] ids;
    private final long tokenising;
    private final boolean isOwn;

    /**
     * Makes one.
     *
     * @param tokenising nanoseconds that the ids took
     */
    Texts(Course course, int[][] ids, long tokenising, long timeout, boolean isOwn) {
      super(course, List.of(), timeout);
      this.ids = ids;
      this.tokenising = tokenising;
      this.isOwn = isOwn;
    }

    int[][] ids() {
      return ids;
    }

    /** Nanoseconds that the ids took. */
    long tokenising() {
      return tokenising;
    }

    @Override
    boolean isOwn() {
      return isOwn;
    }

    @Override
    List<Answer> on(LaneRunner lane) {
      return lane.embeddings(this);
    }

    @Override
    List<Answer> answers(@Nullable List<Answer> result) {
      return result == null ? List.of() : result;
    }

    @Override
    List<Answer> withoutPictures() {
      throw new IllegalStateException("It has no pictures that could be refused.");
    }
  }

  /**
   * Asks for the logits of pictures, each in a forward of its own; fails with the first refusal.
   */
  static final class Logits extends Call<List<float[]>> {
    private final boolean isOwn;

    private Logits(Course course, List<Picture> pictures, long timeout, boolean isOwn) {
      super(course, pictures, timeout);
      this.isOwn = isOwn;
    }

    static Logits of(Course course, List<Picture> pictures, long timeout) {
      return new Logits(course, pictures, timeout, false);
    }

    /** Of the model's own pictures. */
    static Logits ofSelfTest(Course course, List<byte[]> pictures) {
      return new Logits(course, named(pictures), 0, true);
    }

    private static List<Picture> named(List<byte[]> pictures) {
      List<Picture> named = new ArrayList<>(pictures.size());
      for (byte[] picture : pictures) {
        String name = "picture " + named.size() + " of the self-test";
        named.add(new Picture.Bytes(name, ByteBuffer.wrap(picture)));
      }
      return named;
    }

    @Override
    boolean isOwn() {
      return isOwn;
    }

    @Override
    List<float[]> on(LaneRunner lane) {
      for (int i = 0; i < pictures().size(); i++) {
        if (pictures().refusal(i) != null) {
          throw refusal(i);
        }
      }
      List<float[]> rows = new ArrayList<>(pictures().size());
      for (int i = 0; i < pictures().size(); i++) {
        int index = i;
        rows.add(lane.logits(pictures(), index).orElseThrow(() -> refusal(index)));
      }
      return rows;
    }

    @Override
    List<float[]> withoutPictures() {
      PictureException first = refusal(0);
      throw first;
    }
  }
}
