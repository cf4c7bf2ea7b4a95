package dev.wwts.server;

import dev.wwts.Picture;
import java.util.List;
import java.util.Map;

/**
 * The pictures of a request: files of a multipart body, or the body itself.
 *
 * @param pictures in their order, at least one
 * @param isNamed whether they have files' names
 * @param fields what comes with them, in the query or as parts, as often as it does: Spring would
 *     cut a single one at its commas
 */
record Upload(List<Picture> pictures, boolean isNamed, Map<String, List<String>> fields) {
  /** All values of a field. */
  List<String> all(String field) {
    return fields.getOrDefault(field, List.of());
  }

  /** Whether it holds one alone, whose refusal is the request's. */
  boolean isSingle() {
    return pictures.size() == 1;
  }
}
