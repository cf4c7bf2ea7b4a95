package dev.wwts.internal.serve;

import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.internal.image.DecodedPicture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call's pictures: which are decoded, refused, or with a lane. Guarded by its call. */
final class CallPictures {
  private final List<Picture> pictures;
  private final @Nullable DecodedPicture[] decoded;
  private final @Nullable PictureException[] refusals;
  private final boolean[] taken;
  private final long[] nanos;
  private int left;
  private int refused;

  CallPictures(List<Picture> pictures) {
    this.pictures = pictures;
    this.left = pictures.size();
    this.decoded = new @Nullable DecodedPicture[left];
    this.refusals = new @Nullable PictureException[left];
    this.taken = new boolean[left];
    this.nanos = new long[left];
  }

  int size() {
    return pictures.size();
  }

  Picture get(int index) {
    return pictures.get(index);
  }

  /** A picture is decoded, or refused. */
  void put(
      int index, @Nullable DecodedPicture picture, @Nullable PictureException refusal, long took) {
    decoded[index] = picture;
    refusals[index] = refusal;
    nanos[index] = took;
    refused += refusal == null ? 0 : 1;
    left--;
  }

  /** Whether none is left to decode. */
  boolean areDone() {
    return left == 0;
  }

  /** Whether there is one for a lane to begin with. */
  boolean areBegun() {
    return left < size();
  }

  boolean areAllRefused() {
    return refused == size();
  }

  boolean isDecoded(int index) {
    return decoded[index] != null || refusals[index] != null;
  }

  /** Whether a lane had it; if so, it is to be decoded once more. */
  boolean wasTaken(int index) {
    boolean was = taken[index];
    if (was) {
      again(index);
    }
    return was;
  }

  /** It is to be decoded once more. */
  void again(int index) {
    taken[index] = false;
    left++;
  }

  /** For a lane; null if it is refused. */
  @Nullable DecodedPicture take(int index) {
    DecodedPicture picture = decoded[index];
    decoded[index] = null;
    taken[index] = picture != null;
    return picture;
  }

  void refuse(int index, PictureException refusal) {
    taken[index] = false;
    refusals[index] = refusal;
  }

  @Nullable PictureException refusal(int index) {
    return refusals[index];
  }

  /** What its decoding took. */
  long nanos(int index) {
    return nanos[index];
  }

  /** Gives back what no lane took. */
  void close() {
    for (int i = 0; i < decoded.length; i++) {
      DecodedPicture picture = decoded[i];
      decoded[i] = null;
      if (picture != null) {
        picture.close();
      }
    }
  }
}
