package dev.wwts.convert.tflite;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Writes small TFLite files; fields are set by their numbers in the schema. */
public final class TfliteFiles {
  public static final int FLOAT32 = 0;
  public static final int FLOAT16 = 1;
  public static final int INT32 = 2;
  public static final int UINT8 = 3;
  public static final int INT8 = 9;

  private final FlatBufferBuilder builder = new FlatBufferBuilder(1024);
  private final List<Integer> tensors = new ArrayList<>();
  private final List<Integer> buffers = new ArrayList<>();
  private final List<Integer> codes = new ArrayList<>();
  private final List<Integer> operators = new ArrayList<>();

  /** Scale and zero point of a tensor, one or one a channel. */
  @SuppressWarnings("ArrayRecordComponent") // written at once, never compared
  public record Scales(float[] scales, long[] zeros, int dimension) {
    public static Scales of(float scale, long zero) {
      return new Scales(new float[] {scale}, new long[] {zero}, 0);
    }
  }

  /** Options of an operator: scalars by field number; floats are what is of that type. */
  public static final class Options {
    private final int type;
    private final List<Object> fields = new ArrayList<>();

    public Options(int type, Object... fields) {
      this.type = type;
      this.fields.addAll(List.of(fields));
    }
  }

  public TfliteFiles() {
    buffer(new byte[0]);
  }

  private int buffer(byte[] data) {
    int vector = data.length == 0 ? 0 : builder.createByteVector(data);
    builder.startTable(3);
    builder.addOffset(0, vector, 0);
    buffers.add(builder.endTable());
    return buffers.size() - 1;
  }

  /** A tensor that an operator gives, or the input. */
  public int tensor(int type, @Nullable Scales scales, int... shape) {
    return tensor(type, scales, 0, shape);
  }

  public int tensor(int... shape) {
    return tensor(FLOAT32, null, shape);
  }

  /** A constant. */
  public int constant(int type, @Nullable Scales scales, byte[] data, int... shape) {
    return tensor(type, scales, buffer(data), shape);
  }

  public int floats(float[] values, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return constant(FLOAT32, null, bytes.array(), shape);
  }

  public int integers(int... values) {
    return integers(values, null, values.length);
  }

  public int integers(int[] values, @Nullable Scales scales, int... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return constant(INT32, scales, bytes.array(), shape);
  }

  private int tensor(int type, @Nullable Scales scales, int buffer, int... shape) {
    int sizes = vector(shape);
    int quantization = scales == null ? 0 : quantization(scales);
    builder.startTable(8);
    builder.addOffset(0, sizes, 0);
    builder.addByte(1, (byte) type, 0);
    builder.addInt(2, buffer, 0);
    builder.addOffset(4, quantization, 0);
    tensors.add(builder.endTable());
    return tensors.size() - 1;
  }

  private int quantization(Scales scales) {
    builder.startVector(4, scales.scales.length, 4);
    for (int i = scales.scales.length - 1; i >= 0; i--) {
      builder.addFloat(scales.scales[i]);
    }
    int values = builder.endVector();
    builder.startVector(8, scales.zeros.length, 8);
    for (int i = scales.zeros.length - 1; i >= 0; i--) {
      builder.addLong(scales.zeros[i]);
    }
    int zeros = builder.endVector();
    builder.startTable(7);
    builder.addOffset(2, values, 0);
    builder.addOffset(3, zeros, 0);
    builder.addInt(6, scales.dimension, 0);
    return builder.endTable();
  }

  private int vector(int... values) {
    builder.startVector(4, values.length, 4);
    for (int i = values.length - 1; i >= 0; i--) {
      builder.addInt(values[i]);
    }
    return builder.endVector();
  }

  /** An operator from some tensors to one. */
  public TfliteFiles operator(int code, @Nullable Options options, int output, int... inputs) {
    builder.startTable(4);
    builder.addByte(0, (byte) Math.min(code, 127), 0);
    builder.addInt(3, code, 0);
    codes.add(builder.endTable());
    int table = options == null ? 0 : options(options);
    int from = vector(inputs);
    int to = vector(output);
    builder.startTable(5);
    builder.addInt(0, codes.size() - 1, 0);
    builder.addOffset(1, from, 0);
    builder.addOffset(2, to, 0);
    builder.addByte(3, (byte) (options == null ? 0 : options.type), 0);
    builder.addOffset(4, table, 0);
    operators.add(builder.endTable());
    return this;
  }

