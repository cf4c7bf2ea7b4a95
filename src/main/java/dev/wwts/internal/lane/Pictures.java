package dev.wwts.internal.lane;

import dev.wwts.internal.image.DecodedPicture;
import org.jspecify.annotations.Nullable;

/** A batch on its way into a lane. Its pictures may still be decoded when the lane begins. */
public interface Pictures {
  /** How many, from 1. */
  int size();

  /**
   * A picture, once it is decoded; the lane closes it. One that was taken before is decoded again.
   *
   * @return null if it is refused, as it can't be read
   */
  @Nullable DecodedPicture take(int index);

  /** The same picture, which the card's decoder refused, decoded by the processor. */
  @Nullable DecodedPicture takeFromProcessor(int index);

  /** Says that a picture is refused after all, as there is no memory for what it becomes. */
  void refuse(int index, OutOfMemoryError error);
}
