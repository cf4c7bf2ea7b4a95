package dev.wwts.internal.model;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import dev.wwts.internal.model.PickleValues.Global;
import dev.wwts.internal.model.PickleValues.Storage;
import dev.wwts.internal.model.PickleValues.Tuple;
import java.util.List;
import java.util.Set;

/**
 * What the pickle of a checkpoint may name: tensors and dictionaries of them. Whatever else Python
 * would make of one, and run while it reads, is refused by its name.
 */
final class CheckpointRules implements PickleRules {
  private static final String DICTIONARY = "collections.OrderedDict";
  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String PARAMETER = "torch._utils._rebuild_parameter";
  private static final Set<String> KNOWN = Set.of(DICTIONARY, TENSOR, PARAMETER);
  private static final String FAULT = "has a tensor that is not as torch.save writes it";

  private final Archive archive;

  CheckpointRules(Archive archive) {
    this.archive = archive;
  }

  /** A tensor as it lies in its record: offset and strides in elements. */
  record View(Storage storage, long offset, List<Long> sizes, List<Long> strides) {}

  @Override
  public boolean areOfPython() {
    return true;
  }

  @Override
  public Global known(Global global) throws BadPickle {
    if (!KNOWN.contains(global.qualified()) && PickleCalls.type(global).isEmpty()) {
      throw new BadPickle(
          "names %s, which is no tensor: store the state_dict alone".formatted(global.qualified()));
    }
    return global;
  }

  @Override
  public Storage storage(Object id) throws BadPickle {
    Storage storage = PickleCalls.storageOf(id);
    String record = "data/" + storage.key();
    if (archive.size(record).orElse(-1) != storage.bytes()) {
      throw new BadPickle(
          "says that %s has %,d bytes, which it has not"
              .formatted(ZipDirectory.shown(record), storage.bytes()));
    }
    return storage;
  }

  @Override
  public Object call(Object function, Object argument, boolean isBuild) throws BadPickle {
    if (isBuild && function instanceof Box dictionary && dictionary.isDict) {
      // what state_dict() notes of its modules' versions
      return dictionary;
    }
    if (isBuild || !(function instanceof Global global) || !(argument instanceof Tuple tuple)) {
      throw new BadPickle("calls what is no function");
    }
    List<Object> args = tuple.items();
    return switch (global.qualified()) {
      case DICTIONARY -> {
        require(args.isEmpty());
        yield new Box(true, true);
      }
      case TENSOR -> tensor(args);
      case PARAMETER -> {
        require(args.size() == 3 && args.get(0) instanceof View);
        yield args.get(0);
      }
      default -> throw new BadPickle("calls %s".formatted(global.qualified()));
    };
  }

  /** Storage, offset, sizes, strides, requires_grad, hooks, [metadata]. */
  private static View tensor(List<Object> args) throws BadPickle {
    require(args.size() == 6 || (args.size() == 7 && TensorRules.isMetadata(args.get(6))));
    if (args.size() == 7 && args.get(6) instanceof Box metadata && metadata.items.contains(true)) {
      throw new BadPickle("has a tensor whose numbers are stored with the other sign: clone it");
    }
    if (args.get(0) instanceof Storage storage
        && args.get(1) instanceof Long offset
        && args.get(4) instanceof Boolean
        && args.get(5) instanceof Box hooks
        && hooks.items.isEmpty()) {
      List<Long> sizes = TensorRules.numbers(args.get(2));
      List<Long> strides = TensorRules.numbers(args.get(3));
      TensorRules.requireInside(storage, offset, sizes, strides);
      return new View(storage, offset, sizes, strides);
    }
    throw new BadPickle(FAULT);
  }

  private static void require(boolean holds) throws BadPickle {
    if (!holds) {
      throw new BadPickle(FAULT);
    }
  }
}
