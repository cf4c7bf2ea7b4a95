package dev.wwts.internal.serve;

import dev.wwts.Picture;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.GreyPicture;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.lane.Pictures;
import dev.wwts.internal.model.Bundle;
import dev.wwts.internal.pixels.PixelMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Batches of the same pictures, which are decoded in the lane's own thread when it takes them: for
 * warming up and measuring. The limits, which are for other people's pictures, don't hold.
 */
public final class InlineBatch implements Pictures, AutoCloseable {
  private final List<Picture> pictures;
  private final PictureReader reader;
  private final Supplier<? extends PixelMemory> memory;
  private final boolean cardDecodes;
  private final List<PixelMemory> all = new ArrayList<>();
  private final Deque<PixelMemory> idle = new ArrayDeque<>();
  private int size = 1;

  /**
   * Makes one; close it after the lane.
   *
   * @param memory makes blocks that the lane reads from
   * @param cardDecodes whether the lane's card decodes JPEGs
   */
  public InlineBatch(
      List<Picture> pictures,
      Bundle bundle,
      Supplier<? extends PixelMemory> memory,
      boolean cardDecodes) {
    this.pictures = pictures;
    this.reader = new PictureReader(Limits.DEFAULT, bundle.manifest().input());
    this.memory = memory;
    this.cardDecodes = cardDecodes;
  }

  /**
   * Grey ones, small: after them what is compiled, loaded or allocated at first calls is done, and
   * an output that is of another shape or not finite has shown.
   */
  static InlineBatch grey(
      Bundle bundle, Supplier<? extends PixelMemory> memory, boolean cardDecodes) {
    Picture grey = Picture.of(cardDecodes ? GreyPicture.jpeg() : GreyPicture.bmp());
    return new InlineBatch(List.of(grey), bundle, memory, cardDecodes);
  }

  /** So many of them, in turn. */
  public InlineBatch of(int n) {
    size = n;
    return this;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public DecodedPicture take(int index) {
    if (!cardDecodes) {
      return takeFromProcessor(index);
    }
    PixelMemory block = block();
    Picture picture = picture(index);
    return reader.readForCard(
        picture, reader.load(picture), block, () -> idle.add(block), () -> {});
  }

  @Override
  public DecodedPicture takeFromProcessor(int index) {
    PixelMemory block = block();
    Picture picture = picture(index);
    return reader.read(picture, reader.load(picture), block, () -> idle.add(block));
  }

  private Picture picture(int index) {
    return pictures.get(index % pictures.size());
  }

  private PixelMemory block() {
    PixelMemory block = idle.poll();
    if (block == null) {
      block = memory.get();
      all.add(block);
    }
    return block;
  }

  @Override
  public void refuse(int index, OutOfMemoryError error) {
    throw error;
  }

  @Override
  public void close() {
    reader.close();
    all.forEach(PixelMemory::close);
  }
}