  private int options(Options options) {
    builder.startTable(options.fields.size());
    for (int i = 0; i < options.fields.size(); i++) {
      Object field = options.fields.get(i);
      if (field instanceof Byte octet) {
        builder.addByte(i, octet, -1);
      } else if (field instanceof Float real) {
        builder.addFloat(i, real, -1);
      } else {
        builder.addInt(i, (Integer) field, Integer.MIN_VALUE); // never left out
      }
    }
    return builder.endTable();
  }

  /** The file. */
  public byte[] bytes(int input, int output) {
    int tensorTables = tables(tensors);
    int inputs = vector(input);
    int outputs = vector(output);
    int operatorTables = tables(operators);
    builder.startTable(5);
    builder.addOffset(0, tensorTables, 0);
    builder.addOffset(1, inputs, 0);
    builder.addOffset(2, outputs, 0);
    builder.addOffset(3, operatorTables, 0);
    int graph = builder.endTable();
    int graphs = tables(List.of(graph));
    int codeTables = tables(codes);
    int bufferTables = tables(buffers);
    builder.startTable(5);
    builder.addInt(0, 3, 0);
    builder.addOffset(1, codeTables, 0);
    builder.addOffset(2, graphs, 0);
    builder.addOffset(4, bufferTables, 0);
    builder.finish(builder.endTable(), "TFL3");
    return builder.sizedByteArray();
  }

  private int tables(List<Integer> offsets) {
    return builder.createVectorOfTables(offsets.stream().mapToInt(it -> it).toArray());
  }

  /** Options of a convolution. */
  public static Options convolution(boolean same, int stride, int dilation, int activation) {
    return new Options(1, padding(same), stride, stride, (byte) activation, dilation, dilation);
  }

  public static Options depthwise(boolean same, int stride, int multiplier, int activation) {
    return new Options(2, padding(same), stride, stride, multiplier, (byte) activation, 1, 1);
  }

  public static Options pool(boolean same, int stride, int rows, int columns) {
    return new Options(5, padding(same), stride, stride, columns, rows, (byte) 0);
  }

  public static Options fullyConnected() {
    return new Options(8, (byte) 0, (byte) 0, (byte) 0);
  }

  public static Options softmax() {
    return new Options(9, 1f);
  }

  public static Options add(int activation) {
    return new Options(11, (byte) activation);
  }

  public static Options mul(int activation) {
    return new Options(21, (byte) activation);
  }

  public static Options sub(int activation) {
    return new Options(28, (byte) activation);
  }

  public static Options concatenation(int axis, int activation) {
    return new Options(10, axis, (byte) activation);
  }

  public static Options mean(boolean keeps) {
    return new Options(27, (byte) (keeps ? 1 : 0));
  }

  private static byte padding(boolean same) {
    return (byte) (same ? 0 : 1);
  }

  /** Numbers between -1 and 1. */
  public static float[] noise(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }

  /**
   * A network of 8 x 8 pixels: a convolution, an average, a linear layer of so many classes, a
   * softmax.
   */
  public static byte[] small(int classes) {
    TfliteFiles file = new TfliteFiles();
    int input = file.tensor(1, 8, 8, 3);
    int features = file.tensor(1, 4, 4, 6);
    int mean = file.tensor(1, 6);
    int logits = file.tensor(1, classes);
    int output = file.tensor(1, classes);
    int kernel = file.floats(noise(6 * 27, 1), 6, 3, 3, 3);
    int bias = file.floats(noise(6, 2), 6);
    int weights = file.floats(noise(6 * classes, 3), classes, 6);
    int axes = file.integers(1, 2);
    file.operator(3, convolution(true, 2, 1, 3), features, input, kernel, bias);
    file.operator(40, mean(false), mean, features, axes);
    file.operator(9, fullyConnected(), logits, mean, weights, -1);
    file.operator(25, softmax(), output, logits);
    return file.bytes(input, output);
  }
}
