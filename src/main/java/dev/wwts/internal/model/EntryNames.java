package dev.wwts.internal.model;

import java.text.Normalizer;
import java.util.Locale;

/** Which names an archive's entries may have: those that everyone takes for the same file. */
final class EntryNames {
  private EntryNames() {}

  /** Whether it is a path below the archive, of characters that can be shown. */
  static boolean isSane(String name) {
    boolean sane = name.indexOf('\\') < 0;
    for (int at = 0; sane && at <= name.length(); ) {
      int slash = name.indexOf('/', at);
      int end = slash < 0 ? name.length() : slash;
      String part = name.substring(at, end);
      sane = !part.isEmpty() && !part.equals(".") && !part.equals("..");
      at = end + 1;
    }
    for (int i = 0; sane && i < name.length(); i++) {
      sane = !Character.isISOControl(name.charAt(i));
    }
    return sane;
  }

  /** As file systems and LibTorch might see it: without case, composed. */
  static String folded(String name) {
    String composed = isAscii(name) ? name : Normalizer.normalize(name, Normalizer.Form.NFKC);
    return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  private static boolean isAscii(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** Whether code is called so as code is: LibTorch finds entries in any spelling. */
  static boolean isPlainCode(String path) {
    String small = path.toLowerCase(Locale.ROOT);
    return small.startsWith("code/") == path.startsWith("code/")
        && small.endsWith(".py") == path.endsWith(".py");
  }
}
