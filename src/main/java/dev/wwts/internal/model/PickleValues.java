package dev.wwts.internal.model;

import dev.wwts.internal.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a walked pickle consists of, beside Long, Double, Boolean and String: enough of each value
 * to check what is made of it.
 */
final class PickleValues {
  /** Deeper nesting than this would run down LibTorch's stack when it is freed. */
  private static final int MOST_DEPTH = 200;

  private PickleValues() {}

  /** What is wrong with a pickle, in words that follow its name. */
  static final class BadPickle extends Exception {
    private static final long serialVersionUID = 1L;

    BadPickle(String fault) {
      super(Printable.line(fault, 160));
    }
  }

  static void require(boolean holds, String fault) throws BadPickle {
    if (!holds) {
      throw new BadPickle(fault);
    }
  }

  static <T> boolean all(List<T> items, Predicate<? super T> fits) {
    return items.stream().allMatch(fits);
  }

  /** The one None. */
  enum Nothing {
    NONE
  }

  /**
   * A global: a function, a class or a constant. LibTorch's reader holds it as a number, so it must
   * not go where a value goes.
   */
  record Global(String module, String name) {
    String qualified() {
      return module + "." + name;
    }
  }

  /** A tuple and how deep it nests. */
  record Tuple(List<Object> items, int depth) {
    static Tuple of(List<Object> items) throws BadPickle {
      int depth = 0;
      for (Object item : items) {
        seal(item);
        depth = Math.max(depth, depthOf(item));
      }
      return new Tuple(List.copyOf(items), deeper(depth));
    }
  }

  /** A list, or a dictionary as key, value, key, value. */
  static final class Box {
    final boolean isDict;
    final List<Object> items = new ArrayList<>();
    private final boolean isFilledInParts;
    private int depth = 1;
    private boolean sealed;

    /**
     * An empty one.
     *
     * @param isFilledInParts as Python's pickler does, a thousand items at a time
     */
    Box(boolean isDict, boolean isFilledInParts) {
      this.isDict = isDict;
      this.isFilledInParts = isFilledInParts;
    }

    /** What is in something else already does not grow, so nothing can contain itself. */
    void add(List<Object> more) throws BadPickle {
      if (sealed || (isDict && more.size() % 2 != 0)) {
        throw new BadPickle("fills a list or dictionary twice, or half");
      }
      sealed = !isFilledInParts;
      for (int i = 0; i < more.size(); i++) {
        Object item = more.get(i);
        if (item instanceof Global || item instanceof Storage || item == this) {
          throw new BadPickle("has a name where a value should be");
        }
        if (isDict && i % 2 == 0 && !isKey(item)) {
          throw new BadPickle("has a dictionary's key that is no text or number");
        }
        seal(item);
        depth = Math.max(depth, deeper(depthOf(item)));
      }
      items.addAll(more);
    }

    private static boolean isKey(Object item) {
      return item instanceof String
          || item instanceof Long
          || item instanceof Double
          || item instanceof Boolean
          || item instanceof Tensor;
    }
  }

  /** Types of a tensor's elements, by the names of torch's storages. */
  enum ElementType {
    DOUBLE("DoubleStorage", 8),
    FLOAT("FloatStorage", 4),
    HALF("HalfStorage", 2),
    BFLOAT16("BFloat16Storage", 2),
    LONG("LongStorage", 8),
    INT("IntStorage", 4),
    SHORT("ShortStorage", 2),
    CHAR("CharStorage", 1),
    BYTE("ByteStorage", 1),
    BOOL("BoolStorage", 1),
    COMPLEX_HALF("ComplexHalfStorage", 4),
    COMPLEX_FLOAT("ComplexFloatStorage", 8),
    COMPLEX_DOUBLE("ComplexDoubleStorage", 16),
    QINT8("QInt8Storage", 1),
    QUINT8("QUInt8Storage", 1),
    QINT32("QInt32Storage", 4);

    final String storage;
    final int bytes;

    ElementType(String storage, int bytes) {
      this.storage = storage;
      this.bytes = bytes;
    }

    boolean isQuantized() {
      return this == QINT8 || this == QUINT8 || this == QINT32;
    }
  }

  /** A tensor's memory: in which record, and how many elements. */
  record Storage(ElementType type, String key, long count) {
    long bytes() {
      return count * type.bytes;
    }
  }

  /** A tensor. */
  record Tensor(ElementType type, List<Long> sizes) {}

  /**
   * An object.
   *
   * @param of its class; Device or complex
   * @param depth how deep it nests
   */
  record Made(String of, int depth) {}

  static int deeper(int depth) throws BadPickle {
    if (depth >= MOST_DEPTH) {
      throw new BadPickle("nests deeper than " + MOST_DEPTH);
    }
    return depth + 1;
  }

  static int depthOf(Object value) {
    if (value instanceof Tuple tuple) {
      return tuple.depth();
    }
    if (value instanceof Made made) {
      return made.depth();
    }
    return value instanceof Box box ? box.depth : 0;
  }

  private static void seal(Object value) {
    if (value instanceof Box box) {
      box.sealed = true;
    }
  }
}
