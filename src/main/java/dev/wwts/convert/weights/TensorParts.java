package dev.wwts.convert.weights;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Weights in several files: each tensor of the index is in the file that the index says, and no
 * file holds another.
 */
final class TensorParts implements TensorFile {
  private static final int SHOWN = 60;

  private final Path index;
  private final List<TensorFile> files = new ArrayList<>();
  private final Map<String, TensorFile> places = new HashMap<>();
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private TensorParts(Path index) {
    this.index = index;
  }

  /**
   * Opens the files of an index, and checks them.
   *
   * @throws ModelException if one can't be read, is damaged, or holds other tensors
   */
  static TensorParts open(Path index) {
    PartIndex read = PartIndex.read(index);
    TensorParts opened = new TensorParts(index);
    try {
      for (String part : read.parts()) {
        opened.add(part, read.byTensor());
      }
      opened.requireAll(read.byTensor());
      return opened;
    } catch (Throwable e) {
      opened.close();
      throw e;
    }
  }

  private void add(String part, Map<String, String> byTensor) {
    Path path = index.resolveSibling(part);
    if (!Files.isRegularFile(path)) {
      throw new ModelException(
          Reason.UNREADABLE,
          "%s names %s, which is not beside it: fetch it too.".formatted(index, part));
    }
    TensorFile file = TensorFile.open(path);
    files.add(file);
    file.tensors()
        .forEach(
            (name, tensor) -> {
              if (!part.equals(byTensor.get(name))) {
                throw PartIndex.corrupt(
                    index, "it does not say that %s is in %s".formatted(shown(name), part));
              }
              places.put(name, file);
              tensors.put(name, tensor);
            });
  }

  private void requireAll(Map<String, String> byTensor) {
    byTensor.forEach(
        (name, part) -> {
          if (!tensors.containsKey(name)) {
            throw PartIndex.corrupt(index, "%s is not in %s".formatted(shown(name), part));
          }
        });
  }

  private static String shown(String name) {
    return Printable.line(name, SHOWN);
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  @Override
  public byte[] bytes(String name, long from, int count) throws IOException {
    return Objects.requireNonNull(places.get(name)).bytes(name, from, count);
  }

  /** The index's name, for messages. */
  @Override
  public String toString() {
    return index.toString();
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
