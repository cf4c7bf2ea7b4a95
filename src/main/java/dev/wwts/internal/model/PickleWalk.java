package dev.wwts.internal.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.wwts.internal.model.PickleValues.BadPickle;
import dev.wwts.internal.model.PickleValues.Box;
import dev.wwts.internal.model.PickleValues.Global;
import dev.wwts.internal.model.PickleValues.Nothing;
import dev.wwts.internal.model.PickleValues.Tuple;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Steps through a pickle as LibTorch's reader would, which trusts it: memo indices that make it
 * allocate gigabytes, marks that underflow its stack, numbers taken for functions. Known are the
 * opcodes that torch's Pickler writes, and those of Python's where the rules say so; every value
 * keeps its type.
 */
final class PickleWalk {
  private static final int LONGEST_NAME = 1000;

  private final ByteBuffer in;
  private final PickleRules rules;
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final List<Object> memo = new ArrayList<>();

  PickleWalk(byte[] pickle, PickleRules rules) {
    this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    this.rules = rules;
  }

  /** The one value that the pickle makes. */
  Object run() throws BadPickle {
    try {
      if (in.get() != (byte) 0x80 || in.get() != 2) {
        throw new BadPickle("is no pickle of protocol 2");
      }
      while (step()) {}
    } catch (BufferUnderflowException e) {
      throw (BadPickle) new BadPickle("is cut short").initCause(e);
    }
    if (in.hasRemaining() || stack.size() != 1 || !marks.isEmpty()) {
      throw new BadPickle("does not end where its value ends");
    }
    return stack.get(0);
  }

  /** One opcode; false at the end. */
  private boolean step() throws BadPickle {
    int opcode = Byte.toUnsignedInt(in.get());
    switch (opcode) {
      case '.' -> {
        return false;
      }
      case '(' -> marks.push(stack.size());
      case 'N' -> stack.add(Nothing.NONE);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'K' -> stack.add((long) Byte.toUnsignedInt(in.get()));
      case 'M' -> stack.add((long) Short.toUnsignedInt(in.getShort()));
      case 'J' -> stack.add((long) in.getInt());
      case 0x8a -> stack.add(number());
      case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> stack.add(text());
      case ')' -> stack.add(Tuple.of(List.of()));
      case ']' -> stack.add(new Box(false, rules.areOfPython()));
      case '}' -> stack.add(new Box(true, rules.areOfPython()));
      case 't' -> stack.add(Tuple.of(popToMark()));
      case 0x85 -> stack.add(Tuple.of(pop(1)));
      case 0x86 -> stack.add(Tuple.of(pop(2)));
      case 0x87 -> stack.add(Tuple.of(pop(3)));
      case 'e' -> fill(false, popToMark());
      case 'u' -> fill(true, popToMark());
      case 'q' -> put(Byte.toUnsignedInt(in.get()));
      case 'r' -> put(Integer.toUnsignedLong(in.getInt()));
      case 'h' -> stack.add(get(Byte.toUnsignedInt(in.get())));
      case 'j' -> stack.add(get(Integer.toUnsignedLong(in.getInt())));
      case 'c' -> stack.add(rules.known(new Global(name(), name())));
      case 'Q' -> stack.add(rules.storage(pop(1).get(0)));
      case 'R', 'b' -> {
        List<Object> call = pop(2);
        stack.add(rules.call(call.get(0), call.get(1), opcode == 'b'));
      }
      case 0x81 -> {
        List<Object> call = pop(2);
        if (!(call.get(1) instanceof Tuple none) || !none.items().isEmpty()) {
          throw new BadPickle("makes an object of arguments");
        }
        stack.add(call.get(0));
      }
      default -> stepOfPython(opcode);
    }
    return true;
  }

  /** What Python's pickler writes for a list or dictionary of one. */
  private void stepOfPython(int opcode) throws BadPickle {
    if (!rules.areOfPython() || (opcode != 'a' && opcode != 's')) {
      throw new BadPickle("has the opcode 0x%02x".formatted(opcode));
    }
    fill(opcode == 's', pop(opcode == 's' ? 2 : 1));
  }

  /** Python leaves bytes out that only repeat the sign. */
  private long number() throws BadPickle {
    int bytes = Byte.toUnsignedInt(in.get());
    if (bytes > Long.BYTES || (bytes < Long.BYTES && !rules.areOfPython())) {
      throw new BadPickle("has a number that is not of 64 bits");
    }
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= Byte.toUnsignedLong(in.get()) << (Byte.SIZE * i);
    }
    int unused = Long.SIZE - Byte.SIZE * bytes;
    return bytes == 0 ? 0 : (number << unused) >> unused;
  }

  /** Byte by byte: what is compared is ASCII, the rest is not looked at. */
  private String text() {
    long length = Integer.toUnsignedLong(in.getInt());
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[(int) length];
    in.get(text);
    return new String(text, ISO_8859_1);
  }

  /** A part of a qualified name, up to a line's end. */
  private String name() throws BadPickle {
    StringBuilder name = new StringBuilder();
    for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
      boolean isNameLike =
          c == '_'
              || c == '.'
              || (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z');
      if (!isNameLike || name.length() == LONGEST_NAME) {
        throw new BadPickle("has a name that is none");
      }
      name.append(c);
    }
    return name.toString();
  }

  /** Values above the last mark only: LibTorch would go below it, and count on. */
  private List<Object> pop(int count) throws BadPickle {
    int least = marks.isEmpty() ? 0 : marks.peek();
    if (stack.size() - count < least) {
      throw new BadPickle("takes more from its stack than is on it");
    }
    List<Object> top = stack.subList(stack.size() - count, stack.size());
    List<Object> popped = List.copyOf(top);
    top.clear();
    return popped;
  }

  private List<Object> popToMark() throws BadPickle {
    if (marks.isEmpty()) {
      throw new BadPickle("has no mark where it needs one");
    }
    List<Object> popped = pop(stack.size() - marks.peek());
    marks.pop();
    return popped;
  }

  private void fill(boolean isDict, List<Object> items) throws BadPickle {
    Object under = pop(1).get(0);
    if (!(under instanceof Box box) || box.isDict != isDict) {
      throw new BadPickle("fills what is no list or dictionary");
    }
    box.add(items);
    stack.add(box);
  }

  /** The memo grows by one at a time: LibTorch makes room for any index. */
  private void put(long index) throws BadPickle {
    Object value = pop(1).get(0);
    stack.add(value);
    if (index > memo.size()) {
      throw new BadPickle("has a memo index of %d after %d".formatted(index, memo.size()));
    }
    if (index == memo.size()) {
      memo.add(value);
    } else {
      memo.set((int) index, value);
    }
  }

  private Object get(long index) throws BadPickle {
    if (index >= memo.size()) {
      throw new BadPickle("has a memo index of %d of %d".formatted(index, memo.size()));
    }
    return memo.get((int) index);
  }
}
