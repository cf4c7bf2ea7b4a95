package dev.wwts.pull;

import dev.wwts.convert.weights.PartIndex;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The weights that a hub has.
 *
 * @param name the file's, or the index's of several
 * @param files the file, or all that the index names, by their names
 */
record HubWeights(String name, List<PinnedFile> files) {
  HubWeights {
    files = List.copyOf(files);
  }

  /** Whether they are several files, and one that says which tensor is in which. */
  boolean isInParts() {
    return !files.get(0).name().equals(name);
  }

  /** The SHA-256 of the file, or of what {@code sha256sum} prints of the files. */
  String digest() {
    if (!isInParts()) {
      return files.get(0).digest();
    }
    SortedMap<String, String> digests = new TreeMap<>();
    files.forEach(file -> digests.put(file.name(), file.digest()));
    return PartIndex.sha256(digests);
  }
}
