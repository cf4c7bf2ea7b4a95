package dev.wwts.bundle.script;

import dev.wwts.bundle.script.Declarations.Members;
import dev.wwts.bundle.script.Tree.Call;
import dev.wwts.bundle.script.Tree.Expression;
import dev.wwts.bundle.script.Tree.Function;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Who calls an archive's functions, and how large the numbers are that they give. */
final class CallSites {
  private record Site(Function caller, Call call) {}

  private final IdentityHashMap<Function, List<Site>> sites = new IdentityHashMap<>();
  private final IdentityHashMap<Function, Bounds> bounds = new IdentityHashMap<>();
  private final IdentityHashMap<Function, Boolean> methods = new IdentityHashMap<>();

  CallSites(Declarations declarations, IdentityHashMap<Function, Calls> calls) {
    for (Members members : declarations.classes().values()) {
      members.methods().values().forEach(method -> methods.put(method, true));
    }
    calls.forEach(
        (caller, made) ->
            made.targets()
                .forEach(
                    (call, callees) -> {
                      for (Function callee : callees) {
                        sites
                            .computeIfAbsent(callee, key -> new ArrayList<>())
                            .add(new Site(caller, call));
                      }
                    }));
  }

  /** How large the numbers of a function are. */
  Bounds bounds(Function function) {
    return bounds.computeIfAbsent(function, key -> new Bounds(key, this));
  }

  /**
   * The most that a parameter is given; nothing is known of one that nobody gives.
   *
   * @param isRequired whether it has no default
   */
  double most(Function function, int parameter, boolean isRequired, int depth) {
    List<Site> all = sites.getOrDefault(function, List.of());
    int place = methods.containsKey(function) ? parameter - 1 : parameter;
    // a value is called without that name
    boolean isHidden = function.name().equals("__call__");
    double most = isHidden || (all.isEmpty() && isRequired) ? Bounds.UNBOUNDED : 0;
    for (Site site : all) {
      List<Expression> given = site.call().arguments();
      // torch.jit.save names no argument of the archive's own functions
      if (place < 0 || site.call().isNamed() || (place >= given.size() && isRequired)) {
        return Bounds.UNBOUNDED;
      }
      if (place < given.size()) {
        most = Math.max(most, bounds(site.caller()).bound(given.get(place), depth));
      }
    }
    return most;
  }
}
