package dev.wwts.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What several recognizers' budgets come to on one card. */
class MemoryBudgetTest {
  @Test
  void budgetsAddUp() {
    assertThat(MemoryBudget.fraction(List.of(1L << 30), 4L << 30)).isEqualTo(0.25);
    assertThat(MemoryBudget.fraction(List.of(1L << 30, 2L << 30), 4L << 30)).isEqualTo(0.75);
    assertThat(MemoryBudget.fraction(List.of(8L << 30), 4L << 30)).isEqualTo(1);
  }

  @Test
  void oneWithoutABudgetLiftsTheLimit() {
    assertThat(MemoryBudget.fraction(List.of(1L << 30, 0L), 4L << 30)).isEqualTo(1);
    assertThat(MemoryBudget.fraction(List.of(), 4L << 30)).isEqualTo(1);
  }
}
