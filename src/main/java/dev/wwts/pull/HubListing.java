package dev.wwts.pull;

import static dev.wwts.ModelException.Reason.UNSUPPORTED;

import dev.wwts.ModelException;
import dev.wwts.convert.weights.PartIndex;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** The files of weights that an index tells of, as transformers calls them. */
  private static final Pattern PART =
      Pattern.compile("(model|pytorch_model)-(\\d{5})-of-(\\d{5})(\\.safetensors|\\.bin)");

  /** What says how pictures come in and what the classes are called. */
  private static final List<String> SMALL =
      List.of("config.json", "preprocessor_config.json", "vocab.txt", "meta_info.txt");

  /** The labels of 54,092 classes have 3 MB. */
  private static final long MOST_SMALL = 32 << 20;

  HubListing {
    files = new TreeMap<>(files);
  }

  static boolean isWeights(String name) {
    return WEIGHTS.contains(name) || PART.matcher(name).matches();
  }

  /**
   * What the weights are.
   *
   * @throws ModelException if there are none that are read here
   */
  HubWeights weights(HubModel model) {
    return WEIGHTS.stream()
        .flatMap(name -> weights(name).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    UNSUPPORTED,
                    "%s has no weights that are read here: wanted is model.safetensors of a picture classifier, in one file or in parts, of at most 4 GB."
                        .formatted(model)));
  }

  private Optional<HubWeights> weights(String name) {
    return Optional.ofNullable(files.get(name))
        .filter(HubListing::isLarge)
        .map(file -> new HubWeights(name, List.of(file)))
        .or(() -> inParts(name));
  }

  /** As many as their names say; a tensor of a part that is missing would be missed later. */
  private Optional<HubWeights> inParts(String name) {
    String index = name + PartIndex.ENDING;
    List<PinnedFile> parts =
        files.values().stream()
            .filter(HubListing::isLarge)
            .filter(file -> whole(file.name()).equals(name))
            .toList();
    boolean isAll =
        files.containsKey(index)
            && !parts.isEmpty()
            && parts.stream().allMatch(file -> count(file.name()) == parts.size())
            && parts.stream().mapToLong(PinnedFile::bytes).sum() <= PinnedFile.MOST;
    return isAll ? Optional.of(new HubWeights(index, parts)) : Optional.empty();
  }

  /** What the file would be called that a part is of. */
  private static String whole(String part) {
    Matcher matcher = PART.matcher(part);
    return matcher.matches() ? matcher.group(1) + matcher.group(4) : "";
  }

  /** How many parts there are, as the name of one says. */
  private static int count(String part) {
    Matcher matcher = PART.matcher(part);
    return matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
  }

  /** As hubs keep weights: with a SHA-256. */
  private static boolean isLarge(PinnedFile file) {
    return file.kind().equals("SHA-256") && file.bytes() <= PinnedFile.MOST;
  }

  /** What else is needed, with such weights. */
  List<PinnedFile> small(HubWeights weights) {
    return Stream.concat(
            SMALL.stream(), Stream.of(weights.name()).filter(it -> weights.isInParts()))
        .flatMap(name -> Optional.ofNullable(files.get(name)).stream())
        .filter(file -> file.bytes() <= MOST_SMALL)
        .toList();
  }
}
