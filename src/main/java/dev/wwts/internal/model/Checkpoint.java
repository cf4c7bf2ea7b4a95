package dev.wwts.internal.model;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.internal.model.CheckpointRules.View;
import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A checkpoint as torch.save has written it since PyTorch 1.6, a zip: names and tensors, or such
 * below {@code state_dict} or {@code model}. Its zip and its pickle are read as strictly as those
 * of a model file, and nothing of it is run. Whoever opens one closes it: it is held in memory.
 */
public final class Checkpoint implements AutoCloseable {
  /** ResNeSt-101's has 200 KB; a byte may become a list. */
  private static final long MOST_PICKLE = 8 << 20;

  private static final List<String> WRAPPERS = List.of("state_dict", "model");

  private final ModelContent content;
  private final Archive archive;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private Checkpoint(ModelContent content) {
    this.content = content;
    this.archive = Archive.ofCheckpoint(content);
  }

  /**
   * A tensor.
   *
   * @param type of its elements, as torch calls its storage, such as {@code FloatStorage}
   * @param sizes its shape
   * @param strides in elements
   * @param at where in the file its first element is
   */
  public record Tensor(String type, List<Long> sizes, List<Long> strides, long at) {
    /** Copies the lists. */
    public Tensor {
      sizes = List.copyOf(sizes);
      strides = List.copyOf(strides);
    }
  }

  /**
   * Opens a file and checks all of it.
   *
   * @throws ModelException if it can't be read, is no checkpoint, is damaged, or holds what is no
   *     tensor
   */
  public static Checkpoint open(Path file) {
    ModelContent content = ModelContent.read(file, null);
    try {
      Checkpoint checkpoint = new Checkpoint(content);
      checkpoint.read();
      return checkpoint;
    } catch (Throwable e) {
      content.close();
      throw e;
    }
  }

  private void read() {
    archive.verify();
    byte[] order = archive.bytes("byteorder", Long.BYTES).orElse(new byte[0]);
    if (order.length > 0 && order[0] != 'l') {
      throw new ModelException(
          Reason.UNSUPPORTED,
          content.file()
              + " is of a machine with another order of bytes: store it on one as this.");
    }
    byte[] pickle = archive.bytes("data.pkl", MOST_PICKLE).orElseThrow();
    try {
      Object state = unwrapped(new PickleWalk(pickle, new CheckpointRules(archive)).run());
      if (!(state instanceof Box box) || !box.isDict || box.items.isEmpty()) {
        throw new BadPickle("holds no names and tensors");
      }
      for (int i = 0; i < box.items.size(); i += 2) {
        add(box.items.get(i), box.items.get(i + 1));
      }
    } catch (BadPickle e) {
      throw new ModelException(
          Reason.UNSUPPORTED,
          content.file() + " is not read: its data.pkl " + e.getMessage() + ".",
          e);
    }
  }

  private static Object unwrapped(Object root) {
    Object state = root;
    for (String wrapper : WRAPPERS) {
      if (state instanceof Box outer && outer.isDict) {
        for (int i = 0; i < outer.items.size(); i += 2) {
          if (outer.items.get(i).equals(wrapper)
              && outer.items.get(i + 1) instanceof Box inner
              && inner.isDict) {
            state = inner;
          }
        }
      }
    }
    return state;
  }

  private void add(Object name, Object value) throws BadPickle {
    if (!(name instanceof String text) || !(value instanceof View view)) {
      throw new BadPickle("holds something beside names and tensors: store the state_dict alone");
    }
    // DataParallel's
    String plain = text.replaceFirst("^module\\.", "").replace(".module.", ".");
    long place = archive.place("data/" + view.storage().key());
    Tensor tensor =
        new Tensor(
            view.storage().type().storage,
            view.sizes(),
            view.strides(),
            place + view.offset() * view.storage().type().bytes);
    if (tensors.put(plain, tensor) != null) {
      throw new BadPickle("names %s twice".formatted(ZipDirectory.shown(plain)));
    }
  }

  /** Its tensors by name, without the prefixes that DataParallel leaves. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The file's bytes from there on; a view, which ends with this. */
  public ByteBuffer bytes(long at, int count) {
    return content.view(at, count);
  }

  /** The file's name, for messages. */
  @Override
  public String toString() {
    return Objects.toString(content.file());
  }

  @Override
  public void close() {
    content.close();
  }
}
