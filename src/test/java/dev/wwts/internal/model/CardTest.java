package dev.wwts.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wwts.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model's card is text that can be shown as it is. */
class CardTest {
  private static final Path FILE = Path.of("m.pt");

  @Test
  void linesAreKept() {
    String card = "# 茶\n\n- a & b\n";

    assertThat(Card.read(card.getBytes(StandardCharsets.UTF_8), FILE)).isEqualTo(card);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u001b[2J", "a\r\nb", "\u202ea", "a\tb"})
  void whatMovesTheCursorIsRefused(String card) {
    assertThatThrownBy(() -> Card.read(card.getBytes(StandardCharsets.UTF_8), FILE))
        .isInstanceOf(ModelException.class)
        .hasMessage("m.pt: its card.md has control characters: export it again.");
  }

  @Test
  void whatIsNotUtf8IsRefused() {
    assertThatThrownBy(() -> Card.read(new byte[] {(byte) 0xff}, FILE))
        .hasMessage("m.pt: its card.md is not UTF-8.");
  }
}
