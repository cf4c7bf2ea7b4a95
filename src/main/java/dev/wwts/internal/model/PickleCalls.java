package dev.wwts.internal.model;

import static dev.wwts.internal.model.PickleValues.all;
import static dev.wwts.internal.model.PickleValues.require;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import dev.wwts.internal.model.PickleValues.ElementType;
import dev.wwts.internal.model.PickleValues.Global;
import dev.wwts.internal.model.PickleValues.Made;
import dev.wwts.internal.model.PickleValues.Nothing;
import dev.wwts.internal.model.PickleValues.Storage;
import dev.wwts.internal.model.PickleValues.Tensor;
import dev.wwts.internal.model.PickleValues.Tuple;
import dev.wwts.internal.model.script.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What may be called in a pickle, with what: the globals that torch's Pickler writes, and classes
 * whose code is in the archive.
 */
final class PickleCalls implements PickleRules {
  private static final int LONGEST_TYPE = 10_000;
  private static final int MOST_TYPE_DEPTH = 32;
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern DEVICE = Pattern.compile("[a-z]+(:[0-9]{1,3})?");
  private static final String OWN_CLASSES = "__torch__.torch.classes.";

  /** LibTorch's own classes that quantised networks carry. */
  private static final Set<String> KNOWN_CLASSES =
      Set.of(
          OWN_CLASSES + "quantized.Conv2dPackedParamsBase",
          OWN_CLASSES + "quantized.Conv3dPackedParamsBase",
          OWN_CLASSES + "quantized.LinearPackedParamsBase");

  private static final Set<String> KNOWN =
      Set.of(
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_qtensor",
          "torch.per_tensor_affine",
          "torch.per_channel_affine",
          "torch.per_channel_affine_float_qparams",
          "torch.device",
          "torch.jit._pickle.restore_type_tag",
          "torch.jit._pickle.build_intlist",
          "torch.jit._pickle.build_doublelist",
          "torch.jit._pickle.build_boollist",
          "torch.jit._pickle.build_tensorlist",
          "collections.OrderedDict",
          "builtins.complex");

  private final Pickles pickles;
  private final ObjectRules objects;
  private final String folder;

  /**
   * Rules for one pickle.
   *
   * @param folder where in the archive its tensors' records are, ending in a slash
   */
  PickleCalls(Pickles pickles, ObjectRules objects, String folder) {
    this.pickles = pickles;
    this.objects = objects;
    this.folder = folder;
  }

  @Override
  public Global known(Global global) throws BadPickle {
    String name = global.qualified();
    boolean isKnown =
        name.startsWith(OWN_CLASSES)
            ? KNOWN_CLASSES.contains(name)
            : name.startsWith("__torch__.")
                ? objects.declares(name)
                : KNOWN.contains(name) || type(global).isPresent();
    if (!isKnown) {
      throw new BadPickle(
          name.contains("sparse")
              ? "holds a sparse tensor: make it dense before export"
              : "calls " + name + ", which no exporter writes");
    }
    return global;
  }

  static Optional<ElementType> type(Global global) {
    return Arrays.stream(ElementType.values())
        .filter(it -> global.module().equals("torch") && it.storage.equals(global.name()))
        .findFirst();
  }

  @Override
  public boolean areOfPython() {
    return false;
  }

  @Override
  public Storage storage(Object id) throws BadPickle {
    Storage storage = storageOf(id);
    pickles.requireRecord(folder + storage.key(), storage.bytes());
    return storage;
  }

