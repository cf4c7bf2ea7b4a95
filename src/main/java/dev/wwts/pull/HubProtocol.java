package dev.wwts.pull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** How a hub is asked, as it documents it. */
interface HubProtocol {
  /** Path and query of what is asked first: which commit is meant, and what files it has. */
  String listing(HubModel model);

  /**
   * The answer to that.
   *
   * @throws FormatException if it is not as documented
   */
  HubListing read(HubModel model, JsonNode answer) throws FormatException;

  /** Path and query of a file. */
  String file(HubModel model, HubListing listing, String name);

  /** Path of a page on which people see that file. */
  String page(HubModel model, HubListing listing, String name);

  /** What a refusal means, if the hub says more than its status does. */
  Optional<String> meaning(HubModel model, boolean hasToken, int status, String code);

  /** An answer that is not as the hub documents it, with what is missing. */
  final class FormatException extends Exception {
    private static final long serialVersionUID = 1;

    FormatException(String fault) {
      super(fault);
    }
  }
}
