package dev.wwts.internal.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which graphs are changed, which answers depend on. */
class PassesTest {
  @Test
  void thoseToTheProcessorHaveTheirOrder() {
    assertThat(Passes.PROCESSOR.list())
        .extracting(GraphPass::name)
        .containsExactly(
            "Limits",
            "Divisions",
            "ElementTypes",
            "HiddenAliases",
            "Budget",
            "Warnings",
            "Relocation",
            "FreeLayouts",
            "WideAttention",
            "OneDnnLayers");
  }

  @Test
  void thoseToACardHaveTheirOrder() {
    assertThat(Passes.CARD.list())
        .extracting(GraphPass::name)
        .containsExactly(
            "Limits",
            "Divisions",
            "ElementTypes",
            "HiddenAliases",
            "Budget",
            "Warnings",
            "Relocation",
            "CardConvolutions",
            "FusedConvolutions",
            "SplitAttentions",
            "FreeConvolutions");
  }

  @Test
  void listsStandInTheOrderOfTheirStages() {
    for (Passes passes : List.of(Passes.PROCESSOR, Passes.CARD)) {
      assertThat(passes.list()).isSortedAccordingTo(Comparator.comparing(GraphPass::stage));
    }
  }
}
