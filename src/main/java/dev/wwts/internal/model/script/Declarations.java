package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Attribute;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Literal;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import dev.wwts.internal.model.script.Tree.Statement;
import dev.wwts.internal.model.script.Tree.Struct;
import dev.wwts.internal.model.script.Tree.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an archive's code declares: classes with their members, and functions, by full name. */
final class Declarations {
  /**
   * A class's members.
   *
   * @param attributes their types' full names; empty for types that are no class
   * @param methods by name
   * @param types of what an object holds, in order; of an enumeration, its values
   * @param held the classes in the attributes' types
   * @param base what kind of class it is
   */
  record Members(
      Map<String, String> attributes,
      Map<String, Function> methods,
      Map<String, Expression> types,
      List<String> held,
      String base) {
    boolean isTuple() {
      return base.equals("NamedTuple");
    }

    void attribute(String name, @Nullable Expression type) {
      attributes.put(name, fullName(type));
      hold(type);
    }

    private void hold(@Nullable Expression type) {
      String name = fullName(type);
      if (!name.isEmpty()) {
        held.add(name);
      } else if (type instanceof Other generic) {
        generic.parts().forEach(this::hold);
      } else if (type instanceof Group group) {
        group.parts().forEach(this::hold);
      }
    }
  }

  private final Map<String, Members> classes = new HashMap<>();
  private final Map<String, Function> functions = new HashMap<>();
  private final Map<String, List<Function>> methods = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Set<String>> implementers = new HashMap<>();

  /** Adds the statements of a file whose path stands for {@code namespace}. */
  void add(String namespace, List<Statement> file) {
    for (Statement statement : file) {
      if (statement instanceof Function function) {
        functions.put(namespace + "." + function.name(), function);
        names.add(function.name());
      } else {
        add(namespace, (Struct) statement);
      }
    }
  }

  private void add(String namespace, Struct type) {
    Members members =
        new Members(
            new HashMap<>(),
            new HashMap<>(),
            new LinkedHashMap<>(),
            new ArrayList<>(),
            type.base());
    for (Statement statement : type.body()) {
      if (statement instanceof Function method) {
        members.methods().put(method.name(), method);
        methods.computeIfAbsent(method.name(), name -> new ArrayList<>()).add(method);
        names.add(method.name());
      } else if (statement instanceof Assign field) {
        add(members, field);
      }
    }
    classes.put(namespace + "." + type.name(), members);
  }

  /** {@code name : type}, {@code name = value}, or {@code __annotations__["name"] = type}. */
  private void add(Members members, Assign field) {
    Expression target = field.targets().get(0);
    if (target instanceof Name name) {
      names.add(name.id());
      members.attribute(name.id(), field.type());
      if (field.type() != null && field.value() == null) {
        members.types().put(name.id(), field.type());
      } else if (field.type() == null && members.base().equals("Enum") && field.value() != null) {
        members.types().put(name.id(), written(field.value()));
      }
    } else if (target instanceof Other subscript
        && subscript.parts().size() == 2
        && subscript.parts().get(1) instanceof Text key
        && field.value() != null) {
      names.add(key.raw());
      members.attribute(key.raw(), field.value());
      members.types().put(key.raw(), field.value());
    }
  }

  /** The value of an enumeration's member, as a name that no type has. */
  private static Expression written(Expression value) {
    return new Name(
        value instanceof Text text
            ? "\"" + text.raw() + "\""
            : value instanceof Literal number ? number.text() : "");
  }

  /** Whether anything that has members has one of this name. */
  boolean declares(String member) {
    return names.contains(member);
  }

  int size() {
    return classes.size() + functions.size();
  }

  @Nullable Members type(String fullName) {
    return classes.get(fullName);
  }

  @Nullable Function function(String fullName) {
    return functions.get(fullName);
  }

  /** The methods of this name, of all classes. */
  List<Function> methods(String name) {
    return methods.getOrDefault(name, List.of());
  }

  /**
   * The classes whose objects may stand where an interface is declared: they have its methods, and
   * hold no such object themselves, so that none can call itself.
   */
  Set<String> implementers(String face) {
    Set<String> known = implementers.get(face);
    if (known != null) {
      return known;
    }
    Set<String> found = new LinkedHashSet<>();
    Members wanted = classes.get(face);
    if (wanted != null) {
      classes.forEach(
          (name, members) -> {
            if (implementsAll(members, wanted) && !holds(members, face, new HashSet<>())) {
              found.add(name);
            }
          });
    }
    implementers.put(face, found);
    return found;
  }

  private static boolean implementsAll(Members members, Members face) {
    if (!members.base().isEmpty() && !members.base().equals("Module")) {
      return false;
    }
    for (Function wanted : face.methods().values()) {
      Function method = members.methods().get(wanted.name());
      if (method == null || !Types.isAlike(method, wanted)) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(Members members, String face, Set<String> seen) {
    for (String held : members.held()) {
      Members inner = classes.get(held);
      if (held.equals(face) || (inner != null && seen.add(held) && holds(inner, face, seen))) {
        return true;
      }
    }
    return false;
  }

  Map<String, Members> classes() {
    return classes;
  }

  Map<String, Function> functions() {
    return functions;
  }

  /** {@code __torch__.a.b} of such a chain; empty for anything else. */
  static String fullName(@Nullable Expression expression) {
    if (expression instanceof Name name) {
      return name.id().equals("__torch__") ? name.id() : "";
    }
    if (expression instanceof Attribute attribute) {
      String base = fullName(attribute.base());
      return base.isEmpty() ? "" : base + "." + attribute.name();
    }
    return "";
  }
}