  /** The storage that a persistent id names: "storage", type, key, device, number of elements. */
  static Storage storageOf(Object id) throws BadPickle {
    if (id instanceof Tuple tuple
        && tuple.items().size() == 5
        && "storage".equals(tuple.items().get(0))
        && tuple.items().get(1) instanceof Global global
        && tuple.items().get(2) instanceof String key
        && tuple.items().get(3) instanceof String device
        && tuple.items().get(4) instanceof Long count
        && KEY.matcher(key).matches()
        && DEVICE.matcher(device).matches()
        && count >= 0
        && count <= Long.MAX_VALUE / 16) {
      ElementType type =
          type(global).orElseThrow(() -> new BadPickle("has a storage of no known type"));
      return new Storage(type, key, count);
    }
    throw new BadPickle("has a tensor's storage that is not as torch writes it");
  }

  @Override
  public Object call(Object function, Object argument, boolean isBuild) throws BadPickle {
    if (!(function instanceof Global global)) {
      throw new BadPickle("calls what is no function");
    }
    String name = global.qualified();
    if (name.startsWith("__torch__.")) {
      return object(name, argument, isBuild);
    }
    if (isBuild || !(argument instanceof Tuple tuple)) {
      throw new BadPickle("calls " + name + " without its arguments");
    }
    List<Object> args = tuple.items();
    return switch (name) {
      case "torch._utils._rebuild_tensor_v2" -> TensorRules.tensor(args, false);
      case "torch._utils._rebuild_qtensor" -> TensorRules.tensor(args, true);
      case "torch.device" -> {
        require(
            args.size() == 1
                && args.get(0) instanceof String device
                && DEVICE.matcher(device).matches(),
            "names a device that is none");
        yield new Made("Device", 0);
      }
      case "builtins.complex" -> {
        require(
            args.size() == 2 && all(args, Double.class::isInstance), "has a bad complex number");
        yield new Made("complex", 0);
      }
      case "collections.OrderedDict" -> {
        require(args.isEmpty(), "has a hook of a tensor");
        yield Nothing.NONE;
      }
      case "torch.jit._pickle.restore_type_tag" -> typed(args);
      case "torch.jit._pickle.build_intlist" -> list(args, Long.class::isInstance);
      case "torch.jit._pickle.build_doublelist" -> list(args, Double.class::isInstance);
      case "torch.jit._pickle.build_boollist" -> list(args, Boolean.class::isInstance);
      case "torch.jit._pickle.build_tensorlist" -> list(args, Tensor.class::isInstance);
      default -> throw new BadPickle("calls " + name + ", which is no function");
    };
  }

  private Object object(String name, Object argument, boolean isBuild) throws BadPickle {
    require(
        !(argument instanceof Global || argument instanceof Storage), "makes an object of a name");
    boolean isEnum = objects.isEnum(name);
    require(
        isEnum ? !isBuild && objects.hasEnumValue(name, argument) : isBuild,
        "makes a " + name + " in another way than torch does");
    if (isBuild) {
      objects.requireState(name, argument);
    }
    return new Made(name, PickleValues.deeper(PickleValues.depthOf(argument)));
  }

  /** A list or dictionary and its type, which LibTorch's parser reads by recursion. */
  private Object typed(List<Object> args) throws BadPickle {
    if (args.size() == 2
        && args.get(0) instanceof Box box
        && args.get(1) instanceof String type
        && type.length() <= LONGEST_TYPE
        && depth(type) <= MOST_TYPE_DEPTH
        && type.startsWith(box.isDict ? "Dict[" : "List[")
        && objects.fits(parsed(type), box)) {
      return box;
    }
    throw new BadPickle("gives a list or dictionary a type that it can't have");
  }

  private static Types.Type parsed(String type) throws BadPickle {
    try {
      return Types.parse(type);
    } catch (IllegalArgumentException e) {
      throw (BadPickle) new BadPickle("has a type that is none").initCause(e);
    }
  }

  private static int depth(String type) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  }

  private static Object list(List<Object> args, Predicate<Object> fits) throws BadPickle {
    if (args.size() == 1 && args.get(0) instanceof Box box && !box.isDict && all(box.items, fits)) {
      return box;
    }
    throw new BadPickle("has a list whose elements are of another type than it says");
  }
}
