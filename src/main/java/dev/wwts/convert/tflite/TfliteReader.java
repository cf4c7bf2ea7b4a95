package dev.wwts.convert.tflite;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a TFLite file: version 3 of its schema, one graph from one picture to one row of classes.
 * Numbers of fields are those of {@code tensorflow/compiler/mlir/lite/schema/schema.fbs}.
 */
final class TfliteReader {
  /** Of a file; FlatBuffers end at 2 GiB. */
  private static final int MOST_BYTES = 256 << 20;

  private static final byte[] IDENTIFIER = {'T', 'F', 'L', '3'};
  private static final int VERSION = 3;
  private static final int MOST_DIMENSIONS = 6;

  /** Values of one tensor that is computed: 64 MB in float32. */
  static final long MOST_ELEMENTS = 1 << 24;

  /** Values that are needed at once, while a picture is computed. */
  private static final long MOST_LIVE = 1 << 25;

  /** Values of a constant; the file's own length is the narrower bound. */
  private static final long MOST_WEIGHTS = 1 << 28;

  private final ByteBuffer bytes;
  private final Faults faults;
  private final List<FlatTable> buffers = new ArrayList<>();
  private final List<TensorInfo> tensors = new ArrayList<>();

  /** Tensors may share their scales, of which each gets a copy. */
  private long scalesLeft;

  private TfliteReader(ByteBuffer bytes, Faults faults) {
    this.bytes = bytes;
    this.scalesLeft = bytes.limit() / Float.BYTES;
    this.faults = faults;
  }

  /**
   * Reads all that a file holds, and checks it.
   *
   * @throws ModelException if it can't be read, is damaged, or has what is not known here
   */
  static TfliteNetwork read(Path file) {
    return read(content(file), file.toString());
  }

  /** The same of bytes; {@code file} is what messages call them. */
  static TfliteNetwork read(byte[] content, String file) {
    Faults faults = new Faults(file);
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (content.length < 8 || !bytes.slice(4, 4).equals(ByteBuffer.wrap(IDENTIFIER))) {
      throw faults.notTflite();
    }
    try {
      return new TfliteReader(bytes, faults).network();
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw (ModelException) faults.corrupt("it points at what lies outside of it").initCause(e);
    }
  }

  private static byte[] content(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(Reason.UNREADABLE, file + " is no file, or can't be read.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      if (content.length > MOST_BYTES) {
        throw new Faults(file.toString()).unsupported("has more than " + MOST_BYTES + " bytes");
      }
      return content;
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, file + " can't be read.", e);
    }
  }

  private TfliteNetwork network() {
    FlatTable model = FlatTable.root(bytes);
    if (model.integer(0, 0) != VERSION) {
      throw faults.unsupported("has version %d of the schema".formatted(model.integer(0, 0)));
    }
    List<FlatTable> graphs = model.tables(2);
    if (graphs.size() != 1) {
      throw faults.unsupported("has %d graphs".formatted(graphs.size()));
    }
    FlatTable graph = graphs.get(0);
    buffers.addAll(model.tables(4));
    graph.tables(0).forEach(table -> tensors.add(tensor(table)));
    int[] inputs = graph.integers(1);
    int[] outputs = graph.integers(2);
    if (inputs.length != 1 || outputs.length != 1) {
      throw faults.unsupported(
          "has %d inputs and %d outputs".formatted(inputs.length, outputs.length));
    }
    List<Operation> operations =
        operations(graph.tables(3), model.tables(1), new Flow(inputs[0], outputs[0]));
    TfliteNetwork network = new TfliteNetwork(tensors, operations, inputs[0], outputs[0], faults);
    if (network.mostLive() > MOST_LIVE) {
      throw faults.unsupported("needs more than %,d values at once".formatted(MOST_LIVE));
    }
    return network;
  }

  private record Flow(int input, int output) {}

  private List<Operation> operations(List<FlatTable> tables, List<FlatTable> codes, Flow flow) {
    TensorInfo input = tensors.get(flow.input);
    if (input.isConstant()
        || input.shape().size() != 4
        || input.size(0) != 1
        || input.size(3) != 3) {
      throw faults.unsupported("takes %s, not one picture in colour".formatted(input.shape()));
    }
    OperationReader reader = new OperationReader(tensors, codes, bytes.limit(), faults);
    Set<Integer> known = new HashSet<>(Set.of(flow.input));
    List<Operation> operations = new ArrayList<>();
    for (FlatTable table : tables) {
      Operation operation = reader.read(table).orElse(null);
      if (operation == null) {
        continue;
      }
      boolean isNew =
          !tensors.get(operation.output()).isConstant() && !known.contains(operation.output());
      if (!known.containsAll(operation.inputs()) || !isNew) {
        throw faults.corrupt("its operators are not in an order that can be computed");
      }
      known.add(operation.output());
      operations.add(operation);
    }
    if (!known.contains(flow.output)) {
      throw faults.corrupt("no operator gives its output");
    }
    return operations;
  }

  private TensorInfo tensor(FlatTable table) {
    ElementType type = ElementType.of(table.octet(1), faults);
    ByteBuffer data = data(table.integer(2, 0));
    long most = data.capacity() > 0 ? MOST_WEIGHTS : MOST_ELEMENTS;
    List<Integer> shape = new ArrayList<>();
    long elements = 1;
    for (int size : table.integers(0)) {
      if (size < 1 || shape.size() == MOST_DIMENSIONS || elements * size > most) {
        throw faults.unsupported("has a tensor that is empty or too large");
      }
      shape.add(size);
      elements *= size;
    }
    if (data.capacity() > 0 && data.capacity() != elements * type.bytes) {
      throw faults.corrupt(
          "a tensor of %,d values has %,d bytes".formatted(elements, data.capacity()));
    }
    if (table.table(6).isPresent()) {
      throw faults.unsupported("has a sparse tensor");
    }
    return new TensorInfo(shape, type, quantization(table, shape), data);
  }

  private ByteBuffer data(int buffer) {
    FlatTable table = buffers.get(buffer);
    if (table.longOf(1) > 1) {
      throw faults.unsupported("keeps weights behind its tables");
    }
    return table.octets(0);
  }

  private Quantization quantization(FlatTable tensor, List<Integer> shape) {
    FlatTable table = tensor.table(4).orElse(null);
    float[] scales = table == null ? new float[0] : table.reals(2);
    if (table == null || scales.length == 0) {
      return Quantization.NONE;
    }
    scalesLeft -= scales.length;
    if (scalesLeft < 0) {
      throw faults.corrupt("it reads the same scales over and over");
    }
    long[] zeros = table.longs(3);
    int dimension = table.integer(6, 0);
    if (table.octet(4) != 0) {
      throw faults.unsupported("has codes of a kind of its own");
    }
    if ((zeros.length != 0 && zeros.length != scales.length)
        || dimension < 0
        || (scales.length > 1 && shape.get(dimension) != scales.length)) {
      throw faults.corrupt("its scales do not fit their tensor");
    }
    List<Float> copied = new ArrayList<>();
    List<Long> points = new ArrayList<>();
    for (int i = 0; i < scales.length; i++) {
      if (!(scales[i] >= 0) || Float.isInfinite(scales[i])) {
        throw faults.corrupt("a scale is no positive number");
      }
      copied.add(scales[i]);
      points.add(zeros.length == 0 ? 0 : zeros[i]);
      if (Math.abs((double) points.get(i)) > Integer.MAX_VALUE) {
        throw faults.corrupt("a zero point is no 32-bit number");
      }
    }
    return new Quantization(copied, points, dimension);
  }
}
