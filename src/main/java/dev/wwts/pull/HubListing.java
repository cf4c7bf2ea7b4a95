package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNSUPPORTED;

import dev.wwts.ModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a hub has of a model at one commit.
 *
 * @param commit which, as the hub calls it
 * @param license what its page says, or nothing
 * @param files those of its uppermost folder, by name
 */
record HubListing(String commit, String license, Map<String, PinnedFile> files) {
  /** Of weights, the first that is there. */
  private static final List<String> WEIGHTS =
      List.of("model.safetensors", "pytorch_model.bin", "pytorch_model.pt");

  /** What says how pictures come in and what the classes are called. */
  private static final List<String> SMALL =
      List.of("config.json", "preprocessor_config.json", "vocab.txt", "meta_info.txt");

  /** The labels of 54,092 classes have 3 MB. */
  private static final long MOST_SMALL = 32 << 20;

  HubListing {
    files = new TreeMap<>(files);
  }

  static boolean isWeights(String name) {
    return WEIGHTS.contains(name);
  }

  /**
   * Which file the weights are.
   *
   * @throws ModelException if there is none that is read here
   */
  PinnedFile weights(HubModel model) {
    return named(WEIGHTS, HubListing::isLarge)
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    UNSUPPORTED,
                    "%s has no weights that are read here: %s."
                        .formatted(
                            model,
                            files.containsKey("model.safetensors.index.json")
                                ? "they are in several files, which only models beyond 4 GB need"
                                : "wanted is model.safetensors of a picture classifier")));
  }

  /** As hubs keep weights: with a SHA-256. */
  private static boolean isLarge(PinnedFile file) {
    return file.kind().equals("SHA-256") && file.bytes() <= PinnedFile.MOST;
  }

  /** What else is needed. */
  List<PinnedFile> small() {
    return named(SMALL, file -> file.bytes() <= MOST_SMALL).toList();
  }

  private Stream<PinnedFile> named(List<String> names, Predicate<PinnedFile> isRight) {
    return names.stream()
        .map(name -> Optional.ofNullable(files.get(name)))
        .flatMap(Optional::stream)
        .filter(isRight);
  }
}
