package dev.wwts.pull;

import java.net.URI;

/**
 * What a hub is shown to give files that not everybody gets. Only the server that the user has
 * named sees it, by https or on this machine, and none that it redirects to.
 *
 * @param text of printable ASCII; empty: there is none
 */
public record Token(String text) {
  /** There is none. */
  public static final Token NONE = new Token("");

  /** Refuses what would be more than one header. */
  public Token {
    text = text.strip();
    if (!text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "A token is made of printable ASCII characters: look at HF_TOKEN.");
    }
  }

  /** Its value of {@code Authorization}, or nothing where {@code address} may not see it. */
  String header(URI asked, URI address) {
    boolean isOfSameServer =
        asked.getScheme().equalsIgnoreCase(address.getScheme())
            && asked.getAuthority().equalsIgnoreCase(address.getAuthority());
    boolean isUnseen = address.getScheme().equalsIgnoreCase("https") || isHere(address.getHost());
    return text.isEmpty() || !isOfSameServer || !isUnseen ? "" : "Bearer " + text;
  }

  private static boolean isHere(String host) {
    return host.equals("127.0.0.1") || host.equals("[::1]") || host.equalsIgnoreCase("localhost");
  }

  /** Without the text. */
  @Override
  public String toString() {
    return text.isEmpty() ? "no token" : "a token";
  }
}
