package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Declarations.Members;
import dev.wwts.internal.model.script.Tree.Call;
import dev.wwts.internal.model.script.Tree.Function;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * How large a network is once LibTorch has put each function in the place of its calls: ten
 * functions that call the next ten times are ten thousand million statements. And who changes
 * attributes: only what restores a module may, for lanes share them.
 */
final class Work {
  /** Scripted in full, the largest public models have some 50,000. */
  static final long MOST = 150_000;

  /** Calls of methods whose class is not known may mean many. */
  private static final long MOST_EDGES = 1_000_000;

  private static final long UNDER_WAY = -1;

  private final Declarations declarations;
  private final IdentityHashMap<Function, Calls> calls = new IdentityHashMap<>();
  private final IdentityHashMap<Function, Long> sizes = new IdentityHashMap<>();
  private final IdentityHashMap<Function, ModuleWrites.Summary> summaries = new IdentityHashMap<>();
  private long edges;
  private final List<Function> order = new ArrayList<>();

  private final IdentityHashMap<Function, Boolean> writing = new IdentityHashMap<>();
  private final IdentityHashMap<Function, Boolean> writingOther = new IdentityHashMap<>();

  Work(Declarations declarations) {
    this.declarations = declarations;
  }

  /**
   * Checks all functions.
   *
   * @throws Untrusted if one grows too large, calls itself, or changes an attribute
   */
  void check() {
    declarations.functions().values().forEach(this::read);
    for (Members members : declarations.classes().values()) {
      members.methods().values().forEach(this::read);
    }
    calls.keySet().forEach(function -> size(function, 0));
    reachable(declarations.methods("__setstate__")).keySet().forEach(this::requireQuiet);
    reachable(calledUnseen()).keySet().forEach(this::requireNoLoops);
    IdentityHashMap<Function, Boolean> run = reachable(declarations.methods("forward"));
    // callees first, so that no summary waits for another
    order.stream().filter(run::containsKey).forEach(this::summary);
    for (Function forward : declarations.methods("forward")) {
      if (writes(forward)) {
        throw new Untrusted("sets an attribute in forward");
      }
    }
  }

  /** LibTorch runs it while it loads, before anything can end it. */
  private void requireQuiet(Function restorer) {
    Calls made = calls.get(restorer);
    String noise = made == null ? null : made.noise();
    if (noise != null) {
      throw new Untrusted("uses " + noise + " while it is loaded");
    }
  }

  /** Loops are counted where calls are inlined, which these are not. */
  private void requireNoLoops(Function function) {
    Calls made = calls.get(function);
    if (made != null && made.loops()) {
      throw new Untrusted("loops in " + function.name() + ", which can't be counted");
    }
  }

  /** What LibTorch calls by itself, or by the name in an interface. */
  private List<Function> calledUnseen() {
    List<Function> unseen = new ArrayList<>();
    for (String name : List.of("__setstate__", "__enter__", "__exit__")) {
      unseen.addAll(declarations.methods(name));
    }
    for (Members members : declarations.classes().values()) {
      if (members.base().endsWith("Interface")) {
        members.methods().keySet().forEach(name -> unseen.addAll(declarations.methods(name)));
      }
    }
    return unseen;
  }

  private IdentityHashMap<Function, Boolean> reachable(List<Function> from) {
    Deque<Function> open = new ArrayDeque<>(from);
    IdentityHashMap<Function, Boolean> seen = new IdentityHashMap<>();
    while (!open.isEmpty()) {
      Function function = open.remove();
      if (seen.put(function, true) == null) {
        open.addAll(callees(function));
      }
    }
    return seen;
  }

  private void read(Function function) {
    Calls made = Calls.of(function, declarations);
    edges += made.callees().size();
    if (edges > MOST_EDGES) {
      throw new Untrusted("makes more calls than can be told apart");
    }
    calls.put(function, made);
  }

  private Collection<Function> callees(Function function) {
    Calls made = calls.get(function);
    return made == null ? Set.of() : made.callees();
  }

  /** Whom a call in a function may mean. */
  List<Function> callees(Function function, Call call) {
    Calls made = calls.get(function);
    return made == null ? List.of() : made.callees(call);
  }

  /** What a function does with its parameters. */
  ModuleWrites.Summary summary(Function function) {
    ModuleWrites.Summary known = summaries.get(function);
    if (known == null) {
      known = ModuleWrites.of(function, this, declarations);
      summaries.put(function, known);
    }
    return known;
  }

  private boolean writes(Function function) {
    Boolean known = writing.get(function);
    if (known != null) {
      return known;
    }
    Calls made = calls.get(function);
    boolean writes =
        made != null
            && (made.writesSelf()
                || made.onSelf().stream().anyMatch(this::writes)
                || writesOther(function));
    writing.put(function, writes);
    return writes;
  }

  /** Beyond what it is called on, which may be its caller's own. */
  private boolean writesOther(Function function) {
    Boolean known = writingOther.get(function);
    if (known != null) {
      return known;
    }
    Calls made = calls.get(function);
    boolean writes =
        made != null
            && (made.writesOther()
                || made.onOther().stream().anyMatch(this::writes)
                || made.callees().stream().anyMatch(this::writesOther));
    writingOther.put(function, writes);
    return writes;
  }

  private long size(Function function, int depth) {
    Long known = sizes.get(function);
    if (known != null) {
      if (known == UNDER_WAY) {
        throw new Untrusted("calls " + function.name() + " within itself");
      }
      return known;
    }
    if (depth > Parser.DEEPEST) {
      throw new Untrusted("nests calls more than " + Parser.DEEPEST + " deep");
    }
    sizes.put(function, UNDER_WAY);
    Calls made = calls.get(function);
    long size = made == null ? 0 : made.operations();
    for (Function callee : callees(function)) {
      size += size(callee, depth + 1);
      if (size > MOST) {
        throw new Untrusted("grows to more than " + MOST + " operations in " + function.name());
      }
    }
    sizes.put(function, size);
    order.add(function);
    return size;
  }
}
