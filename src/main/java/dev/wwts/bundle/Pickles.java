package dev.wwts.bundle;

import dev.wwts.ModelException;
import dev.wwts.bundle.PickleValues.BadPickle;
import dev.wwts.bundle.PickleValues.Made;
import dev.wwts.bundle.PickleValues.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks the pickles that LibTorch reads from an archive, with the records of tensors that they
 * refer to.
 */
final class Pickles {
  /** ResNeSt-101's has 200 KB. */
  private static final long MOST_BYTES = 8 << 20;

  /** Several tensors may share one record, and LibTorch reads it once for each. */
  private static final long FREE_BYTES = 1L << 26;

  private static final long MOST_RATIO = 4;
  private static final Pattern ENUM_WORD = Pattern.compile("\\bEnum\\b");

  /** An enum as LibTorch prints it; its values follow, a line each. */
  private static final Pattern ENUM =
      Pattern.compile("(?m)^class (\\w+)\\(Enum\\):\\n((?:  \\w+(?: : \\w+)? = [^\\n]*\\n)+)");

  private static final Pattern ENUM_VALUE = Pattern.compile("(?m) = (.*)$");

  private final Archive archive;
  private final Map<String, String> enums = new HashMap<>();
  private long bytesLeft;

  private Pickles(Archive archive, long fileBytes) {
    this.archive = archive;
    this.bytesLeft = FREE_BYTES + MOST_RATIO * fileBytes;
  }

  /**
   * Checks all.
   *
   * @throws ModelException if one is not as TorchScript writes it
   */
  static void check(Archive archive, long fileBytes) {
    new Pickles(archive, fileBytes).check();
  }

  private void check() {
    findEnums();
    for (String name : Archive.PICKLES) {
      byte[] pickle = archive.bytes(name, MOST_BYTES).orElseThrow();
      String folder = name.substring(0, name.indexOf('.')) + "/";
      try {
        Object root = new PickleWalk(pickle, new PickleCalls(this, folder)).run();
        boolean isModule = name.startsWith("data");
        if (isModule ? !(root instanceof Made) : !(root instanceof Tuple)) {
          throw new BadPickle("holds no " + (isModule ? "module" : "tuple of constants"));
        }
      } catch (BadPickle e) {
        throw archive.corrupt("its " + name + " " + e.getMessage(), e);
      }
    }
  }

  /** LibTorch's reader loses count of its stack where an enum has no such value. */
  private void findEnums() {
    for (String name : archive.names()) {
      if (name.startsWith("code/") && name.endsWith(".py")) {
        String code = archive.text(name);
        long words = ENUM_WORD.matcher(code).results().count();
        if (words == 0) {
          continue;
        }
        String module = name.substring("code/".length(), name.length() - 3).replace('/', '.');
        Matcher matcher = ENUM.matcher(code);
        while (matcher.find()) {
          words--;
          enums.put(module + "." + matcher.group(1), matcher.group(2));
        }
        if (words != 0) {
          throw archive.corrupt(
              "its " + ZipDirectory.shown(name) + " has an Enum that LibTorch did not write", null);
        }
      }
    }
  }

  /** Whether the archive's code has the file that a class of that qualified name stands in. */
  boolean hasCode(String module) {
    return archive.size("code/" + module.replace('.', '/') + ".py").isPresent();
  }

  boolean isEnum(String qualified) {
    return enums.containsKey(qualified);
  }

  boolean hasEnumValue(String qualified, Object value) {
    String printed = value instanceof Long ? value.toString() : "\"" + value + "\"";
    return (value instanceof Long || value instanceof String)
        && ENUM_VALUE
            .matcher(enums.get(qualified))
            .results()
            .anyMatch(found -> found.group(1).equals(printed));
  }

  /** The record of a tensor, as long as the pickle says. */
  void requireRecord(String name, long bytes) throws BadPickle {
    long there = archive.size(name).orElse(bytes == 0 ? 0 : -1);
    if (there != bytes) {
      throw new BadPickle(
          there < 0
              ? "needs %s, which is missing".formatted(ZipDirectory.shown(name))
              : "says that %s has %,d bytes, not %,d"
                  .formatted(ZipDirectory.shown(name), bytes, there));
    }
    bytesLeft -= bytes;
    if (bytesLeft < 0) {
      throw new BadPickle("reads the same weights over and over");
    }
  }
}
