package dev.wwts.convert.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.InflaterInputStream;

/**
 * What a model file holds of a network but its weights, made by {@code models/skeletons.py}: it
 * says which tensor of a checkpoint goes into which record. What is filled in is a file with the
 * same bytes in its network as the exporter would have written.
 */
public final class Skeleton {
  /** Unpacked: the code of a deep network, with tables that no checkpoint holds. */
  private static final int MOST_BYTES = 64 << 20;

  /** In a shape: the number of classes. */
  static final long CLASSES = -1;

  private static final JsonMapper JSON = new JsonMapper();

  private final List<Wanted> wanted = new ArrayList<>();
  private final List<Derived> derived = new ArrayList<>();
  private final List<ClassCount> counts = new ArrayList<>();
  private final Set<String> unused = new HashSet<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  private Skeleton() {}

  /**
   * A record that a tensor of the checkpoint goes into.
   *
   * @param names what checkpoints call it, the usual name first
   */
  record Wanted(String record, ElementType type, List<Long> shape, List<String> names) {}

  /** Computes what a network's tensor is of a checkpoint's, as torch does it. */
  public interface Resampling {
    /**
     * A square grid of vectors, row by row, resized to another with bicubic interpolation, as torch
     * does without antialiasing.
     *
     * @param before cells of a side
     * @param after cells of a side then
     * @param width numbers of a vector
     */
    float[] bicubic(float[] grid, int before, int after, int width);
  }

  /**
   * Reads a skeleton as it is stored.
   *
   * @throws IllegalArgumentException if it is none, or too large for one
   */
  public static Skeleton read(InputStream packed) throws IOException {
    byte[] bytes = new InflaterInputStream(packed).readNBytes(MOST_BYTES + 1);
    int line = 0;
    while (line < bytes.length && bytes[line] != '\n') {
      line++;
    }
    if (line == bytes.length || bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException("is no skeleton");
    }
    Skeleton skeleton = new Skeleton();
    skeleton.parse(JSON.readTree(bytes, 0, line), ByteBuffer.wrap(bytes).position(line + 1));
    return skeleton;
  }

  private void parse(JsonNode index, ByteBuffer rest) {
    for (JsonNode node : index.path("entries")) {
      int size = node.path(1).asInt(-1);
      if (size < 0 || size > rest.remaining()) {
        throw new IllegalArgumentException("is cut short");
      }
      byte[] bytes = new byte[size];
      rest.get(bytes);
      entries.put(node.path(0).asText(), bytes);
    }
    for (JsonNode node : index.path("tensors")) {
      List<Long> shape = new ArrayList<>();
      node.path(2).forEach(size -> shape.add(size.asLong()));
      List<String> names = new ArrayList<>();
      for (int i = 3; i < node.size(); i++) {
        names.add(node.path(i).asText());
      }
      ElementType type = ElementType.of(node.path(1).asText()).orElseThrow();
      wanted.add(new Wanted(node.path(0).asText(), type, shape, names));
    }
    index.path("derived").forEach(node -> derived.add(Derived.parse(node, entries)));
    index.path("classes").forEach(node -> counts.add(ClassCount.parse(node)));
    index.path("unused").forEach(name -> unused.add(name.asText()));
    entries.keySet().removeIf(name -> name.startsWith("tables/"));
  }

  /** The last size of a tensor that a checkpoint would call so. */
  public int width(String name) {
    List<Long> shape = shape(name);
    return Math.toIntExact(shape.get(shape.size() - 1));
  }

  /** Its first size. */
  public long size(String name) {
    return shape(name).get(0);
  }

  private List<Long> shape(String name) {
    return wanted.stream()
        .filter(each -> each.names.contains(name))
        .map(Wanted::shape)
        .findFirst()
        .orElseThrow();
  }

  List<Wanted> wanted() {
    return wanted;
  }

  List<Derived> derived() {
    return derived;
  }

  /** Whether a checkpoint may have a tensor of that name, which the network does not need. */
  boolean isUnused(String name) {
    return unused.contains(name);
  }

  /**
   * Holds a checkpoint against it. Who asks closes what is given.
   *
   * @param isStrict whether tensors that the network does not know are refused
   * @throws ModelException if the file can't be read, is damaged, or if its tensors are not those
   *     of the network
   */
  public Fitting fit(Path weights, boolean isStrict) {
    return fit(TensorFile.open(weights), isStrict);
  }

  /**
   * The same for a checkpoint that lacks a tensor.
   *
   * @param name the tensor's
   * @param rows its numbers
   */
  public Fitting fit(Path weights, boolean isStrict, String name, float[][] rows) {
    return fit(new Supplemented(TensorFile.open(weights), name, rows), isStrict);
  }

  private Fitting fit(TensorFile file, boolean isStrict) {
    try {
      return new Fitting(this, file, isStrict);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /** Writes the entries that hold no tensors, for that number of classes. */
  void write(ArchiveWriter archive, int classes) throws IOException {
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      String name = entry.getKey();
      byte[] bytes =
          name.equals("data.pkl")
              ? ClassCount.replaced(entry.getValue(), counts, classes)
              : Objects.requireNonNull(entry.getValue());
      if (name.startsWith("code/")) {
        archive.deflated(name, bytes);
      } else {
        archive.stored(name, sink -> sink.accept(bytes));
      }
    }
  }
}
