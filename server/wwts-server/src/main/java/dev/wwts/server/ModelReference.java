package dev.wwts.server;

import dev.wwts.ModelVersion;

/**
 * Which model answered.
 *
 * @param name its manifest's
 * @param generation 1, and one more for each swap
 * @param sha256 its file's
 */
record ModelReference(String name, long generation, String sha256) {
  static ModelReference of(ModelVersion version) {
    return new ModelReference(version.model().name(), version.generation(), version.sha256());
  }
}
