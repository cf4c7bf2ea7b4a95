package dev.wwts.internal.serve;

import dev.wwts.DeviceException;
import dev.wwts.Picture;
import dev.wwts.PictureException;
import dev.wwts.PictureException.Reason;
import dev.wwts.internal.image.DecodedPicture;
import dev.wwts.internal.image.Decoder;
import dev.wwts.internal.image.EncodedFile;
import dev.wwts.internal.image.JpegForCard;
import dev.wwts.internal.image.Limits;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Address;
import dev.wwts.internal.pixels.PixelBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Reads the caller's pictures, one at a time, in one thread. */
final class PictureReader implements AutoCloseable {
  private final Limits limits;
  private final EncodedFile file = new EncodedFile();
  private final Decoder decoder;
  private final int width;
  private final int height;

  PictureReader(Limits limits, Recipe recipe) {
    this.limits = limits;
    this.width = recipe.width();
    this.height = recipe.height();
    try {
      this.decoder = new Decoder(limits, recipe.alpha());
    } catch (LinkageError e) {
      throw new DeviceException(
          "OpenCV's native library can't be loaded: put org.bytedeco:opencv with this machine's classifier on the class path.",
          e);
    }
  }

  /**
   * Reads what is encoded: memory that the caller may free, or a file, into some of its own.
   *
   * @return valid until the next one
   * @throws PictureException if it can't be read
   */
  ByteBuffer load(Picture picture) {
    try {
      return bytes(picture);
    } catch (InternalError e) {
      throw cutMeanwhile(picture, e);
    } catch (OutOfMemoryError e) {
      throw noMemory(picture, e);
    }
  }

  /**
   * Decodes a picture.
   *
   * @param encoded what was {@linkplain #load loaded}
   * @param into asked once, for the pixels, when the header is checked
   * @param memory where they go back to
   * @throws PictureException if it can't be read
   */
  DecodedPicture read(
      Picture picture, ByteBuffer encoded, PixelBuffer into, DecodedPicture.Memory memory) {
    try {
      return DecodedPicture.of(decoder.decode(encoded, into, picture.name()), memory);
    } catch (InternalError e) {
      throw cutMeanwhile(picture, e);
    } catch (OutOfMemoryError e) {
      throw noMemory(picture, e);
    } finally {
      rest();
    }
  }

  /**
   * The same, but leaves plain JPEGs to a lane's card.
   *
   * @param others told of a JPEG that is none for the card
   */
  DecodedPicture readForCard(
      Picture picture,
      ByteBuffer encoded,
      PixelBuffer into,
      DecodedPicture.Memory memory,
      Runnable others) {
    JpegForCard card = new JpegForCard(into, others);
    try {
      return card.picture(decoder.decode(encoded, into, card, picture.name()), memory);
    } catch (InternalError e) {
      throw cutMeanwhile(picture, e);
    } catch (OutOfMemoryError e) {
      throw noMemory(picture, e);
    } finally {
      rest();
    }
  }

  /**
   * Copies what the network sees as the caller made it.
   *
   * @param into asked once, for all its numbers
   * @throws PictureException if it is of another shape, or a number is not finite
   */
  DecodedPicture read(Picture.Tensor tensor, PixelBuffer into, DecodedPicture.Memory memory) {
    float[] values = tensor.values();
    if (values.length != 3L * height * width) {
      throw new PictureException(
          Reason.CORRUPT,
          "%s has %d numbers: the network sees 3 x %d x %d, which are %d."
              .formatted(tensor.name(), values.length, height, width, 3L * height * width));
    }
    int bytes = Math.multiplyExact(Float.BYTES, values.length);
    long address = into.reserve(bytes);
    FloatBuffer numbers =
        Address.view(address, bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new PictureException(
            Reason.CORRUPT,
            tensor.name() + " holds a number that is not finite: look at how it was preprocessed.");
      }
      numbers.put(value);
    }
    return DecodedPicture.input(address, memory);
  }

  /** What a picture is told that left no memory for itself or for what it becomes. */
  static PictureException noMemory(Picture picture, OutOfMemoryError e) {
    return new PictureException(
        Reason.TOO_LARGE, picture.name() + " needs more memory than there is: lower maxPixels.", e);
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

  /** Bytes of its copy of what is encoded, as another thread may see it. */
  long bytes() {
    return file.capacity();
  }

  /** Gives back what only a huge picture needed beside its pixels. */
  private void rest() {
    decoder.rest();
    file.rest();
  }

  @Override
  public void close() {
    decoder.close();
    file.close();
  }
}
