package dev.wwts.internal.cuda;

import dev.wwts.DeviceException;
import dev.wwts.PictureException;
import dev.wwts.internal.cuda.NativePreprocess.Field;
import dev.wwts.internal.model.Recipe;
import dev.wwts.internal.pixels.Interpolation;
import dev.wwts.internal.pixels.Orientation;
import dev.wwts.internal.pixels.Pixels;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;

/**
 * What the preprocessing kernel will do with a picture of one size; kept while pictures of that
 * size follow each other.
 */
public final class PreprocessPlan implements AutoCloseable {
  private static final int X = 0;
  private static final int Y = 1;
  private static final int WIDTH = 2;
  private static final int HEIGHT = 3;
  private static final int BYTES_PER_PIXEL = 3;
  private static final int WORD = 4;

  /** What the kernel writes. */
  public enum Output {
    /** 32-bit floating point. */
    FLOAT32(0),
    /** 16-bit floating point. */
    FLOAT16(1),
    /** bfloat16. */
    BFLOAT16(2),
    /** The crop itself, a byte a colour, not normalised. */
    BYTES(3);

    /** As in wwts_preprocess.h. */
    private final int code;

    Output(int code) {
      this.code = code;
    }
  }

  private final boolean applyOrientation;
  private final int[] numbers;
  private final float[] meanThenStd;
  private final int[] region = new int[4];
  private final Pointer plan;
  private int width;
  private int height;
  private Orientation orientation = Orientation.TOP_LEFT;
  private boolean closed;

  /**
   * Creates one; {@link #describe} comes next.
   *
   * @param channelsLast whether a pixel's colours lie side by side in the output
   */
  public PreprocessPlan(Recipe recipe, boolean channelsLast, Output output) {
    this.applyOrientation = recipe.applyOrientation();
    this.numbers = numbers(recipe, channelsLast, output);
    this.meanThenStd = new float[6];
    for (int c = 0; c < 3; c++) {
      meanThenStd[c] = recipe.mean().get(c);
      meanThenStd[3 + c] = recipe.std().get(c);
    }
    this.plan = Pointer.malloc(NativePreprocess.planBytes());
  }

  private static int[] numbers(Recipe recipe, boolean channelsLast, Output output) {
    Map<Field, Integer> fields = new EnumMap<>(Field.class);
    fields.put(Field.WIDTH, recipe.width());
    fields.put(Field.HEIGHT, recipe.height());
    if (recipe.resize() instanceof Recipe.Resize.Exact sides) {
      fields.put(Field.RULE, 1);
      fields.put(Field.RESIZE_WIDTH, sides.width());
      fields.put(Field.RESIZE_HEIGHT, sides.height());
    } else if (recipe.resize() instanceof Recipe.Resize.ShorterSide shorter) {
      fields.put(Field.RULE, 0);
      fields.put(Field.RESIZE_WIDTH, shorter.size());
      fields.put(Field.RESIZE_HEIGHT, shorter.size());
    }
    fields.put(Field.INTERPOLATION, code(recipe.interpolation() == Interpolation.BICUBIC));
    fields.put(Field.CROP_ROUNDING, code(recipe.cropRounding() == Recipe.CropRounding.FLOOR));
    fields.put(Field.BGR, code(recipe.color() == Recipe.Color.BGR));
    fields.put(Field.LAYOUT, code(channelsLast));
    fields.put(Field.DTYPE, output.code);
    return fields.values().stream().mapToInt(Integer::intValue).toArray();
  }

  private static int code(boolean second) {
    return second ? 1 : 0;
  }

