package dev.wwts.internal.tokenizer;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Pieces that a text can name, and that are cut out of it before its words are looked at: of those
 * that begin at one place the longest.
 */
final class AddedTokens {
  private static final Pattern NOTHING = Pattern.compile("(?!)");

  private final Map<String, Integer> ids;
  private final Pattern any;

  /**
   * Those with these ids.
   *
   * @param pieces what each is called
   */
  AddedTokens(List<Integer> ids, Function<Integer, String> pieces) {
    this.ids = ids.stream().collect(Collectors.toMap(pieces, it -> it, (a, b) -> b));
    this.any =
        ids.isEmpty()
            ? NOTHING
            : Pattern.compile(
                this.ids.keySet().stream()
                    .sorted(Comparator.comparing(String::length).reversed())
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|")));
  }

  /** Hands on, in their order, what stands between them, and their ids. */
  void split(String text, Consumer<String> between, IntConsumer token) {
    Matcher named = any.matcher(text);
    int from = 0;
    while (named.find()) {
      between.accept(text.substring(from, named.start()));
      token.accept(ids.getOrDefault(named.group(), -1));
      from = named.end();
    }
    between.accept(text.substring(from));
  }
}
