package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Declarations.Members;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How deep classes hold classes, which LibTorch reads by recursion, and how large named tuples are
 * once written out, as it does to compare them: twenty that hold the one before twice are a million
 * fields.
 */
final class TypeSizes {
  /** Modules in modules; public networks have fewer than 20 levels. */
  private static final int DEEPEST = 100;

  private static final int MOST_FIELDS = 256;

  private record Size(int depth, int fields) {}

  private final Declarations declarations;
  private final Map<String, Size> known = new HashMap<>();
  private final Set<String> underWay = new HashSet<>();

  private TypeSizes(Declarations declarations) {
    this.declarations = declarations;
  }

  /**
   * Checks all classes.
   *
   * @throws Malformed if one is too deep, too large, or holds itself
   */
  static void check(Declarations declarations) {
    TypeSizes sizes = new TypeSizes(declarations);
    declarations.classes().keySet().forEach(sizes::size);
  }

  private Size size(String name) {
    Size seen = known.get(name);
    Members members = declarations.type(name);
    if (seen != null || members == null) {
      return seen == null ? new Size(0, 0) : seen;
    }
    if (!underWay.add(name) || underWay.size() > DEEPEST) {
      throw new Malformed(1, "its classes hold each other more than " + DEEPEST + " levels deep");
    }
    int depth = 0;
    int fields = 1;
    for (String held : members.held()) {
      Size inner = size(held);
      depth = Math.max(depth, inner.depth());
      fields += inner.fields();
      if (members.isTuple() && fields > MOST_FIELDS) {
        throw new Malformed(1, "a named tuple holds more than " + MOST_FIELDS + " fields");
      }
    }
    underWay.remove(name);
    Size size = new Size(depth + 1, members.isTuple() ? fields : 0);
    if (size.depth() > DEEPEST) {
      throw new Malformed(1, "its classes hold each other more than " + DEEPEST + " levels deep");
    }
    known.put(name, size);
    return size;
  }
}