  /**
   * Plans for a picture.
   *
   * @return whether its table is another one than the last picture's
   * @throws PictureException if the kernel takes no picture of that size
   */
  public boolean describe(Pixels pixels) {
    Orientation turned = applyOrientation ? pixels.orientation() : Orientation.TOP_LEFT;
    if (pixels.width() == width && pixels.height() == height && turned == orientation) {
      return false;
    }
    width = 0;
    long address = plan.address();
    int code =
        NativePreprocess.plan(
            address, pixels.width(), pixels.height(), turned.tag(), false, numbers, meanThenStd);
    if (code != 0 || NativePreprocess.sourceRegion(address, region) != 0) {
      throw new PictureException(
          PictureException.Reason.TOO_LARGE,
          "A picture of %d x %d pixels can't be preprocessed: %s."
              .formatted(pixels.width(), pixels.height(), NativePreprocess.lastError()));
    }
    width = pixels.width();
    height = pixels.height();
    orientation = turned;
    return true;
  }

  /** Forgets the last picture: the next one's table counts as another one. */
  public void forget() {
    width = 0;
  }

  /** Bytes on the card of the part of a picture that is read. */
  public long sourceBytes() {
    return region[HEIGHT] * uploadedPitch();
  }

  /**
   * Queues the copy of what is read of a picture, and of nothing beside it, to {@link #sourceBytes}
   * bytes on the card.
   *
   * @param rows where to, aligned to 4
   */
  public void upload(Pixels pixels, long rows, CudaStream stream) {
    long first = pixels.address() + offset(pitch());
    stream.upload(rows, uploadedPitch(), first, pitch(), rowBytes(), region[HEIGHT]);
  }

  /** Bytes from one stored row to the next. */
  private long pitch() {
    return (long) BYTES_PER_PIXEL * width;
  }

  /** Bytes of a row that are read. */
  private long rowBytes() {
    return (long) BYTES_PER_PIXEL * region[WIDTH];
  }

  /** Bytes from one row on the card to the next: whole words, which the kernel reads. */
  private long uploadedPitch() {
    return (rowBytes() + WORD - 1) / WORD * WORD;
  }

  /** Bytes from a picture's first pixel to the first that is read. */
  private long offset(long rowPitch) {
    return region[Y] * rowPitch + (long) BYTES_PER_PIXEL * region[X];
  }

  /** Bytes of the filter's weights. */
  public long tableBytes() {
    return NativePreprocess.tableBytes(plan.address());
  }

  /** Bytes of memory on the card that the kernel needs for itself; mostly 0. */
  public long scratchBytes() {
    return NativePreprocess.scratchBytes(plan.address());
  }

  /** Writes the filter's weights to the host's memory, aligned to 16. */
  public void fillTable(long address) {
    check(NativePreprocess.fillTable(plan.address(), address, tableBytes()));
  }

  /**
   * Queues the work; the addresses are on the card.
   *
   * @param rows what {@link #upload} wrote
   * @param table what {@link #fillTable} wrote
   * @param scratch of {@link #scratchBytes} bytes, 0 if that is 0
   * @param batch the network's input
   * @param slot which picture of it, from 0
   */
  public void launch(long rows, long table, long scratch, long batch, int slot, CudaStream stream) {
    long pitch = uploadedPitch();
    launch(rows - offset(pitch), pitch, table, scratch, batch, slot, stream);
  }

  /**
   * The same where the whole picture lies on the card.
   *
   * @param pixels whose address is the card's
   */
  public void launch(
      Pixels pixels, long table, long scratch, long batch, int slot, CudaStream stream) {
    launch(pixels.address(), pitch(), table, scratch, batch, slot, stream);
  }

  private void launch(
      long picture, long pitch, long table, long scratch, long batch, int slot, CudaStream stream) {
    check(
        NativePreprocess.launch(
            plan.address(), picture, pitch, table, scratch, batch, slot, stream.address()));
  }

  /** The same by this thread, with the whole picture and the other addresses on the host. */
  void runOnHost(long picture, long table, long scratch, long batch, int slot) {
    check(
        NativePreprocess.runOnHost(plan.address(), picture, pitch(), table, scratch, batch, slot));
  }

  private static void check(int code) {
    if (code != 0) {
      throw new DeviceException(
          "The preprocessing kernel failed: " + NativePreprocess.lastError() + " (" + code + ").");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Pointer.free(plan);
    }
  }
}
