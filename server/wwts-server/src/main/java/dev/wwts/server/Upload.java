package dev.wwts.server;

import dev.wwts.Picture;
import java.util.List;

/**
 * The pictures of a request: files of a multipart body, or the body itself.
 *
 * @param pictures in their order, at least one
 * @param isNamed whether they have files' names
 */
record Upload(List<Picture> pictures, boolean isNamed) {
  /** Whether it holds one alone, whose refusal is the request's. */
  boolean isSingle() {
    return pictures.size() == 1;
  }
}
