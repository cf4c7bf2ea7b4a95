package dev.wwts.pull;

import java.util.Optional;

/** What can be done where a server does not give a file. */
interface Advice {
  /** Of files of the catalogue. */
  Advice CATALOGUE = () -> "try --mirror URL or --from FOLDER";

  /** Another way to the file, the end of a sentence. */
  String otherwise();

  /**
   * What a refusal means, if more is known than the status says.
   *
   * @param code the hub's own word for it, or nothing
   */
  default Optional<String> meaning(int status, String code) {
    return Optional.empty();
  }
}
