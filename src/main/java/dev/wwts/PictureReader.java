package dev.wwts;

import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.EncodedFile;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.pixels.AlphaMode;
import dev.wwts.internal.pixels.Pixels;
import dev.wwts.internal.torch.Lane;
import java.nio.ByteBuffer;

/** Reads the caller's pictures into a lane's pixels, one at a time. */
final class PictureReader implements AutoCloseable {
  private final Limits limits;
  private final EncodedFile file = new EncodedFile();
  private final Decoder decoder;

  PictureReader(Limits limits, AlphaMode alpha) {
    this.limits = limits;
    try {
      this.decoder = new Decoder(limits, alpha);
    } catch (LinkageError e) {
      throw new DeviceException(
          "OpenCV's native library can't be loaded: put org.bytedeco:opencv with this machine's classifier on the class path.",
          e);
    }
  }

  /**
   * Decodes a picture, where the lane wants it.
   *
   * @return valid until the next one
   * @throws PictureException if it can't be read
   */
  Pixels read(Picture picture, Lane lane) {
    try {
      return decoder.decode(bytes(picture), lane.pixels(), lane.jpegs(), picture.name());
    } catch (InternalError e) {
      throw cutMeanwhile(picture, e);
    }
  }

  /** What a picture is told that left no memory for itself or for what it becomes. */
  static PictureException noMemory(Picture picture, OutOfMemoryError e) {
    return new PictureException(
        Reason.TOO_LARGE, picture.name() + " needs more memory than there is: lower maxPixels.", e);
  }

  /** The same for a self-test's, which the processor decodes whatever the lane has. */
  Pixels read(byte[] picture, Lane lane, String name) {
    return decoder.decode(ByteBuffer.wrap(picture), lane.pixels(), name);
  }

  private ByteBuffer bytes(Picture picture) {
    if (picture instanceof Picture.File onDisk) {
      return file.read(onDisk.path(), limits.maxBytes());
    }
    ByteBuffer bytes = ((Picture.Bytes) picture).bytes();
    if (!bytes.hasRemaining()) {
      throw new PictureException(Reason.EMPTY, picture.name() + " has no bytes.");
    }
    boolean tooLong = bytes.remaining() > limits.maxBytes();
    return bytes.isDirect() && !tooLong ? file.copy(bytes) : bytes;
  }

  /** How Java says that a page of a mapped file is not there. */
  private static PictureException cutMeanwhile(Picture picture, InternalError e) {
    if (picture instanceof Picture.Bytes bytes && bytes.bytes().isDirect()) {
      return new PictureException(
          Reason.UNREADABLE,
          picture.name()
              + " can't be read: its memory is a mapped file that was cut off meanwhile.",
          e);
    }
    throw e;
  }

  /** Says that a call begins or went by without it; see {@link Lane#rest}. */
  void rest() {
    decoder.rest();
    file.rest();
  }

  @Override
  public void close() {
    decoder.close();
    file.close();
  }
}
