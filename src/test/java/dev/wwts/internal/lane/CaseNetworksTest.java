package dev.wwts.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wwts.Kit;
import dev.wwts.ModelException;
import dev.wwts.Precision;
import dev.wwts.Recognizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Networks that rewriting for the processor got wrong, or may get wrong, beside Python. */
class CaseNetworksTest {
  private static final Path CASES = Path.of("..", "shared", "cases", "networks");

  /**
   * Of the largest logit: these have a handful of layers, whose order of additions moves logits by
   * 1e-7 to 1e-6, and the faults they stand for by 1e-1.
   */
  static final double FLOAT = 1e-5;

  /** A step of bfloat16 is 4e-3, and some of them add up. */
  static final double BFLOAT16 = 0.04;

  /** Round in the middle, to 16 bits: where a sum's last bit decides, by a step of them. */
  private static final Set<String> ROUND_INSIDE = Set.of("autocast_inside", "half_to_dtype");

  private static final double ROUNDED = 0.004;

  /** Traced in half, in autocast, with complex or double numbers inside: may be refused, typed. */
  private static final Set<String> MAY_BE_REFUSED =
      Set.of("half_to_dtype", "autocast_inside", "complex_view", "double_buffer");

  @TestFactory
  Stream<DynamicTest> answerAsPythonDoes() {
    assumeTrue(Files.isDirectory(CASES), "skipped: the cases " + CASES + " are not here");
    return tests(CASES);
  }

  /** What is rewritten, and what may go wrong with it, one tiny network each. */
  @TestFactory
  Stream<DynamicTest> everyKindOfRewritingAnswersAsPythonDoes(@TempDir Path folder) {
    Kit.python("models/differential/kinds.py", folder.toString());
    return tests(folder);
  }

  private static Stream<DynamicTest> tests(Path folder) {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.sorted().toList().stream()
          .map(each -> DynamicTest.dynamicTest(name(each), () -> check(each)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(Path folder) {
    try {
      answersAsPython(folder, ROUND_INSIDE.contains(name(folder)) ? ROUNDED : FLOAT);
    } catch (ModelException e) {
      assertThat(MAY_BE_REFUSED).as(e.getMessage()).contains(name(folder));
      assertThat(e.getMessage()).hasSizeLessThanOrEqualTo(300).doesNotContain("\n");
    }
  }

  /** The executor records, optimises for what it saw, and meets another batch: all must hold. */
  static void answersAsPython(Path folder, double tolerance) {
    CaseNetwork network = CaseNetwork.read(folder);
    for (int threads : new int[] {1, 2}) {
      try (CaseNetwork.Loaded loaded = network.load(Precision.FP32, threads)) {
        assertAnswers(loaded, tolerance);
      }
    }
    try (Recognizer recognizer =
        Recognizer.builder(folder.resolve("m.pt")).precision(Precision.BF16).load()) {
      if (recognizer.model().precision() == Precision.FP32) {
        assertThat(recognizer.remarks()).anyMatch(remark -> remark.contains("fp32"));
        return;
      }
    }
    try (CaseNetwork.Loaded loaded = network.load(Precision.BF16, 1)) {
      assertAnswers(loaded, BFLOAT16);
    }
  }

  private static void assertAnswers(CaseNetwork.Loaded loaded, double tolerance) {
    for (int i = 0; i < CaseNetwork.INPUTS; i++) {
      assertThat(loaded.difference(i, 1)).as("input %d alone", i).isLessThanOrEqualTo(tolerance);
    }
    for (int i = 0; i < 2; i++) {
      assertThat(loaded.difference(0, CaseNetwork.INPUTS))
          .as("all inputs in a batch")
          .isLessThanOrEqualTo(tolerance);
    }
    assertThat(loaded.difference(1, 1)).as("alone again").isLessThanOrEqualTo(tolerance);
  }

  private static String name(Path folder) {
    return folder.getFileName().toString();
  }
}
