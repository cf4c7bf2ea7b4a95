package dev.wwts.internal.model.script;

import dev.wwts.internal.model.script.Declarations.Members;
import dev.wwts.internal.model.script.Tree.Assign;
import dev.wwts.internal.model.script.Tree.Expression;
import dev.wwts.internal.model.script.Tree.Function;
import dev.wwts.internal.model.script.Tree.Group;
import dev.wwts.internal.model.script.Tree.Name;
import dev.wwts.internal.model.script.Tree.Other;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the classes of an archive's code hold. LibTorch compiles for these types and never looks
 * whether its pickles keep to them: a tuple of three where two are declared ends the process.
 */
public final class Types {
  /**
   * A type.
   *
   * @param name its word, or a class's full name
   * @param parts what stands in its brackets
   */
  public record Type(String name, List<Type> parts) {}

  /**
   * A class.
   *
   * @param base NamedTuple, Enum, Interface, ModuleInterface, Module or nothing
   * @param attributes what an object of it holds, in order; of an enumeration, its values as
   *     written
   * @param state what its {@code __setstate__} takes, where it has one
   */
  public record Shape(String base, Map<String, Type> attributes, @Nullable Type state) {}

  private static final Set<String> PLAIN =
      Set.of(
          "Any",
          "Device",
          "Dict",
          "List",
          "NoneType",
          "Optional",
          "Tensor",
          "Union",
          "bool",
          "complex",
          "float",
          "int",
          "number",
          "str");

  private static final Type TENSOR = new Type("Tensor", List.of());

  private final Declarations declarations;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  Types(Declarations declarations) {
    this.declarations = declarations;
  }

  /** The class of that full name, if the code declares it. */
  public @Nullable Shape of(String fullName) {
    Shape known = shapes.get(fullName);
    Members members = declarations.type(fullName);
    if (known != null || members == null) {
      return known;
    }
    Map<String, Type> attributes = new LinkedHashMap<>();
    members.types().forEach((name, type) -> attributes.put(name, type(type)));
    Function restore = members.methods().get("__setstate__");
    Type state =
        restore == null || restore.parameters().size() < 2
            ? null
            : type(restore.parameters().get(1).type());
    Shape shape = new Shape(members.base(), attributes, state);
    shapes.put(fullName, shape);
    return shape;
  }

  /** Whether objects of a class may stand where that interface is declared. */
  public boolean isImplementedBy(String face, String fullName) {
    return declarations.implementers(face).contains(fullName);
  }

  /**
   * The type in a text.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Type parse(String text) {
    try {
      return type(new Expressions(new Tokens(text)).expression());
    } catch (Malformed e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** What is not annotated is a tensor. */
  private static Type type(@Nullable Expression expression) {
    if (expression == null) {
      return TENSOR;
    }
    if (expression instanceof Name name) {
      return new Type(name.id(), List.of());
    }
    if (expression instanceof Other generic) {
      List<Type> parts = new ArrayList<>();
      for (Expression part : generic.parts().subList(1, generic.parts().size())) {
        // Tuple[()] has none
        if (!(part instanceof Group group) || !group.parts().isEmpty()) {
          parts.add(type(part));
        }
      }
      return new Type(type(generic.parts().get(0)).name(), parts);
    }
    return new Type(Declarations.fullName(expression), List.of());
  }

  /** Whether values of a type are told from others by their kind alone. */
  static boolean isPlain(Expression type) {
    return isPlain(type(type));
  }

  private static boolean isPlain(Type type) {
    return PLAIN.contains(type.name()) && type.parts().stream().allMatch(Types::isPlain);
  }

  /** Whether a type is the other, or None. */
  static boolean isOptional(@Nullable Expression optional, Expression type) {
    return optional != null && isSame(type(optional), new Type("Optional", List.of(type(type))));
  }

  /** Whether a method can be called as the other is. */
  static boolean isAlike(Function one, Function other) {
    List<Assign> parameters = one.parameters();
    boolean alike =
        parameters.size() == other.parameters().size()
            && isSame(type(one.type()), type(other.type()));
    for (int i = 1; alike && i < parameters.size(); i++) {
      alike = isSame(type(parameters.get(i).type()), type(other.parameters().get(i).type()));
    }
    return alike;
  }

  private static boolean isSame(Type one, Type other) {
    boolean same = one.name().equals(other.name()) && one.parts().size() == other.parts().size();
    for (int i = 0; same && i < one.parts().size(); i++) {
      same = isSame(one.parts().get(i), other.parts().get(i));
    }
    return same;
  }
}
