package dev.wwts.pull;

/**
 * How servers are asked.
 *
 * @param patience how long they are waited for
 * @param token what they are shown
 * @param advice what can be done where they refuse
 */
record Client(Patience patience, Token token, Advice advice) {
  /** One that asks for files of the catalogue. */
  static Client ofCatalogue(Patience patience) {
    return new Client(patience, Token.NONE, Advice.CATALOGUE);
  }
}
