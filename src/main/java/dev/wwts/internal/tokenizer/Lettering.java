package dev.wwts.internal.tokenizer;

/** How a kind of tokenizer writes a text, cuts it into words, and these into the first pieces. */
sealed interface Lettering permits ClipLettering, GemmaLettering {
  /** The text as it is read: composed, in lower case. */
  String written(String text);

  /** Takes words, and says whether there is room for more. */
  interface Words {
    boolean take(String word);
  }

  /** Hands on the words of a written text in their order, as long as there is room. */
  void cut(String written, Words words);

  /**
   * The pieces that a word begins as.
   *
   * @param most of a longer word only so many
   */
  int[] pieces(String word, int most);
}
