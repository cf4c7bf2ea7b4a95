package dev.wwts.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text from outside that is shown. */
class PrintableTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b[31m",
        "a\nb",
        "a\rb",
        "a\u0085b",
        "a\u2028b",
        "a\u2029b",
        "\u202eabc",
        "\u2066a",
        "\u009b1m",
        "\u007f",
        "\ufeff",
        "\u200f",
        "\ud800",
        "\udb40\udc41",
        "a\u3164",
        "a\u034f",
        "\uffff"
      })
  void whatMovesTurnsOrHidesIsEscaped(String text) {
    assertThat(Printable.isPlain(text)).isFalse();
    assertThat(Printable.line(text)).contains("\\u");
    assertThat(Printable.isPlain(Printable.line(text))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"红 (a), é", "👩\u200d🔬", "☀\ufe0f", "C:\\x", ""})
  void otherTextStaysAsItIs(String text) {
    assertThat(Printable.line(text)).isSameAs(text);
    assertThat(Printable.message(text)).isSameAs(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "\u3000", "\u00a0\t", "\u200b", "\u2800", "\u3164", "\u0301", "\u2065"})
  void whatCannotBeSeenIsNotVisible(String text) {
    assertThat(Printable.isVisible(text)).isFalse();
  }

  @Test
  void aLongMessageKeepsItsBeginningAndItsEnd() {
    String message = Printable.message("/folder/" + "x".repeat(5000) + "\n is damaged.");

    assertThat(message).hasSize(299).startsWith("/folder/xx").endsWith("xx\\u000a is damaged.");
  }

  @Property
  void aMessageIsPlainAndShort(@ForAll String text) {
    String message = Printable.message(text + text);

    assertThat(message.length()).isLessThanOrEqualTo(Printable.LONGEST_MESSAGE);
    assertThat(Printable.isPlain(message)).isTrue();
    assertThat(Printable.line(text, 20).length()).isLessThanOrEqualTo(20);
  }
}
