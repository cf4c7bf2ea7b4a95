package dev.wwts.convert.weights;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.Checkpoint;
import dev.wwts.internal.text.Printable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What torch.save wrote: a tensor may be a view whose elements do not lie row by row. */
final class TorchCheckpoint implements TensorFile {
  private static final int SHOWN = 80;

  private final Checkpoint file;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private TorchCheckpoint(Checkpoint file) {
    this.file = file;
  }

  static TorchCheckpoint open(Path path) {
    Checkpoint file = Checkpoint.open(path);
    try {
      TorchCheckpoint opened = new TorchCheckpoint(file);
      file.tensors().forEach(opened::add);
      return opened;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  private void add(String name, Checkpoint.Tensor tensor) {
    ElementType type =
        ElementType.ofStorage(tensor.type())
            .orElseThrow(
                () ->
                    new ModelException(
                        Reason.UNSUPPORTED,
                        "%s: %s is a %s, which is not read."
                            .formatted(file, Printable.line(name, SHOWN), tensor.type())));
    tensors.put(name, new StoredTensor(type, tensor.sizes(), tensor.at()));
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public byte[] bytes(String name, long from, int count) {
    Checkpoint.Tensor tensor = Objects.requireNonNull(file.tensors().get(name));
    int size = Objects.requireNonNull(tensors.get(name)).type().bytes;
    byte[] bytes = new byte[count];
    if (isRowByRow(tensor)) {
      file.bytes(tensor.at() + from, count).get(bytes);
      return bytes;
    }
    for (int i = 0; i < count; i += size) {
      ByteBuffer element = file.bytes(tensor.at() + place(tensor, (from + i) / size) * size, size);
      element.get(bytes, i, size);
    }
    return bytes;
  }

  private static boolean isRowByRow(Checkpoint.Tensor tensor) {
    long step = 1;
    for (int i = tensor.sizes().size() - 1; i >= 0; i--) {
      if (tensor.sizes().get(i) != 1 && tensor.strides().get(i) != step) {
        return false;
      }
      step *= tensor.sizes().get(i);
    }
    return true;
  }

  /** Where the i-th element of all rows is, in elements from the first. */
  private static long place(Checkpoint.Tensor tensor, long element) {
    List<Long> sizes = tensor.sizes();
    long place = 0;
    long rest = element;
    for (int i = sizes.size() - 1; i >= 0; i--) {
      place += rest % sizes.get(i) * tensor.strides().get(i);
      rest /= sizes.get(i);
    }
    return place;
  }

  /** The file's name, for messages. */
  @Override
  public String toString() {
    return file.toString();
  }

  @Override
  public void close() {
    file.close();
  }
}
