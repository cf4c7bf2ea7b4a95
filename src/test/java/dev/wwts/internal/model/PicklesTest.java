package dev.wwts.internal.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.wwts.ModelException;
import dev.wwts.ModelException.Reason;
import dev.wwts.ModelFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pickles that LibTorch's reader would crash over, or take gigabytes for: each is the tiny model's
 * with one thing changed.
 */
class PicklesTest {
  private static final String HUGE = "J\u00ff\u00ff\u00ff\u007f";

  @TempDir private static Path folder;
  private static Map<String, byte[]> entries;
  private static String pickle;

  @BeforeAll
  static void writeModel() {
    entries = ModelFiles.entries(ModelFiles.tiny(folder));
    pickle = new String(entries.get("bare/data.pkl"), ISO_8859_1);
  }

  private static Stream<Arguments> faults() {
    return Stream.of(
        fault("more elements than the record", "K\tt", "K\nt", "40 bytes, not 36"),
        fault("fewer", "K\tt", "K\bt", "32 bytes, not 36"),
        fault("bytes of another type", "FloatStorage", "DoubleStorage", "72 bytes, not 36"),
        fault("an overflow", "K\tt", "\u008a\b\0\0\0\0\0\0\0@t", "storage"),
        fault("no such record", "X\1\0\0\0000", "X\1\0\0\0009", "data/9, which is missing"),
        fault("a record elsewhere", "X\1\0\0\0000", "X\4\0\0\0../0", "storage"),
        fault("a device that is none", "cpu", "c\nu", "storage"),
        fault("an unknown storage", "FloatStorage", "FileStorage", "torch.FileStorage"),
        fault("a size beyond the storage", "(K\3K\3t(K\3K\1t", "(K\4K\3t(K\3K\1t", "beyond"),
        fault("a stride beyond it", "(K\3K\1t", "(K\4K\1t", "beyond"),
        fault("an offset beyond it", "K\0(K\3K\3t", "K\1(K\3K\3t", "beyond"),
        fault("a negative offset", "K\0(K\3K\3t", "J\u00ff\u00ff\u00ff\u00ff(K\3K\3t", "beyond"),
        fault("a negative stride", "(K\3K\1t", "(K\3J\u00ff\u00ff\u00ff\u00fft", "beyond"),
        fault("strides for other sizes", "(K\3K\1t", "(K\3t", "beyond"),
        fault("a repeated element", "(K\3K\3t(K\3K\1t", "(" + HUGE + "K\3t(K\0K\1t", "often"),
        fault("sizes that overflow", "(K\3K\3t(K\3K\1t", many(9), "beyond"),
        fault("a size that is no number", "(K\3K\3t", "(K\3Nt", "size"),
        fault("a sparse tensor", "_rebuild_tensor_v2", "_rebuild_sparse_tensor", "sparse"),
        fault(
            "a function of the system",
            "torch._utils\n_rebuild_tensor_v2",
            "posix\nsystem",
            "posix.system"),
        fault(
            "a class without code",
            "__torch__\nTiny",
            "__torch__.evil\nTiny",
            "__torch__.evil.Tiny"),
        fault(
            "LibTorch's own class",
            "__torch__\nTiny",
            "__torch__.torch.classes.x\nTiny",
            "classes.x"),
        fault("a memo index", "q\0", "r\u00ff\u00ff\u00ff@", "memo index of 1090519039"),
        fault("a memo index unset", "q\0", "q\0h3", "memo index"),
        fault("a text's length", "X\1\0\0\0w", "X\u00ff\u00ff\u00ff\u007fw", "cut short"),
        fault("an unknown opcode", "q\0", "q\0i", "opcode 0x69"),
        fault("a deep tuple", "ub", set(")" + "\u0085".repeat(300)) + "ub", "nests deeper"),
        fault("a deep list", "ub", set("](".repeat(300) + "e".repeat(300)) + "ub", "nests deeper"),
        fault(
            "a deep type",
            "ub",
            set(typed("List[".repeat(99) + "int" + "]".repeat(99))) + "ub",
            "type"),
        fault("another type", "ub", set(typed("Dict[str, int]")) + "ub", "type"),
        fault("a list in itself", "ub", set("]q\n(h\ne") + "ub", "name where"),
        fault("a list filled twice", "ub", set("](K\1e(K\2e") + "ub", "twice"),
        fault("a container as key", "ub", set("}()K\1u") + "ub", "key"),
        fault("an attribute less", "X\1\0\0\0w", "X\1\0\0\0v", "attribute w"),
        fault("one of another type", "X\1\0\0\0w", "X\1\0\0\0wK\1" + set(""), "attribute w"),
        fault("an attribute twice", "ub", "X\1\0\0\0wK\1ub", "twice"),
        fault(
            "a longer tuple than its list says",
            "ub",
            set(typed("List[Tuple[int]]").replace("]X", "](K\1K\2\u0086eX")) + "ub",
            "type"),
        fault("half a pair", "ub", set("}(K\1u") + "ub", "half"),
        fault("a number as function", "ub", set("K\0)R") + "ub", "no function"),
        fault("a function as value", "ub", set("h\2") + "ub", "name where"),
        fault("no mark", "ub", "uub", "no mark"),
        fault("a pop below the mark", "ub", "(K\1\u0086ub", "more from its stack"),
        fault("a long number", "ub", set("\u008a\t123456789") + "ub", "64 bits"),
        fault("another protocol", "\u0080\2", "\u0080\4", "protocol"),
        fault("something after the end", "q\n.", "q\n..", "ends"),
        fault("nothing at the end", "q\n.", "q\n", "cut short"),
        fault("two values", "q\n.", "q\nN.", "ends"),
        fault("no module", "q\n.", "\u0085q\n.", "no module"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void refusesWhatTorchDoesNotWrite(String what, String from, String to, String named) {
    int at = pickle.lastIndexOf(from);
    assertThat(at).as("the tiny model has %s", from).isNotNegative();
    Path file = model(pickle.substring(0, at) + to + pickle.substring(at + from.length()));

    assertThatThrownBy(() -> Bundle.describe(file))
        .asInstanceOf(type(ModelException.class))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
        .satisfies(e -> assertThat(e.getMessage()).contains("data.pkl", named));
  }

  @Test
  void constantsAreWalkedToo() {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    changed.put("bare/constants.pkl", "\u0080\2K\1r\u00ff\u00ff\u00ff@.".getBytes(ISO_8859_1));
    Path file = ModelFiles.zip(folder.resolve("constants.pt"), changed);

    assertThatThrownBy(() -> Bundle.describe(file))
        .hasMessageContaining("constants.pkl has a memo");
  }

  /** One record, read again for each of very many tensors. */
  @Test
  void theSameWeightsAreNotReadOverAndOver() {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    changed.put("bare/data/0", new byte[9 << 20]);
    int at = pickle.indexOf("(X\7\0\0\0storage");
    String storage = pickle.substring(at, pickle.indexOf("Q", at) + 1).replace("K\t", "J\0\0$\0");
    String more = storage.replaceAll("(?s)q.", "") + "K\0(K\1t(K\1t\u0089h\b)Rt";
    String many = "";
    for (int i = 0; i < 20; i++) {
      many += set("h\2(" + more + "R");
    }
    changed.put("bare/data.pkl", inserted(pickle.replace("K\tt", "J\0\0$\0t"), many));
    Path file = ModelFiles.zip(folder.resolve("over.pt"), changed);

    assertThatThrownBy(() -> Bundle.describe(file)).hasMessageContaining("over and over");
  }

  private static byte[] inserted(String whole, String before) {
    int at = whole.lastIndexOf("ub");
    return (whole.substring(0, at) + before + whole.substring(at)).getBytes(ISO_8859_1);
  }

  private static Arguments fault(String what, String from, String to, String named) {
    return Arguments.of(what, from, to, named);
  }

  /** One more of the module's attributes. */
  private static String set(String value) {
    return "X\1\0\0\0v" + value;
  }

  private static String typed(String type) {
    return "ctorch.jit._pickle\nrestore_type_tag\n]X"
        + (char) (type.length() & 0xff)
        + (char) (type.length() >> 8)
        + "\0\0"
        + type
        + "\u0086R";
  }

  private static String many(int dimensions) {
    return "(" + HUGE.repeat(dimensions) + "t(" + "K\0".repeat(dimensions) + "t";
  }

  private static Path model(String changedPickle) {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    changed.put("bare/data.pkl", changedPickle.getBytes(ISO_8859_1));
    return ModelFiles.zip(folder.resolve("pickle.pt"), changed);
  }
}
