package dev.wwts.convert.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.convert.WholeFile;
import dev.wwts.internal.text.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A model file without its weights, made by {@code models/skeleton.py} of one that an exporter
 * wrote: it says which tensor of a checkpoint goes into which record. What is filled in is a file
 * with the same bytes in its network as the exporter would have written.
 */
public final class Skeleton {
  /** Where an archive says what it lacks. */
  private static final String INDEX = "extra/skeleton.json";

  private static final int MOST_INDEX = 8 << 20;
  private static final int SHOWN = 3;
  private static final int LONGEST_NAMES = 100;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final ZipFile zip;

  /** What is asked for, by the record that it goes into, such as {@code data/0}. */
  private final Map<String, Asked> asked = new LinkedHashMap<>();

  /** Names that a checkpoint has and the network does not need. */
  private final Set<String> unused = new HashSet<>();

  private record Asked(String name, ElementType type, List<Long> shape) {}

  private Skeleton(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  /**
   * Fills a skeleton with the tensors of a safetensors file.
   *
   * @param extra the entries below {@code extra/}: manifest, labels, self-test
   * @param out the model file, which appears when it is whole and passes all checks
   * @throws ModelException if one of the files can't be read or is damaged, or if the tensors are
   *     not those of the network
   */
  public static void fill(Path skeleton, Path weights, Map<String, byte[]> extra, Path out) {
    try (ZipFile zip = new ZipFile(skeleton.toFile());
        SafeTensors tensors = SafeTensors.open(weights)) {
      Skeleton opened = new Skeleton(skeleton, zip);
      opened.readIndex();
      opened.requireFit(tensors);
      WholeFile.write(out, file -> opened.write(tensors, extra, file));
    } catch (IOException e) {
      throw new ModelException(Reason.UNREADABLE, skeleton + " can't be read as a skeleton.", e);
    }
  }

  private void readIndex() throws IOException {
    ZipEntry entry =
        zip.stream()
            .filter(it -> inside(it).equals(INDEX) && it.getSize() <= MOST_INDEX)
            .findFirst()
            .orElseThrow(
                () ->
                    new ModelException(
                        Reason.NOT_A_MODEL,
                        file + " is no skeleton: make one with models/skeleton.py."));
    JsonNode index = JSON.readTree(zip.getInputStream(entry).readNBytes(MOST_INDEX));
    for (Map.Entry<String, JsonNode> each : index.path("tensors").properties()) {
      JsonNode node = each.getValue();
      List<Long> shape = new ArrayList<>();
      node.path("shape").forEach(size -> shape.add(size.asLong()));
      ElementType type =
          ElementType.of(node.path("dtype").asText())
              .orElseThrow(() -> new ModelException(Reason.CORRUPT, file + " is damaged."));
      asked.put(each.getKey(), new Asked(node.path("name").asText(), type, shape));
    }
    index.path("unused").forEach(name -> unused.add(name.asText()));
  }

  /** The entry's name without the archive's folder. */
  private static String inside(ZipEntry entry) {
    return entry.getName().substring(entry.getName().indexOf('/') + 1);
  }

  private void requireFit(SafeTensors tensors) {
    List<String> missing = new ArrayList<>();
    List<String> other = new ArrayList<>();
    Set<String> left = new HashSet<>(tensors.tensors().keySet());
    left.removeAll(unused);
    for (Asked each : asked.values()) {
      StoredTensor there = tensors.tensors().get(each.name);
      left.remove(each.name);
      if (there == null) {
        missing.add(each.name);
      } else if (!there.shape().equals(each.shape) || !there.type().becomes(each.type)) {
        other.add(each.name);
      }
    }
    if (!missing.isEmpty() || !other.isEmpty() || !left.isEmpty()) {
      throw new ModelException(
          Reason.UNSUPPORTED,
          "%s is of another network:%s%s%s."
              .formatted(
                  tensors,
                  named(" without", missing),
                  named(" with another", other),
                  named(" with", left.stream().sorted().toList())));
    }
  }

  private static String named(String what, List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.isEmpty()
        ? ""
        : "%s %s (%d)".formatted(what, Printable.line(shown, LONGEST_NAMES), names.size());
  }

  private void write(SafeTensors tensors, Map<String, byte[]> extra, Path out) throws IOException {
    try (ArchiveWriter archive = new ArchiveWriter(out)) {
      for (Map.Entry<String, byte[]> entry : extra.entrySet()) {
        archive.deflated("extra/" + entry.getKey(), entry.getValue());
      }
      for (Map.Entry<String, Asked> each : asked.entrySet()) {
        StoredTensor from = Objects.requireNonNull(tensors.tensors().get(each.getValue().name));
        archive.stored(each.getKey(), new Elements(tensors, from, each.getValue().type));
      }
      for (ZipEntry entry : zip.stream().toList()) {
        String name = inside(entry);
        if (!name.startsWith("extra/")) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          if (entry.getMethod() == ZipEntry.DEFLATED) {
            archive.deflated(name, bytes);
          } else {
            archive.stored(name, sink -> sink.accept(bytes));
          }
        }
      }
    }
  }
}
